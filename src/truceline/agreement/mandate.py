"""Who decides, by which rule, and until when: the tables of an agreement that make a mandate.

docs/reference/mandate.md lists every table and key. What the text does not say of a deadline or of
a standard of proof is filled in from the vocabulary, and has no article: everybody can tell it from
what was signed.
"""

from __future__ import annotations

from collections import Counter

from truceline.agreement.entry import Entry
from truceline.agreement.every import entries, names, read_all
from truceline.agreement.mandate_tables import (
    meant,
    read_body,
    read_deadline,
    read_role,
    read_rule,
    read_standard,
)
from truceline.agreement.mandate_vocabulary import (
    DEFAULT_DEADLINES,
    DEFAULT_STANDARDS,
    EXPERTS,
)
from truceline.records.mandate import (
    Body,
    Deadline,
    DecisionRule,
    Mandate,
    Rule,
    Seat,
    Standard,
)

# Which of them are accused is explored for every choice.
MOST_ACCUSED = 4
MANDATE_TABLES = ("body", "rule", "deadline", "standard", "role")


def read_mandate(
    top: Entry, agreement_id: str, sha256: str, parties: tuple[str, ...]
) -> Mandate | None:
    """Read an agreement's mandate; None where it has none of these tables.

    Problems go to the list of `top`; what is given back is of use only if there are none.
    """
    if not any(table in top.values for table in MANDATE_TABLES):
        return None
    bodies = read_all(top, "body", read_body)
    rules = read_all(top, "rule", read_rule)
    deadlines = read_all(top, "deadline", read_deadline)
    standards = read_all(top, "standard", read_standard, key="consequence")
    roles = read_all(top, "role", read_role, key="actor")
    places = _Places(top)
    places.insist_on_bodies()
    for body in bodies:
        _insist_on_escalation(places.of("body", body.id), body, rules)
    for rule in rules:
        for body in bodies:
            if body.id == rule.body:
                _insist_on_rule(places.of("rule", rule.id), rule, body, parties)
    for deadline in deadlines:
        _insist_on_certifier(places.of("deadline", deadline.id), deadline, bodies)
    _insist_on_one_rule_a_question(places, rules)
    return Mandate(
        agreement=agreement_id,
        agreement_sha256=sha256,
        parties=parties,
        bodies=bodies,
        rules=rules,
        deadlines=(*deadlines, *_default_deadlines(deadlines)),
        standards=(*standards, *_default_standards(standards)),
        roles=roles,
    )


class _Places:
    """Where each table stands in the file, so that a problem between two of them names one."""

    def __init__(self, top: Entry) -> None:
        self._top = top
        self._bodies = names(top, "body")

    def of(self, table: str, table_id: str) -> Entry:
        """Give the table of this id: it was read from the file, so it is there."""
        found = [e for e in entries(self._top, table) if e.values.get("id") == table_id]
        return found[0]

    def insist_on_bodies(self) -> None:
        """Refuse the name of a body that is not there.

        It asks what the file names, not what could be read: a body with a bad seat is there.
        """
        for table, key in (
            ("body", "escalates_to"),
            ("rule", "body"),
            ("deadline", "certified_by"),
            ("deadline", "body"),
        ):
            for entry in entries(self._top, table):
                name = entry.values.get(key)
                if isinstance(name, str) and name not in self._bodies:
                    entry.refuse(key, f"no body {name!r}{meant(name, self._bodies)}")


def _insist_on_escalation(entry: Entry, body: Body, rules: tuple[Rule, ...]) -> None:
    """Refuse a rule that sends a deadlock on from a body that leads nowhere."""
    senders = [
        rule.id
        for rule in rules
        if rule.body == body.id and "escalates" in {rule.on_tie, rule.on_deadlock}
    ]
    if senders and body.escalates_to is None:
        entry.refuse("escalates_to", f"missing; rule {', '.join(senders)} escalates from here")


