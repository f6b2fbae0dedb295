"""How well each day was watched, in a line a day: what stands beside every count on the page.

Kept apart for the land that each party held, because counts and coverage of the two sides are never
added up (promise 6). No probability is multiplied over days or passes: only ranges are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from truceline.web.mission import Answer, Mission


def watched_days(mission: Mission) -> Answer:
    """Sum up the coverage of every day of a mission.

    Returns:
        {"days": [{day, ground: [...]}]}, ascending, with one `ground` for each party that held
        some, and for land whose holder is not known (null): see `watched_ground`. A day without any
        coverage record has none: nobody looked.
    """
    days = [date.fromisoformat(day) for day in mission.summary()["days"]]
    return {
        "days": [
            {"day": day.isoformat(), "ground": watched_ground(mission.coverage(day)["features"])}
            for day in days
        ]
    }


def watched_ground(cells: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """Sum up the cells of one day, one entry for each holder of the land, sorted by its code.

    Returns:
        held_by; cells and observed (counts of cells); detection_low_ppm and detection_high_ppm (the
        least and the greatest probability, over the observed cells, that one event a day would
        have been noticed; null where no cell was observed).
    """
    by_holder: defaultdict[str | None, list[int | None]] = defaultdict(list)
    for cell in cells:
        properties = cell["properties"]
        by_holder[properties["held_by"]].append(properties["detection_ppm"])
    ground: list[Answer] = []
    for held_by in sorted(by_holder, key=lambda code: (code is None, code or "")):
        chances_ppm = by_holder[held_by]
        seen_ppm = [chance for chance in chances_ppm if chance is not None]
        ground.append(
            {
                "held_by": held_by,
                "cells": len(chances_ppm),
                "observed": len(seen_ppm),
                "detection_low_ppm": min(seen_ppm, default=None),
                "detection_high_ppm": max(seen_ppm, default=None),
            }
        )
    return ground
