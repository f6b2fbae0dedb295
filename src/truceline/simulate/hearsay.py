"""What is said in public: own words, and other people's words in another coat."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from truceline.simulate.onlookers import (
    CHANNEL,
    DAY_US,
    FOLLOWER,
    LEADER,
    LOCAL,
    SENSOR,
    SIDE_A,
    SIDE_B,
    Bools,
    Crowd,
    Floats,
    Ground,
    Ints,
)

HOUR_US = 3_600_000_000
NOT_SAID = -1
OBSERVATION, COPY, INVENTION, CLUTTER = 0, 1, 2, 3
VERBATIM, PARAPHRASE, TRANSLATION = 0, 1, 2
MODES = np.array([0.4, 0.35, 0.25])
OWN_EDIT = 0.06
HAS_MEDIA, MEDIA_KEPT = 0.4, 0.7
WRONG_ENTITY, RIGHT_PLACE, COUNT_ERROR = 0.15, 0.65, 1.5
CLAIM_DROPPED, TAGGED, FOLLOWS_A_COPY = 0.03, 0.5, 0.25
RADII_95 = 2.4477  # radius that holds 95 % of a round Gaussian, in standard deviations
GRID = 20
SYLLABLES = np.array([
    ["ba", "den", "ko", "ri", "sul", "mar", "tev", "lo", "nis", "gra", "vo", "ke"],
    ["shy", "orm", "uz", "ye", "thal", "pim", "dro", "ax", "fen", "whi", "jo", "cul"],
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports as columns of one length; `said` holds entity, number, place, minute (-1: not said).

    `words` is the choice of opening, verb and closing, `language` 0 or 1, `parent` the row that
    was copied or -1, `incident` the candidate that was truly seen or -1.
    """

    source: Ints
    candidate: Ints
    claim: Ints
    published_us: Ints
    east_m: Ints
    north_m: Ints
    radius_95_m: Ints
    said: Ints
    media_hash: Ints
    language: Ints
    words: Ints
    tag: Ints
    origin: Ints
    parent: Ints
    incident: Ints
    text: NDArray[np.str_]

    def take(self, rows: Ints) -> Reports:
        """Give the reports of these rows, in this order."""
        return Reports(*(getattr(self, field.name)[rows] for field in fields(self)))


def speak(
    chance: np.random.Generator,
    ground: Ground,
    crowd: Crowd,
    seen: Ints,
    trouble: tuple[float, float],
) -> Reports:
    """Publish what each source says by itself, at the place where it believes it was.

    `seen`, shape (candidates, sources), holds 0 nothing, 1 claims A, 2 claims B, 3 names nobody;
    `trouble` the share of human reports struck by jamming, and the degrees of freedom of place
    errors.
    """
    incident, source = (np.asarray(one, np.int64) for one in np.nonzero(seen))
    human = crowd.kind[source] != SENSOR
    lost, tail = trouble
    jammed = human & (chance.random(len(source)) < lost)
    scale_m = np.where(human, np.where(jammed, 10_000.0, 1_500.0), 300.0)
    off_m = chance.standard_t(tail, (len(source), 2)) * scale_m[:, None]
    late_us = chance.exponential(np.where(crowd.role[source] == LEADER, 1.0, 2.5)) * HOUR_US
    candidate = _attach(ground, incident, off_m, human)
    exists = ground.truth[incident] > 0
    said = _say(chance, ground, incident, np.where(jammed, 4.0, 1.0), exists)
    said[~human] = NOT_SAID
    language = np.where(crowd.side == SIDE_B, 1, chance.integers(0, 2, len(crowd.side)))
    language[crowd.side == SIDE_A] = 0
    media = chance.integers(1, 2**62, len(source))
    has_media = (crowd.kind[source] == CHANNEL) & (chance.random(len(source)) < HAS_MEDIA)
    claim = seen[incident, source] % 3
    return Reports(
        source=source,
        candidate=candidate,
        claim=claim,
        published_us=ground.at_us[incident] + late_us.astype(np.int64),
        east_m=(ground.east_m[incident] + off_m[:, 0]).astype(np.int64),
        north_m=(ground.north_m[incident] + off_m[:, 1]).astype(np.int64),
        radius_95_m=(RADII_95 * scale_m).astype(np.int64),
        said=said,
        media_hash=np.where(has_media, media, 0),
        language=language[source],
        words=chance.integers(0, 24, (len(source), 3)),
        tag=np.full(len(source), NOT_SAID),
        origin=np.where(exists, OBSERVATION, np.where(human, INVENTION, CLUTTER)),
        parent=np.full(len(source), NOT_SAID),
        incident=np.where(exists, incident, NOT_SAID),
        text=np.full(len(source), "", "U1"),
    )


