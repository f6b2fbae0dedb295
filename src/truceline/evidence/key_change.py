"""Changes of who may speak: a key is added, rotated or revoked, with the approvals it needs.

Each change names the log and the version of its root, so that an approval is good in one log and
until its root changes. A key comes in only with a signature of its own over the change, the proof
that somebody holds it: nobody can be admitted with the key of another and then disown him.

| change | proof by | approved by |
|---|---|---|
| add | the new key | a threshold of the root |
| rotate | the new key | the old key, alone |
| revoke | | a threshold of the root, or the key itself, alone |
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from truceline.evidence.approval import (
    Approval,
    insist_on_fields,
    insist_on_signatures,
    insist_on_threshold,
    read_object,
)
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.root import Root
from truceline.evidence.statement import pre_authentication_encoding
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.records.canonical import Json, canonical

CHANGE_TYPE = "application/vnd.truceline.key+json"
# A type of its own: a proof of possession can never be taken for an approval.
PROOF_TYPE = "application/vnd.truceline.key-possession+json"
# What a contributor's key may be allowed to say. The other kinds are the log's own: it alone
# parses, derives and submits.
GRANTABLE = ("act", "original", "redact", "sealed")
# Plain ASCII: no two names that look alike, none that breaks a line or a path.
ACTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")

COMMON = frozenset({"v", "change", "log", "root"})
ADD = COMMON | {"key", "kinds", "proof"}
ROTATE = COMMON | {"old", "key", "proof"}
REVOKE = COMMON | {"key", "compromised_since_index"}
FIELDS: Mapping[str, frozenset[str]] = {"add": ADD, "rotate": ROTATE, "revoke": REVOKE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """An actor gets a key: a new actor, or one whose key was revoked.

    Attributes:
        log: Name of the log.
        root: Version of the root under which it is approved.
        key: The key; its name is the actor's.
        kinds: The kinds of statement that it may sign: of `GRANTABLE`, in order.
        proof: Signature by the key itself over everything else here.
    """

    log: str
    root: int
    key: VerifierKey
    kinds: tuple[str, ...]
    proof: bytes = b""

    def __post_init__(self) -> None:
        _insist_on_actor(self.key)
        if not self.kinds or list(self.kinds) != sorted(set(self.kinds) & set(GRANTABLE)):
            raise FormatError(
                f"kinds {list(self.kinds)!s:.200} are not some of {', '.join(GRANTABLE)}, in order"
            )

    @property
    def said(self) -> dict[str, Json]:
        """Everything but the proof: what the proof signs."""
        return {
            **_common("add", self.log, self.root),
            "key": str(self.key),
            "kinds": list(self.kinds),
        }

    @property
    def text(self) -> str:
        """The change in canonical JSON: what is approved."""
        return canonical({**self.said, "proof": encode_base64(self.proof)}).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotate:
    """An actor goes over to another key; his rights stay what they are.

    Attributes:
        log: Name of the log.
        root: Version of the root at that time.
        old: The key that he has.
        key: The one that he shall have; of the same name.
        proof: Signature by the new key over everything else here.
    """

    log: str
    root: int
    old: VerifierKey
    key: VerifierKey
    proof: bytes = b""

    def __post_init__(self) -> None:
        _insist_on_actor(self.key)
        if self.old.name != self.key.name:
            raise FormatError(f"a key of {self.old.name!r} cannot become one of {self.key.name!r}")

    @property
    def said(self) -> dict[str, Json]:
        """Everything but the proof: what the proof signs."""
        return {
            **_common("rotate", self.log, self.root),
            "old": str(self.old),
            "key": str(self.key),
        }

    @property
    def text(self) -> str:
        """The change in canonical JSON: what the old key approves."""
        return canonical({**self.said, "proof": encode_base64(self.proof)}).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke:
    """A key may sign nothing more; what it signed from some index on may be another's.

    Attributes:
        log: Name of the log.
        root: Version of the root under which it is approved.
        key: The key.
        compromised_since_index: From this entry on its statements are disputed; None if none is.
    """

    log: str
    root: int
    key: VerifierKey
    compromised_since_index: int | None

    @property
    def text(self) -> str:
        """The change in canonical JSON: what is approved."""
        return canonical(
            {
                **_common("revoke", self.log, self.root),
                "key": str(self.key),
                "compromised_since_index": self.compromised_since_index,
            }
        ).decode()


Change = Add | Rotate | Revoke


def add_key(*, log: str, root: int, kinds: Sequence[str], signer: SigningKey) -> Add:
    """Draft the admission of a key, with its proof of possession.

    Raises:
        FormatError: The name or the kinds cannot be.
    """
    kinds = tuple(sorted(kinds))
    bare = Add(log=log, root=root, key=signer.verifier, kinds=kinds)
    proof = signer.sign(pre_authentication_encoding(PROOF_TYPE, canonical(bare.said)))
    return Add(log=log, root=root, key=signer.verifier, kinds=kinds, proof=proof)


def rotate_key(*, log: str, root: int, old: VerifierKey, signer: SigningKey) -> Rotate:
    """Draft a rotation to the signer's key, with its proof of possession.

    Raises:
        FormatError: The keys have different names.
    """
    bare = Rotate(log=log, root=root, old=old, key=signer.verifier)
    proof = signer.sign(pre_authentication_encoding(PROOF_TYPE, canonical(bare.said)))
    return Rotate(log=log, root=root, old=old, key=signer.verifier, proof=proof)


def read_change(text: str) -> Change:
    """Read a change; neither its proof nor its approvals are checked.

    Raises:
        FormatError: It is none; the message names the field.
    """
    said = read_object(text, "the change")
    change = said.get("change")
    if not isinstance(change, str) or change not in FIELDS:
        raise FormatError(f"the change {change!r:.100} is none of {', '.join(FIELDS)}")
    insist_on_fields(said, FIELDS[change], f"the change {change!r}")
    log, root = said["log"], said["root"]
    if not isinstance(log, str):
        raise FormatError(f"the change's log cannot be {log!r:.100}")
    if type(root) is not int or root < 1:
        raise FormatError(f"the change's root cannot be {root!r:.100}")
    key = _read_key(said, "key")
    if change == "revoke":
        since = said["compromised_since_index"]
        if since is not None and (type(since) is not int or since < 0):
            raise FormatError(f"the change's compromised_since_index cannot be {since!r:.100}")
        return Revoke(log=log, root=root, key=key, compromised_since_index=since)
    if not isinstance(said["proof"], str):
        raise FormatError(f"the change's proof cannot be {said['proof']!r:.100}")
    proof = decode_base64(said["proof"])
    if change == "rotate":
        return Rotate(log=log, root=root, old=_read_key(said, "old"), key=key, proof=proof)
    kinds = said["kinds"]
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise FormatError(f"the change's kinds cannot be {kinds!r:.100}")
    return Add(log=log, root=root, key=key, kinds=tuple(map(str, kinds)), proof=proof)


def insist_on_possession(change: Add | Rotate) -> None:
    """Check that the holder of the new key himself asked for exactly this.

    Raises:
        FormatError: He did not.
    """
    message = pre_authentication_encoding(PROOF_TYPE, canonical(change.said))
    if not change.key.verifies(message, change.proof):
        raise FormatError(f"nobody proves that he holds the new key of {change.key.name}")


def insist_on_approval(
    text: str, approvals: Sequence[Approval], root: Root, alone: VerifierKey | None
) -> str:
    """Check that a change was approved by a threshold of the root, or by one key alone.

    Args:
        text: The change.
        approvals: As handed in; each has to be right, and by somebody who has a say.
        root: The root that stands.
        alone: The key that may approve it alone; None if there is none.

    Returns:
        Who approved: "self" if the one key did, else "root".

    Raises:
        FormatError: Too few approved, or somebody who has no say.
    """
    insist_on_signatures(CHANGE_TYPE, text, approvals)
    if alone is not None and [one.key for one in approvals] == [alone]:
        return "self"
    keys = frozenset(root.keys)
    for one in approvals:
        if one.key not in keys:
            raise FormatError(f"{one.key.name} has no say in this change")
    insist_on_threshold(approvals, keys, root.threshold, f"root {root.version}")
    return "root"


def _common(change: str, log: str, root: int) -> dict[str, Json]:
    return {"v": 1, "change": change, "log": log, "root": root}


def _insist_on_actor(key: VerifierKey) -> None:
    if not ACTOR.fullmatch(key.name):
        raise FormatError(f"{key.name!r:.120} is no name for an actor: {ACTOR.pattern}")


def _read_key(said: Mapping[str, Json], name: str) -> VerifierKey:
    text = said[name]
    if not isinstance(text, str):
        raise FormatError(f"the change's {name} cannot be {text!r:.100}")
    return VerifierKey.read(text)
