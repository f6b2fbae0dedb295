"""DeepStateMap: a day's line is read whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Answer, Loopback

from truceline.feeds.deepstate import Deepstate
from truceline.feeds.interface import FeedError
from truceline.records.units import DAY_US, E7, day_start_us

NAME = "control_lines/deepstatemap_data_20260411.geojson"
SAVED = b"""{
"type": "FeatureCollection",
"name": "deepstatemap_data_20260411",
"crs": { "type": "name", "properties": { "name": "urn:ogc:def:crs:OGC:1.3:CRS84" } },
"features": [
{ "type": "Feature", "properties": { }, "geometry": { "type": "MultiPolygon", "coordinates": [
 [ [ [ 35.0, 45.0 ], [ 39.0, 45.0 ], [ 39.0, 48.5 ], [ 35.0, 48.5 ], [ 35.0, 45.0 ] ],
   [ [ 36.0, 46.0 ], [ 36.5, 46.0 ], [ 36.5, 46.123456 ], [ 36.0, 46.0 ] ] ],
 [ [ [ 31.5, 46.2 ], [ 31.6, 46.2 ], [ 31.6, 46.3 ], [ 31.5, 46.2 ] ] ] ] } }
]
}
"""


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    collection = json.loads(SAVED)
    change(collection)
    return json.dumps(collection, indent=0).encode()


def coordinates(collection: dict[str, Any]) -> Any:  # noqa: ANN401 - parsed JSON
    return collection["features"][0]["geometry"]["coordinates"]


def test_a_document_is_one_line_of_the_day_in_its_name() -> None:
    parsed = Deepstate().parse(SAVED)
    assert parsed.refused == ()
    (line,) = parsed.rows
    assert line.source == "deepstate"
    assert line.held_by == "RU"
    assert line.as_of_us == day_start_us(date(2026, 4, 11))
    assert [len(polygon) for polygon in line.polygons_e7] == [2, 1]
    assert line.polygons_e7[0][0][:2] == ((350_000_000, 450_000_000), (390_000_000, 450_000_000))
    assert line.polygons_e7[0][1][2] == (365_000_000, 461_234_560)
    assert len(line.document_sha256) == 64


def test_a_single_polygon_and_an_altitude_are_read_too() -> None:
    def as_polygon(collection: dict[str, Any]) -> None:
        geometry = collection["features"][0]["geometry"]
        geometry["type"] = "Polygon"
        geometry["coordinates"] = [[[*corner, 0] for corner in geometry["coordinates"][1][0]]]

    (line,) = Deepstate().parse(changed(as_polygon)).rows
    assert len(line.polygons_e7) == 1
    assert line.polygons_e7[0][0][0] == (315_000_000, 462_000_000)


BROKEN: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda c: coordinates(c)[0][0].pop(), "polygon 1 has a ring that is not closed"),
    (lambda c: coordinates(c)[0][0][0].__setitem__(1, 95.0), "latitude 95.0 is outside -90..90"),
    (lambda c: coordinates(c)[0][0][0].__setitem__(0, 181), "longitude 181 is outside -180..180"),
    (lambda c: coordinates(c)[0][0][0].__setitem__(0, float("nan")), "longitude nan is outside"),
    (lambda c: coordinates(c)[0][0][0].__setitem__(0, float("inf")), "longitude inf is outside"),
    (lambda c: coordinates(c)[0][0][0].__setitem__(0, 10**400), "is outside -180..180"),
    (lambda c: coordinates(c)[0][0][0].__setitem__(0, "35"), "longitude '35' is not a number"),
    (lambda c: coordinates(c)[0][0][0].__setitem__(0, True), "longitude True is not a number"),
    (lambda c: coordinates(c)[0][0][0].clear(), "polygon 1: [] is no position"),
    (lambda c: coordinates(c)[1].__setitem__(0, [[1, 1]] * 3), "polygon 2 has a ring of fewer"),
    (lambda c: coordinates(c)[1].clear(), "polygon 2 has no rings"),
    (lambda c: coordinates(c).clear(), "the MultiPolygon has no polygons"),
    (
        lambda c: coordinates(c)[0][0].__setitem__(slice(1, 3), [[39, 48.5], [39, 45]]),
        "polygon 1 is not valid (in 1e-7 degrees): Self-intersection",
    ),
    (lambda c: c["features"][0].update(geometry=None), "expected a MultiPolygon, got None"),
    (lambda c: c["features"][0]["geometry"].update(type="Point"), "got 'Point'"),
    (lambda c: c["features"].__setitem__(0, "nothing"), "expected a MultiPolygon, got None"),
]


@pytest.mark.parametrize(("change", "reason"), BROKEN)
def test_a_broken_part_is_refused_and_no_line_is_given(
    change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    parsed = Deepstate().parse(changed(change))
    assert parsed.rows == ()
    (refused,) = parsed.refused
    assert reason in refused.reason


def test_a_line_with_one_broken_part_of_two_is_not_given_as_if_it_were_whole() -> None:
    def with_broken(collection: dict[str, Any]) -> None:
        collection["features"].append({"type": "Feature", "geometry": None})

    document = changed(with_broken)
    parsed = Deepstate().parse(document)
    assert parsed.rows == ()
    (refused,) = parsed.refused
    lines = document.decode().split("\n")
    assert [number for number, text in enumerate(lines, 1) if '"Feature"' in text][
        1
    ] == refused.line


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>404</html>",
        b"null",
        b"[]",
        b'{"type": "Feature"}',
        b"[" * 100_000,
        SAVED[:400],
        SAVED.replace(b"FeatureCollection", b"Collection"),
        SAVED.replace(b"data_20260411", b"data_20260431"),
        SAVED.replace(b"data_20260411", b"data_20990411"),
        SAVED.replace(b"deepstatemap_data_20260411", b"somebody_elses_line"),
        SAVED.replace(b'"name": "deepstatemap_data_20260411",', b""),
        SAVED.replace(b'"deepstatemap_data_20260411"', b"7"),
        changed(lambda collection: collection["features"].clear()),
        changed(lambda collection: collection.pop("features")),
        b"\x1f\x8b broken",
    ],
)
def test_a_foreign_document_is_refused_whole(document: bytes) -> None:
    with pytest.raises(FeedError, match=r"^(deepstate|document): "):
        Deepstate().parse(document)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    document = bytearray(SAVED)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(document)))
        piece = draw(
            st.one_of(st.binary(max_size=3), st.sampled_from([b"9", b"[", b"]", b"NaN", b"1e400"]))
        )
        document[at : at + draw(st.integers(0, 6))] = piece
    return bytes(document)


@settings(max_examples=150, deadline=None)
@given(document=st.one_of(mutated(), st.binary(max_size=100)))
def test_no_bytes_whatever_give_another_error_or_land_out_of_range(document: bytes) -> None:
    try:
        parsed = Deepstate().parse(document)
    except FeedError:
        return
    assert (parsed.rows == ()) == (parsed.refused != ())
    for line in parsed.rows:
        assert 2014 <= date.fromordinal(719_163 + line.as_of_us // DAY_US).year <= 2089
        for longitude_e7, latitude_e7 in (
            corner for polygon in line.polygons_e7 for ring in polygon for corner in ring
        ):
            assert abs(longitude_e7) <= 180 * E7
            assert abs(latitude_e7) <= 90 * E7


@pytest.mark.parametrize(
    ("name", "day"),
    [
        (NAME, date(2026, 4, 11)),
        ("control_lines/deepstatemap_data_20260431.geojson", None),
        ("control_lines/deepstatemap_data_2026041.geojson", None),
        ("control_lines/other_20260411.geojson", None),
    ],
)
def test_a_path_tells_the_day(name: str, day: date | None) -> None:
    began_us = day_start_us(day) if day else 0
    expected = (("deepstate", began_us, began_us + DAY_US),) if day else ()
    assert Deepstate().covers(name) == expected


def test_the_plan_is_one_document_a_day() -> None:
    plan = Deepstate().plan(date(2026, 4, 11), date(2026, 4, 12))
    assert plan == (NAME, NAME.replace("0411", "0412"))
    assert all(Deepstate().covers(name) for name in plan)


def test_a_day_is_fetched_from_the_mirror_and_a_missing_one_is_an_error() -> None:
    path = "/deepstatemap_data_20260411.geojson"
    with Loopback({path: [Answer(body=SAVED)]}) as server:
        feed = Deepstate(base_url=server.base_url, timeout_s=0.3, attempts=1)
        fetched = feed.fetch(NAME)
        assert (fetched.name, fetched.content) == (NAME, SAVED)
        assert fetched.url == server.base_url + path
        with pytest.raises(FeedError, match="answered 404 Not Found"):
            feed.fetch(NAME.replace("0411", "0412"))
        with pytest.raises(FeedError, match="is no document of its plan"):
            feed.fetch(NAME.replace("0411", "0431"))


@pytest.mark.shared
def test_the_real_lines_are_read_whole(shared_data: Path) -> None:
    files = sorted((shared_data / "control_lines").glob("*.geojson"))
    assert files
    for file in files:
        parsed = Deepstate().parse(file.read_bytes())
        assert parsed.refused == (), file.name
        (line,) = parsed.rows
        ((_, began_us, _),) = Deepstate().covers(f"control_lines/{file.name}")
        assert line.as_of_us == began_us
        assert len(line.polygons_e7) >= 7
