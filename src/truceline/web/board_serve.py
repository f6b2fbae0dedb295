"""Put a guarantors' board on the network: loopback, unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

import uvicorn

from truceline.web.accounts import Accounts
from truceline.web.app import LOOPBACK
from truceline.web.board import BoardPages, create_board_app
from truceline.web.serve import DEFAULT_HOST, address, listen

LOCAL = frozenset({DEFAULT_HOST, "localhost", "::1"})


def serve_board(
    board: BoardPages,
    host: str,
    port: int,
    started: Callable[[str], None] = print,
    *,
    accounts: Callable[[str], Accounts],
    development: Collection[str] = (),
) -> None:
    """Serve a board until it is interrupted.

    Args:
        board: What it shows.
        host: Address to listen on.
        port: Port; 0 takes a free one.
        started: Is told the page's address once it listens.
        accounts: Gives who may log in, from the origin under which this machine opens the page.
        development: Actors as whom anybody on this machine may log in without a passkey.

    Raises:
        ServeError: The address is not this machine's, or the port is taken or may not be used.
    """
    listening = listen(host, port)
    held = accounts(_named(address(listening), is_local=host in LOCAL).rstrip("/"))
    behind_a_proxy = urlsplit(held.site.origin).hostname not in {*LOCAL, host}
    app = create_board_app(
        board,
        accounts=held,
        development=development,
        hosts=LOOPBACK if host in LOCAL and not behind_a_proxy else ("*",),
    )
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="off",
    )
    started(f"{held.site.origin}/")
    uvicorn.Server(config).run(sockets=[listening])


def _named(where: str, *, is_local: bool) -> str:
    """Give the address by name: no passkey is bound to the number of a machine."""
    return f"http://localhost:{urlsplit(where).port}" if is_local else where
