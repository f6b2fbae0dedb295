"""Eight ways to lose evidence, put into the write path to see that the campaign finds each.

Each is one thing that a hurried hand could leave out. Six are found by cutting the power; two (what
was read back is not compared; the head is not compared before it is moved) only by a disk that
changes a byte on its way, and by a second writer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from truceline.evidence import folder as place
from truceline.evidence import journal, ledger
from truceline.evidence.edge import Edge
from truceline.evidence.note import Checkpoint, sign_note


def _put_forcing(which: int) -> Callable[..., None]:
    def put(self: journal.Journals, content: bytes, at: int) -> None:
        for file in self._files:
            os.pwrite(file, content, at)
        os.fdatasync(self._files[which])

    return put


def no_fdatasync_on_a() -> None:
    """Journal A is written and never forced."""
    setattr(journal.Journals, "_put", _put_forcing(1))  # noqa: B010


def no_fdatasync_on_b() -> None:
    """Journal B is written and never forced."""
    setattr(journal.Journals, "_put", _put_forcing(0))  # noqa: B010


def ack_before_write() -> None:
    """The workload tells of a receipt before it has one: see `workload.acknowledge_early`."""


def no_directory_fsync() -> None:
    """Names are never forced to disk."""
    for module in (place, journal):
        setattr(module, "sync_directory", lambda _path: None)  # noqa: B010


def no_tmp_fsync() -> None:
    """A file is renamed into place before its bytes are on disk."""

    def write_file(folder: Path, name: str, content: bytes) -> None:
        path = folder / name
        place.make_directories(path.parent)
        part = path.with_name(f"{path.name}.tmp")
        part.write_bytes(content)
        part.replace(path)
        place.sync_directory(path.parent)

    for module in (place, journal):
        setattr(module, "write_file", write_file)  # noqa: B010


def publish_before_store() -> None:
    """The head is signed and published, and only then the tiles are written."""
    honest = ledger.Ledger._write_tiles

    def write_tiles(self: ledger.Ledger, entries: list[bytes], leaves: list[bytes]) -> None:
        edge = self._tree.edge.copy()
        edge.extend(leaves)
        head = Checkpoint(origin=self.key.name, size=edge.size, root=edge.root)
        signer = self._insist_on_writer()
        self._note = sign_note(head.text, signer)
        place.write_file(self.folder, place.CHECKPOINT, self._note)
        honest(self, entries, leaves)

    setattr(ledger.Ledger, "_write_tiles", write_tiles)  # noqa: B010


def head_without_reading_back() -> None:
    """The head is signed over what should be on disk."""

    def read_back(self: ledger.Ledger, leaves: list[bytes]) -> Edge:
        edge = self._tree.edge.copy()
        edge.extend(leaves)
        return edge

    setattr(ledger.Ledger, "_read_back", read_back)  # noqa: B010


def no_compare_and_swap() -> None:
    """Nobody looks whether the journals and the head are still as they were left."""
    setattr(journal.Journals, "_insist_on_end", lambda _self: None)  # noqa: B010

    def sign_head(self: ledger.Ledger, edge: Edge, signer: object) -> Checkpoint:
        head = self.folder / place.CHECKPOINT
        self._note = head.read_bytes() if head.exists() else b""
        return honest(self, edge, signer)  # type: ignore[arg-type]

    honest = ledger.Ledger._sign_head
    setattr(ledger.Ledger, "_sign_head", sign_head)  # noqa: B010


MUTANTS: Mapping[str, Callable[[], None]] = {
    "no fdatasync on journal A": no_fdatasync_on_a,
    "no fdatasync on journal B": no_fdatasync_on_b,
    "receipt before write": ack_before_write,
    "no directory fsync": no_directory_fsync,
    "no fsync before rename": no_tmp_fsync,
    "head published before tiles are stored": publish_before_store,
    "head signed without reading back": head_without_reading_back,
    "no compare-and-swap": no_compare_and_swap,
}
