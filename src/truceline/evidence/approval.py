"""Several people sign one text, each on his own machine: what a threshold is counted from.

The text is canonical JSON and stays the text that was signed; nothing is written anew between
signing and checking. Strict where DSSE forgives: each signature has to be by somebody who may give
it, has to be right, and stands once, in the order of the keys. What is in the log then means one
thing, and nobody is counted twice, by whatever spelling.

Source: DSSE 1.0, https://github.com/secure-systems-lab/dsse (protocol.md, "(t, n)-DSSE").
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.statement import pre_authentication_encoding
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.records.canonical import Json, canonical

APPROVAL_FIELDS = {"key", "sig"}
APPROVALS_LIMIT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One signature under a text; not checked until `insist_on_signatures`.

    Attributes:
        key: Key of who signed.
        signature: His 64 bytes over the DSSE encoding of type and text.
    """

    key: VerifierKey
    signature: bytes


def approve(payload_type: str, text: str, signer: SigningKey) -> Approval:
    """Sign a text as one of several."""
    signature = signer.sign(pre_authentication_encoding(payload_type, text.encode()))
    return Approval(key=signer.verifier, signature=signature)


def approvals_body(approvals: Iterable[Approval]) -> list[Json]:
    """Write approvals as a statement holds them: in the order of the keys' texts."""
    return [
        {"key": str(one.key), "sig": encode_base64(one.signature)}
        for one in sorted(approvals, key=lambda one: str(one.key))
    ]


def read_approvals(body: Json) -> tuple[Approval, ...]:
    """Read approvals as a statement holds them; no signature is checked.

    Raises:
        FormatError: It is no such list, or a key stands twice or in another order.
    """
    if not isinstance(body, list) or len(body) > APPROVALS_LIMIT:
        raise FormatError(f"approvals are a list of at most {APPROVALS_LIMIT}")
    read = []
    for number, one in enumerate(body):
        if not isinstance(one, dict) or set(one) != APPROVAL_FIELDS:
            raise FormatError(f"approval {number} has not the fields {sorted(APPROVAL_FIELDS)}")
        key, signature = one["key"], one["sig"]
        if not isinstance(key, str) or not isinstance(signature, str):
            raise FormatError(f"approval {number} has something else than text in its fields")
        read.append(Approval(key=VerifierKey.read(key), signature=decode_base64(signature)))
    texts = [str(one.key) for one in read]
    if texts != sorted(set(texts)):
        raise FormatError("approvals are in the order of their keys, and no key stands twice")
    return tuple(read)


def insist_on_signatures(payload_type: str, text: str, approvals: Sequence[Approval]) -> None:
    """Check that each approval signs exactly this text, as of this type.

    Raises:
        FormatError: One does not; the message names its key.
    """
    message = pre_authentication_encoding(payload_type, text.encode())
    for one in approvals:
        if not one.key.verifies(message, one.signature):
            raise FormatError(f"the approval of {one.key.name} does not match what is approved")


def insist_on_threshold(
    approvals: Sequence[Approval], keys: AbstractSet[VerifierKey], threshold: int, whose: str
) -> None:
    """Check that enough of these keys approved; those of others do not count.

    Raises:
        FormatError: Fewer did; the message names both numbers.
    """
    count = len({one.key for one in approvals} & keys)
    if count < threshold:
        raise FormatError(f"has {count} approvals by the keys of {whose}, not {threshold}")


def read_object(text: str, what: str) -> dict[str, Json]:
    """Read a canonical JSON object of version 1.

    Raises:
        FormatError: It is something else.
    """
    try:
        said = json.loads(text)
        if not isinstance(said, dict) or canonical(said) != text.encode():
            raise FormatError("not a canonical JSON object")
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{what} cannot be read: {error!s:.200}") from error
    if type(said.get("v")) is not int or said["v"] != 1:
        raise FormatError(f"{what} is of version {said.get('v')!r:.50}, not 1")
    return said


def insist_on_fields(said: Mapping[str, Json], fields: AbstractSet[str], what: str) -> None:
    """Check that an object has exactly these fields.

    Raises:
        FormatError: It has others; names both.
    """
    if set(said) != fields:
        raise FormatError(f"{what} has the fields {sorted(said)!s:.200}, not {sorted(fields)}")
