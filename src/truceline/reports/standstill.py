"""A way to stand still for ever, told in words: one sentence a step, with the rule behind it."""

from __future__ import annotations

from truceline.records.mandate_path import Exploration, PathStep, Standstill, StandstillPath
from truceline.reports.words import Words

ALL_QUESTIONS = 7
MOST_NAMED = 5
# Steps that a time limit makes so, and not a rule.
OF_LIMITS = ("deadline_passes", "default_needs_chair", "default_escalates")


def tell_path(path: StandstillPath, words: Words) -> tuple[str, ...]:
    """Give the sentences: where and what, why it stands, who can do it alone, and the steps."""
    questions = (
        words["standstill.all_questions"]
        if len(path.questions) == ALL_QUESTIONS
        else ", ".join(path.questions)
    )
    body = path.body or words["standstill.of_nobody"]
    lines = [words.say("standstill.title", body=body, questions=questions)]
    who = _who(path, words)
    lines.append(words.say(f"standstill.{path.kind.value}", who=who))
    if who and path.kind is not Standstill.VETO:
        lines.append(words.say("standstill.alone", who=who))
    return (*lines, *(tell_step(step, words) for step in path.steps))


def tell_step(step: PathStep, words: Words) -> str:
    """Give one step as a sentence, with its rule or time limit and the article in brackets."""
    said = words.say(
        f"standstill.{step.what}",
        body=step.body or words["standstill.of_nobody"],
        seats=_named(step.seats),
        to=step.to,
    )
    if not step.rule:
        return said
    key = "limit" if step.what in OF_LIMITS else "rule"
    behind = words.say(f"standstill.{key}", rule=step.rule, article=step.article)
    return f"{said} ({behind})"


def tell_summary(path: StandstillPath, words: Words) -> str:
    """Give a path in one line, for a warning."""
    return " ".join(tell_path(path, words))


def tell_counted_on(found: Exploration, words: Words) -> str:
    """Say on whom the exploration relied; "" for nobody."""
    if not found.counted_on:
        return ""
    return words.say("standstill.counted_on", seats=", ".join(found.counted_on))


def _who(path: StandstillPath, words: Words) -> str:
    if path.party:
        # The code, not the name in the word file: an agreement names its parties itself.
        return words["standstill.by_party"].format(party=path.party)
    if path.group:
        return words.say("standstill.by_group", group=path.group, needed=path.needed)
    if path.blockers:
        key = "by_one_seat" if len(path.blockers) == 1 else "by_seat"
        return words.say(f"standstill.{key}", seats=_named(path.blockers))
    return ""


def _named(seats: tuple[str, ...]) -> str:
    """Name seats, and of many the first few and how many they are."""
    if len(seats) <= MOST_NAMED:
        return ", ".join(seats)
    return f"{', '.join(seats[:MOST_NAMED])}, ... ({len(seats)})"
