"""Exports: a spreadsheet must not run what a source wrote, and a map must read what we wrote."""

import csv
import io
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_day import cell, finding, incident

from truceline.records.canonical import plain
from truceline.records.coverage import CoverageState
from truceline.records.finding import Outcome
from truceline.reports.exports import to_csv, to_geojson

plain_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    document = to_csv([{"near": f"{start}cmd|' /C calc'!A0"}])
    (_, (value,)) = csv.reader(io.StringIO(document, newline=""))
    assert value == f"'{start}cmd|' /C calc'!A0"


def test_negative_numbers_stay_numbers() -> None:
    assert to_csv([{"millibans": -412, "seen": True, "none": None}]) == (
        "millibans,seen,none\r\n-412,true,\r\n"
    )


def test_a_row_may_lack_a_column_and_a_cell_may_hold_a_list() -> None:
    document = to_csv([{"a": 1}, {"b": [1, {"c": "x"}]}])
    assert list(csv.reader(io.StringIO(document, newline=""))) == [
        ["a", "b"],
        ["1", ""],
        ["", '[1,{"c":"x"}]'],
    ]
    assert to_csv([]) == ""


@given(st.lists(st.fixed_dictionaries({"a": plain_text, "b": st.integers()}), min_size=1))
def test_what_is_written_is_read_back(rows: list[dict[str, str | int]]) -> None:
    read = list(csv.DictReader(io.StringIO(to_csv(rows), newline="")))
    assert [row["a"].removeprefix("'") for row in read] == [
        str(row["a"]).removeprefix("'") for row in rows
    ]
    assert [int(row["b"]) for row in read] == [row["b"] for row in rows]


def test_an_incident_is_a_point_with_its_radius() -> None:
    collection = json.loads(to_geojson([plain(incident(3))]))
    (feature,) = collection["features"]
    assert collection["type"] == "FeatureCollection"
    assert feature["id"] == incident(3).id
    assert feature["geometry"] == {"type": "Point", "coordinates": [36.5, 48.0]}
    assert feature["properties"]["radius_90_m"] == 1_040
    assert feature["properties"]["radius_95_m"] == 1_200
    assert "place" not in feature["properties"]


def test_a_flat_row_is_a_point_too() -> None:
    row = {"id": "x", "longitude_e7": 365_000_001, "latitude_e7": 480_000_000, "radius_90_m": 5}
    (feature,) = json.loads(to_geojson([row]))["features"]
    assert feature["geometry"]["coordinates"] == [36.5000001, 48.0]
    assert feature["properties"] == {"id": "x", "radius_90_m": 5}


def test_a_coverage_cell_is_a_closed_ring_counter_clockwise() -> None:
    (feature,) = json.loads(to_geojson([plain(cell(35, 47, CoverageState.UNKNOWN))]))["features"]
    (ring,) = feature["geometry"]["coordinates"]
    assert ring == [[35, 47], [36, 47], [36, 48], [35, 48], [35, 47]]
    turns = [x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(ring)]
    assert sum(turns) > 0
    assert feature["properties"]["detection_ppm"] is None


def test_a_finding_has_no_geometry() -> None:
    judged = {**plain(finding("i:x", Outcome.KEPT)), "id": "f:x"}
    (feature,) = json.loads(to_geojson([judged]))["features"]
    assert feature["geometry"] is None
    assert feature["properties"]["outcome"] == "kept"
