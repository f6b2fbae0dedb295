"""Kill a writer under load with SIGKILL, again and again, and hold it to every receipt it gave.

    python benchmarks/powercut/kill.py --kills 1000

The writer prints each receipt the moment it has it; what was printed is the outside memory. Prints
one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from replay import MEMORY, Told, check
from workload import DOCUMENT, MISSION, ORIGIN, SEED, UPKEEP, body

from truceline.evidence.ledger import Ledger

PER_MISSION = 10
PUBLISH_EVERY = 20
LONGEST_S = 0.08


def write(folder: Path) -> None:
    """Hand in statements until killed."""
    with Ledger.open(folder, SEED, upkeep=UPKEEP) as ledger:
        sys.stdout.write("open\n")
        sys.stdout.flush()
        number = 0
        while True:
            number += 1
            receipt = ledger.append_durable("original", body(f"{number}"), number)
            os.write(1, f"{receipt.index} {receipt.statement}\n".encode())
            if number % PUBLISH_EVERY == PUBLISH_EVERY // 2:
                ledger.begin_head()
            if number % PUBLISH_EVERY == 0:
                head = ledger.end_head()
                os.write(1, f"head {head.size} {head.root.hex()}\n".encode())


def hear(said: bytes, told: Told) -> None:
    """Take what the writer printed; a line that was cut off was not given."""
    for line in said.decode().split("\n")[:-1]:
        match line.split():
            case ["head", size, root]:
                told.heads[int(size)] = bytes.fromhex(root)
            case [index, statement]:
                told.receipts[int(index)] = statement


def kill_once(folder: Path, told: Told, chance: random.Random) -> None:
    """Start a writer, let it write for a moment, and kill it."""
    command = [sys.executable, __file__, "--write", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        pipe = writer.stdout
        if pipe is None:
            return
        # Half of the kills fall into the recovery, which begins before the writer says "open".
        if chance.random() < 0.8:
            select.select([pipe], [], [], 20)
        time.sleep(chance.random() * LONGEST_S)
        writer.kill()
        hear(pipe.read(), told)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    if given.write:
        write(given.write)
    chance, failures = random.Random(1), []
    kills = receipts = 0
    home = Path(tempfile.mkdtemp(prefix="truceline-kill-", dir=MEMORY))
    try:
        while kills < given.kills:
            folder, told = home / f"m{kills}", Told(started=True)
            with Ledger.create(folder, SEED, ORIGIN) as ledger:
                ledger.store_mission_file(MISSION)
                ledger.store_original(DOCUMENT)
                ledger.append("original", body("first"))
                ledger.commit(0)
            for _ in range(min(PER_MISSION, given.kills - kills)):
                kill_once(folder, told, chance)
                kills += 1
                wrong = check(folder, told, go_on=False)
                if wrong:
                    failures.append(f"kill {kills}: {wrong}")
            receipts += len(told.receipts)
            shutil.rmtree(folder)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    counts = {"kills": kills, "receipts": receipts, "failed": len(failures)}
    print(json.dumps({"counts": counts, "failures": failures[:5]}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
