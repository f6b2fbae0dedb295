"""Located detections as columns: a million observations travel as eight arrays, not as objects."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Metres = NDArray[np.int32]
Codes = NDArray[np.int32]
Bytes = NDArray[np.int8]

UNKNOWN_KIND = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detections:
    """What sensors and people noticed, in order of time, one row each, shape (n,).

    Attributes:
        east_m: Position on a plane, in metres; a plane that keeps distances of some ten kilometres.
        north_m: The same.
        at_us: When the sensor dates it: for a prompt instrument the happening, for a satellite its
            overpass, for a report its publication. Microseconds since 1970 UTC, never falling.
        sigma_m: Standard deviation of the position along each axis, at least 1.
        means: Index of the kind of instrument in the table of lags that goes with the columns.
        source: Number of the instrument or person; -1 where it is not known.
        kind: What it was in the source's opinion, index of a kind of incident; -1 for not known.
    """

    east_m: Metres
    north_m: Metres
    at_us: Integers
    sigma_m: Metres
    means: Bytes
    source: Codes
    kind: Bytes

    def __post_init__(self) -> None:
        shapes = {name: getattr(self, name).shape for name in COLUMNS}
        if len(set(shapes.values())) > 1 or self.at_us.ndim != 1:
            raise ValueError(f"columns must be of one length, got {shapes}")
        if len(self) and int(self.sigma_m.min()) < 1:
            row = int(self.sigma_m.argmin())
            raise ValueError(f"row {row}: sigma_m must be at least 1, got {self.sigma_m[row]}")
        back = np.flatnonzero(self.at_us[1:] < self.at_us[:-1])
        if len(back):
            row = int(back[0]) + 1
            raise ValueError(f"row {row}: at_us {self.at_us[row]} is before the row above it")

    def __len__(self) -> int:
        return len(self.at_us)

    def take(self, rows: Integers) -> Detections:
        """Give some of the rows, in the order asked for, which must be one of time."""
        return Detections(**{name: getattr(self, name)[rows] for name in COLUMNS})

    def slice(self, first: int, last: int) -> Detections:
        """Give the rows from `first` until before `last`, without copying them."""
        return _known_good({name: getattr(self, name)[first:last] for name in COLUMNS})

    def followed_by(self, other: Detections) -> Detections:
        """Give these rows and then the others, none of which may be older."""
        if len(self) and len(other) and other.at_us[0] < self.at_us[-1]:
            raise ValueError(f"at_us {other.at_us[0]} is before {self.at_us[-1]}, the last row")
        return _known_good(
            {name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in COLUMNS}
        )


COLUMNS = tuple(field.name for field in fields(Detections))


def _known_good(columns: dict[str, NDArray[Any]]) -> Detections:
    """Make detections of columns that were looked at already: a window is cut row by row."""
    made = object.__new__(Detections)
    for name, column in columns.items():
        object.__setattr__(made, name, column)
    return made


# The order in which rows count, whatever the order in which they arrived: by time, then by all else
# that a row says. The last key is the first for lexsort.
_KEYS = ("sigma_m", "kind", "source", "means", "north_m", "east_m", "at_us")


def canonical(*parts: Detections) -> Detections:
    """Lay rows together in the one order that does not depend on how they arrived.

    By time, then by everything else that a row says: rows that are alike in all are the same.
    """
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    order = np.lexsort([columns[key] for key in _KEYS])
    return Detections(**{name: column[order] for name, column in columns.items()})
