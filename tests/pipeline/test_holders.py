"""Whose sensors and mirrors they are follows from the keys that the agreement names."""

from __future__ import annotations

import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from acts_world import AGREEMENT, LOG, act, approved, make_mission, person

from truceline.evidence.cosignature import cosigner_key
from truceline.evidence.key_change import add_key
from truceline.evidence.keys import SigningKey, write_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.mirror import Mirror, folder_source
from truceline.pipeline.case_files import case_record
from truceline.pipeline.chamber import Commission
from truceline.pipeline.contribute import contribute
from truceline.pipeline.cosigned import collect, cosigned_file
from truceline.pipeline.door import Door
from truceline.records.canonical import Json, canonical, record_bytes
from truceline.records.chamber import Hats, Holders
from truceline.records.finding import Finding, Outcome
from truceline.reports.case_record import Reader

READER = Reader(tier="commission")
ROLES = """
[[role]]
actor = "station"
role = "public"
state = "CST"

[[role]]
actor = "mirror-ast.example"
role = "public"
state = "AST"
"""
NOW_US = time.time_ns() // 1000


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    """A mission whose operator gathered one document; a station of CST handed in another."""
    mission = make_mission(tmp_path, agreement=AGREEMENT + ROLES)
    with Ledger.open(mission, LOG.seed) as ledger:
        for name in ("station", "stranger"):
            signer = person(name)
            change = add_key(log=LOG.name, root=1, kinds=("original",), signer=signer).text
            ledger.append("key", approved(change))
            write_key(tmp_path / f"{name}.key", signer.seed)
        ledger.store_original(b"gathered")
        ledger.append("original", original(b"gathered", "firms/gathered.csv"))
        ledger.commit(NOW_US)
    for name in ("station", "stranger"):
        hand_in(mission, name)
    return mission


def original(content: bytes, name: str) -> dict[str, Json]:
    return {
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
        "name": name,
        "feed": "firms",
        "received_us": None,
    }


def hand_in(mission: Path, who: str) -> None:
    document = mission.with_name(f"{who}.csv")
    document.write_bytes(who.encode())
    with closing(Door(mission)) as door:
        contribute(
            door,
            document,
            f"firms/{who}.csv",
            key=mission.with_name(f"{who}.key"),
            actor=who,
            log_key=str(LOG.verifier),
            now_us=NOW_US,
        )


def found(mission: Path, *behind: bytes) -> str:
    """Derive, by hand, one finding that stands on these documents; give its id."""
    seen = [f"o:{sha256(one).hexdigest()}:2" for one in behind]
    incident: dict[str, Json] = {
        "id": f"i:{sha256(behind[0]).hexdigest()}:2",
        "began_us": 0,
        "ended_us": 1,
        "held_by": "AA",
        "place": {"longitude_e7": 0, "latitude_e7": 0},
        "observations": [*seen],
    }
    finding = Finding(
        incident=str(incident["id"]),
        revision=1,
        agreement="small",
        agreement_sha256="a" * 64,
        clause="c",
        reading="s",
        outcome=Outcome.BREACHED,
        probability_ppm=960_000,
        breached_from_ppm=900_000,
        kept_up_to_ppm=50_000,
        reasons=(),
    )
    with Ledger.open(mission, LOG.seed) as ledger:
        ledger.store_derived("incidents.jsonl", canonical(incident) + b"\n")
        ledger.store_derived("findings.jsonl", record_bytes(finding) + b"\n")
        ledger.commit(NOW_US)
    return finding.id


def hats(mission: Path, finding: str) -> dict[str, Hats]:
    case = act(mission, "rita", "case.open", detail={
        "title": "Shells", "body": "commission", "findings": [finding], "concerns": ["AA"],
    })  # fmt: skip
    commission = Commission(mission)
    shown = commission.chamber(time.time_ns() // 1000).view(case).hats
    assert case_record(commission, case, time.time_ns() // 1000, READER).view.hats == shown
    return {one.state: one for one in shown}


def test_a_state_whose_key_handed_the_documents_in_owns_the_sensors(mission: Path) -> None:
    shown = hats(mission, found(mission, b"station"))
    assert {state: one.owns_sensors for state, one in shown.items()} == {
        "AA": False, "BB": False, "AST": False, "CST": True,
    }  # fmt: skip


@pytest.mark.parametrize("other", [b"gathered", b"stranger"])
def test_whose_other_documents_are_is_not_known(mission: Path, other: bytes) -> None:
    shown = hats(mission, found(mission, b"station", other))
    assert {state: one.owns_sensors for state, one in shown.items()} == {
        "AA": None, "BB": None, "AST": None, "CST": True,
    }  # fmt: skip


def ask_mirrors(mission: Path, *names: str) -> None:
    lines = [f"log {LOG.verifier}"]
    for number, name in enumerate(names, start=1):
        key = SigningKey(name=name, seed=bytes([number]) * 32)
        store = mission.with_name(name)
        Mirror.create(store, key.seed, name, LOG.verifier).close()
        with Mirror.open(store) as mirror:
            mirror.pull(folder_source(mission), NOW_US // 1_000_000)
        lines.append(f"witness m{number} {cosigner_key(key)} {store}")
    policy = mission.with_name("policy.txt")
    policy.write_text("\n".join([*lines, "quorum none", ""]), encoding="utf-8")
    collect(mission, policy, NOW_US // 1_000_000)


def test_nobody_knows_who_mirrors_a_log_whose_mirrors_were_never_asked(mission: Path) -> None:
    assert Commission(mission).mirrors == Holders()


def test_a_mirror_is_the_state_s_for_which_its_key_stands(mission: Path) -> None:
    ask_mirrors(mission, "mirror-ast.example")
    assert Commission(mission).mirrors == Holders(states=("AST",), all_known=True)
    shown = hats(mission, found(mission, b"station"))
    assert (shown["AST"].keeps_mirror, shown["AA"].keeps_mirror) == (True, False)


def test_a_mirror_of_nobody_known_may_be_anybodys(mission: Path) -> None:
    ask_mirrors(mission, "mirror-ast.example", "mirror-x.example")
    assert Commission(mission).mirrors == Holders(states=("AST",), all_known=False)


def test_an_open_commission_sees_what_mirrors_answer_later(mission: Path) -> None:
    commission = Commission(mission)
    assert commission.mirrors == Holders()
    ask_mirrors(mission, "mirror-ast.example")
    assert commission.mirrors == Holders(states=("AST",), all_known=True)
    cosigned_file(mission).write_bytes(b"broken")
    assert commission.mirrors == Holders()
