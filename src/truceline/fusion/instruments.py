"""Which row of a mission's table of lags belongs to an observation."""

from __future__ import annotations

from truceline.records.observation import Means, Observation
from truceline.records.units import HOUR_US
from truceline.sensors.lag import (
    ACOUSTIC,
    DATED_BY_DAY,
    DRONE,
    OBSERVER,
    OPEN_SOURCE,
    SEISMIC,
    THERMAL,
)

# The row of `sensors.lag.MISSION_LAGS` that belongs to each observation means.
INSTRUMENT = {
    Means.ACOUSTIC: ACOUSTIC,
    Means.SEISMIC: SEISMIC,
    Means.SATELLITE_THERMAL: THERMAL,
    Means.VISUAL: OBSERVER,
    Means.UAV_SHORT: DRONE,
    Means.OPEN_SOURCE: OPEN_SOURCE,
    Means.PARTY_REPORT: OPEN_SOURCE,
}
# What dates the happening itself. A person who watched is no instrument, but as prompt as one.
PROMPT = (Means.ACOUSTIC, Means.SEISMIC, Means.VISUAL, Means.UAV_SHORT)
# A report whose interval is longer than this tells the day, not the hour.
HOURLY_US = 6 * HOUR_US


def instrument_of(seen: Observation) -> int:
    """Give the index in `sensors.lag.MISSION_LAGS` of what noticed it."""
    instrument = INSTRUMENT[seen.means]
    if instrument == OPEN_SOURCE and seen.ended_us - seen.began_us > HOURLY_US:
        return DATED_BY_DAY
    return instrument
