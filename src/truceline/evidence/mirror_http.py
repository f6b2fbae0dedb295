"""What a mirror answers over HTTP: files to read, and two questions.

    GET  /<origin hash>/checkpoint, /<origin hash>/tile/...   tlog-tiles
    GET  /fraud/<sha256>.json                                 a proof against the log
    POST /add-checkpoint                                      tlog-witness, as a mirror has it
    POST /compare                                             a head that somebody was shown

`add-checkpoint` answers as a witness does, but "the mirror cosigner MUST NOT sign the checkpoint in
this process": an accepted head has an empty answer and makes the mirror look at its source, and the
cosignature is then under its own checkpoint. `add-entries` is not offered: this mirror pulls.

`compare` is ours: it says whether a head is one with the log that the mirror holds. If not, the
answer is a proof of fraud.

Source: C2SP tlog-witness and tlog-mirror, https://c2sp.org/tlog-mirror.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from truceline.evidence import folder as place
from truceline.evidence.fraud import PROOF_LIMIT
from truceline.evidence.mirror import CHECKPOINT, Mirror, Outcome, origin_hash
from truceline.evidence.note import NOTE_LIMIT, Checkpoint, open_checkpoint, read_note
from truceline.evidence.strict import FormatError, decode_base64, decode_decimal
from truceline.evidence.tiles import BUNDLE_LIMIT, tile_at
from truceline.evidence.tree import verify_consistency
from truceline.records.canonical import canonical

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
JSON = "application/json"
SIZE = "text/x.tlog.size"
OLD = "old "
STEPS_LIMIT = 63
BODY_LIMIT = NOTE_LIMIT + 64 * 64
PROOF_PATH = re.compile(r"fraud/[0-9a-f]{64}\.json")
OK, BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, TOO_LARGE, UNPROCESSABLE = (
    200, 400, 403, 404, 409, 413, 422,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer.

    Attributes:
        status: HTTP status code.
        kind: Content type.
        body: The bytes.
        look: The mirror should look at its source now.
    """

    status: int
    kind: str = TEXT
    body: bytes = b""
    look: bool = False


def answer_get(mirror: Mirror, path: str) -> Answer:
    """Give a file of the log, or a proof; nothing else in or beside the store can be reached."""
    inside = path.removeprefix("/")
    log, _, name = inside.partition("/")
    try:
        if PROOF_PATH.fullmatch(inside):
            return Answer(
                status=OK, kind=JSON, body=place.read_file(mirror.store, inside, PROOF_LIMIT)
            )
        if log != origin_hash(mirror.promise.log.name):
            return Answer(status=NOT_FOUND, body=b"no such log\n")
        if name != CHECKPOINT:
            tile_at(name)
        body = place.read_file(mirror.store, inside, BUNDLE_LIMIT)
    except (OSError, FormatError):
        return Answer(status=NOT_FOUND, body=b"no such file\n")
    return Answer(status=OK, kind=TEXT if name == CHECKPOINT else BYTES, body=body)


def answer_post(mirror: Mirror, path: str, body: bytes) -> Answer:
    """Answer one of the two questions."""
    if path not in {"/add-checkpoint", "/compare"}:
        return Answer(status=NOT_FOUND, body=b"no such question\n")
    if len(body) > BODY_LIMIT:
        return Answer(status=TOO_LARGE, body=b"too long\n")
    try:
        if path == "/compare":
            return _compare(mirror, body)
        return _add_checkpoint(mirror, body)
    except FormatError as error:
        return Answer(status=BAD_REQUEST, body=f"{error}\n".encode())


def _compare(mirror: Mirror, note: bytes) -> Answer:
    refused = _signer(mirror, note)
    if refused is not None:
        return refused
    told = mirror.compare(note)
    if told.outcome is Outcome.FORK:
        proof = place.read_file(mirror.store, told.fraud, PROOF_LIMIT)
        return Answer(status=CONFLICT, kind=JSON, body=proof)
    # A head that is older, or that the mirror has not seen yet, contradicts nothing.
    same = told.outcome in {Outcome.UNCHANGED, Outcome.ROLLBACK}
    said = canonical({"same_log": same or None, "size": told.size, "root": told.root})
    return Answer(status=OK, kind=JSON, body=said)


def _add_checkpoint(mirror: Mirror, body: bytes) -> Answer:
    old, path, note = _read_request(body)
    refused = _signer(mirror, note)
    if refused is not None:
        return refused
    shown, held = open_checkpoint(note, mirror.promise.log), mirror.promise.head
    if old > shown.size:
        raise FormatError(f"old size {old} is above the size {shown.size}")
    if old != held.size:
        return Answer(status=CONFLICT, kind=SIZE, body=f"{held.size}\n".encode())
    if old == shown.size and shown.root != held.root:
        mirror.compare(note)
        return Answer(status=CONFLICT, kind=SIZE, body=f"{held.size}\n".encode())
    if not _continues(held, shown, path):
        return Answer(status=UNPROCESSABLE, body=b"the consistency proof does not verify\n")
    return Answer(status=OK, look=True)


def _continues(held: Checkpoint, shown: Checkpoint, path: list[bytes]) -> bool:
    return verify_consistency(held.size, shown.size, path, held.root, shown.root)


def _signer(mirror: Mirror, note: bytes) -> Answer | None:
    """Refuse a head of another log, or one that the log has not signed."""
    log = mirror.promise.log
    if read_note(note).text.partition("\n")[0] != log.name:
        return Answer(status=NOT_FOUND, body=b"this log is not mirrored here\n")
    try:
        open_checkpoint(note, log)
    except FormatError as error:
        return Answer(status=FORBIDDEN, body=f"{error}\n".encode())
    return None


def _read_request(body: bytes) -> tuple[int, list[bytes], bytes]:
    head, gap, note = body.partition(b"\n\n")
    try:
        first, *steps = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError("the lines before the checkpoint must be ASCII") from error
    if not gap or not first.startswith(OLD) or len(steps) > STEPS_LIMIT:
        raise FormatError("a request is an old size, at most 63 hashes, and a checkpoint")
    return decode_decimal(first.removeprefix(OLD)), [decode_base64(step) for step in steps], note
