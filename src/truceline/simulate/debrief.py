"""Compare what was found with what was true. Only an exercise can do this.

A true incident is found when a reported incident (probability at least one half) stands on a row
that came from it; each counts once. That uses the truth's own table of causes, so no field that
burns near a strike is taken for it. Whoever answers without documents is matched by place and time.
Every count of true incidents stands beside how well those places and days were watched, and nothing
is added up over the parties.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Proj
from scipy.spatial import cKDTree

from truceline.records.observation import row_id
from truceline.records.units import DAY_US, E7, PPM, SECOND_US, day_of, us_of
from truceline.sensors.geometry import Booleans, Integers, distance_m, on_sphere_m
from truceline.simulate.measures.assignment import Pairs, most_pairs
from truceline.simulate.measures.calibration import brier, calibration_error, reliability
from truceline.simulate.measures.detection import error_quantiles
from truceline.simulate.measures.gospa import gospa

Plain = dict[str, Any]
Group = tuple[str, ...]

WITHIN_M = 5_000
WITHIN_US = DAY_US
REPORTED_FROM_PPM = 500_000
CHORD_MARGIN = 1.01  # a chord on the sphere is within 0.6 % of the distance on the ellipsoid
BINS = 10
ALERTS = "labels/air_raid"  # a warning over an oblast tells of no incident
LATE_FROM_US = DAY_US  # a file that comes a day after its day is late

# Why a true incident was not found, the first that holds.
FATES = (
    "found",  # a reported incident stands on it
    "merged",  # one does, and it counts for another true incident
    "below",  # one stands on it, with less than a half
    "not_joined",  # a row came from it, and no incident stands on that row
    "withheld",  # its news was withheld, or its rows lay in a document that did not come
    "missed",  # a satellite looked there on that day, and no document tells of it
    "not_observed",  # none looked, and no document tells of it
)


class TruthError(Exception):
    """The folder holds no truth of an exercise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a mission concluded, as plain forms of its records.

    Attributes:
        incidents: `Incident` records.
        findings: `Finding` records.
        attributions: `Attribution` records.
        coverage: `Coverage` records.
        sources: `SourceDays` records.
        documents: `Document` records.
        claims: Ids of the claims that were read.
        observations: Source of each observation that was read, by id.
    """

    incidents: Sequence[Plain] = ()
    findings: Sequence[Plain] = ()
    attributions: Sequence[Plain] = ()
    coverage: Sequence[Plain] = ()
    sources: Sequence[Plain] = ()
    documents: Sequence[Plain] = ()
    claims: frozenset[str] = frozenset()
    observations: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A true incident that breaches a clause under a reading, as perfect knowledge would tell."""

    incident: str
    agreement: str
    clause: str
    reading: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """What was true.

    Attributes:
        facts: Of `exercise.json`.
        incidents: Rows of `incidents.csv`.
        causes: Rows of `observations.csv`.
        injects: Rows of `injects.csv`.
    """

    facts: Plain
    incidents: tuple[Mapping[str, str], ...]
    causes: tuple[Mapping[str, str], ...]
    injects: tuple[Mapping[str, str], ...]

    @cached_property
    def index_of(self) -> Mapping[str, int]:
        """Row of each true incident, by id."""
        return {row["id"]: index for index, row in enumerate(self.incidents)}

    @cached_property
    def place_e7(self) -> tuple[Integers, Integers]:
        """Longitudes and latitudes in degrees of 1e-7, shape (n,) each."""
        return (
            _integers(round(float(row["longitude"]) * E7) for row in self.incidents),
            _integers(round(float(row["latitude"]) * E7) for row in self.incidents),
        )

    @cached_property
    def began_us(self) -> Integers:
        """When each began, shape (n,)."""
        return _integers(us_of(datetime.fromisoformat(row["began"])) for row in self.incidents)

    @cached_property
    def rows_of(self) -> Mapping[str, frozenset[int]]:
        """True incidents that an observation came from, by its id; delivered rows only."""
        return self._rows(lost=False)

    @cached_property
    def lost(self) -> frozenset[int]:
        """True incidents of which the news was withheld, or a row in a document that was lost."""
        hushed = {index for index, row in enumerate(self.incidents) if row["hushed"] == "1"}
        return frozenset(hushed).union(*self._rows(lost=True).values())

    def _rows(self, *, lost: bool) -> dict[str, frozenset[int]]:
        rows: dict[str, set[int]] = defaultdict(set)
        for row in self.causes:
            if not row["incident"] or row["document"].startswith(ALERTS):
                continue
            if bool(row["fate"]) == lost:
                name = row_id("o", row["sha256"], int(row["line"]))
                rows[name].add(self.index_of[row["incident"]])
        return {name: frozenset(found) for name, found in rows.items()}

    @cached_property
    def cause_of(self) -> Mapping[str, str]:
        """What each delivered row came from, by the observation's id."""
        return {
            row_id("o", row["sha256"], int(row["line"])): row["cause"]
            for row in self.causes
            if not row["fate"]
        }


