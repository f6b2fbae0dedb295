"""The door for anybody's table: rows with a place, a time and an error in, incidents out.

Longitude and latitude are put on a plane that keeps distances from its middle (azimuthal
equidistant on WGS 84); what is asked of the rows stands at `fuse_table`. Rows count from 1, the
first below the header, in what is said of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyproj import Transformer

from truceline.fusion.assess import Found
from truceline.fusion.associate import Associator
from truceline.fusion.candidate import SIGMAS_90, SIGMAS_95
from truceline.fusion.learn import SAMPLE, learn
from truceline.fusion.model import Model, packaged_model
from truceline.fusion.teach import KINDS, NewSensor, teach
from truceline.records.detections import UNKNOWN_KIND, Detections, Integers
from truceline.records.units import PPM

if TYPE_CHECKING:
    import geopandas

Floats = NDArray[np.float64]

# At this distance from its middle the plane stretches what lies across by 1.7 %.
REACH_M = 2_000_000
# Who errs by more than this tells no place.
MOST_ERROR_M = 1_000_000.0
INCIDENT = "incident"
UTC_US = pa.timestamp("us", "UTC")


class TableError(ValueError):
    """A table cannot be fused: which column, which row, which value, and why."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fused:
    """What came of a table.

    Attributes:
        rows: The table as it was given, in its order, and a column `incident`: the number of the
            incident that each row speaks of.
        incidents: One row an incident, in the order of their first rows. `incident`; `longitude`,
            `latitude` in degrees; `radius_90_m`, of the region that holds the true place 90 times
            in 100, if the errors of the rows are what they say; `time` in UTC and `time_sigma_s`,
            its standard deviation; `probability` that it is a happening of its own; `kind`, the
            likeliest; for each kind `kind_NAME`, its probability if it is a happening; for each
            sensor `seen_NAME`, how many rows of it; one handed in again counts once,
            where nothing came between.
        model: The model that it was fused with, after its rows mended it.
    """

    rows: pa.Table
    incidents: pa.Table
    model: Model

    def to_geodataframe(self) -> geopandas.GeoDataFrame:
        """Give the incidents as points of a GeoDataFrame in WGS 84 (EPSG:4326).

        Raises:
            ImportError: geopandas is not installed.
        """
        try:
            import geopandas  # noqa: PLC0415 - an extra: the core does without it
        except ImportError as error:
            raise ImportError(
                "to_geodataframe needs geopandas; install truceline[geo], or use .incidents"
            ) from error
        frame = self.incidents.to_pandas()
        points = geopandas.points_from_xy(frame.pop("longitude"), frame.pop("latitude"))
        return geopandas.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")


def fuse_table(
    table: Any,  # noqa: ANN401 - whatever Arrow takes
    *,
    sensors: Sequence[NewSensor] = (),
    model: Model | None = None,
    mend: bool = True,
) -> Fused:
    """Tell which rows of a table speak of one happening.

    The same rows in another order give the same incidents.

    Args:
        table: A pyarrow Table, a pandas DataFrame, a dict of columns, or whatever else gives Arrow
            data. Columns: `longitude` and `latitude` in degrees on WGS 84; `time`, a timestamp with
            its zone, or ISO 8601 text with one; `error_m`, the standard deviation of the position
            along each axis, or `radius_95_m`, the radius that holds the true place 95 times in
            100; `sensor`, the name of a kind of instrument. Of every row. If there: `source`, which
            instrument or person; `kind`, one of `KINDS`; both may be empty. Others are handed back.
        sensors: Kinds of instruments that the model does not know yet.
        model: What is believed beforehand; without it, the packaged model.
        mend: Scale errors and delays by what the rows themselves show, where they show enough.

    Raises:
        TableError: A column is missing, or a row holds what cannot be.
        ValueError: The model has other kinds of incidents than `KINDS`; a new kind of instrument
            makes no sense, or there is too little to tell how much it notices.

    >>> twice = fuse_table({
    ...     "longitude": [37.5, 37.501], "latitude": [48.1, 48.1], "error_m": [400, 300],
    ...     "time": ["2026-02-03T01:12:00Z", "2026-02-03T01:12:04Z"],
    ...     "sensor": ["acoustic", "seismic"],
    ... })
    >>> twice.rows["incident"].to_pylist()
    [0, 0]
    """
    rows = _as_table(table)
    model = model or packaged_model()
    if len(model.kind_share) != len(KINDS):
        raise ValueError(
            f"the model has {len(model.kind_share)} kinds of incidents; a table is told the "
            f"{len(KINDS)} of the packaged model: {', '.join(KINDS)}"
        )
    model = _taught(model, sensors, rows)
    plane, detections, order = _detections(rows, model)
    if mend and len(detections):
        model = learn(model, detections.slice(0, min(SAMPLE, len(detections))))
    associator = Associator(model)
    numbers = np.empty(len(detections), np.int64)
    numbers[order] = associator.add(detections)
    return Fused(
        rows=rows.append_column(INCIDENT, pa.array(numbers)),
        incidents=_incidents(associator.incidents(), plane, model),
        model=model,
    )


