"""What both invented parties say: too much about the other, too little about themselves.

What a party stages it counts as the other's.
"""

from __future__ import annotations

import numpy as np

from truceline.records.units import DAY_US, HOUR_US, day_of, iso
from truceline.simulate.documents import Document, Row, columns
from truceline.simulate.happenings import PARTIES, Incidents, truce_window
from truceline.simulate.land import Booleans, Generator

INFLATED = (1.5, 6.0)
COUNTED = {"violations_total": "violations", "strikes_on_energy": "strikes on power plants"}
ADMITTED = (0.0, 0.1)
COLUMNS = columns(
    "truce_id,claimant,accused,as_of,period_start_utc,period_end_utc,metric,value,qualifier,"
    "outlet,headline_or_note,pub_date,url,source_quality"
)


def claims_document(rng: Generator, incidents: Incidents, start_us: int, days: int) -> Document:
    """Write claims about the truce, morning by morning, and about strikes on power plants."""
    truce_from, truce_until = truce_window(start_us, days)
    end_us = start_us + days * DAY_US
    rows: list[Row] = []
    mornings = [truce_from + offset * HOUR_US for offset in (24, 48, 72, 84)]
    for until in [morning for morning in mornings if morning <= truce_until]:
        window = truce_from, until
        rows += _claims(rng, incidents, window, "exercise", "violations_total")
    for day in range(2, days + 1, 2):
        window = start_us, min(start_us + day * DAY_US, end_us)
        rows += _claims(rng, incidents, window, "energy_moratorium_2025", "strikes_on_energy")
    return Document(name="claims/claims.csv", header=COLUMNS, rows=tuple(rows))


def _claims(
    rng: Generator, incidents: Incidents, window: tuple[int, int], truce: str, metric: str
) -> list[Row]:
    chosen = (incidents.began_us >= window[0]) & (incidents.began_us < window[1])
    if metric == "strikes_on_energy":
        chosen &= incidents.plant >= 0
    rows = []
    for claimant, code in enumerate(PARTIES):
        for accused, other in enumerate(PARTIES):
            factor = rng.uniform(*(ADMITTED if claimant == accused else INFLATED))
            said = round(_count(incidents, chosen, accused) * factor)
            note = f"{said} {COUNTED[metric]} since {day_of(window[0])}"
            rows.append(Row(fields=claim_fields(truce, code, other, window, (metric, said), note)))
    return rows


def _count(incidents: Incidents, chosen: Booleans, party: int) -> int:
    blamed = np.where(incidents.staged, 1 - incidents.party, incidents.party)
    return int(np.count_nonzero(chosen & (blamed == party)))


def claim_fields(
    truce: str,
    claimant: str,
    accused: str,
    window: tuple[int, int],
    said: tuple[str, int],
    note: str,
) -> tuple[str, ...]:
    """Write one claim.

    Args:
        truce: Which truce it speaks of.
        claimant: Code of the party that says so.
        accused: Code of the party that it is said of.
        window: The period it speaks of; it was said at its end.
        said: What is counted, and the number.
        note: Its headline.
    """
    return (
        truce,
        f"{claimant} (exercise)",
        accused,
        iso(window[1]),
        iso(window[0]),
        iso(window[1]),
        said[0],
        str(said[1]),
        "exact",
        "exercise.example",
        note,
        day_of(window[1]).isoformat(),
        "https://exercise.example/claims",
        "invented",
    )
