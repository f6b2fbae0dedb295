"""Mirrors in network namespaces: how soon an entry is at level D, also with f of them cut off.

    python benchmarks/bench_namespaces.py [--mirrors 32] [--entries 100] [--every-s 3]

One namespace holds the log, as plain files behind Python's own static file server; each mirror is
`truceline mirror serve` in a namespace of its own; two more hold observers, who ask all mirrors
that they can reach for their cosigned heads. They hang on two bridges, veth pair by veth pair: a
mirror is cut off by taking its cable down, and a partition moves cables to the other bridge.

A writer appends a statement a second and commits it. An observer counts a mirror for a size only
if the policy's keys verify its cosignature and the root is the one that the writer committed.
What is measured runs from the commit to the moment when the observer has seen enough of them, by
`policy.sizes_reached`; the observer's own round (OBSERVE_S) is part of it.

Needs root, `ip` and the right to make namespaces; says so and ends with 3 if it has not. What it
made it removes again, whatever happens. The whole run (32 mirrors, 100 entries) writes
benchmarks/results/evidence-namespaces.json.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from table import Row, keep, row, show
from truceline.evidence.cosignature import CosignerKey, cosignatures, cosigner_key
from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.mirror import Mirror, origin_hash
from truceline.evidence.note import open_checkpoint
from truceline.evidence.policy import (
    Level,
    determination_needed,
    read_policy,
    sizes_reached,
    tolerated,
)
from truceline.evidence.strict import FormatError

ORIGIN = "namespaces.example/log"
SEED = bytes(range(32))
KEY = SigningKey(name=ORIGIN, seed=SEED).verifier
PORT = 8471
MIRRORS, ENTRIES = 32, 100
OBSERVE_S = 0.5
ASK_S = 1.0
WRITE_S = 1.0
STARTED_S = 120.0
ALL_UP_GOAL_S, CUT_GOAL_S, HEAL_GOAL_S = 10.0, 60.0, 30.0
CANNOT = 3
MIRROR = "from truceline.cli.main import main; main()"
SUBNET = "10.213.0"


class CannotError(Exception):
    """This machine does not let us make namespaces."""


def ip(*words: str) -> None:
    """Run one `ip` command."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotError(f"ip {' '.join(words)}: {done.stderr.strip()}")


