"""How long the pages of the commission take to be answered: 10,000 cases, asked over HTTP.

    python benchmarks/bench_pages.py [--cases 10000] [--acts 0]

The log is that of bench_commission.py, with no acts but those of the cases unless more are asked
for. Each address is asked by a reviewer, who sees every case,
and by a party; the log is looked at anew each time, as when it is served. Nothing is sent over
a network. Prints the table and keeps it in benchmarks/results/pages.json.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from statistics import quantiles

import httpx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "commission"))
sys.path.insert(0, str(HERE.parent / "tests" / "web"))

from chamber_world import REVIEWER, World, party_key
from fake_commission import MemoryCommission, accounts
from fake_mission import FakeMission

from bench_commission import written
from table import Row, keep, row, show
from truceline.pipeline.commission_view import OpenCommission
from truceline.web.app import create_app

GOAL_MS = 200
TIMES = 100
ORIGIN = "http://localhost:8470"
ADDRESSES = {
    "the list of cases": "/api/cases",
    "the list, filtered": "/api/cases?status=under_review&party=AA",
    "a text found in the list": "/api/cases?text=bank&page=3",
    "one case": "/api/case?id={case}",
    "what is due": "/api/deadlines",
    "the incident room": "/api/hotline",
    "what is new": "/api/acts?after=100",
}


def main() -> int:
    """Make the log, ask, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--acts", type=int, default=0)
    given = parser.parse_args()
    rows = asyncio.run(measured(given.cases, given.acts))
    held = show(rows)
    keep("pages", f"bench_pages.py --cases {given.cases} --acts {given.acts}", rows)
    return 0 if held else 1


async def measured(cases: int, acts: int) -> list[Row]:
    """Ask every address so many times as each reader; give the table."""
    log, findings, now_us = written(cases, acts)
    world = World(findings=findings)
    world.acts = log
    began_us = time.time_ns() // 1000

    def clock() -> int:
        return now_us + time.time_ns() // 1000 - began_us

    pages = OpenCommission(MemoryCommission(world, findings), clock=clock)
    readers = {"a reviewer": REVIEWER, "a party": party_key("BB")}
    app = create_app(
        FakeMission(), pages, accounts=accounts(ORIGIN), development=tuple(readers.values())
    )
    rows = [row("cases", cases, "", met=None), row("acts", len(log), "", met=None)]
    opened = [one.id for one in log if one.name == "case.open"]
    transport = httpx.ASGITransport(app)
    for who, actor in readers.items():
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
            login = await http.post(
                "/api/login/development", json={"actor": actor}, headers={"Origin": ORIGIN}
            )
            login.raise_for_status()
            begun = time.perf_counter()
            (await http.get("/api/cases")).raise_for_status()
            first_s = time.perf_counter() - begun
            rows.append(row(f"the first look of {who}", round(first_s, 2), "s", met=None))
            for what, address in ADDRESSES.items():
                took_ms = [
                    await asked_ms(http, address.format(case=opened[n * 97 % len(opened)]))
                    for n in range(TIMES)
                ]
                p95 = quantiles(took_ms, n=20)[-1]
                rows.append(
                    row(f"{what}, to {who}, 95th percentile", round(p95, 1), "ms",
                        f"< {GOAL_MS}", met=p95 < GOAL_MS)
                )  # fmt: skip
    return rows


async def asked_ms(http: httpx.AsyncClient, address: str) -> float:
    """Time one answer, in milliseconds."""
    begun = time.perf_counter()
    (await http.get(address)).raise_for_status()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
