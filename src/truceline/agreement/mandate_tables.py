"""One reader a table of a mandate: each gives its record, or None after it said why not."""

from __future__ import annotations

from truceline.agreement.entry import Entry, nearest, shown
from truceline.agreement.mandate_entry import (
    is_act,
    is_key_name,
    read_duration,
    read_flag,
    read_key_name,
    read_share,
    read_word_id,
    read_words_of,
)
from truceline.agreement.mandate_vocabulary import (
    ANY,
    COUNTED_OF,
    DEADLOCK_OF_KIND,
    DEFAULT_STANDARDS,
    LEAVES_OUT,
    LEVELS,
    ON_DEADLOCK,
    ON_TIE,
    QUESTIONS,
)
from truceline.records.mandate import (
    Body,
    Deadline,
    DecisionRule,
    Role,
    RoleHolder,
    Rule,
    Seat,
    Standard,
    StandardOfProof,
)

MOST_SEATS = 500
KINDS = tuple(kind.value for kind in DecisionRule)
BODY_KEYS = ("id", "name", "level", "seat", "escalates_to", "article", "words")
SEAT_KEYS = (
    "id", "state", "group", "votes", "chairs", "holder", "alternates", "appointed_by",
)  # fmt: skip
RULE_KEYS = (
    "id", "body", "questions", "kind", "quorum", "quorum_by_group", "share", "abstentions_count",
    "counted_of", "leaves_out", "silence", "on_tie", "on_deadlock", "experts_within",
    "article", "words",
)  # fmt: skip
DEADLINE_KEYS = (
    "id", "runs_from", "ends_with", "lasts", "default", "certified_by", "body", "questions",
    "article", "words",
)  # fmt: skip
STANDARD_KEYS = ("consequence", "standard", "article", "words")
ROLE_KEYS = ("actor", "role", "state")
# Kinds of rule that count votes against votes.
COUNTING = (
    DecisionRule.QUALIFIED_MAJORITY,
    DecisionRule.MAJORITY,
    DecisionRule.CHAIR_CASTING_VOTE,
)
# Keys that mean something for some kinds of rule only.
KEY_OF_KIND = {
    "share": (DecisionRule.QUALIFIED_MAJORITY,),
    "silence": (DecisionRule.SILENCE_PROCEDURE,),
    "on_tie": (DecisionRule.MAJORITY, DecisionRule.CHAIR_CASTING_VOTE),
    "abstentions_count": COUNTING,
    "counted_of": COUNTING,
    "leaves_out": (DecisionRule.CONSENSUS_MINUS_PARTIES,),
}


def read_body(entry: Entry) -> Body | None:
    """Read a [[body]] with its [[body.seat]]s."""
    entry.allow(BODY_KEYS)
    body_id, name = entry.name("id"), entry.text("name")
    level = entry.one_of("level", LEVELS, "level of a body")
    escalates_to = entry.name("escalates_to") if "escalates_to" in entry.values else None
    article, words = entry.text("article"), entry.text("words")
    seats = _read_seats(entry)
    if escalates_to is not None and escalates_to == body_id:
        entry.refuse("escalates_to", f"{escalates_to!r} is this body itself")
    if body_id is None or name is None or level is None or article is None or words is None:
        return None
    return Body(
        id=body_id,
        name=name,
        level=level,
        seats=seats,
        escalates_to=escalates_to,
        article=article,
        words=words,
    )


def _read_seats(body: Entry) -> tuple[Seat, ...]:
    items = body.values.get("seat", [])
    if not isinstance(items, list) or not items:
        body.refuse("seat", "missing; a body has at least one [[body.seat]]")
        return ()
    if len(items) > MOST_SEATS:
        body.refuse("seat", f"{len(items)} seats, and {MOST_SEATS} are the most")
        return ()
    entries = [
        Entry(f"{body.place}, [[body.seat]] {number}{_label(item)}", item, body.problems)
        for number, item in enumerate(items, start=1)
    ]
    seats = tuple(seat for entry in entries for seat in (_read_seat(entry),) if seat is not None)
    _insist_on_seats(body, entries)
    return seats


def _label(item: object) -> str:
    name = item.get("id") if isinstance(item, dict) else None
    return f" ({name})" if isinstance(name, str) else ""


def _read_seat(entry: Entry) -> Seat | None:
    if not entry.is_table:
        return None
    entry.allow(SEAT_KEYS)
    seat_id = entry.name("id")
    state = entry.text("state") if "state" in entry.values else ""
    group = entry.name("group") if "group" in entry.values else ""
    votes, chairs = (
        read_flag(entry, "votes", default=True),
        read_flag(entry, "chairs", default=False),
    )
    holder, appointed_by = read_key_name(entry, "holder"), read_key_name(entry, "appointed_by")
    alternates = _read_alternates(entry, holder)
    if seat_id is None or state is None or group is None or votes is None or chairs is None:
        return None
    if holder is None or appointed_by is None or alternates is None:
        return None
    return Seat(
        id=seat_id,
        state=state,
        group=group,
        votes=votes,
        chairs=chairs,
        holder=holder,
        alternates=alternates,
        appointed_by=appointed_by,
    )


