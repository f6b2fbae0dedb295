"""What a person wants to know when a job is done: where, how sure, and where nobody looked."""

from __future__ import annotations

from typing import Any

import typer

from truceline.pipeline.mission import MissionView

Plain = dict[str, Any]
HOLDERS = {None: "Where the holder is not known, or too near the line to say"}


def print_summary(view: MissionView) -> None:
    """Print the summary of a mission."""
    mission, counts = view.summary(), view.counts()
    checkpoint = mission["checkpoint"]
    typer.echo(f"{mission['title']}: {mission['from_day']} to {mission['to_day']}, UTC days")
    typer.echo("")
    for side in counts["sides"]:
        typer.echo(_side(side, mission["parties"]))
    typer.echo("")
    for reading in counts["readings"]:
        typer.echo(_reading(reading))
    typer.echo("")
    typer.echo(
        "What this can settle: thermal satellites notice few of the effects that the parties count,"
        " so a party's number\ncan be neither confirmed nor refuted by them. Probabilities are not"
        " calibrated yet."
    )
    if counts["not_known"]:
        typer.echo(f"Not known, because nothing was heard: {', '.join(counts['not_known'])}.")
    if counts["partly_known"]:
        names = ", ".join(counts["partly_known"])
        typer.echo(f"Not known on some of the days (see: truceline sources): {names}.")
    if counts["outside_rows"] or counts["repeated_rows"]:
        typer.echo(
            f"Left out: {counts['outside_rows']} observations far outside the country,"
            f" {counts['repeated_rows']} that stand in two documents."
        )
    for name, why in counts["foreign_documents"]:
        typer.echo(f"Came and was refused whole: {name}: {why}")
    if counts["refused_rows"]:
        typer.echo(f"Refused: {counts['refused_rows']} rows; each is named in the daily report.")
    typer.echo(
        f"Sealed in {view.folder}: {checkpoint['size']} signed statements, root"
        f" {checkpoint['root'][:16]}; check with: truceline verify {view.folder}"
    )


def _side(side: Plain, parties: list[Plain]) -> str:
    names = {party["code"]: f"On land held by {party['name']}" for party in parties}
    holder = names.get(side["held_by"]) or HOLDERS.get(side["held_by"]) or side["held_by"]
    found = (
        f"{holder}: {side['likely_incidents']} of {side['incidents']} incidents are likely"
        " (55 in 100 or more) the effect of munitions"
    )
    if not side["cell_days"]:
        return f"{found}; how well it was watched is said with the land on both sides."
    if side["detection_most_ppm"] is None:
        return f"{found}; heat there was not observed on any day."
    watched = (
        f"; of 100 such effects a day satellites would notice"
        f" {100 * side['detection_least_ppm'] / 1e6:.1f} to"
        f" {100 * side['detection_most_ppm'] / 1e6:.1f}"
    )
    missed = (
        ""
        if side["missed_upper_95_most"] is None
        else f"; where none was seen, up to {side['missed_upper_95_most']} a cell and day may have"
        " gone unseen"
    )
    unseen = (
        f"; {side['cell_days_not_observed']} of {side['cell_days']} cell-days were not observed"
        if side["cell_days_not_observed"]
        else ""
    )
    return f"{found}{watched}{missed}{unseen}."


def _reading(reading: Plain) -> str:
    outcomes = reading["outcomes"]
    judged = ", ".join(
        f"{outcomes[name]} {name.replace('_', ' ')}"
        for name in ("breached", "undecided", "kept", "not_applicable")
        if outcomes[name] or name == "breached"
    )
    inside = reading["detections_inside"]
    heat = (
        "heat was not observed in its time"
        if inside is None
        else f"{inside} satellite detections of heat inside its time"
    )
    return f"{reading['agreement']} ({reading['reading']}), incidents: {judged}; {heat}."
