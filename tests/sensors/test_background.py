"""The background: what burns in peace, where and when, and how it is fitted, kept and asked."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.records.units import DAY_US, E7, day_start_us
from truceline.sensors import background as module
from truceline.sensors.background import (
    CLIMATOLOGY,
    FLOOR_MILLI,
    NO_SITE_M,
    POINTS,
    Background,
    BackgroundError,
    check_sites,
    fit_background,
    iso_week,
    read_background,
    write_background,
)

# A steel works near Kryvyi Rih, a place in open fields 60 km away, and one in the Donbas.
WORKS = (33.40, 47.87)
FIELD = (33.40, 48.40)
DONBAS_WORKS = (38.20, 48.10)


def e7(*degrees: float) -> np.ndarray:
    return np.array([round(value * E7) for value in degrees], dtype=np.int64)


def us(*days: str) -> np.ndarray:
    return np.array([day_start_us(date.fromisoformat(day)) for day in days], dtype=np.int64)


def monthly(place: tuple[float, float], first: int, last: int) -> list[str]:
    longitude, latitude = place
    return [
        f"{latitude},{longitude},{year}-{month:02}-15"
        for year in range(first, last + 1)
        for month in range(1, 13)
    ]


def archive(folder: Path, points: list[str], counts: list[str]) -> Path:
    (folder / "fire_history").mkdir(parents=True)
    (folder / CLIMATOLOGY).write_text(
        "\n".join(["lat_sw,lon_sw,iso_week,detections", *counts]) + "\n"
    )
    (folder / POINTS).write_bytes(
        gzip.compress("\n".join(["latitude,longitude,acq_date", *points, ""]).encode())
    )
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Give an archive with one works, one field burnt every August, and war heat in the Donbas."""
    field = [f"{FIELD[1]},{FIELD[0]},{year}-08-10" for year in (2012, 2013, 2016, 2018)]
    points = monthly(WORKS, 2012, 2013) + field + monthly(DONBAS_WORKS, 2016, 2021)
    return archive(tmp_path, points, ["48.25,33.25,32,490", "47.75,33.25,3,4"])


# ------------------------------------------------------------------------------- the fit
def test_a_place_hot_in_many_months_of_peace_is_a_site_and_a_burnt_field_is_none(
    small: Path,
) -> None:
    fitted = fit_background(small)
    assert fitted.sites[:, 2:].tolist() == [[0, 24, 2, 24]]
    metres, months = fitted.nearest_site(e7(WORKS[0], FIELD[0]), e7(WORKS[1], FIELD[1]))
    assert metres[0] <= 1
    assert 58_000 < metres[1] < 60_000
    assert months.tolist() == [24, 24]


def test_heat_in_the_donbas_after_april_2014_makes_no_site(small: Path) -> None:
    metres, _ = fit_background(small).nearest_site(e7(DONBAS_WORKS[0]), e7(DONBAS_WORKS[1]))
    assert metres[0] > 300_000


def test_six_months_in_two_years_are_needed(tmp_path: Path) -> None:
    def months(count: int, name: str) -> Background:
        rows = monthly(WORKS, 2012, 2012)[: count - 1] + monthly(WORKS, 2013, 2013)[:1]
        return fit_background(archive(tmp_path / name, rows, ["48.25,33.25,32,490"]))

    assert len(months(5, "five").sites) == 0
    assert len(months(6, "six").sites) == 1
    one_year = monthly(WORKS, 2012, 2012)
    fitted = fit_background(archive(tmp_path / "one year", one_year, ["48.25,33.25,32,490"]))
    assert len(fitted.sites) == 0


def test_spots_that_touch_are_one_site(tmp_path: Path) -> None:
    beside = (WORKS[0] + 0.0054, WORKS[1])  # 400 m east
    far = (WORKS[0] + 0.1, WORKS[1])
    points = [row for place in (WORKS, beside, far) for row in monthly(place, 2012, 2013)]
    sites = fit_background(archive(tmp_path, points, ["48.25,33.25,32,490"])).sites
    assert len(sites) == 3
    assert len(set(sites[:, 2].tolist())) == 2
    assert sorted(sites[:, 5].tolist()) == [24, 48, 48]


