"""Keys of a log: drafts that people sign offline, hand on as files, and submit in the end.

A draft is the body of the statement that will stand in the log, as canonical JSON and a newline:
the text of a root or of a change, and the signatures so far.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from truceline.evidence.approval import approvals_body, approve, read_approvals
from truceline.evidence.key_change import (
    CHANGE_TYPE,
    Add,
    Revoke,
    Rotate,
    add_key,
    read_change,
    rotate_key,
)
from truceline.evidence.keys import SigningKey, VerifierKey, new_seed, read_key, write_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.receipt import Receipt
from truceline.evidence.registry import Disputed, Grant
from truceline.evidence.root import ROOT_TYPE, Root, read_root
from truceline.evidence.statement import BODY_LIMIT, Statement, insist_on_body
from truceline.evidence.strict import FormatError
from truceline.pipeline.documents import registry_of
from truceline.records.canonical import Json, canonical

if TYPE_CHECKING:
    # Only named in types: it brings rooms that are not needed here.
    from truceline.pipeline.ledger import JournalPaths

PUBLIC = ".pub"
# By the fields of the body: kind of statement, name of its text, name of its signatures, type.
FORMS = (
    ("root", "document", "signatures", ROOT_TYPE),
    ("key", "change", "approvals", CHANGE_TYPE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A root or a change of a key on its way to the log.

    Attributes:
        kind: Kind of the statement that it will be: "root" or "key".
        text: What is signed.
        body: The statement's body: the text, and who signed so far.
        about: What it would do, in words.
        signed: Names of those who signed, in the order of their keys.
    """

    kind: str
    text: str
    body: dict[str, Json]
    about: str
    signed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Who may say what in a log now.

    Attributes:
        log: Its own key.
        size: Entries that were read.
        root: The root that stands; None if only the log may speak.
        root_index: Index of the entry that brought it; None without one.
        first_root: Fingerprint of version 1, in hex; None without one.
        grants: Every key that was ever let in, in the order of admission.
        disputed: The stretches in which somebody's statements are disputed.
    """

    log: VerifierKey
    size: int
    root: Root | None
    root_index: int | None
    first_root: str | None
    grants: tuple[Grant, ...]
    disputed: tuple[Disputed, ...]


def new_key(file: Path, name: str) -> VerifierKey:
    """Draw a new key: its secret into a file that only its owner reads, its public half beside.

    Raises:
        FormatError: The name is none for a key.
        FileExistsError: One of both files is there; nothing is overwritten.
    """
    key = SigningKey(name=name, seed=new_seed())
    if not file.name:
        raise FormatError(f"{file} is no name for a file")
    public = file.with_name(file.name + PUBLIC)
    if public.exists():
        raise FileExistsError(f"{public} is there already")
    write_key(file, key.seed)
    with public.open("x", encoding="utf-8") as out:
        out.write(f"{key.verifier}\n")
    return key.verifier


def signing_key(file: Path, name: str = "") -> SigningKey:
    """Read a secret; its name is given, or stands in the public half beside it.

    Raises:
        FormatError: It is no key file, has no name, or the public half is of another key.
    """
    seed = read_key(file)
    public = file.with_name(file.name + PUBLIC)
    if not public.exists():
        if not name:
            raise FormatError(f"there is no {public}: give the key's name with --name")
        return SigningKey(name=name, seed=seed)
    verifier = VerifierKey.read(public.read_text(encoding="utf-8").removesuffix("\n"))
    if name and name != verifier.name:
        raise FormatError(f"{public} is of {verifier.name!r}, not of {name!r}")
    key = SigningKey(name=verifier.name, seed=seed)
    if key.verifier != verifier:
        raise FormatError(f"{public} is not the public half of {file}")
    return key


def draft_root(log: str, version: int, threshold: int, keys: Iterable[str]) -> Draft:
    """Draft a root that nobody has signed yet.

    Raises:
        FormatError: A key is none, stands twice, or the threshold cannot be.
    """
    read = tuple(sorted((VerifierKey.read(key) for key in keys), key=str))
    root = Root(log=log, version=version, threshold=threshold, keys=read)
    return _draft({"document": root.text, "signatures": []})


def draft_add(log: str, root: int, kinds: Sequence[str], signer: SigningKey) -> Draft:
    """Draft the admission of the signer's own key, with its proof of possession."""
    change = add_key(log=log, root=root, kinds=kinds, signer=signer)
    return _draft({"change": change.text, "approvals": []})


def draft_rotate(log: str, root: int, old: SigningKey, signer: SigningKey) -> Draft:
    """Draft a rotation from one own key to another, signed by both: it needs nobody else."""
    change = rotate_key(log=log, root=root, old=old.verifier, signer=signer)
    return sign_draft(_draft({"change": change.text, "approvals": []}), old)


def draft_revoke(log: str, root: int, key: str, compromised_since_index: int | None) -> Draft:
    """Draft a revocation that nobody has approved yet."""
    change = Revoke(
        log=log,
        root=root,
        key=VerifierKey.read(key),
        compromised_since_index=compromised_since_index,
    )
    return _draft({"change": change.text, "approvals": []})


