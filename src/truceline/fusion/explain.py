"""Say why observations are one incident, why others are not, and what would change the verdict.

Association is causal, so it can be run again up to any row and asked what it weighed there: every
live incident that could have brought the row, and a new one. Nothing of it is kept with an
incident; it follows from the observations, like the incident itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from truceline.fusion.associate import Associator, associate
from truceline.fusion.counts import near, of_one
from truceline.fusion.fuse import laid_out, mission_model
from truceline.fusion.kernel import (
    GATE,
    LATER,
    LIVES,
    SAME_INSTRUMENT,
    SAME_ROW,
    TWICE,
    _again,
    _passing,
    _prompt,
    _telling,
)
from truceline.fusion.model import PASSING, PROMPT, TELLING, Columns, Model, Numbers
from truceline.fusion.weights import (
    CLASS_CAP,
    OPEN_SOURCE_CAP,
    PROMPT_LR,
    alert_weight,
    probability_ppm,
    prompt_weight,
)
from truceline.records.detections import UNKNOWN_KIND, Detections, Integers
from truceline.records.incident import Evidence, Incident
from truceline.records.observation import Observation
from truceline.records.reason import Reason, reason
from truceline.records.units import DAY_US, HOUR_US, PPM, SECOND_US
from truceline.sensors.geometry import distance_m
from truceline.sensors.lag import MISSION_LAGS

# So many neighbours that were not joined are told of, and none farther off in place or time.
NEIGHBOURS = 3
NEIGHBOUR_M = 30_000
NEIGHBOUR_US = 2 * DAY_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an incident is what it is, in reasons for which each language has words.

    Attributes:
        together: For each supporting observation, by time, its id and why it is here.
        apart: For each of the nearest incidents that it was not joined with its id and why.
        change: What would change the verdict most.
    """

    together: tuple[tuple[str, Reason], ...]
    apart: tuple[tuple[str, Reason], ...]
    change: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """What association knows of a live incident as a row of another, or its own, comes.

    Attributes:
        number: The label of its rows.
        density: How densely it brings such rows just there and then, per m2 and s; 0 for not.
        own_rate: The same for rows of new incidents, what this one adds to it left out.
        distance_m: Between the row and where the incident is believed to be.
        sigmas: That distance, in standard deviations along an axis.
        after_s: How long after the incident's time the row is dated, in seconds.
    """

    number: int
    density: float
    own_rate: float
    distance_m: float
    sigmas: float
    after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """What association weighs at one row: live incidents, likeliest first, and a new one.

    Those that cannot have brought it are left out, unless they were asked for.
    """

    candidates: tuple[_Candidate, ...]
    new: float

    @property
    def total(self) -> float:
        """The density of such rows that all live incidents together bring."""
        return sum(one.density for one in self.candidates)

    def of(self, number: int) -> _Candidate | None:
        """Give one incident as it was then; None if it was not live."""
        return next((one for one in self.candidates if one.number == number), None)

    def likeliest(self, model: Model) -> int | None:
        """Give the incident that the row goes to, None for a new one: what the kernel decides."""
        best = self.candidates[0] if self.candidates else None
        if best is None or best.density <= 0.0:
            return None
        joins = best.density >= best.own_rate
        joins = joins and best.density >= model.least_share * (self.total + best.own_rate)
        return best.number if joins or best.density >= TWICE else None


class Replay:
    """Association of a mission's observations, to be asked what it weighed at any row."""

    def __init__(self, observations: Sequence[Observation], centre_e7: tuple[int, int]) -> None:
        """Associate what counts; see `fuse`."""
        heard, self.columns = laid_out(observations, centre_e7)
        self.model = mission_model()
        self.labels = associate(self.columns, self.model)
        self.ids = [seen.id for seen in heard]
        self.row_of = {name: row for row, name in enumerate(self.ids)}

    def weighings(self, rows: Sequence[int]) -> dict[int, Weighing]:
        """Give what association weighed at some rows; each names the incidents of all of them."""
        named = np.unique(self.labels[list(rows)])
        associator = Associator(self.model, keep=False)
        found, done = {}, 0
        for row in sorted(set(rows)):
            associator.add(self.columns.slice(done, row))
            found[row] = weighing(associator, self.columns.slice(row, row + 1), named)
            done = row
        return found