def test_heat_of_a_site_is_no_field_burning_around_it(tmp_path: Path) -> None:
    # 15 January and 15 July of 2012 and 2013 fall into ISO weeks 2, 3, 28 and 29.
    cell = ["47.75,33.25,2,1", "47.75,33.25,3,1", "47.75,33.25,28,1", "47.75,33.25,29,1"]
    fitted = fit_background(archive(tmp_path, monthly(WORKS, 2012, 2013), cell))
    assert fitted.rates_milli.max() == FLOOR_MILLI


def test_a_rate_is_detections_per_area_and_day(small: Path) -> None:
    """490 detections in week 32 of seven years, in 0.51 thousand km2: 10 a day at most.

    Seven weeks share them (4 of 16 stay in the middle), and the neighbourhood, which is empty,
    pulls with 12 thousand km2 days against 25 of the cell's own: 122.5 / (25.2 + 12) and a little.
    """
    fitted = fit_background(small)
    (rate,) = fitted.rate_milli(e7(FIELD[0]), e7(FIELD[1]), us("2025-08-06")).tolist()
    assert 3_290 < rate < 3_400


def test_rates_fade_with_weeks_and_distance_but_never_to_nothing(small: Path) -> None:
    fitted = fit_background(small)
    days = us("2025-08-06", "2025-08-13", "2025-08-27", "2025-09-10")
    field = np.full(4, FIELD[0] * E7, dtype=np.int64), np.full(4, FIELD[1] * E7, dtype=np.int64)
    weeks = fitted.rate_milli(*field, days)
    assert (np.diff(weeks) < 0).all()
    assert weeks[-1] == FLOOR_MILLI
    places = e7(33.4, 33.9, 34.4)
    around = fitted.rate_milli(places, e7(48.4, 48.4, 48.4), us(*["2025-08-06"] * 3))
    assert around[0] > around[1] > around[2] == FLOOR_MILLI


def test_december_is_beside_january(tmp_path: Path) -> None:
    fitted = fit_background(archive(tmp_path, monthly(FIELD, 2012, 2012), ["48.25,33.25,53,700"]))
    (january,) = fitted.rate_milli(e7(FIELD[0]), e7(FIELD[1]), us("2025-01-01"))
    assert january > 1_000


def test_a_point_in_no_fitted_cell_has_the_mean_of_its_week(small: Path) -> None:
    fitted = fit_background(small)
    (rate,) = fitted.rate_milli(e7(-3.7), e7(40.4), us("2025-08-06"))
    assert rate == round(float(fitted.rates_milli[:, 31].mean()))


def test_progress_ends_when_it_is_done(small: Path) -> None:
    told: list[tuple[str, int, int]] = []
    fit_background(small, lambda *step: told.append(step))
    assert told[0] == ("counts", 0, 4)
    assert told[-1] == ("done", 4, 4)


# ------------------------------------------------------------------------------ foreign
def test_names_the_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BackgroundError, match=r"isoweek\.csv is missing"):
        fit_background(tmp_path)


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        pytest.param("48.25,33.25,54,1", "line 3: cell, week", id="week 54"),
        pytest.param("95.00,33.25,1,1", "line 3: cell, week", id="latitude 95"),
        pytest.param("48.25,33.25,1,-1", "line 3: cell, week", id="a negative count"),
        pytest.param("48.25,nan,1,x", "is not a table", id="text for a number"),
    ],
)
def test_a_row_of_the_climatology_that_cannot_be_is_named(
    tmp_path: Path, row: str, wrong: str
) -> None:
    archive(tmp_path, monthly(WORKS, 2012, 2013), ["48.25,33.25,1,1", row])
    with pytest.raises(BackgroundError, match=wrong):
        fit_background(tmp_path)


def test_a_point_off_the_earth_is_named(tmp_path: Path) -> None:
    archive(tmp_path, ["95.0,33.0,2012-01-01"], ["48.25,33.25,1,1"])
    with pytest.raises(BackgroundError, match="line 2: position is outside the Earth"):
        fit_background(tmp_path)