def _attach(ground: Ground, incident: Ints, off_m: Floats, human: Bools) -> Ints:
    """Put each human report on the candidate nearest to where it says it was, within the day."""
    us_per_m = DAY_US / 50_000
    cells = np.column_stack([ground.east_m, ground.north_m, ground.at_us / us_per_m])
    where = cells[incident]
    where[:, :2] += off_m
    _, nearest = cKDTree(cells).query(where)
    return np.where(human, nearest, incident).astype(np.int64)


def _say(
    chance: np.random.Generator, ground: Ground, incident: Ints, blur: Floats, exists: Bools
) -> Ints:
    """Give entity, number, place and minute as each source tells them; -1 is not told."""
    n = len(incident)
    wrong = ~exists | (chance.random(n) < WRONG_ENTITY)
    entity = np.where(wrong, chance.integers(0, 200, n), ground.entity[incident])
    near = count_about(chance, ground.count[incident])
    number = np.where(exists, near, np.ceil(chance.pareto(1.2, n) * 4) % 97 + 1)
    step = np.where(chance.random(n) < RIGHT_PLACE, 0, chance.integers(-1, 2, n)) * np.ceil(blur)
    column = np.clip(ground.east_m[incident] / 300_000 * GRID + step, 0, GRID - 1)
    row = np.clip(ground.north_m[incident] / 150_000 * GRID + step, 0, GRID - 1)
    minute = (ground.at_us[incident] % DAY_US) / 60e6 + chance.normal(0, 12, n) * blur
    rounding = chance.choice([1, 5, 15, 30], n, p=[0.25, 0.35, 0.2, 0.2])
    minute = np.rint(minute / rounding) * rounding % 1440
    said = np.column_stack([entity, number, row.astype(int) * GRID + column.astype(int), minute])
    said[chance.random((n, 4)) > np.array([0.35, 0.6, 0.95, 0.8])] = NOT_SAID
    return said.astype(np.int64)


def count_about(chance: np.random.Generator, count: Ints) -> Floats:
    """Give the numbers, at least 1, that people tell where so many arrived."""
    return np.maximum(1, count + np.rint(chance.normal(0, COUNT_ERROR, len(count))))


def pass_on(
    chance: np.random.Generator, crowd: Crowd, spoken: Reports, copy_rate: float, ring_rate: float
) -> Reports:
    """Add the copies that followers, the ring and now and then a local channel make, in time order.

    A source that copies does not also publish its own observation of that candidate.
    """
    copies = _copies(chance, crowd, spoken, copy_rate, ring_rate)
    key = np.int64(len(crowd.names))
    silent = np.isin(spoken.candidate * key + spoken.source, copies.candidate * key + copies.source)
    silent[copies.parent] = False
    kept = np.flatnonzero(~silent)
    place = np.full(len(spoken.source), NOT_SAID)
    place[kept] = np.arange(len(kept))
    copies = replace(copies, parent=place[copies.parent])
    mine = spoken.take(kept)
    both = Reports(
        *(np.concatenate([getattr(one, f.name) for one in (mine, copies)]) for f in fields(mine))
    )
    both = _chain(chance, both, len(kept))
    order = np.lexsort((np.arange(len(both.source)), both.published_us))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    both = both.take(order)
    parent = np.where(both.parent >= 0, rank[both.parent], NOT_SAID)
    return replace(both, parent=parent, text=_write(both, crowd.kind[both.source] != SENSOR))


