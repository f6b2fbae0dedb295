"""One command for every act, made from the table of acts: what is asked is what the folds check."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from truceline.cli.options import named
from truceline.pipeline.acting import Done, Room, Signer, Wish, make_wish, open_room, perform
from truceline.pipeline.forms import Form, FormField, forms_of
from truceline.records.act import RefusedAct

REFUSED = 1

HereOption = Annotated[
    Path | None,
    typer.Option(
        "--mission",
        envvar="TRUCELINE_MISSION",
        help="Mission or board here: its rules are asked, and it is written to without --door.",
        metavar="DIR",
        callback=lambda path: None if path is None else named(path),
    ),
]
DoorOption = Annotated[
    str, typer.Option("--door", help="URL of the log's door, if it is not written here.")
]
SeedOption = Annotated[
    Path, typer.Option("--seed", help="File with the secret of your key.", metavar="FILE")
]
ActorOption = Annotated[
    str, typer.Option("--actor", help="Name of your key, if no FILE.pub says it beside the secret.")
]
LogKeyOption = Annotated[
    str, typer.Option("--log-key", help="Verifier key of the log, had from elsewhere.")
]
DetailOption = Annotated[
    Path | None, typer.Option("--detail", help="TOML file with fields.", metavar="FILE")
]
CheckOption = Annotated[
    bool, typer.Option("--check", help="Only ask the rules; nothing is signed.")
]
AnywayOption = Annotated[
    bool, typer.Option("--anyway", help="Sign it even if a rule refuses it: it has no effect.")
]
# By the name of a parameter: its type, with what it means, and its default.
Options = dict[str, tuple[Any, Any]]
COMMON: Options = {
    "seed": (SeedOption, inspect.Parameter.empty),
    "mission": (HereOption, None),
    "door": (DoorOption, ""),
    "actor": (ActorOption, ""),
    "log_key": (LogKeyOption, ""),
    "check": (CheckOption, False),
    "anyway": (AnywayOption, False),
}


def add_acts(
    app: typer.Typer, group: str, *families: str, whole_name: bool = False, but: str = ""
) -> None:
    """Add a command for every act of some families to a group of commands.

    Args:
        app: The group.
        group: What the group is called: `truceline GROUP ...`.
        families: First parts of the acts' names; without any, the group's name.
        whole_name: A command is called by the whole name of its act: "activation-record".
        but: Names of acts that have a command of their own, separated by blanks.
    """
    for form in forms_of(*(families or (group,))):
        if form.name not in but.split():
            name = (form.name if whole_name else form.verb).replace(".", "-").replace("_", "-")
            app.command(name, help=help_of(form, f"truceline {group} {name}"))(command_of(form))


def group_of(name: str, meaning: str) -> typer.Typer:
    """Make the group of all acts of one family: `truceline NAME ...`."""
    app = typer.Typer(help=meaning, no_args_is_help=True)
    add_acts(app, name)
    return app


def help_of(form: Form, command: str) -> str:
    """Write what a command's help says: what the act does, who may do it, and an example."""
    words = [command]
    if form.about and "or empty" not in form.about:
        words.append("--about 1f0c9a77e2")
    for field in form.fields:
        if field.required:
            words += [option(field.name), _example(field)]
    words.append("--seed me.key --mission missions/demo")
    return f"{form.does}\n\nWho may: {form.who}.\n\nExample: {' '.join(words)}"


EXAMPLES = {
    "instant": "2026-04-12T10:00:00Z",
    "count": "1",
    "year": "2026",
    "flag": "true",
    "day": "2026-04-12",
    "code": "UA",
    "codes": "UA",
    "currency": "EUR",
    "id": "1f0c9a77e2",
    "ids": "1f0c9a77e2",
}


def _example(field: FormField) -> str:
    kind = field.kind.partition(",")[0]
    if field.words:
        return field.words[0]
    if field.is_table:
        return f"{field.name}.toml"
    return EXAMPLES.get(kind, "TEXT")


