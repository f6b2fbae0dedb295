"""FIRMS: three layouts of two instruments give the same observations; silence gives none."""

from __future__ import annotations

import gzip
import hashlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Answer, Loopback

from truceline.feeds.firms import (
    MODIS_CHANCE_FROM_PPM,
    VIIRS_CHANCE_PPM,
    Firms,
    half_diagonal_m,
)
from truceline.feeds.interface import FeedError
from truceline.records.observation import Means, Observation, Signature
from truceline.records.units import DAY_US, E7, PPM, day_start_us, iso

KEY = "0123456789abcdef0123456789abcdef"
DAY = date(2026, 4, 8)
NAME = "firms/VIIRS_NOAA20_2026098.csv"
AREA_PATH = f"/api/area/csv/{KEY}/VIIRS_NOAA20_NRT/22,44,41,53/1/2026-04-08"
ARCHIVE_PATH = AREA_PATH.replace("_NRT", "_SP")
HELD_PATH = f"/api/data_availability/csv/{KEY}/all"

VIIRS_API_HEADER = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,"
    "version,bright_ti5,frp,daynight\n"
)
VIIRS_API = (
    VIIRS_API_HEADER
    + "47.83467,38.47871,330.5,0.3,0.4,2026-04-08,28,N20,VIIRS,n,2.0NRT,271.56,1.08,N\n"
)
VIIRS_TEXT = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,version,"
    "bright_ti5,frp,daynight,instrument\n"
    "47.83467,38.47871,330.5,0.3,0.4,2026-04-08,00:28:00,N20,nominal,2.0NRT,271.56,1.08,N,VIIRS\n"
)
MODIS_TEXT = (
    "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,"
    "bright_t31,frp,daynight,instrument\n"
    "49.14151,37.95869,301.18,1.32,1.14,2026-04-12,11:47:00,A,16,6.1NRT,279.81,5.99,D,MODIS\n"
)
MODIS_ARCHIVE = (
    "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,confidence,"
    "version,bright_t31,frp,daynight,type\n"
    "47.8698,33.4421,301.3,1.2,1.1,2021-01-08,0906,Terra,MODIS,35,6.03,274.4,11,D,2\n"
)
SAVED = (VIIRS_API, VIIRS_TEXT, MODIS_TEXT, MODIS_ARCHIVE)


def only_row(document: str) -> Observation:
    parsed = Firms().parse(document.encode())
    assert parsed.refused == ()
    (row,) = parsed.rows
    return row


def refusal(document: str) -> str:
    parsed = Firms().parse(document.encode())
    assert parsed.rows == ()
    (refused,) = parsed.refused
    assert refused.line == 2
    return refused.reason


# ------------------------------------------------------------------------------------- parse
def test_a_row_of_the_area_api_is_one_observation_at_the_instant_of_the_overpass() -> None:
    row = only_row(VIIRS_API)
    assert row.source == "firms-noaa20"
    assert row.means is Means.SATELLITE_THERMAL
    assert iso(row.began_us) == iso(row.ended_us) == "2026-04-08T00:28:00Z"
    assert (row.place.latitude_e7, row.place.longitude_e7) == (478_346_700, 384_787_100)
    assert row.place.radius_95_m == 250  # half the diagonal of 300 m by 400 m
    assert row.signatures == ((Signature.THERMAL, 988_000),)
    assert row.chance_real_ppm == 988_000
    assert row.words == "n"
    assert row.measures == (
        ("bright_ti4_mk", 330_500),
        ("bright_ti5_mk", 271_560),
        ("frp_kw", 1_080),
        ("night", 1),
        ("scan_m", 300),
        ("track_m", 400),
    )
    assert row.document_sha256 == hashlib.sha256(VIIRS_API.encode()).hexdigest()
    assert row.line == 2


def test_the_text_layout_says_the_same_as_the_area_api() -> None:
    api, text = only_row(VIIRS_API), only_row(VIIRS_TEXT)
    assert text.words == "nominal"
    for name in ("source", "place", "began_us", "signatures", "chance_real_ppm", "measures"):
        assert getattr(api, name) == getattr(text, name), name


