"""How far each source can be trusted, learned from the stream: EM anchored by physical sensors.

Truth of a candidate: nothing (0), an incident by party A (1) or by B (2). Each source has a table
of chances to stay silent, claim A, claim B or name nobody, given the truth (Dawid and Skene 1979);
physical sensors have the fixed form of a detector. Real incidents may be hushed: then all human
sources report less of them together. docs/explanation/reliability.md derives what is done here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from truceline.fusion.panel import (
    CLAIMS_A,
    CLAIMS_B,
    NO_LOOK,
    PATROL,
    SENSOR,
    SILENT,
    UNNAMED,
    Floats,
    Ints,
    Panel,
)

SWEEPS = 40
FEW_OVERLAPS = 20
NOTHING, BY_A, BY_B = 0, 1, 2
TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """What is believed before the stream speaks. Fitted on the seeds 100 to 119, see the page.

    Attributes:
        sensor_looks: Weight of what a sensor states about itself, in looks.
        channel, patrol: Chance to report when there is an incident, when there is none, and that
            a party is named, and rightly.
        human_looks: Weight of these, in candidates of each truth.
        hushed: Share of incidents about which people are silenced, and its weight in candidates.
        kept: Share of reports that are still made there, and its weight in reports.
    """

    sensor_looks: float = 20.0
    channel: tuple[float, float, float, float] = (0.3, 0.06, 0.85, 0.75)
    patrol: tuple[float, float, float, float] = (0.7, 0.03, 0.7, 0.9)
    human_looks: float = 12.0
    hushed: tuple[float, float] = (0.1, 60.0)
    kept: tuple[float, float] = (0.35, 60.0)


@dataclass(slots=True)
class Reliability:
    """What was learned: chances by source.

    Attributes:
        exist: Chance of nothing, A, B before any evidence.
        human: Shape (sources, 3, 4): chance to be silent, claim A, claim B, name nobody.
        detect: Shape (sources, conditions, 2): a sensor's chance to detect, to alarm falsely.
        cue: Shape (sources,): chance that a sensor's hint at a party is right.
        hushed, kept: Share of hushed incidents, and of reports still made there.
    """

    exist: Floats
    human: Floats
    detect: Floats
    cue: Floats
    hushed: float
    kept: float


@dataclass(frozen=True, slots=True)
class Belief:
    """Weight of each truth at each candidate: nothing; A open, A hushed; B open, B hushed."""

    nothing: Floats
    a_open: Floats
    a_hushed: Floats
    b_open: Floats
    b_hushed: Floats

    @property
    def a(self) -> Floats:
        """Probability that it was an incident by A."""
        return self.a_open + self.a_hushed

    @property
    def b(self) -> Floats:
        """Probability that it was an incident by B."""
        return self.b_open + self.b_hushed


def learn(
    panel: Panel, priors: Priors, weight: Floats | None = None, sweeps: int = SWEEPS
) -> tuple[Reliability, Belief]:
    """Learn every source's reliability and what is true, in a fixed number of sweeps.

    `weight`, shape (candidates, sources), is how much of each source's word counts, from 0 to 1;
    all of it if there is none.
    """
    counts = np.ones(panel.said.shape) if weight is None else weight
    what = _start(panel, priors)
    for _ in range(sweeps):
        belief = believe(panel, what, counts)
        what = _refit(panel, priors, what, belief, counts)
    return what, believe(panel, what, counts)


def prior_table(panel: Panel, priors: Priors) -> Floats:
    """Give every human source's chances before the stream: shape (sources, 3, 4)."""
    table = np.zeros((len(panel.sources), 3, 4))
    for source, kind in enumerate(panel.kind):
        reports, invents, named, right = priors.patrol if kind == PATROL else priors.channel
        for truth, mine in ((BY_A, CLAIMS_A), (BY_B, CLAIMS_B)):
            table[source, truth, CLAIMS_A + CLAIMS_B - mine] = reports * named * (1 - right)
            table[source, truth, mine] = reports * named * right
            table[source, truth, UNNAMED] = reports * (1 - named)
            table[source, truth, SILENT] = 1 - reports
        table[source, NOTHING] = (
            1 - invents, invents * named / 2, invents * named / 2, invents * (1 - named)
        )  # fmt: skip
    return table


