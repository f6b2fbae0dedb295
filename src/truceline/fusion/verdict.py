"""From evidence to probability, and from probability to what may be said of a party.

The ledger holds whole millibans, row by row, and the probabilities are made from their sums: who
adds the rows up gets exactly what is published.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from truceline.fusion.panel import CHANNEL, NO_LOOK, SILENT, Bools, Floats, Ints, Panel
from truceline.fusion.reliability import BY_A, BY_B, NOTHING, Reliability, log_chances

MILLIBANS_PER_NAT = 1000 / np.log(10)
STANDARD = 0.95
# The bound that must hold with both priors halved against the accused, and with silence read
# either way: reporting rates in real incidents e times up or down.
LOWER_STANDARD = 0.85
PRIOR_FACTOR = 2.0
SILENCE_SHIFT = 1.0
STILL_LIKELY = 3.0
INDEPENDENT_GROUPS = 2
SUPPORTS_MILLIBANS = 100
REASONS = (
    "ATTRIBUTED", "BELOW_STANDARD", "NO_COVERAGE", "NO_PHYSICAL_EVIDENCE",
    "DEPENDENT_SOURCES_ONLY", "MODEL_DISAGREEMENT", "CONFLICTING",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ledger:
    """Weight of evidence for an incident by A, and by B, each against nothing, in millibans.

    Attributes:
        a, b: Shape (candidates, sources + 3). One column a source, then what silence that all
            people share adds, then the details of the accounts, then the prior. A source without
            a look has 0.
    """

    a: Ints
    b: Ints

    def chances(self) -> tuple[Floats, Floats, Floats]:
        """Give the probabilities of nothing, A and B: of the sums of the rows, and only of them."""
        return _chances(self.a.sum(axis=1), self.b.sum(axis=1))


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What may be said.

    Attributes:
        party: 0 undetermined, 1 A, 2 B: by the whole rule.
        at_standard: The same by the probability and its lower bound alone.
        reason: Index into `REASONS`: the first demand that was not met.
        lower: Lower bound of the probability of the likelier party.
    """

    party: Ints
    at_standard: Ints
    reason: Ints
    lower: Floats


def _chances(a: Ints | Floats, b: Ints | Floats) -> tuple[Floats, Floats, Floats]:
    top = np.maximum(np.maximum(a, b), 0)
    nothing, odds_a, odds_b = (10.0 ** ((one - top) / 1000) for one in (0, a, b))
    total = nothing + (odds_a + odds_b)
    return nothing / total, odds_a / total, odds_b / total


def make_ledger(panel: Panel, what: Reliability, weight: Floats, details: Floats) -> Ledger:
    """Write every candidate's ledger.

    `weight`, shape (candidates, sources), is how much of each source's word counts, from 0 to 1;
    `details` is what the details of its accounts add for each candidate, in nats.
    """
    nothing, a_open, a_hushed, b_open, b_hushed = (one * weight for one in log_chances(panel, what))
    sides = []
    for party, open_, hushed in ((BY_A, a_open, a_hushed), (BY_B, b_open, b_hushed)):
        rows = open_ - nothing
        together = np.log(
            (1 - what.hushed) + what.hushed * np.exp((hushed - open_).sum(axis=1).clip(-50, 50))
        )
        prior = np.full(len(rows), np.log(what.exist[party] / what.exist[NOTHING]))
        nats = np.column_stack([rows, together, details, prior])
        sides.append(np.rint(nats * MILLIBANS_PER_NAT).astype(np.int64))
    return Ledger(*sides)


def shift_silence(what: Reliability, logits: float) -> Reliability:
    """Let people report real incidents more (or less, below 0) often than was learned."""
    human = what.human.copy()
    silent = human[:, BY_A:, SILENT].clip(1e-9, 1 - 1e-9)
    moved = 1 / (1 + (1 - silent) / silent * np.exp(logits))
    human[:, BY_A:, SILENT] = moved
    human[:, BY_A:, SILENT + 1 :] *= ((1 - moved) / (1 - silent))[:, :, None]
    return replace(what, human=human)


