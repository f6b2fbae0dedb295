"""Why a ledger stops: three kinds, and after each of them nothing more is written."""

from __future__ import annotations


class LedgerError(Exception):
    """The mission folder cannot be used; the message names it and says why."""


class HaltError(LedgerError):
    """What is on disk does not fit together; the message names the file and the place in it.

    Nothing was changed. To go on would be to guess which of two histories was acknowledged.
    """


class DurabilityError(LedgerError):
    """Something could not be forced to disk; nothing may be built upon it.

    The ledger is closed and nothing is tried again: after a failed fsync the pages may be gone and
    a second fsync say "done". Opening anew finds out what is on disk.
    """
