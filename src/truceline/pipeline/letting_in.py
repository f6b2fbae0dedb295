"""Let people into the pages of a deployment, a mission's or a board's, and out of them again.

An account only lets a browser in; keys of the log sign acts. Whoever revokes a key ends its account
here as well: the log knows nothing of browsers.
"""

from __future__ import annotations

from pathlib import Path

from truceline.evidence.strict import FormatError
from truceline.pipeline.acting import open_room
from truceline.pipeline.clock import clock_us
from truceline.pipeline.console import accounts_of
from truceline.web.accounts import Accounts, Standing


def invite(folder: Path, actor: str) -> str:
    """Give a code by which somebody registers a passkey once, within three days.

    Raises:
        FormatError: The folder is neither a board nor a mission with a commission, or nobody is
            named.
        AccountFileError: The file of accounts cannot be read.
    """
    if not actor:
        raise FormatError("an invitation is for somebody: give the name of his key")
    return _accounts(folder).invite(actor, clock_us())


def dismiss(folder: Path, actor: str) -> Standing:
    """Take somebody's passkeys and invitations away, and end his sessions; tells what he had.

    Raises:
        FormatError: As above, or nobody of that name has a passkey or an invitation.
        AccountFileError: As above.
    """
    accounts, now_us = _accounts(folder), clock_us()
    had = [one for one in accounts.standings(now_us) if one.actor == actor]
    if not had:
        raise FormatError(f"{folder}: {actor!r} has neither a passkey nor an invitation here")
    accounts.dismiss(actor, now_us)
    return had[0]


def listed(folder: Path) -> tuple[Standing, ...]:
    """Tell who can come in, by name.

    Raises:
        FormatError: As above.
        AccountFileError: As above.
    """
    return _accounts(folder).standings(clock_us())


def _accounts(folder: Path) -> Accounts:
    open_room(folder)
    return accounts_of(folder, "")
