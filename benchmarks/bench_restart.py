"""How long the writer of a large log takes to start again, and what one more entry costs then.

    python benchmarks/bench_restart.py [--entries 10000000] [--played 200000]

The log is written straight into tiles as `bench_verify.py` does it, with real signatures, into a
temporary folder beside this file (about 9 GB for ten million entries). Its snapshot is the one that
the writer keeps at its heads. Without a snapshot every entry is read and played again; that is
measured on a smaller log, and what it makes for the large one is said to be an extrapolation.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench_verify import LOG, write_log
from table import Row, keep, row, show
from truceline.evidence.actors import Actors
from truceline.evidence.ledger import Ledger
from truceline.evidence.proof import check_proof
from truceline.evidence.state import state_path, write_state

HERE = Path(__file__).resolve().parent
GOAL_S = 120
WHOLE = 10_000_000
COMMITS = 20


def keep_snapshot(folder: Path) -> None:
    """Write the snapshot of a log of one actor, at its head, as its writer does."""
    with Ledger.open(folder) as reader:
        head, last = reader.checkpoint, reader.read(reader.size - 1)
    if head is None:
        sys.exit("the log has no head")
    actors = Actors(LOG.verifier)
    state = actors.registry.state()
    actors.registry = actors.registry.from_state(
        LOG.verifier,
        {**state, "size": head.size, "chains": [[LOG.name, last.seq, last.sha256]]},
    )
    write_state(state_path(folder), actors.state(head), LOG)


def seconds_to_open(folder: Path, *, writing: bool) -> float:
    """Open a log, and give it back."""
    began = time.perf_counter()
    Ledger.open(folder, LOG.seed if writing else None).close()
    return time.perf_counter() - began


def restarted(home: Path, entries: int) -> list[Row]:
    """Start the writer of a large log."""
    folder = home / "large"
    began = time.perf_counter()
    write_log(folder, entries)
    print(f"wrote {entries:,} statements in {time.perf_counter() - began:.0f} s", flush=True)
    keep_snapshot(folder)
    start_s = seconds_to_open(folder, writing=True)
    read_s = seconds_to_open(folder, writing=False)
    took: list[float] = []
    with Ledger.open(folder, LOG.seed) as ledger:
        body = dict(ledger.read(entries - 1).body)
        for number in range(COMMITS):
            began = time.perf_counter()
            ledger.append_durable("parsed", body, number)
            ledger.commit(number)
            took.append(time.perf_counter() - began)
        index = ledger.size - 1
        if check_proof(ledger.prove(index), ledger.entry(index), LOG.verifier)[0] != index:
            sys.exit("the last entry is not proven")
    name = f"of a log of {entries:,} entries"
    return [
        row(f"start of the writer {name}", round(start_s, 2), "s", f"<= {GOAL_S}",
            met=start_s <= GOAL_S),
        row(f"opening {name} to read", round(read_s, 3), "s", met=None),
        row(f"one more entry, receipt and head, median of {COMMITS}",
            round(sorted(took)[COMMITS // 2] * 1000, 1), "ms", met=None),
    ]  # fmt: skip


def played(home: Path, entries: int, whole: int) -> list[Row]:
    """Start the writer of a log whose snapshot is gone."""
    folder = home / "played"
    write_log(folder, entries)
    took_s = seconds_to_open(folder, writing=True)
    rate = entries / took_s
    return [
        row(f"start without the snapshot, {entries:,} entries", round(took_s, 1), "s", met=None),
        row("entries played again", round(rate), "1/s", met=None),
        row(f"that makes for {whole:,} entries: extrapolated", round(whole / rate), "s", met=None),
    ]


def main() -> int:
    """Run everything, print the table, write the file; 1 if a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=WHOLE)
    parser.add_argument("--played", type=int, default=200_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=HERE) as home:
        rows = played(Path(home), asked.played, asked.entries)
        rows += restarted(Path(home), asked.entries)
    sound = show(rows)
    if asked.entries >= WHOLE:
        keep("evidence-restart", "python benchmarks/bench_restart.py", rows)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
