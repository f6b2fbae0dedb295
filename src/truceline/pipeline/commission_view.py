"""A mission's commission as its pages ask for it: plain data, and only what who asks may see.

Every answer is folded from the log as it is now: a look reads what is new since the last one. What
he may not see is not there, and where a page would miss it the rule that refused stands in its
place. Answers for several threads are given one after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from threading import RLock
from typing import Any

from truceline.commission.chamber import Chamber
from truceline.commission.explore import explore
from truceline.evidence.strict import FormatError
from truceline.pipeline.act_desk import (
    Stage,
    command,
    forms,
    read_act,
    said,
    said_by_access,
)
from truceline.pipeline.acting import whole_ids
from truceline.pipeline.asking import PUBLIC_DELAY_US, Eyes, common, principals_of
from truceline.pipeline.case_index import CaseIndex
from truceline.pipeline.case_page import CasePage, without_names
from truceline.pipeline.chamber import Commission, full_id
from truceline.pipeline.clock import clock_us
from truceline.pipeline.forms import FORMS, Form
from truceline.records.act import Act
from truceline.records.asker import Asker, NotAllowedError
from truceline.records.canonical import Json, plain
from truceline.records.chamber import CASE_STATUSES, CaseLine, Notice
from truceline.records.determination import SEVERITIES
from truceline.records.ids import short_id
from truceline.records.mandate import Role
from truceline.records.permission import Thing
from truceline.reports.standstill import tell_path
from truceline.reports.words import LANGUAGES, load_words

Plain = dict[str, Any]

PAGE_SIZE = 100
# Of calls, refusals and acts the newest are given, with the number of all.
NEWEST = 200
NOTICES = 500
PATHS_TOLD = 5
LAST_US = 2**62
# A case is asked for by `assigned`; its line has `assigned_to`.
FIELDS = {"assigned": "assigned_to"}
# What a commission has to do among itself.
INNER_NOTICES = frozenset(
    {
        "default_to_certify",
        "experts_to_report",
        "experts_undecided",
        "motion_to_close",
        "motion_to_escalate",
        "votes_to_open",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look of somebody at the commission, at one instant."""

    chamber: Chamber
    index: CaseIndex
    eyes: Eyes
    acts: list[Act]
    asked: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def sees_case(self, case: str, *, inside: bool = False) -> bool:
        """Tell whether there is a case that he may see, or what the commission alone has of it."""
        reach = self.index.reach.get(case)
        if reach is None:
            return False
        # Thousands of cases are alike in all that a rule looks at.
        key = inside, *reach.key(self.eyes.now_us)
        if key not in self.asked:
            thing = reach.case(case)
            self.asked[key] = self.eyes.see(reach.inside(thing) if inside else thing).allowed
        return self.asked[key]

    def sees_refused(self, act: str) -> bool:
        """Tell whether he may see an act that was refused: a state sees its own."""
        return self.eyes.see(common("log", "commission", self.index.state_of(act))).allowed

    @property
    def is_public(self) -> bool:
        """Whether he is nothing but the public, who is told no names of keys."""
        return all(one.roles == {Role.PUBLIC} for one in self.eyes.principals)

    def insist(self, thing: Thing) -> None:
        """Refuse what he may not see.

        Raises:
            NotAllowedError: A rule refuses it.
        """
        decision = self.eyes.see(thing)
        if not decision.allowed:
            raise NotAllowedError(decision)


class _Kept:
    """A commission that was folded, with its index; each later look folds what is new."""

    def __init__(self, commission: Commission) -> None:
        self._commission = commission
        self._index: CaseIndex | None = None

    @property
    def acts(self) -> list[Act]:
        return self._commission.taken

    def at(self, now_us: int) -> CaseIndex:
        """Give the index, and in it the chamber, at an instant."""
        chamber = self._commission.chamber(now_us)
        if self._index is None or self._index.chamber is not chamber:
            self._index = CaseIndex(chamber, self._commission.mandate)
        self._index.follow(self.acts)
        return self._index


