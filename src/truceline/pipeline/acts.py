"""The acts of a log, in its order: signed and handed in, and read back as `Act`s.

    <mission>.acts    what was read so far, so that the next look reads only what is new

It stands beside the mission, holds nothing that the log does not hold, and can be deleted at any
time. The instant that counts for an act is the latest that was signed in any act up to it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path

from truceline.evidence.folder import CHECKPOINT
from truceline.evidence.keys import VerifierKey
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.receipt import Receipt
from truceline.evidence.registry import Disputed, Registry
from truceline.evidence.statement import TEMPORARY, Statement
from truceline.evidence.strict import FormatError
from truceline.pipeline.checked import check, check_ahead
from truceline.pipeline.documents import Stated, document_in, weighed
from truceline.pipeline.key import signing_key
from truceline.pipeline.saying import DoorOfLog, Speaker, door_at, say
from truceline.records.act import Act
from truceline.records.canonical import Json

KEPT_VERSION = 2
# Reading so many entries again costs less than a second.
KEPT_AFTER = 4096
ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def act_body(name: str, about: str, detail: Mapping[str, Json]) -> dict[str, Json]:
    """Give the body of an act's statement."""
    return {"name": name, "about": about, "detail": dict(detail)}


def sign_act(
    door: DoorOfLog,
    speaker: Speaker,
    name: str,
    about: str,
    detail: Mapping[str, Json],
    *,
    now_us: int,
) -> Receipt:
    """Sign an act and hand it in; the receipt's `statement` is the act's id.

    Raises:
        As `saying.say`.
    """
    return say(door, speaker, "act", act_body(name, about, detail), now_us=now_us)