def weighing(associator: Associator, row: Detections, named: Integers) -> Weighing:
    """Weigh one row against all that an associator knows, as its kernel would.

    Args:
        associator: Given all rows before this one and no other.
        row: One detection.
        named: Labels of incidents that are told of even where they cannot have brought the row.
    """
    model, state = associator.model, associator.state
    numbers, columns = model.numbers(), model.columns()
    mean, at = int(row.means[0]), float(row.at_us[0]) / SECOND_US
    east, north = float(row.east_m[0]), float(row.north_m[0])
    variance = max(1.0, float(row.sigma_m[0]) * model.sigma_scale[mean]) ** 2
    treatment = int(columns.treatment[mean])
    fresh = columns.fresh[mean]
    grid, window_s = state.long, numbers.long_s
    if treatment == PROMPT:
        grid, window_s = state.short, numbers.short_s
    wide = near(state.wide, numbers.wide_cell_m, numbers.wide_s, east, north, at)
    wide = numbers.prior_rate + numbers.background * wide
    bursts = near(grid, numbers.narrow_cell_m, window_s, east, north, at)
    says = int(row.kind[0]) if row.kind[0] != UNKNOWN_KIND else columns.said.shape[1] - 1
    lives = state.lives[: int(state.used[LIVES])]
    spots = state.spots[lives["spot"]]
    aparts = (east - spots["east"]) ** 2 + (north - spots["north"]) ** 2
    boths = variance + spots["variance"].astype(np.float64)
    could = (aparts <= GATE * boths) & (spots["since"] >= at - columns.reach_s[mean])
    found = []
    for who in np.flatnonzero(could | np.isin(lives["number"], named)).tolist():
        life, apart, both = lives[who], aparts[who], float(boths[who])
        after = at - float(spots["at"][who])
        density = 0.0
        if could[who]:
            brought = float(state.kinds[who] @ columns.said[mean, says])
            density = _in_time(numbers, columns, life, mean, brought, after, at)
            if treatment == PROMPT:
                again = _again(numbers, state.lives, who, mean, row.source[0], east, north, at)
                if again == SAME_ROW:
                    density = TWICE
                elif again == SAME_INSTRUMENT:
                    density *= numbers.again_ratio
                elif again == LATER:
                    density = 0.0
            if density < TWICE:
                density *= _in_place(model, life, treatment, (east, north), apart, variance, both)
        own = of_one(
            numbers.narrow_cell_m, window_s, east, north, at,
            life["born_east"], life["born_north"], life["born"],
        )  # fmt: skip
        found.append(
            _Candidate(
                number=int(life["number"]),
                density=density,
                own_rate=fresh * (wide + numbers.excited * max(0.0, bursts - own)),
                distance_m=math.sqrt(apart),
                sigmas=math.sqrt(apart / both),
                after_s=after,
            )
        )
    found.sort(key=lambda one: (-one.density, one.sigmas, one.number))
    return Weighing(candidates=tuple(found), new=fresh * (wide + numbers.excited * bursts))


def _in_time(
    numbers: Numbers,
    columns: Columns,
    life: Any,  # noqa: ANN401 - a row of `kernel.LIVE`
    mean: int,
    brought: float,
    after: float,
    at: float,
) -> float:
    """Give how densely an incident brings rows of an instrument at a time, per second."""
    precision, pixels, reports = life["precision"], life["pixels"], life["reports"]
    treatment = columns.treatment[mean]
    if treatment == PROMPT:
        jitter_s = columns.jitter_s[mean]
        return brought * float(_prompt(numbers, precision, pixels + reports, after, jitter_s))
    if treatment == PASSING:
        return float(_passing(numbers, precision, pixels, life["pass_at"], brought, after, at))
    delay_s = columns.delay_s[mean]
    return float(_telling(numbers, precision, pixels, reports, brought, after, delay_s))


