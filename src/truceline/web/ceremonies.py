"""Questions put to a passkey: each is good once, not for long, and for what it was asked for.

They are kept in memory: who was in the midst of a login when the console ended begins again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from webauthn import base64url_to_bytes
from webauthn.helpers import parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException

SECOND_US = 1_000_000
CHALLENGE_SIZE = 32
CHALLENGE_US = 5 * 60 * SECOND_US
# So many ceremonies may be open; who begins more pushes out the oldest.
OPEN_CEREMONIES = 10_000

Answer = Mapping[str, Any]
Dice = Callable[[int], bytes]
# What py_webauthn raises on bytes that are no answer at all, beside its own errors.
NO_ANSWER = (WebAuthnException, ValueError, LookupError, TypeError, AttributeError)


class LoginRefusedError(Exception):
    """Nobody is logged in by this.

    Attributes:
        rule: Which rule refused: a key of the word files behind `login.`.
        why: What was compared, in plain English.
    """

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(f"{rule}: {why}")
        self.rule = rule
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ceremony:
    kind: str
    invitation: str
    until_us: int


class Ceremonies:
    """The ceremonies that were begun and not ended."""

    def __init__(self, dice: Dice) -> None:
        """Take where chance comes from."""
        self._dice = dice
        self._open: dict[bytes, _Ceremony] = {}
        self._lock = Lock()

    def begin(self, kind: str, invitation: str, now_us: int) -> bytes:
        """Give a challenge for a ceremony of a kind, under an invitation's hash or none."""
        challenge = self._dice(CHALLENGE_SIZE)
        ceremony = _Ceremony(kind=kind, invitation=invitation, until_us=now_us + CHALLENGE_US)
        with self._lock:
            while len(self._open) >= OPEN_CEREMONIES:
                del self._open[next(iter(self._open))]
            self._open[challenge] = ceremony
        return challenge

    def end(self, kind: str, answer: Answer, origin: str, now_us: int) -> tuple[bytes, str]:
        """Take the ceremony of an answer off the list, whatever comes of it; give its challenge.

        Returns:
            The challenge, and the hash of the invitation under which it was begun.

        Raises:
            LoginRefusedError: not_verified (the answer cannot be read), unknown_challenge,
                expired_challenge, other_ceremony, foreign_origin.
        """
        try:
            said = parse_client_data_json(
                base64url_to_bytes(str(answer["response"]["clientDataJSON"]))
            )
        except NO_ANSWER as error:
            raise LoginRefusedError("not_verified", "the answer cannot be read") from error
        with self._lock:
            ceremony = self._open.pop(said.challenge, None)
        if ceremony is None:
            raise LoginRefusedError("unknown_challenge", "not asked here, or answered already")
        if now_us >= ceremony.until_us:
            raise LoginRefusedError(
                "expired_challenge", f"good before {ceremony.until_us}, answered {now_us}"
            )
        if ceremony.kind != kind:
            raise LoginRefusedError("other_ceremony", f"begun as {ceremony.kind}, not {kind}")
        if said.origin != origin or said.cross_origin:
            raise LoginRefusedError(
                "foreign_origin", f"answered at {said.origin!r}, asked at {origin!r}"
            )
        return said.challenge, ceremony.invitation
