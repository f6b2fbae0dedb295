"""Put a guarantors' board on the network: loopback, unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from truceline.web.account_book import AccountFile
from truceline.web.accounts import Accounts, Site
from truceline.web.app import LOOPBACK
from truceline.web.board import BoardPages, create_board_app
from truceline.web.login import clock_us, draw_by_chance
from truceline.web.serve import DEFAULT_HOST, address, listen


def accounts_of(folder: Path, origin: str) -> Accounts:
    """Give the accounts of a deployment: a file beside its folder, as its keys.

    Args:
        folder: The deployment's folder.
        origin: Scheme, host and port under which it is open in the browser.
    """
    host = urlsplit(origin).hostname or ""
    store = AccountFile(folder.with_name(f"{folder.name}.accounts.json"))
    return Accounts(store, Site(rp_id=host, origin=origin.rstrip("/")), draw_by_chance)


def invite(folder: Path, actor: str) -> str:
    """Give a code by which somebody registers a passkey once, within three days.

    Raises:
        AccountFileError: The file of accounts cannot be read.
        ValueError: The actor has no name.
    """
    return accounts_of(folder, "").invite(actor, clock_us())


def serve_board(
    board: BoardPages,
    folder: Path,
    host: str,
    port: int,
    started: Callable[[str], None] = print,
    *,
    origin: str = "",
    development: Collection[str] = (),
) -> None:
    """Serve a board until it is interrupted.

    Args:
        board: What it shows.
        folder: Its folder: the accounts lie beside it.
        host: Address to listen on.
        port: Port; 0 takes a free one.
        started: Is told the page's address once it listens.
        origin: Scheme, host and port under which browsers open it, if another than that.
        development: Actors as whom anybody on this machine may log in without a passkey.

    Raises:
        ServeError: The address is not this machine's, or the port is taken or may not be used.
    """
    listening = listen(host, port)
    is_local = host in {DEFAULT_HOST, "localhost", "::1"}
    hosts = LOOPBACK if is_local and not origin else ("*",)
    where = origin or _named(address(listening), is_local=is_local)
    app = create_board_app(
        board,
        accounts=accounts_of(folder, where),
        development=development,
        hosts=hosts,
    )
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="off",
    )
    started(where)
    uvicorn.Server(config).run(sockets=[listening])


def _named(where: str, *, is_local: bool) -> str:
    """Give the address by name: no passkey is bound to the number of a machine."""
    parts = urlsplit(where)
    return f"http://localhost:{parts.port}/" if is_local else where
