"""An invented world, whole: what stands in it, the weather over it, what happens."""

from __future__ import annotations

from dataclasses import dataclass

from truceline.simulate.happenings import Incidents
from truceline.simulate.land import Integers, Land, Line, Plants, Towns


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """All that is true in one exercise.

    Attributes:
        land: The areas it happens in.
        line: The line of each day.
        plants: Power plants.
        towns: Towns and villages.
        clouds_ppm: Mean cloud cover of each day and area, in millionths, shape (days, areas).
        incidents: What happens.
        start_us: First instant of its first day.
        days: How many days.
        side: Index in `PARTIES` of the party that the family's first numbers speak of.
    """

    land: Land
    line: Line
    plants: Plants
    towns: Towns
    clouds_ppm: Integers
    incidents: Incidents
    start_us: int
    days: int
    side: int