def _in_place(
    model: Model,
    life: Any,  # noqa: ANN401 - a row of `kernel.LIVE`
    treatment: int,
    place_m: tuple[float, float],
    apart_m2: float,
    own_m2: float,
    both_m2: float,
) -> float:
    """Give how densely an incident brings rows at a place, per square metre."""
    known = treatment == TELLING and life["reports"] > 0
    if known and (life["place_east"], life["place_north"]) == place_m:
        return model.same_place / (2 * math.pi * own_m2)
    density = math.exp(-apart_m2 / (2 * both_m2)) / (2 * math.pi * both_m2)
    return density * (1 - model.same_place if known else 1.0)


def explain(incident: Incident, others: Sequence[Incident], replay: Replay) -> Explanation:
    """Say why an incident is one, why its neighbours are others, and what would change it most.

    Args:
        incident: One that `fuse` gave.
        others: All incidents of the mission.
        replay: Of the observations that both were made of.
    """
    own = sorted(replay.row_of[seen] for seen in incident.observations)
    beside = _neighbours(incident, others)
    rows = {one.id: sorted(replay.row_of[seen] for seen in one.observations) for one in beside}
    asked = replay.weighings([*own, *(row for found in rows.values() for row in found)])
    return Explanation(
        together=tuple((replay.ids[row], _together(replay, asked[row], row, own)) for row in own),
        apart=tuple(
            (one.id, _apart(replay, asked, own, rows[one.id], one, incident)) for one in beside
        ),
        change=_change(incident.evidence),
    )


def _together(replay: Replay, asked: Weighing, row: int, own: Sequence[int]) -> Reason:
    """Say why a row is in its incident."""
    label = int(replay.labels[row])
    here = asked.of(label)
    if here is None:
        best = asked.candidates[0].density if asked.candidates else 0.0
        total = asked.total + asked.new
        shares = {"new_ppm": asked.new / total, "other_ppm": best / total}
        return reason("why_begins", {name: round(PPM * one) for name, one in shares.items()})
    if row == own[0]:
        return reason("why_parted", {"distance_m": round(here.distance_m)})
    if here.density >= TWICE:
        return reason("why_twice")
    total = asked.total + here.own_rate
    second = max((one.density for one in asked.candidates if one.number != label), default=0.0)
    lag = MISSION_LAGS[int(replay.columns.means[row])]
    numbers: dict[str, int | str | None] = {
        "share_ppm": round(PPM * here.density / total),
        "other_ppm": round(PPM * second / total),
        "new_ppm": round(PPM * here.own_rate / total),
        "distance_m": round(here.distance_m),
        "sigmas_milli": _milli(here.sigmas),
    }
    if lag.is_prompt:
        numbers |= {"seconds_milli": _milli(here.after_s), "usual_milli": _milli(lag.jitter_s)}
        return reason("why_joined_prompt", numbers)
    passing = int(replay.model.columns().treatment[replay.columns.means[row]]) == PASSING
    usual_s = replay.model.burns_s if passing else lag.delay_s
    hours = {"hours_milli": here.after_s / 3600, "usual_milli": usual_s / 3600}
    return reason("why_joined", numbers | {name: _milli(one) for name, one in hours.items()})


def _milli(value: float) -> int:
    """Give thousandths, to the nearest ten of them: enough for a sentence."""
    return 10 * round(value * 100)


def _neighbours(incident: Incident, others: Sequence[Incident]) -> list[Incident]:
    """Find the nearest other incidents in place and time; 5 km count for 12 hours."""
    rest = [one for one in others if one.id != incident.id]
    if not rest:
        return []
    apart_m = distance_m(
        np.array([one.place.longitude_e7 for one in rest], np.int64),
        np.array([one.place.latitude_e7 for one in rest], np.int64),
        incident.place.longitude_e7,
        incident.place.latitude_e7,
    )
    found = []
    for one, metres in zip(rest, apart_m.tolist(), strict=True):
        gap_us = max(0, one.began_us - incident.ended_us, incident.began_us - one.ended_us)
        if metres <= NEIGHBOUR_M and gap_us <= NEIGHBOUR_US:
            found.append((math.hypot(metres / 5_000, gap_us / (DAY_US / 2)), one.id, one))
    return [one for *_, one in sorted(found, key=lambda row: row[:2])[:NEIGHBOURS]]


