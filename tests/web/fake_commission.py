"""A commission in memory: invented cases of an invented agreement, folded as a log would be.

AA and BB are its parties. One case goes its whole way: AA is silent, a seat steps aside, a seat
dissents, the determination is corrected. The others stand at different points.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from fake_mission import FakeMission

from truceline.pipeline.chamber import Commission
from truceline.pipeline.commission_view import OpenCommission
from truceline.records.act import Act
from truceline.records.chamber import FindingFacts, Holders
from truceline.records.units import DAY_US, HOUR_US, MINUTE_US
from truceline.web.account_book import EMPTY, AccountBook
from truceline.web.accounts import Accounts, Site

sys.path.insert(0, str(Path(__file__).parents[1] / "commission"))

from chamber_world import (
    ANALYST,
    CHAIR,
    PARTIES,
    REVIEWER,
    START_US,
    World,
    determination,
    facts,
    party_key,
    remedy,
)

__all__ = ["AA", "ANALYST", "BB", "CHAIR", "GUARANTOR", "REVIEWER", "FakeCommission", "accounts"]

VOTERS = (CHAIR, "key/aa", "key/bb", "key/cc")  # dd steps aside
AA, BB, GUARANTOR = party_key("AA"), party_key("BB"), "key/guarantor-cc"
WARNINGS = {"commission": ("r1",)}


def finding_names(count: int) -> list[str]:
    """Name findings on incidents that the invented mission has."""
    incidents = FakeMission().incidents()["incidents"][:count]
    return [f"f:{one['id'].removeprefix('i:')}:1:{'ab' * 32}:no-fire:only" for one in incidents]


@dataclass
class MemoryLog:
    """The acts, without a log."""

    acts: list[Act]
    rewritten: int = 0

    def refresh(self) -> int:
        return len(self.acts)


class MemoryCommission(Commission):
    """A commission whose acts stand in memory."""

    def __init__(self, world: World, findings: Mapping[str, FindingFacts]) -> None:
        self.folder = Path("missions/demo")
        self.mandate = world.mandate
        self.log = MemoryLog(world.acts)  # type: ignore[assignment]
        self._known = findings
        self._warnings = dict(WARNINGS)
        self._chamber = None
        self._taken, self._rewritten = 0, 0

    @property
    def findings(self) -> Mapping[str, FindingFacts]:
        return self._known

    @property
    def mirrors(self) -> Holders:
        return Holders(states=("CC",), all_known=False)


@dataclass
class FakeCommission:
    """The invented commission, with the world that goes on writing acts into it.

    Attributes:
        world: Whose acts are shown.
        cases: The cases by a name that tells what is particular about each.
        pages: What the pages ask.
    """

    world: World = field(default_factory=lambda: World(findings={}))
    cases: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = finding_names(8)
        self.findings = {
            name: facts(name, START_US + place * HOUR_US, cell=f"cell-{place // 3}")
            for place, name in enumerate(names)
        }
        self.findings["f:later"] = facts("f:later", START_US + 3 * DAY_US)
        self.world = World(findings=self.findings)
        self._tell(names)
        self.pages = self.open()

    def open(self) -> OpenCommission:
        commission = MemoryCommission(self.world, self.findings)
        return OpenCommission(commission, clock=lambda: self.world.now_us)

    def case(self, name: str) -> str:
        return self.cases[name]

    # ----------------------------------------------------------------------- what happened
    def _tell(self, names: list[str]) -> None:
        world = self.world
        self.cases["whole"] = self._whole(names[0])
        self.cases["fresh"] = world.open_case(findings=[names[1]], title="Drone over the depot")
        self.cases["told one"] = world.open_case(
            findings=[names[2]], title="Fire across the river", severity="S2_moderate"
        )
        self.notify(self.cases["told one"], "BB")
        self.cases["sealed"] = self._sealed(names[3])
        self.cases["public"] = self._public(names[4])
        said = "They fired at our bridge on the night of 3 February."
        self.cases["claimed"] = world.do(
            "case.open",
            BB,
            title="Claim of shelling",
            claim=said,
            body="commission",
            findings=[],
            concerns=["AA"],
        )
        world.refused("case.close", REVIEWER, self.cases["fresh"], motion="00" * 32)
        world.refused("case.deliberate", CHAIR, self.cases["told one"])
        world.refused("case.position", AA, self.cases["whole"], party="BB", stance="accepts",
                      text="In their name.")  # fmt: skip
        self._room()

    def notify(self, case: str, party: str) -> None:
        self.world.do("case.notify", REVIEWER, case, party=party, text="A case is open.")

    def _whole(self, finding: str) -> str:
        """Go the whole way: evidence, a silent party, a recusal, a dissent, a correction."""
        world = self.world
        case = world.open_case(findings=[finding])
        world.do("case.assign", REVIEWER, case, to="key/analyst", stage="under_review")
        for party in PARTIES:
            self.notify(case, party)
        world.do("case.position", BB, case, party="BB", stance="disputes",
                 text="Our units did not fire. The crater lies east of the line.")  # fmt: skip
        asked = world.do("case.request", REVIEWER, case, what="access", to="AA", text="The site.")
        world.do("case.answer", AA, asked, answer="refused", text="It is mined.")
        world.do("case.evidence", REVIEWER, case, sha256="c1" * 32, title="A crater, 3.1 m wide",
                 tier="states", custody=["e1" * 32])  # fmt: skip
        world.do("case.evidence", REVIEWER, case, sha256="c2" * 32, title="A waveform",
                 tier="coalition", custody=[], withheld_from=["BB"], weight="corroborates_only",
                 summary="An instrument heard a blast at that minute.")  # fmt: skip
        world.do("case.conflict", "key/cc", case, interest="Our sensor heard it.")
        world.do("case.recuse", "key/dd", case, seat="dd", scope="seat", reasons="A relative.")
        world.wait(13 * HOUR_US)
        world.do("case.handover", "key/analyst", case, to=REVIEWER, note="AA did not answer.")
        world.do("case.deliberate", CHAIR, case)
        decided = self._decide(case, finding)
        said = remedy(decided, due_us=world.now_us + 2 * DAY_US)
        motion = self._carry(case, "remedy", said)
        set_ = world.do("remedy.set", CHAIR, case, motion=motion, proposal=said)
        world.wait(2 * DAY_US)
        world.do("remedy.follow_up", REVIEWER, set_, result="undecided", findings=[],
                 note="Cloud on both passes.")  # fmt: skip
        changed = self._determined(finding, severity="S2_moderate", reasons="The crater is older.")
        wrapped = {"determination": decided, "replacement": changed, "reasons": "New imagery."}
        motion = self._carry(case, "correction", wrapped)
        world.do("determination.correct", CHAIR, decided, motion=motion, proposal=wrapped)
        world.do("case.publish", REVIEWER, case, tier="states", note="To both parties.")
        return case

    def _determined(self, finding: str, **more: str) -> dict[str, Any]:
        return determination(findings=[finding], **more)

    def _decide(self, case: str, finding: str) -> str:
        said = self._determined(finding)
        motion = self._carry(case, "determination", said)
        self.world.do("vote.dissent", "key/aa", motion, text="The standard is not met.")
        return self.world.do("determination.record", CHAIR, case, motion=motion, proposal=said)

    def _carry(self, case: str, question: str, proposal: dict[str, Any]) -> str:
        motion = self.world.put(case, question, proposal)
        votes = dict.fromkeys(VOTERS, "yes") | {"key/aa": "no"}
        self.world.vote(motion, votes)
        self.world.do("motion.close", CHAIR, motion, result="carried")
        return motion

    def _sealed(self, finding: str) -> str:
        """Stop while votes are sealed: nobody may see them."""
        case = self.world.heard(findings=[finding], title="Artillery at the crossing")
        self.motion = self.world.put(case, "determination", self._determined(finding))
        self.world.do("vote.seal", "key/aa", self.motion, commitment="ee" * 32)
        return case

    def _public(self, finding: str) -> str:
        case = self.world.heard(findings=[finding], title="A closed road")
        self.world.wait(3 * HOUR_US)
        self.world.do("case.publish", REVIEWER, case, tier="public")
        self.world.wait(2 * DAY_US)
        return case

    def _room(self) -> None:
        world = self.world
        first = world.do("hotline.call", AA, from_state="AA", to="BB", text="Fire from the grove.")
        world.wait(3 * MINUTE_US)
        world.do("hotline.ack", BB, first, text="We look into it.")
        world.do("hotline.call", BB, from_state="BB", to="AA", text="Stop the drones.")
        world.do("hotline.return_fire_order", AA, party="AA", ordered_by="4th Brigade", call=first,
                 text="Fire was returned at 06:10.")  # fmt: skip
        world.do("window.open", REVIEWER, kind="corridor", place="north-road", agreed_by=["AA"],
                 from_us=world.now_us, until_us=world.now_us + 6 * HOUR_US,
                 purpose="Ambulances.")  # fmt: skip
        world.wait(HOUR_US)


# ------------------------------------------------------------------------------- who logs in
class MemoryStore:
    """A book of accounts that stands nowhere."""

    def __init__(self) -> None:
        self.book = EMPTY

    def read(self) -> AccountBook:
        return self.book

    def change(self, edit: Callable[[AccountBook], AccountBook]) -> AccountBook:
        self.book = edit(self.book)
        return self.book


def accounts(origin: str) -> Accounts:
    drawn = iter(range(10**6))
    return Accounts(
        MemoryStore(),
        Site(rp_id="localhost", origin=origin),
        lambda size: (sha256(str(next(drawn)).encode()).digest() * size)[:size],
    )
