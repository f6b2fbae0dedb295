"""One case as a page shows it to somebody: what he may not see is not there, but its rule is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from truceline.pipeline.asking import Eyes, Reach
from truceline.records.canonical import plain
from truceline.records.chamber import (
    CaseView,
    Exhibit,
    FindingFacts,
    MotionStanding,
    Pattern,
)
from truceline.records.ids import short_id
from truceline.records.mandate import Seat
from truceline.records.permission import Decision, Thing

Plain = dict[str, Any]

# What stays of a motion for who may not see it: that there is one, of which kind, and since when.
OF_A_HIDDEN_MOTION = ("id", "question", "body", "put_us", "closed_us", "phase", "rule", "article")
# What a party is told of an exhibit that is withheld from it, and what anybody else is told of one.
OF_A_WITHHELD_EXHIBIT = ("id", "tier", "withheld_from", "summary", "weight", "at_us", "admission")
OF_A_HIDDEN_EXHIBIT = ("id", "tier", "at_us", "admission")
PARTS_OF_INCIDENT = 3
WITHHELD = "forbid.withheld"


def refusal(decision: Decision) -> Plain:
    """Say which rule refused, as every answer says it."""
    return {
        "rule": decision.rule,
        "nearest": decision.nearest,
        "asks": list(decision.asks),
        "why": decision.why,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """A case, and who looks at it.

    Attributes:
        view: The case whole.
        reach: Whom it has reached.
        thing: The case as something to be seen.
        eyes: Who looks.
        now_us: The instant of the view, microseconds since 1970 UTC.
        seats: The seats of the body that has it, as they are filled now.
        findings: What is known of findings, by id.
        state_of: The state for which an act was signed; "" for none.
        sees_case: Whether there is such another case that he may see.
        patterns: The patterns that it belongs to, among the cases that he may see.
    """

    view: CaseView
    reach: Reach
    thing: Thing
    eyes: Eyes
    now_us: int
    seats: tuple[Seat, ...]
    findings: Mapping[str, FindingFacts]
    state_of: Callable[[str], str]
    sees_case: Callable[[str], bool]
    patterns: tuple[Pattern, ...]

    def answer(self) -> Plain:
        """Give it as plain data."""
        view, inside = self.view, self.reach.inside(self.thing)
        ground = self.eyes.see(replace(self.thing, tier="states", published_us=None))
        shown: Plain = plain(view)
        shown["line"]["short_id"] = short_id(view.line.id)
        shown |= {
            "now_us": self.now_us,
            "tier": self.reach.tier,
            "concerns": sorted(self.reach.concerns),
            "seats": plain(self.seats),
            "findings": [self._finding(one, has_ground=ground.allowed) for one in view.findings],
            "exhibits": [self._exhibit(one) for one in view.exhibits],
            "motions": [self._motion(one) for one in view.motions],
            "links": [plain(one) for one in view.links if self.sees_case(one.other)],
            "patterns": plain(self.patterns),
            "not_shown": {},
        }
        if not ground.allowed:
            for pattern in shown["patterns"]:
                pattern["key"] = ""
            for asked in shown["requests"]:
                asked |= {"text": "", "answer_text": ""}
            shown["not_shown"]["requests"] = refusal(ground)
        decision = self.eyes.see(inside)
        if not decision.allowed:
            shown["handovers"] = []
            shown["not_shown"]["handovers"] = refusal(decision)
        return shown

    def _finding(self, finding: str, *, has_ground: bool) -> Plain:
        """Give a finding; the ground it lies on is too fine for the public."""
        known = self.findings.get(finding)
        if known is not None and not has_ground:
            known = replace(known, cell="", unit_area="", order="")
        # "f:" incident ":" revision ..., and an incident is "i:" hash ":" line.
        parts = finding.split(":")[1:PARTS_OF_INCIDENT]
        return {
            "id": finding,
            "short_id": short_id(finding),
            "incident": short_id(f"i:{':'.join(parts)}"),
            "facts": None if known is None else plain(known),
        }

    def _exhibit(self, exhibit: Exhibit) -> Plain:
        by = self.state_of(exhibit.id)
        thing = self.reach.exhibit(self.thing, exhibit.tier, exhibit.withheld_from, by)
        decision = self.eyes.see(thing)
        if decision.allowed:
            return {**plain(exhibit), "refused": None}
        told = OF_A_WITHHELD_EXHIBIT if WITHHELD in decision.by else OF_A_HIDDEN_EXHIBIT
        return _only(plain(exhibit), told) | {"refused": refusal(decision)}

    def _motion(self, motion: MotionStanding) -> Plain:
        """Give a motion: inside the commission until it is closed; votes once they are opened."""
        is_closed = motion.closed_us is not None
        thing = self.thing if is_closed else self.reach.inside(self.thing)
        thing = replace(thing, id=motion.id, kind="motion", body=motion.body)
        decision = self.eyes.see(thing)
        if not decision.allowed:
            return _only(plain(motion), OF_A_HIDDEN_MOTION) | {"refused": refusal(decision)}
        votes = self.eyes.see(self.reach.votes(thing, sealed=motion.phase == "sealing"))
        shown: Plain = plain(motion) | {"refused": None, "votes_refused": None}
        if not votes.allowed:
            shown["votes_refused"] = refusal(votes)
            for ballot in shown["ballots"]:
                ballot |= {"vote": "", "reasons": ""}
        return shown


# What names somebody's key. The public learns what was done, and by which body, but no names.
NAMES = frozenset({"actor", "alternates", "assigned_to", "by", "holder", "opened_by"})


def without_names(answer: Any) -> Any:  # noqa: ANN401 - plain data of any shape
    """Put null in the place of every key's name."""
    if isinstance(answer, dict):
        return {key: None if key in NAMES else without_names(one) for key, one in answer.items()}
    return [without_names(one) for one in answer] if isinstance(answer, list) else answer


def _only(whole: Plain, names: tuple[str, ...]) -> Plain:
    return {name: whole[name] for name in names}