def _copies(
    chance: np.random.Generator, crowd: Crowd, spoken: Reports, copy_rate: float, ring_rate: float
) -> Reports:
    """Draw who copies which leader's report, how, and how much later."""
    leaders = np.flatnonzero(crowd.role == LEADER)
    operator = leaders[chance.integers(0, len(leaders))]
    told = np.flatnonzero(crowd.role[spoken.source] == LEADER)
    rate = np.zeros((len(crowd.names), len(crowd.names)))
    for leader in leaders:
        rate[leader, (crowd.role == FOLLOWER) & (crowd.side == crowd.side[leader])] = copy_rate
        rate[leader, crowd.role == LOCAL] = 0.05
    if ring_rate:
        rate[operator, crowd.role == LOCAL] = ring_rate
    hit, copier = np.nonzero(
        chance.random((len(told), len(crowd.names))) < rate[spoken.source[told]]
    )
    parent = told[hit]
    n = len(parent)
    copy = spoken.take(parent)
    mode = chance.choice(3, n, p=MODES)
    edited = chance.random((n, 4)) < OWN_EDIT
    other = spoken.said[chance.integers(0, len(spoken.source), n)]
    same_hash = chance.random(n) < MEDIA_KEPT
    has_media = (copy.media_hash > 0) & (chance.random(n) < np.array([0.7, 0.4, 0.5])[mode])
    fresh = chance.integers(1, 2**62, n)
    words = np.where((mode == VERBATIM)[:, None], copy.words, chance.integers(0, 24, (n, 3)))
    return replace(
        copy,
        source=copier.astype(np.int64),
        claim=np.where(chance.random(n) < CLAIM_DROPPED, 0, copy.claim),
        published_us=copy.published_us + (chance.exponential(3, n) * HOUR_US).astype(np.int64) + 1,
        said=np.where(edited, other, copy.said),
        media_hash=np.where(has_media, np.where(same_hash, copy.media_hash, fresh), 0),
        language=np.where(mode == TRANSLATION, 1 - copy.language, copy.language),
        words=words,
        tag=np.where(chance.random(n) < TAGGED, chance.integers(0, 24, n), NOT_SAID),
        origin=np.full(n, COPY),
        parent=parent,
    )


def _chain(chance: np.random.Generator, both: Reports, originals: int) -> Reports:
    """Let a quarter of the copies point to the copy before them instead of the leader's report."""
    copies = np.arange(originals, len(both.source))
    order = copies[np.lexsort((both.published_us[copies], both.parent[copies]))]
    follows = np.concatenate([[False], both.parent[order][1:] == both.parent[order][:-1]])
    moved = follows & (chance.random(len(order)) < FOLLOWS_A_COPY)
    parent = both.parent.copy()
    parent[order[moved]] = order[np.flatnonzero(moved) - 1]
    return replace(both, parent=parent)


def _word(number: Ints, language: Ints, syllables: int) -> NDArray[np.str_]:
    """Spell numbers as words of one of two languages."""
    word = np.full(len(number), "", "U24")
    for _ in range(syllables):
        word = np.char.add(word, SYLLABLES[language, number // 7 % 12])
        number = (number * 7_919 + 12_345) % 100_003
    return word


def _write(reports: Reports, human: Bools) -> NDArray[np.str_]:
    """Write each report in a small language of templates; sensors write nothing."""
    tongue = reports.language
    opening, verb, closing = (reports.words[:, one] + 31 * one for one in range(3))
    entity, number, place, minute = reports.said.T
    parts = [
        _word(opening * 7919, tongue, 6),
        _word(entity * 1049 + 3, tongue, 3),
        _word(verb * 6151, tongue, 6),
        _word(place * 389 + 11, tongue, 3),
        np.char.mod("%d", minute // 60),
        np.char.mod("%02d", minute % 60),
        np.char.mod("%d", number),
        _word(closing * 3079, tongue, 8),
        _word(reports.tag * 12289, tongue, 3),
    ]
    said = [None, entity, None, place, minute, minute, number, None, reports.tag]
    shown = [
        part if value is None else np.where(value == NOT_SAID, "", part)
        for part, value in zip(parts, said, strict=True)
    ]
    joined = pc.binary_join_element_wise(*(pa.array(one.tolist()) for one in shown), " ")
    return np.where(human, np.array(joined.to_pylist()), "")
