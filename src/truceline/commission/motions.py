"""Questions put to a body and the votes on them: sealed first, then opened, then counted.

A vote is a commitment until every seat has sealed or the chair ends the sealing. An opening that
does not match its seal is refused; a seal that nobody opens counts as absent, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from hashlib import sha256

from truceline.commission.accused import left_out
from truceline.commission.ballot import rule_for
from truceline.commission.room import (
    Case,
    Motion,
    Refused,
    Room,
    case_of,
    insist_is_open,
    text,
)
from truceline.commission.seats import is_recused
from truceline.commission.voting import Vote, may_vote, tally
from truceline.records.act import Act
from truceline.records.canonical import Json, canonical
from truceline.records.chamber import Ballot, Declared, MotionStanding
from truceline.records.mandate import DecisionRule, Rule, Seat
from truceline.records.units import HOUR_US, SECOND_US

# A rule of the house, where the agreement has no deadline of that name: nobody is counted as
# absent before he had a day to open his seal.
OPENING_US = 24 * HOUR_US
SEALING, OPENING = "vote_sealing", "vote_opening"


def commitment(motion: str, vote: str, reasons: str, salt: str) -> str:
    """Give the seal of a vote: SHA-256, in hex, of canonical {motion, reasons, salt, vote}.

    >>> commitment("m1", "yes", "", "00")[:8]
    '6aa251c5'
    """
    said: Json = {"motion": motion, "vote": vote, "reasons": reasons, "salt": salt}
    return sha256(canonical(said)).hexdigest()


def put(room: Room, act: Act) -> None:
    """Put a question to the body that has the case."""
    case = case_of(room, act)
    insist_is_open(case)
    _insist_not_recused(room, case, act)
    question = text(act, "question")
    proposal = act.detail["proposal"]
    assert isinstance(proposal, dict)  # noqa: S101 - its form was checked before
    _insist_it_names_what_is_there(room, case, question, proposal)
    rule = rule_for(room.mandate, case.body, question)
    if rule is None:
        raise Refused("no_rule", f"{case.body} has no rule for a question of {question}")
    room.motions[act.id] = Motion(
        id=act.id,
        case=case.id,
        body=case.body,
        rule=rule,
        question=question,
        proposal=proposal,
        by=act.actor,
        put_us=act.at_us,
    )
    room.homes[act.id] = case.id
    room.open_motions[act.id] = None
    case.motions.append(act.id)


def _insist_not_recused(room: Room, case: Case, act: Act) -> None:
    """Refuse somebody all of whose seats stepped aside, unless he presides in another's place."""
    mine = room.bench.seats_of(act.actor, case.body, case.recusals)
    if mine and all(is_recused(seat, case.body, case.recusals) for seat in mine):
        raise Refused("recused", f"seat {mine[0].id} is recused")


def _insist_it_names_what_is_there(
    room: Room, case: Case, question: str, proposal: dict[str, Json]
) -> None:
    places: dict[str, tuple[str, Collection[str]]] = {
        "appeal": ("appeal", case.appeals),
        "admission": ("exhibit", case.exhibits),
        "correction": ("determination", case.determinations),
    }
    named = places.get(question)
    if question == "remedy":
        named = (
            ("lifts", case.remedies)
            if "lifts" in proposal
            else ("determination", case.determinations)
        )
    if named and proposal[named[0]] not in named[1]:
        raise Refused("proposal", f"the case has no {named[0]} {proposal[named[0]]!r}")
    addressee = proposal.get("addressee")
    if addressee is not None and addressee not in room.states:
        raise Refused("proposal", f"addressee {addressee!r} is no state of the agreement")


def motion_of(room: Room, act: Act) -> Motion:
    """Find the motion that an act is about, while it is open.

    Raises:
        Refused: There is none, or it is closed.
    """
    motion = room.motions.get(act.about)
    if motion is None:
        raise Refused("unknown_subject", f"there is no motion {act.about[:80]!r}")
    if motion.closed_us is not None:
        raise Refused("motion_closed", f"the motion was closed: {_result(motion)}")
    return motion


def _result(motion: Motion) -> str:
    return motion.tally.result if motion.tally else "open"


