"""`truceline case`, `vote` and the others: each act a command, asked of the rules before signed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from truceline.cli.main import app
from truceline.evidence.ledger import Ledger
from truceline.evidence.strict import FormatError
from truceline.evidence.verify import verify
from truceline.pipeline.acts import acts_of
from truceline.pipeline.forms import FORMS

sys.path.insert(0, str(Path(__file__).parents[1] / "pipeline"))
from acts_world import LOG, PEOPLE, make_mission

AT = ("--mission", "m")
OPEN = (
    "case", "open", "--title", "Shells at the bridge", "--body", "commission", "--findings", "",
    "--claim", "They fired.", "--concerns", "AA", "--concerns", "BB", *AT,
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_mission(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*words: str) -> Result:
    return CliRunner().invoke(app, [*words], catch_exceptions=False)


def said(*words: str) -> str:
    result = told(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def seed(who: str) -> tuple[str, str]:
    return "--seed", f"{who}.key"


def act(*words: str) -> str:
    """Sign an act, and give its id."""
    first, entry, verdict = said(*words).splitlines()
    assert entry.startswith("entry\t")
    assert verdict.endswith("\taccepted")
    return first.removeprefix("act\t")


def names_in_the_log() -> list[str]:
    with Ledger.open(Path("m")) as ledger:
        return [one.name for one in acts_of(ledger)]


# ------------------------------------------------------------------------------- an act
def test_a_case_is_opened_and_shown(home: Path) -> None:
    case = act(*OPEN, *seed("rita"))
    act("case", "notify", "--about", case[:10], "--party", "AA", "--text", "A case.", *AT,
        *seed("rita"))  # fmt: skip
    rows = [line.split("\t") for line in said("case", "list", *AT).splitlines()]
    assert [(row[0], row[-1]) for row in rows] == [(case[:10], "Shells at the bridge")]
    (shown,) = json.loads(said("case", "list", *AT, "--json"))
    assert shown["id"] == case
    view = json.loads(said("case", "show", case[:10], *AT, "--json"))
    assert [one["standing"] for one in view["parties"]] == ["open", "not_notified"]
    assert f"id\t{case[:10]}" in said("case", "show", case, *AT)
    assert verify(home / "m", str(LOG.verifier)).problem is None


def test_every_act_of_the_tables_has_a_command() -> None:
    for form in FORMS.values():
        group = {"consultation": "consult"}.get(form.group, form.group)
        verb = form.verb.replace("_", "-")
        if group in {"commitment", "activation", "response"}:
            group, verb = "guarantee", f"{group}-{verb}"
        shown = " ".join(said(group, verb, "--help").split())
        for field in form.fields:
            if form.name not in {"vote.seal", "vote.open"}:
                assert f"--{field.name.replace('_', '-')} " in shown, form.name
        assert f"Example: truceline {group} {verb}" in shown


def test_check_asks_the_rules_and_signs_nothing(home: Path) -> None:
    assert home
    assert said(*OPEN, *seed("rita"), "--check") == "case.open\twould be accepted\n"
    refused = told(*OPEN, *seed("gina"), "--check")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("REFUSED by the rule not_yours")
    assert names_in_the_log() == []


def test_what_a_rule_refuses_is_not_signed_unless_it_is_wanted_anyway(home: Path) -> None:
    assert home
    refused = told(*OPEN, *seed("gina"))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert names_in_the_log() == []
    wanted = told(*OPEN, *seed("gina"), "--anyway")
    assert wanted.exit_code == 0
    assert "REFUSED by the rule not_yours" in wanted.stderr
    assert names_in_the_log() == ["case.open"]
    (row,) = said("case", "refused", *AT).splitlines()
    assert row.split("\t")[1:4] == ["case.open", "gina", "not_yours"]
    (plain,) = json.loads(said("case", "refused", *AT, "--json"))
    assert plain["rule"] == "not_yours"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--severity", "S9"), "case.open: severity must be one of S1_minor, .*, not 'S9'"),
        (("--title", "two\nlines"), r"case.open: title must be one printable line, not 'two\\nl"),
    ],
)
def test_a_wrong_field_is_named_with_its_value(
    home: Path, words: tuple[str, ...], why: str
) -> None:
    assert home
    with pytest.raises(FormatError, match=why):
        told(*OPEN, *words, *seed("rita"))
    assert names_in_the_log() == []


def test_a_missing_field_is_named_with_its_meaning(home: Path) -> None:
    assert home
    with pytest.raises(FormatError, match=r"case\.open: title is missing: what it is about"):
        told("case", "open", *AT, *seed("rita"))


def test_an_id_that_is_several_or_none_is_refused_with_the_candidates(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home
    case = act(*OPEN, *seed("rita"))
    notice = ("case", "notify", "--party", "AA", "--text", "A case.", *AT, *seed("rita"))
    with pytest.raises(FormatError, match=r"case.notify: about 0000000000: there is none in th"):
        told(*notice, "--about", "0" * 10)
    from truceline.pipeline.chamber import Commission  # noqa: PLC0415 - only patched here

    twin = case[:10] + "0" * 54
    monkeypatch.setattr(Commission, "names", lambda *_: iter([case, twin]))
    with pytest.raises(FormatError, match=f"about {case[:10]} is several: "):
        told(*notice, "--about", case[:10])


def test_fields_come_from_a_file_too_and_instants_with_their_zone(home: Path) -> None:
    (home / "window.toml").write_text(
        'kind = "repair"\nplace = "z"\nfrom_us = 2026-04-12T10:00:00+02:00\n'
        'agreed_by = ["AA", "BB"]\npurpose = "mend the line"\n',
        encoding="utf-8",
    )
    words = ("window", "open", "--detail", "window.toml", *AT, *seed("rita"))
    act(*words, "--until-us", "2026-04-12T12:00:00Z")
    with Ledger.open(home / "m") as ledger:
        (one,) = acts_of(ledger)
    hour_us = 3600 * 1_000_000
    assert one.detail["until_us"] == 1_775_995_200 * 1_000_000
    assert one.detail["from_us"] == 1_775_995_200 * 1_000_000 - 4 * hour_us
    for text, why in (
        ("from_us = 2026-04-12T10:00:00", "from_us: 2026-04-12T10:00:00 has no zone"),
        ("share = 0.5", "share: 0.5 cannot be signed"),
        ("kind", "is not TOML"),
        ("knd = 1", "window.open has no field 'knd': kind, place"),
    ):
        (home / "window.toml").write_text(text, encoding="utf-8")
        with pytest.raises(FormatError, match=why):
            told(*words)


def test_without_a_log_nothing_is_signed(home: Path) -> None:
    result = told("case", "deliberate", "--about", "a" * 64, *seed("chair"))
    assert result.exit_code == 2
    assert "say which log" in result.stderr
    assert not (home / "chair.key.said").exists()


# ---------------------------------------------------------------------------------- votes
def a_motion() -> str:
    case = act(*OPEN, *seed("rita"))
    Path("closing.toml").write_text('reasons = "Nothing to decide."\n', encoding="utf-8")
    return act(
        "motion", "put", "--about", case, "--question", "closing", "--proposal", "closing.toml",
        *AT, *seed("anna"),
    )  # fmt: skip


def test_three_seats_vote_sealed_and_the_result_is_what_they_opened(home: Path) -> None:
    motion = a_motion()
    for who, vote in (("chair", "yes"), ("anna", "yes"), ("boris", "no")):
        act("vote", "seal", "--about", motion[:10], "--vote", vote, "--reasons", "wegen всього",
            *AT, *seed(who))  # fmt: skip
    kept = home / "anna.key.votes" / f"{motion}.json"
    assert kept.stat().st_mode & 0o77 == 0
    with Ledger.open(home / "m") as ledger:
        assert b"wegen" not in b"".join(ledger.entries())
    for who in ("chair", "anna", "boris"):
        act("vote", "open", "--about", motion[:10], *AT, *seed(who))
    refused = told("motion", "close", "--about", motion, "--result", "not_carried", *AT,
                   *seed("chair"))  # fmt: skip
    assert (refused.exit_code, "other_result" in refused.stderr) == (1, True)
    act("motion", "close", "--about", motion, "--result", "carried", *AT, *seed("chair"))


def test_a_seal_is_made_once_and_its_salt_is_not_lost(home: Path) -> None:
    motion = a_motion()
    words = ("vote", "seal", "--about", motion, *AT, *seed("anna"))
    with pytest.raises(FormatError, match="vote must be one of yes, no, abstain, not 'maybe'"):
        told(*words, "--vote", "maybe")
    assert said(*words, "--vote", "yes", "--check") == "vote.seal\twould be accepted\n"
    assert not (home / "anna.key.votes").exists()
    act(*words, "--vote", "yes")
    kept = (home / "anna.key.votes" / f"{motion}.json").read_bytes()
    with pytest.raises(FormatError, match="keeps the vote 'yes', which may be sealed already"):
        told(*words, "--vote", "no")
    again = told(*words, "--vote", "yes")
    assert (again.exit_code, "voted_already" in again.stderr) == (1, True)
    assert (home / "anna.key.votes" / f"{motion}.json").read_bytes() == kept
    with pytest.raises(FormatError, match="no vote on this motion was sealed with this key"):
        told("vote", "open", "--about", motion, *AT, *seed("boris"))


# ------------------------------------------------------------------------------- the views
def test_what_is_due_is_shown_and_written_as_a_calendar(home: Path) -> None:
    case = act(*OPEN, *seed("rita"))
    act("case", "notify", "--about", case, "--party", "AA", "--text", "A case.", *AT,
        *seed("rita"))  # fmt: skip
    page = json.loads(said("cell", "today", *AT, "--json"))
    assert page["due"] or page["later"]
    assert "later\t" in said("cell", "today", *AT)
    assert said("cell", "calendar", "-o", "due.ics", *AT).startswith("due.ics\t")
    lines = (home / "due.ics").read_bytes().split(b"\r\n")
    assert (lines[0], lines[-2:]) == (b"BEGIN:VCALENDAR", [b"END:VCALENDAR", b""])
    assert max(map(len, lines)) <= 75
    assert any(line.startswith(b"SUMMARY:") and b"party_reply" in line for line in lines)
    with pytest.raises(FileExistsError):
        told("cell", "calendar", "-o", "due.ics", *AT)


def test_calls_are_logged_for_all(home: Path) -> None:
    assert home
    assert said("hotline", "log", *AT) == "no call was made\n"
    call = act("hotline", "call", "--from-state", "AA", "--to", "BB", "--text", "Stop.", *AT,
               *seed("anna"))  # fmt: skip
    assert said("hotline", "log", *AT).split("\t")[5] == "not acknowledged"
    act("hotline", "ack", "--about", call[:10], *AT, *seed("boris"))
    log = json.loads(said("hotline", "log", *AT, "--json"))
    assert [one["acknowledged_by"] for one in log["calls"]] == ["boris"]


def test_hats_and_patterns_are_shown(home: Path) -> None:
    assert home
    case = act(*OPEN, *seed("rita"))
    hats = {line.split("\t")[0]: line.split("\t")[1] for line in
            said("case", "hats", case[:10], *AT).splitlines()}  # fmt: skip
    assert hats["AA"] == "party, judge"
    assert hats["AST"] == "guarantor"
    assert json.loads(said("case", "hats", case, *AT, "--json"))
    assert said("case", "patterns", *AT) == "no cases share anything that is known\n"
    assert json.loads(said("case", "patterns", *AT, "--json")) == []
    assert set(PEOPLE) == {"chair", "anna", "boris", "rita", "gina"}
