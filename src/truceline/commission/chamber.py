"""The chamber: every act taken in the log's order, each exactly once, and what they add up to.

Pure: no clock, no file, no chance. The same acts give the same chamber however they are split into
batches, and one act costs the same whatever came before. An act that a rule refuses changes
nothing, and is listed with the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from truceline.commission import (
    case,
    certificates,
    deadlines,
    determinations,
    experts,
    hotline,
    motions,
    remedies,
)
from truceline.commission.acts import ACTS, check
from truceline.commission.authority import insist_on_authority, scene_of
from truceline.commission.notices import hold_until_us, notices
from truceline.commission.room import Case, Refused, Room, open_room, text, texts
from truceline.commission.trial import trial_of
from truceline.commission.view import line, patterns, view
from truceline.records.act import Act, RefusedAct
from truceline.records.chamber import (
    Call,
    CaseLine,
    CaseView,
    DeadlineStanding,
    FindingFacts,
    Holders,
    MotionStanding,
    Notice,
    Pattern,
    ReturnFireNotice,
    Uptime,
    Window,
)
from truceline.records.determination import Determination, RemedyStanding
from truceline.records.mandate import Mandate, Seat

NO_WARNINGS: Mapping[str, tuple[str, ...]] = MappingProxyType({})
NOT_KNOWN = Holders()


def _insist_on_seat(room: Room, act: Act) -> tuple[str, str]:
    body, seat = text(act, "body"), text(act, "seat")
    if body not in room.bench.bodies:
        raise Refused("unknown_body", f"the agreement has no body {body!r}")
    if room.bench.seat(body, seat) is None:
        raise Refused("unknown_seat", f"{body} has no seat {seat!r}")
    return body, seat


def _fill(room: Room, act: Act) -> None:
    """Fill a seat anew."""
    body, seat = _insist_on_seat(room, act)
    room.bench.fill(body, seat, text(act, "holder"), texts(act, "alternates"))


def _open(room: Room, act: Act) -> None:
    """Open a seal or break a silence; once the vote has failed, report as an expert."""
    motion = room.motions.get(act.about)
    if motion is not None and experts.are_asked(motion):
        experts.report(room, act, motion)
    else:
        motions.open_vote(room, act)


def _absent(room: Room, act: Act) -> None:
    """Say that a seat's holder is absent, or back."""
    body, seat = _insist_on_seat(room, act)
    room.bench.set_absent(body, seat, is_absent=act.detail["absent"] is True)


# What each act does: the same names as `ACTS`, which a test keeps equal.
TAKE: Mapping[str, Callable[[Room, Act], None]] = MappingProxyType(
    {
        "case.open": case.open_case,
        "case.assign": case.assign,
        "case.handover": case.handover,
        "case.notify": case.notify,
        "case.position": case.position,
        "case.request": case.request,
        "case.answer": case.answer,
        "case.evidence": case.evidence,
        "case.deliberate": case.deliberate,
        "case.recuse": case.recuse,
        "case.conflict": case.conflict,
        "case.publish": case.publish,
        "case.escalate": case.escalate,
        "case.close": case.close,
        "case.reopen": case.reopen,
        "case.link": case.link,
        "case.appeal": case.appeal,
        "motion.put": motions.put,
        "motion.end_sealing": motions.end_sealing,
        "motion.close": motions.close,
        "vote.seal": motions.seal,
        "vote.open": _open,
        "vote.dissent": motions.dissent,
        "determination.record": determinations.record,
        "determination.correct": determinations.correct,
        "determination.withdraw": determinations.withdraw,
        "remedy.set": remedies.set_remedy,
        "remedy.follow_up": remedies.follow_up,
        "remedy.lift": remedies.lift,
        "deadline.certify": certificates.certify,
        "seat.fill": _fill,
        "seat.absent": _absent,
        "hotline.call": hotline.call,
        "hotline.ack": hotline.acknowledge,
        "hotline.return_fire_order": hotline.return_fire_order,
        "window.open": hotline.open_window,
        "window.close": hotline.close_window,
    }
)


