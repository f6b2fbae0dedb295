"""Two journals that say the same, byte for byte: whatever was acknowledged stands in both.

A journal is a file of frames, and each frame names the one before by its hash:

    "TLJ1"  number  length  hash of the frame before  body  hash of all of this
       4       8       4               32            length          32 bytes

Numbers are big-endian. Body: "B" verifier key, newline, the signed head that the journals began
with (frame 0, and only there); "E" count (2 bytes) and a bundle of entries; "H" a signed head.

A frame is one write, and the next is written only after this one was forced to disk in both files.
So at most the last frame of either can be torn by a crash, and behind a torn frame there is none
that is whole. Reading takes at each place the frame that is whole in either journal. It halts where
both are whole and differ, and where a whole frame stands that the chain does not reach.

After a head is published, journals that have grown too long begin anew at it: A is replaced by its
first frame, then B. A crash between the two leaves one that begins later. That one is taken if the
other ends at the head that it begins with, or before it.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from truceline.evidence.errors import DurabilityError, HaltError
from truceline.evidence.folder import sync_directory, write_file
from truceline.evidence.keys import VerifierKey
from truceline.evidence.note import Checkpoint, open_checkpoint
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import LENGTH_SIZE, TILE_WIDTH, decode_bundle, encode_bundle
from truceline.evidence.tree import HASH_SIZE

MAGIC = b"TLJ1"
FRAME = struct.Struct(f">{len(MAGIC)}sQI{HASH_SIZE}s")
NOTHING_BEFORE = bytes(HASH_SIZE)
BEGIN, ENTRIES, HEAD = b"B", b"E", b"H"

Paths = tuple[Path, Path]


def beside(folder: Path) -> Paths:
    """Where the journals of a mission stand if nobody says otherwise: beside it, like its key."""
    return folder.with_name(f"{folder.name}.journal-a"), folder.with_name(
        f"{folder.name}.journal-b"
    )


def paths_of(folder: Path, asked: Paths | None = None) -> Paths:
    """Tell where the journals of a mission stand: as was written down when they began elsewhere.

    Raises:
        HaltError: They are asked for at other places than those: a writer that passed over them
            would give a second statement the place of one that has a receipt.
        FormatError: What was written down cannot be read.
    """
    file = _written_down(folder)
    if not file.exists():
        return asked or beside(folder)
    try:
        a, b = json.loads(file.read_bytes())
        found = Path(a), Path(b)
    except (ValueError, TypeError) as error:
        raise FormatError(f"{file} cannot be read: {error}") from error
    if asked and tuple(path.resolve() for path in asked) != found:
        raise HaltError(f"{file}: the journals are {found[0]} and {found[1]}, not {asked[0]}")
    return found


def write_down(folder: Path, paths: Paths) -> None:
    """Write down that the journals begin elsewhere than beside the mission.

    Raises:
        OSError: It could not be made durable.
    """
    if paths != beside(folder):
        file = _written_down(folder)
        content = json.dumps([str(path.resolve()) for path in paths]).encode()
        write_file(file.parent, file.name, content)


def _written_down(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.journals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame that is whole.

    Attributes:
        number: Frames before it.
        before: Hash of the frame before; zeros for the first.
        body: A letter and what it announces.
        digest: Hash of the frame.
        content: All of its bytes.
    """

    number: int
    before: bytes
    body: bytes
    digest: bytes
    content: bytes


def make_frame(number: int, before: bytes, body: bytes) -> Frame:
    """Put a body into its frame."""
    framed = FRAME.pack(MAGIC, number, len(body), before) + body
    digest = sha256(framed).digest()
    return Frame(number=number, before=before, body=body, digest=digest, content=framed + digest)


def frame_at(content: bytes, at: int) -> Frame | None:
    """Read the frame that begins at a place; None if no whole one does."""
    if len(content) < at + FRAME.size:
        return None
    magic, number, length, before = FRAME.unpack_from(content, at)
    end = at + FRAME.size + length + HASH_SIZE
    if magic != MAGIC or end > len(content):
        return None
    frame = make_frame(number, before, content[at + FRAME.size : end - HASH_SIZE])
    return frame if frame.content == content[at:end] else None