def option(name: str) -> str:
    """Give the option of a field."""
    return f"--{name.replace('_', '-')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who acts, in which log, and whether the rules are only asked: the options of every act.

    Attributes:
        mission: The mission or the board here; None if only its door is known.
        door: URL of the log's door; "" for the folder here.
        seed: File with the secret of who acts.
        actor: His name, if it does not stand beside his key.
        log_key: Verifier key of the log; "" for the one that the folder here names.
        check: Nothing is signed.
        anyway: It is signed even if a rule refuses it.
    """

    mission: Path | None
    door: str
    seed: Path
    actor: str
    log_key: str
    check: bool
    anyway: bool

    def room(self) -> Room | None:
        """Open what is here; None if only a door is known.

        Raises:
            BadParameter: Neither is known.
        """
        if self.mission is None and not self.door:
            raise typer.BadParameter("say which log: --mission DIR, or --door URL")
        return None if self.mission is None else open_room(self.mission)

    def finish(self, wish: Wish, room: Room | None) -> None:
        """Ask the rules, sign the act, and say what became of it.

        Raises:
            Exit: A rule refuses it.
        """
        signer = Signer(key=self.seed, actor=self.actor, log_key=self.log_key, door=self.door)
        tell(
            wish,
            perform(wish, signer, self.mission, room, only_ask=self.check, anyway=self.anyway),
        )


def command(run: Callable[[Place, dict[str, Any]], None], own: Options) -> Callable[..., None]:
    """Make the function behind a command: its own options first, then those of every act."""

    def called(**values: Any) -> None:  # noqa: ANN401 - as the signature below says
        run(Place(**{name: values.pop(name) for name in COMMON}), values)

    parameters = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
        )
        for name, (annotation, default) in (own | COMMON).items()
    ]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in parameters}
    return called


def command_of(form: Form) -> Callable[..., None]:
    """Make the function behind an act's command, with one option for every field."""

    def run(place: Place, values: dict[str, Any]) -> None:
        room = place.room()
        about, file = values.pop("about", ""), values.pop("detail")
        given, tables = {}, {}
        for field in form.fields:
            value = values[field.name]
            if field.is_table and value is not None:
                tables[field.name] = value
            elif value is not None and value != []:
                given[field.name] = list(value) if isinstance(value, list) else [value]
        place.finish(make_wish(form, about, given, file, room, tables), room)

    own: Options = {"about": _about(form)} if form.about else {}
    own |= {field.name: _parameter(field) for field in form.fields}
    return command(run, own | {"detail": (DetailOption, None)})


def tell(wish: Wish, done: Done) -> None:
    """Say what became of an act; exit with 1 if a rule refuses it and it was not signed."""
    if done.id:
        typer.echo(f"act\t{done.id}")
        typer.echo(f"entry\t{done.index}")
    if done.refused is not None:
        tell_refusal(done.refused)
        if not done.id:
            raise typer.Exit(REFUSED)
    elif done.asked:
        typer.echo(f"{wish.form.name}\t{'accepted' if done.id else 'would be accepted'}")
    else:
        typer.echo("rules\tnot asked: give --mission with a copy of the log")


def tell_refusal(refused: RefusedAct) -> None:
    """Say which rule refuses an act, and why."""
    article = f", article {refused.article}" if refused.article else ""
    typer.echo(f"REFUSED by the rule {refused.rule}{article}: {refused.why}", err=True)


def _about(form: Form) -> tuple[Any, Any]:
    help_text = f"Id of the {form.about}, short or whole."
    wanted = Annotated[str, typer.Option("--about", help=help_text, metavar="ID")]
    return wanted, "" if "or empty" in form.about else inspect.Parameter.empty


def _parameter(field: FormField) -> tuple[Any, Any]:
    """Give type and default: whether a field is there that has to be, its form says."""
    meaning = field.meaning[0].upper() + field.meaning[1:].rstrip(".")
    if field.words:
        meaning += f": {', '.join(field.words)}"
    if field.is_table:
        told = typer.Option(option(field.name), help=f"{meaning}; a TOML file.", metavar="FILE")
        return Annotated[Path | None, told], None
    many = "; several times for more, once empty for none" if field.is_list else ""
    told = typer.Option(option(field.name), help=f"{meaning}{many}.", metavar=_metavar(field))
    if field.is_list:
        return Annotated[list[str] | None, told], None
    return Annotated[str | None, told], None


def _metavar(field: FormField) -> str:
    kind = field.kind.partition(",")[0]
    return {"instant": "TIME", "count": "NUMBER", "flag": "true|false", "day": "DAY"}.get(
        kind, "ID" if kind in {"id", "ids"} else "TEXT"
    )
