"""Who is logged in: a cookie that was signed here, for one shift.

The cookie holds no secret: an actor, an interval and whether it came from the development login.
Its HMAC makes it ours. Ending an actor's sessions ends all of them, on every device.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from truceline.web.account_book import AccountBook, AccountStore
from truceline.web.ceremonies import SECOND_US, Dice, LoginRefusedError

SESSION_US = 12 * 3600 * SECOND_US
KEY_SIZE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is logged in.

    Attributes:
        actor: Who.
        begun_us: Since when.
        until_us: First instant at which it no longer counts.
        development: Whether he logged in by the development login, without a passkey.
    """

    actor: str
    begun_us: int
    until_us: int
    development: bool


@dataclass(frozen=True, slots=True)
class Sessions:
    """Gives out sessions, and knows its own again."""

    store: AccountStore
    dice: Dice

    def begin(self, actor: str, now_us: int, *, development: bool = False) -> str:
        """Give the value of the cookie of a new session."""
        session = Session(
            actor=actor, begun_us=now_us, until_us=now_us + SESSION_US, development=development
        )
        plain = json.dumps(asdict(session), sort_keys=True).encode()
        return f"{_text(plain)}.{_text(_signed(plain, self._key()))}"

    def read(self, cookie: str, now_us: int) -> Session:
        """Give the session of a cookie.

        Raises:
            LoginRefusedError: bad_session, expired_session, ended_session.
        """
        book = self.store.read()
        session = _session(cookie, book)
        if not session.begun_us <= now_us < session.until_us:
            raise LoginRefusedError(
                "expired_session", f"good before {session.until_us}, it is {now_us}"
            )
        ended_us = book.ended_us.get(session.actor)
        if ended_us is not None and session.begun_us <= ended_us:
            raise LoginRefusedError("ended_session", f"ended {ended_us}")
        return session

    def end(self, actor: str, now_us: int) -> None:
        """End every session of an actor."""
        self.store.change(lambda book: replace(book, ended_us={**book.ended_us, actor: now_us}))

    def _key(self) -> bytes:
        drawn = self.dice(KEY_SIZE).hex()

        def keep(book: AccountBook) -> AccountBook:
            return book if book.session_key else replace(book, session_key=drawn)

        known = self.store.read().session_key or self.store.change(keep).session_key
        return bytes.fromhex(known)


def _session(cookie: str, book: AccountBook) -> Session:
    """Give what a cookie says, once it is known to be ours; nothing of it is read before."""
    try:
        plain, signature = (urlsafe_b64decode(f"{part}==") for part in cookie.split("."))
    except ValueError:
        raise LoginRefusedError("bad_session", "the cookie cannot be read") from None
    key = bytes.fromhex(book.session_key)
    if not key or not hmac.compare_digest(signature, _signed(plain, key)):
        raise LoginRefusedError("bad_session", "the cookie was not signed here")
    return Session(**json.loads(plain))


def _signed(plain: bytes, key: bytes) -> bytes:
    return hmac.new(key, b"truceline session\0" + plain, sha256).digest()


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
