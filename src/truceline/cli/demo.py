"""`truceline demo`: the main job, end to end, and then the console."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.exercise import exercise
from truceline.cli.replay import replay
from truceline.cli.serve import PORT, serve
from truceline.pipeline.run import mission_files

SHARED = Path("../shared/data")
MISSION = Path("missions/demo")
AGREEMENTS = [Path("easter-2026"), Path("energy-moratorium-2025")]


def demo(
    data: Annotated[Path, typer.Option(help="Real data, where it is to be had.")] = SHARED,
    mission: Annotated[Path, typer.Option(help="Mission folder; made anew.")] = MISSION,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the summary.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the console.")] = PORT,
) -> None:
    """Replay the Easter truce of 2026 from real data, or run a simulated week where there is none.

    Example: truceline demo --no-serve
    """
    _clear(mission)
    if data.is_dir():
        typer.echo(f"Replaying the Easter truce of 2026 from {data} (real data).")
        replay(
            data,
            AGREEMENTS,
            mission,
            since=date(2026, 4, 8),
            until=date(2026, 4, 14),
            title="Easter truce of 2026",
        )
    else:
        typer.echo(f"No real data at {data}: running a simulated exercise of seven days.")
        exercise(mission)
    if no_serve:
        typer.echo(f"Console: truceline serve --mission {mission}  (http://127.0.0.1:{port}/)")
    else:
        serve(mission, port=port)


def _clear(mission: Path) -> None:
    """Remove the mission of an earlier demo; what is no mission is left alone."""
    if mission.exists() and not (mission / "mission.toml").is_file():
        raise typer.BadParameter(f"{mission} is there and is no mission; name another folder")
    for path in mission_files(mission):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
