"""When an entry was made: ask an authority, log its answer, and tell the interval."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.x509 import Certificate

from truceline.evidence.cosignature import cosignatures
from truceline.evidence.keys import VerifierKey, read_key
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.mirror import CHECKPOINT, folder_source
from truceline.evidence.note import NOTE_LIMIT, Checkpoint, open_checkpoint
from truceline.evidence.policy import Policy
from truceline.evidence.statement import Statement
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.evidence.timestamp import (
    ROOTS_LIMIT,
    SECOND_US,
    TOKEN_LIMIT,
    TimeClaim,
    TimestampError,
    median_time,
    nonce_of,
    read_roots,
    request_stamp,
    stamped_hash,
    token_of,
    verify_token,
)
from truceline.evidence.tree import Frontier, root
from truceline.pipeline.mirror import cosigned_heads, leaf_hashes, read_policy_file

KIND = "timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One thing that bounds when an entry was made.

    Attributes:
        us: Microseconds since 1970 UTC.
        by: What says so, in words.
    """

    us: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """When an entry was made, as far as that does not rest on its sender's clock.

    Attributes:
        index: The entry.
        kind: Its kind.
        actor: Who said it.
        after: Every bound from below, the latest first.
        before: Every bound from above, the earliest first.
        anchored_at: Size of the head of the log that it was signed after; None if it names none.
        signed_us: What the sender's clock said: a claim.
        refused: Evidence that was there and could not be believed, with the reason.
    """

    index: int
    kind: str
    actor: str
    after: tuple[Bound, ...]
    before: tuple[Bound, ...]
    anchored_at: int | None
    signed_us: int
    refused: tuple[str, ...]

    @property
    def is_outside(self) -> bool:
        """The sender's claim lies outside of what can be shown."""
        return any(self.signed_us < one.us for one in self.after) or any(
            self.signed_us > one.us for one in self.before
        )


def write_request(mission: Path, out: Path) -> Checkpoint:
    """Write a request for the mission's head: what an authority is sent.

    Raises:
        LedgerError: It has no head.
        OSError: The file exists, or cannot be written.
    """
    head, _, _ = _head(mission)
    with out.open("xb") as file:
        file.write(request_stamp(head))
    return head


