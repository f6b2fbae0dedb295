"""Who asks at a door, as far as the door can tell, and the answer that it is not for him."""

from __future__ import annotations

from dataclasses import dataclass

from truceline.records.permission import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks.

    Attributes:
        actor: Name of his key; "" for somebody who did not log in: the public.
        loopback: Whether he asks from this machine itself.
        development: Whether he logged in by the development login, without a passkey.
    """

    actor: str = ""
    loopback: bool = False
    development: bool = False


class NotAllowedError(Exception):
    """He may not, and a rule says so.

    Attributes:
        decision: Which rule, and what it asks for.
    """

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.why)
        self.decision = decision
