"""Put the pages of a guarantors' board on the network."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.board_view import OpenBoard
from truceline.pipeline.console import accounts_of
from truceline.web.board_serve import serve_board


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
    serve_board(
        OpenBoard(GuarantorsBoard(folder)),
        host,
        port,
        started,
        accounts=lambda at: accounts_of(folder, origin.rstrip("/") or at),
        development=development,
    )