def add_response(
    mission: Path,
    response: Path,
    *,
    authority: str,
    roots: Path,
    request: Path | None = None,
    now_us: int | None = None,
) -> tuple[int, TimeClaim]:
    """Check an authority's answer about a head of this log, and state it.

    Args:
        mission: The mission folder; its key lies beside it.
        response: The answer.
        authority: Common name that its certificate has to have.
        roots: Pinned certificates.
        request: What was sent; without it the nonce is not compared.
        now_us: Microseconds since 1970 UTC; None takes the clock.

    Returns:
        The index of the entry, and what the authority claims.

    Raises:
        TimestampError: It cannot be believed, is about no head of this log, or is logged already.
    """
    head, leaves, key = _head(mission)
    token = token_of(_limited(response, TOKEN_LIMIT))
    stamped = _head_with(stamped_hash(token), head, leaves)
    nonce = None if request is None else nonce_of(_limited(request, TOKEN_LIMIT))
    claim = verify_token(token, stamped, read_roots(_limited(roots, ROOTS_LIMIT)), nonce)
    if claim.authority != authority:
        raise TimestampError(f"{claim.authority!r} has signed it, not {authority!r}")
    text = encode_base64(token)
    with Ledger.open(mission, read_key(mission.with_name(f"{mission.name}.key"))) as ledger:
        for index, statement in enumerate(ledger.statements()):
            if statement.kind == KIND and statement.body["token"] == text:
                raise TimestampError(f"this token is entry {index} of {key.name} already")
        index = ledger.append(
            KIND,
            {
                "size": stamped.size,
                "root": stamped.root.hex(),
                "authority": authority,
                "token": text,
            },
        )
        ledger.commit(time.time_ns() // 1000 if now_us is None else now_us)
    return index, claim


def when_made(
    mission: Path,
    index: int,
    *,
    roots: Path | None = None,
    policy: Path | None = None,
    mirrors: Sequence[str] = (),
) -> Interval:
    """Tell between which instants an entry was made, and what shows each.

    Args:
        mission: The mission folder.
        index: The entry.
        roots: Pinned certificates of authorities; without them no token is believed.
        policy: Policy file; without it no mirror is believed. Its mirrors are asked by their URLs.
        mirrors: Further stores of mirrors, folders or URLs.

    Raises:
        IndexError: The log has no such entry.
    """
    head, leaves, key = _head(mission)
    if not 0 <= index < head.size:
        raise LookupError(f"{mission} has no entry {index}: it has {head.size}")
    with Ledger.open(mission) as ledger:
        about = ledger.read(index)
        tokens = {at: one for at, one in enumerate(ledger.statements()) if one.kind == KIND}
    anchored = anchored_at(about, key, leaves)
    pinned = () if roots is None else read_roots(_limited(roots, ROOTS_LIMIT))
    refused: list[str] = []
    after, before = bounds_by_tokens(index, about, anchored, tokens, leaves, key, pinned, refused)
    if policy is not None:
        read = read_policy_file(policy)
        notes = cosigned_heads(key.name, [*mirrors, *read.urls.values()])
        notes.append(folder_source(mission)(CHECKPOINT, NOTE_LIMIT))
        bound = _bound_by_mirrors(index, notes, read, leaves, key)
        if isinstance(bound, Bound):
            before.append(bound)
        else:
            refused.append(bound)
    return Interval(
        index=index,
        kind=about.kind,
        actor=about.actor,
        after=tuple(sorted(after, key=lambda one: (-one.us, one.by))),
        before=tuple(sorted(before, key=lambda one: (one.us, one.by))),
        anchored_at=anchored or None,
        signed_us=about.signed_us,
        refused=tuple(refused),
    )


def anchored_at(about: Statement, key: VerifierKey, leaves: Sequence[bytes]) -> int:
    """Give the size of the head that a statement was signed after; 0 if it names none of ours."""
    anchor = about.anchor
    if anchor is None or anchor.origin != key.name or anchor.size > len(leaves):
        return 0
    return anchor.size if root(leaves[: anchor.size]) == anchor.root else 0


def bounds_by_tokens(
    index: int,
    about: Statement,
    anchored: int,
    tokens: Mapping[int, Statement],
    leaves: Sequence[bytes],
    key: VerifierKey,
    pinned: Sequence[Certificate],
    refused: list[str],
) -> tuple[list[Bound], list[Bound]]:
    """Give what logged tokens say about an entry: bounds from below, and from above.

    Args:
        index: The entry.
        about: What it says.
        anchored: Size of the head that it was signed after; 0 if it names none.
        tokens: The log's statements of kind `timestamp`, by index.
        leaves: Leaf hashes of the log.
        key: Key of the log.
        pinned: Certificates of authorities.
        refused: Told of each token that is not believed.
    """
    after: list[Bound] = []
    before: list[Bound] = []
    for at, statement in tokens.items():
        body: Mapping[str, Any] = statement.body
        size, claimed = body["size"], bytes.fromhex(body["root"])
        stamped = Checkpoint(origin=key.name, size=size, root=claimed)
        try:
            if size > len(leaves) or root(leaves[:size]) != claimed:
                raise TimestampError(f"it is about a head of {size} entries that is not ours")
            claim = verify_token(decode_base64(body["token"]), stamped, pinned)
        except FormatError as error:
            refused.append(f"time stamp at entry {at}: {error}")
            continue
        stamp = f"{claim.authority} stamped the head of {size} entries (entry {at})"
        if size > index:
            before.append(Bound(us=claim.not_after_us, by=f"{stamp}, which has it"))
        # No one can know a token before it is made: what follows from it is younger.
        if at < anchored:
            by = f"{stamp}, which is below its anchor of {anchored} entries"
            after.append(Bound(us=claim.not_before_us, by=by))
        elif at <= index and statement.actor == about.actor:
            by = f"{stamp}, which the same actor said before" if at < index else stamp
            after.append(Bound(us=claim.not_before_us, by=by))
    return after, before


def _bound_by_mirrors(
    index: int, notes: Sequence[bytes], policy: Policy, leaves: Sequence[bytes], key: VerifierKey
) -> Bound | str:
    """Give the median of when the policy's mirrors cosigned a head with the entry, or why not."""
    counted = policy.counted()
    times: dict[bytes, int] = {}
    for note in notes:
        try:
            head = open_checkpoint(note, key)
            signed = cosignatures(note, counted)
        except FormatError:
            continue
        if not index < head.size <= len(leaves) or root(leaves[: head.size]) != head.root:
            continue
        for mirror, time_s in signed.items():
            times[mirror.public] = min(time_s, times.get(mirror.public, time_s))
    median_s = median_time(times.values(), len(counted))
    if median_s is None:
        return f"{len(times)} of {len(counted)} mirrors cosigned a head that has it: too few"
    by = f"median of {len(times)} of {len(counted)} mirrors that cosigned a head that has it"
    # They write whole seconds; the instant lies in the second that begins.
    return Bound(us=(median_s + 1) * SECOND_US, by=by)


def _head(mission: Path) -> tuple[Checkpoint, list[bytes], VerifierKey]:
    """Give the signed head, the leaf hashes below it, checked against it, and the log's key."""
    with Ledger.open(mission) as ledger:
        key, head = ledger.key, ledger.checkpoint
    if head is None:
        raise LedgerError(f"{mission} has no signed head yet")
    leaves = leaf_hashes(folder_source(mission), head.size)
    if root(leaves) != head.root:
        raise LedgerError(f"{mission}: the tiles are not those of the head; verify the mission")
    return head, leaves, key


def _head_with(digest: bytes, head: Checkpoint, leaves: Sequence[bytes]) -> Checkpoint:
    """Find the head of this log, of now or earlier, that a token is about."""
    if sha256(head.text.encode()).digest() == digest:
        return head
    grown = Frontier()
    for size, leaf in enumerate(leaves, start=1):
        grown.append(leaf)
        found = Checkpoint(origin=head.origin, size=size, root=grown.root)
        if sha256(found.text.encode()).digest() == digest:
            return found
    raise TimestampError(f"the token is about no head of {head.origin} up to {head.size} entries")


def _limited(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit + 1)
