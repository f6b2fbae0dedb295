"""The clock of this machine, for whoever is not told the time."""

from __future__ import annotations

import time


def clock_us() -> int:
    """Give the time of this machine, microseconds since 1970 UTC."""
    return time.time_ns() // 1000
