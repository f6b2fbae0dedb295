"""Which sources share their origins, and the evidence for it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from truceline.fusion.copies import FIELDS, MISSING, SAME, Copies
from truceline.fusion.panel import SENSOR, SILENT, Floats, Ints, Panel, index_of
from truceline.fusion.reliability import Belief, Reliability

# Sources that share the origin of this share of what they both report are one group.
HABIT = 0.3
FEWEST_PAIRS = 10
HALF = 0.5
TINY = 1e-12


def dependence(copies: Copies, source: Ints, names: tuple[str, ...], lifted: Floats) -> pa.Table:
    """Say of every two sources how far they share their origins.

    `source` is for each report its source's place in `names`; `lifted` is what `lift` gave.

    Returns:
        source, other (the one that is later more often), pairs (reports of both on one candidate),
        rho (share of the pairs with one origin), later (how often `other` came second), lift, and
        for each field but delay the share of pairs of one origin that agree in it, NaN if unsaid.
    """
    one, other = source[copies.first], source[copies.second]
    size = len(names)
    duo = np.minimum(one, other) * size + np.maximum(one, other)
    keys, which = np.unique(duo, return_inverse=True)
    low, high = keys // size, keys % size
    pairs = np.bincount(which, minlength=len(keys))
    same = np.bincount(which, copies.shared, len(keys))
    high_later = np.bincount(which, copies.shared * (other == high[which]), len(keys))
    later = high_later / np.maximum(same, TINY)
    swap = later < HALF
    label = np.array(names, np.str_)
    table = {
        "source": label[np.where(swap, high, low)],
        "other": label[np.where(swap, low, high)],
        "pairs": pairs,
        "rho": same / pairs,
        "later": np.where(swap, 1 - later, later),
        "lift": lifted[low, high],
    }
    for column, field in enumerate(FIELDS[:-1]):
        said = copies.shared * (copies.level[:, column] != MISSING)
        weight = np.bincount(which, said, len(keys))
        agree = np.bincount(which, said * (copies.level[:, column] >= SAME), len(keys))
        table[field] = np.where(weight > 0, agree / np.maximum(weight, TINY), np.nan)
    return pa.table(table)


def habitual_groups(table: pa.Table, names: tuple[str, ...]) -> Ints:
    """Number the sources so that those that habitually share origins have one number."""
    strong = (table["rho"].to_numpy() >= HABIT) & (table["pairs"].to_numpy() >= FEWEST_PAIRS)
    one = index_of(names, table["source"], "dependence")[strong]
    other = index_of(names, table["other"], "dependence")[strong]
    graph = coo_matrix((np.ones(len(one)), (one, other)), shape=(len(names), len(names)))
    _, group = connected_components(graph, directed=False)
    return np.asarray(group, np.int64)


def lift(panel: Panel, what: Reliability, belief: Belief) -> Floats:
    """Compare how often two sources speak together with what the truth alone explains.

    The panel holds every report, copies too; reliability and belief were learned without them, or
    else copies would pass for the truth.

    Returns:
        Shape (sources, sources): observed over expected joint reports, 1 where they are
        independent given the truth; the diagonal and pairs of which little is expected are 1.
    """
    spoke = (panel.said > SILENT).astype(np.float64)
    looked = (panel.said >= SILENT).astype(np.float64)
    expected = np.zeros((len(panel.sources),) * 2)
    thinned = (belief.a_hushed + belief.b_hushed) * (1 - what.kept)
    loud = 1 - thinned / np.maximum(belief.a + belief.b, TINY)
    for truth, sure in enumerate((belief.nothing, belief.a, belief.b)):
        rates = looked * (1 - what.human[:, truth, SILENT])
        rates *= loud[:, None] if truth else 1.0
        for source in np.flatnonzero(panel.kind == SENSOR):
            which = 0 if truth else 1
            rates[:, source] = (
                looked[:, source] * what.detect[source, panel.condition[:, source], which]
            )
        expected += (rates * sure[:, None]).T @ rates
    ratio = np.where(expected > 1, (spoke.T @ spoke) / np.maximum(expected, 1), 1.0)
    np.fill_diagonal(ratio, 1.0)
    return ratio
