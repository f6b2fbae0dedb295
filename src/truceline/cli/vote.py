"""`truceline vote …`: seal a vote, open it, dissent."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer

from truceline.cli.acting import Options, Place, add_acts, command
from truceline.pipeline.acting import make_wish
from truceline.pipeline.ballot import draw_ballot, keep_ballot, read_ballot
from truceline.pipeline.forms import FORMS
from truceline.records.canonical import Json

vote_commands = typer.Typer(help="Votes on motions.", no_args_is_help=True)
NEEDED = inspect.Parameter.empty
# Its form is checked, and no vote has it.
STAND_IN = "00" * 32
OF_A_VOTE: Options = {
    "about": (
        Annotated[
            str, typer.Option("--about", help="Id of the motion, short or whole.", metavar="ID")
        ],
        NEEDED,
    ),
    "seat": (
        Annotated[str, typer.Option(help="Id of the seat, where the key acts for several.")],
        "",
    ),
}
SEAL: Options = {
    "vote": (Annotated[str, typer.Option(help="The vote: yes, no or abstain.")], NEEDED),
    "reasons": (Annotated[str, typer.Option(help="The reasons; shown once it is opened.")], ""),
}
OPEN: Options = {
    "vote": (
        Annotated[str, typer.Option(help="The vote, where none was sealed.")],
        "",
    ),
    "reasons": (Annotated[str, typer.Option(help="The reasons, where none was sealed.")], ""),
}


def _seal(place: Place, values: dict[str, Any]) -> None:
    """Seal a vote: the log gets a commitment; the vote and its salt stay beside the key.

    Keep FILE.votes as carefully as the key: without the salt a seal can never be opened.

    Example: truceline vote seal --about 1f0c9a77e2 --vote yes --seed me.key --mission missions/demo
    """
    room, form = place.room(), FORMS["vote.seal"]
    # Whatever is wrong is refused before anything is kept.
    FORMS["vote.open"].insist_on_field("vote", values["vote"])
    motion = make_wish(form, values["about"], {"commitment": [STAND_IN]}, None, room).about
    ballot = draw_ballot(motion, values["vote"], values["reasons"], values["seat"])
    if not place.check:
        ballot = keep_ballot(place.seed, ballot)
    place.finish(make_wish(form, motion, _texts(ballot.sealed), None, room), room)


def _open(place: Place, values: dict[str, Any]) -> None:
    """Open the vote that was sealed with this key.

    Without a seal, break a silence, or report as an expert once the vote of the body has failed.

    Example: truceline vote open --about 1f0c9a77e2 --seed me.key --mission missions/demo
    """
    room, form = place.room(), FORMS["vote.open"]
    given = {"vote": [values["vote"] or "yes"], "reasons": [values["reasons"]], "salt": [""]}
    if values["seat"]:
        given["seat"] = [values["seat"]]
    wish = make_wish(form, values["about"], given, None, room)
    if not values["vote"]:
        kept = read_ballot(place.seed, wish.about, values["seat"])
        wish = make_wish(form, wish.about, _texts(kept.opened), None, room)
    place.finish(wish, room)


def _texts(detail: dict[str, Json]) -> dict[str, list[str]]:
    return {name: [str(value)] for name, value in detail.items()}


vote_commands.command("seal", help=inspect.getdoc(_seal))(command(_seal, OF_A_VOTE | SEAL))
vote_commands.command("open", help=inspect.getdoc(_open))(command(_open, OF_A_VOTE | OPEN))
add_acts(vote_commands, "vote", but="vote.seal vote.open")
