"""Observations as columns: thousands travel as one Arrow table, units in the column names."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from truceline.records.observation import Observation

OBSERVATIONS = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.dictionary(pa.int32(), pa.string())),
        ("means", pa.dictionary(pa.int32(), pa.string())),
        ("longitude_e7", pa.int64()),
        ("latitude_e7", pa.int64()),
        ("radius_95_m", pa.int64()),
        ("began_us", pa.int64()),
        ("ended_us", pa.int64()),
        ("chance_real_ppm", pa.int64()),
        ("words", pa.string()),
        ("measures", pa.map_(pa.string(), pa.int64())),
    ]
)


def observation_table(observations: Iterable[Observation]) -> pa.Table:
    """Lay observations out as columns, one row each, in the order given."""
    return pa.Table.from_pylist(
        [
            {
                "id": seen.id,
                "source": seen.source,
                "means": seen.means.value,
                "longitude_e7": seen.place.longitude_e7,
                "latitude_e7": seen.place.latitude_e7,
                "radius_95_m": seen.place.radius_95_m,
                "began_us": seen.began_us,
                "ended_us": seen.ended_us,
                "chance_real_ppm": seen.chance_real_ppm,
                "words": seen.words,
                "measures": seen.measures,
            }
            for seen in observations
        ],
        schema=OBSERVATIONS,
    )
