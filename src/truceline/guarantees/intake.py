"""Take in what the monitor signed: findings, determinations, remedies. Nothing goes back.

No function of this room gives anything that a monitor could take: a test holds that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

from truceline.guarantees.world import Refusal
from truceline.records.board import BodyDecision, Fall
from truceline.records.board_import import Imported, RefusedImport
from truceline.records.canonical import canonical, read_record
from truceline.records.determination import Determination, RemedyStanding
from truceline.records.trigger import FindingFacts

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What the board was given, ready to fold.

    Attributes:
        findings: Facts of findings, by id.
        determinations: By id.
        remedies: By id.
        carried: Decisions of bodies, by id.
        falls: Of determinations, by id.
        refused: What was not taken in.
    """

    findings: tuple[FindingFacts, ...]
    determinations: tuple[Determination, ...]
    remedies: tuple[RemedyStanding, ...]
    carried: tuple[BodyDecision, ...]
    falls: tuple[Fall, ...]
    refused: tuple[RefusedImport, ...]


def take_in(
    imports: Iterable[Imported], *, origin: str, verified_bundles: Collection[str]
) -> Intake:
    """Read imported entries; of one id the latest entry of the monitor's log holds.

    Args:
        imports: In any order.
        origin: Name of the monitor's log that is pinned here.
        verified_bundles: Hashes of the bundles that the pipeline has checked against its key.
    """
    latest: dict[tuple[str, str], Imported] = {}
    entries: dict[int, Imported] = {}
    refused: list[RefusedImport] = []
    for one in sorted(imports, key=lambda one: (one.index, one.record_sha256, one.id)):
        try:
            _must_be_proven(one, origin, verified_bundles)
            _must_be_the_only_history(one, entries)
            read(one)
        except Refusal as refusal:
            refused.append(
                RefusedImport(
                    id=one.id,
                    origin=one.origin,
                    index=one.index,
                    rule=refusal.rule,
                    why=refusal.why,
                )
            )
        else:
            latest[one.kind, one.id] = entries[one.index] = one
    records = [read(latest[key]) for key in sorted(latest)]
    return Intake(
        findings=_of(FindingFacts, records),
        determinations=_of(Determination, records),
        remedies=_of(RemedyStanding, records),
        carried=_of(BodyDecision, records),
        falls=_of(Fall, records),
        refused=tuple(refused),
    )


def read(
    imported: Imported,
) -> FindingFacts | Determination | RemedyStanding | BodyDecision | Fall:
    """Read the record of one entry.

    Raises:
        Refusal: The data is no such record, or names another id.
    """
    try:
        record = _read(imported)
    except (KeyError, TypeError, ValueError) as error:
        raise Refusal("import_unreadable", f"{imported.id}: {error}") from error
    named = record.finding if isinstance(record, FindingFacts) else record.id
    if named != imported.id:
        raise Refusal("import_unreadable", f"{imported.id} holds the record of {named}")
    return record


def _read(
    imported: Imported,
) -> FindingFacts | Determination | RemedyStanding | BodyDecision | Fall:
    match imported.kind:
        case "finding":
            return read_record(FindingFacts, imported.record)
        case "determination":
            return read_record(Determination, imported.record)
        case "remedy":
            return read_record(RemedyStanding, imported.record)
        case "body_decision":
            return read_record(BodyDecision, imported.record)
        case _:
            return read_record(Fall, imported.record)


def _must_be_proven(one: Imported, origin: str, verified_bundles: Collection[str]) -> None:
    if one.origin != origin:
        raise Refusal("import_origin", f"{one.origin} is not the pinned log {origin}")
    if one.bundle_sha256 not in verified_bundles:
        raise Refusal("import_not_verified", f"bundle {one.bundle_sha256} was not verified")
    found = hashlib.sha256(canonical(dict(one.record))).hexdigest()
    if found != one.record_sha256:
        raise Refusal("import_hash", f"the record's hash is {found}, signed is {one.record_sha256}")


def _must_be_the_only_history(one: Imported, entries: dict[int, Imported]) -> None:
    other = entries.get(one.index)
    if other is not None and (other.kind, other.record_sha256) != (one.kind, one.record_sha256):
        raise Refusal("two_histories", f"entry {one.index} is also {other.id}: proof of fraud")


def _of(kind: type[Record], records: Iterable[object]) -> tuple[Record, ...]:
    return tuple(one for one in records if isinstance(one, kind))
