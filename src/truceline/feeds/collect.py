"""Make a folder of documents from the sources themselves, and write down what did not come.

A folder's `manifest.json` names every document that came, with its hash, its address without any
key and the instant of its arrival, and every one that did not, with the reason. What did not come
is not known; it is never "nothing happened". The manifest is written anew after each document, so
that an interruption loses nothing, and the next run asks only for what is missing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from truceline.feeds.http import UnreachableError
from truceline.feeds.interface import Feed, FeedError, Fetched, Row
from truceline.records.units import DAY_US, HOUR_US, day_start_us, iso

MANIFEST = "manifest.json"
FORMAT = 1
# FIRMS promises near-real-time rows within three hours of the overpass; twice that is waited.
SETTLED_AFTER_US = 6 * HOUR_US
# A source that twice in a row gives no answer at all is left alone until the next run.
UNREACHABLE_IN_A_ROW = 2

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A document that came.

    Attributes:
        name: Path in the folder, with forward slashes.
        feed: Name of the feed that asked for it.
        url: Where it came from, without any key.
        sha256: Hash of its bytes.
        size: Bytes.
        received_us: When it came.
        rows: Rows that can be read.
        refused: Rows that cannot.
    """

    name: str
    feed: str
    url: str
    sha256: str
    size: int
    received_us: int
    rows: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A document that did not come.

    Attributes:
        name: Path in the folder where it would lie.
        feed: Name of the feed that asked for it.
        error: Why it did not.
    """

    name: str
    feed: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What came and what did not, each sorted by name."""

    came: tuple[Came, ...] = ()
    missing: tuple[Missing, ...] = ()

    @property
    def entries(self) -> tuple[Came | Missing, ...]:
        """All of them, sorted by name."""
        entries: list[Came | Missing] = [*self.came, *self.missing]
        return tuple(sorted(entries, key=lambda entry: entry.name))

    def with_entry(self, entry: Came | Missing) -> Manifest:
        """Give the manifest with one entry, in the place of any other of that name."""
        others = [known for known in self.entries if known.name != entry.name]
        return _manifest([*others, entry])

    def arrival(self, name: str) -> Came | None:
        """Give the entry of a document that came, or None."""
        return next((known for known in self.came if known.name == name), None)


def _manifest(entries: Iterable[Came | Missing]) -> Manifest:
    ordered = sorted(entries, key=lambda entry: entry.name)
    return Manifest(
        came=tuple(entry for entry in ordered if isinstance(entry, Came)),
        missing=tuple(entry for entry in ordered if isinstance(entry, Missing)),
    )


def collect(
    feeds: Iterable[Feed[Row]],
    since: date,
    until: date,
    out: Path,
    *,
    received_us: Callable[[], int],
    progress: Progress = lambda _name, _done, _total: None,
) -> Manifest:
    """Bring what the feeds publish about these days, both inclusive, into a folder.

    A document is asked for again only if the manifest does not hold it, its bytes are not those of
    the manifest, or it came before its days were over and settled. One source that fails stops no
    other.

    Args:
        feeds: Whom to ask; one without a public address has an empty plan.
        since: First day.
        until: Last day.
        out: The folder; made where it does not exist.
        received_us: The clock, asked when a document has come.
        progress: Told after each document: its name, how many are done, how many there are.

    Returns:
        The manifest as it now lies in the folder, entries of earlier runs included.

    Raises:
        FeedError: The folder's manifest is broken; nothing was asked.
    """
    manifest = load_manifest(out)
    asked = [(feed, feed.plan(since, until)) for feed in feeds]
    until_us = day_start_us(until) + DAY_US
    total = sum(len(plan) for _, plan in asked)
    done = 0
    for feed, plan in asked:
        for entry in _brought(feed, plan, out, manifest, until_us, received_us):
            if not (isinstance(entry, Missing) and _lies_as_it_came(manifest, entry.name, out)):
                manifest = manifest.with_entry(entry)
                _write_atomically(out / MANIFEST, _manifest_bytes(manifest))
            done += 1
            progress(entry.name, done, total)
    return manifest