class Net:
    """Namespaces on two bridges, and the processes in them; all of it goes when it closes."""

    def __init__(self) -> None:
        self.prefix = f"tl{os.getpid()}"
        self.hub = f"{self.prefix}-hub"
        self.made: list[str] = []
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            self._namespace(self.hub)
            for bridge in ("br0", "br1"):
                self.in_hub("link", "add", bridge, "type", "bridge")
                self.in_hub("link", "set", bridge, "up")
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remove()

    def _remove(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name in reversed(self.made):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
        self.processes, self.made = [], []

    def _namespace(self, name: str) -> None:
        ip("netns", "add", name)
        self.made.append(name)
        ip("-n", name, "link", "set", "lo", "up")

    def in_hub(self, *words: str) -> None:
        """Run one `ip` command where the bridges are."""
        ip("-n", self.hub, *words)

    def host(self, name: str, number: int, bridge: str = "br0") -> str:
        """Make a namespace with one cable to a bridge; give its address."""
        space, address = f"{self.prefix}-{name}", f"{SUBNET}.{number}"
        self._namespace(space)
        self.in_hub(
            "link", "add", f"v{name}", "type", "veth", "peer", "name", "eth0", "netns", space
        )
        self.in_hub("link", "set", f"v{name}", "master", bridge, "up")
        ip("-n", space, "address", "add", f"{address}/24", "dev", "eth0")
        ip("-n", space, "link", "set", "eth0", "up")
        return address

    def cable(self, name: str, *, up: bool) -> None:
        """Plug a cable in or pull it out."""
        self.in_hub("link", "set", f"v{name}", "up" if up else "down")

    def move(self, name: str, bridge: str) -> None:
        """Plug a cable into the other bridge."""
        self.in_hub("link", "set", f"v{name}", "master", bridge)

    def start(self, name: str, output: Path, *command: str) -> subprocess.Popen[bytes]:
        """Start a process in a namespace."""
        with output.open("wb") as file:
            process = subprocess.Popen(
                ["ip", "netns", "exec", f"{self.prefix}-{name}", *command],
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        self.processes.append(process)
        return process


# ------------------------------------------------------------------------------- the observer
@dataclass
class Observer:
    """Asks every mirror of a policy again and again, and writes down what level each size is at.

    Its lines: monotonic time in s, size at level C, size at level D, mirrors that answered.
    """

    policy_file: Path
    heads_file: Path
    output: Path
    roots: dict[int, str] = field(default_factory=dict)
    read: int = 0

    def run(self) -> None:
        """Go on until killed."""
        policy = read_policy(self.policy_file.read_bytes())
        with ThreadPoolExecutor(len(policy.urls)) as pool, self.output.open("a") as output:
            while True:
                began = time.monotonic()
                asked = [
                    (policy.mirrors[name], pool.submit(ask, url))
                    for name, url in policy.urls.items()
                ]
                answers = [(key, one.result()) for key, one in asked]
                self._learn()
                sizes = {key: size for key, note in answers if (size := self._size(key, note))}
                reached = sizes_reached(policy, sizes)
                answered = sum(bool(note) for _, note in answers)
                line = (time.monotonic(), reached[Level.C], reached[Level.D], answered)
                output.write(json.dumps(line) + "\n")
                output.flush()
                time.sleep(max(0.0, OBSERVE_S - (time.monotonic() - began)))

    def _learn(self) -> None:
        """Read which root the writer committed at which size."""
        with self.heads_file.open() as file:
            file.seek(self.read)
            for line in file:
                if line.endswith("\n"):
                    self.read += len(line)
                    size, digest, _ = json.loads(line)
                    self.roots[size] = digest

    def _size(self, key: CosignerKey, note: bytes) -> int:
        """Give the size of a head that this mirror cosigned and the writer committed; else 0."""
        try:
            head = open_checkpoint(note, KEY)
            signed = cosignatures(note, [key])
        except FormatError:
            return 0
        same = self.roots.get(head.size) == head.root.hex()
        return head.size if key in signed and same else 0


def ask(url: str) -> bytes:
    """Give a mirror's cosigned head; empty if it does not answer within ASK_S."""
    address = url.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=ASK_S)
    try:
        connection.request("GET", f"/{origin_hash(ORIGIN)}/checkpoint")
        answer = connection.getresponse()
        content = answer.read(1_000_000)
    except (OSError, http.client.HTTPException):
        return b""
    else:
        return content if answer.status == http.client.OK else b""
    finally:
        connection.close()


# --------------------------------------------------------------------------------- the writer
class Writer:
    """The log's operator: a statement and a head every WRITE_S seconds."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "mission"
        self.heads_file = home / "heads.jsonl"
        self.committed: dict[int, float] = {}
        self.ledger = Ledger.create(self.folder, SEED, ORIGIN)
        self.ledger.store_mission_file(f'title = "N"\nverifier_key = "{KEY}"\n'.encode())
        self.ledger.store_original(b"48.1,37.5\n")
        self._write("first")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)
        self.failed: BaseException | None = None

    def _write(self, name: str) -> None:
        body = {
            "sha256": sha256(b"48.1,37.5\n").hexdigest(),
            "size": 10,
            "name": name,
            "feed": "f",
            "received_us": None,
        }
        self.ledger.append("original", body)
        head = self.ledger.commit(time.time_ns() // 1000)
        now = time.monotonic()
        with self.heads_file.open("a") as file:
            file.write(json.dumps([head.size, head.root.hex(), now]) + "\n")
        self.committed[head.size] = now

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def _go(self) -> None:
        try:
            while not self._stop.wait(WRITE_S):
                self._write(f"entry {len(self.committed)}")
        except BaseException as error:
            self.failed = error
            raise

    def stop(self) -> None:
        """Write no more."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.ledger.close()

    def after(self, moment: float) -> list[int]:
        """List the sizes committed since a moment."""
        if self.failed is not None:
            raise RuntimeError(f"the writer died: {self.failed}")
        return [size for size, at in sorted(self.committed.items()) if at >= moment]


# ------------------------------------------------------------------------------- the campaign
class Campaign:
    """One run: the net, the writer, n mirrors, an observer on each side."""

    def __init__(self, net: Net, home: Path, mirrors: int, every_s: float) -> None:
        self.net, self.home, self.every_s = net, home, every_s
        self.names = [f"m{number}" for number in range(mirrors)]
        self.writer = Writer(home)
        self.eyes = (home / "eye0.jsonl", home / "eye1.jsonl")
        for eye in self.eyes:
            eye.touch()

    def start(self) -> float:
        """Start everything; give the seconds until every mirror had cosigned."""
        began = time.monotonic()
        net, home = self.net, self.home
        source = f"http://{net.host('log', 1)}:8080"
        serve = (sys.executable, "-m", "http.server", "8080", "--directory")
        net.start("log", home / "log.out", *serve, str(self.writer.folder / "log"))
        lines = [f"log {KEY}"]
        for number, name in enumerate(self.names):
            address = net.host(name, 10 + number)
            store = home / "mirrors" / name
            seed = (1000 + number).to_bytes(32, "big")
            with Mirror.create(store, seed, f"mirror.example/{number}", KEY) as mirror:
                lines.append(
                    f"witness {name} {cosigner_key(mirror.signer)} http://{address}:{PORT}"
                )
            command = (sys.executable, "-c", MIRROR, "mirror", "serve", "--store", str(store))
            where = ("--source", source, "--host", address, "--port", str(PORT))
            often = ("--every-s", str(self.every_s))
            net.start(name, home / f"{name}.out", *command, *where, *often)
            deadline = time.monotonic() + STARTED_S
            while number % 2 and not self._served(name, time.monotonic() > deadline):
                time.sleep(0.2)
        needed = determination_needed(len(self.names))
        lines += [f"group enough {needed} {' '.join(self.names)}", "quorum enough"]
        policy = home / "policy.txt"
        policy.write_text("\n".join(lines) + "\n")
        for side, eye in enumerate(self.eyes):
            net.host(f"eye{side}", 2 + side)
            command = (sys.executable, str(Path(__file__).resolve()), "--observe")
            files = (str(policy), str(self.writer.heads_file), str(eye))
            net.start(f"eye{side}", home / f"eye{side}.out", *command, *files)
        self._until(lambda seen: seen[3] == len(self.names) and seen[2] > 0, STARTED_S)
        self.writer.start()
        return time.monotonic() - began

    def _served(self, name: str, late: bool) -> bool:
        said = (self.home / f"{name}.out").read_text(errors="replace")
        if late:
            raise RuntimeError(f"mirror {name} did not start: {said[-500:]}")
        return "Mirror: http" in said

    def _seen(self, eye: int) -> list[tuple[float, int, int, int]]:
        lines = self.eyes[eye].read_text().splitlines(keepends=True)
        return [tuple(json.loads(line)) for line in lines if line.endswith("\n")]

    def _until(self, true: object, limit_s: float) -> None:
        deadline = time.monotonic() + limit_s
        while not any(true(seen) for seen in self._seen(0)[-1:]):  # type: ignore[operator]
            if time.monotonic() > deadline:
                said = "".join((self.home / f"eye{at}.out").read_text() for at in (0, 1))
                raise RuntimeError(f"not reached within {limit_s} s: {self._seen(0)[-1:]} {said}")
            time.sleep(0.2)

    def delays(self, entries: int, limit_s: float) -> tuple[list[float], int]:
        """Wait for so many entries; give how long each took to level D, and how many never came."""
        began = time.monotonic()
        while len(self.writer.after(began)) < entries:
            time.sleep(0.2)
        sizes = self.writer.after(began)[:entries]
        deadline = time.monotonic() + limit_s
        while self._seen(0)[-1][2] < sizes[-1] and time.monotonic() < deadline:
            time.sleep(0.2)
        return self._reached(sizes)

    def _reached(self, sizes: Sequence[int]) -> tuple[list[float], int]:
        found: list[float] = []
        seen = self._seen(0)
        for size in sizes:
            moment = next((at for at, _, determined, _ in seen if determined >= size), None)
            if moment is not None:
                found.append(moment - self.writer.committed[size])
        return found, len(sizes) - len(found)

    def parted(self, away: Sequence[str], last_s: float) -> tuple[int, int, int, float, int]:
        """Move some mirrors and an observer to the other bridge for a while, then back.

        Returns:
            Heads committed meanwhile; heads of them at level D, and at level C, in the eyes of
            either observer before the healing; seconds from the healing until all of them were at
            D; and the mirrors that either saw at most.
        """
        for name in (*away, "eye1"):
            self.net.move(name, "br1")
        # What was on its way when the cables were pulled may still come to D: let it.
        time.sleep(2 * self.every_s + ASK_S + OBSERVE_S)
        began = time.monotonic()
        time.sleep(last_s)
        ended = time.monotonic()
        sizes = [size for size in self.writer.after(began) if self.writer.committed[size] < ended]
        watched = [
            line for eye in (0, 1) for line in self._seen(eye) if began + 2 <= line[0] < ended
        ]
        if not watched or not sizes:
            raise RuntimeError("nothing was seen during the partition")
        at_d = sum(any(line[2] >= size for line in watched) for size in sizes)
        at_c = sum(any(line[1] >= size for line in watched) for size in sizes)
        most = max(line[3] for line in watched)
        for name in (*away, "eye1"):
            self.net.move(name, "br0")
        healed = time.monotonic()
        self._until(lambda seen: seen[2] >= sizes[-1], 4 * HEAL_GOAL_S)
        moment = next(at for at, _, size, _ in self._seen(0) if size >= sizes[-1])
        return len(sizes), at_d, at_c, moment - healed, most


def spread(what: str, found: tuple[list[float], int], goal_s: float) -> list[Row]:
    """Write the rows about some delays."""
    delays, missing = sorted(found[0]), found[1]
    count = len(delays)
    if not count:
        return [row(f"{what}: entries that never reached D", missing, "", "0", met=False)]
    goal = f"<= {goal_s:.0f}"
    rows = [
        row(f"{what}: entries", count, "", met=None),
        row(f"{what}: entries that never reached D", missing, "", "0", met=not missing),
    ]
    for name, value in (
        ("p50", delays[count // 2]),
        ("p99", delays[min(count - 1, count * 99 // 100)]),
        ("max", delays[-1]),
    ):
        rows.append(
            row(f"{what}: to level D, {name}", round(value, 2), "s", goal, met=value <= goal_s)
        )
    return rows


def campaign(net: Net, home: Path, given: argparse.Namespace) -> list[Row]:
    """Play it all."""
    run = Campaign(net, home, given.mirrors, given.every_s)
    liars = tolerated(given.mirrors)
    rows = [
        row("mirrors, each a process in its own namespace", given.mirrors, "", met=None),
        row("seconds between two looks of a mirror", given.every_s, "s", met=None),
    ]
    try:
        rows.append(row("start of all, until D", round(run.start(), 1), "s", met=None))
        show(rows)
        rows += spread("all up", run.delays(given.entries, 60), ALL_UP_GOAL_S)
        show(rows[-5:])
        for name in run.names[-liars:]:
            net.cable(name, up=False)
        rows += spread(f"{liars} cut off", run.delays(given.entries, 120), CUT_GOAL_S)
        show(rows[-5:])
        for name in run.names[-liars:]:
            net.cable(name, up=True)
        time.sleep(10 * given.every_s)
        half = given.mirrors // 2
        for here in (half, determination_needed(given.mirrors) - 1, liars + 1):
            there = given.mirrors - here
            name = f"partition {here} with the log / {there} without"
            heads, at_d, at_c, healed, most = run.parted(run.names[here:], given.part_s)
            rows += [
                row(f"{name}: heads committed", heads, "", met=None),
                row(f"{name}: mirrors an observer could reach", most, "at most", met=None),
                row(f"{name}: heads at level D on either side", at_d, "", "0", met=at_d == 0),
                row(f"{name}: heads at level C", at_c, "", met=None),
                row(
                    f"{name}: all at D after healing",
                    round(healed, 2),
                    "s",
                    f"<= {HEAL_GOAL_S:.0f}",
                    met=healed <= HEAL_GOAL_S,
                ),
            ]
            show(rows[-5:])
    finally:
        run.writer.stop()
    return rows


def main() -> int:
    """Run the campaign, or an observer of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirrors", type=int, default=MIRRORS)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--every-s", type=float, default=3.0)
    parser.add_argument("--part-s", type=float, default=30.0)
    parser.add_argument("--observe", nargs=3, type=Path, default=None)
    given = parser.parse_args()
    if given.observe:
        policy, heads, output = given.observe
        Observer(policy_file=policy, heads_file=heads, output=output).run()
        return 0
    signal.signal(signal.SIGTERM, _ended)
    if os.geteuid() or shutil.which("ip") is None:
        print("CANNOT: network namespaces need root and iproute2", file=sys.stderr)
        return CANNOT
    try:
        with tempfile.TemporaryDirectory(prefix="namespaces") as home, Net() as net:
            rows = campaign(net, Path(home), given)
    except CannotError as error:
        print(f"CANNOT: {error}", file=sys.stderr)
        return CANNOT
    print()
    sound = show(rows)
    if given.mirrors >= MIRRORS and given.entries >= ENTRIES:
        command = ["python", "benchmarks/bench_namespaces.py", *sys.argv[1:]]
        keep("evidence-namespaces", " ".join(command), rows)
    return 0 if sound else 1


def _ended(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
