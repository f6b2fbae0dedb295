"""Fit the peacetime background again from the archive, for whoever doubts the packaged one."""

from __future__ import annotations

from pathlib import Path

from truceline.pipeline.derive import Progress
from truceline.sensors.background import fit_background, write_background


def fit(folder: Path, output: Path, progress: Progress) -> tuple[int, int]:
    """Fit the background from a folder's `fire_history`, and write it.

    Returns:
        The number of cells and of persistent heat sites.

    Raises:
        BackgroundError: A file of the archive is missing or foreign.
    """
    background = fit_background(folder, progress)
    write_background(background, output)
    return len(background.cells), len(background.sites)
