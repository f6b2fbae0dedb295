"""How many signed entries a log takes a second, with the load generator on the same machine.

    python benchmarks/bench_door.py [--seconds 60]

`truceline ledger serve` runs as a process of its own, and 32 contributors hand in what they have
signed before, each over one connection: first at the rate of the goal, an entry's latency counted
from the moment at which it was due, then as fast as they can. Every acknowledged entry has to be in
the log afterwards. Beside it: libsodium's verification and one fdatasync a request, alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from table import Row, keep, row, show
from truceline.cli.main import app
from truceline.evidence.keys import SigningKey, write_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.note import Checkpoint
from truceline.evidence.receipt import read_receipt
from truceline.evidence.statement import Statement, open_entry, write_entry
from truceline.evidence.tiles import encode_bundle
from truceline.evidence.verify import verify

HERE = Path(__file__).parent
LOG = SigningKey(name="bench.example/door", seed=bytes(range(1, 33)))
ROOT = SigningKey(name="root.example/bench", seed=bytes(range(2, 34)))
CONTRIBUTORS = 32
BATCH = 100
GOALS = {BATCH: (5000, 500), 1: (1000, 250)}
COMMAND = [sys.executable, "-c", "from truceline.cli.main import main; main()"]
ALONE = 3000
UNPACED_S = 10


def truceline(*arguments: str) -> None:
    """Run a command of ours in this process."""
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    if done.exit_code:
        raise RuntimeError(done.output)


@dataclass
class Contributor:
    """One contributor: his key, and what he has signed and not handed in yet."""

    key: SigningKey
    seq: int = 0
    prev: str | None = None
    ready: list[bytes] = field(default_factory=list)

    def sign(self, count: int, anchor: Checkpoint) -> None:
        """Sign so many statements ahead."""
        for _ in range(count):
            said = Statement(
                kind="sealed",
                actor=self.key.name,
                seq=self.seq,
                prev=self.prev,
                anchor=anchor,
                signed_us=1_775_000_000_000_000 + self.seq,
                commits=(f"{self.seq:064x}",),
                body={"title": "a reading of this station", "blobs": [f"{self.seq + 1:064x}"]},
            )
            self.ready.append(write_entry(said, self.key))
            self.seq, self.prev = self.seq + 1, said.sha256

    def take(self, count: int) -> bytes:
        """Give the next statements as a body."""
        entries, self.ready = self.ready[:count], self.ready[count:]
        return encode_bundle(entries)


def begin(home: Path) -> list[Contributor]:
    """Make a log that knows the contributors."""
    with Ledger.create(home / "m", LOG.seed, LOG.name) as ledger:
        ledger.store_mission_file(f'title = "Door"\nverifier_key = "{LOG.verifier}"\n'.encode())
        ledger.commit(0)
    write_key(home / "m.key", LOG.seed)
    os.chdir(home)
    keep_key(home, "root", ROOT)
    drafted("root", "key", "root", str(ROOT.verifier), "--threshold", "1", "--log", LOG.name)
    found = []
    for number in range(CONTRIBUTORS):
        key = SigningKey(name=f"station.example/{number}", seed=bytes([number + 100]) * 32)
        keep_key(home, f"s{number}", key)
        drafted(
            f"s{number}", "key", "add", "--seed", f"s{number}.key", "--kinds", "sealed",
            "--log", LOG.name,
        )  # fmt: skip
        found.append(Contributor(key=key))
    return found


def drafted(name: str, *draft: str) -> None:
    """Draft a change, let the root's holder sign it, and submit it."""
    truceline(*draft, "-o", f"{name}.json")
    truceline("key", "sign", f"{name}.json", "--seed", "root.key")
    truceline("key", "submit", f"{name}.json", "--mission", "m")


def keep_key(home: Path, name: str, key: SigningKey) -> None:
    """Write a key as `truceline key new` does."""
    write_key(home / f"{name}.key", key.seed)
    (home / f"{name}.key.pub").write_text(f"{key.verifier}\n", encoding="utf-8")


async def post(
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], body: bytes
) -> list[dict[str, Any]]:
    """Hand in a body over one connection that stays open."""
    reader, writer = streams
    writer.write(b"POST /add HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % len(body))
    writer.write(body)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"(?i)content-length: (\d+)", head)
    if not head.startswith("HTTP/1.1 200") or length is None:
        raise RuntimeError(head)
    answers: list[dict[str, Any]] = json.loads(await reader.readexactly(int(length[1])))["answers"]
    return answers


