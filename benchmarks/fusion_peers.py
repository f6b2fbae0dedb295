# ruff: noqa: PLC0415 - a peer that is not installed must not keep the others from running
"""The peers of the fusion benchmark, each as its own documentation would have it used.

A peer takes columns and settings and gives a label to each row, -1 for noise. The settings are
chosen by grid (`fusion_tuning.py`); add a peer here and a line in `TOOLS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fusion_columns import Floats, Integers, Rows
from fusion_linkers import splink, stone_soup

Settings = Mapping[str, Any]
CORES = 2
EARTH_KM = 6371.0088


def connected(left: Integers, right: Integers, count: int) -> Integers:
    """Number the connected components of pairs of rows."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def h3_buckets(rows: Rows, settings: Settings) -> Integers:
    """Put into one bucket what shares an H3 cell and a span of time."""
    import h3ronpy.vector
    import pandas as pd

    resolution = np.full(len(rows), settings["resolution"], np.uint8)
    cells = h3ronpy.vector.coordinates_to_cells(rows.latitude, rows.longitude, resolution)
    place, _ = pd.factorize(np.asarray(cells.to_numpy()))
    span = (rows.at_s // (60 * settings["minutes"])).astype(np.int64)
    span -= span.min()
    return pd.factorize(place.astype(np.int64) * (int(span.max()) + 1) + span)[0].astype(np.int64)


def duckdb_join(rows: Rows, settings: Settings) -> Integers:
    """Join rows near in space and time in SQL, by cells of four radii, and take components."""
    import duckdb
    import pyarrow as pa

    radius, span = 1000.0 * settings["km"], 60.0 * settings["minutes"]
    seen = pa.table(  # noqa: F841 - DuckDB finds it by its name
        {"i": np.arange(len(rows)), "x": rows.east_m, "y": rows.north_m, "t": rows.at_s}
    )
    pairs = (
        duckdb.connect()
        .execute(
            f"""
        with a as (select *, floor(x / {4 * radius})::int cx, floor(y / {4 * radius})::int cy,
                          floor(t / {2 * span})::bigint ct from seen),
             b as (select i, x, y, t,
                unnest(range(floor((x - {radius}) / {4 * radius})::int,
                             floor((x + {radius}) / {4 * radius})::int + 1))::int cx, cy0, cy1,
                ct0, ct1 from (select *, floor((y - {radius}) / {4 * radius})::int cy0,
                  floor((y + {radius}) / {4 * radius})::int cy1, floor(t / {2 * span})::bigint ct0,
                  floor((t + {span}) / {2 * span})::bigint ct1 from seen)),
             c as (select i, x, y, t, cx, unnest(range(cy0, cy1 + 1))::int cy, ct0, ct1 from b),
             d as (select i, x, y, t, cx, cy, unnest(range(ct0, ct1 + 1))::bigint ct from c)
        select a.i, d.i j from a join d using (cx, cy, ct)
        where a.i <> d.i and a.t between d.t and d.t + {span}
          and (a.x - d.x) * (a.x - d.x) + (a.y - d.y) * (a.y - d.y) <= {radius**2}"""  # noqa: S608
        )
        .fetchnumpy()
    )
    return connected(pairs["i"], pairs["j"], len(rows))


def kd_tree(rows: Rows, settings: Settings) -> Integers:
    """Find all near pairs with scipy's cKDTree and take components."""
    from scipy.spatial import cKDTree

    points = rows.scaled(settings["km"], settings["minutes"])
    pairs = cKDTree(points).query_pairs(1.0, output_type="ndarray")
    return connected(pairs[:, 0], pairs[:, 1], len(rows))


def dbscan_cpp(rows: Rows, settings: Settings) -> Integers:
    """Run the parallel exact DBSCAN of Wang, Gu and Shun."""
    from dbscan import DBSCAN

    points = rows.scaled(settings["km"], settings["minutes"])
    return np.asarray(DBSCAN(points, eps=1.0, min_samples=settings["least"])[0], np.int64)


def sklearn_dbscan(rows: Rows, settings: Settings) -> Integers:
    """Run scikit-learn's DBSCAN on a kd-tree."""
    from sklearn.cluster import DBSCAN

    points = rows.scaled(settings["km"], settings["minutes"])
    model = DBSCAN(eps=1.0, min_samples=settings["least"], algorithm="kd_tree", n_jobs=CORES)
    return model.fit_predict(points).astype(np.int64)


def sklearn_haversine(rows: Rows, settings: Settings) -> Integers:
    """Run scikit-learn's DBSCAN on the sphere, one span of time after another."""
    from sklearn.cluster import DBSCAN

    place = np.radians(np.column_stack([rows.latitude, rows.longitude]))
    span = (rows.at_s // (60 * settings["minutes"])).astype(np.int64)
    cuts = np.flatnonzero(np.diff(span)) + 1
    model = DBSCAN(
        eps=settings["km"] / EARTH_KM,
        min_samples=settings["least"],
        metric="haversine",
        algorithm="ball_tree",
    )
    labels, used = np.empty(len(rows), np.int64), 0
    for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        found = model.fit_predict(place[start:end]).astype(np.int64)
        labels[start:end] = np.where(found >= 0, found + used, -1)
        used += int(found.max(initial=-1)) + 1
    return labels


def hdbscan_cython(rows: Rows, settings: Settings) -> Integers:
    """Run hdbscan."""
    import hdbscan

    model = hdbscan.HDBSCAN(
        min_cluster_size=settings["least"],
        min_samples=1,
        cluster_selection_method=settings["method"],
        cluster_selection_epsilon=settings["epsilon"],
        core_dist_n_jobs=CORES,
    )
    return model.fit_predict(rows.scaled(settings["km"], settings["minutes"])).astype(np.int64)


def fast_hdbscan(rows: Rows, settings: Settings) -> Integers:
    """Run fast_hdbscan."""
    from fast_hdbscan import HDBSCAN

    model = HDBSCAN(
        min_cluster_size=settings["least"],
        min_samples=1,
        cluster_selection_method=settings["method"],
        cluster_selection_epsilon=settings["epsilon"],
    )
    return model.fit_predict(rows.scaled(settings["km"], settings["minutes"])).astype(np.int64)


def tracktable(rows: Rows, settings: Settings) -> Integers:
    """Run tracktable's DBSCAN in a box."""
    from tracktable.algorithms.dbscan import compute_cluster_labels

    points = rows.scaled(settings["km"], settings["minutes"]).tolist()
    found = compute_cluster_labels(points, [1.0, 1.0, 1.0], settings["least"])
    row, label = np.array(found, np.int64).T
    labels = np.full(len(rows), -1, np.int64)
    # In tracktable cluster 0 is noise.
    labels[row] = label - 1
    return labels


def geopandas_join(rows: Rows, settings: Settings) -> Integers:
    """Join near points through geopandas' index, one span of time against itself and the next."""
    import geopandas

    points = geopandas.GeoSeries.from_xy(rows.east_m, rows.north_m)
    radius, span_s = 1000.0 * settings["km"], 60.0 * settings["minutes"]
    span = (rows.at_s // span_s).astype(np.int64)
    starts = np.flatnonzero(np.diff(span, prepend=-1))
    left, right = [], []
    for start in starts:
        end = np.searchsorted(span, span[start] + 1)
        until = np.searchsorted(span, span[start] + 2)
        index = points.iloc[start:until].sindex
        one, other = index.query(points.iloc[start:end], predicate="dwithin", distance=radius)
        left.append(one + start)
        right.append(other + start)
    one, other = np.concatenate(left), np.concatenate(right)
    near = (other > one) & (np.abs(rows.at_s[other] - rows.at_s[one]) <= span_s)
    return connected(one[near], other[near], len(rows))


def sedona_join(rows: Rows, settings: Settings) -> Integers:
    """Join near points with SedonaDB's ST_DWithin, time as a filter, and take components."""
    import pyarrow as pa
    import sedonadb

    radius, span = 1000.0 * settings["km"], 60.0 * settings["minutes"]
    table = {"i": np.arange(len(rows)), "x": rows.east_m, "y": rows.north_m, "t": rows.at_s}
    engine = sedonadb.connect()
    engine.create_data_frame(pa.table(table)).to_view("seen", overwrite=True)
    found = engine.sql(
        f"""
        with p as (select i, t, ST_Point(x, y) place from seen)
        select a.i i, b.i j from p a join p b on ST_DWithin(a.place, b.place, {radius})
        where a.i < b.i and b.t - a.t between {-span} and {span}"""  # noqa: S608
    ).to_arrow_table()
    return connected(found["i"].to_numpy(), found["j"].to_numpy(), len(rows))


def truceline(rows: Rows, settings: Settings) -> Integers:
    """Run ours; the settings can only hold what is told wrongly about instruments."""
    from fusion_ours import associated

    return associated(rows.detections, settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool and the grid it is tuned on.

    Attributes:
        run: Gives a label to each row.
        packages: Distributions whose versions are recorded.
        grid: Values of each setting; all combinations are tried.
        tuning_rows: Rows it is tuned on.
        most_rows: It is not asked for more.
        warm_rows: Rows of the call before the one that is measured.
    """

    run: Callable[[Rows, Settings], Integers]
    packages: tuple[str, ...]
    grid: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    tuning_rows: int = 10_000
    most_rows: int = 1_000_000
    warm_rows: int = 2_000


KM = (0.25, 0.35, 0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 12, 18)
MINUTES = (2, 3, 5, 8, 15, 30, 60, 120, 240, 480, 720, 1440)
NEAR: dict[str, tuple[Any, ...]] = {"km": KM, "minutes": MINUTES}
LEAST = {**NEAR, "least": (2, 3)}
LEAVES: dict[str, tuple[Any, ...]] = {
    "km": (0.5, 1, 2, 4),
    "minutes": (15, 45, 90, 180, 360),
    "epsilon": (0.0, 0.2, 0.5, 1.0, 2.0),
    "least": (2, 3),
    "method": ("leaf", "eom"),
}

OURS = "truceline"
TOOLS: dict[str, Tool] = {
    # It works through 65,536 rows at a time; with the second such piece all of it is compiled.
    OURS: Tool(run=truceline, packages=("numba",), most_rows=10_000_000, warm_rows=100_000),
    "h3 buckets": Tool(
        run=h3_buckets,
        packages=("h3ronpy", "pandas"),
        grid={
            "resolution": (4, 5, 6, 7, 8, 9),
            "minutes": (5, 15, 30, 60, 120, 240, 480, 720, 1440, 2880),
        },
    ),
    "DuckDB join": Tool(run=duckdb_join, packages=("duckdb",), grid=NEAR),
    "scipy cKDTree": Tool(run=kd_tree, packages=("scipy",), grid=NEAR),
    "dbscan (C++)": Tool(run=dbscan_cpp, packages=("dbscan",), grid=LEAST),
    "scikit-learn DBSCAN": Tool(run=sklearn_dbscan, packages=("scikit-learn",), grid=LEAST),
    "scikit-learn haversine": Tool(run=sklearn_haversine, packages=("scikit-learn",), grid=LEAST),
    "hdbscan": Tool(run=hdbscan_cython, packages=("hdbscan",), grid=LEAVES),
    "fast_hdbscan": Tool(run=fast_hdbscan, packages=("fast-hdbscan",), grid=LEAVES),
    "splink": Tool(
        run=splink,
        packages=("splink", "duckdb"),
        grid={
            "km": (1.5, 3, 6, 12),
            "minutes": (60, 240, 480),
            "probability": (0.3, 0.5, 0.7, 0.9, 0.97),
        },
    ),
    "tracktable": Tool(run=tracktable, packages=("tracktable",), grid=LEAST),
    "geopandas dwithin": Tool(run=geopandas_join, packages=("geopandas",), grid=NEAR),
    "SedonaDB": Tool(run=sedona_join, packages=("sedonadb",), grid=NEAR),
    "Stone Soup GNN": Tool(
        run=stone_soup,
        packages=("stonesoup",),
        grid={"gate": (2, 3, 4), "hours": (1, 6)},
        tuning_rows=1_000,
        most_rows=1_000,
        warm_rows=50,
    ),
}

__all__ = ["CORES", "OURS", "TOOLS", "Floats", "Settings", "Tool", "connected"]
