"""What of the register may be published: nothing that is of the guarantors' tier."""

from __future__ import annotations

from dataclasses import dataclass

from truceline.records.commitment import Commitment, Instrument, Participant, Procedure
from truceline.records.gap import MoneyTotals
from truceline.records.pledge import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPledge:
    """What is public of a pledge.

    Attributes:
        id: Its id.
        state: Code of the state.
        kind: Kind of pledge.
        title: What it is.
        component: Guarantee component.
        stage: Where it stands; "allocated" from there until it is delivered.
        money: Amounts.
        counts_within: The public pledge whose money holds this money; "" for none.
        source: Where it can be read.
    """

    id: str
    state: str
    kind: str
    title: str
    component: str
    stage: str
    money: tuple[Money, ...]
    counts_within: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicView:
    """The public part of a register.

    Attributes:
        register: Its id.
        participants: States and institutions, with what they said.
        instruments: Agreements.
        commitments: Commitments, without their caveats.
        procedures: Constitutional paths: public law.
        pledges: Public pledges.
        money: Totals of the public pledges alone.
    """

    register: str
    participants: tuple[Participant, ...]
    instruments: tuple[Instrument, ...]
    commitments: tuple[Commitment, ...]
    procedures: tuple[Procedure, ...]
    pledges: tuple[PublicPledge, ...]
    money: MoneyTotals
