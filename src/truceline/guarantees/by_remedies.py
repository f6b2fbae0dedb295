"""Assess whether remedies were kept: no number, because a follow-up gives three answers."""

from __future__ import annotations

from truceline.guarantees.known import Known, assessment_id
from truceline.records.determination import RemedyStanding
from truceline.records.reason import reason
from truceline.records.trigger import Met, TriggerAssessment, TriggerTerms


def by_remedies(known: Known, terms: TriggerTerms) -> list[TriggerAssessment]:
    """Assess the remedies of each addressee; those of a fallen determination count no more."""
    by_party: dict[str, list[RemedyStanding]] = {}
    for one in known.remedies.values():
        if one.determination in known.determinations and one.standing != "lifted":
            by_party.setdefault(one.addressee, []).append(one)
    return [_of_addressee(party, by_party[party], terms) for party in sorted(by_party)]


def _of_addressee(
    party: str, remedies: list[RemedyStanding], terms: TriggerTerms
) -> TriggerAssessment:
    counts = {
        word: sum(one.standing == word for one in remedies)
        for word in ("kept", "not_kept", "running", "undecided")
    }
    met = Met.NOT_MET if counts["kept"] == len(remedies) else Met.UNDECIDED
    if counts["not_kept"] >= terms.count_from:
        met = Met.MET
    missing = []
    if counts["undecided"]:
        missing.append(reason("trigger_remedy_unseen", {"remedies": counts["undecided"]}))
    if counts["running"]:
        missing.append(reason("trigger_remedy_running", {"remedies": counts["running"]}))
    named = tuple(sorted(one.id for one in remedies))
    determinations = tuple(sorted({one.determination for one in remedies}))
    return TriggerAssessment(
        id=assessment_id(terms.trigger, party, (*named, *determinations)),
        trigger=terms.trigger,
        party=party,
        by_findings=Met.UNDECIDED,
        low_ppm=None,
        high_ppm=None,
        probability_ppm=None,
        by_determinations=met,
        findings=(),
        determinations=determinations,
        remedies=named,
        window_from_us=None,
        compared=(reason("trigger_remedies", {**counts, "count_from": terms.count_from}),),
        missing=tuple(missing),
        would_change=(reason("trigger_follow_up"),),
        article=terms.article,
    )
