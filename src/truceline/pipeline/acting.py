"""From what somebody wrote on a line to a signed act: ids made whole, fields checked, rules asked.

A rule is asked before anything is signed: who acts by mistake learns it from the rule, and not from
a refused act that stands in the log for ever.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from truceline.commission.fields import ID, IDS
from truceline.evidence.folder import MISSION, mission_key
from truceline.evidence.strict import FormatError
from truceline.pipeline.acts import hand_in_act
from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.board_folder import is_board
from truceline.pipeline.chamber import Commission, full_id
from truceline.pipeline.forms import Form, FormField, read_detail, read_detail_file
from truceline.pipeline.key import signing_key
from truceline.records.act import RefusedAct
from truceline.records.canonical import Json

Room = Commission | GuarantorsBoard
# Fewer digits than this are no short id: a word of ten letters is rarely all hexadecimal.
SHORT_DIGITS = 10
NO_TABLES: Mapping[str, Path] = MappingProxyType({})
HEX_DIGITS = frozenset("0123456789abcdef")
HASH_DIGITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An act that is whole and not signed yet.

    Attributes:
        form: Its form.
        about: Id of what it is about; "" for none.
        detail: Its fields.
    """

    form: Form
    about: str
    detail: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who acts, in which log, and where it is handed in.

    Attributes:
        key: File with his secret.
        actor: His name, if it does not stand beside his key.
        log_key: Verifier key of the log; "" for the one that the folder here names.
        door: URL of the log's door; "" for the folder here.
    """

    key: Path
    actor: str = ""
    log_key: str = ""
    door: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a wish.

    Attributes:
        id: Id of the act; "" if nothing was signed.
        index: Where it stands in the log; None if nothing was signed.
        asked: Whether the rules could be asked: it takes a copy of the log here.
        refused: Which rule refuses it; None if none does, or none was asked.
    """

    id: str
    index: int | None
    asked: bool
    refused: RefusedAct | None


def open_room(folder: Path) -> Room:
    """Open the commission of a mission, or the guarantors' board.

    Raises:
        As `Commission` and `GuarantorsBoard`.
    """
    return GuarantorsBoard(folder) if is_board(folder) else Commission(folder)


def make_wish(
    form: Form,
    about: str,
    given: Mapping[str, list[str]],
    file: Path | None,
    room: Room | None,
    tables: Mapping[str, Path] = NO_TABLES,
) -> Wish:
    """Read an act, make its short ids whole, and check its form.

    Args:
        form: Its form.
        about: Id of what it is about, short or whole; "" for none.
        given: Texts of the fields that were given.
        file: TOML file with further fields.
        room: Where ids are looked up; None: they have to be whole.
        tables: TOML files that hold one field each, by the field's name.

    Raises:
        FormatError: A field is not as it must be, or a short id names none or several.
        OSError: The file cannot be read.
    """
    detail = read_detail(form, given, file)
    detail |= {name: read_detail_file(path) for name, path in tables.items()}
    if room is not None:
        known = frozenset(room.names(time.time_ns() // 1000))
        about = _whole(about, known, f"{form.name}: about")
        detail |= whole_ids(form, detail, known)
    form.insist(about, detail)
    return Wish(form=form, about=about, detail=detail)


def perform(
    wish: Wish,
    signer: Signer,
    folder: Path | None,
    room: Room | None,
    *,
    only_ask: bool,
    anyway: bool,
) -> Done:
    """Ask the rules, and if none refuses, sign the act and hand it in.

    Args:
        wish: The act.
        signer: Who acts, and where it goes.
        folder: The mission or the board here; None if only its door is known.
        room: The same, opened; None as above.
        only_ask: Nothing is signed.
        anyway: It is signed even if a rule refuses it: then it stands in the log without effect.

    Raises:
        As `acts.hand_in_act`.
    """
    name = signing_key(signer.key, signer.actor).name
    refused = None
    if room is not None:
        refused = room.refusal_of(
            wish.form.name, wish.about, wish.detail, actor=name, now_us=time.time_ns() // 1000
        )
    if only_ask or (refused is not None and not anyway):
        return Done(id="", index=None, asked=room is not None, refused=refused)
    receipt = hand_in_act(
        signer.door or str(folder),
        wish.form.name,
        wish.about,
        wish.detail,
        key=signer.key,
        log_key=signer.log_key or _key_here(folder),
        actor=signer.actor,
    )
    return Done(id=receipt.statement, index=receipt.index, asked=room is not None, refused=refused)


def _key_here(folder: Path | None) -> str:
    if folder is None:
        raise FormatError("give the log's verifier key, had from elsewhere, with --log-key")
    return str(mission_key((folder / MISSION).read_bytes()))


def whole_ids(form: Form, detail: Mapping[str, Json], known: Collection[str]) -> dict[str, Json]:
    """Give the fields of an act that name something, their short ids made whole.

    Raises:
        FormatError: A short id names none of what is known, or several.
    """
    return {
        field.name: _whole_value(detail[field.name], known, f"{form.name}: {field.name}")
        for field in form.fields
        if field.name in detail and _names_something(field)
    }


def _names_something(field: FormField) -> bool:
    named = field.meaning.lower().startswith(("id of", "ids of"))
    return field.kind.partition(",")[0] in {ID, IDS, "ids"} or named


def _whole_value(value: Json, known: Collection[str], where: str) -> Json:
    if isinstance(value, list):
        return [_whole_value(one, known, where) for one in value]
    return _whole(value, known, where) if isinstance(value, str) else value


def _whole(text: str, known: Collection[str], where: str) -> str:
    """Make a short id whole. What is no short form of a hash stays as it is."""
    bare = text.partition(":")[2] or text
    digits = bare.partition(":")[0]
    if len(digits) < SHORT_DIGITS or not set(digits) <= HEX_DIGITS or len(digits) == HASH_DIGITS:
        return text
    return full_id(text, known, where)
