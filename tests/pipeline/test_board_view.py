"""The guarantors' board over an imported mission: nothing stands on it without signed entries."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import closing
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest
from acts_world import (
    AGREEMENT,
    HOLDER,
    LOG,
    PEOPLE,
    act,
    approved,
    make_mission,
    person,
    revoke,
)
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.commission.motions import commitment
from truceline.evidence.approval import approvals_body, approve
from truceline.evidence.key_change import Revoke, add_key
from truceline.evidence.keys import VerifierKey, read_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.root import ROOT_TYPE, Root
from truceline.pipeline.acts import sign_act
from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.board_folder import MandateError, new_board
from truceline.pipeline.door import Door
from truceline.pipeline.imports import import_evidence
from truceline.pipeline.run import packaged_agreement
from truceline.pipeline.saying import Speaker
from truceline.records.canonical import Json, canonical, record_bytes
from truceline.records.finding import Finding, Outcome

# 2026-04-12T10:00:00Z.
BEGAN_US = 1_775_988_000 * 1_000_000


def now_us() -> int:
    return time.time_ns() // 1000


FOUND = Finding(
    incident="i:" + "ab" * 32 + ":1",
    revision=0,
    agreement="small",
    agreement_sha256=sha256(AGREEMENT.encode()).hexdigest(),
    clause="c",
    reading="s",
    outcome=Outcome.BREACHED,
    probability_ppm=960_000,
    breached_from_ppm=950_000,
    kept_up_to_ppm=50_000,
    reasons=(),
)


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    mission = make_mission(tmp_path)
    incident: Json = {
        "id": FOUND.incident,
        "place": {"longitude_e7": 370_000_000, "latitude_e7": 480_000_000},
        "began_us": BEGAN_US,
        "ended_us": BEGAN_US,
        "held_by": None,
        "observations": ["o:" + "cd" * 32 + ":1"],
    }
    with Ledger.open(mission, LOG.seed) as ledger:
        ledger.store_derived("findings.jsonl", record_bytes(FOUND) + b"\n")
        ledger.store_derived("incidents.jsonl", canonical(incident) + b"\n")
        ledger.commit(now_us())
    return mission


@pytest.fixture
def board(tmp_path: Path) -> Path:
    agreement = tmp_path / "small.toml"
    agreement.write_text(AGREEMENT, encoding="utf-8")
    register = tmp_path / "register.toml"
    register.write_bytes(files("truceline.guarantees").joinpath("data/exercise.toml").read_bytes())
    folder = tmp_path / "board"
    key = new_board(folder, "Guarantors", [agreement], [register])
    admit(folder, key)
    return folder


def admit(folder: Path, key: VerifierKey) -> None:
    """Let the same people act on the board, with keys of their own for it."""
    root = Root(log=key.name, version=1, threshold=1, keys=(HOLDER.verifier,))
    signed = approvals_body([approve(ROOT_TYPE, root.text, HOLDER)])
    with Ledger.open(folder, read_key(folder.with_name("board.key"))) as ledger:
        ledger.append("root", {"document": root.text, "signatures": signed})
        for name in PEOPLE:
            change = add_key(log=key.name, root=1, kinds=("act",), signer=person(name)).text
            ledger.append("key", approved(change))
        ledger.commit(now_us())


def on_board(board: Path, who: str, name: str, about: str, detail: Mapping[str, Json]) -> str:
    """Sign an act for the board: its numbers are kept beside another copy of the key."""
    key = board.with_name(f"{who}-board.key")
    if not key.exists():
        key.write_bytes(board.with_name(f"{who}.key").read_bytes())
        key.chmod(0o600)
    log = Ledger.open(board).key
    speaker = Speaker(key=key, signer=person(who), log=log)
    with closing(Door(board)) as door:
        return sign_act(door, speaker, name, about, detail, now_us=now_us()).statement


def revoke_on_board(board: Path, who: str) -> None:
    """Say on the board that somebody's key was never his alone."""
    with Ledger.open(board, read_key(board.with_name("board.key"))) as ledger:
        change = Revoke(
            log=ledger.key.name, root=1, key=person(who).verifier, compromised_since_index=9
        ).text
        ledger.append("key", approved(change))
        ledger.commit(now_us())


