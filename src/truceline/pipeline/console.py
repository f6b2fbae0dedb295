"""Put the console of a mission on the network: this machine's own, unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from urllib.parse import urlsplit

from truceline.pipeline.board_folder import MandateError
from truceline.pipeline.chamber import Commission
from truceline.pipeline.commission_view import OpenCommission
from truceline.pipeline.telling import open_told
from truceline.web.account_book import AccountFile
from truceline.web.accounts import Accounts, Site
from truceline.web.login import draw_by_chance
from truceline.web.serve import serve


def serve_console(
    folder: Path,
    host: str,
    port: int,
    started: Callable[[str], None],
    *,
    origin: str = "",
    development: Collection[str] = (),
) -> None:
    """Serve a mission's console until it is interrupted.

    Args:
        folder: The mission folder.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        started: Is told the page's address once it listens.
        origin: Scheme, host and port under which browsers open it, which passkeys are bound to;
            "" for this machine by the name localhost.
        development: Actors as whom anybody on this machine may log in without a passkey.

    Raises:
        ServeError: The address cannot be listened on.
        LedgerError: The folder is no mission, or a damaged one.
    """
    commission = commission_of(folder)
    serve(
        open_told(folder),
        host,
        port,
        started,
        commission=commission,
        accounts=None if commission is None else lambda at: accounts_of(folder, origin or at),
        development=development,
    )


def commission_of(folder: Path) -> OpenCommission | None:
    """Open the commission of a mission; None where no agreement of it says who decides."""
    try:
        return OpenCommission(Commission(folder))
    except MandateError:
        return None


def accounts_of(folder: Path, origin: str) -> Accounts:
    """Give the accounts of a deployment: a file beside its keys, and the site they hold for."""
    whole = folder.resolve()
    file = AccountFile(whole.with_name(f"{whole.name}.accounts.json"))
    return Accounts(
        file, Site(rp_id=urlsplit(origin).hostname or "", origin=origin), draw_by_chance
    )
