"""The acts of the guarantors' board: what each asks for, and who may do it.

The fold (`guarantees.board`) refuses what this table does not allow. A body acts by the key of its
chair, a state by the key of its guarantor or, for a party, of its party. The table is printed in
docs/reference/board.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from truceline.records.act_spec import ActSpec, Field, count, ids, instant, text, word, words
from truceline.records.board import DECISIONS, LADDERS, STAGES
from truceline.records.commitment import GUARANTEE_COMPONENTS
from truceline.records.trigger import TRIGGERS

CHAIR = "the chair of the body that declared"
CONVENER = "who convened it"
INVITED = "a state that was invited, by its own key"
STATE = "that state, by its own key"

WHY = text("Why.")


def _declaration(why: str) -> Mapping[str, Field]:
    return {
        "body": text("Id of the body that declares."),
        "carried_by": text("Id of the body's decision that carried it."),
        "trigger": word("What kind of breach the body says it was.", TRIGGERS),
        "instant_us": instant("The instant of the first breach: every clock runs from it."),
        "proof": ids("Ids of the findings and determinations that it stands on."),
        "article": text("Article that gives the body this power."),
        "why": text(why),
    }


ACTS: Mapping[str, ActSpec] = {
    "breach.declare": ActSpec(
        does="A named body declares a first breach at an instant; its clocks run from that.",
        who="the chair of the named body, for a decision that the body carried",
        about="",
        fields=_declaration("Why the body chose this instant out of the candidates."),
    ),
    "breach.correct": ActSpec(
        does="Takes the place of a declaration; all that stood on the old one unwinds.",
        who=f"{CHAIR}, or of the body above it, for a decision that the body carried",
        about="declaration",
        fields=_declaration("What was wrong."),
    ),
    "breach.withdraw": ActSpec(
        does="Withdraws a declaration; all that stood on it unwinds.",
        who=f"{CHAIR}, or of the body above it, for a decision that the body carried",
        about="declaration",
        fields={
            "body": text("Id of the body that withdraws it."),
            "carried_by": text("Id of the body's decision that carried it."),
            "why": text("What was wrong."),
        },
    ),
    "clock.pause": ActSpec(
        does="Pauses a clock; pauses may overlap, and it runs again when the last has ended.",
        who="the chair of a body that the clock's text lets pause it",
        about="clock",
        fields={"why": WHY},
    ),
    "clock.resume": ActSpec(
        does="Ends one pause, or one dispute.",
        who="the chair of a body that the clock's text lets pause it",
        about="clock",
        fields={"ends": text("Id of the act that paused or disputed it."), "why": WHY},
    ),
    "clock.stop": ActSpec(
        does="Stops a clock for good: what it waited for was done, or is no longer asked for.",
        who="the chair of a body that the clock's text lets stop it",
        about="clock",
        fields={"why": WHY},
    ),
    "clock.dispute": ActSpec(
        does="Disputes a clock. It stops nothing unless the clock's text says so.",
        who="a party or a guarantor state, by its own key",
        about="clock",
        fields={"why": WHY},
    ),
    "consultation.convene": ActSpec(
        does="Calls states to a consultation about a trigger.",
        who="the chair of a body, a guarantor state or a party, by its own key",
        about="declaration, or empty where nothing was declared",
        fields={
            "trigger": word("What the consultation is about.", TRIGGERS),
            "evidence": ids("Ids of the findings, determinations and remedies it stands on."),
            "states": ids("Codes of the states that are invited."),
            "components": words("Components that are to be decided.", GUARANTEE_COMPONENTS),
            "agenda": text("What is to be decided."),
            "meets_us": instant("When it meets."),
            "place": text("Where, or by which link.", required=False),
        },
    ),
    "consultation.receipt": ActSpec(
        does="A state says that it has the convening notice.",
        who=INVITED,
        about="consultation",
        fields={},
    ),
    "consultation.attend": ActSpec(
        does="A state says that it is present.",
        who=INVITED,
        about="consultation",
        fields={"by": text("Who speaks for it.", required=False)},
    ),
    "consultation.absent": ActSpec(
        does="A state says that it will not be present.",
        who=INVITED,
        about="consultation",
        fields={"why": WHY},
    ),
    "consultation.open": ActSpec(
        does="Opens the consultation. It needs its quorum.",
        who=CONVENER,
        about="consultation",
        fields={},
    ),
    "consultation.close": ActSpec(
        does="Closes it. Who was invited and did not come is recorded as a no-show.",
        who=CONVENER,
        about="consultation",
        fields={"outcome": text("What came of it, in the convener's words.")},
    ),
    "decision.state": ActSpec(
        does="A state's own decision after a consultation: yes, no or partly.",
        who=INVITED,
        about="consultation",
        fields={
            "decision": word("What it decided.", DECISIONS),
            "components": words(
                "What it said yes to; for a no, what it was asked.", GUARANTEE_COMPONENTS
            ),
            "procedures": ids(
                "Ids of its national procedures that have to run first.", least=0, required=False
            ),
            "article": text("Its own law by which it decided."),
            "why": text("Its words.", required=False),
        },
    ),
    "activation.record": ActSpec(
        does="A state records that its commitment is activated.",
        who="that state, by its own key, after its own decision and the procedures that it names",
        about="decision",
        fields={
            "component": word("Component that is activated.", GUARANTEE_COMPONENTS),
            "commitment": text("Id of the commitment in the register."),
            "article": text("Its own law by which it acts."),
            "why": text("Its words.", required=False),
        },
    ),
    "activation.stand_down": ActSpec(
        does="A state records that it has ended what it activated.",
        who=STATE,
        about="activation",
        fields={"why": WHY},
    ),
    "response.measure": ActSpec(
        does="A state records one measure under what it activated.",
        who=STATE,
        about="activation",
        fields={
            "measure": text("What is done. No place and no route."),
            "stage": word("How far it has come.", STAGES),
            "from_us": instant("From when."),
            "until_us": instant("Until when; without it, until it is ended.", required=False),
        },
    ),
    "response.relief": ActSpec(
        does="A state ends one of its measures or sanctions.",
        who=STATE,
        about="response or sanction",
        fields={"why": WHY, "from_us": instant("From when.")},
    ),
    "sanction.measure": ActSpec(
        does="A state records one sanction, and what it stands on.",
        who="a guarantor state, by its own key",
        about="",
        fields={
            "ladder": word("Which ladder: what the sanction answers.", LADDERS),
            "step": count("Step of the ladder, from 1."),
            "against": text("Code of the party that it is against."),
            "measure": text("What is done."),
            "stands_on": ids("Ids of the determinations and findings it answers."),
            "carve_outs": ids("What it does not touch, one line each.", least=0),
            "relief": text("What would end it."),
            "from_us": instant("From when."),
            "until_us": instant("Until when; without it, until relief.", required=False),
        },
    ),
}
