"""A ledger of a million entries on disk: index rebuilt, pages of the commission and of the board.

    python benchmarks/bench_board.py [--cases 10000] [--entries 1000000] [--folder DIR]

The entries are those that bench_commission.py makes up, each signed and admitted by the ledger
(signed_world.py). A guarantors' board imports that mission whole. Making both is outside the clock;
with --folder they stay there, and are used again. Each part is measured in a process of its own,
after the system was asked to forget the files. The index is what the commission's pages stand on:
every signature checked, every act folded, to the answer with the first list of cases. Pages are
asked as in bench_pages.py. Then acts arrive one by one, and the next answer has to show each.
Prints the table, and keeps it in benchmarks/results/board.json if it is of the whole size. Ends
with 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from typing import TypeVar

import httpx
from fastapi import FastAPI

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "commission"))
sys.path.insert(0, str(HERE.parent / "tests" / "web"))

from chamber_world import CHAIR, REVIEWER, party_key
from fake_commission import accounts
from fake_mission import FakeMission

from bench_pages import ADDRESSES, GOAL_MS, ORIGIN, TIMES, asked_ms
from signed_world import (
    AGREEMENT,
    GUARANTOR,
    LOG,
    Signed,
    consultation,
    findings,
    make_board,
    make_mission,
)
from table import Row, keep, row, show
from truceline.evidence.keys import read_key
from truceline.evidence.ledger import Ledger
from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.board_view import OpenBoard
from truceline.pipeline.chamber import Commission
from truceline.pipeline.commission_view import OpenCommission
from truceline.web.app import create_app
from truceline.web.board import create_board_app

Answer = TypeVar("Answer")
GOAL_INDEX_S = 120
WHOLE_CASES, WHOLE_ENTRIES = 10_000, 1_000_000
ARRIVALS = 20
BOARD_ADDRESSES = {
    "now": "/api/board",
    "gap": "/api/gap",
    "register": "/api/register",
    "cell": "/api/cell",
    "refused": "/api/refused",
}
MISSION, BOARD, MADE = "m", "b", "made"


def main() -> int:
    """Make what is not there, measure each part, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=WHOLE_CASES)
    parser.add_argument("--entries", type=int, default=WHOLE_ENTRIES)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.folder is None:
        build = HERE.parent / "build"
        build.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=build) as home:
            rows = measured(Path(home), given.cases, given.entries)
    else:
        given.folder.mkdir(parents=True, exist_ok=True)
        rows = measured(given.folder.resolve(), given.cases, given.entries)
    held = show(rows)
    if given.cases >= WHOLE_CASES and given.entries >= WHOLE_ENTRIES:
        keep("board", "bench_board.py", rows)
    return 0 if held else 1


def measured(home: Path, cases: int, entries: int) -> list[Row]:
    """Make and measure, each part in a new process."""
    if not (home / MADE).exists():
        alone(make, home, cases, entries)
    return [
        row("cases", cases, "", met=None),
        *alone(of_commission, home),
        *alone(of_kept, home),
        *alone(of_board, home),
    ]


def alone(part: Callable[..., list[Row]], *given: object) -> list[Row]:
    """Run a part in a process of its own, so that no part pays for another's memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(part, *given).result()


def make(home: Path, cases: int, entries: int) -> list[Row]:
    """Make the mission and the board."""
    began = time.perf_counter()

    def told(size: int) -> None:
        if size % 65_536 < 4_096:
            print(f"{size:>10} entries, {time.perf_counter() - began:.0f} s", flush=True)

    make_mission(home / MISSION, cases, entries, told)
    print(f"mission made in {time.perf_counter() - began:.0f} s", flush=True)
    chamber = Commission(home / MISSION).chamber(0)
    motion = chamber.motions(question="declaration")[0]
    make_board(home / BOARD, home / MISSION, motion.id, chamber.view(motion.case).findings[0])
    print(f"board made after {time.perf_counter() - began:.0f} s", flush=True)
    (home / MADE).touch()
    return []


def forget(folder: Path) -> int:
    """Ask the system to forget the files below a folder; gives their bytes."""
    size = 0
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)
            size += path.stat().st_size
    return size


def memory_mb() -> int:
    """Give the most memory that this process has held, with the largest of those it started."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return round(sum(resource.getrusage(one).ru_maxrss for one in whose) / 1024)


