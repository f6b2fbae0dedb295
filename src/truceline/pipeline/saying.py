"""Say something in somebody else's log, with a key of one's own, and keep what was signed.

Who speaks numbers his own statements and names the one before. He keeps both beside his key and
never asks the log for them: a log that lied about them could make him contradict himself.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

from truceline.evidence.folder import write_file
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.note import Checkpoint, open_checkpoint
from truceline.evidence.receipt import Receipt, read_receipt
from truceline.evidence.statement import Statement, claimed, write_entry
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.evidence.tiles import encode_bundle
from truceline.pipeline.door import Door
from truceline.records.canonical import Json, canonical

Plain = dict[str, Any]
TIMEOUT_S = 60.0
FIELDS = {"log", "seq", "sha256", "entry", "checkpoint", "receipt"}


class ContributeError(Exception):
    """The log did not take what was handed in; the message says why."""


class DoorOfLog(Protocol):
    """Where a log takes entries: `pipeline.door.Door` here, `RemoteDoor` elsewhere."""

    def contribute(self, entry: bytes, document: bytes) -> Plain:
        """Take an entry and the document that it is about."""
        ...

    def admit(self, entries: Sequence[bytes]) -> list[Plain]:
        """Take entries that have no documents; one answer each."""
        ...

    def next_of(self, actor: str) -> Plain:
        """Tell what the log would take next of an actor, and its head."""
        ...


class RemoteDoor:
    """The door of a log on the network."""

    def __init__(self, url: str) -> None:
        """Name where it is: `truceline ledger serve` prints it."""
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_S)

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def contribute(self, entry: bytes, document: bytes) -> Plain:
        """Send an entry and the document that it is about."""
        return self._asked("POST", "/contribute", content=encode_bundle([entry]) + document)

    def admit(self, entries: Sequence[bytes]) -> list[Plain]:
        """Send entries that have no documents."""
        answers = self._asked("POST", "/add", content=encode_bundle(entries)).get("answers")
        if not isinstance(answers, list) or len(answers) != len(entries):
            raise ContributeError(f"{self._client.base_url}: {len(entries)} were not answered")
        return answers

    def next_of(self, actor: str) -> Plain:
        """Ask for the head, and what the log would take next."""
        return self._asked("GET", "/next", params={"actor": actor})

    def _asked(self, method: str, path: str, **what: Any) -> Plain:  # noqa: ANN401 - httpx's own
        try:
            answer = self._client.request(method, path, **what)
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ContributeError(f"{self._client.base_url}{path}: {error}") from error
        if (answer.is_error and path != "/next") or not isinstance(said, dict):
            raise ContributeError(f"{self._client.base_url}{path}: {answer.text[:200]}")
        return said


def door_at(to: str) -> Door | RemoteDoor:
    """Open the door of a log: at a URL, or of a mission folder on this machine.

    Raises:
        LedgerError: The mission cannot be written.
    """
    if to.startswith(("http://", "https://")):
        return RemoteDoor(to)
    return Door(Path(to).resolve())


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who speaks, and in which log.

    Attributes:
        key: File with his secret; what he said last stands beside it.
        signer: The secret, with his name.
        log: The log's key, had from elsewhere.
    """

    key: Path
    signer: SigningKey
    log: VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody said last to a log.

    Attributes:
        log: Key of the log.
        seq: Number of the statement.
        sha256: Hash of its payload, in hex: the next one's `prev`.
        entry: The signed entry, to hand it in again.
        checkpoint: The log's head that was seen last; "" if there was none.
        receipt: The log's word for it; "" if none came back yet.
    """

    log: str
    seq: int
    sha256: str
    entry: bytes
    checkpoint: str
    receipt: str


def said_file(key: Path) -> Path:
    """Where somebody keeps what he said last, beside his key."""
    return key.with_name(f"{key.name}.said")


def read_said(key: Path) -> Said | None:
    """Read what was said last; None before the first statement.

    Raises:
        FormatError: The file is damaged: another number would be a contradiction, so nothing is
            signed until it is put back.
    """
    path = said_file(key)
    if not path.exists():
        return None
    try:
        said = json.loads(path.read_bytes())
        if set(said) != FIELDS:
            raise FormatError(f"{path} has not its fields")
        return Said(**{**said, "entry": decode_base64(said["entry"])})
    except (ValueError, TypeError) as error:
        raise FormatError(f"{path} cannot be read: {error}; put a good copy in place") from error


def say(
    door: DoorOfLog,
    speaker: Speaker,
    kind: str,
    body: Mapping[str, Json],
    *,
    now_us: int,
    document: bytes | None = None,
) -> Receipt:
    """Sign a statement, hand it in, and check the receipt.

    What was signed before and has no receipt yet is handed in again first.

    Args:
        door: The log's door.
        speaker: Who speaks, and in which log.
        kind: Kind of the statement.
        body: What it says.
        now_us: Now, as the speaker's clock has it.
        document: The bytes that an `original` is about; None for other kinds.

    Raises:
        ContributeError: The log refuses, or answers with no receipt; or another process of the
            speaker is signing; or what he said last is not beside his key.
        FormatError: The body is not of its kind, or the log's head is older than one that was seen
            before.
        OSError: The key cannot be read.
    """
    key, signer, log = speaker.key, speaker.signer, speaker.log
    with _alone(key):
        said = read_said(key)
        if said and said.log != str(log):
            raise FormatError(f"{said_file(key)} is of the log {said.log}; use one key for one log")
        if said and not said.receipt:
            _hand_in(door, said, speaker)
        seen = open_checkpoint(said.checkpoint.encode(), log) if said and said.checkpoint else None
        note, taken = _head_of(door, signer.name)
        if said is None and taken:
            raise ContributeError(
                f"{log.name} has {taken} statements of {signer.name}, and {said_file(key)} is not "
                "there: whoever signs again under their numbers contradicts himself"
            )
        statement = Statement(
            kind=kind,
            actor=signer.name,
            seq=said.seq + 1 if said else 0,
            prev=said.sha256 if said else None,
            anchor=_newer(open_checkpoint(note.encode(), log), seen),
            signed_us=now_us,
            body=body,
        )
        now_said = Said(
            log=str(log),
            seq=statement.seq,
            sha256=statement.sha256,
            entry=write_entry(statement, signer),
            checkpoint=note,
            receipt="",
        )
        # Before anybody sees it: whoever signs twice under one number contradicts himself.
        if document is not None:
            waiting = _waiting_document(key)
            write_file(waiting.parent, waiting.name, document)
        _keep(key, now_said)
        return _hand_in(door, now_said, speaker)


@contextmanager
def _alone(key: Path) -> Iterator[None]:
    """Keep other processes from signing with the same key meanwhile."""
    with key.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ContributeError(f"another process is signing with {key}") from error
        yield


def _waiting_document(key: Path) -> Path:
    """Where the document of a statement without receipt is kept."""
    return key.with_name(f"{key.name}.document")


def _head_of(door: DoorOfLog, actor: str) -> tuple[str, int]:
    """Ask for the log's head, and how many statements of the actor it has."""
    answer = door.next_of(actor)
    if "checkpoint" not in answer:
        raise ContributeError(f"the log does not let {actor} speak: {answer.get('error')}")
    taken = answer.get("seq")
    return str(answer["checkpoint"]), taken if isinstance(taken, int) else 0


