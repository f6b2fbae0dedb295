"""Acts that change the register: what each asks for, and who may do it. One visible table.

Every act is signed. An act of another state than the one whose entry it changes stands in the log
and is refused, with the rule.
"""

from __future__ import annotations

from collections.abc import Mapping

from truceline.guarantees.fields import (
    codes,
    currency,
    day,
    ident,
    or_nothing,
    or_unknown,
    sha256,
    whole,
    year,
)
from truceline.records.act_spec import ActSpec, text, word
from truceline.records.commitment import (
    CAVEATS,
    GUARANTEE_COMPONENTS,
    LEGAL_FORCES,
    POSITION_KINDS,
    RATIFICATION_STEPS,
)
from truceline.records.pledge import DOMAINS, PLEDGE_KINDS, PLEDGE_STAGES, READINESS_LEVELS

MOST_COUNT = 10**9
# Sums of a register stay below the 2^53 of canonical JSON.
MOST_MINOR_UNITS = 10**14
LONGEST_S = 10 * 366 * 86_400

STATE = "a key of the state whose entry it is"
HOST = "a key of the state that is guaranteed"
VERIFIER = "a key that the register names for visits, never one of the state's own"

_SOURCE = text("Where it can be read.")
_QUOTED = text("The sentence itself, quoted.")
_VERSION = ident("Id of the version of the text.")
_STEP = ident("Id of the step in the procedure.")
_COMPONENT = word("Guarantee component.", GUARANTEE_COMPONENTS)
_CAVEAT = word("Kind of caveat.", CAVEATS)
_COUNT = whole("How many.", 1, MOST_COUNT)
_ITEM = ident("What it is, as the depot's stock names it.")
_WITHIN = or_nothing(ident('Pledge whose money holds this money too; "" for none.'))

COMMITMENT_ACTS: Mapping[str, ActSpec] = {
    "commitment.version": ActSpec(
        does="Adds a text of the commitment beside those that are held; none is replaced.",
        about="commitment",
        who=STATE,
        fields={
            "words": _QUOTED,
            "legal_force": or_unknown(word("Legal force.", LEGAL_FORCES)),
            "source": _SOURCE,
        },
    ),
    "commitment.step": ActSpec(
        does="Records a ratification step that a version has reached; a reservation is one.",
        about="commitment",
        who=STATE,
        fields={
            "version": _VERSION,
            "step": word("Ratification step.", RATIFICATION_STEPS),
            "day": or_unknown(day("Day on which it was done.")),
            "words": or_nothing(text('Words of a reservation or objection; "" for none.')),
            "source": _SOURCE,
        },
    ),
    "commitment.caveat": ActSpec(
        does="Adds a caveat to a version.",
        about="commitment",
        who=STATE,
        fields={"version": _VERSION, "caveat": _CAVEAT, "words": _QUOTED, "source": _SOURCE},
    ),
    "commitment.lift_caveat": ActSpec(
        does="Lifts a caveat of a version.",
        about="commitment",
        who=STATE,
        fields={"version": _VERSION, "caveat": _CAVEAT, "source": _SOURCE},
    ),
    "commitment.withdraw": ActSpec(
        does="Withdraws a version of the commitment.",
        about="commitment",
        who=STATE,
        fields={"version": _VERSION, "source": _SOURCE},
    ),
    "commitment.request": ActSpec(
        does="Asks for a component: the signed request that commitments may be conditional on.",
        about="",
        who=HOST,
        fields={"component": _COMPONENT, "source": _SOURCE},
    ),
    "commitment.withdraw_request": ActSpec(
        does="Takes the request for a component back.",
        about="",
        who=HOST,
        fields={"component": _COMPONENT, "source": _SOURCE},
    ),
    "commitment.position": ActSpec(
        does="Records a position, a reinforcement or a complaint of a state or an institution.",
        about="participant",
        who=STATE,
        fields={
            "kind": word("What it is.", POSITION_KINDS),
            "words": _QUOTED,
            "source": _SOURCE,
        },
    ),
}

PROCEDURE_ACTS: Mapping[str, ActSpec] = {
    "procedure.step": ActSpec(
        does="Records that a step of the constitutional path is done.",
        about="procedure",
        who=STATE,
        fields={"step": _STEP, "source": _SOURCE},
    ),
    "procedure.refuse": ActSpec(
        does="Records that the body which decides on a step has refused it.",
        about="procedure",
        who=STATE,
        fields={"step": _STEP, "source": _SOURCE},
    ),
    "procedure.undo": ActSpec(
        does="Records that a step that was done or refused no longer stands.",
        about="procedure",
        who=STATE,
        fields={"step": _STEP, "source": _SOURCE},
    ),
    "procedure.recess": ActSpec(
        does="Records a recess of the parliament.",
        about="procedure",
        who=STATE,
        fields={
            "first_day": day("First day of the recess."),
            "last_day": day("Last day of it."),
            "source": _SOURCE,
        },
    ),
    "procedure.recall": ActSpec(
        does="Records that the parliament sits on a day on which it else would not.",
        about="procedure",
        who=STATE,
        fields={"day": day("The day."), "source": _SOURCE},
    ),
}

