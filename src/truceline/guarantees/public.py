"""What of the register is public: made of public entries alone, so that nothing can be subtracted.

A total over all pledges beside a list of the public ones would tell the rest by difference. So
every public number is made of public pledges and of nothing else: whatever changes in the
guarantors' tier, the bytes of this view stay the same. It holds no gap board, no depot, no
readiness, no hub, no force count, no caveat, and no stage that tells readiness.
"""

from __future__ import annotations

from dataclasses import replace

from truceline.guarantees.money import money_totals
from truceline.records.commitment import Commitment
from truceline.records.pledge import PLEDGE_STAGES, Pledge
from truceline.records.public_register import PublicPledge, PublicView
from truceline.records.register import RegisterState

# Between being allocated and being delivered a stage tells how ready something is.
QUIET_FROM, QUIET_UNTIL = "allocated", "delivered"


def public_view(state: RegisterState) -> PublicView:
    """Give what may be published; the guarantors' tier leaves no trace in it."""
    register = state.register
    pledges = tuple(_quiet(one) for one in register.pledges if one.tier == "public")
    known = {one.id for one in pledges}
    return PublicView(
        register=register.id,
        participants=register.participants,
        instruments=register.instruments,
        commitments=tuple(_without_caveats(one) for one in register.commitments),
        procedures=register.procedures,
        pledges=tuple(_published(one, known) for one in pledges),
        money=money_totals(pledges, register.rates),
    )


def _quiet(pledge: Pledge) -> Pledge:
    """Take away what tells readiness, before anything is reckoned."""
    order = PLEDGE_STAGES.index
    quiet = order(QUIET_FROM) < order(pledge.stage) < order(QUIET_UNTIL)
    stage = QUIET_FROM if quiet else pledge.stage
    return replace(
        pledge,
        stages=(replace(pledge.stages[-1], stage=stage),),
        readiness="L1_pledged",
        visits=(),
        force=(),
        stock=(),
        sealed_site="",
        stationed_in="",
        caveats=(),
    )


def _published(pledge: Pledge, known: set[str]) -> PublicPledge:
    return PublicPledge(
        id=pledge.id,
        state=pledge.state,
        kind=pledge.kind,
        title=pledge.title,
        component=pledge.component,
        stage=pledge.stage,
        money=pledge.money,
        counts_within=pledge.counts_within if pledge.counts_within in known else "",
        source=pledge.source,
    )


def _without_caveats(commitment: Commitment) -> Commitment:
    versions = tuple(replace(one, caveats=()) for one in commitment.versions)
    return replace(commitment, versions=versions)