def carried_declaration(mission: Path) -> str:
    """Let the commission decide on a declaration; gives the motion."""
    case = act(
        mission, "rita", "case.open",
        detail={
            "title": "Shells", "body": "commission", "findings": [], "claim": "They fired.",
            "concerns": ["AA", "BB"],
        },
    )  # fmt: skip
    proposal: Json = {
        "began_us": BEGAN_US, "ended_us": BEGAN_US, "findings": [],
        "reasons": "It was the first.",
    }  # fmt: skip
    motion = act(
        mission, "anna", "motion.put", case, {"question": "declaration", "proposal": proposal}
    )
    for who in ("chair", "anna", "boris"):
        act(mission, who, "vote.seal", motion, {"commitment": commitment(motion, "yes", "", who)})
    for who in ("chair", "anna", "boris"):
        act(mission, who, "vote.open", motion, {"vote": "yes", "reasons": "", "salt": who})
    act(mission, "chair", "motion.close", motion, {"result": "carried"})
    return motion


def declaration(motion: str) -> dict[str, Json]:
    return {
        "body": "commission",
        "carried_by": motion,
        "trigger": "isolated_breach",
        "instant_us": BEGAN_US,
        "proof": [FOUND.id],
        "article": "3",
        "why": "The first of two.",
    }


def test_a_board_needs_an_agreement_with_bodies(tmp_path: Path) -> None:
    with pytest.raises(MandateError, match=r"no agreement has a \[\[body\]\]: exercise"):
        new_board(tmp_path / "board", "none", [packaged_agreement("exercise.toml")])
    assert not (tmp_path / "board").exists()


def test_a_declaration_starts_clocks_only_on_a_decision_that_was_imported(
    board: Path, mission: Path
) -> None:
    motion = carried_declaration(mission)
    view = GuarantorsBoard(board)
    detail = declaration(motion)
    refused = view.refusal_of("breach.declare", "", detail, actor="chair", now_us=now_us())
    assert refused is not None
    assert refused.rule == "not_carried"
    assert view.board(now_us()).clocks == ()
    import_evidence(board, mission, str(LOG.verifier))
    # The import alone declares nothing.
    assert view.board(now_us()).declarations == ()
    assert view.refusal_of("breach.declare", "", detail, actor="chair", now_us=now_us()) is None
    assert view.board(now_us()).declarations == ()
    declared = on_board(board, "chair", "breach.declare", "", detail)
    found = view.board(now_us())
    assert [one.id for one in found.declarations] == [declared]
    assert found.clocks != ()
    assert found.due != ()
    assert view.refused(now_us()) == ()


def test_what_a_body_of_the_same_name_decided_under_another_agreement_carries_nothing(
    board: Path, tmp_path: Path
) -> None:
    (tmp_path / "away").mkdir()
    other = make_mission(tmp_path / "away", agreement=AGREEMENT.replace('"small"', '"other"'))
    motion = carried_declaration(other)
    import_evidence(board, other, str(LOG.verifier))
    refused = GuarantorsBoard(board).refusal_of(
        "breach.declare", "", declaration(motion), actor="chair", now_us=now_us()
    )
    assert refused is not None
    assert refused.rule == "not_carried"


def test_a_board_that_was_read_on_is_one_that_is_read_anew(board: Path, mission: Path) -> None:
    view = GuarantorsBoard(board)
    assert view.board(now_us()).declarations == ()
    motion = carried_declaration(mission)
    called: dict[str, Json] = {
        "trigger": "isolated_breach", "evidence": [FOUND.id], "states": ["AST"],
        "components": ["air_defence"], "agenda": "What is to be done.",
        "meets_us": now_us() + 3_600_000_000,
    }  # fmt: skip
    steps = (
        lambda: import_evidence(board, mission, str(LOG.verifier)),
        lambda: on_board(board, "chair", "breach.declare", "", declaration(motion)),
        lambda: on_board(board, "gina", "consultation.convene", "", called),
        lambda: carried_declaration(mission),
        lambda: import_evidence(board, mission, str(LOG.verifier)),
        # What the commission carried falls with the key of one who voted.
        lambda: revoke(mission, "boris", 8),
        lambda: import_evidence(board, mission, str(LOG.verifier)),
        lambda: revoke_on_board(board, "gina"),
    )
    seen: list[tuple[int, int]] = []
    for step in steps:
        step()
        at_us = now_us()
        anew = GuarantorsBoard(board)
        assert view.taken(at_us) is view.taken(at_us)
        assert view.board(at_us) == anew.board(at_us)
        assert view.refused(at_us) == anew.refused(at_us)
        assert view.taken(at_us) == anew.taken(at_us)
        seen.append((len(view.board(at_us).declarations), len(view.board(at_us).consultations)))
    assert seen == [(0, 0), (1, 0), (1, 1), (1, 1), (1, 1), (1, 1), (0, 1), (0, 0)]