class OpenCommission:
    """The commission of one mission, open for its pages."""

    def __init__(self, commission: Commission, *, clock: Callable[[], int] = clock_us) -> None:
        """Take a commission, and the clock by which deadlines run."""
        self.commission = commission
        self.clock = clock
        self._lock = RLock()
        self._now = _Kept(commission)
        self._late: _Kept | None = None

    @contextmanager
    def look(self, asker: Asker) -> Iterator[Look]:
        """Look at the commission as its log is now, alone; the public, as it was a day ago."""
        with self._lock:
            now_us, kept = self.clock(), self._now
            index = kept.at(now_us)
            principals = principals_of(self.commission.mandate, index.chamber.seats, asker.actor)
            if all(one.roles == {Role.PUBLIC} for one in principals):
                # To the public it is late.
                self._late = self._late or _Kept(self.commission.late(PUBLIC_DELAY_US))
                kept = self._late
                index = kept.at(now_us)
            eyes = Eyes(principals=principals, asker=asker, now_us=now_us)
            yield Look(chamber=index.chamber, index=index, eyes=eyes, acts=kept.acts)

    # ------------------------------------------------------------------------------- answers
    def who(self, asker: Asker) -> Plain:
        """Tell somebody who he is here: his roles, states and seats."""
        with self.look(asker) as look:
            of = look.eyes.principals
            return {
                "actor": asker.actor,
                "development": asker.development,
                "roles": sorted({role.value for one in of for role in one.roles}),
                "states": sorted({one.state for one in of} - {""}),
                "seats": [{"body": one.body, "seat": one.seat} for one in of if one.seat],
            }

    def mandate(self) -> Plain:
        """Give who decides, and how it can stand still for ever. The agreement is public."""
        with self._lock:
            return self._mandate

    @cached_property
    def _mandate(self) -> Plain:
        mandate = self.commission.mandate
        return {
            **plain(mandate),
            "statuses": list(CASE_STATUSES),
            "severities": list(SEVERITIES),
            "standstills": [
                {
                    "body": path.body,
                    "told": {code: list(tell_path(path, load_words(code))) for code in LANGUAGES},
                }
                for path in islice(explore(mandate).paths, PATHS_TOLD)
            ],
        }

    def docket(self, asker: Asker, wanted: Mapping[str, str], page: int) -> Plain:
        """List the cases, what is due first.

        Args:
            asker: Who asks.
            wanted: What a case must be: `status`, `severity`, `body`, `party`, `assigned`, `text`;
                `due` is "passed" or "running". Empty texts ask for nothing.
            page: Which page, counted from 0.

        Raises:
            NotAllowedError: He may see no case, and a rule says so.
        """
        with self.look(asker) as look:
            seen = list(_seen(look))
            if not seen:
                look.insist(common("docket", "public" if not look.chamber.cases else "states"))
            named = not look.is_public
            if not named:
                # Who may not be told a name may not try names either.
                wanted = {**wanted, "assigned": ""}
            found = sorted(_fitting(seen, look.index, wanted), key=_rank)
            first = page * PAGE_SIZE
            rows = [_row(one, look.index) for one in found[first : first + PAGE_SIZE]]
            return {
                "now_us": look.chamber.now_us,
                "total": len(seen),
                "found": len(found),
                "page": page,
                "pages": max(1, -(-len(found) // PAGE_SIZE)),
                "statuses": Counter(one.status for one in seen),
                "assigned": sorted({one.assigned_to for one in seen} - {""}) if named else [],
                "cases": rows if named else without_names(rows),
            }

    def case(self, asker: Asker, case: str) -> Plain:
        """Give one case whole, by its full or short id.

        Raises:
            LookupError: There is none.
            NotAllowedError: He may not see it.
        """
        with self.look(asker) as look:
            known = _named(look, case, {one: one for one in look.index.reach})
            reach = look.index.reach[known]
            thing = reach.case(known)
            look.insist(thing)
            answer = CasePage(
                view=look.chamber.view(known),
                reach=reach,
                thing=thing,
                eyes=look.eyes,
                now_us=look.chamber.now_us,
                seats=look.chamber.seats(reach.body),
                findings=self.commission.findings,
                state_of=look.index.state_of,
                sees_case=look.sees_case,
                patterns=look.chamber.patterns(known, look.sees_case),
            ).answer()
            mine = [look.acts[place] for place in look.index.acts.get(known, [])]
            ids = {one.id for one in mine if look.index.is_refused(one.id)}
            answer["acts"] = list(self._told(look, mine))
            answer["refused"] = [
                plain(one)
                for one in look.chamber.refused
                if one.act in ids and look.sees_refused(one.act)
            ]
            answer["size"] = len(look.acts)
            shown: Plain = without_names(answer) if look.is_public else answer
            return shown

    def hotline(self, asker: Asker) -> Plain:
        """Give the incident room: calls, return-fire notices, windows and their clocks.

        Raises:
            NotAllowedError: He may not see the log of the hotline.
        """
        with self.look(asker) as look:
            look.insist(common("hotline_log", "states"))
            chamber = look.chamber
            calls, windows = chamber.calls, chamber.windows
            standing = (one for one in chamber.outside_deadlines() if one.standing != "renewed")
            corridors = sorted({one.place for one in windows if one.kind == "corridor"})
            return {
                "now_us": look.chamber.now_us,
                "size": len(look.acts),
                "total": len(calls),
                "calls": [
                    plain(one) | {"case": one.case if look.sees_case(one.case) else ""}
                    for one in calls[: -NEWEST - 1 : -1]
                ],
                "return_fire": plain(chamber.return_fire[: -NEWEST - 1 : -1]),
                "windows": plain(windows[: -NEWEST - 1 : -1]),
                "uptime": [plain(chamber.uptime(place)) for place in corridors],
                "deadlines": plain([*islice(standing, NEWEST)][::-1]),
            }

    def refused(self, asker: Asker) -> Plain:
        """Give the acts that a rule refused, newest first: to the monitor all, to a state its own.

        Raises:
            NotAllowedError: He has no part in the commission.
        """
        with self.look(asker) as look:
            look.insist(common("log", "states"))
            seen = [one for one in look.chamber.refused if look.sees_refused(one.act)]
            newest = seen[: -NEWEST - 1 : -1]
            return {"now_us": look.chamber.now_us, "total": len(seen), "refused": plain(newest)}

    def deadlines(self, asker: Asker) -> Plain:
        """Give what somebody should look at, the first due first: a deadline that passed only says.

        Raises:
            NotAllowedError: He has no part in the commission.
        """
        with self.look(asker) as look:
            seen = self._notices(look)
            return {
                "now_us": look.chamber.now_us,
                "total": len(seen),
                "notices": [
                    plain(one) | {"short_id": short_id(one.case)} for one in seen[:NOTICES]
                ],
            }

    def notices(self, asker: Asker) -> list[Notice]:
        """Give all that `deadlines` tells of, however many.

        Raises:
            NotAllowedError: As there.
        """
        with self.look(asker) as look:
            return self._notices(look)

    def _notices(self, look: Look) -> list[Notice]:
        look.insist(common("deadline", "states"))
        room = look.eyes.see(common("hotline_log", "states")).allowed
        return [
            one
            for one in look.chamber.notices()
            if (look.sees_case(one.case, inside=one.kind in INNER_NOTICES) if one.case else room)
        ]

    def forms(self) -> Plain:
        """Give the form of every act: what the agreement's bodies can do is no secret."""
        return {"forms": forms()}

    def check(self, asker: Asker, name: str, about: str, given: Mapping[str, list[str]]) -> Plain:
        """Say which rule would refuse an act, and write the command that signs it. Nothing is kept.

        Args:
            asker: Who would sign it: the name of his key is that of his login.
            name: What would be done.
            about: Full or short id of what it is about; "" for what opens something new.
            given: Texts of its fields; a table is the text of a TOML file.

        Returns:
            command, and refused: null, or by ("access", "form" or "fold"), rule, article and why.

        Raises:
            LookupError: There is no such act, or no such thing.
            NotAllowedError: He may not see what it is about.
        """
        form = FORMS.get(name)
        if form is None or form.room != "commission":
            raise LookupError(f"there is no act {name!r}")
        with self.look(asker) as look:
            if about not in look.index.reach and about not in look.index.homes:
                about = _named(look, about, self._things(look))
            case = about if about in look.index.reach else look.index.homes.get(about, "")
            if case:
                look.insist(look.index.reach[case].case(case))
            elif about:
                look.insist(common("hotline_log", "states"))
            try:
                detail = read_act(form, about, given)
                detail |= whole_ids(form, detail, self._citable(look, case))
            except FormatError as error:
                return {"command": "", "refused": said("form", "field", "", str(error))}
            answer: Plain = {"command": command(form, about, given, self.folder), "refused": None}
            decision = self._stage(look, form, about, detail, case).may(look.eyes)
            if not decision.allowed:
                answer["refused"] = said_by_access(decision)
            elif name != "vote.open":
                # How it was sealed only the voter knows: opening is not tried.
                answer["refused"] = self._tried(asker, name, about, detail)
            return answer

    @property
    def folder(self) -> str:
        """The mission as a command names it."""
        return self.commission.folder.name

    def _things(self, look: Look) -> dict[str, str]:
        """Give the id of everything that an act may be about, each with its case; "" for none."""
        inside = {one: one for one in look.index.reach} | look.index.homes
        calls = {one.id: "" for one in look.chamber.calls}
        return inside | calls | {one.id: "" for one in look.chamber.windows}

    def _citable(self, look: Look, case: str) -> set[str]:
        """Give what an act may name by a short id: of cases and acts only what he may see."""
        mine = self._told(look, (look.acts[place] for place in look.index.acts.get(case, [])))
        cases = {one.id for one in _seen(look)}
        return cases | {one["id"] for one in mine} | self.commission.findings.keys()

    def _stage(
        self, look: Look, form: Form, about: str, detail: Mapping[str, Json], case: str
    ) -> Stage:
        seats = look.chamber.seats(str(detail.get("body", "")))
        return Stage(
            form=form,
            about=about,
            detail=detail,
            parties=self.commission.mandate.parties,
            case=look.chamber.view(case) if case else None,
            reach=look.index.reach.get(case),
            called=next((one.to for one in look.chamber.calls if one.id == about), ""),
            keeper=next((one.appointed_by for one in seats if one.id == detail.get("seat")), ""),
        )

    def _tried(
        self, asker: Asker, name: str, about: str, detail: Mapping[str, Json]
    ) -> Plain | None:
        """Ask the fold."""
        found = self.commission.refusal_of(
            name, about, detail, actor=asker.actor, now_us=self.clock()
        )
        return None if found is None else said("fold", found.rule, found.article, found.why)

    def acts(self, asker: Asker, after: int) -> Plain:
        """Give what was done since the log had `after` acts: who, what and when, and no more.

        Returns:
            size (of acts now), and the newest of those acts that he may see.
        """
        with self.look(asker) as look:
            size = len(look.acts)
            newest = look.acts[max(0, after, size - NEWEST) :]
            return {
                "now_us": look.chamber.now_us,
                "size": size,
                "acts": list(self._told(look, newest)),
            }

    def _told(self, look: Look, acts: Iterable[Act]) -> Iterator[Plain]:
        for act in acts:
            case = look.index.case_of(act)
            if look.eyes.see(self._thing_of(look, act, case)).allowed:
                said: Plain = {
                    "id": act.id,
                    "index": act.index,
                    "at_us": act.at_us,
                    "name": act.name,
                    "actor": act.actor,
                    "case": case,
                    "refused": look.index.is_refused(act.id),
                }
                yield without_names(said) if look.is_public else said

    def _thing_of(self, look: Look, act: Act, case: str) -> Thing:
        """What somebody sees who sees that an act was done."""
        if look.index.is_refused(act.id):
            return common("log", "commission", look.index.state_of(act.id))
        if not case:
            is_common = act.name.startswith(("hotline.", "window."))
            return common("hotline_log" if is_common else "log", "states")
        reach = look.index.reach[case]
        thing = reach.case(case)
        if act.name == "case.evidence" and look.eyes.see(thing).allowed:
            # Who brought an exhibit is told to who may see it.
            withheld = act.detail.get("withheld_from", [])
            return reach.exhibit(
                thing,
                str(act.detail["tier"]),
                map(str, withheld) if isinstance(withheld, list) else (),
                look.index.state_of(act.id),
            )
        is_inner = act.name.startswith(("motion.", "vote.")) or act.name == "case.handover"
        return reach.inside(thing) if is_inner else thing


def _seen(look: Look) -> Iterator[CaseLine]:
    """Give the cases that he may see, in the order of their opening."""
    return (line for line in look.chamber.board() if look.sees_case(line.id))


def _fitting(
    lines: Iterable[CaseLine], index: CaseIndex, wanted: Mapping[str, str]
) -> Iterator[CaseLine]:
    """Give the lines that are what is wanted; an empty text asks for nothing."""
    asked = {name: value for name, value in wanted.items() if value}
    due, party, text = (asked.pop(name, "") for name in ("due", "party", "text"))
    text = text.casefold()
    same = [(FIELDS.get(name, name), value) for name, value in asked.items()]
    for line in lines:
        if (
            all(getattr(line, name, None) == value for name, value in same)
            and (not party or party in index.reach[line.id].concerns)
            and (due != "passed" or line.passed > 0)
            and (due != "running" or line.next_due_us is not None)
            and (not text or text in f"{line.title} {line.id}".casefold())
        ):
            yield line


def _rank(line: CaseLine) -> tuple[bool, int, int]:
    """What passed unmet comes first, then what is due next, then what was opened last."""
    return (line.passed == 0, line.next_due_us or LAST_US, -line.opened_us)


def _row(line: CaseLine, index: CaseIndex) -> Plain:
    return {
        **plain(line),
        "short_id": short_id(line.id),
        "concerns": sorted(index.reach[line.id].concerns),
        "tier": index.reach[line.id].tier,
    }


def _named(look: Look, name: str, things: Mapping[str, str]) -> str:
    """Make an id whole. A short one is looked up among what he may see alone.

    Else whoever tried one beginning after the other would learn every id, and how many there are.

    Args:
        look: Who looks.
        name: The id, short or whole; "" for none.
        things: Everything that has an id, each with its case; "" outside of any.

    Raises:
        LookupError: Nothing that he may see begins so, or several do.
    """
    if not name or name in things:
        return name
    cases = {one.id for one in _seen(look)}
    if look.eyes.see(common("hotline_log", "states")).allowed:
        cases.add("")
    try:
        return full_id(name, (one for one, case in things.items() if case in cases), "case")
    except FormatError as error:
        raise LookupError(str(error)) from error
