"""`truceline show ID`: one record, traced down to the bytes it was read from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from truceline.cli.lists import percent
from truceline.cli.options import MissionOption
from truceline.pipeline.mission import MissionView, open_mission
from truceline.records.canonical import read_record
from truceline.records.ids import short_id
from truceline.records.reason import Reason
from truceline.records.units import E7, MILLIBANS_PER_DECIBAN, iso
from truceline.reports.words import Words, interval, load_words

Plain = dict[str, Any]


def show(
    record: Annotated[str, typer.Argument(help="Id of a record, short or long.", metavar="ID")],
    mission: MissionOption,
    language: Annotated[str, typer.Option(help="en, uk or ru.")] = "en",
) -> None:
    """Show an incident or a finding with its evidence, down to file hash, line, and the line.

    Example: truceline show i:3f2a91bc04:17 --mission missions/demo
    """
    view = open_mission(mission)
    kind, body = view.find(record)
    words = load_words(language)
    if kind == "incident":
        _show_incident(view, body, words)
    elif kind in {"finding", "not_applicable"}:
        _show_finding(kind, body, words)
        _show_incident(view, view.find(body["incident"])[1], words)
    else:
        typer.echo(f"{kind} {record}")
        for name, value in body.items():
            typer.echo(f"  {name}: {value}")
        _show_lines(view.trace(record)["lines"])


def _show_incident(view: MissionView, body: Plain, words: Words) -> None:
    whole = view.incident(body["id"])
    incident = whole["incident"]
    place = incident["place"]
    revision = f"revision {incident['revision']} ({incident['stage']})"
    typer.echo(f"incident {incident['short_id']}, {revision}")
    if incident["supersedes"]:
        typer.echo(f"  supersedes: {', '.join(short_id(one) for one in incident['supersedes'])}")
    for one in whole["disputed"]:
        typer.echo(f"  DISPUTED, until it is derived again: {one['name']} was {one['why']}")
    typer.echo(
        f"  real and consistent with munition effects: {percent(incident['probability_ppm'])}"
        " (not calibrated)"
    )
    typer.echo(
        f"  where: {place['latitude_e7'] / E7:.4f} N {place['longitude_e7'] / E7:.4f} E,"
        f" 90 in 100 within {incident['radius_90_m']} m; {incident['near'] or incident['area']}"
    )
    typer.echo(f"  began between {iso(incident['began_us'])} and {iso(incident['ended_us'])}")
    typer.echo("  evidence, in decibans:")
    for row in incident["evidence"]:
        decibans = row["millibans"] / MILLIBANS_PER_DECIBAN
        said = words.reason_text(read_record(Reason, row["reason"]))
        typer.echo(f"    {decibans:+6.1f}  {row['cluster']}: {said}")
    _show_explanation(whole, words)
    if whole["coverage"]:
        seen = whole["coverage"]["detection_ppm"]
        typer.echo(f"  such an effect would have been noticed there that day: {percent(seen)}")
    for judged in (*whole["findings"], *whole["not_applicable"]):
        _show_finding("not_applicable" if "reason" in judged else "finding", judged, words)
    _show_lines(view.trace(body["id"])["lines"])


def _show_explanation(whole: Plain, words: Words) -> None:
    found = whole["explanation"]
    sources = {one["id"]: one for one in whole["observations"]}
    typer.echo(f"  {words['console.why_together']}:")
    for row in found["together"]:
        seen = sources[row["observation"]]
        heading = f"{words.source(seen['source'])}, {interval(seen['began_us'], seen['ended_us'])}"
        typer.echo(f"    - {heading}: {_said(row['because'], words)}")
    typer.echo(f"  {words['console.why_apart']}:")
    for row in found["apart"]:
        span = interval(row["began_us"], row["ended_us"])
        heading = ", ".join(part for part in (row["short_id"], row["near"], span) if part)
        typer.echo(f"    - {heading}: {_said(row['because'], words)}")
    if not found["apart"]:
        typer.echo(f"    {words['console.why_apart_none']}")
    typer.echo(f"  {words['console.why_change']}:")
    for because in found["change"]:
        typer.echo(f"    - {_said(because, words)}")
    if not found["change"]:
        typer.echo(f"    {words['console.why_change_none']}")
    typer.echo(f"    {words['console.why_note']}")


def _show_finding(kind: str, body: Plain, words: Words) -> None:
    head = f"  {body['agreement']} / {body['clause']} / {body['reading']}: "
    if kind == "not_applicable":
        typer.echo(head + "not applicable: " + _said(body["reason"], words))
        return
    typer.echo(head + f"{body['outcome'].upper()}, {percent(body['probability_ppm'])}")
    for one in body["reasons"]:
        typer.echo(f"    - {_said(one, words)}")


def _said(plain: Plain, words: Words) -> str:
    return words.reason_text(read_record(Reason, plain))


def _show_lines(lines: list[Plain]) -> None:
    typer.echo("  read from:")
    for line in lines:
        typer.echo(f"    {line['name']} line {line['line']}, sha256 {line['sha256']}")
        typer.echo(f"      entry {line['entry']} of the log, level {line['level']}")
        typer.echo(f"      {line['text'][:2000]}")