def test_modis_has_its_own_channels_and_a_confidence_in_percent() -> None:
    row = only_row(MODIS_TEXT)
    assert row.source == "firms-aqua"
    assert row.words == "16"
    assert row.measure("bright_t21_mk") == 301_180
    assert row.measure("bright_t31_mk") == 279_810
    assert row.measure("night") == 0
    assert row.place.radius_95_m == 873


def test_the_archive_layout_with_its_further_columns_is_read() -> None:
    row = only_row(MODIS_ARCHIVE)
    assert row.source == "firms-terra"
    assert iso(row.began_us) == "2021-01-08T09:06:00Z"


def test_columns_are_found_by_name_in_any_order() -> None:
    header, row = (line.split(",") for line in VIIRS_API.strip().split("\n"))
    turned = ",".join(reversed(header)) + "\n" + ",".join(reversed(row)) + "\n"
    assert only_row(turned).place == only_row(VIIRS_API).place


def test_a_document_without_rows_is_a_look_that_saw_nothing() -> None:
    parsed = Firms().parse(VIIRS_API_HEADER.encode())
    assert (parsed.rows, parsed.refused) == ((), ())


@pytest.mark.parametrize(
    ("printed", "time"),
    [
        ("0", "00:00"),
        ("9", "00:09"),
        ("28", "00:28"),
        ("906", "09:06"),
        ("0906", "09:06"),
        ("2359", "23:59"),
        ("09:06", "09:06"),
        ("09:06:00", "09:06"),
    ],
)
def test_every_way_to_write_the_time_of_day_is_read(printed: str, time: str) -> None:
    row = only_row(VIIRS_API.replace(",28,N20", f",{printed},N20"))
    assert iso(row.began_us) == f"2026-04-08T{time}:00Z"


@pytest.mark.parametrize(
    ("satellite", "source"),
    [("N", "firms-snpp"), ("N20", "firms-noaa20"), ("1", "firms-noaa20"), ("N21", "firms-noaa21")],
)
def test_a_satellite_of_viirs_is_a_source(satellite: str, source: str) -> None:
    assert only_row(VIIRS_API.replace("N20", satellite)).source == source


@pytest.mark.parametrize(("satellite", "source"), [("T", "firms-terra"), ("Aqua", "firms-aqua")])
def test_a_satellite_of_modis_is_a_source(satellite: str, source: str) -> None:
    assert only_row(MODIS_TEXT.replace(",A,", f",{satellite},")).source == source


@pytest.mark.parametrize(
    ("percent", "chance_ppm"),
    [(0, 600_000), (29, 600_000), (30, 900_000), (79, 900_000), (80, 980_000), (100, 980_000)],
)
def test_modis_percent_is_cut_into_the_classes_of_its_guide(percent: int, chance_ppm: int) -> None:
    assert only_row(MODIS_TEXT.replace(",16,", f",{percent},")).chance_real_ppm == chance_ppm


def test_more_confidence_is_never_less_chance() -> None:
    words = [VIIRS_CHANCE_PPM[word] for word in ("low", "nominal", "high")]
    assert words == [VIIRS_CHANCE_PPM[letter] for letter in ("l", "n", "h")] == sorted(words)
    percents = [chance_ppm for _, chance_ppm in MODIS_CHANCE_FROM_PPM]
    assert percents == sorted(percents, reverse=True)