def _start(panel: Panel, priors: Priors) -> Reliability:
    return Reliability(
        exist=np.array([0.5, 0.25, 0.25]),
        human=prior_table(panel, priors),
        detect=panel.stated.copy(),
        cue=np.full(len(panel.sources), 0.75),
        hushed=priors.hushed[0],
        kept=priors.kept[0],
    )


def log_chances(panel: Panel, what: Reliability) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Give log chances of what each source says, shape (candidates, sources), in `Belief`'s order.

    A look that was not had says nothing: its logarithm is 0.
    """
    out = []
    column = np.arange(len(panel.sources))
    sensor = panel.kind == SENSOR
    looked = panel.said != NO_LOOK
    said = np.where(looked, panel.said, SILENT)
    for truth in (NOTHING, BY_A, BY_B):
        table = what.human[:, truth, :]
        chance = table[column, said]
        thin = chance * what.kept
        silent = said == SILENT
        hushed = np.where(silent, 1 - what.kept * (1 - table[:, SILENT]), thin)
        alarm = what.detect[column, panel.condition, 1 if truth == NOTHING else 0]
        hint = _hint(what.cue, said, truth)
        machine = np.where(silent, 1 - alarm, alarm * hint)
        for human in (chance, hushed) if truth else (chance,):
            both = np.where(sensor, machine, human)
            out.append(np.where(looked, np.log(np.maximum(both, TINY)), 0.0))
    return out[0], out[1], out[2], out[3], out[4]


def _hint(cue: Floats, said: Ints, truth: int) -> Floats:
    """Give the chance of a sensor's hint, given that it detects and hints at a party at all."""
    if truth == NOTHING:
        return np.where(said == UNNAMED, 1.0, 0.5)
    mine = CLAIMS_A if truth == BY_A else CLAIMS_B
    return np.where(said == UNNAMED, 1.0, np.where(said == mine, cue, 1 - cue))


def believe(panel: Panel, what: Reliability, counts: Floats) -> Belief:
    """Give the probability of each truth at each candidate."""
    shares = (
        what.exist[NOTHING],
        what.exist[BY_A] * (1 - what.hushed),
        what.exist[BY_A] * what.hushed,
        what.exist[BY_B] * (1 - what.hushed),
        what.exist[BY_B] * what.hushed,
    )
    logs = [
        (one * counts).sum(axis=1) + np.log(share)
        for one, share in zip(log_chances(panel, what), shares, strict=True)
    ]
    top = np.maximum(
        logs[0], np.maximum(np.maximum(logs[1], logs[2]), np.maximum(logs[3], logs[4]))
    )
    n, ao, ah, bo, bh = (np.exp(one - top) for one in logs)
    # A and B are added first, so that swapping them changes no last digit.
    total = n + ((ao + ah) + (bo + bh))
    return Belief(n / total, ao / total, ah / total, bo / total, bh / total)