def _insist_on_rule(entry: Entry, rule: Rule, body: Body, parties: tuple[str, ...]) -> None:
    """Refuse a rule that its body cannot follow: too high a quorum, no chair, no experts."""
    voting = voting_seats(rule, body, parties)
    if not voting:
        entry.refuse("body", f"{body.id!r} has no seat that votes by this rule")
    most = len(voting)
    if rule.leaves_out == "accused":
        of_party = Counter(seat.state for seat in voting)
        most -= min((of_party[code] for code in parties), default=0)
    if rule.quorum > most:
        entry.refuse("quorum", f"{rule.quorum} is above the {most} seats that vote by it")
    by_group = Counter(seat.group for seat in voting)
    groups = {seat.group for seat in body.seats if seat.group}
    for group, least in rule.quorum_by_group.items():
        if group not in groups:
            entry.refuse("quorum_by_group", f"no group {group!r}{meant(group, groups)}")
        elif least > by_group[group]:
            entry.refuse(
                "quorum_by_group",
                f"{group} = {least} is above its {by_group[group]} seats that vote by it",
            )
    sitting = {seat.state for seat in body.seats} & set(parties)
    if rule.leaves_out == "accused" and len(sitting) > MOST_ACCUSED:
        entry.refuse("leaves_out", f"{len(sitting)} parties sit there, {MOST_ACCUSED} are the most")
    if rule.on_tie == "chair" and not any(seat.chairs for seat in body.seats):
        entry.refuse("on_tie", f"the chair decides, and no seat of {body.id!r} chairs")
    if rule.on_deadlock == "expert_panel" and not any(
        seat.group == EXPERTS and not seat.votes for seat in body.seats
    ):
        entry.refuse(
            "on_deadlock",
            f"expert_panel, and {body.id!r} has no seat of group {EXPERTS!r} without a vote",
        )


def voting_seats(rule: Rule, body: Body, parties: tuple[str, ...]) -> tuple[Seat, ...]:
    """Give the seats whose votes a rule may count: without the parties where it says so.

    Where it leaves out the accused it is not known which they are.
    """
    without_parties = (
        rule.kind is DecisionRule.CONSENSUS_MINUS_PARTIES and rule.leaves_out == "parties"
    )
    return tuple(
        seat
        for seat in body.seats
        if seat.votes and not (without_parties and seat.state in parties)
    )


def _insist_on_certifier(entry: Entry, deadline: Deadline, bodies: tuple[Body, ...]) -> None:
    for body in bodies:
        if body.id == deadline.certified_by and not any(seat.chairs for seat in body.seats):
            entry.refuse(
                "certified_by", f"no seat of {body.id!r} chairs, so nobody can certify a default"
            )
        if body.id == deadline.body and deadline.default == "escalates" and not body.escalates_to:
            entry.refuse("default", f"escalates, and {body.id!r} leads to no body")


def _insist_on_one_rule_a_question(places: _Places, rules: tuple[Rule, ...]) -> None:
    taken: dict[tuple[str, str], str] = {}
    for rule in rules:
        for question in rule.questions:
            first = taken.setdefault((rule.body, question), rule.id)
            if first != rule.id:
                places.of("rule", rule.id).refuse(
                    "questions", f"{rule.body} already decides {question!r} by rule {first}"
                )


def _default_deadlines(said: tuple[Deadline, ...]) -> tuple[Deadline, ...]:
    return tuple(
        Deadline(
            id=deadline_id,
            runs_from=limit.runs_from,
            ends_with=limit.ends_with,
            lasts_s=limit.lasts_s,
            default="",
            certified_by=None,
            article="",
            words="",
        )
        for deadline_id, limit in DEFAULT_DEADLINES.items()
        if deadline_id not in {one.id for one in said}
    )


def _default_standards(said: tuple[Standard, ...]) -> tuple[Standard, ...]:
    return tuple(
        Standard(consequence=consequence, standard=standard, article="", words="")
        for consequence, standard in DEFAULT_STANDARDS.items()
        if consequence not in {one.consequence for one in said}
    )
