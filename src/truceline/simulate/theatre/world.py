"""A whole world: what an estimator may see, and apart from it what was true.

The page docs/reference/exercise-world.md describes every table, column and step.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from truceline.records.detections import Detections
from truceline.simulate.theatre.families import Family
from truceline.simulate.theatre.scene import Scene, draw_scene, in_order
from truceline.simulate.theatre.seen import Seen, lay_out_seen
from truceline.simulate.theatre.truth import Truth, lay_out_truth

# A number of observations is reached by drawing again with other days, until it is near enough.
FIRST_DAYS, NEAR_ENOUGH, DRAWS = 10, 0.1, 4
IN_FLOATS = {"environment", "hidden"}


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
        observations: How many are wanted, within a tenth, as far as whole days allow.
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
    scene = draw_scene(family, seed, days or FIRST_DAYS)
    if observations is not None:
        scene = _resized(scene, family, seed, observations)
    rows = in_order(scene)
    return Theatre(
        family=family,
        seed=seed,
        days=len(scene.regime.rate),
        seen=lay_out_seen(family, seed, scene, rows),
        truth=lay_out_truth(family, scene, rows),
    )


def _resized(scene: Scene, family: Family, seed: int, observations: int) -> Scene:
    """Draw again with as many days as the rate so far asks for."""
    for _ in range(DRAWS - 1):
        ratio = observations / max(1, len(scene))
        if abs(ratio - 1) < NEAR_ENOUGH:
            break
        scene = draw_scene(family, seed, max(1, round(len(scene.regime.rate) * ratio)))
    return scene


def frozen(family: Family, seed: int = 0, days: int = 3) -> str:
    """Hash what a family gives at a small size: every table whose columns are whole numbers."""
    world = make_theatre(family, seed, days=days)
    digest = hashlib.sha256()
    for column in fields(Detections):
        digest.update(np.ascontiguousarray(getattr(world.seen.detections, column.name)).tobytes())
    for part in (world.seen, world.truth):
        for field in fields(part):
            table = getattr(part, field.name)
            if isinstance(table, pa.Table) and field.name not in IN_FLOATS:
                for name in table.column_names:
                    digest.update(f"{name}{table[name].to_pylist()}".encode())
    return digest.hexdigest()
