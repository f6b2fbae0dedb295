"""Commitments: how acts change them, and what can be said of their standing.

A new text never replaces an old one. Where texts differ on whether they stand or are in force,
software says so and chooses none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from truceline.guarantees.draft import Draft, RuleRefusesError, text_of
from truceline.records.act import Act
from truceline.records.board import CommitmentRef, CommitmentText
from truceline.records.commitment import (
    NOT_KNOWN,
    Caveat,
    Commitment,
    CommitmentVersion,
    Position,
    RatificationStep,
)
from truceline.records.register import HostRequest


def standing_of(commitment: Commitment) -> str:
    """Give "in_force", "not_in_force", "lapsed" (every text is withdrawn) or "disputed".

    A text is in force where its steps say "in_force" and no later one says "withdrawn". Texts of
    which some are and some are not make it "disputed".
    """
    standing = [one for one in commitment.versions if one.standing == "stands"]
    if not standing:
        return "lapsed"
    answers = {is_in_force(one) for one in standing}
    if len(answers) > 1:
        return "disputed"
    return "in_force" if answers == {True} else "not_in_force"


def is_in_force(version: CommitmentVersion) -> bool:
    """Tell whether the last of a text's own steps into or out of force is "in_force"."""
    moves = [one.step for one in version.steps if one.step in {"in_force", "withdrawn"}]
    return bool(moves) and moves[-1] == "in_force"


def differing_versions(commitment: Commitment) -> bool:
    """Tell whether several texts of it stand side by side."""
    return sum(one.standing == "stands" for one in commitment.versions) > 1


def ref_of(commitment: Commitment) -> CommitmentRef:
    """Give a commitment as the board needs it."""
    texts = [one for one in commitment.versions if one.standing == "stands"]
    return CommitmentRef(
        id=commitment.id,
        state=commitment.state,
        component=commitment.component,
        standing=standing_of(commitment),
        texts=tuple(CommitmentText(id=one.id, words=one.words, source=one.source) for one in texts)
        if differing_versions(commitment)
        else (),
    )


# --------------------------------------------------------------------------------- acts
def _add_version(draft: Draft, act: Act) -> None:
    commitment = draft.commitment(act)
    version = CommitmentVersion(
        id=act.id,
        words=text_of(act, "words"),
        legal_force=text_of(act, "legal_force"),
        steps=(),
        conditions=(),
        caveats=(),
        standing="stands",
        source=text_of(act, "source"),
    )
    draft.commitments[commitment.id] = replace(commitment, versions=(*commitment.versions, version))


def _change(
    draft: Draft, act: Act, change: Callable[[CommitmentVersion], CommitmentVersion]
) -> None:
    """Change one version that stands, and leave the others as they are."""
    commitment, wanted = draft.commitment(act), text_of(act, "version")
    version = next((one for one in commitment.versions if one.id == wanted), None)
    if version is None:
        raise RuleRefusesError("unknown_version", f"{commitment.id} has no version {wanted!r}")
    if version.standing == "withdrawn":
        raise RuleRefusesError("withdrawn", f"version {wanted} of {commitment.id} is withdrawn")
    changed = change(version)
    versions = tuple(changed if one is version else one for one in commitment.versions)
    draft.commitments[commitment.id] = replace(commitment, versions=versions)


def _add_step(draft: Draft, act: Act) -> None:
    day = text_of(act, "day")
    step = RatificationStep(
        step=text_of(act, "step"),
        day=None if day == NOT_KNOWN else date.fromisoformat(day),
        words=text_of(act, "words"),
        source=text_of(act, "source"),
    )
    if step.step in {"reservation", "objection"} and not step.words:
        raise RuleRefusesError("words_missing", f"a {step.step} needs its words")
    _change(draft, act, lambda version: replace(version, steps=(*version.steps, step)))


def caveat_of(act: Act) -> Caveat:
    """Read the caveat that an act adds."""
    return Caveat(
        kind=text_of(act, "caveat"), words=text_of(act, "words"), source=text_of(act, "source")
    )


def without_caveat(caveats: tuple[Caveat, ...], act: Act) -> tuple[Caveat, ...]:
    """Take a caveat away.

    Raises:
        RuleRefusesError: There is none of that kind.
    """
    kind = text_of(act, "caveat")
    left = tuple(one for one in caveats if one.kind != kind)
    if len(left) == len(caveats):
        raise RuleRefusesError("no_such_caveat", f"{act.about} has no caveat {kind}")
    return left


def _add_caveat(draft: Draft, act: Act) -> None:
    _change(draft, act, lambda one: replace(one, caveats=(*one.caveats, caveat_of(act))))


def _lift_caveat(draft: Draft, act: Act) -> None:
    _change(draft, act, lambda one: replace(one, caveats=without_caveat(one.caveats, act)))


def _withdraw(draft: Draft, act: Act) -> None:
    _change(draft, act, lambda version: replace(version, standing="withdrawn"))


def _request(draft: Draft, act: Act) -> None:
    draft.insist_on_state(act, draft.register.host)
    component = text_of(act, "component")
    asked = draft.requests.get(component)
    if asked is not None and asked.standing == "asked":
        raise RuleRefusesError("already_asked", f"{component} is asked for since {asked.act}")
    draft.requests[component] = HostRequest(
        component=component, standing="asked", at_us=act.at_us, act=act.id
    )


def _withdraw_request(draft: Draft, act: Act) -> None:
    draft.insist_on_state(act, draft.register.host)
    component = text_of(act, "component")
    asked = draft.requests.get(component)
    if asked is None or asked.standing != "asked":
        raise RuleRefusesError("not_asked", f"no request for {component} stands")
    draft.requests[component] = HostRequest(
        component=component, standing="withdrawn", at_us=act.at_us, act=act.id
    )


def _add_position(draft: Draft, act: Act) -> None:
    found = draft.participants.get(act.about)
    if found is None:
        raise RuleRefusesError("unknown_subject", f"no participant {act.about!r}")
    draft.insist_on_state(act, found.code)
    position = Position(
        kind=text_of(act, "kind"), words=text_of(act, "words"), source=text_of(act, "source")
    )
    draft.participants[found.code] = replace(found, positions=(*found.positions, position))


HANDLERS: Mapping[str, Callable[[Draft, Act], None]] = {
    "commitment.version": _add_version,
    "commitment.step": _add_step,
    "commitment.caveat": _add_caveat,
    "commitment.lift_caveat": _lift_caveat,
    "commitment.withdraw": _withdraw,
    "commitment.request": _request,
    "commitment.withdraw_request": _withdraw_request,
    "commitment.position": _add_position,
}