def _brought(
    feed: Feed[Row],
    plan: tuple[str, ...],
    out: Path,
    known: Manifest,
    until_us: int,
    received_us: Callable[[], int],
) -> Iterator[Came | Missing]:
    """Yield what became of each document of one feed's plan."""
    unreachable = 0
    for name in plan:
        held = known.arrival(name)
        if held is not None and _is_whole(feed, held, out, until_us):
            yield held
            continue
        if unreachable >= UNREACHABLE_IN_A_ROW:
            error = f"not asked: {feed.name} gave no answer {unreachable} times in a row"
            yield Missing(name=name, feed=feed.name, error=error)
            continue
        try:
            yield _bring(feed, name, out, received_us)
            unreachable = 0
        except FeedError as error:
            unreachable = unreachable + 1 if isinstance(error, UnreachableError) else 0
            yield Missing(name=name, feed=feed.name, error=str(error))


def _bring(feed: Feed[Row], name: str, out: Path, received_us: Callable[[], int]) -> Came:
    """Fetch one document, make sure that it is one of the feed's, and keep its bytes."""
    periods = feed.covers(name)
    now_us = received_us()
    begins_us = min((began_us for _, began_us, _ in periods), default=now_us)
    if begins_us > now_us:
        raise FeedError(f"{feed.name}: {iso(begins_us)} is still to come")
    fetched = feed.fetch(name)
    arrived_us = received_us()
    parsed = feed.parse(fetched.content)
    _write_atomically(_inside(out, fetched), fetched.content)
    return Came(
        name=name,
        feed=feed.name,
        url=fetched.url,
        sha256=hashlib.sha256(fetched.content).hexdigest(),
        size=len(fetched.content),
        received_us=arrived_us,
        rows=len(parsed.rows),
        refused=len(parsed.refused),
    )


def _is_whole(feed: Feed[Row], held: Came, out: Path, until_us: int) -> bool:
    """Tell whether a document lies there as it came, and came when its days were over.

    A path that does not say of which days it speaks belongs to a file that grows, for example all
    alerts since 2022: then the days that are asked for must have been over.
    """
    ends_us = max((ended_us for _, _, ended_us in feed.covers(held.name)), default=until_us)
    if held.received_us < ends_us + SETTLED_AFTER_US:
        return False
    return _hash_of(out / held.name) == held.sha256


def _lies_as_it_came(known: Manifest, name: str, out: Path) -> bool:
    """An earlier answer, of a day not yet over, is worth more than today's failure to renew it."""
    held = known.arrival(name)
    return held is not None and _hash_of(out / name) == held.sha256


def _inside(out: Path, fetched: Fetched) -> Path:
    path = PurePosixPath(fetched.name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise FeedError(f"{fetched.name!r} is no path inside a folder")
    return out / path


def _write_atomically(path: Path, content: bytes) -> None:
    """Write beside, then rename: whoever reads sees the old bytes or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def read_manifest(folder: Path) -> dict[str, int]:
    """Tell when each document of a folder came, by name; empty where nothing was fetched.

    A file whose bytes are no longer those that came has no known arrival, and is left out.

    Raises:
        FeedError: The manifest is broken.
    """
    return {
        came.name: came.received_us
        for came in load_manifest(folder).came
        if _hash_of(folder / came.name) == came.sha256
    }


def _hash_of(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def load_manifest(folder: Path) -> Manifest:
    """Read a folder's manifest; an empty one where nothing was fetched into it.

    Raises:
        FeedError: It is broken: names the file and what is wrong.
    """
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        raise FeedError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return _manifest_of(json.loads(content))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise FeedError(f"{path}: is no manifest of a fetch: {error}") from error


def _manifest_of(plain: Any) -> Manifest:  # noqa: ANN401 - parsed JSON
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise ValueError(f'expected "format": {FORMAT}')
    if not isinstance(plain["documents"], list):
        raise TypeError("documents is no list")
    entries: list[Came | Missing] = [_entry(document) for document in plain["documents"]]
    if len({entry.name for entry in entries}) < len(entries):
        raise ValueError("a name stands twice")
    return _manifest(entries)


def _entry(document: dict[str, Any]) -> Came | Missing:
    kind: type[Came | Missing] = Missing if "error" in document else Came
    entry = kind(**document)
    numbers = {"size", "received_us", "rows", "refused"}
    for field, value in asdict(entry).items():
        wanted: type = int if field in numbers else str
        if type(value) is not wanted:
            raise TypeError(f"{field} {value!r} of {entry.name!r} is no {wanted.__name__}")
    return entry


def _manifest_bytes(manifest: Manifest) -> bytes:
    plain = {"format": FORMAT, "documents": [asdict(entry) for entry in manifest.entries]}
    return (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode()