def read_truth(folder: Path) -> Truth:
    """Read the truth of an exercise.

    Raises:
        TruthError: The folder holds none.
    """
    try:
        return Truth(
            facts=json.loads((folder / "exercise.json").read_text("utf-8")),
            incidents=_rows_of(folder / "incidents.csv"),
            causes=_rows_of(folder / "observations.csv"),
            injects=_rows_of(folder / "injects.csv"),
        )
    except (OSError, ValueError) as error:
        raise TruthError(f"{folder} holds no truth of an exercise: {error}") from error


def _rows_of(path: Path) -> tuple[Mapping[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def compare(truth: Truth, answer: Answer, breaches: Iterable[Breach]) -> Plain:
    """Compare an answer with the truth.

    Args:
        truth: What was true.
        answer: What was found.
        breaches: Every true breach, by what perfect knowledge would tell.

    Returns:
        A plain form for JSON: `exercise`, `lands` (by who held the ground), `kinds` (by that and
        kind), `parties` (by who is responsible), `clauses`, `calibration`, `places`, `sensors` and
        `injects`. Shares are in millionths; None where there is nothing to divide by.
    """
    match = _Match(truth, answer)
    return {
        "exercise": truth.facts,
        "lands": [
            {"held_by": held_by, **match.counted(held_by=held_by), **match.told(held_by)}
            for held_by in (*match.holders, None)
        ],
        "kinds": [
            {"held_by": held_by, "kind": kind, **match.counted(held_by=held_by, kind=kind)}
            for held_by in match.holders
            for kind in sorted({row["kind"] for row in truth.incidents})
        ],
        "parties": [
            {"party": party, "staged": staged == "1", **match.named(party=party, staged=staged)}
            for party in match.holders
            for staged in ("0", "1")
        ],
        "clauses": _clauses(match, tuple(breaches)),
        "calibration": match.calibration(),
        "places": match.places(),
        "sensors": _sensors(truth, answer),
        "injects": [
            {**{key: row[key] for key in ("id", "at", "kind", "to")}, **_inject(match, row)}
            for row in truth.injects
        ],
    }


class _Match:
    """Who is whom between the truth and an answer."""

    def __init__(self, truth: Truth, answer: Answer) -> None:
        """Match them."""
        self.truth, self.answer = truth, answer
        self.holders = sorted(
            {row[column] for row in truth.incidents for column in ("held_by", "party")}
        )
        self.told_ids = [row["id"] for row in answer.incidents]
        self.probability_ppm = _integers(row["probability_ppm"] for row in answer.incidents)
        self.reported = self.probability_ppm >= REPORTED_FROM_PPM
        self.causes = [
            frozenset[int]().union(
                *(truth.rows_of.get(one, frozenset()) for one in row["observations"])
            )
            for row in answer.incidents
        ]
        self.told_of_true = self._matched()
        self.looked_ppm = _looked(truth, answer)
        self.fate = [self._fate(index) for index in range(len(truth.incidents))]
        self.is_true = np.array([bool(found) for found in self.causes], dtype=bool)
        self.is_true[list(self.told_of_true.values())] = True

    def _matched(self) -> dict[int, int]:
        """Match true incidents with reported ones, one to one and as many as can be."""
        near: dict[int, set[int]] = defaultdict(set)
        for index, other in zip(*_near(self.truth, self.answer), strict=True):
            near[index].add(other)
        left: list[int] = []
        right: list[int] = []
        for index in np.flatnonzero(self.reported).tolist():
            known = bool(self.answer.incidents[index]["observations"])
            others = sorted(self.causes[index] if known else near[index])
            left += others
            right += [index] * len(others)
        true, told = _integers(left), _integers(right)
        pairs = Pairs(
            true=true,
            found=told,
            distance_m=self._apart_m(true, told).astype(np.float64),
            true_count=len(self.truth.incidents),
            found_count=len(self.told_ids),
        )
        chosen, _ = most_pairs(pairs)
        return dict(zip(true[chosen].tolist(), told[chosen].tolist(), strict=True))

    def _apart_m(self, true: Integers, told: Integers) -> Integers:
        longitude, latitude = self.truth.place_e7
        there = _places(self.answer.incidents)
        return distance_m(longitude[true], latitude[true], there[0][told], there[1][told])

    @cached_property
    def _stood_on(self) -> tuple[frozenset[int], frozenset[int]]:
        """True incidents that any reported one stands on, and that any assessed one does."""
        likely = [found for found, said in zip(self.causes, self.reported, strict=True) if said]
        return frozenset[int]().union(*likely), frozenset[int]().union(*self.causes)

    @cached_property
    def _with_rows(self) -> frozenset[int]:
        return frozenset[int]().union(*self.truth.rows_of.values())

    def _fate(self, index: int) -> str:
        reported, assessed = self._stood_on
        answers = (
            (index in self.told_of_true, "found"),
            (index in reported, "merged"),
            (index in assessed, "below"),
            (index in self._with_rows, "not_joined"),
            (index in self.truth.lost, "withheld"),
            (self.looked_ppm[index] is not None, "missed"),
        )
        return next((fate for holds, fate in answers if holds), "not_observed")

    def chosen(self, **wanted: str) -> list[int]:
        """Give the true incidents whose columns say so."""
        return [
            index
            for index, row in enumerate(self.truth.incidents)
            if all(row[column] == value for column, value in wanted.items())
        ]

    def watched(self, chosen: Sequence[int]) -> Plain:
        """Tell how well the places and days of some true incidents were watched."""
        looked = [ppm for index in chosen if (ppm := self.looked_ppm[index]) is not None]
        return {
            "watched": len(looked),
            "unwatched": len(chosen) - len(looked),
            "detection_ppm": round(sum(looked) / len(looked)) if looked else None,
        }

    def counted(self, *, held_by: str | None, kind: str | None = None) -> Plain:
        """Count the fates of the true incidents on one side's land."""
        chosen = (
            []
            if held_by is None
            else self.chosen(held_by=held_by, **({} if kind is None else {"kind": kind}))
        )
        fates = Counter(self.fate[index] for index in chosen)
        return {
            "true": len(chosen),
            **{fate: fates[fate] for fate in FATES},
            **self.watched(chosen),
        }

    def told(self, held_by: str | None) -> Plain:
        """Count what was assessed on one side's land, and what of it was not so."""
        rows = [
            index for index, row in enumerate(self.answer.incidents) if row["held_by"] == held_by
        ]
        partners = set(self.told_of_true.values())
        likely = [index for index in rows if self.reported[index]]
        false = Counter(self._clutter(index) for index in likely if not self.is_true[index])
        probability = self.probability_ppm[rows] / PPM
        return {
            "assessed": len(rows),
            "reported": len(likely),
            "false": dict(sorted(false.items())),
            "told_twice": sum(bool(self.is_true[one]) and one not in partners for one in likely),
            "brier_ppm": _ppm(brier(probability, self.is_true[rows]).score) if rows else None,
        }

    def _clutter(self, told: int) -> str:
        """Name what a false incident stands on; the first by name where it stands on several."""
        causes = {
            self.truth.cause_of.get(one, "not_known")
            for one in self.answer.incidents[told]["observations"]
        }
        return min(causes, default="nothing")

    def named(self, *, party: str, staged: str) -> Plain:
        """Count, of what one party did, what was found and who was named for it."""
        chosen = self.chosen(party=party, staged=staged)
        outcomes = {row["incident"]: row["outcome"] for row in self.answer.attributions}
        said: Counter[str] = Counter()
        for index in chosen:
            if index in self.told_of_true:
                name = outcomes.get(self.told_ids[self.told_of_true[index]], "undetermined")
                said[name if name in {party, "undetermined"} else "other"] += 1
        return {
            "true": len(chosen),
            "found": sum(said.values()),
            "named_right": said[party],
            "named_wrong": said["other"],
            "undetermined": said["undetermined"],
            **self.watched(chosen),
        }

    def calibration(self) -> Plain:
        """Hold the probabilities against what was true, over all assessed incidents."""
        if not self.told_ids:
            return {"brier_ppm": None, "ece_ppm": None, "if_calibrated_ppm": None, "bins": []}
        probability = self.probability_ppm / PPM
        table = reliability(probability, self.is_true, BINS)
        error = calibration_error(probability, self.is_true, BINS)
        return {
            "brier_ppm": _ppm(brier(probability, self.is_true, BINS).score),
            "ece_ppm": _ppm(error.ece),
            "if_calibrated_ppm": _ppm(error.if_calibrated),
            "bins": [
                {
                    "rows": int(table.rows[one]),
                    "told_ppm": _ppm(table.told[one]),
                    "observed_ppm": _ppm(table.observed[one]),
                    "low_ppm": _ppm(table.low[one]),
                    "high_ppm": _ppm(table.high[one]),
                }
                for one in range(len(table.rows))
            ],
        }

    def places(self) -> Plain:
        """Tell how far found incidents lie from the true ones, and the GOSPA distance of all."""
        true = _integers(self.told_of_true)
        apart_m = self._apart_m(true, _integers(self.told_of_true.values()))
        error = error_quantiles(apart_m.astype(np.float64), [0.5, 0.9])
        here = _points(*self.truth.place_e7, self.truth.began_us)
        rows = [row for row, said in zip(self.answer.incidents, self.reported, strict=True) if said]
        middle = _integers((row["began_us"] + row["ended_us"]) // 2 for row in rows)
        distance = gospa(
            here,
            _points(*_places(rows), middle),
            c_m=WITHIN_M,
            metres_per_second=WITHIN_M / (WITHIN_US / SECOND_US),
        )
        per_true = distance.per_true_m
        return {
            "pairs": len(true),
            "median_m": None if error is None else round(float(error[0])),
            "ninth_decile_m": None if error is None else round(float(error[1])),
            "gospa_per_true_m": None if per_true is None else round(per_true),
            "cut_off_m": WITHIN_M,
        }


def _clauses(match: _Match, breaches: tuple[Breach, ...]) -> list[Plain]:
    """Hold findings against true breaches: by clause and reading, and by who is responsible."""
    truth = match.truth
    answered = {
        (row["incident"], row["agreement"], row["clause"], row["reading"]): row["outcome"]
        for row in match.answer.findings
    }
    true: dict[Group, set[int]] = defaultdict(set)
    for one in breaches:
        true[one.agreement, one.clause, one.reading].add(truth.index_of[one.incident])
    groups = sorted({*true, *(key[1:] for key in answered)})
    partner = {told: index for index, told in match.told_of_true.items()}
    row_of = {name: index for index, name in enumerate(match.told_ids)}
    rows: list[Plain] = []
    for group in groups:
        wrong = Counter(
            match.answer.incidents[row_of[key[0]]]["held_by"]
            for key, outcome in answered.items()
            if key[1:] == group
            and outcome == "breached"
            and partner.get(row_of[key[0]]) not in true[group]
        )
        for party in match.holders:
            chosen = sorted(
                index for index in true[group] if truth.incidents[index]["party"] == party
            )
            outcomes = Counter(
                answered.get((match.told_ids[match.told_of_true[index]], *group), "not_applicable")
                if index in match.told_of_true
                else "no_incident"
                for index in chosen
            )
            rows.append(
                {
                    "agreement": group[0],
                    "clause": group[1],
                    "reading": group[2],
                    "party": party,
                    "true": len(chosen),
                    **{
                        name: outcomes[name]
                        for name in (
                            "breached",
                            "undecided",
                            "kept",
                            "not_applicable",
                            "no_incident",
                        )
                    },
                    "wrongly_breached_on_its_land": wrong[party],
                    **match.watched(chosen),
                }
            )
    return rows


def _sensors(truth: Truth, answer: Answer) -> list[Plain]:
    """Tell what each source of observations gave: rows, true incidents, and those only it knew."""
    seen: dict[str, set[int]] = defaultdict(set)
    rows, from_true = Counter[str](), Counter[str]()
    for name, source in answer.observations.items():
        incidents = truth.rows_of.get(name, frozenset())
        rows[source] += 1
        from_true[source] += bool(incidents)
        seen[source] |= incidents
    missing = {row["source"]: row["days_missing"] for row in answer.sources}
    table: list[Plain] = []
    for source in sorted(rows):
        others = set[int]().union(*(seen[one] for one in rows if one != source))
        table.append(
            {
                "source": source,
                "rows": rows[source],
                "from_true": from_true[source],
                "incidents": len(seen[source]),
                "only_it": len(seen[source] - others),
                "days_missing": list(missing.get(source, ())),
            }
        )
    return table


def _inject(match: _Match, inject: Mapping[str, str]) -> Plain:
    """Tell what became of one inject."""
    kind = inject["kind"]
    if kind in {"rumour", "recycled_report"}:
        return _told_inject(match, inject)
    if kind == "party_claim":
        true = len(inject["incidents"].split())
        outcome = "logged" if _row_name(match, inject, "c") in match.answer.claims else "not_read"
        return {"outcome": outcome, "claimed": int(inject["count"]), "true": true}
    if kind == "staged_claim":
        return {"outcome": _staged(match, inject)}
    if kind == "hotline_call":
        return {"outcome": match.fate[match.truth.index_of[inject["incidents"]]]}
    if kind in {"withheld_file", "late_file", "malformed_file"}:
        return {"outcome": "noticed" if _noticed(match.answer, inject) else "overlooked"}
    return {"outcome": "spoken"}


def _row_name(match: _Match, inject: Mapping[str, str], record: str) -> str:
    return next(
        row_id(record, row["sha256"], int(row["line"]))
        for row in match.truth.causes
        if row["inject"] == inject["id"]
    )


def _told_inject(match: _Match, inject: Mapping[str, str]) -> Plain:
    name = _row_name(match, inject, "o")
    if name not in match.answer.observations:
        return {"outcome": "not_read"}
    standing = [
        index for index, row in enumerate(match.answer.incidents) if name in row["observations"]
    ]
    best = max(standing, key=lambda one: int(match.probability_ppm[one]), default=None)
    if best is None or not match.reported[best]:
        return {"outcome": "held_back"}
    outcome = "merged" if match.is_true[best] else "believed"
    return {"outcome": outcome, "probability_ppm": int(match.probability_ppm[best])}


def _staged(match: _Match, inject: Mapping[str, str]) -> str:
    index = match.truth.index_of[inject["incidents"]]
    if index not in match.told_of_true:
        return match.fate[index]
    name = match.told_ids[match.told_of_true[index]]
    said = {row["incident"]: row["outcome"] for row in match.answer.attributions}.get(name)
    if said == inject["party"]:
        return "believed"
    return "found" if said == inject["sender"] else "held_back"


def _noticed(answer: Answer, inject: Mapping[str, str]) -> bool:
    names = set(inject["document"].split())
    if inject["kind"] == "withheld_file":
        day = inject["about"][:10]
        return any(day in map(str, row["days_missing"]) for row in answer.sources)
    came = [row for row in answer.documents if row["name"] in names]
    if inject["kind"] == "malformed_file":
        return any(row["foreign"] for row in came)
    own_day_us = us_of(datetime.fromisoformat(inject["about"])) + DAY_US
    return any((row["received_us"] or 0) > own_day_us + LATE_FROM_US for row in came)


def _looked(truth: Truth, answer: Answer) -> list[int | None]:
    """Give the chance of notice where and when each true incident was; None where nobody looked."""
    cells: dict[tuple[int, int, Any], int] = {}
    step = (1, 1)
    for row in answer.coverage:
        cell = row["cell"]
        step = cell["east_e7"] - cell["west_e7"], cell["north_e7"] - cell["south_e7"]
        if row["detection_ppm"] is not None:
            key = cell["west_e7"], cell["south_e7"], day_of(row["began_us"])
            cells[key] = max(row["detection_ppm"], cells.get(key, 0))
    longitude, latitude = truth.place_e7
    return [
        cells.get((east - east % step[0], north - north % step[1], day_of(began_us)))
        for east, north, began_us in zip(
            longitude.tolist(), latitude.tolist(), truth.began_us.tolist(), strict=True
        )
    ]


def _near(truth: Truth, answer: Answer) -> tuple[list[int], list[int]]:
    """Give the pairs of an assessed and a true incident within 5 km and 24 hours."""
    there, here = _places(answer.incidents), truth.place_e7
    if not len(there[0]) or not len(here[0]):
        return [], []
    pairs = cKDTree(on_sphere_m(*there)).query_ball_tree(
        cKDTree(on_sphere_m(*here)), WITHIN_M * CHORD_MARGIN
    )
    told = np.repeat(np.arange(len(pairs)), [len(found) for found in pairs])
    true = _integers(index for found in pairs for index in found)
    began = _integers(row["began_us"] for row in answer.incidents)[told]
    ended = _integers(row["ended_us"] for row in answer.incidents)[told]
    at = truth.began_us[true]
    good: Booleans = (at >= began - WITHIN_US) & (at <= ended + WITHIN_US)
    good &= distance_m(there[0][told], there[1][told], here[0][true], here[1][true]) <= WITHIN_M
    return told[good].tolist(), true[good].tolist()


def _places(incidents: Sequence[Plain]) -> tuple[Integers, Integers]:
    return (
        _integers(row["place"]["longitude_e7"] for row in incidents),
        _integers(row["place"]["latitude_e7"] for row in incidents),
    )


def _points(longitude_e7: Integers, latitude_e7: Integers, at_us: Integers) -> Any:  # noqa: ANN401 - an array of floats
    """Give metres east and north of the middle, and seconds, shape (n, 3)."""
    plane = Proj(proj="laea", lat_0=48.5, lon_0=36.0)
    east, north = plane(longitude_e7 / E7, latitude_e7 / E7)
    return np.column_stack((east, north, at_us / SECOND_US))


def _integers(values: Iterable[int]) -> Integers:
    return np.array(list(values), dtype=np.int64)


def _ppm(share: float) -> int:
    return round(PPM * float(share))
