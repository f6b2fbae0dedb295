"""Damage one copy of what is stored, at rest or together with a power cut, and start again.

    python benchmarks/powercut/corrupt.py --cases 10000 [--workers 2]

A copy is journal A, journal B, or the folder (its bundles and its head). Damage is a flipped bit, a
sector of zeros, bytes cut off, bytes put in. Afterwards the ledger must hold everything that was
acknowledged (healed), or must refuse to start and name a file (halted). Anything else is silent.
Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from disk import ALL, SECTOR
from replay import LOST, MEMORY, check, put, record, remember_pure_functions, states

USUAL_STATES = 900
KEPT_FAILURES = 5
DAMAGE = ("flip", "zeroed sector", "truncation", "insertion")


def damaged(content: bytes, how: str, chance: random.Random) -> bytes:
    """Damage some bytes."""
    at = chance.randrange(len(content))
    if how == "flip":
        return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]
    if how == "zeroed sector":
        begin = at - at % SECTOR
        size = len(content[begin : begin + SECTOR])
        return content[:begin] + bytes(size) + content[begin + size :]
    if how == "truncation":
        return content[:at]
    return content[:at] + chance.randbytes(chance.randrange(1, 2 * SECTOR)) + content[at:]


def target(image: dict[str, bytes | None], copy: str, chance: random.Random) -> str:
    """Choose a file of one copy that holds something; "" if there is none."""
    if copy == "folder":
        names = [
            name
            for name, content in image.items()
            if content and ("/tile/entries/" in name or name.endswith("/checkpoint"))
        ]
        return chance.choice(sorted(names)) if names else ""
    name = f"m.journal-{copy}"
    return name if image.get(name) else ""


def campaign(seed: int, share: float) -> tuple[Counter[str], list[str]]:
    """Damage the states of one workload."""
    counts: Counter[str] = Counter()
    silent: list[str] = []
    remember_pure_functions()
    chance = random.Random(seed)
    work = Path(tempfile.mkdtemp(prefix="truceline-corrupt-", dir=MEMORY))
    try:
        log, _ = record(work, seed, "none")
        for model, lost, image, told in states(log, seed, share):
            copy = chance.choice(("a", "b", "folder"))
            name = target(image, copy, chance)
            if lost != LOST[0] or not name or not told.receipts:
                continue
            how = chance.choice(DAMAGE)
            whole = image[name] or b""
            broken = damaged(whole, how, chance)
            if broken == whole:
                continue
            wrong = check(put({**image, name: broken}, work / "state"), told, go_on=False)
            kind = wrong.partition(":")[0]
            outcome = {"": "healed", "halted": "halted", "verify": "named by verify"}.get(kind)
            when = "at rest" if model == ALL else "with a power cut"
            counts["cases"] += 1
            counts[how] += 1
            counts[when] += 1
            counts[f"{'folder' if copy == 'folder' else 'journal'} {outcome or 'silent'}"] += 1
            counts[outcome or "silent"] += 1
            if outcome is None:
                silent.append(f"seed {seed} {model} {how} of {name}: {wrong}")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return counts, silent[:KEPT_FAILURES]


def run(wanted: int, workers: int, first_seed: int) -> tuple[Counter[str], list[str]]:
    """Damage workloads until there are so many cases."""
    total: Counter[str] = Counter()
    silent: list[str] = []
    share = min(1.0, wanted / (USUAL_STATES * 2))
    with ProcessPoolExecutor(workers) as pool:
        seed = first_seed
        while total["cases"] < wanted:
            for counts, words in pool.map(campaign, range(seed, seed + workers), [share] * workers):
                total += counts
                silent += words
            seed += workers
    return total, silent[:KEPT_FAILURES]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1001)
    given = parser.parse_args()
    counts, silent = run(given.cases, given.workers, given.seed)
    print(json.dumps({"counts": dict(sorted(counts.items())), "failures": silent}))
    return 1 if counts["silent"] else 0


if __name__ == "__main__":
    sys.exit(main())
