"""The truth of an exercise as a folder that no feed reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from truceline.records.units import DAY_US, day_of, iso
from truceline.simulate.documents import columns, table_text
from truceline.simulate.families import Family
from truceline.simulate.happenings import KIND_NAMES, PARTIES, truce_window
from truceline.simulate.injects import INJECT_COLUMNS, Inject, inject_rows
from truceline.simulate.world import World

VERSION = 2
CAUSE_COLUMNS = columns("document,sha256,line,cause,incident,fate,inject")
INCIDENT_COLUMNS = columns(
    "id,began,longitude,latitude,kind,party,rounds,plant,area,held_by,cloud_ppm,in_truce,seen,told,"
    "hushed,parent,staged"
)

README = """# The truth of an exercise

This world is invented. Nothing in it happened. The two parties carry the codes of the agreements
(RU, UA) because the documents need some, and the line between them is a noise curve; what either
does here says nothing about anybody. No feed reads this folder.

- `incidents.csv`: what happened, where it arrived, the party responsible in this world, whether a
  satellite saw it (`seen`), the news told of it (`told`) or the news of it was withheld (`hushed`),
  which incident set it off (`parent`), and whether that party staged it on land that it holds.
- `observations.csv`: which row of which document came from which incident, or from what else:
  burning fields, works, false reports, other news, alerts without an incident, malformed rows,
  injects. A row of a document that was withheld, or came as an error page, says so (`fate`).
- `injects.csv`: what the controllers let happen, when, in which document, and whether it is true.
- `controller.*`: the master events list, in words. `debrief.*`: what was found, and what was true.
- `weather.csv`: the mean cloud cover of each day and area.
- `exercise.json`: seed, days, the truce, the family of the exercise with its numbers, and `side`:
  the party that the first number of each pair speaks of.

Where something was sent from does not exist in this world.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What is known of a world beside what happens in it.

    Attributes:
        seed: Of the exercise.
        family: Its parameters.
        seen: Ids of the incidents that a satellite noticed.
        told: Indices of those that the news told of.
        hushed: Indices of those of which a side withheld the news.
        causes: What caused which row of which document, as `write_documents` gives it.
        injects: In the order of their times.
    """

    seed: int
    family: Family
    seen: frozenset[str]
    told: frozenset[int]
    hushed: frozenset[int]
    causes: tuple[tuple[str, ...], ...]
    injects: tuple[Inject, ...]


def write_truth(folder: Path, world: World, known: Known) -> None:
    """Write the truth of an exercise into a folder that no feed's pattern matches."""
    start_us, days = world.start_us, world.days
    truce = truce_window(start_us, days)
    facts = {
        "version": VERSION,
        "seed": known.seed,
        "days": days,
        "start": day_of(start_us).isoformat(),
        "truce_from": iso(truce[0]),
        "truce_until": iso(truce[1]),
        "family": asdict(known.family),
        "side": PARTIES[world.side],
    }
    weather = [
        (day_of(start_us + day * DAY_US).isoformat(), code, str(cover))
        for day, covers in enumerate(world.clouds_ppm.tolist())
        for code, cover in zip(world.land.codes, covers, strict=True)
    ]
    texts = {
        "README.md": README,
        "exercise.json": json.dumps(facts, indent=1) + "\n",
        "incidents.csv": table_text(INCIDENT_COLUMNS, _incident_rows(world, known)),
        "observations.csv": table_text(CAUSE_COLUMNS, known.causes),
        "injects.csv": table_text(INJECT_COLUMNS, inject_rows(known.injects, known.causes)),
        "weather.csv": table_text(("day", "area", "cloud_ppm"), weather),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(texts):
        (folder / name).write_bytes(texts[name].encode())


def _incident_rows(world: World, known: Known) -> Iterable[tuple[str, ...]]:
    incidents = world.incidents
    for index in range(len(incidents)):
        plant, parent = int(incidents.plant[index]), int(incidents.parent[index])
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
            str(int(incidents.id_of(index) in known.seen)),
            str(int(index in known.told)),
            str(int(index in known.hushed)),
            incidents.id_of(parent) if parent >= 0 else "",
            str(int(incidents.staged[index])),
        )
