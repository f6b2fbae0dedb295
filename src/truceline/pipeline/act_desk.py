"""An act is composed and tried here, and signed elsewhere: keys never leave their owner's machine.

The desk knows the form of every act of a commission, asks the rules whether one would be refused
(access first, then the form, then the fold), and writes the command that signs it. How a vote
falls is never asked: a vote that a server knew would be no sealed one.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from truceline.access.decide import decide
from truceline.commission.acts import ACTS
from truceline.evidence.strict import FormatError
from truceline.pipeline.asking import Eyes, Reach, common, weighed
from truceline.pipeline.case_page import refusal
from truceline.pipeline.forms import FORMS, Form, FormField, read_detail, read_detail_text
from truceline.records.canonical import Json
from truceline.records.chamber import CaseView
from truceline.records.permission import Decision, Deployment, Principal, Question, Setting, Thing

Plain = dict[str, Any]
Texts = Mapping[str, list[str]]

# What is only known on the voter's own machine.
OWN: Mapping[str, frozenset[str]] = {
    "vote.seal": frozenset({"commitment"}),
    "vote.open": frozenset({"vote", "reasons", "salt"}),
}
# Its form is a commitment's, and no vote has it.
STAND_IN = "00" * 32
KIND_OF = {"call": "hotline_log", "request": "case", "": "log"}
ENDS: Mapping[str, tuple[str, ...]] = {
    "vote.seal": ("--vote", "yes|no|abstain"),
    "vote.open": (),
}


def forms() -> list[Plain]:
    """Give the form of every act that the pages compose, in the order of the table."""
    return [_form(FORMS[name]) for name in ACTS]


def _form(form: Form) -> Plain:
    own = OWN.get(form.name, frozenset())
    return {
        "name": form.name,
        "does": form.does,
        "who": form.who,
        "about": form.about,
        "is_own": bool(own),
        "fields": [
            {
                "name": one.name,
                "kind": one.kind,
                "meaning": one.meaning,
                "words": list(one.words),
                "required": one.required,
                "is_list": one.is_list,
                "is_table": one.is_table,
            }
            for one in form.fields
            if one.name not in own
        ],
    }


def read_act(form: Form, about: str, given: Texts) -> dict[str, Json]:
    """Read the fields of an act from the texts of a page, and check its form.

    Raises:
        FormatError: A field is not as it must be; names it.
    """
    texts = {one.name: given[one.name] for one in form.fields if given.get(one.name)}
    tables = {name for name in texts if form.field(name).is_table}
    detail = read_detail(form, {name: texts[name] for name in texts.keys() - tables}, None)
    for name in tables:
        detail[name] = read_detail_text("\n".join(texts[name]).encode(), name)
    if unknown := sorted(given.keys() - {one.name for one in form.fields}):
        raise FormatError(f"{form.name} has no field {unknown[0]!r}")
    if form.name == "vote.seal":
        detail["commitment"] = STAND_IN
    if form.name != "vote.open":
        form.insist(about, detail)
    return detail


def command(form: Form, about: str, given: Texts, mission: str) -> str:
    """Write the command that signs an act on its owner's machine.

    >>> command(FORMS["case.close"], "1f0c9a77e2", {"motion": ["ab"]}, "missions/demo")
    'truceline case close --about 1f0c9a77e2 --motion ab --seed me.key --mission missions/demo'
    """
    verb = form.verb.replace("_", "-")
    words = ["truceline", form.group, verb, *(["--about", about] if about else [])]
    for field in form.fields:
        for text in given.get(field.name, ()):
            words += [f"--{field.name.replace('_', '-')}", _value(field, text)]
    words += ENDS.get(form.name, ())
    return " ".join(map(_quoted, [*words, "--seed", "me.key", "--mission", mission]))


def _value(field: FormField, text: str) -> str:
    return f"{field.name}.toml" if field.is_table else text


def _quoted(word: str) -> str:
    # A choice that is left to the voter is shown as one.
    return word if word == "yes|no|abstain" else shlex.quote(word)


# ----------------------------------------------------------------------- may he come to the table
@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where an act would be done.

    Attributes:
        form: Its form.
        about: Id of what it is about.
        detail: Its fields.
        parties: Codes of the parties of the agreement.
        case: The case that it belongs to; None outside of one.
        reach: Whom that case has reached; None outside of one.
        called: Code of the state that a call was to, where the act is about a call; else "".
        keeper: Name of the key that may fill the seat that the act names; else "".
    """

    form: Form
    about: str
    detail: Mapping[str, Json]
    parties: tuple[str, ...]
    case: CaseView | None
    reach: Reach | None
    called: str
    keeper: str

    def may(self, eyes: Eyes) -> Decision:
        """Tell whether somebody may come to the table with it; what counts there the fold says."""
        setting = Setting(
            deployment=Deployment.MONITOR,
            now_us=eyes.now_us,
            loopback=eyes.asker.loopback,
            development=eyes.asker.development,
        )
        return weighed(
            decide(
                Question(
                    principal=self._with_recusals(who),
                    action=self.form.name,
                    thing=self._thing(who),
                    setting=setting,
                )
            )
            for who in eyes.principals
        )

    def _thing(self, who: Principal) -> Thing:
        kind = KIND_OF.get(self.form.about, self.form.about)
        if self.case is None or self.reach is None:
            thing = replace(common(kind, "commission"), body=str(self.detail.get("body", "")))
            concerns = self.detail.get("concerns")
            told = concerns if isinstance(concerns, list) else self.parties
            parties = frozenset(map(str, told)) - {""}
        else:
            thing = self.reach.inside(self.reach.case(self.case.line.id))
            parties = self.reach.concerns
        asked = self._asked() or self.called
        seat = str(self.detail.get("seat", "") or (who.seat if who.body == thing.body else ""))
        keepers = frozenset({self.keeper} - {""})
        return replace(thing, state=asked, seat=seat, parties=parties, keepers=keepers)

    def _asked(self) -> str:
        requests = () if self.case is None else self.case.requests
        return next((one.to for one in requests if one.id == self.about), "")

    def _with_recusals(self, who: Principal) -> Principal:
        if self.case is None or not who.seat:
            return who
        aside = any(
            one.seat == who.seat and one.body == who.body and one.scope == "seat"
            for one in self.case.recusals
        )
        return replace(who, recused=frozenset({self.case.line.id})) if aside else who


def said(by: str, rule: str, article: str, why: str) -> Plain:
    """Say that an act would be refused: by access, by its form, or by a rule of the commission."""
    return {"by": by, "rule": rule, "article": article, "why": why}


def said_by_access(decision: Decision) -> Plain:
    """Say that access refuses an act."""
    return said("access", decision.rule, "", decision.why) | refusal(decision)
