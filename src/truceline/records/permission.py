"""Who asks, what he asks to do, on which thing, and where; the answer, with the rule behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from truceline.records.mandate import Role

# The vocabulary's disclosure_tier, from the most open to the closest. In `originator_controlled`
# nobody sees a thing but its originator, and whom he released it to.
DISCLOSURE_TIERS = ("public", "states", "coalition", "commission", "originator_controlled")
# What the guarantors' deployment alone may hold.
GUARDED_KINDS = ("depots", "gap_board", "hubs", "readiness")
# What can be acted upon or seen. A kind that is not listed is refused where it is written down.
KINDS = (
    *GUARDED_KINDS, "activation", "body", "breach", "case", "clock", "commitment", "consultation",
    "deadline", "decision", "determination", "docket", "exhibit", "hotline_log", "log", "motion",
    "pledge", "procedure", "register", "remedy", "response", "sanction", "seat", "votes", "window",
)  # fmt: skip
SEE = "see"
# Far beyond every date, and so small that two of them add up without overflow.
LATEST_US = 2**53 - 1


class Deployment(Enum):
    """Two deployments, each with its own keys: signed findings flow one way between them."""

    MONITOR = "monitor"
    GUARANTORS = "guarantors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks.

    Attributes:
        actor: Name of his key; "" for somebody who did not log in.
        roles: What he is, from the mandate; none beside PUBLIC for somebody who did not log in.
        state: Code of the state or party that he acts for; "" for none.
        body: Id of the body in which he acts for a seat; "" for none.
        seat: Id of that seat; "" for none.
        recused: Ids of the cases from which he, or his seat, stepped aside.
    """

    actor: str
    roles: frozenset[Role]
    state: str = ""
    body: str = ""
    seat: str = ""
    recused: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.actor and self.roles - {Role.PUBLIC}:
            raise ValueError("nobody who did not log in has a role but public")
        if self.seat and not self.body:
            raise ValueError(f"seat {self.seat!r} of {self.actor!r} is in no body")
        if "" in self.recused:
            raise ValueError(f"{self.actor!r} stepped aside from a case without an id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What he asks about.

    Attributes:
        id: Its id; "" for what is yet to be opened.
        kind: A word of `KINDS`.
        deployment: Which deployment holds it.
        tier: A word of `DISCLOSURE_TIERS`.
        case: Id of the case that it belongs to; "" for none.
        body: Id of the body before which it stands; "" for none.
        seat: Id of the seat that it concerns; "" for none.
        state: Code of the state that it is of, or that was asked or called; "" for none.
        parties: Codes of the states that it concerns: the parties of a case, who called and who was
            called, who was invited; none where it concerns all alike.
        withheld_from: Codes of the states that may not see it, whatever else holds.
        originator: Code of the state that it came from; "" where that is nobody's secret.
        released_to: Codes of the states that its originator released it to.
        keepers: Names of the keys that the agreement or the log names for it: who may fill a seat
            anew, who convened a consultation, who visits to verify.
        published_us: When it was published; None while it is not.
        delay_us: For how long after that the public waits.
        opened: False for votes that are still sealed.
    """

    id: str
    kind: str
    deployment: Deployment
    tier: str
    case: str = ""
    body: str = ""
    seat: str = ""
    state: str = ""
    parties: frozenset[str] = frozenset()
    withheld_from: frozenset[str] = frozenset()
    originator: str = ""
    released_to: frozenset[str] = frozenset()
    keepers: frozenset[str] = frozenset()
    published_us: int | None = None
    delay_us: int = 0
    opened: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} is none of {KINDS}")
        if self.tier not in DISCLOSURE_TIERS:
            raise ValueError(f"tier {self.tier!r} is none of {DISCLOSURE_TIERS}")
        if self.tier == "public" and self.withheld_from:
            names = ", ".join(sorted(self.withheld_from))
            raise ValueError(f"{self.id!r} is public and withheld from {names}")
        if "" in self.parties | self.withheld_from | self.released_to | self.keepers:
            raise ValueError(f"{self.id!r} names a state or a key without a name")
        if not self.opened and self.kind != "votes":
            raise ValueError(f"{self.kind} {self.id!r} is sealed; only votes are")
        for name, value_us in (("published_us", self.published_us), ("delay_us", self.delay_us)):
            if value_us is not None and not 0 <= value_us <= LATEST_US:
                raise ValueError(f"{name} {value_us} of {self.id!r} is outside 0..{LATEST_US}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where and when he asks.

    Attributes:
        deployment: Which deployment is asked.
        now_us: The door's clock, microseconds since 1970 UTC.
        loopback: Whether he asks from this machine itself.
        development: Whether he logged in by the local development login, without a passkey.
    """

    deployment: Deployment
    now_us: int
    loopback: bool = False
    development: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.now_us <= LATEST_US:
            raise ValueError(f"now_us {self.now_us} is outside 0..{LATEST_US}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May he do that?

    Attributes:
        action: `SEE`, or the name of an act, for example "case.position".
    """

    principal: Principal
    action: str
    thing: Thing
    setting: Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer, and which rule gave it.

    Attributes:
        allowed: Whether he may.
        by: Ids of the policies that allowed, or of those that forbade; ("default",) where no
            policy allows, which refuses as well.
        nearest: By default only: the policy that came nearest to allowing it; "" where no policy
            speaks of the action at all.
        asks: By default only: the conditions of that policy that do not hold, by their keys.
    """

    allowed: bool
    by: tuple[str, ...]
    nearest: str = ""
    asks: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """Name the first rule that decided: a key of the word files behind `access.`."""
        return self.by[0]

    @property
    def why(self) -> str:
        """Say in plain English which rule decided, and what it asks for.

        >>> Decision(allowed=False, by=("default",)).why
        'no policy allows'
        """
        if self.by != ("default",):
            return ", ".join(self.by)
        if not self.nearest:
            return "no policy allows"
        asked = ", ".join(key.replace("-", " ") for key in self.asks)
        return f"no policy allows; {self.nearest} asks for {asked}"
