"""What is put among the reports to deceive: old pictures, old stories, scenes that were staged."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from truceline.records.units import DAY_US, HOUR_US, MINUTE_US
from truceline.simulate import hearsay
from truceline.simulate.hearsay import GRID, NOT_SAID, Reports
from truceline.simulate.onlookers import LEADER, Crowd, Ground
from truceline.simulate.theatre.families import Hidden
from truceline.simulate.theatre.incidents import NONE, Incidents
from truceline.simulate.theatre.plane import HEIGHT_M, WIDTH_M, Generator, Integers
from truceline.simulate.theatre.terrain import PLACES, Terrain

HONEST, RECYCLED, WRONG_DATE, STAGED = range(4)
INJECTIONS = ("none", "recycled_media", "wrong_date", "staged_scene")
RECYCLED_AFTER_DAYS, DATED_AFTER_DAYS = (5.0, 40.0), (1.0, 10.0)
STAGED_TOLD, STAGED_LATE_H = 0.9, 0.5


def inject(
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
    old = chance.choice(led, lies) if lies else led[:0]
    pictured = chance.choice(shown, lies) if lies else shown[:0]
    old = np.where(chance.integers(0, 2, lies) > 0, old, pictured)
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
