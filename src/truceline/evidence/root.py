"""The root of trust: whose approval it takes to let somebody speak in a log.

A root is a list of keys and a threshold, in versions. The first one is signed by a threshold of its
own keys, and everybody who trusts the log compares its hash with the people who hold them. Every
later one is signed by a threshold of the keys before and of its own: neither can push out the other
alone. Root keys sign roots and changes of keys, and nothing else.

Source: The Update Framework, specification 1.0, section 6.1 ("key management and migration").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from truceline.evidence.approval import (
    Approval,
    insist_on_fields,
    insist_on_signatures,
    insist_on_threshold,
    read_object,
)
from truceline.evidence.keys import VerifierKey
from truceline.evidence.strict import FormatError
from truceline.records.canonical import canonical

ROOT_TYPE = "application/vnd.truceline.root+json"
FIELDS = frozenset({"v", "log", "version", "threshold", "keys"})
# Two versions' keys must fit into one statement, with a signature of each.
KEYS_LIMIT = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """Who together may admit and revoke keys of one log.

    Attributes:
        log: The log's name: a root of one log is none of another, whoever holds the keys.
        version: 1, 2, 3 and so on.
        threshold: So many of the keys have to approve.
        keys: Of different public keys, in the order of their texts.
    """

    log: str
    version: int
    threshold: int
    keys: tuple[VerifierKey, ...]

    def __post_init__(self) -> None:
        if self.version < 1:
            raise FormatError(f"a root has a version from 1 on, not {self.version}")
        if len(self.keys) > KEYS_LIMIT:
            raise FormatError(f"a root has at most {KEYS_LIMIT} keys, not {len(self.keys)}")
        if not 1 <= self.threshold <= len(self.keys):
            raise FormatError(f"threshold {self.threshold} is outside 1..{len(self.keys)}")
        # One person with one key and two names would be counted twice.
        if len({key.public for key in self.keys}) != len(self.keys):
            raise FormatError("a root has one of its keys twice")
        if list(self.keys) != sorted(self.keys, key=str):
            raise FormatError("a root has its keys in the order of their texts")

    @property
    def text(self) -> str:
        """The document: what is signed, in canonical JSON."""
        return canonical(
            {
                "v": 1,
                "log": self.log,
                "version": self.version,
                "threshold": self.threshold,
                "keys": [str(key) for key in self.keys],
            }
        ).decode()

    @property
    def sha256(self) -> str:
        """Fingerprint of the document, in hex; that of version 1 is what people compare."""
        return sha256(self.text.encode()).hexdigest()


def read_root(text: str) -> Root:
    """Read a root document; nothing about its signatures is known then.

    Raises:
        FormatError: It is none; the message names the field.
    """
    said = read_object(text, "the root")
    insist_on_fields(said, FIELDS, "the root")
    log, version, threshold, keys = (said[name] for name in ("log", "version", "threshold", "keys"))
    if not isinstance(log, str):
        raise FormatError(f"the root's log cannot be {log!r:.100}")
    if type(version) is not int:
        raise FormatError(f"the root's version cannot be {version!r:.100}")
    if type(threshold) is not int:
        raise FormatError(f"the root's threshold cannot be {threshold!r:.100}")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise FormatError(f"the root's keys cannot be {keys!r:.100}")
    read = tuple(VerifierKey.read(str(key)) for key in keys)
    return Root(log=log, version=version, threshold=threshold, keys=read)


def insist_on_root(root: Root, before: Root | None, approvals: Sequence[Approval]) -> None:
    """Check that a root follows the one before, and that enough of both approved it.

    Args:
        root: The new one.
        before: The one that stands; None if there is none yet.
        approvals: As handed in; each has to be right, and by a key of one of the two.

    Raises:
        FormatError: It does not follow, or too few approved, or somebody who has no say.
    """
    wanted = before.version + 1 if before else 1
    if root.version != wanted:
        raise FormatError(f"is version {root.version} of the root, not {wanted}")
    new, old = frozenset(root.keys), frozenset(before.keys if before else ())
    for one in approvals:
        if one.key not in new | old:
            raise FormatError(f"{one.key.name} is approved by nobody to sign this root")
    insist_on_signatures(ROOT_TYPE, root.text, approvals)
    if before:
        insist_on_threshold(approvals, old, before.threshold, f"root {before.version}")
    insist_on_threshold(approvals, new, root.threshold, f"root {root.version}")