def test_who_may_not_declare_is_refused_and_listed(board: Path, mission: Path) -> None:
    motion = carried_declaration(mission)
    import_evidence(board, mission, str(LOG.verifier))
    on_board(board, "anna", "breach.declare", "", declaration(motion))
    view = GuarantorsBoard(board)
    assert view.board(now_us()).clocks == ()
    assert [(one.actor, one.name) for one in view.refused(now_us())] == [("anna", "breach.declare")]


def test_the_register_grows_by_acts_and_the_gap_is_told(board: Path) -> None:
    view = GuarantorsBoard(board)
    state = view.register_state(now_us())
    procedure = next(one for one in state.register.procedures if one.state == "AST")
    before = view.earliest("AST", now_us(), now_us())
    assert before[0].procedure == procedure.id
    with pytest.raises(LookupError, match="XX: the register has no procedure of it: not known"):
        view.earliest("XX", now_us(), now_us())
    with pytest.raises(LookupError, match="no declaration stands: give the instant with --from"):
        view.gap(state.register.scenarios[0].id, None, now_us())
    with pytest.raises(LookupError, match="no scenario 'none'"):
        view.gap("none", now_us(), now_us())
    rows = view.gap(state.register.scenarios[0].id, now_us(), now_us()).rows
    assert rows
    refused = view.refusal_of(
        "procedure.step", procedure.id, {"step": "nothing", "source": "s"},
        actor="gina", now_us=now_us(),
    )  # fmt: skip
    assert refused is not None


# -------------------------------------------------------------------------------- commands
def said(*words: str) -> str:
    result = CliRunner().invoke(app, [*words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_commands_show_the_board(board: Path, mission: Path) -> None:
    motion = carried_declaration(mission)
    at = ("--mission", str(board))
    told = said("board", "import", str(mission), "--key", str(LOG.verifier), *at)
    assert "acts\t9" in told
    key = board.with_name("chair-2.key")
    key.write_bytes(board.with_name("chair.key").read_bytes())
    key.chmod(0o600)
    words = (
        "breach", "declare", "--body", "commission", "--carried-by", motion,
        "--trigger", "isolated_breach", "--instant-us", "2026-04-12T10:00:00Z", "--proof", FOUND.id,
        "--article", "3", "--why", "The first.", "--seed", str(key), "--actor", "chair", *at,
    )  # fmt: skip
    assert said(*words, "--check") == "breach.declare\twould be accepted\n"
    declared = said(*words).splitlines()[0].removeprefix("act\t")
    assert f"declaration\t{declared[:10]}\tisolated_breach" in said("guarantee", "board", *at)
    plain = json.loads(said("guarantee", "board", *at, "--json"))
    assert [one["id"] for one in plain["declarations"]] == [declared]
    assert said("consult", "list", *at) == "no consultation was called\n"
    assert json.loads(said("consult", "list", *at, "--json")) == []
    page = json.loads(said("cell", "today", *at, "--json"))
    assert page["late"] or page["due"] or page["later"]
    assert "pledge\t" in said("guarantee", "register", *at)
    assert json.loads(said("guarantee", "register", *at, "--json"))["register"]["id"] == "exercise"
    scenario = json.loads(said("guarantee", "register", *at, "--json"))["register"]["scenarios"][0]
    gap = json.loads(said("guarantee", "gap", "--scenario", scenario["id"], *at, "--json"))
    assert gap["declared_us"] == 1_775_988_000_000_000
    assert said("guarantee", "gap", "--scenario", scenario["id"], *at)
    assert json.loads(said("guarantee", "earliest", "AST", *at, "--json"))
    assert "procedure\t" in said("guarantee", "earliest", "AST", *at)
    assert said("case", "refused", *at) == "no act was refused\n"
