"""What a party says happened. A claim is not a finding."""

from __future__ import annotations

from dataclasses import dataclass

from truceline.records.observation import row_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One party's statement about a truce.

    Attributes:
        truce: Id of the truce in the source, for example "easter_2026".
        claimant: Who says so, in the source's words, for example "RU MoD".
        accused: Code of the party that it is said of; "both" or "-" where it is nobody alone.
        as_of: When it was said, in the source's words (often without a time zone).
        began_us: Start of the period it speaks of; None where it does not say.
        ended_us: End of that period; None where it does not say.
        metric: What is counted, for example "violations_total".
        count: The number; None where it is text.
        value: The number or text as printed.
        qualifier: For example "exact", "more than".
        outlet: Who printed it.
        note: Headline or remark.
        url: Where.
        quality: The collector's word on the outlet.
        document_sha256: The original it was read from.
        line: Line in it.
    """

    truce: str
    claimant: str
    accused: str
    as_of: str
    began_us: int | None
    ended_us: int | None
    metric: str
    count: int | None
    value: str
    qualifier: str
    outlet: str
    note: str
    url: str
    quality: str
    document_sha256: str
    line: int

    @property
    def id(self) -> str:
        """The claim's identity: its original and the line in it."""
        return row_id("c", self.document_sha256, self.line)
