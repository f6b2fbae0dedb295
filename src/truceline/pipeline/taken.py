"""What missions brought to a board: what its fold stands on, from whole logs and from bundles.

A bundle that verified is a mission's word for one incident, as its log is for all of them. Of two
words of one log about an incident the later holds; the findings of the earlier are superseded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from truceline.agreement.read import read_agreement
from truceline.commission.chamber import Chamber
from truceline.evidence.bundle import AGREEMENT_FEED
from truceline.evidence.ledger import LedgerError
from truceline.evidence.verifiers import verify_bundle
from truceline.pipeline.board_folder import mandate_of, read_stored
from truceline.pipeline.chambers import Chambers
from truceline.pipeline.facts import (
    FILES,
    Judged,
    commission_facts,
    judged_in,
    trigger_facts,
)
from truceline.pipeline.imports import Import, Imports
from truceline.pipeline.superseded import question
from truceline.records.agreement import Agreement
from truceline.records.board import BodyDecision, Fall
from truceline.records.canonical import read_record
from truceline.records.determination import Determination, RemedyStanding
from truceline.records.finding import Finding
from truceline.records.trigger import FindingFacts

CARRIED = "carried"


@dataclass(slots=True, kw_only=True)
class Taken:
    """What missions brought, by kind: everything that the board stands on.

    Attributes:
        determinations: All, corrected and withdrawn ones too.
        remedies: All.
        findings: Facts of all findings.
        carried: Questions that bodies carried.
        falls: When determinations fell, and by which act.
    """

    determinations: list[Determination] = field(default_factory=list)
    remedies: list[RemedyStanding] = field(default_factory=list)
    findings: list[FindingFacts] = field(default_factory=list)
    carried: list[BodyDecision] = field(default_factory=list)
    falls: list[Fall] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What one import says of one log, under one head.

    Attributes:
        size: Entries under the head.
        found: The findings, with their incidents.
        agreements: The agreements that they are under.
    """

    size: int
    found: tuple[Judged, ...]
    agreements: tuple[Agreement, ...]


def what_missions_brought(
    folder: Path, imports: Imports, now_us: int, agreement: str, chambers: Chambers
) -> Taken:
    """Fold everything that a board imported, as it stands at an instant.

    Args:
        folder: The board.
        imports: What it imported.
        now_us: The instant.
        agreement: Id of the board's own agreement: bodies have their powers from it, and what one
            of the same id decided under another carries nothing here.
        chambers: The chambers of the logs, as far as they were folded before.

    Raises:
        LedgerError: It is not what was imported.
    """
    taken = Taken()
    told: dict[str, list[_Told]] = {}
    for log in imports.logs.values():
        whole = _of_log(folder, log)
        told[str(log.key)] = [whole]
        _take_acts(folder, log, whole, now_us, taken, agreement, chambers)
    for key, bundle in sorted(_of_bundles(folder, imports), key=lambda one: one[1].size):
        before = told.setdefault(key, [])
        # What was imported last as far as here or further says all that the bundle says of it.
        if not before or bundle.size > before[0].size:
            before.append(bundle)
    for tellings in told.values():
        agreements = [terms for one in tellings for terms in one.agreements]
        taken.findings += trigger_facts(newest(one.found for one in tellings), agreements)
    return taken


def _of_log(folder: Path, log: Import) -> _Told:
    files = {name: read_stored(folder, log.derived[name]) for name in FILES if name in log.derived}
    return _Told(
        size=log.edge.size,
        found=judged_in(files),
        agreements=tuple(
            read_agreement(read_stored(folder, digest), name)
            for digest, name in log.agreements.items()
        ),
    )


def _of_bundles(folder: Path, imports: Imports) -> Iterator[tuple[str, _Told]]:
    """Read every bundle again, each with the key of its log."""
    for digest, key in zip(imports.bundles, imports.keys, strict=True):
        try:
            checked = verify_bundle.verify(read_stored(folder, digest), key)
        except verify_bundle.Wrong as wrong:
            raise LedgerError(f"the bundle {digest} no longer verifies: {wrong}") from wrong
        yield (
            key,
            _Told(
                size=checked.head.size if checked.head else 0,
                found=tuple(
                    Judged(finding=read_record(Finding, row), incident=checked.incident)
                    for row in checked.findings
                ),
                agreements=tuple(
                    read_agreement(one.content, one.body["name"])
                    for one in checked.entries
                    if one.kind == "original" and one.body["feed"] == AGREEMENT_FEED
                ),
            ),
        )


def newest(tellings: Iterable[Iterable[Judged]]) -> tuple[Judged, ...]:
    """Give all findings of several tellings of one log, the earliest telling first.

    At no head does an observation belong to two incidents. So where a later telling has the name
    or an observation of an earlier incident, what was found on that is superseded: nothing counts
    twice.
    """
    current: dict[str, list[Judged]] = {}
    gone: dict[str, Judged] = {}
    owners: dict[str, str] = {}
    for told in tellings:
        fresh: dict[str, list[Judged]] = {}
        for one in told:
            if one.superseded_by is None:
                fresh.setdefault(one.finding.incident, []).append(one)
            else:
                gone[one.finding.id] = one
        for name, found in fresh.items():
            seen = found[0].incident["observations"]
            for old in sorted({name, *(owners[one] for one in seen if one in owners)}):
                for one in current.pop(old, ()):
                    gone[one.finding.id] = replace(one, superseded_by=_in_place_of(one, found))
            owners.update(dict.fromkeys(seen, name))
            current[name] = found
    now = {one.finding.id: one for found in current.values() for one in found}
    return tuple((gone | now).values())


def _in_place_of(old: Judged, found: Iterable[Judged]) -> tuple[str, ...]:
    wanted = question(old.finding)
    return tuple(sorted(one.finding.id for one in found if question(one.finding) == wanted))


def _take_acts(
    folder: Path,
    log: Import,
    told: _Told,
    now_us: int,
    taken: Taken,
    agreement: str,
    chambers: Chambers,
) -> None:
    """Fold the acts of one imported log as its mission does."""
    if not any(terms.mandate for terms in told.agreements):
        return
    mandate = mandate_of(folder, told.agreements)
    chamber = chambers.of(log, mandate, commission_facts(told.found), now_us)
    taken.determinations += chamber.determinations
    taken.remedies += chamber.remedies
    taken.carried += _carried(chamber) if mandate.agreement == agreement else ()
    taken.falls += _falls(chamber)


def _carried(chamber: Chamber) -> Iterator[BodyDecision]:
    for one in chamber.motions():
        if one.tally is not None and one.tally.result == CARRIED and one.closed_us is not None:
            yield BodyDecision(
                id=one.id, body=one.body, question=one.question, decided_us=one.closed_us
            )


def _falls(chamber: Chamber) -> Iterator[Fall]:
    fallen = {one.case for one in chamber.determinations if one.standing != "stands"}
    for case in sorted(fallen):
        for one in chamber.view(case).corrections:
            yield Fall(id=one.old, by=one.new or one.id, fell_us=one.at_us)
