"""What a reader may see of a case, as plain data: the one source of every form of a case file.

Nothing is dropped in silence. A value that a reader may not see is replaced by
`{"withheld": {"rule", "tier", "from", "commitment"}}`: which rule, from which tier on it is shown,
from which states it is withheld by name, and the hash by which it can be recognised once it is
shown. HTML, PDF and JSON are written from the result, so none can hold what another does not.

The table `FIELDS` names every field of every record. A field that it does not name is an error,
never shown by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from truceline.records import chamber, determination
from truceline.records.canonical import plain
from truceline.reports.case_record import (
    CaseRecord,
    NotForThisReaderError,
    Reader,
    tier_rank,
)

Told = dict[str, Any]

# How a field is told. A tier's name says from which tier on it is shown; the rest:
OPEN = "open"  # codes, ids, numbers, instants, and what records of this table hold
TEXT = "text"  # words of a person: shown, unless they quote what is withheld
NAME = "name"  # name of a key
DECIDED = "decided"  # shown to the commission alone until the motion is closed
SUMMARY = "summary"  # what a party is told of an exhibit that it may not see
EXHIBIT = "exhibit"  # shown to whom the exhibit is shown
SENDER = "sender"  # who brought an exhibit: shown to whom the exhibit and names are shown
SHIFTS = "shifts"  # who handed what to whom between shifts

# Names of keys and notes between shifts are the commission's own; the ground a finding lies on is
# too fine for the public.
STAFF = "commission"
STATES = "states"

# A word shorter than this is nobody's secret, and stands in too many texts to look for.
SHORTEST_SECRET = 4


def _fields(kinds: str) -> Mapping[str, str]:
    """Read "name: kind" pairs, parted by blanks: the table below is for people to check."""
    pairs = (one.split(":") for one in kinds.split())
    return MappingProxyType({name: kind for names, kind in pairs for name in names.split(",")})


FIELDS: Mapping[type, Mapping[str, str]] = MappingProxyType(
    {
        chamber.CaseLine: _fields(
            "id,body,status,severity,opened_us,next_due_us,passed,determinations,remedies_open,"
            "warned:open title:text assigned_to:name"
        ),
        chamber.CaseView: _fields(
            "line,findings,revised,parties,requests,exhibits,recusals,conflicts,motions,determinations,"
            "corrections,appeals,remedies,deadlines,published,bodies,links,patterns,hats,"
            "warnings:open claim:text opened_by:name handovers:shifts"
        ),
        chamber.FindingFacts: _fields(
            "id,clause,outcome,probability_ppm,began_us,ended_us,owners,owners_known,"
            "superseded_by:open cell,unit_area,order:states"
        ),
        chamber.RevisedFinding: _fields("finding,in_place,determinations:open"),
        chamber.PartyStanding: _fields("party,notified_us,due_us,standing,positions:open"),
        chamber.Position: _fields("id,party,stance,at_us,late:open text:text"),
        chamber.RequestStanding: _fields(
            "id,what,to,asked_us,answer,answered_us:open text,answer_text:states by:name"
        ),
        chamber.Exhibit: _fields(
            "id,sha256,tier,withheld_from,weight,at_us,admission:open "
            "title,custody:exhibit by:sender summary:summary"
        ),
        chamber.Declared: _fields("id,seat,body,scope,at_us:open text:text by:name"),
        chamber.MotionStanding: _fields(
            "id,case,body,rule,article,question,put_us,phase,ballots,dissents,tally,closed_us,"
            "used_by:open proposal:decided by:name"
        ),
        chamber.Ballot: _fields("seat,state,standing:open vote,reasons:decided by:name"),
        chamber.Tally: _fields(
            "result,then,yes,no,abstain,absent,experts_yes,experts_no,default_by:open why:text"
        ),
        determination.Determination: _fields(
            "id,case,body,agreement,clauses,findings,severity,began_us,ended_us,levels,standard,"
            "decided_us,standing,replaced_by:open"
        ),
        determination.AttributionLevel: _fields("level,outcome,party:open"),
        chamber.Correction: _fields("id,old,new,differences,at_us:open reasons:text"),
        chamber.Difference: _fields("field,old,new:open"),
        chamber.Appeal: _fields("id,determination,party,at_us,standing:open grounds:text"),
        chamber.RemedyHistory: _fields(
            "remedy,set_us,clauses,follow_ups,stood_on:open proportionality:text"
        ),
        determination.RemedyStanding: _fields(
            "id,case,determination,kind,addressee,due_us,standing,followed_up_by:open"
        ),
        chamber.FollowUp: _fields("id,result,findings,exhibits,at_us:open note:text by:name"),
        chamber.DeadlineStanding: _fields(
            "deadline,case,subject,since_us,due_us,standing,met_by,default,certified_by,"
            "article:open"
        ),
        chamber.Link: _fields("id,other,by:open why:text"),
        chamber.Pattern: _fields("by,cases,most_in_window,window_s,recurrence:open key:states"),
        chamber.Hats: _fields(
            "state,is_party,owns_sensors,keeps_mirror,judges,recused,guarantees:open"
        ),
    }
)


def told(record: CaseRecord, reader: Reader) -> Told:
    """Give the case as a reader may see it.

    Raises:
        NotForThisReaderError: A public file of a case that was not published to the public, or a
            reader of a state that the case does not know.
    """
    _insist_it_may_be_written(record, reader)
    eyes = _Eyes.of(record, reader)
    case = eyes.record(record.view)
    findings = [eyes.record(record.findings[one]) for one in _cited(case, record)]
    seen = set(_texts([case, findings]))
    return {
        "format": 1,
        "kind": "case_file",
        "agreement": record.mandate.agreement,
        "agreement_sha256": record.mandate.agreement_sha256,
        "at_us": record.at_us,
        "reader": {"tier": reader.tier, "party": reader.party},
        "checkpoint": plain(record.checkpoint),
        "case": case,
        "findings": findings,
        "entries": [plain(record.entries[one]) for one in sorted(record.entries) if one in seen],
    }


def withheld(case: Any) -> Iterator[tuple[tuple[str | int, ...], Told]]:  # noqa: ANN401 - JSON
    """Go through all that is withheld, each with its path in the plain data."""
    rows = case.items() if isinstance(case, dict) else enumerate(case)
    for name, value in rows:
        if is_withheld(value):
            yield (name,), value["withheld"]
        elif isinstance(value, dict | list):
            for path, inner in withheld(value):
                yield (name, *path), inner


def is_withheld(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell whether a value stands in the place of one that is withheld."""
    return isinstance(value, dict) and set(value) == {"withheld"}


