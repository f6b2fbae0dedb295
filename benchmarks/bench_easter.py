"""The Easter truce of 2026 replayed without its labels, and held against them.

    python benchmarks/bench_easter.py [--data ../shared/data]

VIINA and UCDP are withheld from the mission's own derivation; what it lists is compared with them:
is there a label within 5 km and one day? Beside it stand three ways to list incidents from the same
detections of heat. Figures are per side of the line and never summed: what reporters reach and
what satellites see differs by side. What the labels can show, docs/reference/easter-replay.md says.

8 to 10 April are for choosing (DBSCAN's radius and size; ours has nothing to choose), 11 to 14 for
the figures.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from easter_rivals import LEVELS, Flags, Floats, Integers, Points, clusters_of, points_of
from table import Row, keep, row, show
from truceline.feeds import FEEDS
from truceline.feeds.gather import gather, rows_of
from truceline.pipeline import run
from truceline.pipeline.derive import Inputs, derive, read_areas
from truceline.records.agreement import ControlLine
from truceline.records.observation import Means, Observation, Signature, row_id
from truceline.records.units import DAY_US, HOUR_US, PPM, day_start_us
from truceline.sensors.ground import Ground
from truceline.simulate.measures.detection import detection
from truceline.simulate.measures.ranking import auc
from truceline.simulate.measures.resampling import bootstrap

CANNOT = 3
SINCE, UNTIL = date(2026, 4, 8), date(2026, 4, 14)
CHOOSING = day_start_us(SINCE), day_start_us(date(2026, 4, 11))
SCORING = day_start_us(date(2026, 4, 11)), day_start_us(UNTIL) + DAY_US
WITHHELD = ("viina", "ucdp-ged")
WITHIN_M, WITHIN_US = 5_000.0, DAY_US
# A label speaks of a local day; its middle is compared, and half of it added.
HALF_DAY_US = 12 * HOUR_US + HOUR_US // 2
KINETIC = frozenset({Signature.EXPLOSION, Signature.SHOT, Signature.IMPACT})
# where_prec 1 of UCDP: the named place itself. Dates: one day, or two that follow.
EXACT_M, EXACT_US = 5_000, 49 * HOUR_US
SAME_PLACE_E7 = 100_000  # about a kilometre
BLOCK_M = 20_000.0
LEVEL, DRAWS, SEED = 0.90, 2_000, 1
SHIFTS_DAYS = (-14, -7, 7, 14)
SHIFTS_M = tuple(
    (40_000 * np.cos(turn), 40_000 * np.sin(turn)) for turn in np.arange(8) * np.pi / 4
)
EPS_M, MIN_SAMPLES = (500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0), (1, 2, 3, 5, 8, 12)
WIDER_M = (10_000.0, 25_000.0)
THRESHOLDS = (0.05, 0.1, 0.25, 0.5, 0.65, 0.8)
SIDES = {"UA": "held by Ukraine", "RU": "held by Russia", "": "beyond the border or not known"}
HeldBy = Callable[[Integers, Integers, Integers], np.ndarray]


# ---------------------------------------------------------------------- what is to be compared
def replayed(folder: Path) -> tuple[dict[str, list[Any]], dict[str, Any], HeldBy, Points]:
    """Derive the mission without its labels, and read the labels apart.

    Returns:
        Records by derived file, the summary, who held a point, and the labels.
    """
    originals = run.read_folder(folder)
    reads = gather(originals, FEEDS, threads=1, progress=lambda *_: None)
    hidden = {read.document.name for read in reads if read.document.feed in WITHHELD}
    terms = run.read_terms(run.packaged_agreement("easter-2026.toml")).agreement
    inputs = Inputs(
        originals=tuple(one for one in originals if one.name not in hidden),
        agreements=(terms,),
        since=SINCE,
        until=UNTIL,
    )
    derived = derive(inputs, threads=1, progress=lambda *_: None)
    records = {
        name: [json.loads(line) for line in derived.files[f"{name}.jsonl"].splitlines()]
        for name in ("incidents", "observations", "alerts")
    }
    if {one["source"] for one in records["observations"]} & set(WITHHELD):
        raise RuntimeError("a label has reached the fusion")
    parties = sorted(party.code for party in terms.parties)
    ground = Ground(read_areas(), rows_of(reads, ControlLine), parties)

    def held_by(longitude_e7: Integers, latitude_e7: Integers, at_us: Integers) -> np.ndarray:
        found = np.full(len(at_us), "", dtype="<U2")
        for day in np.unique(at_us // DAY_US):
            rows = np.flatnonzero(at_us // DAY_US == day)
            moment = int(day * DAY_US + DAY_US // 2)
            held = ground.held_by(moment, longitude_e7[rows], latitude_e7[rows])
            found[rows] = [party or "" for party in held]
        return found

    labels = labels_of([one for one in rows_of(reads, Observation) if one.source in WITHHELD])
    return records, json.loads(derived.files["summary.json"]), held_by, labels


def labels_of(told: list[Observation]) -> Points:
    """Give the labels that speak of arms at a named place on a day; each place and day once.

    Of VIINA those whose class is an explosion, a shot or an impact; of UCDP, whose rows are deadly
    violence by definition, those known to the named place and to a day or two.
    """
    told = [
        one
        for one in told
        if one.place.radius_95_m <= EXACT_M
        and one.ended_us - one.began_us <= EXACT_US
        and (one.source == "ucdp-ged" or any(sign in KINETIC for sign, _ in one.signatures))
    ]
    once = {}
    for one in sorted(told, key=lambda label: label.id):
        middle_us = (one.began_us + one.ended_us) // 2
        place = one.place.longitude_e7 // SAME_PLACE_E7, one.place.latitude_e7 // SAME_PLACE_E7
        once.setdefault((middle_us // DAY_US, *place), (one, middle_us))
    return points(
        [one.place.longitude_e7 for one, _ in once.values()],
        [one.place.latitude_e7 for one, _ in once.values()],
        [middle_us for _, middle_us in once.values()],
    )


def points(
    longitude_e7: list[int],
    latitude_e7: list[int],
    at_us: list[int],
    score: list[float] | None = None,
) -> Points:
    """Lay out points; their sides are told later."""
    return Points(
        longitude_e7=np.array(longitude_e7, np.int64),
        latitude_e7=np.array(latitude_e7, np.int64),
        at_us=np.array(at_us, np.int64),
        side=np.full(len(at_us), "", dtype="<U2"),
        score=np.zeros(len(at_us)) if score is None else np.array(score, np.float64),
    )


def sided(some: Points, held_by: HeldBy) -> Points:
    """Tell who held the ground under each."""
    return replace(some, side=held_by(some.longitude_e7, some.latitude_e7, some.at_us))


# ------------------------------------------------------------------------------- comparing them
def within(some: Points, span: tuple[int, int]) -> Flags:
    """Tell which were first seen, or speak of a day, in a span of time."""
    inside: Flags = (some.at_us >= span[0]) & (some.at_us < span[1])
    return inside


def hits(
    listed: Points, place_m: Floats, at_us: Integers, within_m: float = WITHIN_M
) -> tuple[Flags, Flags]:
    """Tell which listed ones have a label nearby, and which labels a listed one."""
    found, met = np.zeros(len(listed), bool), np.zeros(len(at_us), bool)
    if len(listed) and len(at_us):
        pairs = cKDTree(listed.on_plane_m()).query_ball_tree(cKDTree(place_m), within_m)
        one = np.repeat(np.arange(len(listed)), [len(row) for row in pairs])
        other = np.array([label for row in pairs for label in row], np.int64)
        near = np.abs(listed.at_us[one] - at_us[other]) <= WITHIN_US + HALF_DAY_US
        found[one[near]] = True
        met[other[near]] = True
    return found, met


def blocks(some: Points) -> Integers:
    """Number blocks of a day and 20 km."""
    where = np.column_stack([some.on_plane_m() // BLOCK_M, some.at_us // DAY_US]).astype(np.int64)
    _, number = np.unique(where, axis=0, return_inverse=True)
    numbered: Integers = number.reshape(-1).astype(np.int64)
    return numbered


def share(flags: Floats) -> float | None:
    """Give the share that is true; None of nothing."""
    return float(flags.mean()) if len(flags) else None


def placebos(labels: Points, span: tuple[int, int], held_by: HeldBy) -> dict[str, list[Points]]:
    """Give worlds in which a label near a listed one is chance: other days, other places.

    Labels of one and two weeks before and after stand in for those of the span, as many as there
    are in truth; and the true ones are moved by 40 km in eight directions.
    """
    rng = np.random.default_rng(SEED)
    reach = span[0] - WITHIN_US - HALF_DAY_US, span[1] + WITHIN_US + HALF_DAY_US
    wanted = int(within(labels, reach).sum())
    days = []
    for shift in SHIFTS_DAYS:
        moved = replace(labels, at_us=labels.at_us - shift * DAY_US)
        there = np.flatnonzero(within(moved, reach))
        kept = np.zeros(len(labels), bool)
        kept[rng.choice(there, min(wanted, len(there)), replace=False)] = True
        days.append(sided(moved.where(kept), held_by))
    places = [labels.moved(*shift) for shift in SHIFTS_M]
    return {"days": days, "places": places}


def by_chance(
    listed: Points,
    side: str,
    span: tuple[int, int],
    worlds: dict[str, list[Points]],
    within_m: float = WITHIN_M,
) -> dict[str, tuple[float, float]]:
    """Give the mean precision and recall in each sort of placebo."""
    mine = within(listed, span) & (listed.side == side)
    means = {}
    for name, several in worlds.items():
        marks = []
        for labels in several:
            found, met = hits(listed, labels.on_plane_m(), labels.at_us, within_m)
            asked = within(labels, span) & (labels.side == side)
            marks.append((share(found[mine]) or 0.0, share(met[asked]) or 0.0))
        precision, recall = np.mean(marks, axis=0)
        means[name] = (float(precision), float(recall))
    return means


def rows_of_method(
    name: str,
    listed: Points,
    labels: Points,
    span: tuple[int, int],
    worlds: dict[str, list[Points]],
    *,
    within_m: float = WITHIN_M,
) -> list[Row]:
    """Measure one way to list incidents, side by side; nothing is said of a side without any."""
    rows = []
    found, met = hits(listed, labels.on_plane_m(), labels.at_us, within_m)
    for side, words in SIDES.items():
        mine = within(listed, span) & (listed.side == side)
        asked = within(labels, span) & (labels.side == side)
        chance = by_chance(listed, side, span, worlds, within_m)
        for index, (what, flags, of) in enumerate(
            (
                ("precision", found[mine], listed.where(mine)),
                ("recall", met[asked], labels.where(asked)),
            )
        ):
            if mine.any() and len(flags):
                told = (
                    f"{interval(flags, of)}; {int(flags.sum())} of {len(flags)}; by chance "
                    f"{chance['days'][index]:.3f} (days), {chance['places'][index]:.3f} (places)"
                )
                value = round(float(flags.mean()), 3)
                rows.append(row(f"{what}, {words}, {name}", value, told, met=None))
    return rows


def one_to_one(name: str, listed: Points, labels: Points) -> list[Row]:
    """Match one to one: who lists a fire ten times over has nine too many."""
    rows = []
    for side, words in SIDES.items():
        mine = listed.where(within(listed, SCORING) & (listed.side == side))
        asked = labels.where(within(labels, SCORING) & (labels.side == side))
        if len(mine) and len(asked):
            pairs = matched(mine, asked)
            told = f"{len(pairs.true)} pairs of {len(mine)} listed and {len(asked)} labels"
            rows.append(
                row(f"F1 one to one, {words}, {name}", round(pairs.f1 or 0, 3), told, met=None)
            )
    return rows


def interval(flags: Flags, of: Points) -> str:
    """Give the 90 % interval of a share, by blocks of a day and 20 km.

    Where no draw could differ, because all are alike, the end that is open comes from the binomial
    law over as many trials as there are blocks.
    """
    number = blocks(of)
    trials = len(np.unique(number))
    open_end = (1 - LEVEL) ** (1 / trials)
    if not flags.any():
        return f"(0 to {1 - open_end:.3f})"
    if flags.all():
        return f"({open_end:.3f} to 1)"
    drawn = bootstrap(
        share, number, flags, chance=np.random.default_rng(SEED), draws=DRAWS, level=LEVEL
    )
    return f"({drawn.low:.3f} to {drawn.high:.3f})"


def matched(listed: Points, labels: Points) -> Any:  # noqa: ANN401 - a Detection, or its like
    """Match listed ones and labels one to one."""
    return detection(
        np.column_stack([labels.on_plane_m(), labels.at_us / 1e6]),
        np.column_stack([listed.on_plane_m(), listed.at_us / 1e6]),
        within_m=WITHIN_M,
        within_s=(WITHIN_US + HALF_DAY_US) / 1e6,
    )


def differences(ours: Points, name: str, other: Points, labels: Points) -> list[Row]:
    """Give how much more precise ours is than another, blocks drawn for both together."""
    rows = []
    for side, words in SIDES.items():
        parts = []
        for way in (ours, other):
            found, _ = hits(way, labels.on_plane_m(), labels.at_us)
            mine = within(way, SCORING) & (way.side == side)
            parts.append((way.where(mine), found[mine]))
        (here, our_hits), (there, their_hits) = parts
        if len(here) and len(there):
            drawn = bootstrap(
                gained,
                blocks(here.with_others(there)),
                np.arange(len(here) + len(there)) < len(here),
                np.concatenate([our_hits, their_hits]),
                chance=np.random.default_rng(SEED),
                draws=DRAWS,
                level=LEVEL,
            )
            told = f"({drawn.low:.3f} to {drawn.high:.3f})"
            what = f"precision gained over {name}, {words}"
            rows.append(row(what, round(drawn.value or 0, 3), told, met=None))
    return rows


def gained(is_ours: Flags, flags: Flags) -> float | None:
    """Give the difference of two shares."""
    one, other = share(flags[is_ours]), share(flags[~is_ours])
    return None if one is None or other is None else one - other


def rankings(name: str, way: Points, labels: Points) -> list[Row]:
    """Give how well a score tells those with a label nearby from those without."""
    rows = []
    found, _ = hits(way, labels.on_plane_m(), labels.at_us)
    for side, words in SIDES.items():
        mine = within(way, SCORING) & (way.side == side)
        if found[mine].any() and not found[mine].all():
            drawn = bootstrap(
                auc,
                blocks(way.where(mine)),
                way.score[mine],
                found[mine],
                chance=np.random.default_rng(SEED),
                draws=DRAWS,
                level=LEVEL,
            )
            told = (
                f"({drawn.low:.3f} to {drawn.high:.3f}); {int(found[mine].sum())} of "
                f"{int(mine.sum())} have a label"
            )
            what = f"area under ROC, {words}, {name}"
            rows.append(row(what, round(drawn.value or 0, 3), told, met=None))
    return rows


# -------------------------------------------------------------------------------- choosing DBSCAN
def grid(heat: Points, labels: Points, held_by: HeldBy) -> list[dict[str, float]]:
    """Give every setting's F1 on the days for choosing: the mean over the two sides."""
    found = []
    for eps_m, least in itertools.product(EPS_M, MIN_SAMPLES):
        clusters = sided(clusters_of(heat, eps_m, least), held_by)
        marks = []
        for side in ("RU", "UA"):
            mine = clusters.where(within(clusters, CHOOSING) & (clusters.side == side))
            asked = labels.where(within(labels, CHOOSING) & (labels.side == side))
            marks.append(matched(mine, asked).f1 or 0.0)
        found.append({"eps_m": eps_m, "min_samples": least, "f1": round(float(np.mean(marks)), 4)})
    return found


