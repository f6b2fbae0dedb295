"""Put the pages of a guarantors' board on the network, and let people in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.board_folder import insist_on_board
from truceline.pipeline.board_view import OpenBoard
from truceline.web import board_serve


def serve_pages(
    folder: Path,
    host: str,
    port: int,
    started: Callable[[str], None],
    *,
    origin: str = "",
    development: Collection[str] = (),
) -> None:
    """Serve the pages of a board until it is interrupted.

    Args:
        folder: The board's folder.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        started: Is told the page's address once it listens.
        origin: Scheme, host and port under which browsers open it, if another than that.
        development: Actors as whom anybody on this machine may log in without a passkey.

    Raises:
        ServeError: The address cannot be listened on.
        FormatError: The folder is none of a board.
        LedgerError: It is damaged.
    """
    board = OpenBoard(GuarantorsBoard(folder))
    board_serve.serve_board(
        board, folder, host, port, started, origin=origin, development=development
    )


def invite(folder: Path, actor: str) -> str:
    """Give a code by which somebody registers a passkey on a board once, within three days.

    Raises:
        FormatError: The folder is none of a board.
        AccountFileError: The file of accounts cannot be read.
        ValueError: The actor has no name.
    """
    insist_on_board(folder)
    return board_serve.invite(folder, actor)
