"""The debrief as a page: what was found beside what was true, and how well it was watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from truceline.simulate.debrief import FATES
from truceline.simulate.sheet import Block, Heading, Points, Sheet, Table
from truceline.simulate.words import load_words

Words = Mapping[str, str]
Plain = Mapping[str, Any]

WATCHED = ("watched", "unwatched", "detection_ppm")
NAMED = ("true", "found", "named_right", "named_wrong", "undetermined")
OUTCOMES = ("breached", "undecided", "kept", "not_applicable", "no_incident")


def debrief_sheet(result: Plain, language: str) -> Sheet:
    """Write the result of `debrief.compare` as a sheet."""
    words = load_words(language)
    blocks: list[Block] = [
        words["debrief.method"],
        Points(items=summary(result, language)),
        Heading(text=words["debrief.injects"]),
        _table(
            ("id", "at", "event", "to", "outcome"),
            [_inject(one, words) for one in result["injects"]],
            words,
        ),
        Heading(text=words["debrief.lands"]),
        words["debrief.lands_text"],
        _table(
            ("side", "true", *FATES, *WATCHED),
            [
                (one["held_by"], *_numbers(one, ("true", *FATES, *WATCHED)))
                for one in result["lands"]
                if one["held_by"]
            ],
            words,
        ),
        Points(items=tuple(f"{words[f'fate.{fate}']}: {words[f'why.{fate}']}" for fate in FATES)),
        Heading(text=words["debrief.kinds"]),
        _table(
            ("side", "kind", "true", *FATES, *WATCHED),
            [
                (one["held_by"], one["kind"], *_numbers(one, ("true", *FATES, *WATCHED)))
                for one in result["kinds"]
                if one["true"]
            ],
            words,
        ),
        Heading(text=words["debrief.false"]),
        _table(
            ("side", "assessed", "reported", "false", "told_twice", "brier_ppm"),
            [_false(one, words) for one in result["lands"]],
            words,
        ),
        Heading(text=words["debrief.clauses"]),
        words["debrief.clauses_text"],
        _table(
            ("clause", "party", "true", *OUTCOMES, "wrongly", *WATCHED),
            [
                (
                    f"{one['agreement']} ({one['reading']}): {one['clause']}",
                    one["party"],
                    *_numbers(one, ("true", *OUTCOMES, "wrongly_breached_on_its_land", *WATCHED)),
                )
                for one in result["clauses"]
            ],
            words,
        ),
        Heading(text=words["debrief.parties"]),
        words["debrief.parties_text"],
        _table(
            ("party", "staged", *NAMED, *WATCHED),
            [
                (
                    one["party"],
                    words[f"value.{'yes' if one['staged'] else 'no'}"],
                    *_numbers(one, (*NAMED, *WATCHED)),
                )
                for one in result["parties"]
            ],
            words,
        ),
        Heading(text=words["debrief.calibration"]),
        *_calibration(result["calibration"], words),
        Heading(text=words["debrief.places"]),
        _places(result["places"], words),
        Heading(text=words["debrief.sensors"]),
        _table(
            ("source", "rows", "from_true", "incidents", "only_it", "days_missing"),
            [
                (
                    one["source"],
                    *_numbers(one, ("rows", "from_true", "incidents", "only_it")),
                    ", ".join(map(str, one["days_missing"])) or "-",
                )
                for one in result["sensors"]
            ],
            words,
        ),
        Heading(text=words["debrief.questions"]),
        Points(items=tuple(words[f"debrief.question_{number}"] for number in range(1, 6))),
    ]
    facts = result["exercise"]
    title = words["debrief.title"].format(start=facts["start"], days=facts["days"])
    return Sheet(language=language, title=title, blocks=tuple(blocks))


def summary(result: Plain, language: str) -> tuple[str, ...]:
    """Say the most important things in sentences, one side beside the other."""
    words = load_words(language)
    facts = result["exercise"]
    said = [words[f"family.{facts['family']['name']}"]]
    for one in result["lands"]:
        if one["held_by"]:
            numbers = {name: _number(name, one[name]) for name in ("true", *FATES, *WATCHED)}
            said.append(words["summary.land"].format(code=one["held_by"], **numbers))
    said.extend(
        words["summary.false"].format(
            side=_side(one["held_by"], words),
            reported=one["reported"],
            false=sum(one["false"].values()),
        )
        for one in result["lands"]
        if one["reported"]
    )
    for one in result["parties"]:
        if one["true"]:
            key = "summary.staged" if one["staged"] else "summary.party"
            said.append(words[key].format(code=one["party"], **{k: one[k] for k in NAMED}))
    injects = [one["outcome"] for one in result["injects"]]
    good = sum(outcome in {"found", "held_back", "noticed", "logged"} for outcome in injects)
    spoken = injects.count("spoken")
    said.append(
        words["summary.injects"].format(all=len(injects) - spoken, good=good, spoken=spoken)
    )
    brier = result["calibration"]["brier_ppm"]
    said.append(words["summary.brier"].format(brier="-" if brier is None else f"{brier / 1e6:.3f}"))
    return tuple(said)


def _inject(one: Plain, words: Words) -> tuple[str, ...]:
    outcome = words[f"outcome.{one['outcome']}"]
    if one["outcome"] == "logged":
        outcome = words["outcome.logged_numbers"].format(claimed=one["claimed"], true=one["true"])
    if "probability_ppm" in one:
        outcome = f"{outcome} ({_percent(one['probability_ppm'])})"
    return (
        one["id"],
        one["at"][:16].replace("T", " "),
        words[f"inject.{one['kind']}.name"],
        words[f"role.{one['to']}"],
        outcome,
    )


def _false(one: Plain, words: Words) -> tuple[str, ...]:
    causes = ", ".join(
        f"{words.get(f'cause.{cause}', cause)} {count}" for cause, count in one["false"].items()
    )
    return (
        _side(one["held_by"], words),
        *_numbers(one, ("assessed", "reported")),
        causes or "0",
        *_numbers(one, ("told_twice", "brier_ppm")),
    )


def _calibration(one: Plain, words: Words) -> tuple[Block, ...]:
    if one["brier_ppm"] is None:
        return (words["debrief.nothing_told"],)
    return (
        words["debrief.calibration_text"].format(
            brier=f"{one['brier_ppm'] / 1e6:.3f}",
            ece=_percent(one["ece_ppm"]),
            luck=_percent(one["if_calibrated_ppm"]),
        ),
        _table(
            ("told_ppm", "observed_ppm", "interval", "rows"),
            [
                (
                    _percent(row["told_ppm"]),
                    _percent(row["observed_ppm"]),
                    f"{_percent(row['low_ppm'])} - {_percent(row['high_ppm'])}",
                    str(row["rows"]),
                )
                for row in one["bins"]
            ],
            words,
        ),
    )


def _places(one: Plain, words: Words) -> str:
    if one["median_m"] is None:
        return words["debrief.nothing_told"]
    return words["debrief.places_text"].format(
        **{
            name: f"{one[name] / 1000:.1f}"
            for name in ("median_m", "ninth_decile_m", "gospa_per_true_m", "cut_off_m")
        },
        pairs=one["pairs"],
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], words: Words) -> Table:
    return Table(
        head=tuple(words.get(f"head.{name}") or words[f"fate.{name}"] for name in head),
        rows=tuple(tuple(row) for row in rows),
    )


def _numbers(row: Plain, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(_number(name, row[name]) for name in names)


def _number(name: str, value: int | None) -> str:
    if value is None:
        return "-"
    if name == "brier_ppm":
        return f"{value / 1e6:.3f}"
    return _percent(value) if name.endswith("_ppm") else str(value)


def _percent(share_ppm: int) -> str:
    return f"{share_ppm / 1e4:.1f}\N{NO-BREAK SPACE}%"


def _side(code: str | None, words: Words) -> str:
    return code or words["value.not_known"]
