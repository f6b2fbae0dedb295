"""Which reports are one report in several coats, found without being told who is partisan.

Pairs of reports of one candidate are compared field by field: text, media, entity, number, place,
minute, and how much later one came. How often copies and independent reports agree in each field
is learned from the stream (Fellegi and Sunter 1969, by EM), and how often two sources share an
origin is learned with it. The party that a report names is never looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from truceline.fusion.minhash import near_duplicates, pairs_within
from truceline.fusion.panel import Bools, Floats, Ints

FIELDS = ("text", "media_hash", "said_entity", "said_number", "said_place", "said_minute", "delay")
MISSING, DIFFERENT, SAME, SAME_RARE, SAME_ODD = 0, 1, 2, 3, 4
LEVELS = 5
RARE_SHARE, ODD_SHARE = 0.01, 0.002
HOUR_US = 3_600_000_000
DELAYS_US = (HOUR_US, 3 * HOUR_US, 9 * HOUR_US)
SWEEPS = 25
# Chance of different, same and same-and-rare, for copies and for independent reports, before the
# stream speaks, and its weight in pairs; delays start without an opinion.
BEFORE_COPY = (0.1, 0.3, 0.3, 0.3)
BEFORE_APART = (0.8, 0.14, 0.04, 0.02)
BEFORE_TEXT = (0.6, 0.2, 0.2, 1e-6), (0.98, 0.01, 0.01, 1e-6)
BEFORE_PAIRS = 50.0
SHARED_BEFORE, SHARED_PAIRS = 0.2, 8.0
LINKED = 0.8
NEARLY_VERBATIM = 0.8
DELAY = FIELDS.index("delay")


@dataclass(frozen=True, slots=True)
class Copies:
    """What was found; the columns of reports are in the order of the table that was given.

    Attributes:
        cluster: Id of each report's cluster: the smallest report id in it.
        copied: Whether an earlier report stands for it.
        chance: Chance that it shares its origin with another report: of its strongest pair.
        first, second: Rows of the pairs compared, the earlier report first.
        shared: Chance of each pair to be of one origin.
        level: Shape (pairs, fields): MISSING, DIFFERENT, SAME or SAME_RARE.
    """

    cluster: Ints
    copied: Bools
    chance: Floats
    first: Ints
    second: Ints
    shared: Floats
    level: Ints


def mask_parties(texts: Sequence[str], names: Sequence[str]) -> list[str]:
    """Replace the parties' names by one word, so that who is accused plays no role."""
    masked = list(texts)
    for name in sorted(names, key=lambda one: (-len(one), one)):
        masked = [text.replace(name, "PARTY") for text in masked]
    return masked


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of reports of one candidate, compared field by field.

    Attributes:
        names, published_us: Id and time of every report, in the order of the table.
        candidate: Candidate of each pair.
        first, second: Rows of each pair, the earlier report first.
        one, other: Numbers of their sources.
        level: Shape (pairs, fields): MISSING, DIFFERENT, SAME, SAME_RARE or SAME_ODD.
    """

    names: Ints
    published_us: Ints
    candidate: Ints
    first: Ints
    second: Ints
    one: Ints
    other: Ints
    level: Ints


def compare_reports(reports: pa.Table, party_names: Sequence[str] = ()) -> Compared:
    """Compare all reports of one candidate by different sources, pair by pair.

    Args:
        reports: report, source, candidate, published_us, text, media_hash (0: none), said_entity,
            said_number, said_place, said_minute (-1: not said).
        party_names: Words that name a party in the texts.
    """
    published = np.asarray(reports["published_us"].to_numpy(), np.int64)
    names = np.asarray(reports["report"].to_numpy(), np.int64)
    candidate = np.asarray(reports["candidate"].to_numpy(), np.int64)
    _, source = np.unique(np.array(reports["source"].to_pylist(), np.str_), return_inverse=True)
    order = np.lexsort((names, published, candidate))
    texts = mask_parties(reports["text"].to_pylist(), party_names)
    rows = order[_speaks(reports, texts)[order]]
    early, late = pairs_within(candidate[rows])
    first, second = rows[early], rows[late]
    apart = source[first] != source[second]
    first, second = first[apart], second[apart]
    ranked = np.lexsort((names[second], names[first]))
    first, second = first[ranked], second[ranked]
    level = _levels(reports, texts, first, second, published[second] - published[first])
    return Compared(
        names, published, candidate[first], first, second, source[first], source[second], level
    )


def settle_copies(compared: Compared, exists: Floats) -> Copies:
    """Decide which reports count once, given how likely each candidate is an incident.

    Independent accounts of one incident agree in much, independent inventions in little: what
    agreement means depends on the truth, and `exists` holds what is known of it so far.
    """
    shared = _same_origin(compared.level, compared.one, compared.other, exists[compared.candidate])
    first, second = compared.first, compared.second
    cluster, copied = _gather(
        compared.names, compared.published_us, first, second, shared >= LINKED
    )
    chance = np.zeros(len(compared.names))
    np.maximum.at(chance, first, shared)
    np.maximum.at(chance, second, shared)
    return Copies(cluster, copied, chance, first, second, shared, compared.level)


def _speaks(reports: pa.Table, texts: Sequence[str]) -> Bools:
    """Mark reports with any content that could be copied; instruments have none."""
    wordy = np.array([bool(text) for text in texts], np.bool_)
    wordy |= reports["media_hash"].to_numpy() != 0
    for field in FIELDS[2:6]:
        wordy |= reports[field].to_numpy() >= 0
    return wordy


def _levels(
    reports: pa.Table, texts: Sequence[str], first: Ints, second: Ints, delay_us: Ints
) -> Ints:
    """Compare pairs field by field: shape (pairs, fields)."""
    level = np.zeros((len(first), len(FIELDS)), np.int64)
    one, other, alike = near_duplicates(texts)
    size = np.int64(max(len(texts), 1))
    key = np.minimum(first, second) * size + np.maximum(first, second)
    near = np.minimum(one, other) * size + np.maximum(one, other)
    both = np.array([bool(text) for text in texts], np.bool_)
    same = np.where(np.isin(key, near[alike >= NEARLY_VERBATIM]), SAME_RARE, SAME)
    level[:, 0] = np.where(np.isin(key, near), same, DIFFERENT)
    level[~(both[first] & both[second]), 0] = MISSING
    for column, field in enumerate(FIELDS[1:6], start=1):
        value = np.asarray(reports[field].to_numpy(), np.int64)
        said = value > 0 if field == "media_hash" else value >= 0
        _, which, count = np.unique(value, return_inverse=True, return_counts=True)
        common = (count / max(said.sum(), 1))[which][first]
        agreed = SAME_ODD - np.searchsorted([ODD_SHARE, RARE_SHARE], common, side="right")
        level[:, column] = np.where(value[first] == value[second], agreed, DIFFERENT)
        level[~(said[first] & said[second]), column] = MISSING
    level[:, DELAY] = np.searchsorted(DELAYS_US, delay_us)
    return level


def _same_origin(level: Ints, one: Ints, other: Ints, there: Floats) -> Floats:
    """Give each pair's chance to be of one origin, by EM over fields and pairs of sources.

    How often independent reports agree, and how often two sources share an origin, is learned
    apart for nothing and for incidents; `there` is each pair's chance to be about an incident.
    """
    size = int(max(one.max(initial=0), other.max(initial=0))) + 1
    _, duo = np.unique(np.minimum(one, other) * size + np.maximum(one, other), return_inverse=True)
    before = _before()
    duos = int(duo.max(initial=-1)) + 1
    sure = np.stack([1 - there, there])
    shared = np.full((2, len(level)), SHARED_BEFORE)
    copies, apart = before[0], np.stack([before[1], before[1]])
    rate = np.full((2, duos), SHARED_BEFORE)
    columns = np.arange(len(FIELDS))
    for _ in range(SWEEPS):
        for truth in range(2):
            weight = np.log(copies / apart[truth])[columns, level].sum(axis=1)
            odds = np.log(rate[truth] / (1 - rate[truth]))[duo] + weight
            shared[truth] = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
            rate[truth] = _rates(duo, duos, sure[truth], shared[truth])
            apart[truth] = _agreement(level, sure[truth] * (1 - shared[truth]), before[1])
        copies = _agreement(level, (sure * shared).sum(axis=0), before[0])
    return np.asarray((sure * shared).sum(axis=0))


def _rates(duo: Ints, duos: int, sure: Floats, shared: Floats) -> Floats:
    """Learn how often each two sources share an origin, drawn towards what all do."""
    overall = (sure @ shared + SHARED_BEFORE * BEFORE_PAIRS) / (sure.sum() + BEFORE_PAIRS)
    copied = np.bincount(duo, sure * shared, duos) + SHARED_PAIRS * overall
    return np.asarray(copied / (np.bincount(duo, sure, duos) + SHARED_PAIRS))


def _before() -> Floats:
    """Give the chances of each level before the stream: shape (2, fields, levels); missing is 1."""
    before = np.ones((2, len(FIELDS), LEVELS))
    for which, chances in enumerate((BEFORE_COPY, BEFORE_APART)):
        before[which, :, DIFFERENT:] = chances
        before[which, 0, DIFFERENT:] = BEFORE_TEXT[which]
    before[:, DELAY] = 1 / LEVELS
    return before


def _agreement(level: Ints, weight: Floats, before: Floats) -> Floats:
    """Learn how often reports agree in each field, of the pairs so weighted."""
    agree = before.copy()
    for field in range(len(FIELDS)):
        found = np.bincount(level[:, field], weight, LEVELS) + BEFORE_PAIRS * before[field]
        start = 0 if field == DELAY else DIFFERENT
        agree[field, start:] = found[start:] / found[start:].sum()
    return agree


def _gather(
    names: Ints, published: Ints, first: Ints, second: Ints, linked: Bools
) -> tuple[Ints, Bools]:
    """Join linked pairs to clusters; in each all but the earliest report are copies."""
    n = len(names)
    graph = coo_matrix((np.ones(linked.sum()), (first[linked], second[linked])), shape=(n, n))
    _, group = connected_components(graph, directed=False)
    order = np.lexsort((names, published, group))
    leads = np.ones(n, np.bool_)
    leads[order[1:]] = group[order[1:]] != group[order[:-1]]
    smallest = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(smallest, group, names)
    return smallest[group], ~leads
