"""One sound example of every record of the register, most of them out of the exercise's own."""

from __future__ import annotations

from truceline.guarantees.force_table import force_table
from truceline.guarantees.gap import gap
from truceline.guarantees.money import money_totals
from truceline.guarantees.procedures import earliest_lawful_date, explore
from truceline.guarantees.public import public_view
from truceline.guarantees.register import read_shipped
from truceline.guarantees.register_fold import fold_register
from truceline.records.pledge import Rate, Visit
from truceline.records.register import HostRequest, Signer, StepStanding

_SHA = "ab" * 32
_EXERCISE = read_shipped("exercise.toml")
_STATE = fold_register(_EXERCISE, (), 1_742_212_800_000_000)
_LAWFUL = [
    earliest_lawful_date(one, 1_742_212_800_000_000, (), calendar)
    for one, calendar in zip(_EXERCISE.procedures, _EXERCISE.calendars, strict=True)
]
_EXPLORED = explore(_EXERCISE.procedures[0])
_BOARD = gap(_STATE, _EXERCISE.scenarios[0], 1_742_212_800_000_000)
_VERSION = _EXERCISE.commitments[0].versions[0]
_MONEY = money_totals(_EXERCISE.pledges)

REGISTER: tuple[object, ...] = (
    _EXERCISE,
    _STATE,
    _EXERCISE.participants[4],
    _EXERCISE.participants[4].positions[0],
    _EXERCISE.instruments[0],
    _EXERCISE.commitments[0],
    _VERSION,
    _VERSION.steps[0],
    _VERSION.conditions[0],
    _EXERCISE.calendars[0],
    _EXERCISE.calendars[0].recesses[0],
    _EXERCISE.procedures[0],
    _EXERCISE.procedures[0].steps[0],
    _EXERCISE.pledges[2],
    _EXERCISE.pledges[2].caveats[0],
    _EXERCISE.pledges[2].force[0],
    _EXERCISE.pledges[2].stages[0],
    _EXERCISE.pledges[3].money[0],
    _EXERCISE.pledges[5].stock[0],
    _EXERCISE.scenarios[0],
    _EXERCISE.scenarios[0].requires[0],
    Visit(act="a", level="L2_assessed", day="2025-03-17", report_sha256=_SHA),
    Rate(
        from_currency="USD",
        to_currency="EUR",
        numerator=9,
        denominator=10,
        day="2025-03-17",
        source="invented",
    ),
    Signer(actor="exercise.example/ua", state="UA"),
    StepStanding(procedure="p", step="vote", standing="refused", at_us=1, act="a"),
    HostRequest(component="sanctions", standing="asked", at_us=1, act="a"),
    _LAWFUL[0],
    _LAWFUL[0].path[0],
    _LAWFUL[1].not_known[0],
    _EXPLORED,
    _EXPLORED.dead_ends[0]
    if _EXPLORED.dead_ends
    else explore(_EXERCISE.procedures[1]).dead_ends[0],
    _MONEY,
    _MONEY.totals[0],
    force_table(_STATE, _EXERCISE.scenarios[0])[0],
    public_view(_STATE),
    public_view(_STATE).pledges[0],
    _BOARD,
    _BOARD.rows[0],
    _BOARD.rows[0].contributions[0],
)
