"""All that sources say of candidates, weighed: the one door to copies, reliability and verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from truceline.fusion.attach import reattach
from truceline.fusion.copies import Copies, compare_reports, settle_copies
from truceline.fusion.dependence import dependence, habitual_groups, lift
from truceline.fusion.details import weigh_details
from truceline.fusion.panel import SILENT, Floats, Ints, Panel, index_of, lay_out
from truceline.fusion.reliability import Belief, Priors, Reliability, learn
from truceline.fusion.verdict import Ledger, Verdicts, decide, make_ledger

# A report that is a copy with chance q counts 1 - q to this power. Chosen on the seeds 100 to 119.
DOUBT_POWER = 2.0
# What agreement of reports means depends on the truth: copies are settled again once it is known.
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is believed of every candidate, and why.

    Attributes:
        panel: Who said what, copies put aside.
        weight: Shape (candidates, sources): how much each source's word counted.
        independent: Effective number of independent sources that speak of each candidate.
        groups: Shape (sources,): sources with one number habitually share their origin.
        dependence: How far every two sources share their origins, see `dependence.dependence`.
        copies: Clusters of reports.
        candidate: The candidate of every report after it was put where it belongs.
    """

    panel: Panel
    reliability: Reliability
    belief: Belief
    ledger: Ledger
    verdicts: Verdicts
    weight: Floats
    independent: Floats
    dependence: pa.Table
    groups: Ints
    copies: Copies
    candidate: Ints


def weigh_sources(
    candidates: pa.Table,
    sources: pa.Table,
    sensors: pa.Table,
    looks: pa.Table,
    reports: pa.Table,
    *,
    party_names: Sequence[str] = (),
    priors: Priors | None = None,
) -> Weighed:
    """Weigh what all sources say: copies once, sources as far as they have earned it.

    Args:
        candidates: candidate (0, 1, 2 and so on), east_m, north_m, at_us.
        sources: source, kind (sensor, patrol, channel).
        sensors: source, condition, stated_detection_ppm, stated_false_ppm.
        looks: source, candidate, condition.
        reports: see `copies.compare_reports`, and claim (A, B, none), east_m, north_m, radius_95_m.
        party_names: Words that name a party in the texts.
        priors: What is believed before the stream; None for the ones fitted.

    Raises:
        ValueError: A row names an unknown source, kind, claim or candidate.

    The order of the rows plays no role. Swapping the parties in all claims swaps the answer.
    """
    place = reattach(candidates, reports)
    column = reports.schema.get_field_index("candidate")
    reports = reports.set_column(column, "candidate", pa.array(place))
    compared = compare_reports(reports, party_names)
    exists = np.full(candidates.num_rows, 0.5)
    for _ in range(ROUNDS):
        copies = settle_copies(compared, exists)
        panel = lay_out(candidates.num_rows, sources, sensors, looks, reports, copies.copied)
        source = index_of(panel.sources, reports["source"], "reports")
        counted, weight = _weights(panel, copies, source, place, reports)
        reliability, belief = learn(panel, priors or Priors(), weight)
        exists = belief.a + belief.b
    details = weigh_details(reports, counted, place, exists)
    everything = lay_out(candidates.num_rows, sources, sensors, looks, reports)
    lifted = lift(everything, reliability, belief)
    between = dependence(copies, source, panel.sources, lifted)
    groups = habitual_groups(between, panel.sources)
    return Weighed(
        panel=panel,
        reliability=reliability,
        belief=belief,
        ledger=make_ledger(panel, reliability, weight, details),
        verdicts=decide(panel, reliability, weight, details, groups),
        weight=weight,
        independent=np.where(panel.said > SILENT, weight, 0.0).sum(axis=1),
        dependence=between,
        groups=groups,
        copies=copies,
        candidate=place,
    )


def _weights(
    panel: Panel, copies: Copies, source: Ints, candidate: Ints, reports: pa.Table
) -> tuple[Floats, Floats]:
    """Let a report count by the chance that it is nobody's copy: each report, and the panel.

    Of reports in one cluster only the earliest is on the panel; here those that may yet be
    copies of an earlier one lose that much of their weight.
    """
    chance = np.zeros(len(source))
    np.maximum.at(chance, copies.second, copies.shared)
    # The panel holds each source's first report; the last write wins.
    order = np.lexsort((reports["report"].to_numpy(), reports["published_us"].to_numpy()))[::-1]
    order = order[~copies.copied[order]]
    weight = np.ones(panel.said.shape)
    counted = np.where(copies.copied, 0.0, 1 - chance**DOUBT_POWER)
    weight[candidate[order], source[order]] = counted[order]
    return counted, weight
