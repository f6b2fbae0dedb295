"""Hand a signed document to somebody else's log, and keep what was signed.

A contributor numbers his own statements and names the one before. He keeps both beside his key and
never asks the log for them: a log that lied about them could make him contradict himself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import httpx

from truceline.evidence.folder import write_file
from truceline.evidence.keys import VerifierKey
from truceline.evidence.note import Checkpoint, open_checkpoint
from truceline.evidence.receipt import Receipt, read_receipt
from truceline.evidence.statement import Statement, write_entry
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.evidence.tiles import encode_bundle
from truceline.feeds import FEEDS
from truceline.feeds.gather import feed_of
from truceline.pipeline.door import Door
from truceline.pipeline.key import signing_key
from truceline.pipeline.seal import MissionError
from truceline.records.canonical import canonical

Plain = dict[str, Any]
TIMEOUT_S = 60.0
FIELDS = {"log", "seq", "sha256", "entry", "checkpoint", "receipt"}


class ContributeError(Exception):
    """The log did not take what was handed in; the message says why."""


class DoorOfLog(Protocol):
    """Where a log takes entries: `pipeline.door.Door` here, `RemoteDoor` elsewhere."""

    def keep(self, document: bytes) -> Plain:
        """Hold a document until a statement names it."""
        ...

    def admit(self, entries: Sequence[bytes]) -> list[Plain]:
        """Take entries; one answer each."""
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

    def keep(self, document: bytes) -> Plain:
        """Send a document."""
        return self._asked("POST", "/document", content=document)

    def admit(self, entries: Sequence[bytes]) -> list[Plain]:
        """Send entries."""
        answers = self._asked("POST", "/add", content=encode_bundle(entries))["answers"]
        return list(answers)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a contributor said last to a log.

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
    """Where a contributor keeps what he said last, beside his key."""
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


def contribute(
    door: DoorOfLog,
    document: Path,
    name: str,
    *,
    key: Path,
    actor: str,
    log_key: str,
    now_us: int,
) -> Receipt:
    """Sign that a document was received, hand both in, and check the receipt.

    What was signed before and has no receipt yet is handed in again first.

    Args:
        door: The log's door.
        document: File with the bytes as they were received.
        name: Path under which a feed reads such a document, for example "firms/day.csv".
        key: The contributor's key file.
        actor: Name under which the log knows him, if it does not stand beside his key.
        log_key: Verifier key of the log, had from elsewhere.
        now_us: Now, as the contributor's clock has it.

    Raises:
        MissionError: No feed reads documents of this name.
        ContributeError: The log refuses, or answers with no receipt.
        FormatError: A key is none, or the log's head is older than one that was seen before.
        OSError: The document or the key cannot be read.
    """
    log = VerifierKey.read(log_key)
    signer = signing_key(key, actor)
    content = document.read_bytes()
    feed = feed_of(name, FEEDS)
    if feed is None:
        raise MissionError(f"no feed reads a document named {name!r}")
    said = read_said(key)
    if said and said.log != log_key:
        raise FormatError(f"{said_file(key)} is of the log {said.log}; use one key for one log")
    if said and not said.receipt:
        _hand_in(door, said, key, log)
    seen = open_checkpoint(said.checkpoint.encode(), log) if said and said.checkpoint else None
    note = _head_of(door, signer.name)
    statement = Statement(
        kind="original",
        actor=signer.name,
        seq=said.seq + 1 if said else 0,
        prev=said.sha256 if said else None,
        anchor=_newer(open_checkpoint(note.encode(), log), seen),
        signed_us=now_us,
        body={
            "sha256": sha256(content).hexdigest(),
            "size": len(content),
            "name": name,
            "feed": feed.name,
            "received_us": now_us,
        },
    )
    now_said = Said(
        log=log_key,
        seq=statement.seq,
        sha256=statement.sha256,
        entry=write_entry(statement, signer),
        checkpoint=note,
        receipt="",
    )
    # Before anybody sees it: whoever signs twice under one number contradicts himself.
    _keep(key, now_said)
    door.keep(content)
    return _hand_in(door, now_said, key, log)


def _head_of(door: DoorOfLog, actor: str) -> str:
    answer = door.next_of(actor)
    if "checkpoint" not in answer:
        raise ContributeError(f"the log does not let {actor} speak: {answer.get('error')}")
    return str(answer["checkpoint"])


def _newer(head: Checkpoint, seen: Checkpoint | None) -> Checkpoint:
    if seen and (head.size < seen.size or (head.size == seen.size and head.root != seen.root)):
        raise FormatError(
            f"{head.origin} shows a head of size {head.size}, after one of size {seen.size}: keep "
            "both and ask a mirror"
        )
    return head


def _hand_in(door: DoorOfLog, said: Said, key: Path, log: VerifierKey) -> Receipt:
    (answer,) = door.admit([said.entry])
    if "receipt" not in answer:
        raise ContributeError(f"{log.name} refuses statement {said.seq}: {answer.get('refused')}")
    receipt = read_receipt(str(answer["receipt"]).encode(), log)
    if receipt.statement != said.sha256:
        raise ContributeError(f"{log.name} gave a receipt for another statement than {said.seq}")
    _keep(key, Said(**{**_fields(said), "receipt": receipt.note.decode()}))
    return receipt


def _fields(said: Said) -> Plain:
    return {name: getattr(said, name) for name in FIELDS}


def _keep(key: Path, said: Said) -> None:
    path = said_file(key)
    write_file(
        path.parent, path.name, canonical({**_fields(said), "entry": encode_base64(said.entry)})
    )


def hand_in(to: str, document: Path, name: str, *, key: Path, actor: str, log_key: str) -> Receipt:
    """Contribute a document to the log at a URL, or to a mission on this machine.

    Raises:
        As `contribute`; and LedgerError: the mission cannot be written.
    """
    now_us = time.time_ns() // 1000
    is_remote = to.startswith(("http://", "https://"))
    with closing(RemoteDoor(to) if is_remote else Door(Path(to))) as door:
        return contribute(
            door, document, name, key=key, actor=actor, log_key=log_key, now_us=now_us
        )
