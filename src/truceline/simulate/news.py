"""What people write about the exercise: news reports, copied and late, and a list of the dead.

A report names a town, not a place; it comes hours or days later; outlets copy one another; some
tell of what never was. Effort does not depend on the party, unless the family says that one
withholds what is told of its land; what is staged is staged to be told.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import timedelta

import numpy as np

from truceline.records.units import DAY_US, HOUR_US, day_of
from truceline.simulate.documents import Document, Row, columns
from truceline.simulate.families import Family
from truceline.simulate.happenings import KIND_NAMES, Incidents
from truceline.simulate.land import Generator, Integers, Towns
from truceline.simulate.world import World

REPORTED_SHARE = 0.15
LOUD_SHARE = 0.35
PLANT_SHARE = 0.9
LOUD_KINDS = ("glide_bomb", "air_strike", "owa_drone_strike")
MEDIAN_DELAY_H, DELAY_SPREAD = 5.0, 1.0
NEAREST_TOWN_SHARE = 0.85
TOWN_RANKS = 5
COPIES, PLANT_COPIES = 0.8, 4.0
STAGED_TOLD_SHARE = 0.9
OTHER_NEWS_PER_DAY = 30.0
OUTLETS = tuple(f"news-{letter}.example" for letter in "abcdefghijkl")

# Types of the source: code, word, and the kinds of incident it is used for.
TYPE_OF_KIND = {
    "artillery": ("A", "artillery"),
    "mortar": ("A", "artillery"),
    "mlrs": ("A", "artillery"),
    "fpv_strike": ("D", "uav"),
    "owa_drone_strike": ("D", "uav"),
    "glide_bomb": ("S", "airstrike"),
    "air_strike": ("S", "airstrike"),
}
OTHER_TYPES = (("O", "other"), ("O", "other"), ("C", "civcas"), ("F", "firefight"), ("M", "milcas"))
VIINA_COLUMNS = columns(
    "date,longitude,latitude,location_ascii,type_code,type_first_match,n_reports,urls"
)

DEADLY_SHARE = 0.06
UCDP_PRECISIONS, UCDP_PRECISION_SHARES = (1, 2, 3, 4), (0.4, 0.3, 0.2, 0.1)
EXACT_DAY_SHARE = 0.8
UCDP_COLUMNS = columns(
    "ucdp_release,id,relid,year,active_year,code_status,type_of_violence,conflict_dset_id,"
    "conflict_new_id,conflict_name,dyad_dset_id,dyad_new_id,dyad_name,side_a_dset_id,"
    "side_a_new_id,side_a,side_b_dset_id,side_b_new_id,side_b,number_of_sources,source_article,"
    "source_office,source_date,source_headline,source_original,where_prec,where_coordinates,"
    "where_description,adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,"
    "region,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,"
    "deaths_unknown,best,high,low,gwnoa,gwnob"
)
INVENTED = "Invented party one - Invented party two"

Key = tuple[str, int, str, str]  # day, town, code and word of the type


def reported(
    rng: Generator, incidents: Incidents, family: Family, side: int
) -> tuple[Integers, Integers]:
    """Draw which incidents the news tell of, and of which the news is withheld: their indices."""
    loud = np.isin(incidents.kind, [KIND_NAMES.index(kind) for kind in LOUD_KINDS])
    chance = np.where(loud, LOUD_SHARE, REPORTED_SHARE)
    chance = np.where(incidents.plant >= 0, PLANT_SHARE, chance)
    chance = np.where(incidents.staged, STAGED_TOLD_SHARE, chance)
    drawn = rng.random(len(incidents))
    passed = np.where(incidents.east == (side == 0), 1 - family.blackout, 1.0)
    told = drawn < chance * passed
    return np.flatnonzero(told), np.flatnonzero((drawn < chance) & ~told)


def news_document(rng: Generator, world: World, told: Integers, family: Family) -> Document:
    """Write what the news tell, one row a day, town and type, as the provider does.

    Reports that come after the last day are lost.
    """
    incidents, towns, start_us, days = world.incidents, world.towns, world.start_us, world.days
    last_us = start_us + days * DAY_US
    outlets: dict[Key, int] = defaultdict(int)
    true: dict[Key, list[str]] = defaultdict(list)
    delay_h = np.exp(rng.normal(math.log(MEDIAN_DELAY_H), DELAY_SPREAD, len(told)))
    said_us = incidents.began_us[told] + np.rint(delay_h * HOUR_US).astype(np.int64)
    rank = np.where(
        rng.random(len(told)) < NEAREST_TOWN_SHARE, 0, rng.integers(0, TOWN_RANKS, len(told))
    )
    town = towns.nearest(incidents.longitude[told], incidents.latitude[told], rank)
    copies = rng.poisson(np.where(incidents.plant[told] >= 0, PLANT_COPIES, COPIES))
    for row, index in enumerate(told.tolist()):
        if said_us[row] < last_us:
            word = TYPE_OF_KIND[KIND_NAMES[incidents.kind[index]]]
            key = (day_of(int(said_us[row])).isoformat(), int(town[row]), *word)
            outlets[key] += 1 + int(copies[row])
            true[key].append(incidents.id_of(index))
    causes = dict.fromkeys(outlets, "incident")
    for key, cause, count in _inventions(rng, len(told), world, family):
        outlets[key] += count
        causes.setdefault(key, cause)
    rows = [
        Row(
            fields=viina_fields(towns, key, outlets[key], key[0]),
            cause=causes[key],
            incidents=tuple(true[key]),
        )
        for key in sorted(outlets)
    ]
    name = f"labels/viina_{day_of(start_us).year}_one_per_day.csv.gz"
    return Document(name=name, header=VIINA_COLUMNS, rows=tuple(rows))


def _inventions(
    rng: Generator, told: int, world: World, family: Family
) -> list[tuple[Key, str, int]]:
    """Draw reports of what never was, and news of other things, and how many outlets tell them."""
    towns, start_us, days = world.towns, world.start_us, world.days
    words = sorted(set(TYPE_OF_KIND.values()))
    counts = rng.binomial(told, family.false_share), rng.poisson(OTHER_NEWS_PER_DAY * days)
    found: list[tuple[Key, str, int]] = []
    for cause, count, types in zip(
        ("false_report", "other_news"), counts, (words, OTHER_TYPES), strict=True
    ):
        day = rng.integers(0, days, count)
        town = rng.integers(0, len(towns.names), count)
        kind = rng.integers(0, len(types), count)
        repeated = family.copies_of_false if cause == "false_report" else 0.0
        copies = rng.poisson(repeated, count)
        for at, place, which, more in zip(
            day.tolist(), town.tolist(), kind.tolist(), copies.tolist(), strict=True
        ):
            on = day_of(start_us + at * DAY_US).isoformat()
            found.append(((on, place, *types[which]), cause, 1 + more))
    return found


def viina_fields(towns: Towns, key: Key, count: int, published: str) -> tuple[str, ...]:
    """Write one row of the news, as the provider does.

    Args:
        towns: Where the places are.
        key: Day, town and type.
        count: How many outlets tell it; the first of them are named.
        published: The day that stands in the addresses, as YYYY-MM-DD.
    """
    day, town, code, word = key
    longitude, latitude = towns.places[town].tolist()
    path = f"{published.replace('-', '/')}/{town:04}{code}"
    return (
        day,
        f"{longitude:.5f}",
        f"{latitude:.5f}",
        towns.names[town],
        code,
        word,
        str(count),
        " ".join(f"https://{outlet}/{path}" for outlet in OUTLETS[:count]),
    )


def deaths_document(
    rng: Generator, incidents: Incidents, towns: Towns, codes: tuple[str, ...]
) -> Document:
    """Write the deadly incidents in the layout of UCDP GED Candidate, months after the fact."""
    deadly = np.flatnonzero(rng.random(len(incidents)) < DEADLY_SHARE)
    nearest = towns.nearest(
        incidents.longitude[deadly], incidents.latitude[deadly], np.zeros(len(deadly), np.int64)
    )
    rows = []
    for rank, (index, town) in enumerate(zip(deadly.tolist(), nearest.tolist(), strict=True)):
        day = day_of(int(incidents.began_us[index]))
        exact = rng.random() < EXACT_DAY_SHARE
        longitude, latitude = towns.places[town].tolist()
        cells = {
            "ucdp_release": "exercise",
            "id": str(900_000 + rank),
            "relid": f"EXERCISE-{rank + 1:04}",
            "year": str(day.year),
            "where_prec": str(rng.choice(UCDP_PRECISIONS, p=UCDP_PRECISION_SHARES)),
            "where_coordinates": towns.names[town],
            "adm_1": codes[incidents.area[index]],
            "latitude": f"{latitude:.6f}",
            "longitude": f"{longitude:.6f}",
            "geom_wkt": f"POINT ({longitude:.6f} {latitude:.6f})",
            "priogrid_gid": str(_priogrid(longitude, latitude)),
            "date_prec": "1" if exact else "2",
            "date_start": f"{day} 00:00:00.000",
            "date_end": f"{day if exact else day + timedelta(days=1)} 00:00:00.000",
            **_toll(1 + int(rng.poisson(1.2))),
        }
        fields = tuple(cells.get(column, UCDP_SAME.get(column, "")) for column in UCDP_COLUMNS)
        rows.append(Row(fields=fields, cause="incident", incidents=(incidents.id_of(index),)))
    first, last = (day_of(int(incidents.began_us[at])) for at in (0, -1))
    name = f"labels/ucdp_ged_candidate_ukraine_russia_{first:%Y%m}_{last:%Y%m}.csv"
    return Document(name=name, header=UCDP_COLUMNS, rows=tuple(rows))


UCDP_SAME = {
    "active_year": "true",
    "code_status": "Clear",
    "type_of_violence": "1",
    "conflict_name": INVENTED,
    "dyad_name": INVENTED,
    "side_a": "Invented party one",
    "side_b": "Invented party two",
    "number_of_sources": "1",
    "source_article": "An invented report of the exercise",
    "source_office": OUTLETS[0],
    "source_headline": "Deaths in an invented exercise",
    "country": "Ukraine",
    "country_id": "369",
    "region": "Europe",
    "event_clarity": "1",
}


def _toll(deaths: int) -> dict[str, str]:
    dead = str(deaths)
    return {
        "deaths_a": "0",
        "deaths_b": "0",
        "deaths_civilians": dead,
        "deaths_unknown": "0",
        "best": dead,
        "high": str(deaths + 1),
        "low": dead,
    }


def _priogrid(longitude: float, latitude: float) -> int:
    """Number the half-degree cell of PRIO-GRID: rows from the south, columns from the west."""
    return math.floor((latitude + 90) * 2) * 720 + math.floor((longitude + 180) * 2) + 1
