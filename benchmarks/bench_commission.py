"""How long a commission's whole log takes: fold, board, one case's page, notices; and the memory.

    python benchmarks/bench_commission.py [--cases 10000] [--acts 1000000]

A made-up log: every case is opened, assigned, told to the parties, answered, voted on by five
seats, determined, given a remedy and followed up; what is left of the acts are requests, answers,
exhibits and calls. Acts are made before the watch starts; nothing is read from a disk. After the
fold `gc.freeze` is called, as a service should. Prints the
table and keeps it in benchmarks/results/commission.json. Ends with 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import quantiles

from table import Row, keep, row, show
from truceline.commission.chamber import Chamber
from truceline.records.act import Act
from truceline.records.chamber import FindingFacts
from truceline.records.units import DAY_US, HOUR_US, MINUTE_US

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "commission"))

from chamber_world import (
    PARTIES,
    REVIEWER,
    START_US,
    World,
    facts,
    mandate,
    party_key,
)

GOAL_FOLD_S, GOAL_VIEW_MS = 120, 200
PAGES, BOARDS = 1_000, 20
CELLS = 2_000


class Writer(World):
    """Writes acts without taking them, so that only the fold is timed."""

    def do(self, name: str, actor: str, about: str = "", **detail: object) -> str:
        """Sign an act and keep it."""
        act = self.sign(name, actor, about, **detail)
        self.acts.append(act)
        return act.id

    def vote(self, motion: str, votes: dict[str, str]) -> None:  # type: ignore[override]
        """Seal every vote and open them all, of every seat."""
        from truceline.commission.motions import commitment  # noqa: PLC0415 - beside its use

        for key, vote in votes.items():
            sealed = commitment(motion, vote, "because", f"salt {key}")
            self.do("vote.seal", key, motion, commitment=sealed)
        for key, vote in votes.items():
            self.open(motion, key, vote)


def written(cases: int, acts: int) -> tuple[list[Act], dict[str, FindingFacts], int]:
    """Make the log; give also the findings, and the instant after the last act."""
    findings = {
        f"f:{n}": facts(
            f"f:{n}", START_US + n * MINUTE_US, cell=f"c{n % CELLS}", unit_area=f"u{n % 500}"
        )
        for n in range(cases)
    }
    findings["f:late"] = facts("f:late", START_US + 400 * DAY_US)
    writer = Writer(findings=findings)
    write_all(writer, [f"f:{n}" for n in range(cases)], acts)
    return writer.acts, findings, writer.now_us


def write_all(writer: Writer, findings: Sequence[str], acts: int) -> None:
    """Write a whole case of each finding, and what is left of the acts."""
    opened = [whole_case(writer, n, finding) for n, finding in enumerate(findings)]
    fill(writer, opened, acts)


def whole_case(writer: Writer, n: int, finding: str) -> str:
    """Write one case from its opening to the follow-up of its remedy."""
    case = writer.heard(findings=[finding])
    writer.do("case.assign", REVIEWER, case, to="key/analyst", stage="under_review")
    if n % 10 == 0:
        return case  # one in ten is still open
    determined = writer.determine(case, findings=[finding])
    due_us = writer.now_us + DAY_US
    set_ = writer.set_remedy(case, determined, due_us=due_us)
    if n % 3 == 0:
        late = {"result": "undecided", "findings": []}
        writer.do("remedy.follow_up", REVIEWER, set_, **late)
    return case


def fill(writer: Writer, opened: list[str], acts: int) -> None:
    """Fill up with the daily traffic of cases."""
    hash_ = "ab" * 32
    for n in range(max(0, acts - len(writer.acts)) // 5 + 1):
        case = opened[n % len(opened)]
        said = {"what": "clarification", "to": PARTIES[n % 2], "text": "Which battery?"}
        asked = writer.do("case.request", REVIEWER, case, **said)
        key = party_key(PARTIES[n % 2])
        writer.do("case.answer", key, asked, answer="given", text="None of ours.")
        exhibit = {"sha256": hash_, "title": "A crater", "tier": "commission", "custody": []}
        writer.do("case.evidence", REVIEWER, case, **exhibit)
        call = {"from_state": "AA", "to": "BB", "text": "Cease."}
        called = writer.do("hotline.call", party_key("AA"), **call)
        writer.do("hotline.ack", party_key("BB"), called)


def timed_ms(call: Callable[[], object], times: int) -> Iterator[float]:
    """Time a call so many times."""
    for _ in range(times):
        begin = time.perf_counter()
        call()
        yield (time.perf_counter() - begin) * 1000


def p95(sample: list[float]) -> float:
    """Give the 95th percentile."""
    return quantiles(sample, n=20)[-1]


def measured(cases: int, acts: int) -> list[Row]:
    """Make, fold and look; give the table."""
    log, findings, now_us = written(cases, acts)
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    chamber = Chamber(mandate(), findings, now_us=now_us + HOUR_US)
    begin = time.perf_counter()
    for act in log:
        chamber.take(act)
    fold_s = time.perf_counter() - begin
    # What a service does once its index is built: the collector looks no more at what stays.
    gc.collect()
    gc.freeze()
    after_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    step = max(1, len(chamber.cases) // PAGES)
    pages = [
        took for case in chamber.cases[::step]
        for took in timed_ms(lambda case=case: chamber.view(case), 1)  # type: ignore[misc]
    ]  # fmt: skip
    first = max(timed_ms(chamber.board, 1))
    boards = list(timed_ms(chamber.board, BOARDS))
    bells = list(timed_ms(chamber.notices, 5))
    refused = len(chamber.refused)
    return [
        row("cases", len(chamber.cases), "", met=None),
        row("acts folded", len(log), "", met=None),
        row("acts refused", refused, "", "0", met=refused == 0),
        row("fold of the whole log", round(fold_s, 1), "s", f"< {GOAL_FOLD_S}",
            met=fold_s < GOAL_FOLD_S),
        row("one act", round(fold_s / len(log) * 1e6, 1), "us", met=None),
        row("memory of the chamber, beside the acts", round(after_mb - before_mb), "MB", met=None),
        row("one case's page, 95th percentile", round(p95(pages), 2), "ms", f"< {GOAL_VIEW_MS}",
            met=p95(pages) < GOAL_VIEW_MS),
        row("the board, 95th percentile", round(p95(boards), 1), "ms", f"< {GOAL_VIEW_MS}",
            met=p95(boards) < GOAL_VIEW_MS),
        row("the board, for the first time", round(first, 1), "ms", met=None),
        row("notices, longest of five", round(max(bells), 1), "ms", met=None),
        row("notices", len(chamber.notices()), "", met=None),
    ]  # fmt: skip


def main() -> int:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--acts", type=int, default=1_000_000)
    given = parser.parse_args()
    rows = measured(given.cases, given.acts)
    held = show(rows)
    command = f"bench_commission.py --cases {given.cases} --acts {given.acts}"
    keep("commission", command, rows)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