@pytest.mark.parametrize(
    ("was", "now", "reason"),
    [
        ("47.83467", "95.0", "latitude 95.0 is outside -90..90"),
        ("38.47871", "180.1", "longitude 180.1 is outside -180..180"),
        ("47.83467", "nan", 'latitude "nan" is not a number'),
        ("47.83467", "", "latitude is empty"),
        ("330.5", "inf", 'bright_ti4 "inf" is not a number'),
        ("330.5", "-1", "bright_ti4 -1 is outside 0..2000"),
        (",1.08,", ",-0.1,", "frp -0.1 is outside 0..1000000"),
        (",0.3,", ",0,", "scan 0 is outside 0.1..20"),
        (",0.4,", ",20.1,", "track 20.1 is outside 0.1..20"),
        ("2026-04-08", "2099-04-08", "acq_date 2099-04-08 is outside the years 1990..2089"),
        ("2026-04-08", "2026-02-30", 'acq_date "2026-02-30" is not a day'),
        (",28,N20", ",2400,N20", "acq_time 2400 is outside 00:00:00..23:59:59"),
        (",28,N20", ",1260,N20", "acq_time 1260 is outside 00:00:00..23:59:59"),
        (",28,N20", ",12:30:60,N20", "acq_time 12:30:60 is outside 00:00:00..23:59:59"),
        (",28,N20", ",noon,N20", 'acq_time "noon" is not a time of day'),
        ("N20", "Terra", 'satellite "Terra" is none of N, N20, 1, N21'),
        (",n,", ",sure,", 'confidence "sure" is none of low, nominal, high, l, n, h'),
        (",N\n", ",?\n", 'daynight "?" is none of D, N'),
        (",N\n", "\n", "expected 14 fields, got 13"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_value(was: str, now: str, reason: str) -> None:
    assert VIIRS_API.count(was) == 1
    assert refusal(VIIRS_API.replace(was, now)).startswith(reason)


def test_a_modis_confidence_beyond_100_is_refused() -> None:
    assert refusal(MODIS_TEXT.replace(",16,", ",101,")) == "confidence 101 is outside 0..100"


def test_the_rows_beside_a_bad_one_are_kept() -> None:
    good = VIIRS_API.split("\n")[1]
    parsed = Firms().parse(f"{VIIRS_API}{good.replace('47.8', '97.8')}\n{good}\n".encode())
    assert [row.line for row in parsed.rows] == [2, 4]
    assert [refused.line for refused in parsed.refused] == [3]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\n\n",
        b"Invalid MAP_KEY.",
        b"<!DOCTYPE html><html><body>Please sign in</body></html>",
        b"latitude,longitude,acq_date\n48.2,38.2,2000-11-01\n",
        VIIRS_API.replace("bright_ti4", "heat").encode(),
        gzip.compress(VIIRS_API.encode())[:-10],
        b"\xff\xfe\x00",
    ],
)
def test_a_foreign_document_is_refused_whole(document: bytes) -> None:
    with pytest.raises(FeedError):
        Firms().parse(document)


def test_a_corner_of_the_pixel_is_inside_the_radius() -> None:
    for scan_m, track_m in [(300, 400), (320, 360), (1320, 1140), (4800, 2000), (100, 100)]:
        radius_m = half_diagonal_m(scan_m, track_m)
        assert 4 * (radius_m - 1) ** 2 < scan_m**2 + track_m**2 <= 4 * radius_m**2


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    document = bytearray(draw(st.sampled_from(SAVED)).encode())
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(document)))
        kind = draw(st.sampled_from(["put", "cut", "replace"]))
        piece = draw(st.one_of(st.binary(max_size=4), st.sampled_from([b"9e9", b"-", b"\n", b","])))
        end = min(len(document), at + draw(st.integers(1, 8)))
        document[at : at if kind == "put" else end] = b"" if kind == "cut" else piece
    return bytes(document)


@settings(max_examples=150, deadline=None)
@given(document=st.one_of(mutated(), st.binary(max_size=200)))
def test_no_bytes_whatever_give_another_error_or_a_row_out_of_range(document: bytes) -> None:
    try:
        parsed = Firms().parse(document)
    except FeedError:
        return
    assert parsed == Firms().parse(document)
    for row in parsed.rows:
        assert row.source in Firms().sources
        assert abs(row.place.latitude_e7) <= 90 * E7
        assert abs(row.place.longitude_e7) <= 180 * E7
        assert 71 <= row.place.radius_95_m <= 14_143
        assert 0 < row.chance_real_ppm <= PPM
        assert "1990" <= iso(row.began_us)[:4] <= "2089"
        assert all(0 <= value <= 10**9 for _, value in row.measures)


