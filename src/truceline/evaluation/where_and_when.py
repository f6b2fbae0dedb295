"""Whether a clause bound where and when an incident happened, with its exceptions taken off.

Place and time of an incident count as independent of one another. Inside an exception they do not:
an exception lifts a clause only where its zone and its window meet, so both are taken together,
point by point of the incident's region.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from truceline.evaluation.binding_time import Window, chance_in_time
from truceline.evaluation.context import Context
from truceline.evaluation.plane import (
    POINTS,
    SIGMAS_REACH,
    distance_to_area_m,
    inside,
    region_points,
    sigma_90_m,
)
from truceline.records.agreement import Agreement, Clause, Exemption, Reading
from truceline.records.incident import Incident
from truceline.records.reason import Number, Reason, reason
from truceline.records.units import PPM


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """The clause may have bound the incident.

    Attributes:
        probability: That the incident began within the binding time and lay in the clause's zone,
            and that no exception lifted the clause there and then.
        reasons: The numbers behind it.
    """

    probability: Fraction
    reasons: tuple[Reason, ...]


def binding_of(
    clause: Clause, reading: Reading, agreement: Agreement, incident: Incident, context: Context
) -> Binding | Reason:
    """Give the probability that the clause bound the incident, or the reason why it cannot have."""
    cannot = _outside_time(reading, incident) or _outside_zone(clause, incident, context)
    if cannot is not None:
        return cannot
    exemptions = [
        exemption
        for exemption in agreement.exemptions
        if clause.id in exemption.clauses
        and exemption.from_us <= incident.ended_us
        and incident.began_us < exemption.until_us
    ]
    shares = _region_shares(clause, exemptions, incident, context)
    in_time = chance_in_time(incident.began_us, incident.ended_us, reading)
    lifting = _lifting(exemptions, shares, incident, reading)
    free = _total(
        share * (in_time - _chance_in(_windows(exemptions, held), incident, reading))
        for held, share in shares.items()
    )
    if lifting and free == 0:
        return reason("exempted", {"exemption": ", ".join(lifting)})
    place = reason("everywhere")
    if clause.zone is not None:
        in_zone: dict[str, Number] = {
            "probability_ppm": ppm(_total(shares.values())),
            "zone": clause.zone,
        }
        place = reason("within_zone", in_zone)
    lifted = (
        reason("exempted", {"exemption": name, "probability_ppm": ppm(chance)})
        for name, chance in lifting.items()
    )
    reasons = (_time_reason(reading, incident, in_time), place, *lifted)
    return Binding(probability=free, reasons=reasons)


def _total(chances: Iterable[Fraction]) -> Fraction:
    return sum(chances, Fraction(0))


def _lifting(
    exemptions: Sequence[Exemption],
    shares: Mapping[frozenset[int], Fraction],
    incident: Incident,
    reading: Reading,
) -> dict[str, Fraction]:
    """Give for each exception the probability that it lifted the clause, where there is any."""
    lifting: dict[str, Fraction] = {}
    for place, exemption in enumerate(exemptions):
        where = _total(share for held, share in shares.items() if place in held)
        window = (exemption.from_us, exemption.until_us)
        chance = where * _chance_in((window,), incident, reading)
        if chance > 0:
            lifting[exemption.id] = chance
    return lifting


def ppm(chance: Fraction) -> int:
    """Round a probability once, half to even.

    >>> ppm(Fraction(2, 3))
    666667
    """
    return round(chance * PPM)


def _outside_time(reading: Reading, incident: Incident) -> Reason | None:
    from_us = reading.start.not_before_us
    if incident.ended_us < from_us:
        return reason("before_start", {"from_us": from_us, "ended_us": incident.ended_us})
    # An end is the first instant that is no longer bound, so equality lies outside.
    if reading.end is not None and incident.began_us >= reading.end.not_after_us:
        until_us = reading.end.not_after_us
        return reason("after_end", {"until_us": until_us, "began_us": incident.began_us})
    return None


def _outside_zone(clause: Clause, incident: Incident, context: Context) -> Reason | None:
    if clause.zone is None:
        return None
    distance_m = distance_to_area_m(incident.place, context.zones[clause.zone])
    if distance_m <= sigma_90_m(incident.radius_90_m) * SIGMAS_REACH:
        return None
    return reason("outside_zone", {"zone": clause.zone, "distance_m": distance_m})


def _time_reason(reading: Reading, incident: Incident, in_time: Fraction) -> Reason:
    return reason(
        "within_time",
        {
            "probability_ppm": ppm(in_time),
            "from_us": reading.start.not_before_us,
            "until_us": None if reading.end is None else reading.end.not_after_us,
            "began_us": incident.began_us,
            "ended_us": incident.ended_us,
        },
    )


def _region_shares(
    clause: Clause, exemptions: Sequence[Exemption], incident: Incident, context: Context
) -> dict[frozenset[int], Fraction]:
    """Split what lies in the clause's zone by the exceptions that hold there.

    Returns:
        For each set of exceptions (places in the sequence), the share of the whole region.
    """
    zones = [clause.zone, *(exemption.zone for exemption in exemptions)]
    if all(zone is None for zone in zones):
        return {frozenset(range(len(exemptions))): Fraction(1)}
    points = region_points(incident)
    everywhere = np.ones(POINTS, dtype=np.bool_)
    held, *lifted = (
        everywhere if zone is None else inside(context.zones[zone], points) for zone in zones
    )
    codes = np.zeros(POINTS, dtype=np.int64)
    for place, covers in enumerate(lifted):
        codes |= covers.astype(np.int64) << place
    values, counts = np.unique(codes[held], return_counts=True)
    return {
        frozenset(place for place in range(len(exemptions)) if code >> place & 1): Fraction(
            count, POINTS
        )
        for code, count in zip(values.tolist(), counts.tolist(), strict=True)
    }


def _windows(exemptions: Sequence[Exemption], held: frozenset[int]) -> tuple[Window, ...]:
    """Merge the windows of some exceptions, so that no instant is taken off twice."""
    merged: list[Window] = []
    for from_us, until_us in sorted(
        (exemptions[place].from_us, exemptions[place].until_us) for place in held
    ):
        if merged and from_us <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until_us))
        else:
            merged.append((from_us, until_us))
    return tuple(merged)


def _chance_in(windows: Sequence[Window], incident: Incident, reading: Reading) -> Fraction:
    return _total(
        chance_in_time(incident.began_us, incident.ended_us, reading, window) for window in windows
    )