def merge(names: Sequence[str], contents: Sequence[bytes]) -> list[Frame]:
    """Give the longest chain of frames that the copies hold together.

    Args:
        names: What the copies are called, for the error.
        contents: Their bytes; what is damaged in one is taken from the other.

    Raises:
        HaltError: Two histories, or a whole frame that the chain does not reach.
    """
    chain: list[Frame] = []
    at, before = 0, NOTHING_BEFORE
    while True:
        found = [frame_at(content, at) for content in contents]
        fit = [one for one in found if one and (one.number, one.before) == (len(chain), before)]
        if not fit:
            break
        if any(other.digest != fit[0].digest for other in fit):
            raise HaltError(
                f"{' and '.join(names)}: frame {len(chain)} at byte {at} is whole in both and not "
                "the same: two histories"
            )
        chain.append(fit[0])
        at, before = at + len(fit[0].content), fit[0].digest
    merged = b"".join(frame.content for frame in chain)
    for name, content in zip(names, contents, strict=True):
        intact = content.startswith(merged)
        for place, frame in _whole_frames(content, len(merged) if intact else 0):
            if frame.number >= len(chain) or frame.digest != chain[frame.number].digest:
                raise HaltError(
                    f"{name}: frame {frame.number} at byte {place} is whole, but the chain of both "
                    f"journals ends before it, after {len(chain)} frames: put a good copy in place"
                )
    return chain


