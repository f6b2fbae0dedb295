"""What crosses from the monitor to the guarantors' board: signed entries, and only in that way.

The two are deployments of their own, with keys of their own. The monitor exports a bundle; the
board's pipeline checks it against the monitor's pinned key and hands on one `Imported` an entry.
There is no record for the way back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from truceline.records.canonical import Json

IMPORTED_KINDS = ("finding", "determination", "remedy", "body_decision", "fall")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One entry of the monitor's log, as a verified bundle gave it.

    Attributes:
        kind: A word of `IMPORTED_KINDS`.
        id: Id of the finding (as `FindingFacts`), determination, remedy, motion or fall.
        record: The record as plain data.
        record_sha256: Hash of its canonical bytes: what the monitor signed.
        origin: Name of the monitor's log.
        index: Entry of that log; of one id the latest entry holds.
        bundle_sha256: Hash of the bundle that it came in.
        checkpoint_sha256: Hash of the signed checkpoint under which its inclusion was proven.
        proof: Ids of the statements that the proof rests on, the entry's own first.
    """

    kind: str
    id: str
    record: Mapping[str, Json]
    record_sha256: str
    origin: str
    index: int
    bundle_sha256: str
    checkpoint_sha256: str
    proof: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.kind not in IMPORTED_KINDS:
            raise ValueError(f"kind {self.kind!r} is none of {IMPORTED_KINDS}")
        if self.index < 0:
            raise ValueError(f"index {self.index} is negative")
        if not self.proof:
            raise ValueError(f"{self.id} comes without a proof")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedImport:
    """An entry that the board did not take in.

    Attributes:
        id: Its id.
        origin: Name of the log that it says it comes from.
        index: Entry of that log.
        rule: Which rule refused, a key of the word files behind `refusal.`.
        why: What was compared.
    """

    id: str
    origin: str
    index: int
    rule: str
    why: str
