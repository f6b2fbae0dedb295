"""Every act that can be signed, from the tables of the rooms: its fields, and how each is read.

The command line and the pages make their forms from `FORMS`, so that none can differ from what the
folds check. A value is read from text, or from a TOML file for what is too long for a line. What is
wrong is told with the field and the value.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from truceline.commission import acts as commission
from truceline.commission.fields import HASH, ID, IDS
from truceline.evidence.strict import FormatError
from truceline.guarantees import board_acts, register_acts
from truceline.records import act_spec
from truceline.records.canonical import Json
from truceline.records.units import us_of

SHOWN = 80
DETAIL_LIMIT = 64 * 1024
# Which of a field's kinds is a list, a number, yes or no, an instant; a table comes from a file.
LISTS = frozenset({"codes", "ids", "words"})
WHOLE = frozenset({"count", "year"})
TABLES = frozenset({"proposal", "levels", "determination"})
BOOLEANS: Mapping[str, bool] = MappingProxyType({"true": True, "false": False})
# Fields of these kinds name an act or a finding, and may be shortened.
NAMES = frozenset({ID, IDS, "ids", "text", "line", "text or empty"}) - {HASH}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of an act.

    Attributes:
        name: Its key in `detail`.
        kind: What it holds, as its room calls it.
        meaning: What it says.
        words: The words that it may be; none where it is free.
        required: Whether the act is whole without it.
        check: Says what is wrong with a value; "" where nothing is.
    """

    name: str
    kind: str
    meaning: str
    words: tuple[str, ...]
    required: bool
    check: Callable[[Json], str]

    @property
    def is_list(self) -> bool:
        """Whether it may be given several times."""
        return self.kind.partition(",")[0] in LISTS

    @property
    def is_table(self) -> bool:
        """Whether it needs a file."""
        return self.kind in TABLES

    def read(self, text: str) -> Json:
        """Read one value from text; what cannot be read stays text, and is refused by `check`."""
        kind = self.kind.partition(",")[0]
        if kind == "flag":
            return BOOLEANS.get(text, text)
        if kind == "instant":
            return _instant(text)
        is_number = kind in WHOLE and text.removeprefix("-").isascii()
        return int(text) if is_number and text.removeprefix("-").isdigit() else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One act.

    Attributes:
        name: For example "case.open".
        does: What it does, as a sentence.
        who: Who may sign it, in words.
        about: What `about` names; "" where it opens something new.
        fields: Its fields, in order.
        room: "commission", "board" or "register": the fold that takes it.
        whole: Says what is wrong with the detail as a whole; "" where nothing is.
    """

    name: str
    does: str
    who: str
    about: str
    fields: tuple[FormField, ...]
    room: str
    whole: Callable[[str, Mapping[str, Json]], str]

    @property
    def group(self) -> str:
        """The part of its name before the dot."""
        return self.name.partition(".")[0]

    @property
    def verb(self) -> str:
        """The part of its name after the dot."""
        return self.name.partition(".")[2]

    def field(self, name: str) -> FormField:
        """Give a field.

        Raises:
            FormatError: It has no such field; names those that it has.
        """
        for one in self.fields:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.fields) or "none"
        raise FormatError(f"{self.name} has no field {name!r}: {known}")

    def insist_on_field(self, name: str, value: Json) -> None:
        """Check one field.

        Raises:
            FormatError: It is not as it must be; names the field and the value.
        """
        if wrong := self.field(name).check(value):
            said = "" if repr(value)[:SHOWN] in wrong else f", not {value!r:.{SHOWN}}"
            raise FormatError(f"{self.name}: {name} {wrong}{said}")

    def insist(self, about: str, detail: Mapping[str, Json]) -> None:
        """Check the form of an act: what it is about, and every field.

        Raises:
            FormatError: Something is wrong; names the field and the value.
        """
        for name, value in detail.items():
            self.insist_on_field(name, value)
        for one in self.fields:
            if one.required and one.name not in detail:
                raise FormatError(f"{self.name}: {one.name} is missing: {one.meaning}")
        if wrong := self.whole(about, detail):
            raise FormatError(f"{self.name}: {wrong}")


def read_detail(form: Form, given: Mapping[str, list[str]], file: Path | None) -> dict[str, Json]:
    """Read the detail of an act: from a file, if there is one, and from options, which go before.

    Args:
        form: The act's form.
        given: Texts of each field that was given; a field that is no list has one, and for a list
            without anything in it one empty text stands.
        file: TOML file with fields.

    Raises:
        FormatError: A field is not as it must be; names the field and the value.
        OSError: The file cannot be read.
    """
    detail = {} if file is None else read_detail_file(file)
    for name, texts in given.items():
        field = form.field(name)
        is_empty = field.is_list and texts == [""]
        values = [] if is_empty else [field.read(text) for text in texts]
        if len(values) != 1 and not field.is_list:
            raise FormatError(f"{form.name}: {name} is given {len(values)} times")
        detail[name] = values if field.is_list else values[0]
    return detail


def read_detail_file(file: Path) -> dict[str, Json]:
    """Read fields from a TOML file; an instant may be written as a date with time and zone.

    Raises:
        FormatError: It is not TOML, or holds something that cannot be signed.
        OSError: It cannot be read.
    """
    with file.open("rb") as opened:
        content = opened.read(DETAIL_LIMIT + 1)
    return read_detail_text(content, str(file))


def read_detail_text(content: bytes, where: str) -> dict[str, Json]:
    """Read fields from the bytes of a TOML file.

    Raises:
        FormatError: They are not TOML, or hold something that cannot be signed; names `where`.
    """
    if len(content) > DETAIL_LIMIT:
        raise FormatError(f"{where} has more than {DETAIL_LIMIT} bytes")
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{where} is not TOML: {error}") from error
    try:
        return {name: _signable(value, f"{where}: {name}") for name, value in table.items()}
    except RecursionError as error:
        raise FormatError(f"{where} is nested too deeply") from error


def _signable(value: Any, where: str) -> Json:  # noqa: ANN401 - parsed TOML, a kind each
    if isinstance(value, dict):
        return {key: _signable(one, f"{where}.{key}") for key, one in value.items()}
    if isinstance(value, list):
        return [_signable(one, f"{where}[{at}]") for at, one in enumerate(value)]
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise FormatError(f"{where}: {value.isoformat()} has no zone; write a Z behind it")
        return us_of(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int):
        return value
    raise FormatError(f"{where}: {value!r} cannot be signed; write whole numbers, or text")


def _instant(text: str) -> Json:
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if moment.tzinfo is None else us_of(moment)


def read_instant(text: str, where: str) -> int:
    """Read an instant: a date with time and zone, or microseconds since 1970 UTC.

    Raises:
        FormatError: It is none; names where it stands.
    """
    value = _instant(text)
    if not isinstance(value, int):
        raise FormatError(f"{where}: {text!r} is no instant: write 2026-04-12T10:00:00Z")
    return value


def _of_commission() -> dict[str, Form]:
    found = {}
    for name, spec in commission.ACTS.items():
        fields = tuple(
            FormField(
                name=key,
                kind="word" if field.words else field.kind,
                meaning=field.meaning,
                words=field.words,
                required=field.required,
                check=field.complaint,
            )
            for key, field in spec.fields.items()
        )
        found[name] = Form(
            name=name,
            does=spec.meaning,
            who="; or ".join(commission.WHO[one] for one in spec.who),
            about=spec.about,
            fields=fields,
            room="commission",
            whole=lambda about, detail, name=name: commission.check(name, about, detail),  # type: ignore[misc]
        )
    return found


def _of_guarantees(room: str, table: Mapping[str, act_spec.ActSpec]) -> dict[str, Form]:
    found = {}
    for name, spec in table.items():
        fields = tuple(
            FormField(
                name=key,
                kind=field.kind,
                meaning=field.meaning,
                words=field.words,
                required=field.required,
                check=field.check,
            )
            for key, field in spec.fields.items()
        )
        found[name] = Form(
            name=name,
            does=spec.does,
            who=spec.who,
            about=spec.about,
            fields=fields,
            room=room,
            whole=lambda about, detail, spec=spec: _complaint(spec, about, detail),  # type: ignore[misc]
        )
    return found


def _complaint(spec: act_spec.ActSpec, about: str, detail: Mapping[str, Json]) -> str:
    if about and not spec.about:
        return f"about must be empty, not {about!r}"
    if spec.about and not about and "or empty" not in spec.about:
        return f"about must name a {spec.about}"
    return act_spec.complaint(spec, detail)


FORMS: Mapping[str, Form] = MappingProxyType(
    _of_commission()
    | _of_guarantees("board", board_acts.ACTS)
    | _of_guarantees("register", register_acts.ACTS)
)


def forms_of(*groups: str) -> tuple[Form, ...]:
    """Give the forms of some groups, in the order of the tables."""
    return tuple(form for form in FORMS.values() if form.group in groups)
