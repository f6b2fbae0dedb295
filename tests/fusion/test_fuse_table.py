"""The door for anybody's table: what it takes, what it refuses by row, and what it gives back."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from pyproj import Geod, Transformer

from truceline.fusion.associate import associate
from truceline.fusion.fuse import mission_model
from truceline.fusion.learn import learn
from truceline.fusion.model import packaged_model
from truceline.fusion.table import REACH_M, Fused, TableError, fuse_table
from truceline.fusion.teach import FALSE_SHARE, KINDS, NewSensor
from truceline.pipeline.table import fuse_file
from truceline.sensors.lag import LAGS, Lag
from truceline.simulate import regime
from truceline.simulate.measures.association import association

START = datetime(2026, 2, 3, 1, 12, tzinfo=UTC)
GEOD = Geod(ellps="WGS84")


def two(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """Give a bang that a microphone and a seismometer heard, four seconds apart."""
    columns: dict[str, Any] = {
        "longitude": [37.5, 37.501],
        "latitude": [48.1, 48.1],
        "time": [START, START + timedelta(seconds=4)],
        "error_m": [400.0, 300.0],
        "sensor": ["acoustic", "seismic"],
    }
    return {name: column for name, column in (columns | changes).items() if column is not None}


def week(rows: int = 3000, seed: int = 5) -> tuple[pa.Table, regime.Truth]:
    """Give an invented week on the ground, and its truth."""
    seen, truth = regime.draw_regime(regime.NORM, rows, seed)
    back = Transformer.from_crs("+proj=aeqd +lon_0=35 +lat_0=48 +datum=WGS84", "EPSG:4326",
                                always_xy=True)  # fmt: skip
    longitude, latitude = back.transform(seen.east_m - 600_000, seen.north_m - 350_000)
    names = np.array([lag.name for lag in LAGS])
    kinds = pa.array(np.array(KINDS)[seen.kind], mask=seen.kind < 0)
    return pa.table(
        {
            "longitude": longitude,
            "latitude": latitude,
            "time": pa.array(seen.at_us).cast(pa.timestamp("us", "UTC")),
            "error_m": seen.sigma_m,
            "sensor": names[seen.means],
            "source": seen.source,
            "kind": kinds,
        }
    ), truth


def numbers(fused: Fused) -> list[int]:
    return [int(one) for one in fused.rows["incident"].to_pylist()]


# ------------------------------------------------------------------------------ what it takes
@pytest.mark.parametrize(
    "table",
    [
        pytest.param(two(), id="columns"),
        pytest.param(pa.table(two()), id="a pyarrow table"),
        pytest.param(pd.DataFrame(two()), id="a pandas frame"),
        pytest.param(pd.DataFrame(two()).astype({"sensor": "category"}), id="categories"),
        pytest.param(pa.table(two()).to_batches()[0], id="a record batch"),
        pytest.param(
            two(time=["2026-02-03T01:12:00Z", "2026-02-03T03:12:04+02:00"]), id="text with a zone"
        ),
        pytest.param(
            two(time=[START.astimezone(timezone(timedelta(hours=13, minutes=45)))] * 2),
            id="another zone",
        ),
        pytest.param(two(error_m=None, radius_95_m=[980.0, 735.0]), id="the 95 % radius"),
        pytest.param(two(error_m=["400", "3e2"]), id="numbers as text"),
        pytest.param(two(source=[None, "station 7"], kind=[None, "rocket"]), id="empty cells"),
        pytest.param(two(source=["", "station 7"], kind=["", "rocket"]), id="cells of no letter"),
    ],
)
def test_joins_one_bang_from_whatever_arrow_takes(table: Any) -> None:  # noqa: ANN401 - as above
    fused = fuse_table(table)
    assert numbers(fused) == [0, 0]
    assert len(fused.incidents) == 1


def test_says_where_when_and_by_whom() -> None:
    (incident,) = fuse_table(two()).incidents.to_pylist()
    _, _, apart_m = GEOD.inv(37.5, 48.1, incident["longitude"], incident["latitude"])
    # Between the two, and better known than by either.
    assert 0 < apart_m < 75
    assert incident["radius_90_m"] == round(2.146 * (400**-2 + 300**-2) ** -0.5)
    assert abs(incident["time"] - START) < timedelta(seconds=4)
    assert incident["time"].utcoffset() == timedelta(0)
    assert 0 < incident["probability"] < 1
    assert {name: incident[f"seen_{name}"] for name in FALSE_SHARE} == {
        "acoustic": 1, "seismic": 1, "satellite_thermal": 0, "visual": 0, "open_source": 0,
        "drone": 0,
    }  # fmt: skip
    assert sum(incident[f"kind_{kind}"] for kind in KINDS) == pytest.approx(1, abs=1e-5)
    assert incident[f"kind_{incident['kind']}"] == max(incident[f"kind_{kind}"] for kind in KINDS)


def test_hands_the_rows_back_as_they_came() -> None:
    table, _ = week()
    shuffled = np.random.default_rng(1).permutation(len(table))
    mixed = table.take(pa.array(shuffled)).append_column("note", pa.array(shuffled))
    fused, straight = fuse_table(mixed), fuse_table(table)
    assert fused.rows.drop_columns(["incident"]).equals(mixed)
    np.testing.assert_array_equal(
        fused.rows["incident"].to_numpy(), straight.rows["incident"].to_numpy()[shuffled]
    )
    assert fused.incidents.equals(straight.incidents)


def test_loses_nothing_on_the_way_to_the_plane_and_back() -> None:
    table, truth = week(6000)
    seen, _ = regime.draw_regime(regime.NORM, 6000, 5)
    plain = association(truth.incident, associate(seen, learn(packaged_model(), seen))).pair_f1
    there = association(truth.incident, fuse_table(table).rows["incident"].to_numpy()).pair_f1
    assert plain is not None
    assert there == pytest.approx(plain, abs=0.01)


def test_counts_of_an_incident_are_its_rows() -> None:
    table, _ = week()
    fused = fuse_table(table)
    frame = fused.rows.to_pandas()
    heard = frame[frame["sensor"] == "acoustic"]
    once = heard.drop_duplicates(["incident", "source", "error_m"])
    most, least = (
        part.groupby("incident").size().reindex(range(len(fused.incidents)), fill_value=0)
        for part in (heard, once)
    )
    said = fused.incidents["seen_acoustic"].to_numpy()
    assert fused.incidents["incident"].to_pylist() == list(range(1 + max(numbers(fused))))
    assert ((least <= said) & (said <= most)).all()
    assert ((said > 0) == (most > 0)).all()
    assert said.max() > 1


def test_a_table_without_rows_has_no_incidents() -> None:
    fused = fuse_table(pa.table(two()).slice(0, 0))
    assert (len(fused.rows), len(fused.incidents)) == (0, 0)
    assert "probability" in fused.incidents.column_names
    header = {name: pa.array([], pa.null()) for name in two()}
    assert len(fuse_table(header).incidents) == 0


@pytest.mark.parametrize("longitude", [37.5, 179.999, -180.0])
def test_the_antimeridian_parts_nothing(longitude: float) -> None:
    east = (longitude + 0.002 + 180) % 360 - 180
    fused = fuse_table(two(longitude=[longitude, east]))
    assert numbers(fused) == [0, 0]
    (incident,) = fused.incidents.to_pylist()
    _, _, apart_m = GEOD.inv(longitude, 48.1, incident["longitude"], incident["latitude"])
    assert apart_m < 200


def test_mending_may_be_left_out() -> None:
    # Seismic rows may err 5 km in the world that was drawn: stated as 2 km, they are mended.
    table, _ = week(20_000)
    seismic = table["sensor"].to_numpy(zero_copy_only=False) == "seismic"
    error_m = np.where(seismic, 2000, table["error_m"].to_numpy())
    table = table.set_column(table.column_names.index("error_m"), "error_m", pa.array(error_m))
    believed = [fuse_table(table, mend=mend).model.sigma_scale[1] for mend in (False, True)]
    assert believed[0] == 1
    assert believed[1] > 1.3


# ---------------------------------------------------------------------------- what it refuses
@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        pytest.param(
            two(latitude=None),
            'column "latitude" is missing; the columns are: longitude, time',
            id="a missing column",
        ),
        pytest.param(two(error_m=None), 'needs one of the columns "error_m"', id="no error"),
        pytest.param(two(radius_95_m=[1, 1]), "not 2 of them", id="two errors"),
        pytest.param(
            two(incident=[1, 1]), 'column "incident" is there already', id="a name of ours"
        ),
        pytest.param(
            two(sensor=["acoustic", "sonar"]),
            'row 2: sensor "sonar" is none of acoustic, seismic',
            id="an unknown sensor",
        ),
        pytest.param(two(sensor=["acoustic", None]), "row 2: sensor is empty", id="no sensor"),
        pytest.param(
            two(sensor=["acoustic", ""]), 'row 2: sensor "" is none of', id="a sensor of no letter"
        ),
        pytest.param(
            two(kind=[["rocket"], ["rocket"]]), "kind \"['rocket']\" is not text", id="lists"
        ),
        pytest.param(
            two(kind=["bomb", None]),
            'row 1: kind "bomb" is none of artillery',
            id="an unknown kind",
        ),
        pytest.param(
            two(longitude=[37.5, 200.0]),
            "row 2: longitude 200.0 is outside -180..180 degrees",
            id="longitude out of range",
        ),
        pytest.param(
            two(latitude=[-91, 48.1]),
            "row 1: latitude -91.0 is outside -90..90 degrees",
            id="latitude out of range",
        ),
        pytest.param(
            two(latitude=[48.1, float("nan")]),
            "row 2: latitude nan is not a number",
            id="not a number",
        ),
        pytest.param(two(latitude=[48.1, None]), "row 2: latitude is empty", id="an empty cell"),
        pytest.param(
            two(latitude=["48.1", "48,1"]),
            'row 2: latitude "48,1" is not a number',
            id="a decimal comma",
        ),
        pytest.param(
            two(error_m=[400, 0]), "row 2: error_m 0.0 is not above 0", id="no doubt at all"
        ),
        pytest.param(
            two(error_m=[400, float("inf")]),
            "row 2: error_m inf is not a number",
            id="endless doubt",
        ),
        pytest.param(
            two(error_m=[2e6, 300]),
            "row 1: error_m 2000000.0 is not above 0 and at most",
            id="no place",
        ),
        pytest.param(
            two(time=[START.replace(tzinfo=None)] * 2),
            'column "time" has no time zone',
            id="a time without a zone",
        ),
        pytest.param(
            two(time=["2026-02-03T01:12:00Z", "2026-02-03T01:12:04"]),
            'row 2: time "2026-02-03T01:12:04" is not a time with its zone',
            id="text without a zone",
        ),
        pytest.param(
            two(time=[1_770_000_000, 1_770_000_004]),
            'column "time" holds int64',
            id="seconds, or what",
        ),
        pytest.param(
            two(longitude=[37.5, -100.0]),
            "more than 2000 km from its middle",
            id="two continents",
        ),
        pytest.param("detections.csv", "no table that Arrow takes", id="a name of a file"),
    ],
)
def test_names_column_row_and_value(table: Any, complaint: str) -> None:  # noqa: ANN401 - as above
    with pytest.raises(TableError) as refused:
        fuse_table(table)
    assert complaint in str(refused.value)


def test_a_model_of_other_kinds_is_refused() -> None:
    with pytest.raises(ValueError, match="the model has 2 kinds of incidents"):
        fuse_table(two(), model=mission_model())


def test_the_plane_keeps_distances_as_far_as_it_is_said_to_reach() -> None:
    onto = Transformer.from_crs(
        "EPSG:4326", "+proj=aeqd +lon_0=35 +lat_0=48 +datum=WGS84", always_xy=True
    )
    for azimuth in range(0, 360, 30):
        longitude, latitude, _ = GEOD.fwd(35, 48, azimuth, REACH_M)
        beside = GEOD.fwd(longitude, latitude, azimuth + 90, 10_000)
        here, there = onto.transform(longitude, latitude), onto.transform(*beside[:2])
        assert np.hypot(here[0] - there[0], here[1] - there[1]) == pytest.approx(10_000, rel=0.02)


# ------------------------------------------------------------------------------ other people
def test_kinds_and_false_shares_are_those_of_the_exercise() -> None:
    assert KINDS == regime.KINDS
    assert tuple(FALSE_SHARE) == tuple(lag.name for lag in LAGS)
    assert tuple(FALSE_SHARE.values()) == regime.FALSE_SHARE


def test_gives_a_geodataframe() -> None:
    fused = fuse_table(week()[0])
    frame = fused.to_geodataframe()
    assert isinstance(frame, geopandas.GeoDataFrame)
    assert frame.crs == "EPSG:4326"
    assert list(frame["incident"]) == fused.incidents["incident"].to_pylist()
    np.testing.assert_array_equal(frame.geometry.x, fused.incidents["longitude"].to_numpy())
    np.testing.assert_array_equal(frame.geometry.y, fused.incidents["latitude"].to_numpy())


def test_says_what_to_install_where_geopandas_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    fused = fuse_table(two())
    monkeypatch.setitem(sys.modules, "geopandas", None)
    with pytest.raises(ImportError, match=r"truceline\[geo\]"):
        fused.to_geodataframe()


@pytest.mark.parametrize("ending", ["geojson", "parquet", "gpkg"])
def test_a_file_becomes_a_file(tmp_path: Path, ending: str) -> None:
    table, _ = week()
    file, out, rows = tmp_path / "in.csv", tmp_path / f"out.{ending}", tmp_path / "rows.csv"
    table.to_pandas().to_csv(file, index=False)
    fused = fuse_file(file, out, rows)
    assert fused.incidents.equals(fuse_table(table).incidents)
    if ending == "parquet":
        assert pyarrow.parquet.read_table(out).equals(fused.incidents)
    else:
        frame = geopandas.read_file(out)
        assert list(frame["incident"]) == fused.incidents["incident"].to_pylist()
        np.testing.assert_allclose(frame.geometry.x, fused.incidents["longitude"].to_numpy())
    assert list(pd.read_csv(rows)["incident"]) == numbers(fused)


def test_a_file_of_another_ending_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"must be one of \.geojson, \.parquet, \.gpkg"):
        fuse_file(tmp_path / "in.csv", tmp_path / "out.shp")
    (tmp_path / "in.csv").write_text("")
    with pytest.raises(TableError, match=r"in\.csv: "):
        fuse_file(tmp_path / "in.csv", tmp_path / "out.geojson")
    assert not (tmp_path / "out.geojson").exists()


def test_a_file_of_another_alphabet_is_told_apart(tmp_path: Path) -> None:
    line = "37.5,48.1,2026-02-03T01:12:00Z,400,acoustic,Лиман\n"
    text = f"longitude,latitude,time,error_m,sensor,note\n{line}"
    (tmp_path / "in.csv").write_text(text, encoding="cp1251")
    with pytest.raises(TableError, match='column "note" is not UTF-8'):
        fuse_file(tmp_path / "in.csv", tmp_path / "out.geojson")


def test_what_is_wrong_with_a_file_begins_with_its_name(tmp_path: Path) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "out.geojson"
    header = "longitude,latitude,time,error_m,sensor\n"
    for text, words in (
        (header + "37.5,48.1,2026-02-03T01:12:00Z,about,acoustic\n", 'row 1: error_m "about"'),
        (header + "37.5,48.1,2026-02-03T01:12:00,400,acoustic\n", 'column "time" has no time'),
    ):
        file.write_text(text)
        with pytest.raises(TableError) as raised:
            fuse_file(file, out)
        assert str(raised.value).startswith(f"{file}: {words}")
    with pytest.raises(TableError, match="there is no such file"):
        fuse_file(tmp_path / "other.csv", out)


def test_nothing_is_written_where_the_rows_cannot_be(tmp_path: Path) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "out.geojson"
    pd.DataFrame(two()).to_csv(file, index=False)
    with pytest.raises(TableError, match="there is no folder"):
        fuse_file(file, out, tmp_path / "none" / "rows.csv")
    assert not out.exists()


def test_of_too_wide_a_table_the_row_far_from_the_others_is_named() -> None:
    columns = two()
    many = {name: [*column, *column, column[0]] for name, column in columns.items()}
    many["longitude"][3] = -120.0
    with pytest.raises(TableError, match=r"row 4: longitude -120\.0 and latitude 48\.1"):
        fuse_table(many)


# --------------------------------------------------------------------------------- a new one
def test_a_sensor_that_was_taught_is_taken() -> None:
    fibre = NewSensor(lag=Lag(name="fibre", jitter_s=2.0), like="acoustic", noticed=0.4)
    fused = fuse_table(two(sensor=["fibre", "seismic"]), sensors=[fibre])
    assert numbers(fused) == [0, 0]
    assert fused.incidents["seen_fibre"].to_pylist() == [1]
    assert fused.model.lags[-1].name == "fibre"


def test_how_much_it_notices_is_counted_in_the_table() -> None:
    table, _ = week(20_000)
    names = table["sensor"].to_numpy(zero_copy_only=False).astype(object)
    acoustic = np.flatnonzero(names == "acoustic")
    names[acoustic[::3]] = "fibre"
    table = table.set_column(table.column_names.index("sensor"), "sensor", pa.array(names))
    fibre = NewSensor(lag=Lag(name="fibre", jitter_s=3.0), like="acoustic")
    model = fuse_table(table, sensors=[fibre], mend=False).model
    for row in model.noticed:
        assert row[-1] == pytest.approx(row[0] / 2, rel=1e-3)
