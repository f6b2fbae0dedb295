"""Which sources share their origins, and the evidence for it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from truceline.fusion.copies import FIELDS, MISSING, SAME, Copies
from truceline.fusion.panel import SENSOR, SILENT, Floats, Ints, Panel
from truceline.fusion.reliability import Belief, Reliability

# Sources that share the origin of this share of what they both report are one group.
HABIT = 0.3
FEWEST_PAIRS = 10
HALF = 0.5


def dependence(copies: Copies, source: Ints, names: tuple[str, ...]) -> pa.Table:
    """Say of every two sources how far they share their origins.

    `source` is for each report its source's place in `names`.

    Returns:
        source, other (the one that is later more often), pairs (reports of both on one candidate),
        rho (share of the pairs with one origin), later (how often `other` came second), and for
        each field but delay the share of pairs of one origin that agree in it, NaN where unsaid.
    """
    one, other = source[copies.first], source[copies.second]
    size = len(names)
    low, high = np.minimum(one, other), np.maximum(one, other)
    duo = low * size + high
    keys, which = np.unique(duo, return_inverse=True)
    pairs = np.bincount(which, minlength=len(keys)).astype(np.float64)
    same = np.bincount(which, copies.shared, len(keys))
    high_later = np.bincount(which, copies.shared * (other == high), len(keys))
    later = high_later / np.maximum(same, 1e-12)
    swap = later < HALF
    low, high = keys // size, keys % size
    label = np.array(names, np.str_)
    table = {
        "source": label[np.where(swap, high, low)],
        "other": label[np.where(swap, low, high)],
        "pairs": pairs.astype(np.int64),
        "rho": same / pairs,
        "later": np.where(swap, 1 - later, later),
    }
    for column, field in enumerate(FIELDS[:-1]):
        said = copies.level[:, column] != MISSING
        weight = np.bincount(which, copies.shared * said, len(keys))
        agree = np.bincount(which, copies.shared * (copies.level[:, column] >= SAME), len(keys))
        table[field] = np.where(weight > 0, agree / np.maximum(weight, 1e-12), np.nan)
    return pa.table(table)


def habitual_groups(copies: Copies, source: Ints, names: tuple[str, ...]) -> Ints:
    """Number the sources so that those that habitually share origins have one number."""
    table = dependence(copies, source, names)
    index = {name: place for place, name in enumerate(names)}
    strong = (table["rho"].to_numpy() >= HABIT) & (table["pairs"].to_numpy() >= FEWEST_PAIRS)
    one = np.array([index[name] for name in table["source"].to_pylist()], np.int64)[strong]
    other = np.array([index[name] for name in table["other"].to_pylist()], np.int64)[strong]
    graph = coo_matrix((np.ones(len(one)), (one, other)), shape=(len(names), len(names)))
    _, group = connected_components(graph, directed=False)
    return np.asarray(group, np.int64)


def lift(panel: Panel, what: Reliability, belief: Belief, weight: Floats) -> Floats:
    """Compare how often two sources speak together with what the truth alone explains.

    Returns:
        Shape (sources, sources): observed over expected joint reports, 1 where they are
        independent given the truth; the diagonal and pairs that nothing is expected of are 1.
    """
    spoke = np.where(panel.said > SILENT, weight, 0.0)
    looked = (panel.said >= SILENT).astype(np.float64)
    expected = np.zeros((len(panel.sources),) * 2)
    for truth, sure in enumerate((belief.nothing, belief.a, belief.b)):
        rate = 1 - what.human[:, truth, SILENT]
        rates = looked * rate
        for source in np.flatnonzero(panel.kind == SENSOR):
            which = 0 if truth else 1
            rates[:, source] = (
                looked[:, source] * (what.detect[source, panel.condition[:, source], which])
            )
        expected += (rates * sure[:, None]).T @ rates
    together = spoke.T @ spoke
    ratio = np.where(expected > 1, together / np.maximum(expected, 1), 1.0)
    np.fill_diagonal(ratio, 1.0)
    return ratio