def write_draft(draft: Draft, file: Path) -> None:
    """Write a draft to a new file.

    Raises:
        FileExistsError: Something is there already.
    """
    with file.open("xb") as out:
        out.write(canonical(draft.body) + b"\n")


def read_draft(file: Path) -> Draft:
    """Read a draft that anybody handed on; no signature is checked.

    Raises:
        FormatError: It is none; the message names the file and the field.
    """
    with file.open("rb") as opened:
        content = opened.read(BODY_LIMIT + 2)
    try:
        return _draft(_read_body(content))
    except FormatError as error:
        raise FormatError(f"{file}: {error}") from error


def _read_body(content: bytes) -> dict[str, Json]:
    if len(content) > BODY_LIMIT + 1:
        raise FormatError(f"a draft has at most {BODY_LIMIT} bytes")
    try:
        body = json.loads(content.decode("utf-8"))
        if not isinstance(body, dict) or canonical(body) + b"\n" != content:
            raise FormatError("not one canonical JSON object and a newline")
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is no draft: {error!s:.200}") from error
    return body


def sign_draft(draft: Draft, signer: SigningKey) -> Draft:
    """Put one more signature under a draft.

    Raises:
        FormatError: This key has signed it already.
    """
    _, text, signatures, payload_type = _form(draft.body)
    there = read_approvals(draft.body[signatures])
    if any(one.key.public == signer.verifier.public for one in there):
        raise FormatError(f"{signer.name} has signed this already")
    approval = approve(payload_type, draft.text, signer)
    return _draft({text: draft.text, signatures: approvals_body([*there, approval])})


def rewrite_draft(draft: Draft, file: Path) -> None:
    """Put a draft in the place of the one it was made from, in one step."""
    beside = file.with_name(f".{file.name}.new")
    write_draft(draft, beside)
    beside.replace(file)


def submit(mission: Path, draft: Draft, journals: JournalPaths | None = None) -> Receipt:
    """Log a root or a change with the mission's key, if everybody who reads the log will take it.

    Raises:
        FormatError: It lacks approvals, or does not fit what stands; nothing was written.
        LedgerError: The mission cannot be written, or something could not be made durable.
        OSError: The mission's key cannot be read.
    """
    insist_on_body(draft.kind, draft.body)
    seed = read_key(mission.with_name(f"{mission.name}.key"))
    with Ledger.open(mission, seed, journals) as ledger:
        now_us = time.time_ns() // 1000
        registry = registry_of(ledger)
        seq, prev = registry.next_of(ledger.key.name)
        # What is refused once in the log would be there for ever, so it is tried before.
        registry.take(
            registry.size,
            Statement(
                kind=draft.kind,
                actor=ledger.key.name,
                seq=seq,
                prev=prev,
                anchor=ledger.checkpoint,
                signed_us=now_us,
                body=draft.body,
            ),
        )
        receipt = ledger.append_durable(draft.kind, draft.body, now_us)
        ledger.commit(now_us)
    return receipt


def keys_of(mission: Path) -> Keys:
    """Tell who may say what in a mission's log now, read from the log alone.

    Raises:
        LedgerError: It is no mission, is damaged, or holds a change that should not be there.
    """
    with Ledger.open(mission) as ledger:
        registry = registry_of(ledger)
        return Keys(
            log=registry.log,
            size=registry.size,
            root=registry.root,
            root_index=registry.root_index,
            first_root=registry.first_root,
            grants=registry.grants,
            disputed=registry.disputed,
        )


def _form(body: dict[str, Json]) -> tuple[str, str, str, str]:
    for form in FORMS:
        if set(body) == {form[1], form[2]}:
            return form
    raise FormatError(f"a draft has not the fields {sorted(body)!s:.200}")


def _draft(body: dict[str, Json]) -> Draft:
    kind, text, signatures, _ = _form(body)
    said = body[text]
    if not isinstance(said, str):
        raise FormatError(f"the draft's {text} cannot be {said!r:.100}")
    about = _about_root(read_root(said)) if kind == "root" else _about_change(read_change(said))
    return Draft(
        kind=kind,
        text=said,
        body=body,
        about=about,
        signed=tuple(one.key.name for one in read_approvals(body[signatures])),
    )


def _about_root(root: Root) -> str:
    names = ", ".join(key.name for key in root.keys)
    return (
        f"root {root.version} of {root.log}: {root.threshold} of {names}; fingerprint {root.sha256}"
    )


def _about_change(change: Add | Rotate | Revoke) -> str:
    under = f"in {change.log}, under root {change.root}"
    name, key = change.key.name, change.key.key_id.hex()
    if isinstance(change, Add):
        return f"let {name} say {', '.join(change.kinds)} with key {key} {under}"
    if isinstance(change, Rotate):
        return f"rotate {name} from key {change.old.key_id.hex()} to {key} {under}"
    since = change.compromised_since_index
    stolen = "" if since is None else f", compromised since entry {since}"
    return f"revoke key {key} of {name}{stolen}, {under}"