class Chamber:
    """Everything that a commission did, at one instant.

    Attributes:
        now_us: The instant at which views are given, microseconds since 1970 UTC. Taking an act
            does not look at it: what an act does depends on the acts before it alone.
        refused: The acts without effect, in the log's order.
    """

    def __init__(
        self,
        mandate: Mandate,
        findings: Mapping[str, FindingFacts],
        *,
        now_us: int,
        mirrors: Holders = NOT_KNOWN,
        warnings: Mapping[str, tuple[str, ...]] = NO_WARNINGS,
    ) -> None:
        """Open an empty chamber.

        Args:
            mandate: Who decides, and how.
            findings: Findings by id. The mapping is read when an act cites one, so it may grow.
            now_us: See above.
            mirrors: Which states hold a mirror of the log.
            warnings: By body, the ids of the rules by which it can stand still for ever.
        """
        self.now_us = now_us
        self.refused: list[RefusedAct] = []
        self._room = open_room(mandate, findings, mirrors)
        self._warnings = dict(warnings)
        # A line holds from when it was made until the case's next deadline, or the next act on it.
        self._lines: dict[str, tuple[CaseLine, int]] = {}
        # The same of the notices, with the first and the last instant at which they hold.
        self._notices: tuple[tuple[Notice, ...], int, int] | None = None

    def take(self, act: Act) -> RefusedAct | None:
        """Take the next act of the log. One that `ACTS` does not name is refused as unknown.

        Returns:
            The refusal, if a rule refused it; None if it took effect.
        """
        try:
            touched = _take(self._room, act)
        except Refused as refused:
            self.refused.append(_said(act, refused))
            return self.refused[-1]
        self._notices = None
        if touched is not None:
            self._lines.pop(touched.id, None)
        return None

    def refusal_of(self, act: Act) -> RefusedAct | None:
        """Say which rule would refuse an act if it were the next; nothing is changed by asking."""
        try:
            _take(trial_of(self._room), act)
        except Refused as refused:
            return _said(act, refused)
        return None

    # ------------------------------------------------------------------- what it shows
    @property
    def cases(self) -> tuple[str, ...]:
        """Ids of the cases, in the order of their opening."""
        return tuple(self._room.cases)

    def board(self) -> tuple[CaseLine, ...]:
        """Give every case as one line, in the order of opening."""
        return tuple(self._line(one) for one in self._room.cases.values())

    def _line(self, one: Case) -> CaseLine:
        made, made_us = self._lines.get(one.id, (None, 0))
        if made is not None and made_us <= self.now_us <= (made.next_due_us or self.now_us):
            return made
        new = line(one, self._room, self.now_us, self._warnings.get(one.body, ()))
        self._lines[one.id] = (new, self.now_us)
        return new

    def view(self, case_id: str) -> CaseView:
        """Show one case whole.

        Raises:
            KeyError: There is no such case.
        """
        one = self._room.cases[case_id]
        return view(one, self._room, self.now_us, self._warnings.get(one.body, ()))

    def patterns(self, case_id: str, sees: Callable[[str], bool]) -> tuple[Pattern, ...]:
        """Give the patterns that a case belongs to, among the cases that somebody may see.

        Raises:
            KeyError: There is no such case.
        """
        return patterns(self._room.cases[case_id], self._room, sees)

    def motion(self, motion: str) -> MotionStanding:
        """Show one motion.

        Raises:
            KeyError: There is no such motion.
        """
        return motions.standing_of(self._room, self._room.motions[motion])

    def motions(self, *, question: str = "") -> tuple[MotionStanding, ...]:
        """Give every motion, or those of one kind of question, oldest first."""
        return tuple(
            motions.standing_of(self._room, one)
            for one in self._room.motions.values()
            if not question or one.question == question
        )

    @property
    def determinations(self) -> tuple[Determination, ...]:
        """Every determination, corrected and withdrawn ones too, in the log's order."""
        return tuple(self._room.determinations.values())

    @property
    def remedies(self) -> tuple[RemedyStanding, ...]:
        """Every remedy, in the log's order."""
        return tuple(one.standing for one in self._room.remedies.values())

    @property
    def calls(self) -> tuple[Call, ...]:
        """The hotline's log."""
        return tuple(self._room.calls.values())

    @property
    def return_fire(self) -> tuple[ReturnFireNotice, ...]:
        """Every notification of a return-fire order."""
        return tuple(self._room.return_fire)

    @property
    def windows(self) -> tuple[Window, ...]:
        """Silence windows and corridors' hours."""
        return tuple(self._room.windows.values())

    def uptime(self, place: str) -> Uptime:
        """Sum up how a corridor's planned hours went."""
        return hotline.uptime(self._room.windows.values(), place, self.now_us)

    def outside_deadlines(self) -> Iterator[DeadlineStanding]:
        """Give the deadlines outside any case, the last first: of the hotline and of windows."""
        for running in reversed(self._room.outside.values()):
            for clock in reversed(running.values()):
                yield deadlines.standing_of(clock, self.now_us)

    def notices(self, *, also_met: bool = False) -> tuple[Notice, ...]:
        """Give what somebody should look at, the first due first."""
        if also_met:
            return notices(self._room, self.now_us, also_met=True)
        if self._notices is None or not self._notices[1] <= self.now_us <= self._notices[2]:
            until_us = hold_until_us(self._room, self.now_us)
            self._notices = notices(self._room, self.now_us), self.now_us, until_us
        return self._notices[0]

    def seats(self, body: str) -> tuple[Seat, ...]:
        """Give a body's seats as they are filled now."""
        return self._room.bench.seats(body)


def _take(room: Room, act: Act) -> Case | None:
    """Take an act into a room; give the case that it touched.

    Raises:
        Refused: A rule refuses it, and nothing was changed.
    """
    spec = ACTS.get(act.name)
    if spec is None:
        raise Refused("unknown_act", f"the commission knows no act {act.name!r}")
    if act.disputed:
        raise Refused("disputed", f"the key of {act.actor} is said to have been stolen")
    wrong = check(act.name, act.about, act.detail)
    if wrong:
        raise Refused("field", wrong)
    scene = scene_of(room, act, spec)
    insist_on_authority(scene, spec)
    TAKE[act.name](room, act)
    touched = scene.case or room.cases.get(act.id)
    deadlines.touch(room, act, touched)
    return touched


def _said(act: Act, refused: Refused) -> RefusedAct:
    return RefusedAct(
        act=act.id,
        index=act.index,
        actor=act.actor,
        name=act.name,
        rule=refused.rule,
        article=refused.article,
        why=refused.why,
    )


def fold(
    mandate: Mandate,
    acts: Iterable[Act],
    findings: Mapping[str, FindingFacts],
    now_us: int,
    *,
    mirrors: Holders = NOT_KNOWN,
    warnings: Mapping[str, tuple[str, ...]] = NO_WARNINGS,
) -> Chamber:
    """Take every act in order, and give the chamber at an instant."""
    chamber = Chamber(mandate, findings, now_us=now_us, mirrors=mirrors, warnings=warnings)
    for act in acts:
        chamber.take(act)
    return chamber
