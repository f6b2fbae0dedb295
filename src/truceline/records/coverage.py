"""What could have been noticed, where and when: the record beside every count.

Silence is not peace. A place that nobody looked at is a record too, with `state` telling why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from truceline.records.observation import Means
from truceline.records.units import E7, PPM


class CoverageState(Enum):
    """Whether somebody looked, and how well (coverage states of the vocabulary)."""

    OBSERVED_CLEAR = "observed_clear"
    OBSERVED_DEGRADED = "observed_degraded"
    JAMMED = "jammed"
    WEATHER = "weather"
    ACCESS_DENIED = "access_denied"
    NO_ASSET = "no_asset"
    OUTAGE = "outage"
    UNKNOWN = "unknown"

    @property
    def is_observed(self) -> bool:
        """Whether a sensor looked at all, however badly."""
        return self in {
            CoverageState.OBSERVED_CLEAR,
            CoverageState.OBSERVED_DEGRADED,
            CoverageState.WEATHER,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A rectangle of the coverage grid, in degrees of 1e-7."""

    west_e7: int
    south_e7: int
    east_e7: int
    north_e7: int

    def __post_init__(self) -> None:
        if not -180 * E7 <= self.west_e7 < self.east_e7 <= 180 * E7:
            raise ValueError(f"cell from {self.west_e7} to {self.east_e7} is not west to east")
        if not -90 * E7 <= self.south_e7 < self.north_e7 <= 90 * E7:
            raise ValueError(f"cell from {self.south_e7} to {self.north_e7} is not south to north")

    @property
    def id(self) -> str:
        """Name of the cell: its south-west corner in degrees."""
        return f"{self.south_e7 / E7:.2f}N{self.west_e7 / E7:.2f}E"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How likely a violation of one kind would have been noticed in one cell in one period.

    Attributes:
        cell: The rectangle it speaks of.
        area: ISO 3166-2 code of the first-level area that holds the cell's middle.
        held_by: Code of the party that held the cell's middle (or, where that is no land of the
            country, a point of it) by the line of that day; None where no line is known.
        began_us: Start of the period.
        ended_us: End of the period, not included.
        per: What the probability is a total of: "day" or "pass". A day's total is never
            multiplied over passes.
        means: Which means of observation it speaks of.
        event: What would have been noticed, for example "munition_effects".
        state: Whether somebody looked.
        detection_ppm: Probability that one such event is noticed; None where nobody looked.
        detection_low_ppm: Lower end of its 90 % interval.
        detection_high_ppm: Upper end of its 90 % interval.
        noticed: How many detections fell into the cell in the period.
        missed_upper_95: With nothing noticed, the number of events that 95 times in 100 would not
            all have gone unseen; None where nobody looked (no number can be given) or where
            something was noticed.
        sources: The sources that looked, sorted.
    """

    cell: Cell
    area: str
    held_by: str | None
    began_us: int
    ended_us: int
    per: str
    means: Means
    event: str
    state: CoverageState
    detection_ppm: int | None
    detection_low_ppm: int | None
    detection_high_ppm: int | None
    noticed: int
    missed_upper_95: int | None
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.per not in {"day", "pass"}:
            raise ValueError(f"per must be day or pass, got {self.per!r}")
        if self.state.is_observed != (self.detection_ppm is not None):
            raise ValueError(f"{self.state.value} with detection_ppm {self.detection_ppm}")
        if self.detection_ppm is not None and not 0 <= self.detection_ppm <= PPM:
            raise ValueError(f"detection_ppm {self.detection_ppm} is outside 0..{PPM}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One source's document about one period arrived: it looked, whether or not it saw anything.

    Attributes:
        source: Id in the source register.
        began_us: Start of the period that the document speaks of.
        ended_us: End of it, not included.
        document_sha256: The document.
    """

    source: str
    began_us: int
    ended_us: int
    document_sha256: str
