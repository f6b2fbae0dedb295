"""The tables of a register file, one row a key: reader and reference page are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from truceline.guarantees.fields import (
    codes,
    currency,
    day,
    flag,
    ident,
    optional,
    or_nothing,
    or_unknown,
    whole,
    year,
)
from truceline.guarantees.register_acts import LONGEST_S, MOST_COUNT, MOST_MINOR_UNITS
from truceline.records.act_spec import Field, ids, text, word
from truceline.records.canonical import Json
from truceline.records.commitment import (
    CAVEATS,
    CONDITIONS,
    DAY_KINDS,
    GUARANTEE_COMPONENTS,
    LEGAL_FORCES,
    POSITION_KINDS,
    PROCEDURE_STEPS,
    RATIFICATION_STEPS,
    STANDINGS,
    Calendar,
    Caveat,
    Commitment,
    CommitmentVersion,
    Condition,
    DayRange,
    Instrument,
    Participant,
    Position,
    Procedure,
    ProcedureStep,
    RatificationStep,
)
from truceline.records.pledge import (
    DOMAINS,
    PLEDGE_KINDS,
    PLEDGE_STAGES,
    READINESS_LEVELS,
    TIERS,
    ForceRow,
    Money,
    Pledge,
    Rate,
    Stock,
)
from truceline.records.register import Register, Requirement, Scenario, Signer
from truceline.records.trigger import TRIGGERS

MOST_DAYS = 3660
# Exploring a procedure takes at most three to this power states.
MOST_STEPS = 10
SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One kind of table.

    Attributes:
        record: What it becomes.
        fields: Its keys.
        inner: Keys that hold tables: the record's key for them, and which kind they are.
        defaults: Values of keys that are left out.
        unknown_is_none: Keys whose "not known" the record holds as None.
    """

    record: type
    fields: Mapping[str, Field]
    inner: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, Json] = field(default_factory=dict)
    unknown_is_none: tuple[str, ...] = ()


def _ways(meaning: str) -> Field:
    inner = codes(meaning)

    def check(value: Json) -> str:
        if not isinstance(value, list):
            return f"must be a list of ways, each a list of steps, not {value!r}"
        return next((wrong for way in value if (wrong := inner.check(way))), "")

    return Field(check=check, kind="lists of ids", meaning=meaning)


def _weekdays(meaning: str) -> Field:
    one = whole(meaning, 0, SUNDAY)

    def check(value: Json) -> str:
        if not isinstance(value, list):
            return f"must be a list of days of the week, not {value!r}"
        return next((wrong for item in value if (wrong := one.check(item))), "")

    return Field(check=check, kind="numbers", meaning=meaning)


_ID = ident("Its id; unique among its kind.")
_SOURCE = text("Where it can be read.")
_QUOTED = text("The words, quoted or as reported.")
_STATE = ident("Code of the state or institution.")
_COMPONENT = word("Guarantee component.", GUARANTEE_COMPONENTS)
_DOMAIN = or_nothing(word('Land, sea or air; "" for none.', DOMAINS))
_LEAST = whole("Fewest days that it takes.", 0, MOST_DAYS)
_MOST = whole("Most days that it takes.", 0, MOST_DAYS)

