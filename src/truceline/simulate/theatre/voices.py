"""Who tells of it in public: biased, copying, late, misplaced, silent under threat, or lying.

Habits, copies, paraphrases, translations and texts are those of the exercise's sources
(docs/reference/exercise-sources.md), from its own code: only who had occasion, what there was to
tell, where it was put and what was injected are of this world.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from truceline.records.units import DAY_US, HOUR_US, MINUTE_US
from truceline.simulate import hearsay, onlookers
from truceline.simulate.hearsay import GRID, NOT_SAID, RADII_95, Reports
from truceline.simulate.onlookers import CHANNEL, LEADER, LOCAL, Crowd, Ground
from truceline.simulate.theatre.families import SHOCKS, Family, Hidden, stream
from truceline.simulate.theatre.incidents import NOBODY, NONE, Incidents
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
HONEST, RECYCLED, WRONG_DATE, STAGED = range(4)
INJECTIONS = ("none", "recycled_media", "wrong_date", "staged_scene")
RECYCLED_AFTER_DAYS, DATED_AFTER_DAYS = (5.0, 40.0), (1.0, 10.0)
STAGED_TOLD, STAGED_LATE_H = 0.9, 0.5
ENTITIES = 200
FIRST_CHANNEL = 6  # before them in a crowd stand instruments and patrols
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
    spoken = _placed(stream(seed, "geocoding"), spoken, ground, terrain)
    if family.process == SHOCKS:
        late = stream(seed, "late reports").pareto(LATE_TAIL, len(spoken.source)) * HOUR_US
        spoken = replace(spoken, published_us=spoken.published_us + late.astype(np.int64))
    extra, injection, reused = _injected(
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

    size = np.bincount(incidents.salvo)[incidents.salvo[told]]
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
        count=np.concatenate([size, 1 + chance.poisson(2, empty)]),
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


def _injected(
    chance: Generator,
    hidden: Hidden,
    incidents: Incidents,
    told: Integers,
    ground: Ground,
    crowd: Crowd,
    spoken: Reports,
    terrain: Terrain,
) -> tuple[Reports, Integers, Integers]:
    """Draw injections: old pictures as new, old stories with a new date, scenes that were staged.

    Each gets a number of its own beyond the subjects, by which it is known again after copying.

    Returns:
        The reports, what kind of injection each is, and the row of `spoken` that it uses again.
    """
    led = np.flatnonzero(crowd.role[spoken.source] == LEADER)
    shown = led[spoken.media_hash[led] > 0]
    lies = chance.poisson(hidden.injected_share * len(led)) if len(shown) else 0
    old = np.where(
        chance.random(lies) < 0.5,  # noqa: PLR2004 - a coin
        chance.choice(shown, lies) if lies else 0,
        chance.choice(led, lies) if lies else 0,
    ).astype(np.int64)
    recycled = spoken.media_hash[old] > 0
    days = np.where(
        recycled,
        chance.uniform(*RECYCLED_AFTER_DAYS, lies),
        chance.uniform(*DATED_AFTER_DAYS, lies),
    )
    other = terrain.places[chance.integers(0, PLACES, lies)].astype(np.int64)
    again = spoken.take(old)
    said = again.said.copy()
    said[:, 3] = np.where(recycled, chance.integers(0, 1440, lies), said[:, 3])
    again = replace(
        again,
        published_us=again.published_us + (days * DAY_US).astype(np.int64),
        east_m=np.where(recycled, other[:, 0], again.east_m),
        north_m=np.where(recycled, other[:, 1], again.north_m),
        said=said,
        origin=np.full(lies, hearsay.INVENTION),
        incident=np.full(lies, NOT_SAID),
    )
    scene = np.flatnonzero(incidents.staged[told])
    scene = scene[chance.random(len(scene)) < STAGED_TOLD]
    likeness = led[chance.integers(0, len(led), len(scene))] if len(led) else scene[:0]
    scene = scene[: len(likeness)]
    by = incidents.party[told[scene]]
    leader = np.array(
        [np.flatnonzero((crowd.role == LEADER) & (crowd.side == s))[0] for s in (1, 2)]
    )
    late = (chance.exponential(STAGED_LATE_H, len(scene)) * HOUR_US).astype(np.int64)
    story = spoken.said[likeness].copy()
    square = (ground.north_m[scene] / HEIGHT_M * GRID).astype(np.int64) * GRID
    story[:, 2] = square + (ground.east_m[scene] / WIDTH_M * GRID).astype(np.int64)
    story[:, 3] = ground.at_us[scene] % DAY_US // MINUTE_US
    staged = replace(
        spoken.take(likeness),
        said=story,
        source=leader[by],
        claim=2 - by,
        published_us=ground.at_us[scene] + late,
        east_m=ground.east_m[scene].astype(np.int64),
        north_m=ground.north_m[scene].astype(np.int64),
        media_hash=chance.integers(1, 2**62, len(scene)),
        language=by,
        origin=np.full(len(scene), hearsay.OBSERVATION),
        incident=scene,
    )
    both = Reports(
        *(np.concatenate([getattr(one, f.name) for one in (again, staged)]) for f in fields(again))
    )
    both = replace(both, candidate=len(ground.truth) + np.arange(len(both.source)))
    kinds = np.where(recycled, RECYCLED, WRONG_DATE)
    return (
        both,
        np.concatenate([kinds, np.full(len(scene), STAGED)]),
        np.concatenate([old, np.full(len(scene), NONE)]),
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