def _insist_it_may_be_written(record: CaseRecord, reader: Reader) -> None:
    published = {tier for tier, _ in record.view.published}
    if reader.tier == "public" and "public" not in published:
        why = f"case {record.view.line.id} was not published to the public"
        raise NotForThisReaderError("not_published", why)
    known = {*record.mandate.parties, *(one.state for one in record.view.hats)}
    if reader.party and reader.party not in known:
        why = f"{reader.party!r} is none of {', '.join(sorted(known))}"
        raise NotForThisReaderError("unknown_state", why)


def _cited(case: Told, record: CaseRecord) -> list[str]:
    """List the findings that are cited and given, those of the case first."""
    follow_ups = [one for remedy in case["remedies"] for one in remedy["follow_ups"]]
    others = [
        one for source in (*case["determinations"], *follow_ups) for one in source["findings"]
    ]
    return [one for one in dict.fromkeys([*case["findings"], *others]) if one in record.findings]


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _blocked(exhibit: chamber.Exhibit, reader: Reader) -> str:
    """Name the rule by which a reader may not see an exhibit; "" if it may.

    A state from which something is withheld reads the public tier and that of the states: there it
    stays closed, unless the file is made for another state.
    """
    party_reads = not reader.party and tier_rank(reader.tier) <= tier_rank(STATES)
    if reader.party in exhibit.withheld_from or (exhibit.withheld_from and party_reads):
        return "party"
    if tier_rank(exhibit.tier) > tier_rank(reader.tier):
        return "tier"
    if exhibit.tier == "originator_controlled" and exhibit.id not in reader.released:
        return "originator"
    return ""


