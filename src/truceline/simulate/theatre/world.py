"""A whole world: what an estimator may see, and apart from it what was true.

The page docs/reference/exercise-world.md describes every table, column and step.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields

import numpy as np

from truceline.records.detections import Detections
from truceline.simulate.theatre.families import Family
from truceline.simulate.theatre.scene import draw_scene, in_order
from truceline.simulate.theatre.seen import Seen, lay_out_seen
from truceline.simulate.theatre.truth import Truth, lay_out_truth

PILOT_DAYS = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Theatre:
    """One world of a family."""

    family: Family
    seed: int
    days: int
    seen: Seen
    truth: Truth


def make_theatre(
    family: Family, seed: int, *, observations: int | None = None, days: int | None = None
) -> Theatre:
    """Make one world; the same arguments, the same bytes.

    Args:
        family: Which kind of world.
        seed: At least 0.
        observations: How many are wanted, about: the days are as many as bring that number at the
            rate of a first draw of ten days.
        days: How many, from 1 on, if no number of observations is given.

    Raises:
        ValueError: Neither or both of `observations` and `days` are given, or one is too small.

    >>> from truceline.simulate.theatre.families import FAMILIES
    >>> small = make_theatre(FAMILIES["war"], 1, days=2)
    >>> small.seen.observations.num_rows == small.truth.origins.num_rows
    True
    """
    if (observations is None) == (days is None):
        raise ValueError("give either observations or days")
    if seed < 0 or min(one for one in (observations, days) if one is not None) < 1:
        raise ValueError(f"seed {seed}, observations {observations}, days {days}: too small")
    if days is None:
        rate = len(draw_scene(family, seed, PILOT_DAYS)) / PILOT_DAYS
        days = max(1, int(np.ceil((observations or 0) / rate)))
    scene = draw_scene(family, seed, days)
    rows = in_order(scene)
    return Theatre(
        family=family,
        seed=seed,
        days=days,
        seen=lay_out_seen(family, seed, scene, rows),
        truth=lay_out_truth(family, scene, rows),
    )


def frozen(family: Family, seed: int = 0, days: int = 3) -> str:
    """Hash what a family gives at a small size: what is seen of it, and what it came from."""
    world = make_theatre(family, seed, days=days)
    digest = hashlib.sha256()
    for field in fields(Detections):
        digest.update(np.ascontiguousarray(getattr(world.seen.detections, field.name)).tobytes())
    for table in (
        world.seen.reports,
        world.truth.incidents,
        world.truth.origins,
        world.truth.copies,
    ):
        for name in table.column_names:
            digest.update(f"{name}{table[name].to_pylist()}".encode())
    return digest.hexdigest()
