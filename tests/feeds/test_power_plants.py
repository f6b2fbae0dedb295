"""Power plants: a site has a position or is refused; nuclear ones have a kind of their own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from loopback import Answer, Loopback

from truceline.feeds.interface import FeedError
from truceline.feeds.power_plants import GPPD_NAME, WRI_NAME, PowerPlantsGppd, PowerPlantsWri
from truceline.records.agreement import Site
from truceline.records.source import Refused

GPPD_HEADER = "country,country_long,name,gppd_idnr,capacity_mw,latitude,longitude,primary_fuel\n"
ZMIIVSKA = "UKR,Ukraine,Zmiivska,GEODB0043000,2400.0,49.5853,36.5236,Coal\n"
WRI_HEADER = "Power Plant ID,Name,Fuel,Units,Latitude,Longitude,Country\n"
RIVNE = '1005112,Rivne (Rouno),Nuclear,"420, 415",51.3245,25.89744,Ukraine\n'
WIND = "1005148,Beregove,Wind,7 turbines,,,Ukraine\n"


def gppd(*rows: str) -> tuple[tuple[Site, ...], tuple[Refused, ...]]:
    parsed = PowerPlantsGppd().parse((GPPD_HEADER + "".join(rows)).encode())
    return parsed.rows, parsed.refused


def wri(*rows: str) -> tuple[tuple[Site, ...], tuple[Refused, ...]]:
    parsed = PowerPlantsWri().parse((WRI_HEADER + "".join(rows)).encode())
    return parsed.rows, parsed.refused


def test_reads_a_plant_of_the_database() -> None:
    ((site,), _) = gppd(ZMIIVSKA)
    assert (site.name, site.kind, site.detail) == ("Zmiivska", "energy_infrastructure", "Coal")
    assert (site.place.longitude_e7, site.place.latitude_e7) == (365_236_000, 495_853_000)
    assert site.place.radius_95_m == 2_000
    assert (site.source, site.line) == ("gppd", 2)
    assert site.id == f"s:{site.document_sha256}:2"


def test_plants_of_other_countries_rightly_give_nothing() -> None:
    assert gppd("AFG,Afghanistan,Kajaki,GEODB0040538,33.0,32.322,65.119,Hydro\n") == ((), ())


def test_a_nuclear_plant_is_a_site_of_another_kind() -> None:
    ((site,), _) = wri(RIVNE)
    assert (site.name, site.kind, site.source) == ("Rivne (Rouno)", "nuclear_site", "gppd-wri")


def test_refuses_a_plant_without_a_position_and_says_so() -> None:
    rows, refused = wri(WIND, RIVNE)
    assert [row.line for row in rows] == [3]
    assert refused == (Refused(line=2, reason="no position: Latitude and Longitude are empty"),)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("51.3245", "", "Latitude is empty"),
        ("51.3245", "95", "Latitude 95 is outside -90..90"),
        ("51.3245,25.89744", "25.89744,51.3245", "is outside 21..42 degrees (Ukraine)"),
        ("Rivne (Rouno)", " ", "name is empty"),
    ],
)
def test_refuses_a_row_with_its_value(old: str, new: str, reason: str) -> None:
    _, refused = wri(RIVNE.replace(old, new))
    assert refused[0].reason.endswith(reason)


def test_fetches_both_lists() -> None:
    answers = {
        "/output_database/global_power_plant_database.csv": [Answer(body=b"database")],
        "/raw_source_files/WRI/Ukraine.csv": [Answer(body=b"sheet")],
    }
    with Loopback(answers) as server:
        for feed, body in (
            (PowerPlantsGppd(base_url=server.base_url), b"database"),
            (PowerPlantsWri(base_url=server.base_url), b"sheet"),
        ):
            (name,) = feed.plan(date(2026, 4, 8), date(2026, 4, 14))
            assert feed.fetch(name).content == body
            assert feed.covers(name) == ()
            with pytest.raises(FeedError, match=r"other\.csv is not protected_objects/gppd"):
                feed.fetch("other.csv")


def test_no_document_belongs_to_both_feeds() -> None:
    assert not set(PowerPlantsGppd().patterns) & set(PowerPlantsWri().patterns)
    assert GPPD_NAME in PowerPlantsGppd().patterns
    assert WRI_NAME.startswith(PowerPlantsWri().patterns[0].partition("*")[0])


@pytest.mark.shared
def test_reads_the_real_database(shared_data: Path) -> None:
    path = shared_data / "protected_objects" / "gppd_geodb_ukraine.csv"
    parsed = PowerPlantsGppd().parse(path.read_bytes())
    assert (len(parsed.rows), parsed.refused) == (32, ())
    assert sum(site.kind == "nuclear_site" for site in parsed.rows) == 4


@pytest.mark.shared
def test_reads_the_39_of_61_rows_of_the_real_sheet_that_have_a_position(shared_data: Path) -> None:
    path = shared_data / "protected_objects" / "gppd_wri_ukraine_raw.csv"
    parsed = PowerPlantsWri().parse(path.read_bytes())
    assert (len(parsed.rows), len(parsed.refused)) == (39, 22)
    assert {row.reason for row in parsed.refused} == {
        "no position: Latitude and Longitude are empty"
    }
