"""The commissions of imported logs, each folded as its mission folds it, and on as acts come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from truceline.commission.chamber import Chamber
from truceline.pipeline.imports import Import
from truceline.records.chamber import FindingFacts
from truceline.records.mandate import Mandate


@dataclass(slots=True)
class _Begun:
    """A chamber that goes on.

    Attributes:
        of: What of its log it was made of, beside the acts.
        acts: How many acts it took.
    """

    chamber: Chamber
    of: object
    acts: int = 0


class Chambers:
    """The chambers of the logs that a board imported."""

    def __init__(self) -> None:
        """Begin with none."""
        self._begun: dict[str, _Begun] = {}

    def of(
        self, log: Import, mandate: Mandate, facts: Mapping[str, FindingFacts], now_us: int
    ) -> Chamber:
        """Give the chamber of a log after all its acts, at an instant.

        Where nothing but acts is new, the one before takes those.
        """
        of = log.key, log.rewritten, dict(log.agreements), dict(log.derived)
        begun = self._begun.get(log.key.name)
        if begun is None or begun.of != of:
            begun = self._begun[log.key.name] = _Begun(Chamber(mandate, facts, now_us=now_us), of)
        for act in log.acts[begun.acts :]:
            begun.chamber.take(act)
        begun.acts = len(log.acts)
        begun.chamber.now_us = now_us
        return begun.chamber
