"""Derive a mission again from its log: new documents count, disputed ones do not any more.

Nothing is taken back. What was derived before stays stated in the log; the latest statement about a
file is the one that counts. Incidents that were told are put aside as they were, and what is told
otherwise now is a new revision that says so.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from truceline.evidence.folder import DERIVED
from truceline.evidence.keys import read_key
from truceline.evidence.ledger import Ledger
from truceline.pipeline.derive import (
    REVISIONS,
    Derived,
    Inputs,
    Progress,
    derive,
    derived_files,
)
from truceline.pipeline.documents import rows_to_state, stated_rows
from truceline.pipeline.told import (
    EARLIER,
    INCIDENTS,
    earlier_files,
    earlier_name,
    read_incidents,
    told_now,
)
from truceline.pipeline.verify import read_inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Rederived:
    """What deriving again changed.

    Attributes:
        parsed: Documents that were read for the first time, or otherwise than before.
        files: Derived files that are others now, sorted.
        disputed: Names of documents whose rows count for nothing, and why.
        revised: How many incidents are told otherwise, by what became of them: "new", "changed",
            "withdrawn"; empty if none is.
        size: Statements under the head.
    """

    parsed: int
    files: tuple[str, ...]
    disputed: Mapping[str, str]
    revised: Mapping[str, int]
    size: int


def derive_again(mission: Path, *, threads: int, progress: Progress) -> Rederived:
    """Derive everything from what the log states now, state what changed, and move the head.

    Raises:
        LedgerError: The mission is damaged, or is being written by another process.
        OSError: Its key cannot be read.
    """
    seed = read_key(mission.with_name(f"{mission.name}.key"))
    # The writer's lock is held from the first look on: nothing can come in between.
    with Ledger.open(mission, seed) as ledger:
        inputs = read_inputs(mission)
        rows, files = stated_rows(ledger), _stated_files(ledger)
        earlier = earlier_files(ledger)
        told = told_now(mission, files.get(INCIDENTS))
        derived = derive(inputs, threads=threads, progress=progress)
        is_told_otherwise = told is not None and derived.files[INCIDENTS] != told
        # After a crash, what was told last may be put aside already, and nothing told since.
        is_aside = bool(earlier) and files[earlier[-1]] == files.get(INCIDENTS)
        if told is not None and is_told_otherwise and not is_aside:
            derived = _after(inputs, derived, told, progress)
            derived = replace(
                derived, files={**derived.files, earlier_name(len(earlier) + 1): told}
            )
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
        # What was told is put aside before anything else is told: a crash loses neither.
        changed.sort(key=lambda name: EARLIER.fullmatch(name) is None)
        for name in changed:
            ledger.store_derived(name, derived.files[name])
        if new or changed:
            ledger.commit(time.time_ns() // 1000)
        return Rederived(
            parsed=len(new),
            files=tuple(changed),
            disputed={one.name: one.disputed for one in inputs.originals if one.disputed},
            revised=_revised(derived) if is_told_otherwise else {},
            size=ledger.size,
        )


def _after(inputs: Inputs, derived: Derived, told: bytes, progress: Progress) -> Derived:
    """Give the derived files that follow upon what was told; documents are not read again."""
    inputs = replace(inputs, told=(*inputs.told, read_incidents(told)))
    return replace(derived, files=derived_files(inputs, derived.reads, progress))


def _revised(derived: Derived) -> dict[str, int]:
    lines = derived.files.get(REVISIONS, b"").splitlines()
    return dict(sorted(Counter(json.loads(line)["change"] for line in lines).items()))


def _stated_files(ledger: Ledger) -> dict[str, str]:
    return {
        str(one.body["path"]): str(one.body["sha256"])
        for one in ledger.statements()
        if one.kind == "derived"
    }
