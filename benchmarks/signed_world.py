"""A mission and a guarantors' board on disk: invented acts, really signed, admitted by the ledger.

The acts are those of bench_commission.py. Each is signed with the key of who does it, which the
root of the log let in, anchored at the head of that moment, and taken by `Ledger.admit_durable` as
the door of a log takes it: checked, into both journals, then under a signed head.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "commission"))

from chamber_world import CHAIR, REVIEWER, START_US, party_key

from bench_commission import Writer, write_all
from truceline.evidence.approval import approvals_body, approve
from truceline.evidence.key_change import CHANGE_TYPE, add_key
from truceline.evidence.keys import SigningKey, read_key, write_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.receipt import Refused
from truceline.evidence.root import ROOT_TYPE, Root
from truceline.evidence.statement import Statement, write_entry
from truceline.evidence.tiles import TILE_WIDTH
from truceline.pipeline.acts import act_body
from truceline.pipeline.board_folder import new_board, store_file
from truceline.pipeline.imports import import_evidence
from truceline.records.act import Act
from truceline.records.canonical import Json, canonical, record_bytes
from truceline.records.finding import Finding, Outcome
from truceline.records.units import DAY_US, MINUTE_US, SECOND_US

LOG = SigningKey(name="bench.example/mission", seed=bytes(range(2, 34)))
HOLDER = SigningKey(name="root/1", seed=b"r" * 32)
GUARANTOR = "key/guarantor-ast"
# As in chamber_world.py: five seats, two parties, one rule; and a guarantor of the exercise's.
AGREEMENT = b"""
format = 1
id = "small"
title = "A small commission (invented)"
status = "in_force"
sources = ["invented"]
party = [{ code = "AA", name = "Aland" }, { code = "BB", name = "Beland" }]

[[start]]
id = "s"
not_before = 2026-01-01T00:00:00Z
not_after = 2026-01-01T00:00:00Z
said_by = "both"
source = "invented"

[[clause]]
id = "no-fire"
kind = "prohibit_fire"
article = "1"
words = "No fire across the line."

[[body]]
id = "commission"
name = "Commission"
level = "special_commission"
escalates_to = "political"
article = "6"
words = "Five seats."
seat = [
    { id = "chair", chairs = true, holder = "key/chair" },
    { id = "aa", state = "AA", group = "parties", holder = "key/aa" },
    { id = "bb", state = "BB", group = "parties", holder = "key/bb" },
    { id = "cc", state = "CC", group = "guarantors", holder = "key/cc" },
    { id = "dd", state = "DD", group = "guarantors", holder = "key/dd" },
]

[[body]]
id = "political"
name = "Political"
level = "political_level"
article = "6"
words = "Above it."
seat = [{ id = "premier", chairs = true }]

[[rule]]
id = "r1"
body = "commission"
questions = ["any"]
kind = "majority"
quorum = 3
on_tie = "fails"
article = "7"
words = "The Commission decides."

[[standard]]
consequence = "public_finding_and_remedy"
standard = "reasonable_grounds_to_believe"
article = "8"
words = "On reasonable grounds."

[[deadline]]
id = "party_reply"
runs_from = "case.notify"
ends_with = ["case.position"]
lasts = "PT12H"
article = "9"
words = "A party replies within twelve hours."

[[deadline]]
id = "party_notice_before_publication"
runs_from = "case.notify"
ends_with = ["case.publish"]
lasts = "PT2H"
article = "9"
words = "A party is told two hours before."

[[deadline]]
id = "appeal"
runs_from = "determination.record"
ends_with = ["case.appeal"]
lasts = "P7D"
article = "9"
words = "An appeal within seven days."

[[deadline]]
id = "site_visit_access"
runs_from = "case.request"
ends_with = ["case.answer"]
lasts = "PT24H"
article = "9"
words = "Access within a day."

[[deadline]]
id = "hotline_ack"
runs_from = "hotline.call"
ends_with = ["hotline.ack"]
lasts = "PT300S"
article = "9"
words = "A call is answered within five minutes."

[[deadline]]
id = "commission_determination_s3_s4"
runs_from = "case.open"
ends_with = ["determination.record"]
lasts = "PT48H"
default = "escalates"
certified_by = "commission"
article = "9"
words = "It determines within two days."