def _read_alternates(entry: Entry, holder: str | None) -> tuple[str, ...] | None:
    if "alternates" not in entry.values or entry.values["alternates"] == []:
        return ()
    names = entry.texts("alternates")
    if names is None or not all(is_key_name(entry, "alternates", name) for name in names):
        return None
    for name in sorted({name for name in names if names.count(name) > 1 or name == holder}):
        entry.refuse("alternates", f"{name!r} is named twice for this seat")
    return names


def _insist_on_seats(body: Entry, entries: list[Entry]) -> None:
    """Refuse two seats of one id, two chairs, and one key that would hold two seats."""
    ids: dict[str, int] = {}
    holders: dict[str, int] = {}
    chairs = [number for number, entry in enumerate(entries, 1) if entry.values.get("chairs")]
    for number, entry in enumerate(entries, start=1):
        for key, seen in (("id", ids), ("holder", holders)):
            value = entry.values.get(key)
            if isinstance(value, str) and value in seen:
                entry.refuse(key, f"{value!r} already names [[body.seat]] {seen[value]}")
            elif isinstance(value, str):
                seen[value] = number
    if len(chairs) > 1:
        body.refuse("seat", f"seats {', '.join(map(str, chairs))} chair; one seat chairs at a time")


def read_rule(entry: Entry) -> Rule | None:
    """Read a [[rule]]: how a body decides questions of a kind."""
    entry.allow(RULE_KEYS)
    rule_id, body = entry.name("id"), entry.name("body")
    questions = read_words_of(entry, "questions", QUESTIONS, "question")
    word = entry.one_of("kind", KINDS, "kind of rule")
    article, words = entry.text("article"), entry.text("words")
    quorum = entry.whole("quorum", 0, MOST_SEATS) if "quorum" in entry.values else 0
    by_group = _read_quorum_by_group(entry)
    if word is None:
        return None
    kind = DecisionRule(word)
    _insist_on_keys_of(entry, kind)
    share = read_share(entry, "share") if kind is DecisionRule.QUALIFIED_MAJORITY else None
    silence_s = read_duration(entry, "silence") if kind is DecisionRule.SILENCE_PROCEDURE else None
    abstentions_count = read_flag(entry, "abstentions_count", default=False)
    counted_of, leaves_out = _read_counted_of(entry), "parties"
    if "leaves_out" in entry.values:
        leaves_out = (
            entry.one_of("leaves_out", LEAVES_OUT, "word for whom to leave out") or leaves_out
        )
    on_tie, on_deadlock = _read_on_tie(entry, kind), _read_on_deadlock(entry, kind)
    experts_within_s = _read_experts_within(entry, on_deadlock)
    if rule_id is None or body is None or questions is None or article is None or words is None:
        return None
    if quorum is None or abstentions_count is None or on_tie is None or on_deadlock is None:
        return None
    if counted_of is None:
        return None
    return Rule(
        id=rule_id,
        body=body,
        questions=questions,
        kind=kind,
        quorum=quorum,
        quorum_by_group=by_group,
        share=share,
        abstentions_count=abstentions_count,
        counted_of=counted_of,
        leaves_out=leaves_out,
        silence_s=silence_s,
        on_tie=on_tie,
        on_deadlock=on_deadlock,
        experts_within_s=experts_within_s,
        article=article,
        words=words,
    )


def _read_counted_of(entry: Entry) -> str | None:
    """Read of whom a share is counted: of the votes cast, where the text says nothing."""
    if "counted_of" not in entry.values:
        return "votes_cast"
    word = entry.one_of("counted_of", COUNTED_OF, "number to count of")
    if word == "all_seats" and "abstentions_count" in entry.values:
        entry.refuse("abstentions_count", "means nothing where all seats are counted")
    return word


def _read_quorum_by_group(entry: Entry) -> dict[str, int]:
    if "quorum_by_group" not in entry.values:
        return {}
    table = Entry(
        f"{entry.place}, quorum_by_group", entry.values["quorum_by_group"], entry.problems
    )
    found = {group: table.whole(group, 1, MOST_SEATS) for group in sorted(table.values)}
    return {group: least for group, least in found.items() if least is not None}


def _insist_on_keys_of(entry: Entry, kind: DecisionRule) -> None:
    for key, kinds in KEY_OF_KIND.items():
        if key in entry.values and kind not in kinds:
            names = " and ".join(one.value for one in kinds)
            entry.refuse(key, f"means nothing for {kind.value}; only {names} has it")


