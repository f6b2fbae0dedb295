"""Entries taken apart and their signatures checked, by several processes where there are many.

What a process answers decides nothing alone: who may say what, in which order and with which key,
is asked of the registry by whoever reads the log. An entry that no process settled is read again
here. So what is read is the same for any number of processes.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context
from operator import attrgetter
from typing import Any

from truceline.evidence.keys import VerifierKey
from truceline.evidence.note import Checkpoint
from truceline.evidence.statement import Statement, open_entry
from truceline.evidence.strict import FormatError

# A process costs a second to start, as long as it takes to check this many entries.
FEW = 20_000
AT_ONCE = 1_000
# Parts that wait for each process: enough that none stands idle, few enough to be held.
AHEAD = 3

Keys = Mapping[str, VerifierKey]
# The fields of a statement and the hash of its payload: a third of a record's time on its way.
Fields = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A statement whose signature is right under a key; whether it may be said, is still open.

    Attributes:
        statement: What is said.
        sha256: Hash of its payload, in hex.
        key: The key that signed it.
    """

    statement: Statement
    sha256: str
    key: VerifierKey


def check(entry: bytes, key_of: Callable[[str], VerifierKey]) -> Checked:
    """Take one entry apart, and check its signature with the key of who says it.

    Raises:
        FormatError: It is no entry, or not signed with that key.
    """
    opened = open_entry(entry)
    key = key_of(opened.statement.actor)
    return Checked(statement=opened.by(key), sha256=opened.sha256, key=key)


def check_ahead(
    entries: Iterable[bytes], keys: Callable[[], Keys], processes: int | None = None
) -> Iterator[tuple[bytes, Checked | None]]:
    """Give every entry in its order, and what a process found of it; None where none settled it.

    Args:
        entries: As they stand in the log.
        keys: Gives the keys that actors have as far as the log was read by now.
        processes: How many check; None for as many as there are processors, and none for fewer
            entries than `FEW`.
    """
    parts = _parts(iter(entries))
    first = list(islice(parts, FEW // AT_ONCE)) if processes is None else []
    if processes is None and len(first) < FEW // AT_ONCE:
        for part in first:
            yield from ((entry, None) for entry in part)
        return
    many = processes or len(os.sched_getaffinity(0))
    # Forked, a process would share locks of threads that it does not have.
    pool = ProcessPoolExecutor(many, mp_context=get_context("spawn"))
    waiting: deque[tuple[list[bytes], Keys, Future[list[Fields | None]]]] = deque()
    try:
        for part in chain(first, parts):
            known = keys()
            waiting.append((part, known, pool.submit(_settle, part, known)))
            if len(waiting) > AHEAD * many:
                yield from _settled(*waiting.popleft())
        while waiting:
            yield from _settled(*waiting.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _parts(entries: Iterator[bytes]) -> Iterator[list[bytes]]:
    while part := list(islice(entries, AT_ONCE)):
        yield part


_NAMES = tuple(Statement.__slots__)
_FIELDS = attrgetter(*_NAMES)


def _settle(entries: list[bytes], known: Keys) -> list[Fields | None]:
    """Check entries in a process of its own."""
    found: list[Fields | None] = []
    anchors: dict[Checkpoint | None, Checkpoint | None] = {}
    for entry in entries:
        try:
            one = check(entry, known.__getitem__)
        except (FormatError, KeyError):
            found.append(None)
            continue
        fields = dict(zip(_NAMES, _FIELDS(one.statement), strict=True))
        # Most name the same few heads: one of them goes on its way once.
        fields["anchor"] = anchors.setdefault(fields["anchor"], fields["anchor"])
        found.append((*fields.values(), one.sha256))
    return found


def _settled(
    entries: list[bytes], known: Keys, found: Future[list[Fields | None]]
) -> Iterator[tuple[bytes, Checked | None]]:
    for entry, fields in zip(entries, found.result(), strict=True):
        if fields is None:
            yield entry, None
            continue
        *said, sha256 = fields
        statement = Statement(**dict(zip(_NAMES, said, strict=True)))
        yield entry, Checked(statement=statement, sha256=sha256, key=known[statement.actor])
