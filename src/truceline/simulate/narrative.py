"""The papers of an exercise: the players' briefing, and the controllers' master events list.

Both are written from the truth's own tables, in every language of `words`. The briefing holds what
the players may know; the controllers' paper lies in `truth`.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from truceline.records.agreement import Agreement
from truceline.records.ids import short_id
from truceline.records.observation import row_id
from truceline.records.units import DAY_US, HOUR_US, day_of, day_start_us, iso
from truceline.simulate.happenings import PARTIES
from truceline.simulate.injects import KINDS
from truceline.simulate.sheet import Block, Heading, Points, Sheet, Table, html, markdown
from truceline.simulate.words import LANGUAGES, load_words

Words = Mapping[str, str]
Row = Mapping[str, str]

SENSORS = ("firms", "viina", "ucdp", "alerts", "claims", "line", "clouds", "none")
ROLES = {"duty": 4, "analyst": 4, "reviewer": 4}  # how many tasks each has
REPORT_HOUR, CLAIMS_HOUR = 9, 6


def write_papers(folder: Path, mission: str, agreements: Sequence[Agreement]) -> None:
    """Write the briefing beside the documents, and the controllers' paper into `truth`.

    Args:
        folder: The exercise, with its truth.
        mission: The mission's folder as a person would type it.
        agreements: In force in the exercise; the first is the one that it is about.
    """
    for language in LANGUAGES:
        _write(folder / f"briefing.{language}", briefing(folder, mission, agreements, language))
        _write(folder / "truth" / f"controller.{language}", controller(folder, mission, language))


def _write(path: Path, sheet: Sheet) -> None:
    path.with_name(f"{path.name}.md").write_text(markdown(sheet), encoding="utf-8")
    path.with_name(f"{path.name}.html").write_text(html(sheet), encoding="utf-8")


def briefing(folder: Path, mission: str, agreements: Sequence[Agreement], language: str) -> Sheet:
    """Write what the players may know: setting, agreements, sensors, the week, their tasks."""
    words, facts = load_words(language), _facts(folder)
    days = int(facts["days"])
    start_us = day_start_us(date.fromisoformat(facts["start"]))
    last = day_of(start_us + (days - 1) * DAY_US).isoformat()
    first, second = PARTIES
    blocks: list[Block] = [
        words["briefing.invented"].format(first=first, second=second),
        Heading(text=words["briefing.setting"]),
        words["briefing.setting_text"].format(days=days, first=first, second=second),
        Heading(text=words["briefing.agreement"]),
        words["briefing.quoted"],
        *(block for one in agreements for block in _agreement(one, words)),
        Heading(text=words["briefing.sensors"]),
        Table(
            head=tuple(words[f"briefing.{name}"] for name in ("source", "gives", "limits")),
            rows=tuple(
                (
                    words[f"sensor.{name}"],
                    words[f"sensor.{name}_gives"],
                    words[f"sensor.{name}_limits"],
                )
                for name in SENSORS
            ),
        ),
        Heading(text=words["briefing.timeline"]),
        Table(
            head=(words["briefing.when"], words["briefing.what"]),
            rows=tuple(
                (_when(us), words[f"briefing.{what}"])
                for us, what in sorted(_known(start_us, days, agreements[0]))
            ),
        ),
        Heading(text=words["briefing.tasks"]),
        words["briefing.open"].format(mission=mission),
    ]
    for role, tasks in ROLES.items():
        blocks.append(Heading(text=words[f"role.{role}"], level=3))
        blocks.append(
            Points(
                items=tuple(
                    words[f"role.{role}_{number}"].format(mission=mission)
                    for number in range(1, tasks + 1)
                )
            )
        )
    title = words["briefing.title"].format(**{"from": facts["start"], "until": last})
    return Sheet(language=language, title=title, blocks=tuple(blocks))


def _agreement(agreement: Agreement, words: Words) -> Iterator[Block]:
    yield Heading(text=agreement.title, level=3)
    for reading in agreement.readings:
        end = words["briefing.open_end"] if reading.end is None else _when(reading.end.not_after_us)
        yield words["briefing.in_force"].format(
            title=reading.id, start=_when(reading.start.not_before_us), end=end
        )
    if len(agreement.readings) > 1:
        yield words["briefing.disputed"]
    yield Points(
        items=(
            *(
                words["briefing.clause"].format(article=one.article, words=one.words)
                for one in agreement.clauses
            ),
            *(words["briefing.exception"].format(words=one.words) for one in agreement.exemptions),
        )
    )


def _known(start_us: int, days: int, agreement: Agreement) -> Iterator[tuple[int, str]]:
    """Give what the players know of the week beforehand: instants, and keys of words."""
    end_us = start_us + days * DAY_US
    reading = agreement.readings[0]
    began_us = reading.start.not_before_us
    yield start_us, "start"
    yield end_us, "end"
    yield began_us, "truce_from"
    if reading.end is not None:
        yield reading.end.not_after_us, "truce_until"
    for one in agreement.exemptions:
        if start_us <= one.from_us < end_us:
            yield one.from_us, "exception_from"
    for day in range(1, days):
        yield start_us + day * DAY_US + REPORT_HOUR * HOUR_US, "report_due"
        at_us = start_us + day * DAY_US + CLAIMS_HOUR * HOUR_US
        if began_us < at_us and (reading.end is None or at_us <= reading.end.not_after_us):
            yield at_us, "claims_due"


def controller(folder: Path, mission: str, language: str) -> Sheet:
    """Write the master events list with the truth, for those who lead the exercise."""
    words, facts, injects = load_words(language), _facts(folder), _table(folder, "injects")
    family = facts["family"]
    shown = _commands(folder, mission, injects)
    blocks: list[Block] = [
        words["controller.secret"],
        Heading(text=words["controller.family"]),
        words[f"family.{family['name']}"],
        words["controller.side"].format(code=facts["side"]),
        Table(
            head=tuple(words[f"controller.{name}"] for name in ("numbers", "value", "meaning")),
            rows=tuple(
                (f"`{name}`", _value(value, words), words[f"parameter.{name}"])
                for name, value in family.items()
                if name != "name"
            ),
        ),
        Heading(text=words["controller.true_week"]),
        _true_week(_table(folder, "incidents"), words),
        Heading(text=words["controller.mel"]),
        Table(
            head=tuple(words[f"controller.{name}"] for name in ("number", "at", "to", "event")),
            rows=tuple(
                (
                    one["id"],
                    _clock(one["at"]),
                    words[f"role.{one['to']}"],
                    words[f"inject.{one['kind']}.name"],
                )
                for one in injects
            ),
        ),
        *(block for one in injects for block in _event(one, shown[one["id"]], words)),
        words["controller.debrief"].format(mission=mission),
    ]
    title = words["controller.title"].format(family=family["name"])
    return Sheet(language=language, title=title, blocks=tuple(blocks))


def _event(inject: Row, command: str, words: Words) -> Iterator[Block]:
    def said(part: str) -> str:
        return words[f"inject.{inject['kind']}.{part}"].format(
            sender=sender_of(inject, words),
            party=inject["party"],
            town=inject["town"],
            at=_clock(inject["at"]),
            about=_clock(inject["about"]),
            day=inject["about"][:10],
            count=inject["count"],
        )

    place = (
        f"`{inject['document']}`" + (f":{inject['line']}" if inject["line"] else "")
        if inject["document"]
        else words["controller.spoken"]
    )
    yield Heading(text=f"{inject['id']} · {_clock(inject['at'])} · {said('name')}", level=3)
    yield Points(
        items=(
            f"{words['controller.from']}: {sender_of(inject, words)}",
            f"{words['controller.to']}: {words['role.' + inject['to']]}",
            f"{words['controller.document']}: {place}",
            words["controller.told"].format(text=said("told")),
            words["controller.notice"].format(text=said("notice")),
            words["controller.act"].format(text=said("act")),
            words["controller.look"].format(command=command),
            words["controller.truth"].format(ids=inject["incidents"])
            if inject["incidents"]
            else words["controller.no_truth"],
        )
    )


def sender_of(inject: Row, words: Words) -> str:
    """Name who sends an inject."""
    sender = inject["sender"]
    key = "party" if sender in PARTIES else sender
    return words[f"sender.{key}"].format(code=sender)


def _commands(folder: Path, mission: str, injects: Sequence[Row]) -> dict[str, str]:
    """Give the command that shows each inject, by its id."""
    rows = {
        row["inject"]: short_id(row_id("o", row["sha256"], int(row["line"])))
        for row in _table(folder, "observations")
        if row["inject"]
    }
    came = json.loads((folder / "manifest.json").read_text("utf-8"))["documents"]
    files = {one["name"]: f"d:{one['sha256'][:10]}:{one['name']}" for one in came}
    return {
        one["id"]: KINDS[one["kind"]].look.format(
            mission=mission,
            day=one["about"][:10] if not one["document"] else one["at"][:10],
            id=rows.get(one["id"]) or files.get(one["document"], ""),
        )
        for one in injects
    }


def _true_week(incidents: Sequence[Row], words: Words) -> Table:
    """Count what truly happens by day and party; never over parties."""
    counts = Counter((row["began"][:10], row["party"]) for row in incidents)
    staged = Counter((row["began"][:10], row["party"]) for row in incidents if row["staged"] == "1")
    days = sorted({day for day, _ in counts})
    head = [words["controller.day"]]
    for code in PARTIES:
        head += [words[f"controller.{key}"].format(code=code) for key in ("by", "staged")]
    return Table(
        head=tuple(head),
        rows=tuple(
            (
                day,
                *(str(table[day, code]) for code in PARTIES for table in (counts, staged)),
            )
            for day in days
        ),
    )


def _value(value: Any, words: Words) -> str:  # noqa: ANN401 - parsed JSON
    if isinstance(value, list):
        return words["controller.pair"].format(first=value[0], second=value[1])
    return "-" if value is None else str(value)


def _facts(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((folder / "truth" / "exercise.json").read_text("utf-8"))
    return facts


def _table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _when(us: int) -> str:
    return _clock(iso(us))


def _clock(instant: str) -> str:
    return instant[:16].replace("T", " ")