def _read_on_tie(entry: Entry, kind: DecisionRule) -> str | None:
    """Read what a tie leads to: a majority says it, a casting vote is the chair's by its name."""
    if kind is DecisionRule.CHAIR_CASTING_VOTE:
        if entry.values.get("on_tie", "chair") != "chair":
            entry.refuse("on_tie", f"{shown(entry.values['on_tie'])}, and the kind says chair")
        return "chair"
    if kind is DecisionRule.MAJORITY:
        return entry.one_of("on_tie", ON_TIE, "way out of a tie")
    return "fails"


def _read_on_deadlock(entry: Entry, kind: DecisionRule) -> str | None:
    """Read what follows where the body does not decide; a text that says nothing says nothing."""
    by_name = DEADLOCK_OF_KIND.get(kind)
    if "on_deadlock" not in entry.values:
        return by_name or "nothing"
    word = entry.one_of("on_deadlock", ON_DEADLOCK, "way out of a deadlock")
    if word is not None and by_name is not None and word != by_name:
        entry.refuse("on_deadlock", f"{word!r}, and the kind {kind.value} says {by_name}")
    return word


def _read_experts_within(entry: Entry, on_deadlock: str | None) -> int | None:
    """Read how long the experts have to report; None where the text has no such time."""
    if "experts_within" not in entry.values:
        return None
    if on_deadlock not in {"expert_panel", None}:
        entry.refuse("experts_within", f"nobody asks the experts: on_deadlock is {on_deadlock!r}")
    return read_duration(entry, "experts_within")


def read_deadline(entry: Entry) -> Deadline | None:
    """Read a [[deadline]]: from which act, to which, how long, and what then."""
    entry.allow(DEADLINE_KEYS)
    deadline_id, runs_from = read_word_id(entry, "id"), entry.text("runs_from")
    ends_with, lasts_s = entry.texts("ends_with"), read_duration(entry, "lasts")
    default = entry.text("default") if "default" in entry.values else ""
    certified_by = entry.name("certified_by") if "certified_by" in entry.values else None
    body = entry.name("body") if "body" in entry.values else None
    questions = _read_questions_of_limit(entry)
    article, words = entry.text("article"), entry.text("words")
    acts = [("runs_from", runs_from), *(("ends_with", act) for act in ends_with or ())]
    sound = all(act is not None and is_act(entry, key, act) for key, act in acts)
    if ("default" in entry.values) != ("certified_by" in entry.values):
        entry.refuse(
            "default" if "default" in entry.values else "certified_by",
            "a default and the body whose chair certifies it, certified_by, stand together",
        )
    if deadline_id is None or runs_from is None or ends_with is None or lasts_s is None:
        return None
    if default is None or questions is None or article is None or words is None or not sound:
        return None
    return Deadline(
        id=deadline_id,
        runs_from=runs_from,
        ends_with=ends_with,
        lasts_s=lasts_s,
        default=default,
        certified_by=certified_by,
        body=body,
        questions=questions,
        article=article,
        words=words,
    )


def _read_questions_of_limit(entry: Entry) -> tuple[str, ...] | None:
    if "questions" not in entry.values:
        return ()
    return read_words_of(entry, "questions", [one for one in QUESTIONS if one != ANY], "question")


def read_standard(entry: Entry) -> Standard | None:
    """Read a [[standard]]: how much proof a consequence asks for."""
    entry.allow(STANDARD_KEYS)
    consequence = entry.one_of("consequence", tuple(DEFAULT_STANDARDS), "consequence")
    ladder = tuple(one.value for one in StandardOfProof)
    standard = entry.one_of("standard", ladder, "standard of proof")
    article, words = entry.text("article"), entry.text("words")
    if consequence is None or standard is None or article is None or words is None:
        return None
    return Standard(
        consequence=consequence, standard=StandardOfProof(standard), article=article, words=words
    )


def read_role(entry: Entry) -> RoleHolder | None:
    """Read a [[role]]: what a key may do without a seat."""
    entry.allow(ROLE_KEYS)
    actor = entry.text("actor")
    role = entry.one_of("role", tuple(one.value for one in Role), "role")
    state = entry.text("state") if "state" in entry.values else ""
    if actor is None or not is_key_name(entry, "actor", actor) or role is None or state is None:
        return None
    if role in {"commissioner", "chair"}:
        entry.refuse("role", f"{role!r} comes with a seat of a [[body]]; name the key there")
    if role == "party" and not state:
        entry.refuse("state", "missing; a party's role is that of one party")
    return RoleHolder(actor=actor, role=Role(role), state=state)


def meant(name: str, known: set[str]) -> str:
    """Say what may have been meant by a name that is not there."""
    return nearest(name, known) if known else "; there is none"