[[deadline]]
id = "remedy_report"
runs_from = "remedy.set"
ends_with = ["remedy.follow_up"]
lasts = "P14D"
article = "9"
words = "It looks again within two weeks."

[[role]]
actor = "key/reviewer"
role = "reviewer"

[[role]]
actor = "key/party-aa"
role = "party"
state = "AA"

[[role]]
actor = "key/party-bb"
role = "party"
state = "BB"

[[role]]
actor = "key/guarantor-ast"
role = "guarantor"
state = "AST"
"""
PEOPLE = (
    CHAIR, "key/aa", "key/bb", "key/cc", "key/dd", REVIEWER, party_key("AA"), party_key("BB"),
    GUARANTOR,
)  # fmt: skip
# A grid of 2,000 cells of a quarter of a degree.
CELL_E7, COLUMNS, CELLS = 2_500_000, 50, 2_000
BATCHES_A_HEAD = 16


def person(name: str) -> SigningKey:
    """Give somebody's key."""
    return SigningKey(name=name, seed=sha256(name.encode()).digest())


class Signed(Writer):
    """Signs every act and hands it in, a whole bundle at a time."""

    def __init__(self, ledger: Ledger, told: Callable[[int], None] = lambda _: None) -> None:
        super().__init__()
        self.ledger = ledger
        self.told = told
        self.waiting: list[bytes] = []
        self.batches = 0
        self._keys = {name: person(name) for name in PEOPLE}
        self._last: dict[str, tuple[int, str | None]] = {}

    def sign(self, name: str, actor: str, about: str = "", **detail: Any) -> Act:  # noqa: ANN401 - as in World
        """Sign an act, and hand in what waits once it fills a bundle."""
        self.now_us += SECOND_US
        seq, prev = self._last.get(actor) or self.ledger.registry.next_of(actor)
        statement = Statement(
            kind="act",
            actor=actor,
            seq=seq,
            prev=prev,
            anchor=self.ledger.checkpoint,
            signed_us=self.now_us,
            body=act_body(name, about, detail),
        )
        act = Act(
            id=statement.sha256,
            index=len(self.acts),
            actor=actor,
            name=name,
            about=about,
            signed_us=self.now_us,
            at_us=self.now_us,
            detail={},
        )
        self._last[actor] = seq + 1, act.id
        self.waiting.append(write_entry(statement, self._keys[actor]))
        if len(self.waiting) == TILE_WIDTH:
            self.hand_over()
        return act

    def hand_over(self) -> None:
        """Hand in what waits; after so many bundles, move the head."""
        for answer in self.ledger.admit_durable(self.waiting) if self.waiting else ():
            if isinstance(answer, Refused):
                raise SystemExit(f"the ledger refuses an entry: {answer.why}")
        self.waiting.clear()
        self.batches += 1
        if self.batches % BATCHES_A_HEAD == 0:
            self.told(self.ledger.commit(self.now_us).size)

    def finish(self) -> None:
        """Hand in the rest, and put all of it under a head."""
        self.hand_over()
        self.ledger.commit(self.now_us)


def make_mission(
    folder: Path, cases: int, entries: int, told: Callable[[int], None] = lambda _: None
) -> None:
    """Make the mission, its key beside it: so many cases, and a log of so many entries.

    The cases' own acts are written even where they are more.
    """
    write_key(folder.with_name(f"{folder.name}.key"), LOG.seed)
    digest = sha256(AGREEMENT).hexdigest()
    toml = f'verifier_key = "{LOG.verifier}"\n[[agreement]]\nname = "a.toml"\nsha256 = "{digest}"\n'
    found = list(findings(cases, digest))
    with Ledger.create(folder, LOG.seed, LOG.name) as ledger:
        ledger.store_mission_file(toml.encode())
        store_file(ledger, "agreement", "a.toml", AGREEMENT)
        admit(ledger, LOG)
        ledger.store_derived("findings.jsonl", b"\n".join(record_bytes(one) for one, _ in found))
        ledger.store_derived("incidents.jsonl", b"\n".join(canonical(one) for _, one in found))
        ledger.commit(START_US)
        writer = Signed(ledger, told)
        declare(writer, found[0][0].id)
        write_all(writer, [one.id for one, _ in found], entries - ledger.size)
        writer.finish()


