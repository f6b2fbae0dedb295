"""No fire, of any weapon: every munition's effect within place and time counts against it.

Who fired plays no part: the rule sees what arrived, where and when, and no party.
"""

from __future__ import annotations

from fractions import Fraction

from truceline.evaluation.conclude import conclude, not_applicable, real_reason
from truceline.evaluation.context import Context
from truceline.evaluation.where_and_when import binding_of
from truceline.records.agreement import Agreement, Clause, Reading
from truceline.records.finding import Finding, NotApplicable
from truceline.records.incident import Incident
from truceline.records.reason import Reason
from truceline.records.units import PPM


def prohibit_fire(
    clause: Clause, reading: Reading, agreement: Agreement, incident: Incident, context: Context
) -> Finding | NotApplicable:
    """Judge one incident: real and consistent with munition effects, within time and zone."""
    binding = binding_of(clause, reading, agreement, incident, context)
    if isinstance(binding, Reason):
        return not_applicable(clause, reading, agreement, incident, binding)
    probability = Fraction(incident.probability_ppm, PPM) * binding.probability
    reasons = (real_reason(incident), *binding.reasons)
    return conclude(clause, reading, agreement, incident, probability, reasons)
