"""Proof, in one text, that somebody who signs said two things that cannot both be true.

Three accusations, each checked from the text and the accused's public key alone:

- a **log** signed two heads of which one is not the past of the other;
- a **mirror** cosigned two such heads;
- a **contributor** signed two statements with one number, or a statement that names another one
  before it than the one he signed.

Two heads of one size conflict when their roots differ. For heads of sizes m < n a consistency proof
that fails proves nothing, since anybody can write a wrong one. What proves it is one that holds:
from ANOTHER root of size m to the later head. The later head then has a past, and it is not the
earlier head. Who holds one old checkpoint and can read the rewritten log can make it.

Nothing here trusts whoever brings the proof. What the accused did not sign accuses nobody.

Source: RFC 6962, section 2.1.2 (consistency); C2SP tlog-witness, "it might be proof of log
misbehavior".
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from truceline.evidence.cosignature import CosignerKey
from truceline.evidence.keys import VerifierKey
from truceline.evidence.note import Checkpoint, read_checkpoint, read_note
from truceline.evidence.statement import read_entry
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.evidence.tree import EMPTY_ROOT, consistency_proof, root, verify_consistency
from truceline.records.canonical import Json, canonical

VERSION = 1
PROOF_LIMIT = 400_000
HEADS = frozenset({"v", "kind", "signer", "earlier", "later", "past", "path"})
STATEMENTS = frozenset({"v", "kind", "signer", "first", "second"})
FIELDS = {"log": HEADS, "mirror": HEADS, "contributor": STATEMENTS}


class Outcome(Enum):
    """What a proof turned out to be worth."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    UNKNOWN_SIGNER = "unknown signer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What `check` found.

    Attributes:
        outcome: PROVEN only if the accused's own signatures say so.
        kind: "log", "mirror" or "contributor"; "" if the proof could not be read.
        culprit: Name of the accused's key; "" unless proven.
        why: What the two signatures say, or why they prove nothing.
    """

    outcome: Outcome
    kind: str
    culprit: str
    why: str


Signer = VerifierKey | CosignerKey


def conflict(
    earlier: Checkpoint, later: Checkpoint, past: bytes, path: Sequence[bytes]
) -> str | None:
    """Say in which way two heads of one log exclude each other; None if this does not show it.

    Args:
        earlier: The head of the smaller size, or of the same.
        later: The other head.
        past: Root that the later log has at the earlier size.
        path: Consistency proof from `past` to the later root.
    """
    if earlier.origin != later.origin or past == earlier.root:
        return None
    if not verify_consistency(earlier.size, later.size, path, past, later.root):
        return None
    return (
        f"{earlier.origin} has at size {earlier.size} the root {earlier.root.hex()}, "
        f"and as the past of size {later.size} the root {past.hex()}"
    )


def prove_heads(first: bytes, second: bytes, signer: Signer, leaves: Sequence[bytes]) -> bytes:
    """Prove that a log signed, or a mirror cosigned, two heads that exclude each other.

    Args:
        first: One note, signed by the accused.
        second: The other; which is the earlier does not matter.
        signer: Key of the accused: of a log, or of a mirror.
        leaves: Leaf hashes of the log that the head of the larger size stands for; not needed
            when both are of one size.

    Raises:
        FormatError: The heads do not exclude each other, or this cannot be shown with `leaves`.
    """
    notes = sorted((first, second), key=lambda note: _signed_head(note, signer).size)
    earlier, later = (_signed_head(note, signer) for note in notes)
    past, path = later.root, list[bytes]()
    if earlier.size < later.size:
        if len(leaves) < later.size or root(leaves[: later.size]) != later.root:
            raise FormatError(f"these are not the entries of the head of size {later.size}")
        past = root(leaves[: earlier.size]) if earlier.size else EMPTY_ROOT
        path = consistency_proof(leaves[: later.size], earlier.size)
    proof: dict[str, Json] = {
        "v": VERSION,
        "kind": "log" if isinstance(signer, VerifierKey) else "mirror",
        "signer": str(signer),
        "earlier": signed_alone(notes[0], signer),
        "later": signed_alone(notes[1], signer),
        "past": encode_base64(past),
        "path": [encode_base64(step) for step in path],
    }
    return _insisted(proof, signer)


def prove_statements(first: bytes, second: bytes, signer: VerifierKey) -> bytes:
    """Prove that a contributor signed two entries that cannot stand in one chain.

    Raises:
        FormatError: They can, or he did not sign both.
    """
    entries = sorted((first, second), key=lambda entry: read_entry(entry, signer).seq)
    proof: dict[str, Json] = {
        "v": VERSION,
        "kind": "contributor",
        "signer": str(signer),
        "first": entries[0].decode("ascii"),
        "second": entries[1].decode("ascii"),
    }
    return _insisted(proof, signer)


def check(proof: bytes, keys: Collection[Signer]) -> Verdict:
    """Check a proof from its bytes and the public keys one knows; whatever they are, answer.

    Args:
        proof: What a `prove_...` function gave, from anybody.
        keys: The logs, mirrors and contributors that one knows; no other can be accused.
    """
    kind = ""
    try:
        said = _read(proof)
        kind = str(said["kind"])
        signer = next((key for key in keys if str(key) == said["signer"]), None)
        if signer is None:
            why = f"{said['signer']!r:.200} is not among the keys"
            return Verdict(outcome=Outcome.UNKNOWN_SIGNER, kind=kind, culprit="", why=why)
        why = _check(said, signer)
    except FormatError as error:
        return Verdict(outcome=Outcome.UNPROVEN, kind=kind, culprit="", why=str(error))
    return Verdict(outcome=Outcome.PROVEN, kind=kind, culprit=signer.name, why=why)


def _read(proof: bytes) -> Mapping[str, Json]:
    if len(proof) > PROOF_LIMIT:
        raise FormatError(f"a proof of {len(proof)} bytes is above {PROOF_LIMIT}")
    try:
        said = json.loads(proof.decode("utf-8"))
        if not isinstance(said, dict) or canonical(said) != proof:
            raise FormatError("the proof is not a canonical JSON object")
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the proof cannot be read: {error!s:.200}") from error
    kind = said.get("kind")
    if not isinstance(kind, str) or kind not in FIELDS or set(said) != FIELDS[kind]:
        raise FormatError(f"the proof has not the fields of one of {', '.join(FIELDS)}")
    if type(said["v"]) is not int or said["v"] != VERSION:
        raise FormatError(f"the proof is not of version {VERSION}")
    if not all(isinstance(said[name], str) for name in said if name not in {"v", "path"}):
        raise FormatError("the proof has something else than text in its fields")
    return said


def _check(said: Mapping[str, Json], signer: Signer) -> str:
    kind = said["kind"]
    if isinstance(signer, CosignerKey) != (kind == "mirror"):
        raise FormatError(f"the key of {signer.name} is not that of a {kind}")
    if isinstance(signer, VerifierKey) and kind == "contributor":
        return _check_statements(said, signer)
    return _check_heads(said, signer)


def _check_heads(said: Mapping[str, Json], signer: Signer) -> str:
    earlier, later = (_signed_head(str(said[at]).encode(), signer) for at in ("earlier", "later"))
    steps = said["path"]
    if not isinstance(steps, list):
        raise FormatError("the path is no list")
    why = conflict(
        earlier, later, decode_base64(str(said["past"])), [decode_base64(str(at)) for at in steps]
    )
    if why is None:
        raise FormatError("does not show that the two heads exclude each other")
    return why


def _check_statements(said: Mapping[str, Json], signer: VerifierKey) -> str:
    first, second = (read_entry(str(said[at]).encode(), signer) for at in ("first", "second"))
    if first.seq == second.seq and first.sha256 != second.sha256:
        return f"{signer.name} signed two statements with seq {first.seq}"
    if second.seq == first.seq + 1 and second.prev != first.sha256:
        return f"{signer.name} signed seq {second.seq} after another seq {first.seq}"
    raise FormatError("the two statements can stand in one chain")


def _signed_head(note: bytes, signer: Signer) -> Checkpoint:
    """Read a head of a note that the accused has signed.

    Raises:
        FormatError: It is no head, or not signed by him.
    """
    opened = read_note(note)
    for line in opened.signatures:
        if (line.name, line.key_id) == (signer.name, signer.key_id) and (
            signer.verifies(opened.text, line)
            if isinstance(signer, CosignerKey)
            else signer.verifies(opened.text.encode(), line.signature)
        ):
            head = read_checkpoint(opened.text)
            if isinstance(signer, VerifierKey) and head.origin != signer.name:
                raise FormatError(f"is of log {head.origin!r}, not of {signer.name!r}")
            return head
    raise FormatError(f"is not signed by {signer.name} {signer.key_id.hex()}")


def signed_alone(note: bytes, signer: Signer) -> str:
    """Leave only the signature of one: those of others add nothing, and make a note long.

    Raises:
        FormatError: It is no head, or not signed by him.
    """
    text, _, under = note.decode().rpartition("\n\n")
    for line in under.splitlines():
        alone = f"{text}\n\n{line}\n"
        try:
            _signed_head(alone.encode(), signer)
        except FormatError:
            continue
        return alone
    raise FormatError(f"is not signed by {signer.name}")


def _insisted(proof: dict[str, Json], signer: Signer) -> bytes:
    """Give the bytes of a proof that holds: nobody is accused of what cannot be shown."""
    content = canonical(proof)
    verdict = check(content, [signer])
    if verdict.outcome is not Outcome.PROVEN:
        raise FormatError(f"nothing is proven against {signer.name}: {verdict.why}")
    return content