def _act_of(one: Any) -> str:  # noqa: ANN401 - any record of FIELDS
    """Give the id of the signed act that a record is of; "" where it is of none alone."""
    if isinstance(one, chamber.CaseView):
        return one.line.id
    return one.remedy.id if isinstance(one, chamber.RemedyHistory) else getattr(one, "id", "")


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Eyes:
    """What one reader sees.

    Attributes:
        reader: Who reads.
        secrets: Titles and custody of exhibits that are withheld and, where names are not shown,
            who brought an exhibit: a text that quotes one is withheld too.
        names: Whether names of keys are shown: to the commission, and only if nothing is withheld
            from it, or else the names that are shown would tell which one is not.
    """

    reader: Reader
    secrets: tuple[str, ...]
    names: bool

    @classmethod
    def of(cls, record: CaseRecord, reader: Reader) -> _Eyes:
        closed = [one for one in record.view.exhibits if _blocked(one, reader)]
        names = not closed and tier_rank(reader.tier) >= tier_rank(STAFF)
        secrets = {text for one in closed for text in (one.title, *one.custody)}
        secrets |= set() if names else {one.by for one in record.view.exhibits}
        folded = sorted({_folded(one) for one in secrets})
        return cls(
            reader=reader,
            secrets=tuple(one for one in folded if len(one) >= SHORTEST_SECRET),
            names=names,
        )

    def record(self, one: Any, above: Any = None) -> Told:  # noqa: ANN401 - any record of FIELDS
        """Tell a record, field by field; `above` is the record that holds it."""
        return {
            name: self.field(one, name, FIELDS[type(one)][name], above)
            for name in one.__dataclass_fields__
        }

    def field(self, one: Any, name: str, kind: str, above: Any) -> Any:  # noqa: ANN401
        """Tell one field by its kind."""
        value = getattr(one, name)
        if value in ("", None, ()):
            return plain(value)
        ways: Mapping[str, Callable[[], Any]] = {
            OPEN: lambda: self._open(value, one),
            TEXT: lambda: self._text(value, one),
            NAME: lambda: self._name(value, one),
            DECIDED: lambda: self._decided(value, one, above),
            SHIFTS: lambda: self._shifts(value, one),
            EXHIBIT: lambda: self._of_exhibit(value, one, kind),
            SENDER: lambda: self._of_exhibit(value, one, kind),
            SUMMARY: lambda: self._of_exhibit(value, one, kind),
        }
        return ways[kind]() if kind in ways else self._from_tier(kind, value, one)

    def _from_tier(self, tier: str, value: Any, one: Any) -> Any:  # noqa: ANN401
        if tier_rank(self.reader.tier) < tier_rank(tier):
            return self._closed("tier", tier, one)
        return self._text(value, one)

    def _name(self, value: str, one: Any) -> Any:  # noqa: ANN401
        is_below = tier_rank(self.reader.tier) < tier_rank(STAFF)
        return value if self.names else self._closed("names", STAFF if is_below else "", one)

    def _shifts(self, value: Any, one: Any) -> Any:  # noqa: ANN401
        if tier_rank(self.reader.tier) < tier_rank(STAFF):
            return self._closed("tier", STAFF, one)
        return [
            [at_us, self._name(giver, one), self._name(taker, one), self._text(note, one)]
            for at_us, giver, taker, note in value
        ]

    def _open(self, value: Any, one: Any) -> Any:  # noqa: ANN401
        if isinstance(value, tuple):
            return [self._open(inner, one) for inner in value]
        return self.record(value, one) if type(value) in FIELDS else plain(value)

    def _text(self, value: Any, one: Any) -> Any:  # noqa: ANN401
        """Tell a text, or data with texts in it, part by part."""
        if isinstance(value, tuple | list):
            return [self._text(inner, one) for inner in value]
        if isinstance(value, Mapping):
            return {key: self._text(inner, one) for key, inner in value.items()}
        if isinstance(value, str) and any(secret in _folded(value) for secret in self.secrets):
            return self._closed("quotes", "", one)
        return plain(value)

    def _decided(self, value: Any, one: Any, above: Any) -> Any:  # noqa: ANN401
        motion = one if isinstance(one, chamber.MotionStanding) else above
        is_early = motion.closed_us is None and tier_rank(self.reader.tier) < tier_rank(STAFF)
        return self._closed("deliberation", STAFF, motion) if is_early else self._text(value, one)

    def _of_exhibit(self, value: Any, exhibit: chamber.Exhibit, kind: str) -> Any:  # noqa: ANN401
        rule = _blocked(exhibit, self.reader)
        if not rule:
            return self._name(value, exhibit) if kind == SENDER else self._text(value, exhibit)
        is_told = tier_rank(self.reader.tier) >= tier_rank(STATES)
        if kind == SUMMARY and rule == "party" and is_told:
            return self._text(value, exhibit)
        return self._closed(rule, exhibit.tier, exhibit)

    def _closed(self, rule: str, tier: str, one: Any) -> Told:  # noqa: ANN401
        """Say what stands in the place of a value: the rule, the tier, from whom, the hash."""
        is_exhibits = rule in {"party", "tier", "originator"} and isinstance(one, chamber.Exhibit)
        return {
            "withheld": {
                "rule": rule,
                "tier": tier,
                "from": list(one.withheld_from) if is_exhibits else [],
                "commitment": one.sha256 if is_exhibits else _act_of(one),
            }
        }
