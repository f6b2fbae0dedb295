"""Derive a mission again from its log: new documents count, disputed ones do not any more.

Nothing is taken back. What was derived before stays stated in the log; the latest statement about a
file is the one that counts.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from truceline.evidence.folder import DERIVED
from truceline.evidence.keys import read_key
from truceline.evidence.ledger import Ledger
from truceline.pipeline.derive import Progress, derive
from truceline.pipeline.documents import rows_to_state, stated_rows
from truceline.pipeline.verify import read_inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Rederived:
    """What deriving again changed.

    Attributes:
        parsed: Documents that were read for the first time, or otherwise than before.
        files: Derived files that are others now, sorted.
        disputed: Names of documents whose rows count for nothing, and why.
        size: Statements under the head.
    """

    parsed: int
    files: tuple[str, ...]
    disputed: Mapping[str, str]
    size: int


def derive_again(mission: Path, *, threads: int, progress: Progress) -> Rederived:
    """Derive everything from what the log states now, state what changed, and move the head.

    Raises:
        LedgerError: The mission is damaged, or is being written by another process.
        OSError: Its key cannot be read.
    """
    seed = read_key(mission.with_name(f"{mission.name}.key"))
    inputs = read_inputs(mission)
    derived = derive(inputs, threads=threads, progress=progress)
    with Ledger.open(mission, seed) as ledger:
        rows, files = stated_rows(ledger), _stated_files(ledger)
        due = rows_to_state(inputs.originals, derived.reads)
        new = [body for body in due if rows.get(str(body["sha256"])) != body]
        for body in new:
            ledger.append("parsed", body)
        changed = [
            name
            for name, content in sorted(derived.files.items())
            if files.get(name) != sha256(content).hexdigest()
            # A crash between file and statement leaves a file that nobody stated.
            or (mission / DERIVED / name).read_bytes() != content
        ]
        for name in changed:
            ledger.store_derived(name, derived.files[name])
        if new or changed:
            ledger.commit(time.time_ns() // 1000)
        return Rederived(
            parsed=len(new),
            files=tuple(changed),
            disputed={one.name: one.disputed for one in inputs.originals if one.disputed},
            size=ledger.size,
        )


def _stated_files(ledger: Ledger) -> dict[str, str]:
    return {
        str(one.body["path"]): str(one.body["sha256"])
        for one in ledger.statements()
        if one.kind == "derived"
    }