PLEDGE_ACTS: Mapping[str, ActSpec] = {
    "pledge.announce": ActSpec(
        does="Announces a pledge; the act's id is the pledge's.",
        about="",
        who=STATE,
        fields={
            "state": ident("Code of the state or institution whose pledge it is."),
            "kind": word("Kind of pledge.", PLEDGE_KINDS),
            "title": text("What it is, in a few words."),
            "component": _COMPONENT,
            "domain": or_nothing(word('Land, sea or air; "" for none.', DOMAINS)),
            "procedure": or_unknown(ident('Id of the procedure that it needs, or "none".')),
            "counts_within": _WITHIN,
            "source": _SOURCE,
        },
    ),
    "pledge.money": ActSpec(
        does="Adds an amount to a pledge.",
        about="pledge",
        who=STATE,
        fields={
            "amount_minor": whole("Amount in minor units, as cents.", 1, MOST_MINOR_UNITS),
            "currency": currency("Currency, ISO 4217."),
            "year": or_unknown(year("Year that it is for.")),
            "horizon_year": or_unknown(year("Last year to which the pledge of it reaches.")),
            "source": _SOURCE,
        },
    ),
    "pledge.force": ActSpec(
        does="States the forces of one capability; it takes the place of the row before.",
        about="pledge",
        who=STATE,
        fields={
            "capability": ident("What it is, as the requirement names it."),
            "domain": or_nothing(word('Land, sea or air; "" for none.', DOMAINS)),
            "count": whole("How many.", 0, MOST_COUNT),
            "within_s": or_unknown(whole("Seconds from the order to being there.", 0, LONGEST_S)),
            "source": _SOURCE,
        },
    ),
    "pledge.stage": ActSpec(
        does="Records a stage; stages go forward only, and end with withdrawn or expired.",
        about="pledge",
        who=STATE,
        fields={"stage": word("Stage.", PLEDGE_STAGES), "source": _SOURCE},
    ),
    "pledge.link": ActSpec(
        does="Says within which other pledge this money is counted already.",
        about="pledge",
        who=STATE,
        fields={"counts_within": _WITHIN, "source": _SOURCE},
    ),
    "pledge.lead": ActSpec(
        does="Says who leads and who supports.",
        about="pledge",
        who=STATE,
        fields={
            "leads": codes("Codes of who leads."),
            "supports": codes("Codes of who supports."),
            "source": _SOURCE,
        },
    ),
    "pledge.caveat": ActSpec(
        does="Adds a caveat to a pledge.",
        about="pledge",
        who=STATE,
        fields={"caveat": _CAVEAT, "words": _QUOTED, "source": _SOURCE},
    ),
    "pledge.lift_caveat": ActSpec(
        does="Lifts a caveat of a pledge.",
        about="pledge",
        who=STATE,
        fields={"caveat": _CAVEAT, "source": _SOURCE},
    ),
    "pledge.verify": ActSpec(
        does="Records a verification visit: by it alone readiness rises, one level a visit.",
        about="pledge",
        who=VERIFIER,
        fields={
            "level": word("Level that the visit found.", READINESS_LEVELS),
            "day": day("Day of the visit."),
            "report_sha256": sha256("SHA-256 of the visit's report."),
        },
    ),
    "pledge.lower": ActSpec(
        does="Says that readiness has fallen.",
        about="pledge",
        who=STATE,
        fields={"level": word("Level that is left.", READINESS_LEVELS), "source": _SOURCE},
    ),
    "pledge.draw_down": ActSpec(
        does="Takes from a depot after an attack.",
        about="pledge",
        who=STATE,
        fields={
            "item": _ITEM,
            "count": _COUNT,
            "after": ident("Id of the declaration or activation that it follows."),
        },
    ),
    "pledge.restock": ActSpec(
        does="Puts into a depot.",
        about="pledge",
        who=STATE,
        fields={"item": _ITEM, "count": _COUNT, "source": _SOURCE},
    ),
}

ACTS: Mapping[str, ActSpec] = {**COMMITMENT_ACTS, **PROCEDURE_ACTS, **PLEDGE_ACTS}
