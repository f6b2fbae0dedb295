"""Seal a finished job: originals, what was read from them, what was derived, under one head.

The mission is built beside its final place and moved there when it is whole, so that a mission that
exists is complete; what failed leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from truceline import __version__
from truceline.evidence.bundle import AGREEMENT_FEED
from truceline.evidence.folder import sync_directory
from truceline.evidence.keys import SigningKey, VerifierKey, new_seed, write_key
from truceline.evidence.ledger import Ledger
from truceline.feeds.gather import Original
from truceline.pipeline.documents import parsed_body
from truceline.records.agreement import Agreement

if TYPE_CHECKING:
    # Only named in types: it brings rooms that are not needed here.
    from truceline.pipeline.derive import Derived, Inputs, Progress

# A mission's name becomes part of its log's origin, where blanks and signs mean something else.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class MissionError(Exception):
    """A mission cannot be made of what was given; the message names what and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """An agreement file: its name, its bytes, and what they say."""

    name: str
    content: bytes
    agreement: Agreement


def insist_on_place(mission: Path, title: str) -> None:
    """Check, before any work, that a mission can stand where it shall.

    Raises:
        MissionError: It, or its key, is there already; or its name or title cannot be used.
    """
    key_file = _key_file(mission)
    for path in (mission, key_file):
        if path.exists():
            raise MissionError(f"{path} exists; a mission is never overwritten")
    if not NAME.fullmatch(mission.name):
        raise MissionError(
            f"{mission.name!r} is no name for a mission; use letters, digits, dots, - and _"
        )
    if title and not title.isprintable():
        raise MissionError(f"title {title!r} holds characters that cannot be printed")


def seal_mission(
    mission: Path,
    title: str,
    inputs: Inputs,
    terms: Sequence[Terms],
    derived: Derived,
    progress: Progress,
) -> None:
    """Write and sign the mission folder, then move it into place, with its key beside it."""
    with new_log(mission) as (part, seed, key), Ledger.create(part, seed, key.name) as ledger:
        ledger.store_mission_file(_mission_toml(title, str(key), inputs, terms))
        _append_all(ledger, inputs, terms, derived, progress)
        ledger.commit(time.time_ns() // 1000)


@contextmanager
def new_log(mission: Path) -> Iterator[tuple[Path, bytes, VerifierKey]]:
    """Build the folder of a new log beside its place; it is moved there, its key beside it, whole.

    Yields:
        An empty folder to build in, the secret of the log's key, and the key.
    """
    mission.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{mission.name}.", dir=mission.parent))
    signer = SigningKey(name=f"truceline.example/{mission.name}", seed=new_seed())
    try:
        yield part, signer.seed, signer.verifier
        part.chmod(0o755)
        write_key(_key_file(mission), signer.seed)
        part.rename(mission)
        sync_directory(mission.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _key_file(mission: Path) -> Path:
    return mission.with_name(mission.name + ".key")


def _append_all(
    ledger: Ledger,
    inputs: Inputs,
    terms: Sequence[Terms],
    derived: Derived,
    progress: Progress,
) -> None:
    for one in terms:
        _seal_original(ledger, Original(name=one.name, content=one.content), AGREEMENT_FEED)
    by_name = {original.name: original for original in inputs.originals}
    for done, read in enumerate(derived.reads, start=1):
        _seal_original(ledger, by_name[read.document.name], read.document.feed)
        if not read.document.same_as:
            ledger.append("parsed", parsed_body(read))
        progress("sealing originals", done, len(derived.reads))
    for name, content in sorted(derived.files.items()):
        ledger.store_derived(name, content)


def _seal_original(ledger: Ledger, original: Original, feed: str) -> None:
    ledger.append(
        "original",
        {
            "sha256": ledger.store_original(original.content),
            "size": len(original.content),
            "name": original.name,
            "feed": feed,
            "received_us": original.received_us,
        },
    )


def _mission_toml(title: str, key: str, inputs: Inputs, terms: Sequence[Terms]) -> bytes:
    """Write the mission file: what it is about, and the key that signs it."""
    lines = [
        "format = 1",
        f"title = {json.dumps(title, ensure_ascii=False)}",
        f"verifier_key = {json.dumps(key)}",
        f'software = "truceline {__version__}"',
        f"since = {inputs.since.isoformat()}",
        f"until = {inputs.until.isoformat()}",
    ]
    for one in terms:
        digest = hashlib.sha256(one.content).hexdigest()
        lines += [
            "",
            "[[agreement]]",
            f"name = {json.dumps(one.name, ensure_ascii=False)}",
            f'sha256 = "{digest}"',
        ]
    return ("\n".join(lines) + "\n").encode()