def main() -> int:
    """Replay, compare, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    here = Path(__file__).resolve().parents[1]
    parser.add_argument("--data", type=Path, default=here.parent / "shared" / "data")
    folder = parser.parse_args().data
    if not (folder / "firms").is_dir():
        print(f"no real data at {folder}; docs/reference/feeds.md says what belongs there")
        return CANNOT
    records, summary, held_by, labels = replayed(folder)
    labels = sided(labels, held_by)
    pixels = [
        one for one in records["observations"] if one["means"] == Means.SATELLITE_THERMAL.value
    ]
    frp_mw = np.array([dict(one["measures"]).get("frp_kw", 0) / 1000 for one in pixels])
    heat = sided(
        points(
            [one["place"]["longitude_e7"] for one in pixels],
            [one["place"]["latitude_e7"] for one in pixels],
            [one["began_us"] for one in pixels],
            frp_mw.tolist(),
        ),
        held_by,
    )
    incidents = sided(
        points(
            [one["place"]["longitude_e7"] for one in records["incidents"]],
            [one["place"]["latitude_e7"] for one in records["incidents"]],
            [one["ended_us"] for one in records["incidents"]],
            [one["probability_ppm"] / PPM for one in records["incidents"]],
        ),
        held_by,
    )
    industrial = {
        seen
        for one in records["incidents"]
        if any(item["reason"]["code"] == "industrial_site" for item in one["evidence"])
        for seen in one["observations"]
    }
    of_works = np.array(
        [row_id("o", one["document_sha256"], one["line"]) in industrial for one in pixels]
    )
    alerts = [(one["area"], one["began_us"], one["ended_us"]) for one in records["alerts"]]
    pointed = points_of(heat, frp_mw, read_areas(), alerts)
    tried = grid(heat, labels, held_by)
    best = max(tried, key=lambda one: one["f1"])
    ours = incidents.where(incidents.score >= 0.5)
    others = {
        "every fire of ours": incidents,
        "every detection": heat,
        "every detection but of works": heat.where(~of_works),
        f"DBSCAN ({best['eps_m']:g} m, {best['min_samples']:g})": sided(
            clusters_of(heat, best["eps_m"], int(best["min_samples"])), held_by
        ),
        **{
            f"points rule, {level}": pointed.where(pointed.score >= least)
            for level, least in LEVELS.items()
        },
    }
    ways = {"ours at p >= 0.5": ours, **others}
    worlds = placebos(labels, SCORING, held_by)
    rows = noticing(summary)
    for name, way in ways.items():
        rows += rows_of_method(name, way, labels, SCORING, worlds)
    for name, way in ways.items():
        rows += one_to_one(name, way, labels)
    for name, way in others.items():
        rows += differences(ours, name, way, labels)
    for name, way in (
        ("ours by probability", incidents),
        ("detections by power", heat),
        ("detections by points", pointed),
    ):
        rows += rankings(name, way, labels)
    rows += works(heat, of_works, labels)
    for least in THRESHOLDS:
        listed = incidents.where(incidents.score >= least)
        name = f"threshold p >= {least:.2f}"
        rows += rows_of_method(name, listed, labels, SCORING, worlds)
    for within_m in WIDER_M:
        for name in ("ours at p >= 0.5", "every detection", "every detection but of works"):
            wide = f"{name}, within {within_m / 1000:g} km"
            rows += rows_of_method(wide, ways[name], labels, SCORING, worlds, within_m=within_m)
    easter = run.read_terms(run.packaged_agreement("easter-2026.toml")).agreement.readings[0]
    truce = easter.start.not_before_us, easter.end.not_after_us if easter.end else SCORING[1]
    worlds = placebos(labels, truce, held_by)
    for name in ("ours at p >= 0.5", "every detection", "every detection but of works"):
        rows += rows_of_method(f"{name}, in the truce", ways[name], labels, truce, worlds)
    show(rows)
    keep("easter", "python benchmarks/bench_easter.py", rows, dbscan_grid=tried)
    return 0


def works(heat: Points, is_works: Flags, labels: Points) -> list[Row]:
    """Give how much of the heat is of works that always burn: of all, and of that near a label."""
    found, _ = hits(heat, labels.on_plane_m(), labels.at_us)
    rows = []
    for side, words in SIDES.items():
        mine = within(heat, SCORING) & (heat.side == side)
        for which, chosen in (("all detections", mine), ("those near a label", mine & found)):
            if chosen.any():
                told = f"{int(is_works[chosen].sum())} of {int(chosen.sum())}"
                what = f"heat of works, {words}, of {which}"
                rows.append(row(what, round(float(is_works[chosen].mean()), 3), told, met=None))
    return rows


def noticing(summary: dict[str, Any]) -> list[Row]:
    """Give how likely a satellite notices one effect of munitions in a cell, on a day."""
    return [
        row(
            f"chance that satellites notice one effect in a cell on a day, {SIDES[one['held_by']]}",
            round(one["detection_most_ppm"] / PPM, 3),
            f"at best; {one['detection_least_ppm'] / PPM:.3f} at worst",
            met=None,
        )
        for one in summary["sides"]
        if one["held_by"] in SIDES and one["detection_least_ppm"] is not None
    ]


if __name__ == "__main__":
    sys.exit(main())
