"""Every act that a rule refuses: which rule, and that nothing on the board changed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from board_worlds import T0, Log, board_of, determination, facts, rules_of, whole

from truceline.guarantees import on_breach
from truceline.guarantees.board import FAMILIES, HANDLERS
from truceline.guarantees.board_acts import ACTS
from truceline.guarantees.board_defaults import DEFAULTS
from truceline.records.act_spec import complaint
from truceline.records.board import Board
from truceline.records.units import HOUR_US

Try = Callable[[Log, dict[str, str]], str]
LATER = T0 + 400 * HOUR_US
CLOCK = "guarantor_consultation"


def clock(log: Log, ids: dict[str, str], name: str, actor: str = "chair", ends: str = "") -> str:
    clock_id = f"{ids['declared']}:phase_two"
    if ends:
        return log.add(name, actor, clock_id, why="why", ends=ends)
    return log.add(name, actor, clock_id, why="why")


def elapsed(log: Log, name: str) -> str:
    other = log.declare(carried_by="carried-1")
    return log.add(name, "chair", f"{other}:{CLOCK}", at_us=LATER, why="why")


def stopped(log: Log, ids: dict[str, str], name: str) -> str:
    clock_id = f"{ids['declared']}:{CLOCK}"
    if name == "clock.resume":
        return log.add(name, "chair", clock_id, why="why", ends="x")
    actor = "key-RU" if name == "clock.dispute" else "chair"
    return log.add(name, actor, clock_id, why="why")


def redeclare(log: Log, ids: dict[str, str], carried_by: str = "carried-1") -> str:
    return log.declare(name="breach.correct", about=ids["declared"], carried_by=carried_by)


def late_consultation(log: Log, *, open_first: bool = False) -> str:
    called = log.convene()
    if open_first:
        for state in ("GB", "FR"):
            log.add("consultation.attend", f"key-{state}", called)
        log.add("consultation.open", "key-GB", called, at_us=log.now_us + 2 * HOUR_US)
    return called


def twice(log: Log, name: str) -> str:
    called = late_consultation(log)
    if name == "consultation.absent":
        return [log.add(name, "key-GB", called, why="w") for _ in range(2)][1]
    return [log.add(name, "key-GB", called) for _ in range(2)][1]


CASES: dict[str, tuple[str, Try]] = {
    "a body is signed for by its chair, nobody else": (
        "no_authority", lambda log, _: log.declare(actor="key-GB", carried_by="carried-1")
    ),
    "a member of the body does not chair it": (
        "no_authority",
        lambda log, _: log.declare(actor="commission-member", carried_by="carried-1"),
    ),
    "a body without the power declares nothing": (
        "no_authority",
        lambda log, _: log.declare(actor="liaison-chair", body="liaison", carried_by="carried-9"),
    ),
    "the chair alone is not the body": (
        "not_carried", lambda log, _: log.declare(carried_by="no such decision")
    ),
    "another body's decision carries nothing": (
        "not_carried", lambda log, _: log.declare(carried_by="carried-6")
    ),
    "one decision carries one declaration": ("carried_twice", lambda log, _: log.declare()),
    "nobody declares the future": (
        "future_instant",
        lambda log, _: log.declare(carried_by="carried-1", instant_us=LATER),
    ),
    "an instant that no proof holds is no candidate": (
        "not_a_candidate",
        lambda log, _: log.declare(carried_by="carried-1", instant_us=T0 + 1),
    ),
    "proof that nobody knows": (
        "evidence_unknown", lambda log, _: log.declare(carried_by="carried-1", proof=["f:none"])
    ),
    "proof that was decided later": (
        "evidence_later",
        lambda log, _: log.declare(carried_by="carried-1", proof=["f:one", "later"]),
    ),
    "proof that was corrected": (
        "unwound", lambda log, _: log.declare(carried_by="carried-1", proof=["f:one", "old"])
    ),
    "a trigger that the vocabulary does not have": (
        "field", lambda log, _: log.declare(carried_by="carried-1", trigger="annoyance")
    ),
    "a field too few": ("field", lambda log, ids: log.add("clock.pause", "chair", ids["declared"])),
    "an about where none belongs": (
        "field", lambda log, ids: log.declare(about=ids["declared"], carried_by="carried-1")
    ),
    "a correction of nothing": (
        "about_unknown",
        lambda log, _: log.declare(name="breach.correct", about="x", carried_by="carried-1"),
    ),
    "a correction by a body that is not above": (
        "no_authority",
        lambda log, ids: log.declare(
            name="breach.correct", about=ids["declared"], actor="liaison-chair", body="liaison",
            carried_by="carried-9",
        ),
    ),
    "a second correction of the same": (
        "fallen_already",
        lambda log, ids: (redeclare(log, ids), redeclare(log, ids, carried_by="carried-2"))[1],
    ),
    "a withdrawal that nobody carried": (
        "not_carried",
        lambda log, ids: log.add(
            "breach.withdraw", "chair", ids["declared"], body="commission", carried_by="x", why="y"
        ),
    ),
    "a clock that is not there": (
        "about_unknown", lambda log, _: log.add("clock.pause", "chair", "x", why="why")
    ),
    "a state does not pause a clock": (
        "no_authority", lambda log, ids: clock(log, ids, "clock.pause", "key-RU")
    ),
    "a state does not stop a clock": (
        "no_authority", lambda log, ids: clock(log, ids, "clock.stop", "key-UA")
    ),
    "an analyst disputes nothing": (
        "no_authority", lambda log, ids: clock(log, ids, "clock.dispute", "analyst")
    ),
    "a resume without a pause": (
        "no_pause", lambda log, ids: clock(log, ids, "clock.resume", ends="nothing")
    ),
    "a pause of what has stopped": (
        "clock_stopped", lambda log, ids: stopped(log, ids, "clock.pause")
    ),
    "a dispute of what has stopped": (
        "clock_stopped", lambda log, ids: stopped(log, ids, "clock.dispute")
    ),
    "a resume of what has stopped": (
        "clock_stopped", lambda log, ids: stopped(log, ids, "clock.resume")
    ),
    "a pause after the end": ("clock_elapsed", lambda log, _: elapsed(log, "clock.pause")),
    "a stop after the end": ("clock_elapsed", lambda log, _: elapsed(log, "clock.stop")),
    "an analyst convenes nobody": ("no_authority", lambda log, _: log.convene(actor="analyst")),
    "a consultation about no declaration": ("about_unknown", lambda log, _: log.convene("x")),
    "a consultation on nothing known": (
        "evidence_unknown", lambda log, _: log.convene(evidence=["x"])
    ),
    "a state without a key": ("state_unknown", lambda log, _: log.convene(states=["XX"])),
    "a meeting in the past": ("past_instant", lambda log, _: log.convene(meets_us=T0)),
    "who was not invited": (
        "not_invited",
        lambda log, _: log.add("consultation.receipt", "key-US", late_consultation(log)),
    ),
    "two receipts": ("twice", lambda log, _: twice(log, "consultation.receipt")),
    "present twice": ("twice", lambda log, _: twice(log, "consultation.attend")),
    "absent twice": ("twice", lambda log, _: twice(log, "consultation.absent")),
    "a quorum that is not there": (
        "quorum",
        lambda log, _: log.add(
            "consultation.open", "key-GB", late_consultation(log), at_us=LATER
        ),
    ),
    "a meeting before its time": (
        "too_early", lambda log, _: log.add("consultation.open", "key-GB", late_consultation(log))
    ),
    "opened by somebody else": (
        "not_convener",
        lambda log, _: log.add("consultation.open", "key-FR", late_consultation(log), at_us=LATER),
    ),
    "opened twice": (
        "twice",
        lambda log, _: log.add(
            "consultation.open", "key-GB", late_consultation(log, open_first=True)
        ),
    ),
    "closed twice": (
        "closed",
        lambda log, ids: log.add("consultation.close", "key-GB", ids["called"], outcome="x"),
    ),
    "present after the end": (
        "closed", lambda log, ids: log.add("consultation.attend", "key-DE", ids["called"])
    ),
    "a decision on nothing": ("about_unknown", lambda log, _: log.decide("x")),
    "a decision of who was not asked": (
        "not_invited", lambda log, ids: log.decide(ids["called"], "US")
    ),
    "a component that was not on the agenda": (
        "component", lambda log, ids: log.decide(ids["called"], components=["cyber"])
    ),
    "a decision that waits for another state's procedure": (
        "procedure_unknown",
        lambda log, ids: log.decide(ids["called"], "FR", procedures=["p:vote"]),
    ),
    "a decision that waits for a procedure that nobody knows": (
        "procedure_unknown",
        lambda log, ids: log.decide(ids["called"], procedures=["p:none"]),
    ),
    "an activation before the procedure that it waits for": (
        "procedure_open",
        lambda log, ids: log.activate(log.decide(ids["called"], procedures=["p:vote"])),
    ),
    "an activation without a decision": ("not_decided", lambda log, _: log.activate("x")),
    "an activation after a no": ("not_decided", lambda log, ids: log.activate(ids["no"], "FR")),
    "an activation of another component": (
        "not_decided", lambda log, ids: log.activate(ids["decided"], component="cyber")
    ),
    "an activation by another state": (
        "not_own", lambda log, ids: log.activate(ids["decided"], "FR")
    ),
    "an activation by a body": (
        "not_own",
        lambda log, ids: log.add(
            "activation.record", "chair", ids["decided"], component="air_defence",
            commitment="g:GB:air_defence", article="x",
        ),
    ),
    "an activation of another state's commitment": (
        "commitment_unknown",
        lambda log, ids: log.activate(ids["decided"], commitment="g:FR:air_defence"),
    ),
    "an activation under a decision that was replaced": (
        "not_decided",
        lambda log, ids: (log.decide(ids["called"]), log.activate(ids["decided"]))[1],
    ),
    "a second activation": ("twice", lambda log, ids: log.activate(ids["decided"])),
    "another state ends it": (
        "not_own",
        lambda log, ids: log.add("activation.stand_down", "key-FR", ids["activated"], why="w"),
    ),
    "ended twice": (
        "stood_down",
        lambda log, ids: [
            log.add("activation.stand_down", "key-GB", ids["activated"], why="w") for _ in "12"
        ][1],
    ),
    "a measure without an activation": ("not_activated", lambda log, _: log.respond("x")),
    "a measure of another state": (
        "not_own", lambda log, ids: log.respond(ids["activated"], "FR")
    ),
    "a measure that ends before it begins": (
        "window", lambda log, ids: log.respond(ids["activated"], until_us=T0)
    ),
    "a sanction by a party": ("no_authority", lambda log, _: log.sanction("UA")),
    "a sanction against no party": ("party_unknown", lambda log, _: log.sanction(against="XX")),
    "a sanction on nothing": ("evidence_unknown", lambda log, _: log.sanction(stands_on=["x"])),
    "a sanction for an attack that no body determined": (
        "evidence_unknown", lambda log, _: log.sanction(ladder="attack", stands_on=["f:one"])
    ),
    "relief by another state": (
        "not_own",
        lambda log, ids: log.add("response.relief", "key-FR", ids["sanction"], why="w", from_us=1),
    ),
    "relief of nothing": (
        "about_unknown",
        lambda log, _: log.add("response.relief", "key-FR", "x", why="w", from_us=1),
    ),
    "relief twice": (
        "twice",
        lambda log, ids: [
            log.add("response.relief", "key-GB", ids["sanction"], why="w", from_us=1) for _ in "12"
        ][1],
    ),
}  # fmt: skip


def seen(log: Log) -> Board:
    return board_of(
        log,
        LATER + HOUR_US,
        determinations=(
            determination("d1"),
            determination("later", decided_us=LATER),
            determination("old", standing="corrected", replaced_by="d1"),
        ),
        findings=(facts("one"),),
    )


@pytest.mark.parametrize("case", CASES)
def test_is_refused_by_its_rule_and_changes_nothing(case: str) -> None:
    rule, attempt = CASES[case]
    log, ids = whole()
    refused = attempt(log, dict(ids))
    after = seen(log)
    last = after.refused[-1]
    assert (last.rule, last.act) == (rule, refused)
    assert last.why
    without = Log(acts=[one for one in log.acts if one.id != refused], now_us=log.now_us)
    assert replace(after, refused=after.refused[:-1]) == seen(without)


def test_every_rule_of_the_code_is_tried() -> None:
    folder = Path(on_breach.__file__).parent
    written = {
        node.args[0].value
        for file in (*folder.glob("on_*.py"), folder / "grounds.py", folder / "board.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Refusal"
        and isinstance(node.args[0], ast.Constant)
    }
    tried = {rule for rule, _ in CASES.values()} | {"unknown_act", "disputed_key"}
    assert tried == written


def test_every_act_of_the_table_is_folded_and_no_other() -> None:
    assert set(HANDLERS) == set(ACTS)
    assert {name.split(".")[0] for name in ACTS} == FAMILIES
    assert "procedure" not in FAMILIES


@pytest.mark.parametrize("name", sorted(ACTS))
def test_no_act_takes_a_detail_without_its_fields_or_with_others(name: str) -> None:
    spec = ACTS[name]
    assert complaint(spec, {"nothing_known": 1}) == "no field nothing_known"
    required = [field for field, one in spec.fields.items() if one.required]
    assert bool(complaint(spec, {})) == bool(required)
    for field, one in spec.fields.items():
        assert one.check(None), field
        assert one.check({}), field
        assert one.meaning
        assert one.meaning.endswith(".")


def test_a_refusal_names_the_article_of_the_clock() -> None:
    log, ids = whole()
    clock(log, dict(ids), "clock.pause", "key-RU")
    written = replace(DEFAULTS, clocks=tuple(replace(one, article="7") for one in DEFAULTS.clocks))
    assert board_of(log, terms=written).refused[-1].article == "7"


def test_the_whole_scenario_itself_is_not_refused() -> None:
    log, _ = whole()
    assert rules_of(seen(log)) == []
