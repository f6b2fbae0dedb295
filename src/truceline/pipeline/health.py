"""How a mission's log is: its head, who stands behind it, whose statements have a gap, disputes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from truceline.evidence.ledger import Ledger
from truceline.evidence.policy import Level, copies_needed, determination_needed, tolerated
from truceline.evidence.registry import Registry
from truceline.evidence.statement import Statement
from truceline.pipeline.ahead import read_ahead
from truceline.pipeline.cosigned import Standing, read_standing

Plain = dict[str, Any]


def log_health(mission: Path) -> Plain:
    """Tell how the log of a mission is, as plain data.

    Returns:
        origin, size, root, key, signed_us (the clock of the last signer, a claim), level of the
        last entry, policy (null if no mirror was ever asked), mirrors (with their lag in entries),
        actors (statements, number and time of the last one), disputes, frauds and journals.

    Raises:
        HaltError: Folder and journals do not fit together.
        LedgerError: It is no mission, or is damaged.
        FormatError: What the mirrors answered cannot be read.
    """
    standing, ahead = read_standing(mission), read_ahead(mission)
    with Ledger.open(mission) as ledger:
        registry = Registry(ledger.key)
        actors: dict[str, Plain] = {}
        frauds: list[Plain] = []
        last: Statement | None = None
        for index, last in enumerate(ledger.statements()):
            registry.take(index, last)
            said = actors.setdefault(last.actor, {"actor": last.actor, "statements": 0})
            said |= {
                "statements": said["statements"] + 1,
                "seq": last.seq,
                "signed_us": last.signed_us,
                "index": index,
            }
            if last.kind == "fraud":
                frauds.append({"index": index, "culprit": last.body["culprit"]})
        told = ledger.check_journals()
        head = ledger.checkpoint
        return {
            "origin": ledger.key.name,
            "key": str(ledger.key),
            "size": ledger.size,
            "root": head.root.hex() if head else "",
            "signed_us": last.signed_us if last else None,
            "level": standing.level_of(ledger.size - 1).name,
            "policy": _policy(standing),
            "mirrors": [
                {
                    "name": one.name,
                    "size": one.size,
                    "lag": None if one.size is None else max(ledger.size - one.size, 0),
                    "cosigned_s": one.cosigned_s,
                    "why": one.why,
                }
                for one in standing.mirrors
            ],
            "actors": [
                # A number that he signed and handed in, beyond what the log holds of him.
                {**said, "ahead": ahead[actor] if ahead.get(actor, 0) > said["seq"] else None}
                for actor, said in sorted(actors.items())
            ],
            "disputes": [
                {
                    "actor": doubt.actor,
                    "since_index": doubt.since_index,
                    "until_index": doubt.until_index,
                }
                for doubt in registry.disputed
            ],
            "frauds": frauds,
            "journals": told
            and {
                "beyond": told.first + len(told.entries) - ledger.size,
                "damaged": [path.name for path in told.damaged],
            },
        }


def _policy(standing: Standing) -> Plain | None:
    if standing.policy is None:
        return None
    counted = len(standing.policy.counted())
    return {
        "asked_s": standing.asked_s,
        "counted": counted,
        "tolerated": tolerated(counted),
        "needed": {"C": copies_needed(counted), "D": determination_needed(counted)},
        "reached": {level.name: standing.reached.get(level, 0) for level in (Level.C, Level.D)},
    }