def decide(
    panel: Panel, what: Reliability, weight: Floats, details: Floats, groups: Ints
) -> Verdicts:
    """Accuse a party only where nothing single carries the accusation.

    Demanded, in this order: P(party) reaches the standard; somebody looked; two groups of sources
    that are independent of one another speak for it, one of them physical (an instrument, or a
    patrol that stood there); the lower bound holds over the range of priors and of silence; the
    verdict stands without any one group; and it is still three times as likely as anything else
    if the strongest single item is false.

    In `groups`, shape (sources,), sources that habitually share their origin have one number.
    """
    ledger = make_ledger(panel, what, weight, details)
    _, p_a, p_b = ledger.chances()
    accused = np.where(p_a > p_b, BY_A, np.where(p_b > p_a, BY_B, 0))
    mine = np.where((accused == BY_B)[:, None], ledger.b, ledger.a)
    other = np.where((accused == BY_B)[:, None], ledger.a, ledger.b)
    lower = np.minimum.reduce(
        [
            _bound(make_ledger(panel, shift_silence(what, way), weight, details), accused)
            for way in (-SILENCE_SHIFT, 0.0, SILENCE_SHIFT)
        ]
    )
    two, physical = _supported(panel, mine, groups)
    likely, bounded = np.maximum(p_a, p_b) >= STANDARD, lower >= LOWER_STANDARD
    looked = (panel.said != NO_LOOK).any(axis=1)
    demands = (likely, looked, physical, two, bounded, _stands(mine, other, len(groups)))
    met = np.stack([*demands, np.ones(len(mine), np.bool_)])
    reason = np.where(met.all(axis=0), 0, np.argmin(met, axis=0) + 1)
    return Verdicts(
        party=np.where(reason == 0, accused, 0),
        at_standard=np.where(likely & bounded, accused, 0),
        reason=reason,
        lower=lower,
    )


def _bound(ledger: Ledger, accused: Ints) -> Floats:
    """Give P(accused) with its odds divided by the factor against either alternative."""
    a, b = ledger.a.sum(axis=1), ledger.b.sum(axis=1)
    mine, other = np.where(accused == BY_B, b, a), np.where(accused == BY_B, a, b)
    against = 10.0 ** ((other - mine) / 1000) + 10.0 ** (-mine / 1000)
    return np.asarray(1 / (1 + PRIOR_FACTOR * against))


def _supported(panel: Panel, mine: Ints, groups: Ints) -> tuple[Bools, Bools]:
    """Tell whether two groups speak for the accusation, and whether something physical does.

    Only what was said counts here, and only if it adds a deciban; silence never does.
    """
    weighty = mine[:, : len(groups)] >= SUPPORTS_MILLIBANS
    for_it = weighty & (panel.said > SILENT)
    heard = np.zeros((len(mine), int(groups.max(initial=0)) + 1), np.bool_)
    for source, group in enumerate(groups):
        heard[:, group] |= for_it[:, source]
    present = for_it[:, panel.kind != CHANNEL].any(axis=1)
    return np.asarray(heard.sum(axis=1) >= INDEPENDENT_GROUPS), np.asarray(present)


def _stands(mine: Ints, other: Ints, sources: int) -> Bools:
    """Tell whether the verdict outlives the loss of any one cluster, and a false strongest item.

    On the panel a cluster of copies is one report, so that to leave a source out leaves out all
    who repeated it.
    """
    total, against = mine.sum(axis=1)[:, None], other.sum(axis=1)[:, None]
    left, rival = total - mine[:, :sources], against - other[:, :sources]
    stands = (10.0 ** ((rival - left) / 1000) + 10.0 ** (-left / 1000) <= 1.0).all(axis=1)
    strongest = np.minimum(mine, mine - other)[:, :sources].argmax(axis=1)
    rows = np.arange(len(mine))
    left = left[rows, strongest] - mine[:, -1]
    rival = rival[rows, strongest] - other[:, -1]
    enough = np.log10(STILL_LIKELY) * 1000
    return np.asarray(stands & (np.minimum(left, left - rival) >= enough))
