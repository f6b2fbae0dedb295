"""Air-raid alerts of the exercise: over a whole oblast, too often, sometimes at the right time."""

from __future__ import annotations

import numpy as np

from truceline.records.units import DAY_US, MINUTE_US, day_of, iso
from truceline.simulate.documents import Document, Row
from truceline.simulate.happenings import KIND_NAMES, Incidents
from truceline.simulate.land import Generator, Land

ALERTS_PER_DAY, ALERTS_PER_DAY_EAST, EAST_OF = 1.0, 3.0, 33.0
MEAN_MINUTES = 60.0
SOUGHT_KINDS = ("glide_bomb", "air_strike", "owa_drone_strike")
RAISED_SHARE = 0.7

# How the source writes ISO 3166-2 codes. It does not list Luhansk, Crimea and Sevastopol.
REGIONS = {
    "UA-05": "Vinnytska oblast",
    "UA-07": "Volynska oblast",
    "UA-12": "Dnipropetrovska oblast",
    "UA-14": "Donetska oblast",
    "UA-18": "Zhytomyrska oblast",
    "UA-21": "Zakarpatska oblast",
    "UA-23": "Zaporizka oblast",
    "UA-26": "Ivano-Frankivska oblast",
    "UA-30": "Kyiv City",
    "UA-32": "Kyivska oblast",
    "UA-35": "Kirovohradska oblast",
    "UA-46": "Lvivska oblast",
    "UA-48": "Mykolaivska oblast",
    "UA-51": "Odeska oblast",
    "UA-53": "Poltavska oblast",
    "UA-56": "Rivnenska oblast",
    "UA-59": "Sumska oblast",
    "UA-61": "Ternopilska oblast",
    "UA-63": "Kharkivska oblast",
    "UA-65": "Khersonska oblast",
    "UA-68": "Khmelnytska oblast",
    "UA-71": "Cherkaska oblast",
    "UA-74": "Chernihivska oblast",
    "UA-77": "Chernivetska oblast",
}
COLUMNS = ("region", "started_at", "finished_at", "n_subalerts", "duration_minutes")

Raised = tuple[int, int, int, str]  # area, from and until in microseconds, incident or ""


def alerts_document(
    rng: Generator, land: Land, incidents: Incidents, start_us: int, days: int
) -> Document:
    """Write the alerts, those of one oblast that overlap joined into one."""
    raised = [*_by_chance(rng, land, start_us, days), *_for_incidents(rng, incidents)]
    rows = [
        Row(
            fields=(
                REGIONS[land.codes[area]],
                iso(began),
                iso(ended),
                str(count),
                f"{(ended - began) / MINUTE_US:.2f}",
            ),
            cause="incident" if true else "no_incident",
            incidents=true,
        )
        for began, area, ended, count, true in sorted(_joined(raised))
        if land.codes[area] in REGIONS
    ]
    first, last = day_of(start_us), day_of(start_us + (days - 1) * DAY_US)
    name = f"labels/air_raid_sirens_oblast_{first:%Y%m%d}_{last:%Y%m%d}.csv.gz"
    return Document(name=name, header=COLUMNS, rows=tuple(rows))


def _by_chance(rng: Generator, land: Land, start_us: int, days: int) -> list[Raised]:
    east = np.array([shape.centroid.x > EAST_OF for shape in land.shapes])
    counts = rng.poisson(np.where(east, ALERTS_PER_DAY_EAST, ALERTS_PER_DAY) * days)
    area = np.repeat(np.arange(len(counts)), counts)
    minute = rng.integers(0, days * 24 * 60, len(area))
    lasts = 5 + np.rint(rng.exponential(MEAN_MINUTES, len(area))).astype(np.int64)
    began = start_us + minute * MINUTE_US
    ended = began + lasts * MINUTE_US
    return [(*row, "") for row in zip(area.tolist(), began.tolist(), ended.tolist(), strict=True)]


def _for_incidents(rng: Generator, incidents: Incidents) -> list[Raised]:
    sought = np.isin(incidents.kind, [KIND_NAMES.index(kind) for kind in SOUGHT_KINDS])
    raised = np.flatnonzero(sought & (rng.random(len(incidents)) < RAISED_SHARE))
    before = rng.integers(5, 40, len(raised)) * MINUTE_US
    after = rng.integers(20, 90, len(raised)) * MINUTE_US
    began, area = incidents.began_us[raised], incidents.area[raised]
    return [
        (where, at - early, at + late, incidents.id_of(index))
        for where, at, early, late, index in zip(
            area.tolist(),
            began.tolist(),
            before.tolist(),
            after.tolist(),
            raised.tolist(),
            strict=True,
        )
    ]


def _joined(raised: list[Raised]) -> list[tuple[int, int, int, int, tuple[str, ...]]]:
    """Join overlapping alerts of one area: from, area, until, how many, incidents."""
    joined: list[tuple[int, int, int, int, tuple[str, ...]]] = []
    for area, began, ended, incident in sorted(raised):
        true = (incident,) if incident else ()
        if joined and joined[-1][1] == area and began <= joined[-1][2]:
            first, _, until, count, others = joined[-1]
            joined[-1] = (first, area, max(until, ended), count + 1, (*others, *true))
        else:
            joined.append((began, area, ended, 1, true))
    return joined
