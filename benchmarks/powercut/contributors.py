"""Two actors besides the log, whose keys every registry of a campaign knows from the beginning."""

from __future__ import annotations

from truceline.evidence import actors, verify
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.registry import Registry
from truceline.evidence.statement import Statement

CONTRIBUTORS = {
    name: SigningKey(name=name, seed=bytes([number]) * 32)
    for number, name in enumerate(("one.example/power", "two.example/power"), start=7)
}


class Known(Registry):
    """A registry that knows the contributors."""

    def key_of(self, actor: str) -> VerifierKey:
        """Give the key of a contributor, or what the registry knows."""
        known = CONTRIBUTORS.get(actor)
        return known.verifier if known else super().key_of(actor)

    def _insist_on_right(self, statement: Statement) -> None:
        """Let both say everything: what is tried here is durability."""


def let_them_speak() -> None:
    """Let every ledger of this process, and `verify`, take what the contributors have signed."""
    setattr(actors, "Registry", Known)  # noqa: B010
    setattr(verify, "Registry", Known)  # noqa: B010
