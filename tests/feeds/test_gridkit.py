"""Grid map: every site has a name to speak of, and a radius as large as the map's error."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pyproj import Geod

from truceline.feeds.gridkit import RADIUS_95_M, GridkitBuses, GridkitGenerators
from truceline.feeds.interface import FeedError
from truceline.feeds.power_plants import PowerPlantsGppd
from truceline.records.agreement import Site
from truceline.records.observation import Place
from truceline.records.source import Refused
from truceline.records.units import E7

BUS_HEADER = "bus_id,station_id,voltage,dc,symbol,under_construction,tags,x,y,country,name\n"
BUS = '1924,2394,220,f,Substation,f,"""oid""=>""31981"", ""x""=>""1""",33.825531,44.887012,UA,\n'
GENERATOR_HEADER = "generator_id,bus_id,technology,capacity,tags,geometry,country,name\n"
GENERATOR = '1180,3036,Hydro,-1,"""oid""=>""1""",POINT(34.687958 48.594776),UA,Dnipro HPP\n'

# Power stations of the map, and the same ones in the WRI database.
SAME = {
    "Luhanska TPP": "Luganskaya Thermal Power Plant Ukraine",
    "Serednyodniprovska HPP": "Dniprodzerzhynsk Hydroelectric Power Plant Ukraine",
    "Zaporizka NPP": "Zaporozhye Nuclear Power Plant Ukraine",
    "Zaporizka TPP": "Zaporiska Thermal Power Plant Ukraine",
    "Prydniprovska TPP": "Pridneprovskaya thermal power plant Ukraine",
    "Dnipro HPP": "Danipro (Dnieper) Hydroelectric Power Plant Ukraine",
    "Dnistrovska HPP": "Dniester (Dnestrovsk) Hydroelectric Power Plant Ukraine",
    "Slavyanska TPP": "Slavyanskaya Thermal Power Plant Ukraine",
    "Kurakhivska TPP": "Kurakhovskaya Thermal Power Plant Ukraine",
    "Vuglegirska TPP": "Vuhlehirska (Uglegorskaya) Thermal Power Plant Ukraine",
    "Starobeshivska TPP": "Starobeshivska Thermal Power Plant Ukraine",
    "Ladyzhynska TPP": "Ladyzhinska Thermal Power Plant Ukraine",
    "Tashlyk HPSPP": "Tashlyk Pumped Storage Hydroelectric Power Plant Ukraine",
    "Kryvorizka TPP": "Krivorozhskaya Thermal Power Plant Ukraine",
    "Kakhovska HPP": "Kahovska (Kakhovka) Hydroelectric Power Plant Ukraine",
    "Dnistrovska HPSPP": "Dniester Pumped Storage Hydroelectric Power Plant Ukraine",
    "Zmyivska TPP": "Zmiyevskaya (Zmiivskaya) Thermal Power Plant Ukraine",
    "Kyivska HPSPP": "Kiev Pumped Storage Hydroelectric Power Plant Ukraine",
    "CHPP-6": "Kiev CHP-6 Power Plant Ukraine",
    "Trypilska TPP": "Trypilska Thermal Power Plant Ukraine",
    "Kanivska HPP": "Kaniv Hydroelectric Power Plant Ukraine",
    "Kremenchutska HPP": "Kremenchuk Hydroelectric Power Plant Ukraine",
    "Dobrotvirska TPP": "Dobrotvorsky Thermal Power Plant Ukraine",
    "Burshtyn TPP": "Burshtynska TES Thermal Power Plant Ukraine",
    "Rivnenska NPP": "Rovno (Rivne) Nuclear Power Plant Ukraine",
    "Khmelnytska NPP": "Khmelnitskiy Nuclear Power Plant Ukraine",
}


def buses(*rows: str) -> tuple[tuple[Site, ...], tuple[Refused, ...]]:
    parsed = GridkitBuses().parse((BUS_HEADER + "".join(rows)).encode())
    return parsed.rows, parsed.refused


def generators(*rows: str) -> tuple[tuple[Site, ...], tuple[Refused, ...]]:
    parsed = GridkitGenerators().parse((GENERATOR_HEADER + "".join(rows)).encode())
    return parsed.rows, parsed.refused


def test_a_bus_without_a_name_gets_one_that_tells_what_it_is() -> None:
    ((site,), _) = buses(BUS)
    assert (site.name, site.detail) == ("Substation 220 kV (bus 1924)", "Substation")
    assert (site.kind, site.source, site.line) == ("energy_infrastructure", "gridkit", 2)
    assert (site.place.longitude_e7, site.place.latitude_e7) == (338_255_310, 448_870_120)
    assert site.place.radius_95_m == RADIUS_95_M
    assert site.id == f"s:{site.document_sha256}:2"


def test_what_is_being_built_says_so() -> None:
    ((site,), _) = buses(BUS.replace("Substation,f", "Substation,t"))
    assert site.detail == "Substation, under construction"


def test_a_nuclear_station_is_a_site_of_another_kind() -> None:
    ((bus,), _) = buses(BUS.replace("Substation", "Nuclear"))
    ((generator,), _) = generators(GENERATOR.replace("Hydro", "Nuclear"))
    assert bus.kind == generator.kind == "nuclear_site"


def test_reads_the_position_of_a_generator_from_its_geometry() -> None:
    ((site,), _) = generators(GENERATOR)
    assert (site.name, site.detail) == ("Dnipro HPP", "Hydro")
    assert (site.place.longitude_e7, site.place.latitude_e7) == (346_879_580, 485_947_760)


def test_a_generator_without_a_name_gets_one() -> None:
    ((site,), _) = generators(GENERATOR.replace("Dnipro HPP", ""))
    assert site.name == "Hydro (generator 1180)"


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        ("LINESTRING(1 2)", 'geometry "LINESTRING(1 2)" is not POINT(longitude latitude)'),
        ("", 'geometry "" is not POINT(longitude latitude)'),
        ("POINT(48.594776 34.687958)", "longitude 48.594776 is outside 21..42 degrees (Ukraine)"),
        ("POINT(nan 48.594776)", 'longitude "nan" is not a number'),
        ("POINT(34.687958 95)", "latitude 95 is outside -90..90"),
    ],
)
def test_refuses_another_geometry(geometry: str, reason: str) -> None:
    rows, refused = generators(GENERATOR, GENERATOR.replace("POINT(34.687958 48.594776)", geometry))
    assert len(rows) == 1
    assert refused == (Refused(line=3, reason=reason),)


@pytest.mark.parametrize("feed", [GridkitBuses(), GridkitGenerators()])
def test_fetches_nothing_and_says_why(feed: GridkitBuses | GridkitGenerators) -> None:
    assert feed.plan(date(2026, 4, 8), date(2026, 4, 14)) == ()
    assert feed.covers(feed.patterns[0]) == ()
    with pytest.raises(FeedError, match="x is not fetched: the provider's files have other quotes"):
        feed.fetch("x")


@pytest.mark.shared
def test_reads_the_real_files_whole(shared_data: Path) -> None:
    folder = shared_data / "protected_objects"
    bus_map = GridkitBuses().parse((folder / "entsoe_gridkit_buses_ua.csv").read_bytes())
    stations = GridkitGenerators().parse((folder / "entsoe_gridkit_generators_ua.csv").read_bytes())
    assert (len(bus_map.rows), bus_map.refused) == (236, ())
    assert (len(stations.rows), stations.refused) == (40, ())
    assert all(site.name for site in (*bus_map.rows, *stations.rows))


def apart_m(one: Place, other: Place) -> float:
    ends = (one.longitude_e7, one.latitude_e7, other.longitude_e7, other.latitude_e7)
    west, south, east, north = (end / E7 for end in ends)
    _, _, distance_m = Geod(ellps="WGS84").inv(west, south, east, north)
    return float(distance_m)


@pytest.mark.shared
def test_the_radius_holds_95_in_100_of_the_stations_that_stand_in_both_lists(
    shared_data: Path,
) -> None:
    folder = shared_data / "protected_objects"
    stations = GridkitGenerators().parse((folder / "entsoe_gridkit_generators_ua.csv").read_bytes())
    plants = PowerPlantsGppd().parse((folder / "gppd_geodb_ukraine.csv").read_bytes())
    drawn = {site.name: site.place for site in stations.rows}
    true = {site.name: site.place for site in plants.rows}
    off_m = sorted(apart_m(drawn[one], true[other]) for one, other in SAME.items())
    assert sum(distance_m <= RADIUS_95_M for distance_m in off_m) >= 0.95 * len(SAME)
    assert off_m[len(off_m) // 2] > 10_000
