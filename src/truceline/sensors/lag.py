"""How long after a happening each kind of instrument speaks of it, and how alike its errors are."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """When a kind of instrument dates what it noticed.

    Attributes:
        name: Observation means of the vocabulary.
        jitter_s: Standard deviation of the dating error, both ways.
        delay_s: Mean of an exponential delay after the happening; 0 for a prompt instrument.
        several: One instrument or outlet may speak more than once of one happening (pixels of a
            fire, posts of a channel).
        named_place: Its positions are those of named places, so that all errors of one place and
            happening are the same error.
    """

    name: str
    jitter_s: float
    delay_s: float = 0.0
    several: bool = False
    named_place: bool = False

    def __post_init__(self) -> None:
        if not self.jitter_s > 0:
            raise ValueError(f"{self.name}: jitter_s must be positive, got {self.jitter_s}")
        if not self.delay_s >= 0:
            raise ValueError(f"{self.name}: delay_s must not be negative, got {self.delay_s}")

    @property
    def is_prompt(self) -> bool:
        """Whether it dates the happening itself."""
        return self.delay_s == 0


ACOUSTIC, SEISMIC, THERMAL, OBSERVER, OPEN_SOURCE, DRONE = range(6)

# Orders of magnitude, elicited; fusion learns them from the stream where it can.
LAGS = (
    Lag(name="acoustic", jitter_s=3.0),
    Lag(name="seismic", jitter_s=4.0),
    Lag(name="satellite_thermal", jitter_s=30.0, delay_s=3 * 3600.0, several=True),
    Lag(name="visual", jitter_s=180.0),
    Lag(name="open_source", jitter_s=600.0, delay_s=2.5 * 3600.0, several=True, named_place=True),
    Lag(name="drone", jitter_s=20.0),
)

# What a mission hears besides: reports of which only the local day is known, or a longer period.
# Such a row is dated by the middle of its interval. Delays of five hours about it reach back for
# 22.5 hours: over the day in question, and never to the same place's report of the day before.
DATED_BY_DAY = len(LAGS)
# A mission's satellites are believed to see a fire for so long that they reach back 24 hours, and
# never longer: decision 5 says why.
MISSION_LAGS = (
    *LAGS[:THERMAL],
    replace(LAGS[THERMAL], delay_s=24 * 3600.0 / 4.5),
    *LAGS[THERMAL + 1 :],
    Lag(
        name="dated_by_day",
        jitter_s=6.9 * 3600.0,
        delay_s=5 * 3600.0,
        several=True,
        named_place=True,
    ),
)