# ------------------------------------------------------------------------------ the commission
def of_commission(home: Path) -> list[Row]:
    """Rebuild the index, and ask the pages of it."""
    mission = home / MISSION
    for beside in home.glob(f"{MISSION}.acts*"):
        beside.unlink()
    size = forget(mission)
    began = time.perf_counter()
    pages = opened(mission)
    read_s = time.perf_counter() - began
    log = pages.commission.log
    app = create_app(
        FakeMission(), pages, accounts=accounts(ORIGIN), development=(REVIEWER, party_key("BB"))
    )

    async def first(http: httpx.AsyncClient) -> float:
        (await http.get("/api/cases")).raise_for_status()
        return time.perf_counter() - began

    first_s = as_somebody(app, REVIEWER, first)
    refused = len(pages.commission.chamber(pages.clock()).refused)
    rows = [
        row("entries of the ledger", log.size, "", met=None),
        row("acts", len(log.acts), "", met=None),
        row("bytes in the mission's folder", round(size / 2**20), "MiB", met=None),
        row("acts refused", refused, "", "0", met=refused == 0),
        row("index rebuilt, to the first page", round(first_s, 1), "s", f"< {GOAL_INDEX_S}",
            met=first_s < GOAL_INDEX_S),
        row("of that: entries read and checked", round(read_s, 1), "s", met=None),
        row("memory of that, with the largest process beside it", memory_mb(), "MB", met=None),
    ]  # fmt: skip
    cases = pages.commission.chamber(pages.clock()).cases
    for actor, name in ((REVIEWER, "a reviewer"), (party_key("BB"), "a party")):
        rows += as_somebody(app, actor, partial(asked, ADDRESSES, cases, name))
    rows += as_somebody(app, REVIEWER, partial(tried, cases))
    rows += as_somebody(app, REVIEWER, partial(arrive, home, pages))
    return rows


