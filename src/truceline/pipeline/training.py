"""After an exercise: what perfect knowledge would tell, and how near the mission came to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from truceline.evaluation.judge import judge
from truceline.pipeline.mission import MissionView, open_mission
from truceline.pipeline.run import exercise_folder
from truceline.records.agreement import Site
from truceline.records.canonical import read_record
from truceline.records.finding import Finding, Outcome
from truceline.records.incident import Incident, Kind, Stage
from truceline.records.observation import Place
from truceline.records.units import E7, PPM, us_of
from truceline.simulate.debrief import Answer, Breach, Truth, compare, read_truth
from truceline.simulate.debrief_page import debrief_sheet, summary
from truceline.simulate.sheet import html, markdown


def debrief(mission: Path, language: str = "en") -> tuple[str, ...]:
    """Compare what a mission found with what was true, and write it into the exercise's truth.

    Returns:
        The summary in sentences; the whole stands in `debrief.md`, `.html` and `.json`.

    Raises:
        TruthError: There is no exercise beside the mission.
        LookupError: There are no words of that language.
    """
    folder = exercise_folder(mission) / "truth"
    truth = read_truth(folder)
    with closing(open_mission(mission)) as view:
        result = compare(truth, answer_of(view), true_breaches(truth, view))
    sheet = debrief_sheet(result, language)
    (folder / "debrief.md").write_text(markdown(sheet), encoding="utf-8")
    (folder / "debrief.html").write_text(html(sheet), encoding="utf-8")
    (folder / "debrief.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return summary(result, language)


def debrief_page(mission: Path) -> Path:
    """Give the page that the last debrief wrote."""
    return exercise_folder(mission) / "truth" / "debrief.html"


def answer_of(view: MissionView) -> Answer:
    """Give what a mission concluded."""
    return Answer(
        incidents=view.records("incident"),
        findings=view.records("finding"),
        attributions=view.records("attribution"),
        coverage=view.records("coverage"),
        sources=view.records("source"),
        documents=view.records("document"),
        claims=frozenset(row["id"] for row in view.records("claim")),
        observations={row["id"]: row["source"] for row in view.records("observation")},
    )


def true_breaches(truth: Truth, view: MissionView) -> tuple[Breach, ...]:
    """Judge the true incidents by the mission's own agreements and rules."""
    return tuple(
        Breach(
            incident=one.incident.removeprefix("i:"),
            agreement=one.agreement,
            clause=one.clause,
            reading=one.reading,
        )
        for one in perfect_findings(truth, view)
        if one.outcome is Outcome.BREACHED
    )


def perfect_findings(truth: Truth, view: MissionView) -> tuple[Finding, ...]:
    """Give the findings on incidents and sites that are known exactly."""
    sites = tuple(
        replace(site, place=replace(site.place, radius_95_m=1))
        for site in (read_record(Site, row) for row in view.index.records("site"))
    )
    incidents = perfect_incidents(truth)
    return tuple(
        finding
        for agreement in view.agreements
        for finding in judge(incidents, agreement, sites, sites_known=True)[0]
    )


def perfect_incidents(truth: Truth) -> tuple[Incident, ...]:
    """Give the true incidents as somebody would record them who knew everything."""
    return tuple(_perfect(row) for row in truth.incidents)


def _perfect(row: Mapping[str, str]) -> Incident:
    began_us = us_of(datetime.fromisoformat(row["began"]))
    return Incident(
        id=f"i:{row['id']}",
        revision=1,
        stage=Stage.FINAL,
        supersedes=(),
        place=Place(
            longitude_e7=round(float(row["longitude"]) * E7),
            latitude_e7=round(float(row["latitude"]) * E7),
            radius_95_m=1,
        ),
        radius_90_m=1,
        area=row["area"],
        near="",
        held_by=row["held_by"],
        line_distance_m=None,
        began_us=began_us,
        ended_us=began_us,
        last_seen_us=began_us,
        probability_ppm=PPM,
        kinds=((Kind.MUNITION_EFFECTS, PPM),),
        count_low=int(row["rounds"]),
        count_high=int(row["rounds"]),
        independent_sources=2,
        has_physical_source=True,
        evidence=(),
        observations=(row["id"],),
    )
