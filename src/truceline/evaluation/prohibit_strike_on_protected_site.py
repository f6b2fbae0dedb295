"""No strike on a protected site: a munition's effect within the clause's radius of one.

Terms: `site_kinds`, the kinds of site that the clause protects, and `site_radius_m`, how near to a
site counts as on it. Sites come from the registers and from the agreement's own [[site]] tables.

Where no register was there, or it holds no site of these kinds, "no site near" cannot be said: the
answer is then never KEPT, and the probability is only what the sites that are known give.
"""

from __future__ import annotations

from fractions import Fraction

from truceline.evaluation.conclude import conclude, not_applicable, real_reason
from truceline.evaluation.context import Context
from truceline.evaluation.near_site import SiteChance, most_probable_site
from truceline.evaluation.where_and_when import binding_of
from truceline.records.agreement import Agreement, Clause, Reading
from truceline.records.finding import Finding, NotApplicable
from truceline.records.incident import Incident
from truceline.records.reason import Number, Reason, reason
from truceline.records.units import PPM


def prohibit_strike_on_protected_site(
    clause: Clause, reading: Reading, agreement: Agreement, incident: Incident, context: Context
) -> Finding | NotApplicable:
    """Judge one incident: real, a munition's effect, within time and zone, on a protected site."""
    binding = binding_of(clause, reading, agreement, incident, context)
    if isinstance(binding, Reason):
        return not_applicable(clause, reading, agreement, incident, binding)
    kinds, radius_m = _terms(clause)
    best = most_probable_site(incident, kinds, radius_m, context)
    known = context.sites_known and best is not None
    on_site_ppm = 0 if best is None else best.probability_ppm
    probability = (
        Fraction(incident.probability_ppm, PPM) * binding.probability * Fraction(on_site_ppm, PPM)
    )
    reasons = [real_reason(incident), *binding.reasons]
    if best is not None and (best.within_reach or known):
        reasons.append(_site_reason(best, radius_m))
    if not known:
        reasons.append(reason("sites_not_known"))
    return conclude(
        clause, reading, agreement, incident, probability, tuple(reasons), may_be_kept=known
    )


def _terms(clause: Clause) -> tuple[tuple[str, ...], int]:
    kinds, radius_m = clause.terms.get("site_kinds"), clause.terms.get("site_radius_m")
    if not isinstance(kinds, tuple) or not isinstance(radius_m, int):
        raise TypeError(f"{clause.id}: needs the terms site_kinds and site_radius_m")
    return kinds, radius_m


def _site_reason(best: SiteChance, radius_m: int) -> Reason:
    numbers: dict[str, Number] = {
        "site": best.site.name or best.site.id,
        "distance_m": best.distance_m,
    }
    if not best.within_reach:
        return reason("no_site_near", numbers)
    return reason(
        "on_site", {**numbers, "probability_ppm": best.probability_ppm, "radius_m": radius_m}
    )
