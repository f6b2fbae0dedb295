"""What states have pledged: kind, stage, money, forces, readiness and stock.

Money is whole minor units of one currency. None, where a number would stand, means "not known".
"""

from __future__ import annotations

from dataclasses import dataclass

from truceline.records.commitment import GUARANTEE_COMPONENTS, Caveat

PLEDGE_STAGES = (
    "announced",
    "offered_in_writing",
    "committed",
    "allocated",
    "funded",
    "contracted",
    "produced",
    "ready",
    "in_transit",
    "delivered",
    "in_service",
    "withdrawn",
    "expired",
)
READINESS_LEVELS = ("L1_pledged", "L2_assessed", "L3_verified", "RDL")
DOMAINS = ("land", "sea", "air")
# "deploy_or_be_present" is what some states said: on land, at sea or in the air. It is counted as
# that, never as a troop contribution.
PLEDGE_KINDS = (
    "military_package",
    "purchase_finance",
    "army_budget",
    "fortification",
    "intelligence",
    "european_instrument",
    "recovery_and_prosperity",
    "deploy_or_be_present",
    "troop_contribution",
    "capability",
    "stationed_in_neighbour",
    "training",
    "joint_production",
    "depot",
    "hub",
    "protected_storage",
)
# Held in the guarantors' tier whole: that there is one is already a fact that is not public.
SEALED_KINDS = ("depot", "hub", "protected_storage")
TIERS = ("public", "states", "coalition", "originator_controlled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount.

    Attributes:
        amount_minor: Whole minor units, for example cents.
        currency: Three letters of ISO 4217.
        year: Year that it is for; None is not known.
        horizon_year: Last year to which the pledge of it reaches; None is not known.
        source: Where it can be read, or the act that says so.
    """

    amount_minor: int
    currency: str
    year: int | None
    horizon_year: int | None
    source: str

    def __post_init__(self) -> None:
        if self.amount_minor <= 0:
            raise ValueError(f"amount_minor must be positive, got {self.amount_minor}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceRow:
    """Forces of one capability.

    Attributes:
        capability: What it is, as the requirement names it.
        domain: A word of `DOMAINS`; "" for what is in none, as intelligence.
        count: How many.
        within_s: Seconds from the order to being there; None is not known.
    """

    capability: str
    domain: str
    count: int
    within_s: int | None

    def __post_init__(self) -> None:
        if self.domain not in {*DOMAINS, ""}:
            raise ValueError(f"domain {self.domain!r} is none of {DOMAINS}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What lies in a depot.

    Attributes:
        item: What it is.
        count: How many.
    """

    item: str
    count: int

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError(f"count {self.count} of {self.item} is below 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A verification visit.

    Attributes:
        act: Id of the act that records it.
        level: Level that it found.
        day: Day of the visit, written 2026-01-06.
        report_sha256: Hash of its report.
    """

    act: str
    level: str
    day: str
    report_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReached:
    """A stage of a pledge, with who says so.

    Attributes:
        stage: A word of `PLEDGE_STAGES`.
        at_us: When the act counts; None for a stage that the register's file states.
        source: Where it can be read, or the act that says so.
    """

    stage: str
    at_us: int | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """One pledge.

    Attributes:
        id: Unique in its register.
        state: Code of the state or institution.
        kind: A word of `PLEDGE_KINDS`.
        title: What it is, in a few words.
        component: A word of `GUARANTEE_COMPONENTS`.
        domain: A word of `DOMAINS`; "" for none.
        tier: Who may see it: a word of `TIERS`.
        stages: Stages reached, the first that was stated first; the last is where it stands.
        readiness: A word of `READINESS_LEVELS`.
        visits: Verification visits.
        money: Amounts.
        counts_within: Id of the pledge whose money holds this money too; "" for none.
        force: Forces.
        stock: What lies in the depot.
        sealed_site: Id of the site in the sealed register; "" for none. No place stands here.
        stationed_in: Code of the neighbouring state where the forces stand; "" for none.
        leads: Codes of who leads.
        supports: Codes of who supports.
        caveats: Limits on it.
        procedure: Id of the procedure that it needs, "none" where a source says that it needs
            none, or "not known".
        source: Where it can be read, or the act that announced it.
    """

    id: str
    state: str
    kind: str
    title: str
    component: str
    domain: str
    tier: str
    stages: tuple[StageReached, ...]
    readiness: str
    visits: tuple[Visit, ...]
    money: tuple[Money, ...]
    counts_within: str
    force: tuple[ForceRow, ...]
    stock: tuple[Stock, ...]
    sealed_site: str
    stationed_in: str
    leads: tuple[str, ...]
    supports: tuple[str, ...]
    caveats: tuple[Caveat, ...]
    procedure: str
    source: str

    def __post_init__(self) -> None:
        for value, known in (
            (self.kind, PLEDGE_KINDS),
            (self.component, GUARANTEE_COMPONENTS),
            (self.domain, (*DOMAINS, "")),
            (self.tier, TIERS),
            (self.readiness, READINESS_LEVELS),
            (self.stage, PLEDGE_STAGES),
        ):
            if value not in known:
                raise ValueError(f"{self.id}: {value!r} is none of {known}")
        if self.kind in SEALED_KINDS and self.tier == "public":
            raise ValueError(f"{self.id}: a {self.kind} is never of the public tier")

    @property
    def stage(self) -> str:
        """The stage at which it stands."""
        return self.stages[-1].stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A stated rate of exchange; without one nothing is added across currencies.

    Attributes:
        from_currency: Three letters of ISO 4217.
        to_currency: The other.
        numerator: Minor units of `to_currency` ...
        denominator: ... for so many of `from_currency`.
        day: Day of the rate, written 2026-01-06.
        source: Who states it.
    """

    from_currency: str
    to_currency: str
    numerator: int
    denominator: int
    day: str
    source: str

    def __post_init__(self) -> None:
        if self.numerator <= 0 or self.denominator <= 0:
            raise ValueError(f"rate {self.numerator}/{self.denominator} is not positive")