async def load(
    port: int, people: list[Contributor], batch: int, rate: float | None, seconds: float
) -> tuple[float, list[float], list[str]]:
    """Hand in entries for a while.

    Args:
        port: Where the door listens.
        people: Who hands in, each over one connection.
        batch: Entries a request.
        rate: Entries a second over all; None for as fast as they can.
        seconds: How long.

    Returns:
        Seconds that it took, latencies in seconds (of each request), receipts.
    """
    latencies: list[float] = []
    receipts: list[str] = []
    begin_s = time.perf_counter()
    every_s = 0.0 if rate is None else len(people) * batch / rate

    async def one(number: int, who: Contributor) -> None:
        streams = await asyncio.open_connection("127.0.0.1", port)
        due = begin_s + every_s * number / len(people)
        while len(who.ready) >= batch:
            now = time.perf_counter()
            if rate is None:
                due = now
            elif now < due:
                await asyncio.sleep(due - now)
            if time.perf_counter() - begin_s > seconds:
                break
            answers = await post(streams, who.take(batch))
            latencies.append(time.perf_counter() - due)
            refused = [answer["refused"] for answer in answers if "refused" in answer]
            if refused:
                raise RuntimeError(f"{who.key.name}: {refused[0]}")
            receipts.extend(answer["receipt"] for answer in answers)
            due += every_s
        streams[1].close()

    await asyncio.gather(*(one(number, who) for number, who in enumerate(people)))
    return time.perf_counter() - begin_s, latencies, receipts


def alone(folder: Path, count: int, who: Contributor, anchor: Checkpoint, batch: int) -> float:
    """Verify signatures, append and force to disk, and nothing else: entries a second."""
    signs = Contributor(key=who.key)
    signs.sign(count, anchor)
    opened = [open_entry(entry) for entry in signs.ready]
    begin_s = time.perf_counter()
    with (folder / f"alone-{batch}").open("wb") as file:
        for at in range(0, count, batch):
            for one in opened[at : at + batch]:
                one.by(who.key.verifier)
            file.write(b"".join(signs.ready[at : at + batch]))
            file.flush()
            os.fdatasync(file.fileno())
    return count / (time.perf_counter() - begin_s)


def measured(home: Path, seconds: float) -> list[Row]:
    """Run all of it in a folder."""
    people = begin(home)
    with Ledger.open(home / "m") as ledger:
        anchor = ledger.checkpoint
        if anchor is None:
            raise RuntimeError("the log has no head")
    rows: list[Row] = []
    acknowledged: list[str] = []
    server = subprocess.Popen(
        [*COMMAND, "ledger", "serve", "--mission", "m", "--port", "0"],
        cwd=home, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        if server.stdout is None:
            raise RuntimeError("no output")
        port = int(re.search(r":(\d+)/", server.stdout.readline())[1])  # type: ignore[index]
        for batch, (goal, slowest_ms) in GOALS.items():
            name = f"in batches of {batch}" if batch > 1 else "singly"
            for who in people:
                who.sign(int(goal * seconds / CONTRIBUTORS) + batch - len(who.ready), anchor)
            took, waits, receipts = asyncio.run(load(port, people, batch, goal, seconds))
            acknowledged += receipts
            rate = len(receipts) / took
            slow_ms = sorted(waits)[len(waits) * 99 // 100] * 1000
            rows += [
                row(f"entries {name}, sent at {goal}/s: taken", round(rate), "1/s", met=None),
                row(f"the same: p99 from due to receipt, {len(waits):,} requests",
                    round(slow_ms), "ms", f"<= {slowest_ms}", met=slow_ms <= slowest_ms),
            ]  # fmt: skip
            for who in people:
                who.sign(10 * goal * UNPACED_S // CONTRIBUTORS - len(who.ready), anchor)
            took, waits, receipts = asyncio.run(load(port, people, batch, None, UNPACED_S))
            acknowledged += receipts
            most = len(receipts) / took
            peer = alone(home, ALONE, people[0], anchor, batch)
            rows += [
                row(
                    f"entries {name}, as fast as they can",
                    round(most),
                    "1/s",
                    f">= {goal}",
                    met=most >= goal,
                ),
                row(f"verify and fdatasync alone, {name}", round(peer), "1/s", met=None),
                row(f"ratio of the two, {name}", round(most / peer, 2), "", met=None),
            ]
    finally:
        server.terminate()
        server.wait(60)
    wanted = {read_receipt(note.encode(), LOG.verifier).statement for note in acknowledged}
    report = verify(home / "m", str(LOG.verifier))
    with Ledger.open(home / "m") as ledger:
        held = {one.sha256 for one in ledger.statements()}
    lost = len(wanted - held) if report.problem is None else len(wanted)
    rows.append(row(f"lost of {len(wanted):,} acknowledged entries", lost, "", "0", met=lost == 0))
    return rows


def main() -> None:
    """Run everything, print the table, write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=HERE) as home:
        rows = measured(Path(home), asked.seconds)
    held = show(rows)
    if asked.seconds >= 60:
        keep("evidence-door", "python benchmarks/bench_door.py", rows)
    sys.exit(not held)


if __name__ == "__main__":
    main()
