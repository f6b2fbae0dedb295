"""The truth of an exercise as a folder that no feed reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from truceline.records.units import DAY_US, day_of, iso
from truceline.simulate.documents import columns, table_text
from truceline.simulate.happenings import KIND_NAMES, PARTIES, truce_window
from truceline.simulate.world import World

VERSION = 1
CAUSE_COLUMNS = columns("document,sha256,line,cause,incident,withheld")
INCIDENT_COLUMNS = columns(
    "id,began,longitude,latitude,kind,party,rounds,plant,area,held_by,cloud_ppm,in_truce,seen,told"
)

README = """# The truth of an exercise

This world is invented. Nothing in it happened. The two parties carry the codes of the agreements
(RU, UA) because the documents need some, and the line between them is a noise curve; what either
does here says nothing about anybody. No feed reads this folder.

- `incidents.csv`: what happened, where it arrived, and the party responsible in this world.
- `observations.csv`: which row of which document came from which incident, or from what else:
  burning fields, works, false reports, other news, alerts without an incident, malformed rows.
  A row of a document that was withheld from the folder says so.
- `weather.csv`: the mean cloud cover of each day and area.
- `exercise.json`: seed, days, and the truce, in which incidents drop to a quarter.

Incidents do not excite one another yet, and none is staged. Where something was sent from does not
exist in this world.
"""


def write_truth(
    folder: Path,
    seed: int,
    world: World,
    causes: Iterable[tuple[str, ...]],
    noticed: tuple[set[str], set[int]],
) -> None:
    """Write the truth of an exercise.

    Args:
        folder: Where to; no feed's pattern may match it.
        seed: Of the exercise.
        world: What is true.
        causes: What caused which row of which document.
        noticed: Ids of the incidents that a satellite noticed, and indices of those reported.
    """
    start_us, days = world.start_us, world.days
    truce = truce_window(start_us, days)
    facts = {
        "version": VERSION,
        "seed": seed,
        "days": days,
        "start": day_of(start_us).isoformat(),
        "truce_from": iso(truce[0]),
        "truce_until": iso(truce[1]),
    }
    weather = [
        (day_of(start_us + day * DAY_US).isoformat(), code, str(cover))
        for day, covers in enumerate(world.clouds_ppm.tolist())
        for code, cover in zip(world.land.codes, covers, strict=True)
    ]
    texts = {
        "README.md": README,
        "exercise.json": json.dumps(facts, indent=1) + "\n",
        "incidents.csv": table_text(INCIDENT_COLUMNS, _incident_rows(world, *noticed)),
        "observations.csv": table_text(CAUSE_COLUMNS, causes),
        "weather.csv": table_text(("day", "area", "cloud_ppm"), weather),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(texts):
        (folder / name).write_bytes(texts[name].encode())


def _incident_rows(world: World, seen: set[str], told: set[int]) -> Iterable[tuple[str, ...]]:
    incidents = world.incidents
    for index in range(len(incidents)):
        plant = int(incidents.plant[index])
        yield (
            incidents.id_of(index),
            iso(int(incidents.began_us[index])),
            f"{incidents.longitude[index]:.5f}",
            f"{incidents.latitude[index]:.5f}",
            KIND_NAMES[incidents.kind[index]],
            PARTIES[incidents.party[index]],
            str(incidents.rounds[index]),
            world.plants.ids[plant] if plant >= 0 else "",
            world.land.codes[incidents.area[index]],
            PARTIES[0] if incidents.east[index] else PARTIES[1],
            str(incidents.cloud_ppm[index]),
            str(int(incidents.in_truce[index])),
            str(int(incidents.id_of(index) in seen)),
            str(int(index in told)),
        )
