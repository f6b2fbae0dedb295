"""Two invented feeds that read lines of text, for whatever does not hang on one real source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from truceline.feeds.gather import Original
from truceline.feeds.interface import Feed, FeedError, Fetched, Parsed, Row
from truceline.records.agreement import Site
from truceline.records.observation import Means, Observation, Place, Signature
from truceline.records.source import Refused
from truceline.records.units import DAY_US, PPM, day_start_us

PLACE = Place(longitude_e7=377_000_000, latitude_e7=480_100_000, radius_95_m=400)


def observation(source: str, day: date, sha256: str, line: int) -> Observation:
    return Observation(
        source=source,
        means=Means.OPEN_SOURCE,
        place=PLACE,
        began_us=day_start_us(day),
        ended_us=day_start_us(day) + DAY_US,
        signatures=((Signature.EXPLOSION, PPM),),
        chance_real_ppm=PPM,
        document_sha256=sha256,
        line=line,
    )


def site(source: str, day: date, sha256: str, line: int) -> Site:
    return Site(
        id=f"s:{sha256}:{line}",
        name=day.isoformat(),
        kind="nuclear_site",
        detail="",
        place=PLACE,
        source=source,
        document_sha256=sha256,
        line=line,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFeed:
    """Reads lines "source day"; a document that begins with "<" is foreign.

    A document named `DAY.txt` speaks for its first source and that day, rows or not.
    """

    name: str
    folder: str
    sources: tuple[str, ...]
    gives: str = "observations"
    version: int = 3
    make: Callable[[str, date, str, int], Row] = observation

    @property
    def patterns(self) -> tuple[str, ...]:
        return (f"{self.folder}/*.txt",)

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:
        try:
            day_us = day_start_us(date.fromisoformat(name.rpartition("/")[2][:10]))
        except ValueError:
            return ()
        return ((self.sources[0], day_us, day_us + DAY_US),)

    def plan(self, since: date, until: date) -> tuple[str, ...]:  # noqa: ARG002 - on paper only
        return ()

    def fetch(self, name: str) -> Fetched:
        raise FeedError(f"{self.name}: {name} is on paper only")

    def parse(self, document: bytes) -> Parsed[Row]:
        if document.startswith(b"<"):
            raise FeedError(f"{self.name}: this is a web page")
        sha256 = hashlib.sha256(document).hexdigest()
        rows: list[Row] = []
        refused: list[Refused] = []
        for line, text in enumerate(document.decode().splitlines(), start=1):
            source, _, day = text.partition(" ")
            try:
                rows.append(self.make(source, date.fromisoformat(day), sha256, line))
            except ValueError as error:
                refused.append(Refused(line=line, reason=str(error)))
        return Parsed(tuple(rows), tuple(refused))


NEWS: Feed[Row] = PaperFeed(name="news", folder="news", sources=("herald", "tribune"))
SITES: Feed[Row] = PaperFeed(
    name="sites", folder="sites", sources=("register",), gives="sites", make=site
)
FEEDS = (NEWS, SITES)


def original(name: str, text: str, received_us: int | None = None) -> Original:
    return Original(name=name, content=text.encode(), received_us=received_us)