# --------------------------------------------------------------------------- the file
def test_a_file_gives_back_what_was_written(small: Path, tmp_path: Path) -> None:
    fitted = fit_background(small)
    write_background(fitted, tmp_path / "one.gz")
    write_background(read_background(tmp_path / "one.gz"), tmp_path / "two.gz")
    again = read_background(tmp_path / "two.gz")
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
    assert again.fitted_from == fitted.fitted_from
    for name in ("cells", "rates_milli", "sites"):
        np.testing.assert_array_equal(getattr(again, name), getattr(fitted, name))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>503</html>", id="a page"),
        pytest.param(gzip.compress(b"{}"), id="no header"),
        pytest.param(gzip.compress(b'{"format":2,"cells":0,"sites":0}\n'), id="another format"),
    ],
)
def test_refuses_what_is_no_parameter_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "background.gz").write_bytes(content)
    with pytest.raises(BackgroundError, match=r"background\.gz is no background of format 1"):
        read_background(tmp_path / "background.gz")


def test_refuses_a_file_that_was_cut(small: Path, tmp_path: Path) -> None:
    write_background(fit_background(small), tmp_path / "whole.gz")
    lines = gzip.decompress((tmp_path / "whole.gz").read_bytes()).splitlines(keepends=True)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"".join(lines[:-1])))
    with pytest.raises(BackgroundError, match="0 sites, not 1"):
        read_background(tmp_path / "cut.gz")


def test_a_rate_of_zero_is_refused() -> None:
    packaged = read_background()
    with pytest.raises(ValueError, match="below 5 milli"):
        replace(packaged, rates_milli=packaged.rates_milli * 0)


# ------------------------------------------------------------------------- the package's
def test_the_package_holds_a_background_that_git_and_a_reader_can_hold() -> None:
    path = Path(module.__file__).parent / module.PACKAGED
    assert path.stat().st_size <= 600_000
    packaged = read_background()
    assert packaged.version == 1
    assert 1_200 < len(packaged.cells) < 1_400
    assert 100 < len(set(packaged.sites[:, 2].tolist())) < 400
    assert 300 < packaged.reference_rate_milli < 2_000


def test_august_burns_and_january_does_not() -> None:
    packaged = read_background()
    east = e7(36.5, 36.5), e7(48.5, 48.5)
    august, january = packaged.rate_milli(*east, us("2026-08-10", "2026-01-10")).tolist()
    assert august > 20 * january


def test_the_steel_works_of_kryvyi_rih_is_a_site() -> None:
    metres, months = read_background().nearest_site(e7(33.4), e7(47.87))
    assert metres[0] < 3_000
    assert months[0] > 100


def test_no_site_is_known_where_none_was_fitted() -> None:
    packaged = read_background()
    bare = replace(packaged, sites=packaged.sites[:0])
    metres, months = bare.nearest_site(e7(33.4, 36.0), e7(47.87, 50.0))
    assert metres.tolist() == [NO_SITE_M, NO_SITE_M]
    assert months.tolist() == [0, 0]


def test_asking_of_no_points_gives_no_answers() -> None:
    packaged, none = read_background(), np.zeros(0, dtype=np.int64)
    assert packaged.rate_milli(none, none, none).shape == (0,)
    assert packaged.nearest_site(none, none)[0].shape == (0,)


@pytest.mark.shared
def test_the_documented_command_makes_the_packaged_file_again(
    shared_data: Path, tmp_path: Path
) -> None:
    fitted = fit_background(shared_data)
    write_background(fitted, tmp_path / "again.gz")
    again = gzip.decompress((tmp_path / "again.gz").read_bytes())
    packaged = (Path(module.__file__).parent / module.PACKAGED).read_bytes()
    assert again == gzip.decompress(packaged)
    check = check_sites(fitted, shared_data)
    assert check["static_within_1000_m"] > 0.8 * check["static"]
    assert check["vegetation_within_1000_m"] < 0.02 * check["vegetation"]


# ------------------------------------------------------------------------------- weeks
@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, DAY_US - 1))
def test_weeks_are_those_of_the_calendar(day: date, offset_us: int) -> None:
    at = np.array([day_start_us(day) + offset_us], dtype=np.int64)
    assert iso_week(at).tolist() == [min(day.isocalendar().week, 52)]


def test_week_53_is_read_as_week_52() -> None:
    first = date(2020, 12, 28)  # Monday of week 53
    days = [day_start_us(first + timedelta(days=offset)) for offset in range(7)]
    assert iso_week(np.array(days, dtype=np.int64)).tolist() == [52] * 7
