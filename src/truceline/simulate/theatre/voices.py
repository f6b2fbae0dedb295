"""Who tells of it in public: biased, copying, late, misplaced, silent under threat, or lying.

Habits, copies, paraphrases, translations and texts are those of the exercise's sources
(docs/reference/exercise-sources.md), from its own code: only who had occasion, what there was to
tell, where it was put and what was injected are of this world.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from truceline.records.units import DAY_US, HOUR_US
from truceline.simulate import hearsay, onlookers
from truceline.simulate.hearsay import RADII_95, Reports
from truceline.simulate.onlookers import CHANNEL, LOCAL, Crowd, Ground
from truceline.simulate.theatre.families import SHOCKS, Family, Hidden, stream
from truceline.simulate.theatre.incidents import NOBODY, NONE, Incidents
from truceline.simulate.theatre.injections import HONEST, inject
from truceline.simulate.theatre.noticed import Looks
from truceline.simulate.theatre.plane import (
    BEGAN_US,
    HEIGHT_M,
    WIDTH_M,
    Floats,
    Generator,
    Integers,
)
from truceline.simulate.theatre.terrain import PLACES, Terrain

# Of each kind, the share of firings that people speak of at all.
SPOKEN_OF = np.array([0.45, 0.3, 0.8, 0.6, 0.12, 0.95, 0.9, 0.9])
INVENTION = 0.14
LOCAL_REACH_M, AWAY_M = 60_000.0, 5_000.0
NAMED_PLACE, WRONG_PLACE, JAMMED_M = 0.85, 0.03, 10_000.0
HOW_FAR_PEOPLE_ERR_M = 1_500.0
LATE_TAIL = 1.2  # of the misspecified family
ENTITIES = 200
FIRST_CHANNEL = 6  # before them in a crowd stand instruments and patrols
NUMBER = 1  # column of what reports say
VERBATIM, PARAPHRASE, TRANSLATION = range(3)
MODES = ("verbatim", "paraphrase", "translation")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Voices:
    """What people published, and the truth about it.

    Attributes:
        crowd: Sources of `onlookers`; its first six, instruments and patrols, are silent here.
        reports: In order of publication; `source` counts in `crowd`, `parent` in these rows.
        incident: Shape (n,). Incident that each report is about, or NONE.
        injection: Shape (n,). Index in `INJECTIONS`; of a copy, that of what it copies.
        reused: Shape (n,). Report whose picture or story was used again, or NONE.
        mode: Shape (n,). How each copy was made, index in `MODES`; NONE for what is no copy.
        looks: Of local channels: their surroundings, day by day.
    """

    crowd: Crowd
    reports: Reports
    incident: Integers
    injection: Integers
    reused: Integers
    mode: Integers
    looks: Looks


def speak(
    seed: int, family: Family, hidden: Hidden, incidents: Incidents, terrain: Terrain
) -> Voices:
    """Draw all that channels publish."""
    chance = stream(seed, "people")
    told = incidents.heads
    told = told[chance.random(len(told)) < SPOKEN_OF[incidents.kind[told]]]
    ground = _subjects(chance, hidden, incidents, told)
    crowd = onlookers.muster(stream(seed, "habits"), "", INVENTION, 1.0)
    homes = stream(seed, "homes").integers(0, PLACES, len(crowd.names))
    had = _occasions(ground, crowd, terrain.places[homes])
    seen = onlookers.observe(
        stream(seed, "what people see"),
        ground,
        crowd,
        onlookers.Looks(had, np.zeros(had.shape, np.int64)),
        (hidden.difficulty, hidden.rumour, hidden.withheld_share),
    )
    chance = stream(seed, "what people say")
    spoken = hearsay.speak(chance, ground, crowd, seen, (0.0, hidden.place_tail))
    spoken = replace(spoken, candidate=np.nonzero(seen)[0].astype(np.int64))
    spoken = replace(spoken, said=_counted(stream(seed, "numbers made up"), spoken, ground))
    spoken = _placed(stream(seed, "geocoding"), spoken, ground, terrain)
    if family.process == SHOCKS:
        late = stream(seed, "late reports").pareto(LATE_TAIL, len(spoken.source)) * HOUR_US
        spoken = replace(spoken, published_us=spoken.published_us + late.astype(np.int64))
    extra, injection, reused = inject(
        stream(seed, "injections"), hidden, incidents, told, ground, crowd, spoken, terrain
    )
    everything = Reports(
        *(np.concatenate([getattr(one, f.name) for one in (spoken, extra)]) for f in fields(spoken))
    )
    reports = hearsay.pass_on(
        stream(seed, "copies"), crowd, everything, hidden.copy_rate, hidden.ring_rate
    )
    looks = _around(crowd, homes, terrain)
    return _told(crowd, reports, told, len(ground.truth), injection, reused, spoken, looks)


def _subjects(chance: Generator, hidden: Hidden, incidents: Incidents, told: Integers) -> Ground:
    """Lay out what can be told: real firings, as people take them to be, then what never was."""
    real = len(told)
    party = incidents.party[told]
    guess = chance.integers(0, 2, real)
    blamed = np.where(party == NOBODY, guess, np.where(incidents.staged[told], 1 - party, party))
    empty = chance.poisson(hidden.empty_ratio * real)
    like = told[chance.integers(0, real, empty)] if real else told[:0]
    empty = len(like)
    last_us = incidents.at_us[-1] if len(incidents) else BEGAN_US

    def laid(column: Floats, most_m: float) -> Floats:
        moved = column[like] + chance.normal(0, AWAY_M, empty)
        return np.concatenate([column[told], np.clip(moved, 0, most_m - 1)])

    arrivals = np.bincount(incidents.salvo)[incidents.salvo]
    zeros = np.zeros(real + empty)
    return Ground(
        truth=np.concatenate([blamed + 1, np.zeros(empty, np.int64)]),
        east_m=laid(incidents.east_m, WIDTH_M),
        north_m=laid(incidents.north_m, HEIGHT_M),
        at_us=np.concatenate(
            [incidents.at_us[told], chance.integers(BEGAN_US, last_us + 1, empty)]
        ),
        cloud=zeros,
        wind=zeros,
        count=arrivals[np.concatenate([told, like])],
        entity=chance.integers(0, ENTITIES, real + empty),
    )


def _occasions(ground: Ground, crowd: Crowd, homes_m: Floats) -> np.ndarray:
    """Tell who could speak of what: partisans of all, local channels of what is near them."""
    had = np.zeros((len(ground.truth), len(crowd.names)), np.bool_)
    had[:, crowd.kind == CHANNEL] = True
    for source in np.flatnonzero(crowd.role == LOCAL):
        east, north = homes_m[source]
        had[:, source] = np.hypot(ground.east_m - east, ground.north_m - north) < LOCAL_REACH_M
    return had


def _counted(chance: Generator, spoken: Reports, ground: Ground) -> Integers:
    """Let what never was be counted as what was, so that the number alone does not tell them apart.

    The sources' own world draws larger numbers for what never was.
    """
    said = spoken.said.copy()
    empty = ground.truth[spoken.candidate] == 0
    told = np.flatnonzero(empty & (said[:, NUMBER] != hearsay.NOT_SAID))
    said[told, NUMBER] = hearsay.count_about(chance, ground.count[spoken.candidate[told]])
    return said


def _placed(chance: Generator, spoken: Reports, ground: Ground, terrain: Terrain) -> Reports:
    """Put reports on named places: the nearest to where they think, now and then another one."""
    n = len(spoken.source)
    subject = spoken.candidate
    at_place = ground.east_m[subject], ground.north_m[subject], ground.at_us[subject]
    lost = terrain.jammed_at(*at_place)
    off = chance.normal(0, JAMMED_M, (n, 2)) * lost[:, None]
    place = np.column_stack([spoken.east_m, spoken.north_m]) + off
    named = chance.random(n) < NAMED_PLACE
    nearest = terrain.nearest_place(place)
    wrong = chance.random(n) < WRONG_PLACE
    nearest = np.where(wrong, chance.integers(0, PLACES, n), nearest)
    place = np.where(named[:, None], terrain.places[nearest], place)
    spacing = np.sqrt(WIDTH_M * HEIGHT_M / PLACES)
    sigma = np.where(named, np.hypot(0.37 * spacing, HOW_FAR_PEOPLE_ERR_M), HOW_FAR_PEOPLE_ERR_M)
    return replace(
        spoken,
        east_m=place[:, 0].astype(np.int64),
        north_m=place[:, 1].astype(np.int64),
        radius_95_m=(RADII_95 * sigma).astype(np.int64),
    )


def _told(
    crowd: Crowd,
    reports: Reports,
    told: Integers,
    subjects: int,
    injection: Integers,
    reused: Integers,
    spoken: Reports,
    looks: Looks,
) -> Voices:
    """Recognise injections and what they used again among all reports, and name incidents."""
    number = reports.candidate - subjects
    injected = number >= 0
    which = np.where(injected, number, 0)
    key = reports.candidate * len(crowd.names) + reports.source
    own = np.flatnonzero(reports.origin != hearsay.COPY)
    order = own[np.argsort(key[own], kind="stable")]
    used = np.full(len(reports.source), NONE)
    first = np.flatnonzero(injected & (reports.origin != hearsay.COPY))
    first = first[reused[which[first]] >= 0]
    row = reused[which[first]]
    wanted = spoken.candidate[row] * len(crowd.names) + spoken.source[row]
    used[first] = order[np.searchsorted(key[order], wanted)]
    copied = reports.parent >= 0
    source = np.where(copied, reports.parent, 0)
    mode = np.where(
        reports.language != reports.language[source],
        TRANSLATION,
        np.where((reports.words == reports.words[source]).all(axis=1), VERBATIM, PARAPHRASE),
    )
    about = reports.incident
    return Voices(
        crowd=crowd,
        reports=reports,
        incident=np.where(about >= 0, told[np.maximum(about, 0)] if len(told) else NONE, NONE),
        injection=np.where(injected, injection[which] if len(injection) else HONEST, HONEST),
        reused=used,
        mode=np.where(copied, mode, NONE),
        looks=looks,
    )


def _around(crowd: Crowd, homes: Integers, terrain: Terrain) -> Looks:
    """Give what is around each local channel, day by day: what it would have known of."""
    local = np.flatnonzero(crowd.role == LOCAL)
    day, one = (axis.ravel() for axis in np.indices((len(terrain.line_m), len(local))))
    place = terrain.places[homes[local[one]]]
    return Looks(
        source=local[one] - FIRST_CHANNEL,
        from_us=BEGAN_US + day * DAY_US,
        until_us=BEGAN_US + (day + 1) * DAY_US,
        east_m=place[:, 0],
        north_m=place[:, 1],
        reach_m=np.full(len(one), LOCAL_REACH_M),
        condition=np.zeros(len(one), np.int64),
    )