# ------------------------------------------------------------------------- names and coverage
@pytest.mark.parametrize(
    ("name", "sources", "day"),
    [
        ("firms/J1_VIIRS_C2_Global_VJ114IMGTDL_NRT_2026098.txt.csv", ["firms-noaa20"], DAY),
        ("firms/J2_VIIRS_C2_Global_VJ214IMGTDL_NRT_2026099.txt.csv", ["firms-noaa21"], None),
        ("firms/SUOMI_VIIRS_C2_Global_VNP14IMGTDL_NRT_2026098.txt.csv", ["firms-snpp"], DAY),
        ("firms/MODIS_C6_1_Global_MCD14DL_NRT_2026098.txt.csv", ["firms-terra", "firms-aqua"], DAY),
        ("firms/VIIRS_NOAA21_2026098.csv", ["firms-noaa21"], DAY),
        ("firms/MODIS_2024366.csv", ["firms-terra", "firms-aqua"], date(2024, 12, 31)),
        ("firms/MODIS_2026366.csv", [], None),
        ("firms/MODIS_2026000.csv", [], None),
        ("firms/MODIS_0000001.csv", [], None),
        ("firms/VIIRS_2026098.csv", [], None),
        ("firms/detections.csv", [], None),
    ],
)
def test_a_path_tells_who_looked_and_when(name: str, sources: list[str], day: date | None) -> None:
    covered = Firms().covers(name)
    assert [source for source, _, _ in covered] == sources
    if day is not None:
        began_us = day_start_us(day)
        assert {period[1:] for period in covered} == {(began_us, began_us + DAY_US)}


def test_every_document_of_the_plan_says_what_it_covers() -> None:
    plan = Firms().plan(date(2026, 4, 8), date(2026, 4, 10))
    assert len(plan) == len(set(plan)) == 12
    assert plan[0] == NAME
    covered = {period for name in plan for period in Firms().covers(name)}
    assert len(covered) == 3 * len(Firms().sources)
    assert Firms().plan(date(2026, 4, 8), date(2026, 4, 7)) == ()


@pytest.mark.shared
def test_the_real_files_are_read_whole(shared_data: Path) -> None:
    rows = 0
    for file in sorted((shared_data / "firms").glob("*.csv")):
        parsed = Firms().parse(file.read_bytes())
        covered = Firms().covers(f"firms/{file.name}")
        assert parsed.refused == (), file.name
        assert {row.source for row in parsed.rows} <= {source for source, _, _ in covered}
        assert all(covered[0][1] <= row.began_us < covered[0][2] for row in parsed.rows)
        rows += len(parsed.rows)
    assert rows == 804


@pytest.mark.shared
def test_the_real_archive_is_read_whole(shared_data: Path) -> None:
    archive = shared_data / "fire_history" / "firms_modis_2022_arch.csv.gz"
    parsed = Firms().parse(archive.read_bytes())
    assert (len(parsed.rows), parsed.refused) == (8470, ())


# ------------------------------------------------------------------------------------- fetch
@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FIRMS_MAP_KEY", KEY)
    return KEY


def feed_at(server: Loopback) -> Firms:
    return Firms(base_url=server.base_url, timeout_s=0.3, attempts=1)


def fetch_error(server: Loopback) -> str:
    with pytest.raises(FeedError) as caught:
        feed_at(server).fetch(NAME)
    assert KEY not in str(caught.value)
    return str(caught.value)


@pytest.mark.usefixtures("key")
def test_a_day_is_fetched_and_its_address_shown_without_the_key() -> None:
    with Loopback({AREA_PATH: [Answer(body=VIIRS_API.encode())]}) as server:
        fetched = feed_at(server).fetch(NAME)
        assert server.asked == [AREA_PATH]
    assert fetched.name == NAME
    assert fetched.content == VIIRS_API.encode()
    assert fetched.url == server.base_url + AREA_PATH.replace(KEY, "{MAP_KEY}")


def test_without_a_key_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRMS_MAP_KEY", raising=False)
    with Loopback({}) as server:
        assert "FIRMS_MAP_KEY is not set" in fetch_error(server)
        assert server.asked == []


