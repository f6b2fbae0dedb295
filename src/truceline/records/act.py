"""One thing a person or a body did, as the log has it: signed by who did it, and in one order.

Cases, votes, remedies, consultations and pledges are nothing but acts, folded in the log's order.
An act that a rule refuses stays in the log: the fold says which rule refused it, and goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from truceline.records.canonical import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One signed act.

    Attributes:
        id: SHA-256 of the signed statement, in hex: what it opens (a case, a motion) has this name.
        index: Entry of the log.
        actor: Name of the key that signed it.
        name: What was done, for example "case.open": a key of its room's table of acts.
        about: Id of what it is done to, for example a case; "" for what opens something new.
        signed_us: When the actor says that he signed, microseconds since 1970 UTC; a claim.
        at_us: The instant that counts: the latest `signed_us` of this act and of all before it in
            the log. So nobody dates an act back before one that everybody has seen.
        detail: The fields that the act's name asks for.
        disputed: The actor's key is said to have been stolen when this was signed: it counts for
            nothing until somebody signs it again.
    """

    id: str
    index: int
    actor: str
    name: str
    about: str
    signed_us: int
    at_us: int
    detail: Mapping[str, Json]
    disputed: bool = False

    def __post_init__(self) -> None:
        if self.at_us < self.signed_us:
            raise ValueError(f"{self.id}: at_us {self.at_us} is before signed_us {self.signed_us}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAct:
    """An act that stands in the log and has no effect, with the rule that refused it.

    Attributes:
        act: Id of the act.
        index: Entry of the log.
        actor: Who signed it.
        name: What was to be done.
        rule: Which rule refused: a key of the word files behind `refusal.`, for example "quorum".
        article: Article of the agreement that the rule comes from; "" for a rule of the house.
        why: The numbers or names compared, in plain English.
    """

    act: str
    index: int
    actor: str
    name: str
    rule: str
    article: str
    why: str
