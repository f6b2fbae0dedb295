"""What surrounds a happening: alerts, clouds, places, areas. Context weighs; nobody saw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from truceline.records.agreement import MultiPolygon
from truceline.records.observation import row_id
from truceline.records.units import PPM


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An air-raid alert over a whole first-level area: a warning, not an impact.

    Attributes:
        source: Id in the source register.
        area: ISO 3166-2 code, for example "UA-63".
        issued_by: Code of the party whose service issues it, for the land that it holds.
        began_us: When it was raised.
        ended_us: When it was lifted.
        document_sha256: The original it was read from.
        line: Line in it.
    """

    source: str
    area: str
    issued_by: str
    began_us: int
    ended_us: int
    document_sha256: str
    line: int

    def __post_init__(self) -> None:
        if self.ended_us < self.began_us:
            raise ValueError(f"alert ended {self.ended_us} before it began {self.began_us}")

    @property
    def id(self) -> str:
        """The alert's identity: its original and the line in it."""
        return row_id("a", self.document_sha256, self.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudCover:
    """Mean cloud cover of one day over a whole country and over its east.

    Attributes:
        source: Id in the source register.
        day: UTC day.
        country_ppm: Mean cloud fraction over the country, in millionths.
        east_ppm: Mean over its east.
        document_sha256: The original it was read from.
        line: Line in it.
    """

    source: str
    day: date
    country_ppm: int
    east_ppm: int
    document_sha256: str
    line: int

    def __post_init__(self) -> None:
        for name, share_ppm in (("country", self.country_ppm), ("east", self.east_ppm)):
            if not 0 <= share_ppm <= PPM:
                raise ValueError(f"{name} cloud cover {share_ppm / PPM} is outside 0..1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulatedPlace:
    """A town or village, to say in words where something was."""

    name: str
    longitude_e7: int
    latitude_e7: int
    population: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A first-level area, for example an oblast; rings in degrees of 1e-7, longitude first."""

    code: str
    polygons_e7: MultiPolygon