def findings(cases: int, agreement: str) -> Iterator[tuple[Finding, dict[str, Json]]]:
    """Give a finding for each case, with its incident."""
    for n in range(cases):
        incident = f"i:{sha256(str(n).encode()).hexdigest()}:1"
        row, column = divmod(n % CELLS, COLUMNS)
        place: Json = {
            "longitude_e7": column * CELL_E7 + CELL_E7 // 2,
            "latitude_e7": row * CELL_E7 + CELL_E7 // 2,
        }
        began_us = START_US + n * MINUTE_US
        yield (
            Finding(
                incident=incident,
                revision=1,
                agreement="small",
                agreement_sha256=agreement,
                clause="no-fire",
                reading="s",
                outcome=Outcome.BREACHED,
                probability_ppm=960_000,
                breached_from_ppm=950_000,
                kept_up_to_ppm=50_000,
                reasons=(),
            ),
            {
                "id": incident,
                "place": place,
                "began_us": began_us,
                "ended_us": began_us + MINUTE_US,
                "held_by": "AA" if n % 2 else "BB",
                "observations": [incident.removeprefix("i:")],
            },
        )


def declare(writer: Writer, finding: str) -> str:
    """Let the commission decide on a declaration; gives the motion."""
    case = writer.heard(findings=[finding])
    said = {
        "began_us": START_US,
        "ended_us": START_US,
        "findings": [finding],
        "reasons": "The first.",
    }
    return writer.carry(case, "declaration", said)


def admit(ledger: Ledger, log: SigningKey) -> None:
    """Let the people act in a log."""
    root = Root(log=log.name, version=1, threshold=1, keys=(HOLDER.verifier,))
    signed = approvals_body([approve(ROOT_TYPE, root.text, HOLDER)])
    ledger.append("root", {"document": root.text, "signatures": signed})
    for name in PEOPLE:
        change = add_key(log=log.name, root=1, kinds=("act",), signer=person(name)).text
        approvals = approvals_body([approve(CHANGE_TYPE, change, HOLDER)])
        ledger.append("key", {"change": change, "approvals": approvals})


def make_board(folder: Path, mission: Path, motion: str, finding: str) -> None:
    """Make a board that has imported a mission, with a declaration and a consultation on it."""
    agreement, register = (folder.with_name(f"{folder.name}.{one}.toml") for one in ("a", "r"))
    agreement.write_bytes(AGREEMENT)
    register.write_bytes(files("truceline.guarantees").joinpath("data/exercise.toml").read_bytes())
    key = new_board(folder, "Guarantors (invented)", [agreement], [register])
    log = SigningKey(name=key.name, seed=read_key(folder.with_name(f"{folder.name}.key")))
    now_us = time.time_ns() // 1000
    with Ledger.open(folder, log.seed) as ledger:
        admit(ledger, log)
        ledger.commit(now_us)
    import_evidence(folder, mission, str(LOG.verifier))
    with Ledger.open(folder, log.seed) as ledger:
        writer = Signed(ledger)
        writer.now_us = now_us
        declared = writer.do("breach.declare", CHAIR, **declaration(motion, finding))
        writer.do("consultation.convene", GUARANTOR, declared, **consultation(finding, now_us))
        writer.finish()


def declaration(motion: str, finding: str) -> dict[str, Json]:
    """Say what the chair declares, on a decision of the commission."""
    return {
        "body": "commission",
        "carried_by": motion,
        "trigger": "isolated_breach",
        "instant_us": START_US,
        "proof": [finding],
        "article": "3",
        "why": "The first of them.",
    }


def consultation(finding: str, now_us: int) -> dict[str, Json]:
    """Say to what the guarantor calls."""
    return {
        "trigger": "isolated_breach",
        "evidence": [finding],
        "states": ["AST"],
        "components": ["air_defence"],
        "agenda": "What is to be done.",
        "meets_us": now_us + DAY_US,
    }