def _taught(model: Model, sensors: Sequence[NewSensor], rows: pa.Table) -> Model:
    counts = Counter(_column(rows, "sensor").to_pylist()) if sensors else None
    for sensor in sensors:
        model = teach(model, sensor, counts)
    return model


# ---------------------------------------------------------------------------- reading a table
def _as_table(given: Any) -> pa.Table:  # noqa: ANN401 - whatever Arrow takes
    try:
        rows = given if isinstance(given, pa.Table) else pa.table(given)
    except (TypeError, ValueError, pa.ArrowException) as error:
        raise TableError(f"this is no table that Arrow takes: {error}") from error
    names = rows.column_names
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise TableError(f'column "{twice[0]}" is there twice')
    if INCIDENT in names:
        raise TableError(f'column "{INCIDENT}" is there already; rename it')
    return rows


def _column(rows: pa.Table, name: str) -> pa.Array:
    """Give a column without gaps, as one array."""
    if name not in rows.column_names:
        there = ", ".join(rows.column_names) or "none"
        raise TableError(f'column "{name}" is missing; the columns are: {there}')
    column = _flat(rows, name)
    if column.null_count:
        raise TableError(_at(name, column.is_null(), "is empty"))
    return column


def _flat(rows: pa.Table, name: str) -> pa.Array:
    column = rows[name].combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _at(name: str, wrong: pa.Array | NDArray[np.bool_], words: str) -> str:
    """Say what is wrong with the first row that is."""
    row = int(np.flatnonzero(np.asarray(wrong))[0]) + 1
    return f"row {row}: {name} {words}"


def _insist(name: str, values: Floats, right: NDArray[np.bool_], words: str) -> None:
    if not right.all():
        row = int(np.flatnonzero(~right)[0])
        raise TableError(f"row {row + 1}: {name} {values[row]} {words}")


def _cast(column: pa.Array, to: pa.DataType, name: str, words: str) -> pa.Array:
    """Read a column as another type, and name the first value that cannot be read."""
    try:
        return pc.cast(column, to, safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        for row, value in enumerate(column):
            try:
                pc.cast(value, to, safe=False)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                raise TableError(f'row {row + 1}: {name} "{value}" {words}') from error
        raise TableError(f'column "{name}" holds {column.type} and {words}') from error


def _numbers(rows: pa.Table, name: str) -> Floats:
    column = _cast(_column(rows, name), pa.float64(), name, "is not a number")
    values = np.asarray(column, np.float64)
    _insist(name, values, np.isfinite(values), "is not a number")
    return values


def _times_us(rows: pa.Table) -> Integers:
    column = _column(rows, "time")
    kind = column.type
    words = "is not a time with its zone; write 2026-01-31T06:00:00Z"
    if pa.types.is_timestamp(kind) and kind.tz is None:
        raise TableError(
            'column "time" has no time zone, so no row is an instant; write 2026-01-31T06:00:00Z'
        )
    # A column without any row has no type.
    if not (pa.types.is_timestamp(kind) or pa.types.is_null(kind) or _is_text(kind)):
        raise TableError(f'column "time" holds {kind} and {words}')
    times: Integers = np.asarray(_cast(column, UTC_US, "time", words).cast(pa.int64()), np.int64)
    return times


def _is_text(kind: pa.DataType) -> bool:
    return any(
        test(kind)
        for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )


def _errors_m(rows: pa.Table) -> Floats:
    given = [name for name in ("error_m", "radius_95_m") if name in rows.column_names]
    if len(given) != 1:
        raise TableError(
            'a table needs one of the columns "error_m" (standard deviation along each axis) and '
            f'"radius_95_m" (holds the true place 95 times in 100), not {len(given)} of them'
        )
    values = _numbers(rows, given[0])
    words = f"is not above 0 and at most {MOST_ERROR_M:.0f} m"
    _insist(given[0], values, (values > 0) & (values <= MOST_ERROR_M), words)
    return values if given[0] == "error_m" else values / SIGMAS_95


def _names(column: pa.Array, name: str, known: Sequence[str], hint: str) -> Integers:
    """Give each row's index in a list of names; -1 where it names nothing."""
    words = _cast(column, pa.string(), name, "is not text")
    index = np.asarray(pc.index_in(words, pa.array(known, pa.string())).fill_null(-1), np.int64)
    wrong = np.flatnonzero((index < 0) & np.asarray(words.is_valid()))
    if len(wrong):
        row = int(wrong[0])
        raise TableError(
            f'row {row + 1}: {name} "{words[row]}" is none of {", ".join(known)}{hint}'
        )
    return index


def _words(rows: pa.Table, name: str) -> pa.Array:
    """Read a column that may have gaps as text; a cell without a letter in it is empty."""
    words = _cast(_flat(rows, name), pa.string(), name, "is not text")
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words)


