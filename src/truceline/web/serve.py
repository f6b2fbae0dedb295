"""Put the console on the network: loopback, unless told otherwise."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection

import uvicorn

from truceline.web.accounts import Accounts
from truceline.web.app import LOOPBACK, create_app
from truceline.web.commission import CommissionPages
from truceline.web.door import Taker, create_door
from truceline.web.mission import Mission

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8470
PORT_LIMIT = 65_535
WAITING_CONNECTIONS = 128
# How long a door that has stopped waits for answers that are on their way.
GOODBYE_S = 5


class ServeError(Exception):
    """The console cannot be put where it was asked for."""


def serve(
    mission: Mission,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    started: Callable[[str], None] = print,
    *,
    commission: CommissionPages | None = None,
    accounts: Callable[[str], Accounts] | None = None,
    development: Collection[str] = (),
) -> None:
    """Serve the console until it is interrupted.

    Args:
        mission: What it shows.
        host: Address to listen on. Another than loopback shows the mission to that network.
        port: Port; 0 takes a free one.
        started: Is told the page's address once it listens.
        commission: Its commission; None where no agreement says who decides.
        accounts: Gives who may log in, from the page's origin; None: nobody.
        development: Actors as whom anybody on this machine may log in without a passkey.

    Raises:
        ServeError: The address is not this machine's, or the port is taken or may not be used.
    """
    listening = listen(host, port)
    hosts = LOOPBACK if host in {DEFAULT_HOST, "localhost", "::1"} else ("*",)
    at = address(listening)
    if accounts and hosts is LOOPBACK:
        # A passkey is bound to a name: for this machine that is localhost, never its number.
        at = f"http://localhost:{listening.getsockname()[1]}/"
    app = create_app(
        mission,
        commission,
        accounts=accounts(at.rstrip("/")) if accounts else None,
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
    started(at)
    uvicorn.Server(config).run(sockets=[listening])


def serve_door(
    taker: Taker, host: str, port: int, every_s: float, started: Callable[[str], None]
) -> None:
    """Let contributors hand in entries until it is interrupted, or until the writer stops.

    Args:
        taker: The writer of the log.
        host: Address to listen on.
        port: Port; 0 takes a free one.
        every_s: Seconds between two heads.
        started: Is told the door's address once it listens.

    Raises:
        ServeError: The address is not this machine's, or the port is taken or may not be used.
        Exception: Whatever stopped the writer; nothing was tried again.
    """
    listening = listen(host, port)
    stopped: list[BaseException] = []

    def failed(error: BaseException) -> None:
        stopped.append(error)
        server.should_exit = True

    config = uvicorn.Config(
        create_door(taker, every_s=every_s, failed=failed),
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=GOODBYE_S,
    )
    server = uvicorn.Server(config)
    started(address(listening))
    server.run(sockets=[listening])
    if stopped:
        raise stopped[0]


def listen(host: str, port: int) -> socket.socket:
    """Take a port, so that a busy one is told before anything is built on it.

    Raises:
        ServeError: The address is not this machine's, or the port is taken or may not be used.
    """
    if not 0 <= port <= PORT_LIMIT:
        raise ServeError(f"port {port} is outside 0..{PORT_LIMIT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(WAITING_CONNECTIONS)
    except OSError as error:
        listening.close()
        raise ServeError(f"cannot listen on {host} port {port}: {error.strerror}") from error
    return listening


def address(listening: socket.socket) -> str:
    """Give the page's address of a port that was taken."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