def test_a_key_that_is_none_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRMS_MAP_KEY", "../../my secret")
    with Loopback({}) as server:
        error = fetch_error(server)
        assert server.asked == []
    assert "FIRMS_MAP_KEY" in error
    assert "my secret" not in error


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(body=b"Invalid MAP_KEY."), 'answered "Invalid MAP_KEY."'),
        (Answer(body=f"Key {KEY} is over its limit".encode()), 'answered "Key *** is over its'),
        (Answer(body=b"<html>down</html>"), 'answered "<html>down</html>"'),
        (Answer(body=b""), 'answered ""'),
        (Answer(status=400, body=b"Invalid MAP_KEY."), '400 Bad Request: "Invalid MAP_KEY."'),
        (Answer(status=500), "answered 500 Internal Server Error (1 attempt)"),
        (Answer(silent=True), "no answer within 0.3 s"),
        (Answer(body=VIIRS_API.encode(), announced=999), "without sending complete message body"),
    ],
)
def test_whatever_is_no_table_is_one_clear_error(answer: Answer, told: str) -> None:
    with Loopback({AREA_PATH: [answer]}) as server:
        assert told in fetch_error(server)


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("name", ["firms/VIIRS_NOAA20_2026366.csv", "firms/LANDSAT_2026098.csv"])
def test_a_name_outside_the_plan_is_refused(name: str) -> None:
    with pytest.raises(FeedError, match="is no document of its plan"):
        Firms().fetch(name)


HELD = b"data_id,min_date,max_date\nVIIRS_NOAA20_NRT,2026-04-01,2026-04-20\nbroken\n"
REPLACED = (
    b"data_id,min_date,max_date\n"
    b"VIIRS_NOAA20_NRT,2026-06-01,2026-08-05\n"
    b"VIIRS_NOAA20_SP,2018-04-01,2026-05-31\n"
)
GONE = b"data_id,min_date,max_date\nVIIRS_NOAA20_NRT,2026-06-01,2026-08-05\n"


@pytest.mark.usefixtures("key")
def test_an_empty_answer_is_believed_where_the_day_is_held() -> None:
    empty = Answer(body=VIIRS_API_HEADER.encode())
    with Loopback({AREA_PATH: [empty], HELD_PATH: [Answer(body=HELD)]}) as server:
        assert feed_at(server).fetch(NAME).content == VIIRS_API_HEADER.encode()


@pytest.mark.usefixtures("key")
def test_a_day_moved_to_standard_processing_is_fetched_from_there() -> None:
    empty, archived = Answer(body=VIIRS_API_HEADER.encode()), Answer(body=VIIRS_API.encode())
    answers = {AREA_PATH: [empty], HELD_PATH: [Answer(body=REPLACED)], ARCHIVE_PATH: [archived]}
    with Loopback(answers) as server:
        fetched = feed_at(server).fetch(NAME)
    assert fetched.content == VIIRS_API.encode()
    assert "VIIRS_NOAA20_SP" in fetched.url


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("held", "told"),
    [
        (GONE, "held: VIIRS_NOAA20_NRT from 2026-06-01 to 2026-08-05"),
        (GONE.replace(b"2026-06-01,2026-08-05", b"2026-01-01,2026-04-07"), "to 2026-04-07"),
        (b"data_id,min_date,max_date\n", "held: nothing"),
    ],
)
def test_an_empty_answer_for_a_day_not_held_is_not_no_fire(held: bytes, told: str) -> None:
    empty = Answer(body=VIIRS_API_HEADER.encode())
    with Loopback({AREA_PATH: [empty], HELD_PATH: [Answer(body=held)]}) as server:
        error = fetch_error(server)
    assert "2026-04-08 of VIIRS_NOAA20 is not held" in error
    assert told in error


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("held", [b"2026-04-08,2026-04-08", b"2026-01-01,2026-04-08"])
def test_the_first_and_the_last_day_are_held(held: bytes) -> None:
    empty = Answer(body=VIIRS_API_HEADER.encode())
    listed = Answer(body=GONE.replace(b"2026-06-01,2026-08-05", held))
    with Loopback({AREA_PATH: [empty], HELD_PATH: [listed]}) as server:
        assert feed_at(server).fetch(NAME).content == VIIRS_API_HEADER.encode()
