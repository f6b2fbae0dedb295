"""What was tried to tell, and what came of it: a line an attempt, beside the file of hooks.

It is only ever added to. A line that was cut off by a crash counts for nothing and is dropped when
the next run begins: then its message is sent once more, under the same id.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from truceline.pipeline.hooks_file import HookError
from truceline.records.canonical import canonical, plain

OWNER_ONLY = 0o600
ACCEPTED = range(200, 300)
GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to tell somebody something.

    Attributes:
        id: Id of the message: the same however often it is tried.
        hook: Name of the hook.
        at_us: When.
        attempt: Which attempt, counted from 1.
        status: What the receiver answered, as HTTP counts it; 0 for no answer.
        file: Hash of the file of hooks at that time.
    """

    id: str
    hook: str
    at_us: int
    attempt: int
    status: int
    file: str


class Journal:
    """The attempts so far, and the place for further ones."""

    def __init__(self, path: Path, attempts: list[Attempt]) -> None:
        """Take attempts, in their order."""
        self.path = path
        self._tried: Counter[str] = Counter()
        self._accepted: set[str] = set()
        self._last: dict[str, Attempt] = {}
        for one in attempts:
            self._take(one)

    def is_told(self, message: str) -> bool:
        """Tell whether the receiver took a message."""
        return message in self._accepted

    def tried(self, message: str) -> int:
        """Count the attempts at a message."""
        return self._tried[message]

    def gone_us(self, hook: str, file: str) -> int | None:
        """Tell since when a receiver wants nothing more by this file; None if it does."""
        last = self._last.get(hook)
        is_gone = last is not None and last.status == GONE and last.file == file
        return last.at_us if last is not None and is_gone else None

    def add(self, attempt: Attempt) -> None:
        """Write an attempt down, and force it to disk."""
        with self.path.open("ab") as file:
            file.write(canonical(plain(attempt)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._take(attempt)

    def _take(self, one: Attempt) -> None:
        self._tried[one.id] += 1
        self._last[one.hook] = one
        if one.status in ACCEPTED:
            self._accepted.add(one.id)


def read_journal(path: Path) -> Journal:
    """Read the attempts so far; none where there is no journal yet.

    Raises:
        HookError: A line is none of a journal.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = b""
    whole = content[: content.rfind(b"\n") + 1]
    lines = enumerate(whole.splitlines(), start=1)
    return Journal(path, [_attempt(line, f"{path}: line {number}") for number, line in lines])


@contextmanager
def open_journal(path: Path) -> Iterator[Journal]:
    """Open a journal for further attempts, alone.

    Raises:
        HookError: Another process is sending, or a line is none of a journal.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise HookError(f"{path}: another process is sending now") from error
        journal = read_journal(path)
        os.ftruncate(descriptor, path.read_bytes().rfind(b"\n") + 1)
        yield journal
    finally:
        os.close(descriptor)


def _attempt(line: bytes, place: str) -> Attempt:
    kinds = {field.name: int if field.type == "int" else str for field in fields(Attempt)}
    try:
        values = json.loads(line)
    except ValueError as error:
        raise HookError(f"{place}: not JSON: {error}") from error
    if not isinstance(values, dict) or {key: type(one) for key, one in values.items()} != kinds:
        raise HookError(f"{place}: {line[:80]!r} is no attempt: {', '.join(kinds)}")
    return Attempt(**values)
