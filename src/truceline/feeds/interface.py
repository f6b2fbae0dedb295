"""The two halves of every feed: `fetch` touches the network, `parse` never does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from truceline.records.agreement import ControlLine, Site
from truceline.records.claim import Claim
from truceline.records.context import Alert, CloudCover, PopulatedPlace
from truceline.records.observation import Observation
from truceline.records.source import Refused

Row = Observation | ControlLine | Site | Claim | Alert | CloudCover | PopulatedPlace
Row_co = TypeVar("Row_co", covariant=True)


class FeedError(Exception):
    """A source could not be reached, or sent something that is not its document at all."""


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Row_co]):
    """What one document held: observations, lines of control, sites, claims, whatever it gives."""

    rows: tuple[Row_co, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One raw document as it came from the network.

    Attributes:
        name: Path in the folder where it belongs, laid out as `Feed.patterns` expects.
        content: Its bytes.
        url: Where it came from, without any key.
    """

    name: str
    content: bytes
    url: str


class Feed(Protocol[Row_co]):
    """One source, or one family of sources that publish the same document."""

    @property
    def name(self) -> str:
        """Short name of the feed, for example "firms"."""
        ...

    @property
    def version(self) -> int:
        """Version of the parser: a change of what `parse` gives raises it."""
        ...

    @property
    def patterns(self) -> tuple[str, ...]:
        """Glob patterns of the paths, inside a folder, of the documents that it reads."""
        ...

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids in the source register that its rows may carry: what is missing is named by them."""
        ...

    @property
    def gives(self) -> str:
        """What its rows are: a key of `feeds.register.DAILY`, or "sites", "claims", "places"."""
        ...

    def covers(self, name: str) -> tuple[tuple[str, int, int], ...]:
        """Tell from a document's path for which sources and periods it speaks, even without rows.

        Returns:
            (source id, began_us, ended_us) triples, the end not included; empty where the path
            does not say.
        """
        ...

    def plan(self, since: date, until: date) -> tuple[str, ...]:
        """Name the documents that `fetch` would bring for these days, both inclusive."""
        ...

    def fetch(self, name: str) -> Fetched:
        """Bring one document of the plan.

        Raises:
            FeedError: The source did not answer, or refused; the message holds no key.
        """
        ...

    def parse(self, document: bytes) -> Parsed[Row_co]:
        """Read one document. The same bytes give the same rows.

        Raises:
            FeedError: The document as a whole is not what this source publishes.
        """
        ...