def _kinds(rows: pa.Table) -> Integers:
    if "kind" not in rows.column_names:
        return np.full(len(rows), UNKNOWN_KIND, np.int64)
    return _names(_words(rows, "kind"), "kind", KINDS, ", nor empty")


def _sensors(rows: pa.Table, model: Model) -> Integers:
    known = [lag.name for lag in model.lags]
    hint = "; teach it with sensors=[NewSensor(...)]"
    return _names(_column(rows, "sensor"), "sensor", known, hint)


def _sources(rows: pa.Table) -> Integers:
    """Number the sources in the order of their names; -1 where none is named."""
    if "source" not in rows.column_names:
        return np.full(len(rows), -1, np.int64)
    column = _words(rows, "source")
    known = pc.unique(column.drop_null()).sort()
    return np.asarray(pc.index_in(column, known).fill_null(-1), np.int64)


def _detections(rows: pa.Table, model: Model) -> tuple[Transformer, Detections, Integers]:
    """Lay a table out as columns on a plane.

    Returns:
        From the plane to degrees; the rows in the one order that does not depend on how they were
        given; and shape (n,), which row each of them was.
    """
    longitude, latitude = _numbers(rows, "longitude"), _numbers(rows, "latitude")
    for name, values, most in (("longitude", longitude, 180.0), ("latitude", latitude, 90.0)):
        words = f"is outside -{most:g}..{most:g} degrees"
        _insist(name, values, np.abs(values) <= most, words)
    middle = _middle(longitude, latitude)
    onto = Transformer.from_crs("EPSG:4326", _plane(*middle), always_xy=True)
    east, north = (np.asarray(axis, np.float64) for axis in onto.transform(longitude, latitude))
    if not (np.hypot(east, north) <= REACH_M).all():
        far = _farthest(longitude, latitude)
        raise TableError(
            f"row {far + 1}: longitude {longitude[far]} and latitude {latitude[far]} lie farthest "
            f"from the others; the table reaches more than {REACH_M // 1000} km from its middle, "
            "and no plane keeps distances over so much land; mend the row, or part the table"
        )
    columns: dict[str, NDArray[Any]] = {
        "east_m": np.rint(east).astype(np.int32),
        "north_m": np.rint(north).astype(np.int32),
        "at_us": _times_us(rows),
        "sigma_m": np.maximum(np.rint(_errors_m(rows)), 1).astype(np.int32),
        "means": _sensors(rows, model).astype(np.int8),
        "source": _sources(rows).astype(np.int32),
        "kind": _kinds(rows).astype(np.int8),
    }
    keys = ("sigma_m", "kind", "source", "means", "north_m", "east_m", "at_us")
    order = np.lexsort([columns[key] for key in keys])
    detections = Detections(**{name: column[order] for name, column in columns.items()})
    back = Transformer.from_crs(_plane(*middle), "EPSG:4326", always_xy=True)
    return back, detections, order


def _middle(longitude: Floats, latitude: Floats) -> tuple[float, float]:
    """Give the middle of the box, in whole degrees: so that few more rows do not move it."""
    if not len(longitude):
        return 0.0, 0.0
    if np.ptp(longitude) > 180:  # noqa: PLR2004 - the shorter way leads over the antimeridian
        longitude = longitude % 360.0
    return _half_way(longitude), _half_way(latitude)


def _farthest(longitude: Floats, latitude: Floats) -> int:
    """Give the row farthest from the median direction, which one wrong row hardly moves."""
    east, north = np.radians(longitude), np.radians(latitude)
    directions = np.column_stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )
    return int(np.argmin(directions @ np.median(directions, axis=0)))


def _half_way(axis: Floats) -> float:
    return float(np.rint((axis.min() + axis.max()) / 2))


def _plane(longitude: float, latitude: float) -> str:
    return f"+proj=aeqd +lon_0={longitude:g} +lat_0={latitude:g} +datum=WGS84 +units=m"


# ------------------------------------------------------------------------- telling incidents
def _incidents(found: Found, plane: Transformer, model: Model) -> pa.Table:
    longitude, latitude = plane.transform(
        found.east_m.astype(np.float64), found.north_m.astype(np.float64)
    )
    likeliest = found.kinds_ppm.argmax(axis=1) if len(found) else np.zeros(0, np.int64)
    kinds = {f"kind_{name}": found.kinds_ppm[:, index] / PPM for index, name in enumerate(KINDS)}
    seen = {
        f"seen_{lag.name}": found.seen[:, index].astype(np.int32)
        for index, lag in enumerate(model.lags)
    }
    return pa.table(
        {
            INCIDENT: found.number,
            "longitude": np.round(longitude, 7),
            "latitude": np.round(latitude, 7),
            "radius_90_m": np.rint(SIGMAS_90 * found.sigma_m).astype(np.int64),
            "time": pa.array(found.at_us).cast(UTC_US),
            "time_sigma_s": found.at_sigma_s,
            "probability": found.probability_ppm / PPM,
            "kind": pa.array(KINDS).take(pa.array(likeliest)),
            **kinds,
            **seen,
        }
    )