def _newer(head: Checkpoint, seen: Checkpoint | None) -> Checkpoint:
    if seen and (head.size < seen.size or (head.size == seen.size and head.root != seen.root)):
        raise FormatError(
            f"{head.origin} shows a head of size {head.size}, after one of size {seen.size}: keep "
            "both and ask a mirror"
        )
    return head


def _hand_in(door: DoorOfLog, said: Said, speaker: Speaker) -> Receipt:
    waiting = _waiting_document(speaker.key)
    if claimed(said.entry).kind == "original":
        answer = door.contribute(said.entry, waiting.read_bytes())
    else:
        answer = door.admit([said.entry])[0]
    name = speaker.log.name
    if "receipt" not in answer:
        raise ContributeError(f"{name} refuses statement {said.seq}: {answer.get('refused')}")
    receipt = read_receipt(str(answer["receipt"]).encode(), speaker.log)
    if receipt.statement != said.sha256:
        raise ContributeError(f"{name} gave a receipt for another statement than {said.seq}")
    _keep(speaker.key, Said(**{**_fields(said), "receipt": receipt.note.decode()}))
    waiting.unlink(missing_ok=True)
    return receipt


def _fields(said: Said) -> Plain:
    return {name: getattr(said, name) for name in FIELDS}


def _keep(key: Path, said: Said) -> None:
    path = said_file(key)
    write_file(
        path.parent, path.name, canonical({**_fields(said), "entry": encode_base64(said.entry)})
    )