def _apart(
    replay: Replay,
    asked: Mapping[int, Weighing],
    own: Sequence[int],
    theirs: Sequence[int],
    other: Incident,
    incident: Incident,
) -> Reason:
    """Say why two incidents were not joined: by the row that came nearest to joining them."""
    here, there = int(replay.labels[own[0]]), int(replay.labels[theirs[0]])
    metres = int(
        distance_m(
            np.array([other.place.longitude_e7]),
            np.array([other.place.latitude_e7]),
            incident.place.longitude_e7,
            incident.place.latitude_e7,
        )[0]
    )
    if here == there:
        return reason("apart_anyway", {"distance_m": metres})
    met = [
        (asked[row], found, int(replay.labels[row]))
        for rows, label in ((theirs, here), (own, there))
        for row in rows
        if (found := asked[row].of(label)) is not None
    ]
    gap_us = max(0, other.began_us - incident.ended_us, incident.began_us - other.ended_us)
    if not met:
        hours = {"distance_m": metres, "hours_milli": _milli(gap_us / HOUR_US)}
        return reason("apart_time", hours)
    weighed, nearest, went = max(
        met, key=lambda one: (one[1].density / (one[0].total + one[0].new), -one[1].sigmas)
    )
    if nearest.density > 0.0:
        chosen = weighed.of(went)
        rate = weighed.new if chosen is None else chosen.density
        total = weighed.total + (weighed.new if chosen is None else chosen.own_rate)
        shares = {
            "distance_m": metres,
            "share_ppm": round(PPM * nearest.density / total),
            "chosen_ppm": round(PPM * rate / total),
        }
        return reason("apart_new" if chosen is None else "apart_other", shares)
    if nearest.sigmas**2 > GATE:
        numbers = {"distance_m": metres, "sigmas_milli": _milli(nearest.sigmas)}
        return reason("apart_place", numbers)
    hours = {"distance_m": metres, "hours_milli": _milli(abs(nearest.after_s) / 3600)}
    return reason("apart_time", hours)


def _change(evidence: Sequence[Evidence]) -> tuple[Reason, ...]:
    """Say which row's loss, and whose word, would move the probability most.

    Where one source alone speaks, its loss leaves no incident.

    Reckoned in the ledger as it stands, whose rows are neither dated nor placed anew.
    """
    spoke = [row.cluster for row in evidence if row.observations]
    total = sum(row.millibans for row in evidence)
    now = probability_ppm(total)
    lost = [
        (abs(probability_ppm(total - row.millibans) - now), row)
        for row in evidence
        if row.cluster != "prior" and row.millibans
    ]
    spoken = [
        (abs(probability_ppm(total - row.millibans + weight) - now), row, weight)
        for row in evidence
        if (weight := _could_say(row)) is not None
    ]
    found = []
    if len(spoke) == 1:
        found.append(reason("change_alone", {"cluster": spoke[0]}))
    elif lost:
        _, row = max(lost, key=lambda one: one[0])
        without = probability_ppm(total - row.millibans)
        code = "change_without_silence" if row.silent else "change_without"
        found.append(reason(code, {"cluster": row.cluster, "probability_ppm": without}))
    if spoken:
        _, row, weight = max(spoken, key=lambda one: one[0])
        then = probability_ppm(total - row.millibans + weight)
        code = "change_word_silent" if row.silent else "change_word_unheard"
        found.append(reason(code, {"cluster": row.cluster, "probability_ppm": then}))
    return tuple(found)


def _could_say(row: Evidence) -> int | None:
    """Give the most that the word of a source which did not speak would weigh; None if it spoke."""
    if row.observations:
        return None
    if row.cluster in PROMPT_LR:
        return prompt_weight(row.cluster)
    if row.cluster == "alerts":
        base = dict(row.reason.numbers).get("base_ppm")
        return (
            alert_weight(during=True, base_ppm=base)
            if row.silent and isinstance(base, int)
            else None
        )
    return {"news": OPEN_SOURCE_CAP, "thermal": CLASS_CAP}.get(row.cluster)
