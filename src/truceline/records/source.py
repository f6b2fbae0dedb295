"""What came in and what did not: one line of the register of sources for a mission."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that cannot be read. The others are kept, and this one is counted and shown.

    Attributes:
        line: Line in the document, counted from 1.
        reason: What is wrong with it, with the value.
    """

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One original, as it was received and read.

    Attributes:
        name: Path inside the folder it came from, with forward slashes.
        feed: Name of the feed that read it; "" if none claims it.
        sha256: Hash of its bytes.
        size: Bytes.
        received_us: When it was fetched, from the fetch manifest; None if not known.
        rows: Rows read, inside the mission's window or not.
        refused: Rows refused.
        foreign: Why the whole document was refused; "" if it was read.
        same_as: Name of the document with the same bytes that was read instead; "" if none.
    """

    name: str
    feed: str
    sha256: str
    size: int
    received_us: int | None
    rows: int
    refused: tuple[Refused, ...]
    foreign: str = ""
    same_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDays:
    """What was heard of one source in a mission's window, and on which days nothing was.

    A missing day is "not known", never "nothing happened".

    Attributes:
        source: Id in the source register.
        gives: What its rows are: "observations", "alerts", "lines", "clouds", "sites", "claims",
            "places".
        documents: Documents of its feed that were read.
        rows: Rows inside the window.
        refused: Rows refused in those documents.
        days_heard: UTC days of the window of which it was heard, ISO, ascending; empty for a
            source without days, such as a register of sites.
        days_missing: The other days of the window; empty for a source without days.
    """

    source: str
    gives: str
    documents: int
    rows: int
    refused: int
    days_heard: tuple[str, ...]
    days_missing: tuple[str, ...]

    @property
    def is_daily(self) -> bool:
        """Whether it speaks of days at all; a register of sites does not."""
        return bool(self.days_heard or self.days_missing)

    @property
    def is_known(self) -> bool:
        """Whether anything of it was heard in the window."""
        return bool(self.days_heard) if self.is_daily else self.documents > 0