def entitled(room: Room, motion: Motion) -> tuple[Seat, ...]:
    """Give the seats that may vote on a motion: recused ones are none of them."""
    recusals = room.cases[motion.case].recusals
    return tuple(
        seat
        for seat in room.bench.seats(motion.body)
        if may_vote(seat, motion.rule) and not is_recused(seat, motion.body, recusals)
    )


def phase(motion: Motion) -> str:
    """Say where a motion is: "silence", "sealing", "opening" or "closed"."""
    if motion.closed_us is not None:
        return "closed"
    if motion.rule.kind is DecisionRule.SILENCE_PROCEDURE:
        return "silence"
    return "sealing" if motion.opening_since_us is None else "opening"


def begin_opening_if_all_are_in(room: Room, motion: Motion, now_us: int) -> None:
    """Begin the opening once every seat that may vote has sealed."""
    if phase(motion) != "sealing":
        return
    seats = entitled(room, motion)
    if seats and all(seat.id in motion.seals for seat in seats):
        motion.opening_since_us = now_us


def seat_for(
    room: Room, motion: Motion, act: Act, may: Callable[[Seat, Rule], bool] = may_vote
) -> Seat:
    """Find the one seat that an act speaks for.

    Args:
        room: The room.
        motion: The motion.
        act: The act.
        may: Tells of which seats it may be.

    Raises:
        Refused: The key acts for no such seat, for a recused one only, or for several and does
            not say which.
    """
    recusals = room.cases[motion.case].recusals
    mine = room.bench.seats_of(act.actor, motion.body, recusals)
    named = text(act, "seat")
    seats = [seat for seat in mine if may(seat, motion.rule) and (not named or seat.id == named)]
    free = [seat for seat in seats if not is_recused(seat, motion.body, recusals)]
    if seats and not free:
        raise Refused("recused", f"seat {seats[0].id} is recused")
    if not free:
        raise Refused("not_yours", f"{act.actor} acts for no such seat {named}".rstrip())
    if len(free) > 1:
        raise Refused("which_seat", f"{act.actor} acts for {', '.join(s.id for s in free)}")
    return free[0]


def seal(room: Room, act: Act) -> None:
    """Take a seat's vote as a commitment; once all are in, the opening begins."""
    motion = motion_of(room, act)
    seat = seat_for(room, motion, act)
    if phase(motion) != "sealing":
        raise Refused("not_sealing", f"the motion is in its {phase(motion)}", motion.rule.article)
    if seat.id in motion.seals:
        raise Refused("voted_already", f"seat {seat.id} has sealed its vote")
    insist_on_one_vote(act.actor, {name: by for name, (_, by) in motion.seals.items()})
    if any(sealed == text(act, "commitment") for sealed, _ in motion.seals.values()):
        # Whoever repeats another's seal could open it with the other's words: a vote after his.
        raise Refused("seal_copied", "another seat has sealed the same, salt and all")
    motion.seals[seat.id] = (text(act, "commitment"), act.actor)
    begin_opening_if_all_are_in(room, motion, act.at_us)


def insist_on_one_vote(actor: str, voted: Mapping[str, str]) -> None:
    """Refuse a second vote by one person: no text that is read here allows a vote by proxy.

    Args:
        actor: Who votes.
        voted: Who voted already, by the id of the seat.
    """
    for seat, by in voted.items():
        if by == actor:
            raise Refused("voted_already", f"{actor} has voted for seat {seat}")


def end_sealing(room: Room, act: Act) -> None:
    """End the sealing before all are in."""
    motion = motion_of(room, act)
    if phase(motion) != "sealing":
        raise Refused("not_sealing", f"the motion is in its {phase(motion)}", motion.rule.article)
    least_us, article = _limit(room, SEALING, 0)
    if act.at_us < motion.put_us + least_us:
        waited_s = (act.at_us - motion.put_us) // SECOND_US
        why = f"{waited_s} s after the motion was put, {least_us // SECOND_US} s is the least"
        raise Refused("sealing_too_short", why, article)
    motion.opening_since_us = act.at_us