TABLES: Mapping[str, Table] = {
    "signer": Table(
        record=Signer,
        fields={"actor": text("Name of the key."), "state": _STATE},
    ),
    "participant": Table(
        record=Participant,
        fields={
            "code": ident("Its code; unique."),
            "name": text('Its name, or "not known".'),
            "standing": word("Where it stands to the common commitment.", STANDINGS),
            "source": _SOURCE,
        },
        inner={"position": ("positions", "position")},
    ),
    "position": Table(
        record=Position,
        fields={
            "kind": word("What it is.", POSITION_KINDS),
            "words": _QUOTED,
            "source": _SOURCE,
        },
    ),
    "instrument": Table(
        record=Instrument,
        fields={
            "id": _ID,
            "kind": word("Common or bilateral.", ("common", "bilateral")),
            "title": text("Its title."),
            "day": or_unknown(day("When it was signed or declared.")),
            "ends": text('How long it lasts, or "not known".'),
            "source": _SOURCE,
        },
        unknown_is_none=("day",),
    ),
    "commitment": Table(
        record=Commitment,
        fields={
            "id": _ID,
            "state": or_nothing(ident('Code of the state; "" for all participants together.')),
            "component": _COMPONENT,
            "instrument": ident("Id of the instrument."),
            "title": text("What it is, in a few words."),
        },
        inner={"version": ("versions", "version")},
    ),
    "version": Table(
        record=CommitmentVersion,
        fields={
            "id": _ID,
            "words": _QUOTED,
            "legal_force": or_unknown(word("Legal force.", LEGAL_FORCES)),
            "standing": optional(word("Whether it stands.", ("stands", "withdrawn"))),
            "source": _SOURCE,
        },
        inner={
            "step": ("steps", "ratification"),
            "condition": ("conditions", "condition"),
            "caveat": ("caveats", "caveat"),
        },
        defaults={"standing": "stands"},
    ),
    "ratification": Table(
        record=RatificationStep,
        fields={
            "step": word("Ratification step.", RATIFICATION_STEPS),
            "day": or_unknown(day("When.")),
            "words": optional(text("Words of a reservation or objection.")),
            "source": _SOURCE,
        },
        defaults={"words": ""},
        unknown_is_none=("day",),
    ),
    "condition": Table(
        record=Condition,
        fields={
            "kind": word("What must be so.", CONDITIONS),
            "words": _QUOTED,
            "source": _SOURCE,
        },
    ),
    "caveat": Table(
        record=Caveat,
        fields={"kind": word("Kind of caveat.", CAVEATS), "words": _QUOTED, "source": _SOURCE},
    ),
    "calendar": Table(
        record=Calendar,
        fields={
            "id": _ID,
            "zone": text('Time zone in which its days begin, as "Europe/London".'),
            "weekend": _weekdays("Days of the week without work, 0 for Monday."),
            "known_from": or_unknown(day("First day for which recesses and holidays are known.")),
            "known_until": or_unknown(day("Last such day.")),
            "source": _SOURCE,
        },
        inner={
            "holiday": ("holidays", "days"),
            "recess": ("recesses", "days"),
            "sitting": ("sittings", "days"),
        },
    ),
    "days": Table(
        record=DayRange,
        fields={"first": day("First day."), "last": day("Last day."), "source": _SOURCE},
    ),
    "procedure": Table(
        record=Procedure,
        fields={
            "id": _ID,
            "state": _STATE,
            "title": text("What it leads to."),
            "goal": ident("Id of the step that it ends with."),
            "calendar": ident("Id of the calendar that its days are counted in."),
            "source": _SOURCE,
        },
        inner={"step": ("steps", "step")},
    ),
    "step": Table(
        record=ProcedureStep,
        fields={
            "id": _ID,
            "step": word("What it is.", PROCEDURE_STEPS),
            "who": text('Who does it, or "not known".'),
            "needs": _ways("Ways to it, each a list of steps; none if it may be taken at once."),
            "least_days": or_unknown(_LEAST),
            "most_days": or_unknown(_MOST),
            "day_kind": word("Which days are counted.", DAY_KINDS),
            "may_be_refused": flag("Whether its body may say no."),
            "again_after_refusal": or_unknown(flag("Whether it may be put again after a no.")),
            "emergency": optional(flag("Whether it belongs to an emergency way.")),
            "source": _SOURCE,
        },
        defaults={"emergency": False},
        unknown_is_none=("least_days", "most_days", "again_after_refusal"),
    ),
    "pledge": Table(
        record=Pledge,
        fields={
            "id": _ID,
            "state": _STATE,
            "kind": word("Kind of pledge.", PLEDGE_KINDS),
            "title": text("What it is, in a few words."),
            "component": _COMPONENT,
            "domain": optional(_DOMAIN),
            "tier": word("Who may see it.", TIERS),
            "stage": word("Stage that the source states.", PLEDGE_STAGES),
            "counts_within": optional(ident("Pledge whose money holds this money too.")),
            "sealed_site": optional(ident("Id of the site in the sealed register; no place.")),
            "stationed_in": optional(_STATE),
            "leads": optional(codes("Codes of who leads.")),
            "supports": optional(codes("Codes of who supports.")),
            "procedure": or_unknown(ident('Procedure that it needs, or "none".')),
            "source": _SOURCE,
        },
        inner={
            "money": ("money", "money"),
            "force": ("force", "force"),
            "stock": ("stock", "stock"),
            "caveat": ("caveats", "caveat"),
        },
        defaults={
            "domain": "",
            "counts_within": "",
            "sealed_site": "",
            "stationed_in": "",
            "leads": [],
            "supports": [],
        },
    ),
    "money": Table(
        record=Money,
        fields={
            "amount_minor": whole("Amount in minor units, as cents.", 1, MOST_MINOR_UNITS),
            "currency": currency("Currency, ISO 4217."),
            "year": or_unknown(year("Year that it is for.")),
            "horizon_year": or_unknown(year("Last year to which the pledge of it reaches.")),
            "source": _SOURCE,
        },
        unknown_is_none=("year", "horizon_year"),
    ),
    "force": Table(
        record=ForceRow,
        fields={
            "capability": ident("What it is, as the requirement names it."),
            "domain": _DOMAIN,
            "count": whole("How many.", 0, MOST_COUNT),
            "within_s": or_unknown(whole("Seconds from the order to being there.", 0, LONGEST_S)),
        },
        unknown_is_none=("within_s",),
    ),
    "stock": Table(
        record=Stock,
        fields={"item": ident("What it is."), "count": whole("How many.", 0, MOST_COUNT)},
    ),
    "rate": Table(
        record=Rate,
        fields={
            "from_currency": currency("Currency, ISO 4217."),
            "to_currency": currency("The other."),
            "numerator": whole("Minor units of `to_currency` ...", 1, MOST_COUNT),
            "denominator": whole("... for so many of `from_currency`.", 1, MOST_COUNT),
            "day": day("Day of the rate."),
            "source": text("Who states it."),
        },
    ),
    "scenario": Table(
        record=Scenario,
        fields={
            "id": _ID,
            "title": text("What happens in it."),
            "trigger": word("Trigger.", TRIGGERS),
            "ceasefire_in_force": flag("Whether it takes the ceasefire to be in force."),
            "least_readiness": word("Least readiness that counts.", READINESS_LEVELS),
            "tolerates": codes("Kinds of caveat that do no harm in it."),
            "source": text("Who set the requirement."),
        },
        inner={"requirement": ("requires", "requirement")},
    ),
    "requirement": Table(
        record=Requirement,
        fields={
            "component": _COMPONENT,
            "domain": _DOMAIN,
            "capability": ident("What it is, as the forces of a pledge name it."),
            "count": whole("How many.", 1, MOST_COUNT),
        },
    ),
}
# The file's own keys, and the tables that stand in it directly.
TOP = Table(
    record=Register,
    fields={
        "format": whole("Version of the format.", 1, 1),
        "id": _ID,
        "title": text("What it registers."),
        "host": ident("Code of the state that is guaranteed."),
        "sources": ids("Where its common part can be read."),
        "verifiers": ids("Names of the keys that record visits.", least=0, required=False),
    },
    inner={
        "signer": ("signers", "signer"),
        "participant": ("participants", "participant"),
        "instrument": ("instruments", "instrument"),
        "commitment": ("commitments", "commitment"),
        "calendar": ("calendars", "calendar"),
        "procedure": ("procedures", "procedure"),
        "pledge": ("pledges", "pledge"),
        "rate": ("rates", "rate"),
        "scenario": ("scenarios", "scenario"),
    },
    defaults={"verifiers": []},
)
