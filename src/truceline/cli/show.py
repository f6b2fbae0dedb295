"""`truceline show ID`: one record, traced down to the bytes it was read from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

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
        _show_lines(view.trace(record)["lines"], words)


def _show_incident(view: MissionView, body: Plain, words: Words) -> None:
    whole = view.incident(body["id"])
    incident = whole["incident"]
    place = incident["place"]
    revision = words.say("console.revision", number=incident["revision"])
    name = f"{words['console.incident']} {incident['short_id']}"
    typer.echo(f"{name}, {revision} ({incident['stage']})")
    if incident["supersedes"]:
        ids = ", ".join(short_id(one) for one in incident["supersedes"])
        typer.echo(f"  {words.say('show.supersedes', ids=ids)}")
    for one in whole["disputed"]:
        typer.echo(f"  {words.say('show.disputed', name=one['name'], why=one['why'])}")
    probability = words.say("show.probability", probability_ppm=incident["probability_ppm"])
    typer.echo(f"  {probability}")
    where = words.say(
        "show.where",
        latitude=f"{place['latitude_e7'] / E7:.4f}",
        longitude=f"{place['longitude_e7'] / E7:.4f}",
        radius_m=incident["radius_90_m"],
        near=incident["near"] or words.area(incident["area"]),
    )
    typer.echo(f"  {where}")
    began, ended = iso(incident["began_us"]), iso(incident["ended_us"])
    typer.echo(f"  {words.say('show.began', began=began, ended=ended)}")
    typer.echo(f"  {words['console.ledger']}:")
    for row in incident["evidence"]:
        decibans = row["millibans"] / MILLIBANS_PER_DECIBAN
        said = words.reason_text(read_record(Reason, row["reason"]))
        cluster = words.value("cluster", row["cluster"])
        typer.echo(f"    {decibans:+6.1f}  {cluster}: {said}")
    _show_explanation(whole, words)
    if whole["coverage"]:
        seen = whole["coverage"]["detection_ppm"]
        chance = words["value.not_observed"] if seen is None else words.percent(seen)
        typer.echo(f"  {words.say('show.coverage', chance=chance)}")
    for judged in (*whole["findings"], *whole["not_applicable"]):
        _show_finding("not_applicable" if "reason" in judged else "finding", judged, words)
    _show_lines(view.trace(body["id"])["lines"], words)


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
        typer.echo(f"{head}{words['outcome.not_applicable']}: {_said(body['reason'], words)}")
        return
    outcome = words[f"outcome.{body['outcome']}"].upper()
    typer.echo(f"{head}{outcome}, {words.value('probability_ppm', body['probability_ppm'])}")
    for one in body["reasons"]:
        typer.echo(f"    - {_said(one, words)}")


def _said(plain: Plain, words: Words) -> str:
    return words.reason_text(read_record(Reason, plain))


def _show_lines(lines: list[Plain], words: Words) -> None:
    typer.echo(f"  {words['show.read_from']}:")
    for line in lines:
        of = words.say("console.original_line", name=line["name"], line=str(line["line"]))
        entry = words.say("console.original_entry", entry=str(line["entry"]), level=line["level"])
        typer.echo(f"    {of}, sha256 {line['sha256']}")
        typer.echo(f"      {entry}")
        typer.echo(f"      {line['text'][:2000]}")