def _limit(room: Room, deadline: str, otherwise_us: int) -> tuple[int, str]:
    """Give a deadline of the agreement by name, in microseconds, with its article."""
    for one in room.mandate.deadlines:
        if one.id == deadline:
            return one.lasts_s * SECOND_US, one.article
    return otherwise_us, ""


def open_vote(room: Room, act: Act) -> None:
    """Open a seal, or break a silence."""
    motion = motion_of(room, act)
    seat = seat_for(room, motion, act)
    now = phase(motion)
    if now == "sealing":
        raise Refused("not_opening", "votes are still being sealed", motion.rule.article)
    if seat.id in motion.opened:
        raise Refused("voted_already", f"seat {seat.id} has opened its vote")
    if now == "silence":
        _insist_silence_lasts(motion, act.at_us)
        insist_on_one_vote(act.actor, {name: one.by for name, one in motion.opened.items()})
    else:
        _insist_it_matches(motion, seat, act)
    motion.opened[seat.id] = Ballot(
        seat=seat.id,
        state=seat.state,
        standing="opened",
        vote=text(act, "vote"),
        reasons=text(act, "reasons"),
        by=act.actor,
    )


def _insist_silence_lasts(motion: Motion, now_us: int) -> None:
    over_us = motion.put_us + (motion.rule.silence_s or 0) * SECOND_US
    if now_us > over_us:
        late_s = -(-(now_us - over_us) // SECOND_US)
        raise Refused("silence_over", f"{late_s} s after the silence ended", motion.rule.article)


def _insist_it_matches(motion: Motion, seat: Seat, act: Act) -> None:
    if seat.id not in motion.seals:
        raise Refused("no_seal", f"seat {seat.id} has sealed no vote", motion.rule.article)
    sealed, by = motion.seals[seat.id]
    said = commitment(motion.id, text(act, "vote"), text(act, "reasons"), text(act, "salt"))
    if said != sealed:
        why = f"the opening gives {said[:16]}…, {by} sealed {sealed[:16]}…"
        raise Refused("seal_differs", why)


def close(room: Room, act: Act) -> None:
    """Record the result of a motion: the one that the votes give, and no other."""
    motion = motion_of(room, act)
    now = phase(motion)
    if now == "sealing":
        raise Refused("still_sealing", f"{len(motion.seals)} seats have sealed")
    if now == "silence":
        _insist_silence_is_decided(motion)
    else:
        _insist_all_could_open(room, motion, act.at_us)
    counted = tally(
        motion.rule,
        _votes(room, motion),
        left_out(room, motion),
        silence_holds=bool(motion.silence_certified_by),
    )
    if text(act, "result") != counted.result:
        why = f"{text(act, 'result')} recorded, {counted.result} counted: {counted.why}"
        raise Refused("other_result", why, motion.rule.article)
    motion.ballots = ballots(room, motion, ended=True)
    motion.tally, motion.closed_us = counted, act.at_us
    if not counted.then:
        room.open_motions.pop(motion.id, None)
    settle(room, motion)


def _votes(room: Room, motion: Motion) -> list[Vote]:
    """Give what every seat that may vote has said; "" for one that said nothing."""
    recusals = room.cases[motion.case].recusals
    said = {name: ballot.vote for name, ballot in motion.opened.items()}
    return [
        (seat, "recused" if is_recused(seat, motion.body, recusals) else said.get(seat.id, ""))
        for seat in room.bench.seats(motion.body)
        if may_vote(seat, motion.rule)
    ]


def _insist_silence_is_decided(motion: Motion) -> None:
    is_broken = any(one.vote == "no" for one in motion.opened.values())
    if not is_broken and not motion.silence_certified_by:
        why = "nobody broke the silence, and no entry certifies that it ended"
        raise Refused("silence_not_certified", why, motion.rule.article)


def _insist_all_could_open(room: Room, motion: Motion, now_us: int) -> None:
    lasts_us, article = _limit(room, OPENING, OPENING_US)
    since_us = motion.opening_since_us or 0
    shut = [
        seat.id
        for seat in entitled(room, motion)
        if seat.id in motion.seals and seat.id not in motion.opened
    ]
    if shut and now_us <= since_us + lasts_us:
        left_s = (since_us + lasts_us - now_us) // SECOND_US
        raise Refused("still_opening", f"{', '.join(shut)}: {left_s} s left to open", article)


def settle(room: Room, motion: Motion) -> None:
    """Let a carried motion on an appeal or an exhibit take effect; others take an act of theirs."""
    case = room.cases[motion.case]
    result, proposal = _result(motion), motion.proposal
    if motion.question == "admission" and result == "carried":
        exhibit = str(proposal["exhibit"])
        said = "admitted" if proposal["admitted"] else "not_admitted"
        case.exhibits[exhibit] = replace(case.exhibits[exhibit], admission=said)
    if motion.question == "appeal" and result == "carried":
        appeal = str(proposal["appeal"])
        said = "granted" if proposal["granted"] else "rejected"
        case.appeals[appeal] = replace(case.appeals[appeal], standing=said)
        room.open_appeals.pop(appeal, None)


def dissent(room: Room, act: Act) -> None:
    """Put a seat's dissent beside the result of a closed motion."""
    motion = room.motions.get(act.about)
    if motion is None:
        raise Refused("unknown_subject", f"there is no motion {act.about[:80]!r}")
    if motion.closed_us is None:
        raise Refused("motion_open", "there is no result yet to dissent from")
    seat = seat_for(room, motion, act)
    motion.dissents.append(
        Declared(
            id=act.id,
            seat=seat.id,
            body=motion.body,
            scope="",
            text=text(act, "text"),
            by=act.actor,
            at_us=act.at_us,
        )
    )


def ballots(room: Room, motion: Motion, *, ended: bool = False) -> tuple[Ballot, ...]:
    """Give every voting seat's ballot, then the experts' who reported once it had failed.

    What a ballot says is known only once it is opened.
    """
    if motion.ballots:
        return (*motion.ballots, *motion.reports.values())
    recusals = room.cases[motion.case].recusals
    found: list[Ballot] = []
    for seat in room.bench.seats(motion.body):
        if not may_vote(seat, motion.rule):
            continue
        if is_recused(seat, motion.body, recusals):
            found.append(Ballot(seat=seat.id, state=seat.state, standing="recused"))
        elif seat.id in motion.opened:
            found.append(motion.opened[seat.id])
        else:
            by = motion.seals[seat.id][1] if seat.id in motion.seals else ""
            sealed = "never_opened" if ended else "sealed"
            found.append(
                Ballot(
                    seat=seat.id,
                    state=seat.state,
                    standing=sealed if by else "not_in",
                    by=by,
                )
            )
    return tuple(found)


def standing_of(room: Room, motion: Motion) -> MotionStanding:
    """Show a motion as it stands."""
    return MotionStanding(
        id=motion.id,
        case=motion.case,
        body=motion.body,
        rule=motion.rule.id,
        article=motion.rule.article,
        question=motion.question,
        proposal=motion.proposal,
        by=motion.by,
        put_us=motion.put_us,
        phase=phase(motion),
        ballots=ballots(room, motion),
        dissents=tuple(motion.dissents),
        tally=motion.tally,
        closed_us=motion.closed_us,
        used_by=motion.used_by,
    )


def carried(room: Room, case: Case, act: Act, question: str, proposal: Json) -> Motion:
    """Give the carried motion that an act cites, with exactly that proposal.

    Raises:
        Refused: It was not carried, is another case's, asked something else, proposed something
            else, or was used.
    """
    motion = room.motions.get(text(act, "motion"))
    if motion is None or motion.case != case.id or motion.question != question:
        why = f"the case has no motion {text(act, 'motion')[:80]!r} on a {question}"
        raise Refused("motion_not_carried", why)
    if motion.tally is None or motion.tally.result != "carried":
        why = f"the motion is {_result(motion)}"
        raise Refused("motion_not_carried", why, motion.rule.article)
    if motion.body != case.body:
        raise Refused("motion_not_carried", f"{case.body} has the case now, not {motion.body}")
    if motion.used_by:
        raise Refused("motion_used", f"the motion already carried {motion.used_by}")
    if proposal is not None and canonical(proposal) != canonical(dict(motion.proposal)):
        raise Refused("other_proposal", "the motion carried another proposal")
    return motion
