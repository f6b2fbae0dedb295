"""Whose statements have a gap: a number that was signed and handed in, beyond what the log holds.

A log takes an actor's statements in their order, so what is missing stays missing in plain sight.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from truceline.evidence.folder import write_file
from truceline.records.canonical import canonical


def ahead_file(mission: Path) -> Path:
    """Where these numbers are kept; it can be deleted."""
    return mission.with_name(f"{mission.name}.ahead")


def read_ahead(mission: Path) -> dict[str, int]:
    """Give the highest such number of each actor; a file that cannot be read tells nothing."""
    try:
        return {str(actor): int(seq) for actor, seq in json.loads(ahead_file(mission).read_bytes())}
    except (OSError, ValueError, TypeError):
        return {}


def write_ahead(mission: Path, ahead: Mapping[str, int]) -> None:
    """Keep these numbers.

    Raises:
        OSError: They cannot be kept.
    """
    path = ahead_file(mission)
    content = canonical([[actor, ahead[actor]] for actor in sorted(ahead)])
    write_file(path.parent, path.name, content)