def _refit(
    panel: Panel, priors: Priors, old: Reliability, belief: Belief, counts: Floats
) -> Reliability:
    looked = panel.said != NO_LOOK
    one_hot = [np.where(panel.said == word, counts, 0.0) for word in range(4)]
    human = np.zeros_like(old.human)
    lost_all, made_all = 0.0, 0.0
    for truth, sure, hushed in (
        (NOTHING, belief.nothing, None),
        (BY_A, belief.a_open, belief.a_hushed),
        (BY_B, belief.b_open, belief.b_hushed),
    ):
        human[:, truth] = _tally(one_hot, sure)
        if hushed is not None:
            heard = _tally(one_hot, hushed)
            report = 1 - old.human[:, truth, SILENT]
            lost = heard[:, SILENT] * (1 - old.kept) * report / (1 - old.kept * report)
            share = old.human[:, truth] / np.maximum(report, TINY)[:, None]
            heard[:, SILENT] -= lost
            heard[:, CLAIMS_A:] += lost[:, None] * share[:, CLAIMS_A:]
            human[:, truth] += heard
            people = panel.kind != SENSOR
            lost_all += lost[people].sum()
            made_all += (hushed @ (counts * (panel.said > SILENT)))[people].sum()
    human = _one_coin(panel, human) + priors.human_looks * prior_table(panel, priors)
    sums = (human[:, :, SILENT] + human[:, :, UNNAMED]) + (
        human[:, :, CLAIMS_A] + human[:, :, CLAIMS_B]
    )
    exist = _exist(belief)
    weight = priors.kept[1]
    gone = belief.a_hushed.sum() + belief.b_hushed.sum()
    there = belief.a.sum() + belief.b.sum()
    return Reliability(
        exist=exist,
        human=human / sums[:, :, None],
        detect=_detectors(panel, priors, belief, looked),
        cue=_cues(panel, belief),
        hushed=float((gone + priors.hushed[0] * priors.hushed[1]) / (there + priors.hushed[1])),
        kept=float((made_all + priors.kept[0] * weight) / (made_all + lost_all + weight)),
    )


def _tally(one_hot: list[Floats], sure: Floats) -> Floats:
    return np.stack([(word * sure[:, None]).sum(axis=0) for word in one_hot], axis=1)


def _exist(belief: Belief) -> Floats:
    """Give the shares of nothing, A and B: alike, a party's past never counts against it."""
    there = (belief.a.sum() + belief.b.sum()) + 20.0
    nothing = belief.nothing.sum() + 20.0
    share = there / (there + nothing)
    return np.array([1 - share, share / 2, share / 2])


def _one_coin(panel: Panel, human: Floats) -> Floats:
    """Treat both parties alike in the tallies of sources that few others overlap."""
    reported = panel.said > SILENT
    overlaps = (reported & (reported.sum(axis=1) > 1)[:, None]).sum(axis=0)
    swapped = human[:, [NOTHING, BY_B, BY_A]][:, :, [SILENT, CLAIMS_B, CLAIMS_A, UNNAMED]]
    few = overlaps < FEW_OVERLAPS
    return np.where(few[:, None, None], (human + swapped) / 2, human)


def _detectors(panel: Panel, priors: Priors, belief: Belief, looked: np.ndarray) -> Floats:
    """Learn every sensor's chances to detect and to alarm falsely, in each condition."""
    detect = panel.stated.copy()
    there = belief.a + belief.b
    for source in np.flatnonzero(panel.kind == SENSOR):
        bins = panel.condition[:, source]
        for which, sure in ((0, there), (1, belief.nothing)):
            seen = looked[:, source] * sure
            size = detect.shape[1]
            looks = np.bincount(bins, seen, size)
            hits = np.bincount(bins, seen * (panel.said[:, source] > SILENT), size)
            stated = panel.stated[source, :, which]
            detect[source, :, which] = (hits + priors.sensor_looks * stated) / (
                looks + priors.sensor_looks
            )
    return detect


def _cues(panel: Panel, belief: Belief) -> Floats:
    """Learn how often a sensor's hint at a party is right, given that there was an incident."""
    right = np.where(panel.said == CLAIMS_A, belief.a[:, None], 0.0).sum(axis=0) + np.where(
        panel.said == CLAIMS_B, belief.b[:, None], 0.0
    ).sum(axis=0)
    wrong = np.where(panel.said == CLAIMS_A, belief.b[:, None], 0.0).sum(axis=0) + np.where(
        panel.said == CLAIMS_B, belief.a[:, None], 0.0
    ).sum(axis=0)
    return np.asarray((right + 15.0) / (right + wrong + 20.0))