def hand_in_act(
    to: str,
    name: str,
    about: str,
    detail: Mapping[str, Json],
    *,
    key: Path,
    log_key: str,
    actor: str = "",
) -> Receipt:
    """Sign an act for the log at a URL, or of a mission on this machine.

    Args:
        to: URL of the log's door, or its mission folder.
        name: What is done, for example "case.open".
        about: Id of the act that it is about; "" for what opens something new.
        detail: What it says.
        key: File with the secret of who acts.
        log_key: Verifier key of the log, had from elsewhere.
        actor: Name under which the log knows him, if it does not stand beside his key.

    Raises:
        As `saying.say`; and LedgerError: the mission cannot be written.
    """
    speaker = Speaker(key=key, signer=signing_key(key, actor), log=VerifierKey.read(log_key))
    with closing(door_at(to)) as door:
        return sign_act(door, speaker, name, about, detail, now_us=time.time_ns() // 1000)


def acts_of(ledger: Ledger) -> Iterator[Act]:
    """Give the acts of a log in its order, each checked as verification would.

    Raises:
        LedgerError: The log is damaged.
    """
    read = ActReader(ledger.key)
    read.take(ledger.entries())
    return iter(read.acts)


class ActReader:
    """The acts among entries that are read in order, from whichever place they come.

    Attributes:
        registry: Who may speak, as far as was read.
        acts: The acts so far.
        documents: What was stated of documents so far, in the log's order.
    """

    def __init__(self, log: VerifierKey) -> None:
        self.registry = Registry(log)
        self.acts: list[Act] = []
        self.documents: list[Stated] = []
        self._disputed: tuple[Disputed, ...] = ()

    def take(
        self, entries: Iterable[bytes], heard: Callable[[Statement], None] = lambda _: None
    ) -> int:
        """Take the next entries.

        Args:
            entries: As they stand in the log.
            heard: Told every statement, whatever its kind.

        Returns:
            The first place in `acts` where something is new: a key that is said to have been stolen
            makes acts of long ago disputed. The length of `acts` if nothing is.

        Raises:
            LedgerError: An entry is not signed by whom it must be, or does not follow.
        """
        first, key_of = len(self.acts), self.registry.key_of
        for entry, found in check_ahead(entries, self._keys):
            index = self.registry.size
            try:
                if found is None or found.key != key_of(found.statement.actor):
                    found = check(entry, key_of)  # noqa: PLW2901 - settled here
                statement = found.statement
                self.registry.take(index, statement, found.sha256)
            except FormatError as error:
                raise LedgerError(f"entry {index}: {error}") from error
            heard(statement)
            if statement.kind == "act":
                self.acts.append(self._act(index, found.sha256, statement))
            elif (one := document_in(index, statement, self.registry.log.name)) is not None:
                self.documents.append(one)
        return min(first, self._mark())

    def _keys(self) -> dict[str, VerifierKey]:
        """Give the keys that actors have now."""
        log = self.registry.log
        granted = (one.key for one in self.registry.grants if one.ended_at is None)
        return {log.name: log} | {key.name: key for key in granted}

    def _act(self, index: int, sha256: str, statement: Statement) -> Act:
        body = statement.body
        detail = body["detail"]
        before = self.acts[-1].at_us if self.acts else statement.signed_us
        return Act(
            id=sha256,
            index=index,
            actor=statement.actor,
            name=str(body["name"]),
            about=str(body["about"]),
            signed_us=statement.signed_us,
            at_us=max(before, statement.signed_us),
            detail=detail if isinstance(detail, dict) else {},
        )

    def _mark(self) -> int:
        """Mark what is disputed now; give the first place that changed."""
        disputed = self.registry.disputed
        first = len(self.acts)
        if disputed == self._disputed:
            return first
        self._disputed = disputed
        doubted = {one.actor for one in disputed}
        for place, act in enumerate(self.acts):
            if act.disputed or act.actor not in doubted:
                continue
            if self.registry.is_disputed(act.index, act.actor):
                self.acts[place] = replace(act, disputed=True)
                first = min(first, place)
        return first

    def state(self) -> Iterator[Json]:
        """Give everything as lines of JSON: the registry, the documents, then one act each."""
        yield self.registry.state()
        yield [asdict(one) for one in self.documents]
        for act in self.acts:
            yield {name: getattr(act, name) for name in Act.__slots__}

    @classmethod
    def from_state(cls, log: VerifierKey, lines: Iterator[Json]) -> ActReader:
        """Make the reader that gave a state.

        Raises:
            FormatError: It is none, or of another log.
        """
        reader = cls(log)
        reader.registry = Registry.from_state(log, next(lines, None))
        reader._disputed = reader.registry.disputed
        try:
            documents = next(lines, None)
            reader.documents = [Stated(**one) for one in documents]  # type: ignore[arg-type, union-attr]
            reader.acts = [Act(**line) for line in lines]  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise FormatError(f"is no act and no document that was kept: {error}") from error
        return reader


class ActLog:
    """The acts of one mission, read once; each later look reads what is new.

    Attributes:
        folder: The mission folder.
        acts: Its acts, in the order of its log.
        rewritten: How often an act that had been read became another: disputed, or of another log.
            What was made of the acts before holds no more then.
    """

    def __init__(self, folder: Path) -> None:
        """Take what was kept from the last time, if it is of this log; else read all."""
        self.folder = folder
        self.rewritten = 0
        self._reader: ActReader | None = None
        self._root = b""
        self._head = b""
        self._kept = 0
        self.refresh()

    @property
    def acts(self) -> list[Act]:
        """The acts so far, in the log's order."""
        return [] if self._reader is None else self._reader.acts

    @property
    def documents(self) -> tuple[Stated, ...]:
        """The documents that the log states, as `documents.stated_documents` gives them."""
        reader = self._reader
        return () if reader is None else weighed(reader.documents, reader.registry)

    @property
    def size(self) -> int:
        """Entries that were read, acts or not."""
        return 0 if self._reader is None else self._reader.registry.size

    @property
    def name(self) -> str:
        """Name of the log's own key; "" before the first entry."""
        return "" if self._reader is None else self._reader.registry.log.name

    @property
    def head(self) -> bytes:
        """The signed head up to which was read; empty before the first."""
        return self._head

    def refresh(self) -> int:
        """Read what is new in the log.

        Returns:
            The first place in `acts` where something is new; 0 if the log is another one.

        Raises:
            LedgerError: The folder is no mission, or its log is damaged.
        """
        if self._reader and self._head == _head_of(self.folder):
            return len(self.acts)
        with Ledger.open(self.folder) as ledger:
            reader = self._reader or self._kept_reader(ledger)
            if self._reader and not _is_past(self._reader, self._root, ledger):
                reader = ActReader(ledger.key)
            known = len(self.acts)
            first = reader.take(ledger.entries(reader.registry.size))
            if self._reader is not reader:
                first = 0
            self.rewritten += first < known
            self._reader = reader
            self._root, self._head = ledger.root_at(ledger.size), ledger.note
            self._keep()
        return first

    def _kept_reader(self, ledger: Ledger) -> ActReader:
        path = kept_acts(self.folder)
        if path.exists():
            with suppress(OSError, ValueError, TypeError, FormatError):
                with path.open(encoding="utf-8") as file:
                    lines = (json.loads(line) for line in file)
                    version, count, root = next(lines, ["", 0, ""])
                    reader = ActReader.from_state(ledger.key, lines)
                is_whole = version == KEPT_VERSION and len(reader.acts) == count
                if is_whole and _is_past(reader, bytes.fromhex(str(root)), ledger):
                    self._kept = reader.registry.size
                    return reader
        return ActReader(ledger.key)

    def _keep(self) -> None:
        """Keep what was read, if reading it again would take long."""
        reader = self._reader
        # All of it is written anew, so the longer it is the more has to be new.
        if reader is None or reader.registry.size - self._kept < max(KEPT_AFTER, self._kept // 4):
            return
        head: Json = [KEPT_VERSION, len(reader.acts), self._root.hex()]
        path = kept_acts(self.folder)
        beside = path.with_name(f"{path.name}{TEMPORARY}")
        # It is only a cache: a disk that is full must not stop who reads.
        with suppress(OSError):
            with beside.open("w", encoding="utf-8") as file:
                file.writelines(
                    f"{ENCODER.encode(line)}\n" for line in chain([head], reader.state())
                )
            beside.replace(path)
            self._kept = reader.registry.size


def kept_acts(mission: Path) -> Path:
    """Where the acts that were read are kept, beside the mission."""
    whole = mission.resolve()
    return whole.with_name(f"{whole.name}.acts")


def _head_of(folder: Path) -> bytes:
    """Read the head as it stands, whoever signed it: to see whether anything is new."""
    try:
        return (folder / CHECKPOINT).read_bytes()
    except OSError:
        return b""


def _is_past(reader: ActReader, root: bytes, ledger: Ledger) -> bool:
    size = reader.registry.size
    return size <= ledger.size and ledger.root_at(size) == root