def opened(mission: Path) -> OpenCommission:
    """Open the commission's pages; its clock goes on from the last act."""
    commission = Commission(mission)
    begun_us = time.time_ns() // 1000 - commission.log.acts[-1].at_us
    return OpenCommission(commission, clock=lambda: time.time_ns() // 1000 - begun_us)


def as_somebody(
    app: FastAPI, actor: str, ask: Callable[[httpx.AsyncClient], Awaitable[Answer]]
) -> Answer:
    """Log in, and ask."""

    async def answered() -> Answer:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
            said, headers = {"actor": actor}, {"Origin": ORIGIN}
            login = await http.post("/api/login/development", json=said, headers=headers)
            login.raise_for_status()
            return await ask(http)

    return asyncio.run(answered())


async def asked(
    addresses: Mapping[str, str], cases: tuple[str, ...], who: str, http: httpx.AsyncClient
) -> list[Row]:
    """Ask every address so many times."""
    rows = []
    for what, address in addresses.items():
        took_ms = [
            await asked_ms(http, address.format(case=cases[n * 97 % len(cases)] if cases else ""))
            for n in range(TIMES)
        ]
        rows.append(of_95(f"{what}, to {who}", took_ms))
    return rows


def of_95(what: str, took_ms: Iterable[float]) -> Row:
    """Make the row of a page."""
    p95 = quantiles(took_ms, n=20)[-1]
    return row(f"{what}, 95th percentile", round(p95, 1), "ms", f"< {GOAL_MS}", met=p95 < GOAL_MS)


async def tried(cases: tuple[str, ...], http: httpx.AsyncClient) -> list[Row]:
    """Ask what would become of an act that no rule refuses."""
    took_ms = []
    for n in range(TIMES):
        said = {
            "name": "case.request",
            "about": cases[n * 97 % len(cases)],
            "fields": {"what": ["clarification"], "to": ["AA"], "text": ["Which battery?"]},
        }
        began = time.perf_counter()
        answer = await http.post("/api/check", json=said, headers={"Origin": ORIGIN})
        took_ms.append((time.perf_counter() - began) * 1000)
        if answer.raise_for_status().json()["refused"] is not None:
            raise SystemExit(f"refused: {answer.text}")
    return [of_95("an act tried, by a reviewer", took_ms)]


async def arrive(home: Path, pages: OpenCommission, http: httpx.AsyncClient) -> list[Row]:
    """Let acts arrive one by one; the page of the case has to show each."""
    took_ms = []
    case = pages.commission.chamber(pages.clock()).cases[-1]
    with Ledger.open(home / MISSION, LOG.seed) as ledger:
        writer = Signed(ledger)
        writer.now_us = pages.commission.log.acts[-1].at_us
        for _ in range(ARRIVALS):
            said = {"what": "clarification", "to": "AA", "text": "Which battery?"}
            act = writer.do("case.request", REVIEWER, case, **said)
            writer.finish()
            began = time.perf_counter()
            answer = await http.get(f"/api/case?id={case}")
            took_ms.append((time.perf_counter() - began) * 1000)
            if act not in {one["id"] for one in answer.raise_for_status().json()["requests"]}:
                raise SystemExit(f"the page does not show {act}")
    return [slowest("a case after an act on it arrived", took_ms)]


def slowest(what: str, took_ms: list[float]) -> Row:
    """Make the row of what arrived."""
    most = max(took_ms)
    told = f"{what}, slowest of {len(took_ms)}"
    return row(told, round(most, 1), "ms", f"< {GOAL_MS}", met=most < GOAL_MS)


def of_kept(home: Path) -> list[Row]:
    """Open the commission again, from what was kept beside the mission."""
    began = time.perf_counter()
    pages = opened(home / MISSION)
    pages.commission.chamber(pages.clock())
    took_s = time.perf_counter() - began
    return [row("opened again, from what was kept", round(took_s, 1), "s", met=None)]


# ----------------------------------------------------------------------------------- the board
def of_board(home: Path) -> list[Row]:
    """Open the board, and ask its pages."""
    size = forget(home / BOARD)
    began = time.perf_counter()
    board = GuarantorsBoard(home / BOARD)
    app = create_board_app(
        OpenBoard(board), accounts=accounts(ORIGIN), development=(GUARANTOR, CHAIR)
    )

    async def first(http: httpx.AsyncClient) -> float:
        (await http.get("/api/board")).raise_for_status()
        return time.perf_counter() - began

    first_s = as_somebody(app, GUARANTOR, first)
    now_us = time.time_ns() // 1000
    taken, refused = board.taken(now_us), len(board.refused(now_us))
    rows = [
        row("bytes in the board's folder", round(size / 2**20), "MiB", met=None),
        row("board: determinations imported", len(taken.determinations), "", met=None),
        row("board: acts refused", refused, "", "0", met=refused == 0),
        row("board: opened, to the first page", round(first_s, 1), "s", met=None),
        row("board: memory, with the largest process beside it", memory_mb(), "MB", met=None),
    ]
    ask = {f"board: {name}": address for name, address in BOARD_ADDRESSES.items()}
    rows += as_somebody(app, GUARANTOR, partial(asked, ask, (), "a guarantor"))
    rows += as_somebody(app, GUARANTOR, partial(called, home))
    return rows


async def called(home: Path, http: httpx.AsyncClient) -> list[Row]:
    """Let consultations be called one by one; the board has to show each."""
    took_ms = []
    finding = next(iter(findings(1, sha256(AGREEMENT).hexdigest())))[0].id
    seed = read_key(home / f"{BOARD}.key")
    with Ledger.open(home / BOARD, seed) as ledger:
        writer = Signed(ledger)
        for n in range(ARRIVALS):
            writer.now_us = time.time_ns() // 1000
            said = consultation(finding, writer.now_us) | {"agenda": f"Call {n}."}
            act = writer.do("consultation.convene", GUARANTOR, **said)
            writer.finish()
            began = time.perf_counter()
            answer = await http.get("/api/board")
            took_ms.append((time.perf_counter() - began) * 1000)
            board = answer.raise_for_status().json()
            if act not in {one["id"] for one in board["consultations"]}:
                raise SystemExit(f"the board does not show {act}")
    return [slowest("board: now, after an act arrived", took_ms)]


if __name__ == "__main__":
    sys.exit(main())
