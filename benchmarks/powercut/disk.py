"""A disk that loses power: what can be on it after each call that the shim recorded.

Three models. `all`: every call so far has reached it (the process died, not the machine).
`strict`: only what was forced: a file's bytes by its own fsync, a name by an fsync of its
directory. `random`: of what was not forced each change is there or not by chance, and a write may
be torn into sectors.
"""

from __future__ import annotations

import os
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

RECORD = struct.Struct("<BiqII")
OPEN, WRITE, SYNC, RENAME, TRUNCATE, UNLINK, MKDIR, RMDIR = range(1, 9)
SECTOR = 512
ALL, STRICT, RANDOM = "all applied", "strict", "random subset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One call that succeeded."""

    kind: int
    fd: int
    offset: int
    first: bytes
    second: bytes


def read_ops(log: Path) -> Iterator[Op]:
    """Read what the shim recorded."""
    content = log.read_bytes()
    at = 0
    while at < len(content):
        kind, fd, offset, one, two = RECORD.unpack_from(content, at)
        at += RECORD.size
        yield Op(
            kind=kind,
            fd=fd,
            offset=offset,
            first=content[at : at + one],
            second=content[at + one : at + one + two],
        )
        at += one + two


def _write(content: bytearray, at: int, data: bytes) -> None:
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


@dataclass
class File:
    """Bytes: as the system shows them, as the disk surely has them, and the writes between."""

    cached: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)

    def change(self, at: int, data: bytes | None) -> None:
        """Write at a place, or with None cut there."""
        self._apply(self.cached, at, data)
        self.waiting.append((at, data))

    @staticmethod
    def _apply(content: bytearray, at: int, data: bytes | None) -> None:
        if data is None:
            del content[at:]
        else:
            _write(content, at, data)

    def force(self) -> None:
        """Everything reaches the disk."""
        self.durable = bytearray(self.cached)
        self.waiting.clear()

    def seen(self, model: str, chance: random.Random) -> bytes:
        """Give what the disk holds after the cut."""
        if model == ALL:
            return bytes(self.cached)
        content = bytearray(self.durable)
        if model == RANDOM:
            for at, data in self.waiting:
                fate = chance.randrange(3)
                if fate == 0:
                    continue
                if fate == 1 or data is None:
                    self._apply(content, at, data)
                    continue
                for begin in range(at - at % SECTOR, at + len(data), SECTOR):
                    low, high = max(begin, at), min(begin + SECTOR, at + len(data))
                    if chance.random() < 0.5:
                        _write(content, low, data[low - at : high - at])
        return bytes(content)


@dataclass
class Folder:
    """Names: as the system shows them, as the disk surely has them, and the changes between."""

    cached: dict[str, File | Folder] = field(default_factory=dict)
    durable: dict[str, File | Folder] = field(default_factory=dict)
    waiting: list[dict[str, File | Folder | None]] = field(default_factory=list)

    def change(self, names: dict[str, File | Folder | None]) -> None:
        """Set or, with None, remove names, all of them at once."""
        self._apply(self.cached, names)
        self.waiting.append(names)

    @staticmethod
    def _apply(held: dict[str, File | Folder], names: dict[str, File | Folder | None]) -> None:
        for name, node in names.items():
            if node is None:
                held.pop(name, None)
            else:
                held[name] = node

    def force(self) -> None:
        """Every name reaches the disk."""
        self.durable = dict(self.cached)
        self.waiting.clear()

    def seen(self, model: str, chance: random.Random) -> dict[str, File | Folder]:
        """Give the names that the disk holds after the cut."""
        if model == ALL:
            return self.cached
        held = dict(self.durable)
        if model == RANDOM:
            for names in self.waiting:
                if chance.random() < 0.5:
                    self._apply(held, names)
        return held


class Disk:
    """Everything below one root, which itself is safe."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.top = Folder()
        self._open: dict[int, File | Folder] = {}

    def _find(self, path: str) -> tuple[Folder, str]:
        *above, name = path.removeprefix(self.root).strip("/").split("/")
        folder = self.top
        for part in above:
            inner = folder.cached[part]
            if not isinstance(inner, Folder):
                raise NotADirectoryError(path)
            folder = inner
        return folder, name

    def apply(self, op: Op) -> None:
        """Do what a call did."""
        path = os.fsdecode(op.first) if op.kind not in {WRITE, SYNC, TRUNCATE} else ""
        if op.kind == OPEN:
            self._opened(op, path)
        elif op.kind in {WRITE, TRUNCATE, SYNC}:
            node = self._open[op.fd]
            if op.kind == SYNC:
                node.force()
            elif isinstance(node, File):
                node.change(op.offset, op.first if op.kind == WRITE else None)
        elif op.kind == RENAME:
            folder, name = self._find(path)
            other, new = self._find(os.fsdecode(op.second))
            if other is not folder:
                raise NotImplementedError("a rename between two folders")
            folder.change({name: None, new: folder.cached[name]})
        else:
            folder, name = self._find(path)
            folder.change({name: Folder() if op.kind == MKDIR else None})

    def _opened(self, op: Op, path: str) -> None:
        if path.strip("/") == self.root.strip("/"):
            self._open[op.fd] = self.top
            return
        folder, name = self._find(path)
        node = folder.cached.get(name)
        if node is None:
            node = File()
            folder.change({name: node})
        elif op.offset & os.O_TRUNC and isinstance(node, File) and node.cached:
            node.change(0, None)
        self._open[op.fd] = node

    def shown(self, path: str) -> bytes:
        """Give a file's bytes as the system shows them now."""
        folder, name = self._find(path)
        node = folder.cached[name]
        return bytes(node.cached) if isinstance(node, File) else b""

    def image(self, model: str, chance: random.Random) -> dict[str, bytes | None]:
        """Give everything on the disk after the cut: a file's bytes, None for a folder."""
        image: dict[str, bytes | None] = {}
        waiting = [("", self.top)]
        while waiting:
            inside, folder = waiting.pop()
            for name, node in sorted(folder.seen(model, chance).items()):
                path = f"{inside}{name}"
                if isinstance(node, Folder):
                    image[path] = None
                    waiting.append((f"{path}/", node))
                else:
                    image[path] = node.seen(model, chance)
        return image
