"""Check a mission from its folder alone; if asked, do the whole job again and compare bytes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from truceline.agreement.read import read_agreement
from truceline.evidence.bundle import AGREEMENT_FEED
from truceline.evidence.folder import original_name
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.verify import Problem, Report, verify
from truceline.feeds.gather import Original
from truceline.pipeline.derive import Derived, Inputs, Progress, derive
from truceline.pipeline.documents import rows_to_state, stated_documents, stated_rows
from truceline.pipeline.told import earlier_files, read_told


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The report of a check.

    Attributes:
        report: What was checked and the first thing that is wrong.
        replayed: The derived files were computed again and compared.
    """

    report: Report
    replayed: bool


def check_mission(
    folder: Path, key: str | None, *, again: bool, threads: int, progress: Progress
) -> Verified:
    """Check every byte of a mission folder, and its derived files by doing the job again.

    Args:
        folder: The mission folder; nothing beside it is read.
        key: The signer's verifier key, if you have it from elsewhere.
        again: Also derive everything again from the originals and compare the bytes.
        threads: Threads that read documents.
        progress: Told what is done.
    """
    report = verify(folder, key)
    if report.problem is not None or not again:
        return Verified(report=report, replayed=False)
    inputs = read_inputs(folder)
    derived = derive(inputs, threads=threads, progress=progress)
    problem = _difference(folder, inputs, derived)
    return Verified(report=replace(report, problem=problem), replayed=True)


def _difference(folder: Path, inputs: Inputs, derived: Derived) -> Problem | None:
    """Name the first statement or file that does not follow from the originals."""
    with Ledger.open(folder) as ledger:
        stated, earlier = stated_rows(ledger), earlier_files(ledger)
    for body in rows_to_state(inputs.originals, derived.reads):
        if stated.get(str(body["sha256"])) != body:
            return Problem(
                file=original_name(str(body["sha256"])),
                why="is not stated with the rows that this software reads from it; derive again",
            )
    # These follow from the log: each was once what it stated, and `verify` knows their bytes.
    held = {path.name for path in (folder / "derived").iterdir()} - {*earlier}
    for name in sorted(held | set(derived.files)):
        path = folder / "derived" / name
        if name not in derived.files:
            return Problem(file=f"derived/{name}", why="is signed, but derived from nothing here")
        if not path.is_file() or path.read_bytes() != derived.files[name]:
            return Problem(
                file=f"derived/{name}",
                why="is signed, but is not what this software derives from the originals",
            )
    return None


def read_inputs(folder: Path) -> Inputs:
    """Read from a mission folder all that its derived files depend on.

    Raises:
        LedgerError: The folder is no mission, or damaged.
    """
    toml = tomllib.loads((folder / "mission.toml").read_text(encoding="utf-8"))
    originals, agreements = [], []
    with Ledger.open(folder) as ledger:
        stated, earlier = stated_documents(ledger), earlier_files(ledger)
    for one in stated:
        content = (folder / original_name(one.sha256)).read_bytes()
        if sha256(content).hexdigest() != one.sha256:
            raise LedgerError(f"{original_name(one.sha256)} is not the document that was stated")
        if one.feed == AGREEMENT_FEED:
            agreements.append(read_agreement(content, one.name))
        else:
            originals.append(
                Original(
                    name=one.name,
                    content=content,
                    received_us=one.received_us,
                    disputed=one.disputed,
                )
            )
    return Inputs(
        originals=tuple(originals),
        agreements=tuple(agreements),
        since=toml["since"],
        until=toml["until"],
        told=read_told(folder, earlier),
    )
