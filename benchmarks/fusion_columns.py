"""What every tool of the fusion benchmark is handed: detections in columns, and their latitudes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from truceline.records.detections import Detections
from truceline.records.units import SECOND_US
from truceline.simulate.regime import REGIMES, Incidents, Truth, draw_regime

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PRINTED_ROWS = 2_000
COLUMNS = ("east_m", "north_m", "at_us", "sigma_m", "means", "source", "kind")
# Tools that want degrees get them beforehand: a plane that keeps distances from its middle.
PLANE = "+proj=aeqd +lat_0=48.5 +lon_0=36 +x_0={east:.0f} +y_0={north:.0f} +units=m"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Detections as the peers like them, shape (n,) each, made before the clock starts.

    Attributes:
        detections: The columns as they are.
        east_m, north_m, at_s: Position and time as 64-bit floats.
        longitude, latitude: Degrees.
    """

    detections: Detections
    east_m: Floats
    north_m: Floats
    at_s: Floats
    longitude: Floats
    latitude: Floats

    def __len__(self) -> int:
        return len(self.at_s)

    def scaled(self, km: float, minutes: float) -> Floats:
        """Give positions and times in units of a radius and a span, shape (n, 3)."""
        return np.column_stack(
            [self.east_m / (1000 * km), self.north_m / (1000 * km), self.at_s / (60 * minutes)]
        )


def rows_of(detections: Detections, regime: str) -> Rows:
    """Lay the columns of a regime out for the peers."""
    east, north = detections.east_m.astype(np.float64), detections.north_m.astype(np.float64)
    middle = REGIMES[regime]
    plane = PLANE.format(east=500 * middle.width_km, north=500 * middle.height_km)
    longitude, latitude = Transformer.from_crs(plane, "EPSG:4326", always_xy=True).transform(
        east, north
    )
    return Rows(
        detections=detections,
        east_m=east,
        north_m=north,
        at_s=detections.at_us / SECOND_US,
        longitude=np.asarray(longitude),
        latitude=np.asarray(latitude),
    )


@cache
def world_print(regime: str) -> str:
    """Give a hash of a small world of a regime: another one, if the generator draws otherwise."""
    detections, truth = draw_regime(REGIMES[regime], PRINTED_ROWS, 0)
    digest = hashlib.sha256(truth.incident.tobytes())
    for name in COLUMNS:
        digest.update(getattr(detections, name).tobytes())
    return digest.hexdigest()[:8]


def world(folder: Path, regime: str, count: int, seed: int) -> Path:
    """Draw a world once and keep it as a file of columns, truth beside them; give its path."""
    path = folder / f"{regime}-{count}-{seed}-{world_print(regime)}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        save(path, *draw_regime(REGIMES[regime], count, seed))
    return path


def save(path: Path, detections: Detections, truth: Truth) -> None:
    """Write a world."""
    true = truth.incidents
    half = path.with_suffix(".half.npz")
    np.savez(
        half,
        **{name: getattr(detections, name) for name in COLUMNS},
        incident=truth.incident,
        true_east_m=true.east_m,
        true_north_m=true.north_m,
        true_at_us=true.at_us,
        true_kind=true.kind,
    )
    half.rename(path)


def load(path: Path) -> tuple[Detections, Truth]:
    """Read a world."""
    with np.load(path) as kept:
        detections = Detections(**{name: kept[name] for name in COLUMNS})
        incidents = Incidents(
            east_m=kept["true_east_m"],
            north_m=kept["true_north_m"],
            at_us=kept["true_at_us"],
            kind=kept["true_kind"],
        )
        return detections, Truth(incidents=incidents, incident=kept["incident"])
