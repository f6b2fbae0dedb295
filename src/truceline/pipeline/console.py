"""Put the console of a mission on the network: this machine's own, unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from truceline.pipeline.telling import open_told
from truceline.web.serve import serve


def serve_console(folder: Path, host: str, port: int, started: Callable[[str], None]) -> None:
    """Serve a mission's console until it is interrupted.

    Args:
        folder: The mission folder.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        started: Is told the page's address once it listens.

    Raises:
        ServeError: The address cannot be listened on.
        LedgerError: The folder is no mission, or a damaged one.
    """
    serve(open_told(folder), host, port, started)
