"""What a row of any feed says of itself: whose it is, and of which day it speaks."""

from __future__ import annotations

from datetime import date

from truceline.feeds.interface import Row
from truceline.records.agreement import ControlLine
from truceline.records.claim import Claim
from truceline.records.context import Alert, CloudCover, PopulatedPlace
from truceline.records.observation import Observation
from truceline.records.units import day_of


def source_of(row: Row) -> str:
    """Give the id in the source register that a row carries."""
    if isinstance(row, Claim):
        return "claims-press"
    if isinstance(row, PopulatedPlace):
        return "geonames"
    return row.source


def day_spoken_of(row: Row) -> date | None:
    """Give the UTC day that a row speaks of: the middle of its interval; None without one."""
    if isinstance(row, Observation):
        return day_of((row.began_us + row.ended_us) // 2)
    if isinstance(row, Alert):
        return day_of(row.began_us)
    if isinstance(row, ControlLine):
        return day_of(row.as_of_us)
    if isinstance(row, CloudCover):
        return row.day
    return None
