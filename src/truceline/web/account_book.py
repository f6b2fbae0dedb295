"""What is known of accounts: passkeys, invitations, ended sessions; kept in one file.

The file lies in the deployment's folder beside the keys, for its owner's eyes only. It is no part
of the log: who logged in where is nobody's evidence.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

FORMAT = 1
OWNER_ONLY = 0o600


class AccountFileError(ValueError):
    """The file of accounts cannot be read; names the file and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One registered passkey.

    Attributes:
        id: Its credential id, base64url.
        actor: Whose it is.
        public_key: Its public key as COSE, base64url.
        sign_count: The highest count that it told; 0 from one that does not count.
        registered_us: When it was registered.
        locked: Whether its count once went backwards, so that there may be a copy of it.
    """

    id: str
    actor: str
    public_key: str
    sign_count: int
    registered_us: int
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The right to register one passkey for an actor, once.

    Attributes:
        sha256: Hash of the code; the code itself is known only to who was invited.
        actor: Who is invited.
        until_us: First instant at which it is no longer good.
    """

    sha256: str
    actor: str
    until_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBook:
    """All accounts of a deployment.

    Attributes:
        session_key: What sessions are signed with, 32 bytes in hex; "" before the first session.
        passkeys: The passkeys by their id.
        invitations: Invitations that are not used yet.
        ended_us: By actor, when all his sessions were ended: none begun before counts.
    """

    session_key: str = ""
    passkeys: Mapping[str, Passkey]
    invitations: tuple[Invitation, ...] = ()
    ended_us: Mapping[str, int]


EMPTY = AccountBook(passkeys={}, ended_us={})
Edit = Callable[[AccountBook], AccountBook]


class AccountStore(Protocol):
    """Where the book is kept."""

    def read(self) -> AccountBook:
        """Give the book as it is."""
        ...

    def change(self, edit: Edit) -> AccountBook:
        """Put an edited book in the place of the old one, one change at a time; give the new."""
        ...


@dataclass(frozen=True, slots=True)
class AccountFile:
    """The book as a JSON file; commands and console may change it at the same time."""

    path: Path

    def read(self) -> AccountBook:
        """Give the book as it is; an empty one where there is no file yet.

        Raises:
            AccountFileError: The file is not a book of accounts.
        """
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return EMPTY
        try:
            return _book(json.loads(text))
        except (KeyError, TypeError, ValueError) as error:
            raise AccountFileError(f"{self.path}: {error}") from error

    def change(self, edit: Edit) -> AccountBook:
        """Put an edited book in the place of the old one, and force it to disk.

        Raises:
            AccountFileError: The file is not a book of accounts; it is left as it is.
        """
        with self._alone():
            book = edit(self.read())
            new = self.path.with_name(f"{self.path.name}.new")
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
            with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
                json.dump(_plain(book), file, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path)
            return book

    @contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = os.open(
            self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, OWNER_ONLY
        )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _plain(book: AccountBook) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "session_key": book.session_key,
        "passkeys": [asdict(one) for one in book.passkeys.values()],
        "invitations": [asdict(one) for one in book.invitations],
        "ended_us": dict(book.ended_us),
    }


def _book(plain: Mapping[str, Any]) -> AccountBook:
    if plain["format"] != FORMAT:
        raise ValueError(f"format {plain['format']!r} is not {FORMAT}")
    passkeys = [Passkey(**one) for one in plain["passkeys"]]
    return AccountBook(
        session_key=plain["session_key"],
        passkeys={one.id: one for one in passkeys},
        invitations=tuple(Invitation(**one) for one in plain["invitations"]),
        ended_us=dict(plain["ended_us"]),
    )