def _whole_frames(content: bytes, start: int) -> Iterator[tuple[int, Frame]]:
    at = content.find(MAGIC, start)
    while at >= 0:
        frame = frame_at(content, at)
        if frame:
            yield at, frame
        at = content.find(MAGIC, at + (len(frame.content) if frame else 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the journals say.

    Attributes:
        first: Index in the log of the first entry.
        entries: In their order.
        digests: For each entry the hash of the frame that holds it.
        heads: Every head that was signed, the one they began with first.
        older: Heads that only the journal held which had not begun anew when the other had.
        frames: The chain itself.
        damaged: Journals that lack something that the other has, or have a torn end.
    """

    first: int
    entries: tuple[bytes, ...]
    digests: tuple[bytes, ...]
    heads: tuple[Checkpoint, ...]
    older: tuple[Checkpoint, ...]
    frames: tuple[Frame, ...]
    damaged: tuple[Path, ...]

    @property
    def content(self) -> bytes:
        """What both files hold when they are whole."""
        return b"".join(frame.content for frame in self.frames)


def read_journals(paths: Paths, key: VerifierKey) -> Told | None:
    """Read and merge the journals of a log without changing them; None if there are none.

    Raises:
        HaltError: They do not fit together, or are of another log.
        OSError: One cannot be read.
    """
    if not any(path.exists() for path in paths):
        return None
    contents = [path.read_bytes() if path.exists() else b"" for path in paths]
    firsts = [frame_at(content, 0) for content in contents]
    begun = [
        _listen(str(path), [first], key)
        for path, first in zip(paths, firsts, strict=True)
        if first and (first.number, first.before) == (0, NOTHING_BEFORE)
    ]
    older: tuple[Checkpoint, ...] = ()
    read = list(zip(map(str, paths), contents, strict=True))
    if len(begun) == len(paths) and begun[0].heads[0].size != begun[1].heads[0].size:
        early, late = sorted((0, 1), key=lambda at: begun[at].heads[0].size)
        older = _ended(read[early], begun[late].heads[0], key)
        read = [read[late]]
    names = [name for name, _ in read]
    frames = merge(names, [content for _, content in read])
    if not frames:
        raise HaltError(f"{names[0]}: no whole frame at byte 0, and none in {names[-1]}")
    heard = _listen(names[0], frames, key)
    merged = b"".join(frame.content for frame in frames)
    return Told(
        first=heard.heads[0].size,
        entries=tuple(heard.entries),
        digests=tuple(heard.digests),
        heads=tuple(heard.heads),
        older=older,
        frames=tuple(frames),
        damaged=tuple(
            path
            for path, content in zip(paths, contents, strict=True)
            if content != merged or not path.exists()
        ),
    )


@dataclass(slots=True)
class _Heard:
    entries: list[bytes] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    heads: list[Checkpoint] = field(default_factory=list)


def _ended(
    journal: tuple[str, bytes], begun: Checkpoint, key: VerifierKey
) -> tuple[Checkpoint, ...]:
    """Give the heads of a journal that ended where the other one begins anew, or before.

    Raises:
        HaltError: It says something that the other one lacks.
    """
    name, content = journal
    heard = _listen(name, merge([name], [content]), key)
    end = heard.heads[0].size + len(heard.entries)
    if end > begun.size:
        raise HaltError(
            f"{name}: goes on to entry {end - 1}, but the other journal begins anew at a head of "
            f"{begun.size}: one of them is not of this time"
        )
    return tuple(heard.heads)


def _listen(name: str, frames: Sequence[Frame], key: VerifierKey) -> _Heard:
    heard = _Heard()
    for frame in frames:
        try:
            _hear(frame, key, heard)
        except FormatError as error:
            # Its hash is right, so it was written like this: no other copy can help.
            raise HaltError(f"{name}: frame {frame.number} {error}") from error
    return heard


def _hear(frame: Frame, key: VerifierKey, heard: _Heard) -> None:
    kind, rest = frame.body[:1], frame.body[1:]
    if (kind == BEGIN) != (frame.number == 0):
        raise FormatError("does not begin the journal, or begins it twice")
    if kind == ENTRIES:
        width = int.from_bytes(rest[:LENGTH_SIZE], "big")
        heard.entries += decode_bundle(rest[LENGTH_SIZE:], width)
        heard.digests += [frame.digest] * width
        return
    if kind == BEGIN:
        named, _, rest = rest.partition(b"\n")
        if named != str(key).encode():
            raise FormatError(f"is of the log {named[:200]!r}, not of {key}")
    elif kind != HEAD:
        raise FormatError(f"has a body of kind {kind!r}")
    head, heads = open_checkpoint(rest, key), heard.heads
    if heads and not heads[-1].size < head.size <= heads[0].size + len(heard.entries):
        raise FormatError(f"signs size {head.size} out of order")
    heads.append(head)


class Journals:
    """Both journals, open for the one writer who holds the mission's lock."""

    def __init__(self, paths: Paths, told: Told) -> None:
        self._paths = paths
        self._head = told.heads[-1]
        self._number = len(told.frames)
        self._digest = told.frames[-1].digest
        self._end = sum(len(frame.content) for frame in told.frames)
        self._files = [os.open(path, os.O_RDWR) for path in paths]
        self._aside = ThreadPoolExecutor(1, "journal-b")

    @classmethod
    def begin(cls, paths: Paths, key: VerifierKey, note: bytes) -> Journals:
        """Start both journals at a signed head.

        Raises:
            HaltError: One is there already.
            DurabilityError: They could not be made durable.
        """
        for path in paths:
            if path.exists():
                raise HaltError(f"{path}: is there already")
        return cls(paths, _write(paths, paths, _first(key, note).content, key))

    @property
    def size(self) -> int:
        """Bytes in each of them."""
        return self._end

    def begin_anew(self, key: VerifierKey, note: bytes) -> Journals:
        """Replace both by the first frame of journals that begin at the last head, A before B.

        Everything they held stands under that head, which is published. These are closed.

        Raises:
            HaltError: Somebody else wrote to a journal.
            DurabilityError: The new ones could not be made durable.
        """
        self._insist_on_end()
        self.close()
        return Journals(
            self._paths, _write(self._paths, self._paths, _first(key, note).content, key)
        )

    @classmethod
    def heal(cls, paths: Paths, told: Told, key: VerifierKey) -> Journals:
        """Bring both journals to what they say together, and open them.

        Raises:
            DurabilityError: They could not be made durable.
        """
        if told.damaged:
            told = _write(paths, told.damaged, told.content, key)
        journals = cls(paths, told)
        try:
            journals._write_last_again(told.frames[-1])
        except BaseException:
            journals.close()
            raise
        return journals

    def _write_last_again(self, last: Frame) -> None:
        """Force the last frame to disk: who died after it may have left it in the cache only."""
        self._put(last.content, self._end - len(last.content))
        try:
            for path in self._paths:
                sync_directory(path.parent)
        except OSError as error:
            raise DurabilityError(f"{self._paths[0]}, {self._paths[1]}: {error}") from error

    def close(self) -> None:
        """Give the files back."""
        self._aside.shutdown()
        for file in self._files:
            os.close(file)
        self._files = []

    def append_entries(self, entries: Sequence[bytes]) -> bytes:
        """Make entries durable in both journals, 1 to 256 in one frame.

        Returns:
            Hash of the frame.

        Raises:
            DurabilityError: They are not known to be on both disks.
            HaltError: Somebody else wrote to a journal.
        """
        width = len(entries).to_bytes(LENGTH_SIZE, "big")
        return self._append(ENTRIES + width + encode_bundle(entries))

    def append_head(self, head: Checkpoint, note: bytes) -> None:
        """Make a signed head durable before anybody can see it: one root for each size, ever.

        Raises:
            HaltError: The journals hold a head of this size or a later one, and it is another.
            DurabilityError: It is not known to be on both disks.
        """
        if head == self._head:
            return
        if head.size <= self._head.size:
            raise HaltError(f"{self._paths[0]}: holds a head of size {self._head.size} already")
        self._append(HEAD + note)
        self._head = head

    def _append(self, body: bytes) -> bytes:
        self._insist_on_end()
        frame = make_frame(self._number, self._digest, body)
        self._put(frame.content, self._end)
        self._number, self._digest = self._number + 1, frame.digest
        self._end += len(frame.content)
        return frame.digest

    def _insist_on_end(self) -> None:
        """Compare before writing: who finds another end than he left is not the only writer."""
        for path, file in zip(self._paths, self._files, strict=True):
            try:
                found, ours = path.stat(), os.fstat(file)
            except OSError as error:
                raise HaltError(f"{path}: cannot be looked at: {error}") from error
            if (found.st_dev, found.st_ino) != (ours.st_dev, ours.st_ino):
                raise HaltError(f"{path}: is another file now: written by another")
            if ours.st_size != self._end:
                raise HaltError(
                    f"{path}: ends at byte {ours.st_size}, not {self._end}: written by another"
                )

    def _put(self, content: bytes, at: int) -> None:
        try:
            for file in self._files:
                _write_all(file, content, at)
            self._force()
        except OSError as error:
            raise DurabilityError(f"{self._paths[0]}, {self._paths[1]}: {error}") from error

    def _force(self) -> None:
        """Force both to disk at the same time, and come back when both have answered."""
        b = self._aside.submit(os.fdatasync, self._files[1])
        try:
            os.fdatasync(self._files[0])
        finally:
            # A file that is still being forced must not be closed.
            wait([b])
        b.result()


def _first(key: VerifierKey, note: bytes) -> Frame:
    return make_frame(0, NOTHING_BEFORE, BEGIN + f"{key}\n".encode() + note)


def _write(paths: Paths, wrong: Sequence[Path], content: bytes, key: VerifierKey) -> Told:
    """Put the same bytes into the files that lack them, one after the other, and read back."""
    try:
        for path in wrong:
            write_file(path.parent, path.name, content)
    except OSError as error:
        raise DurabilityError(f"{paths[0]}, {paths[1]}: {error}") from error
    told = read_journals(paths, key)
    if told is None or told.damaged or told.content != content:
        raise DurabilityError(f"{paths[0]}, {paths[1]}: read back otherwise than written")
    return told


def _write_all(file: int, content: bytes, at: int) -> None:
    done = 0
    while done < len(content):
        done += os.pwrite(file, content[done:], at + done)


def groups(entries: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Part entries into what fits into one frame each."""
    for at in range(0, len(entries), TILE_WIDTH):
        yield entries[at : at + TILE_WIDTH]
