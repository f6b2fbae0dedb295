"""Cut the power after every call of a recorded workload, recover, and see what is left.

    python benchmarks/powercut/replay.py --states 20000 [--mutant NAME] [--workers 2]

Each state is a disk after one call, under one model (`disk.py`), with both journals or with one of
them lost altogether. It is recovered by `Ledger.open`, as after any start. Then every receipt that
had been given must still be true, every head that had been published must still be the root of its
size, and `verify` must find nothing. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from contributors import let_them_speak
from disk import ALL, RANDOM, RENAME, STRICT, WRITE, Disk, read_ops
from workload import KEY, SEED, UPKEEP, body

from truceline.evidence import actors as actors_module
from truceline.evidence import folder as place
from truceline.evidence import ledger as ledger_module
from truceline.evidence import statement as statement_module
from truceline.evidence.keys import VerifierKey
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.note import open_checkpoint
from truceline.evidence.statement import open_entry
from truceline.evidence.verify import verify

HERE = Path(__file__).parent
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())
RANDOM_DRAWS = 2
GO_ON_EVERY = 8
KEPT_FAILURES = 5
USUAL_STATES = 3000
FEWEST_WORKLOADS = 4
LOST = ("neither", "a", "b")


def remember_pure_functions() -> None:
    """Compute once what depends on its arguments only: most states hold the same few entries."""
    once = lru_cache(maxsize=4096)(open_entry)
    for module in (actors_module, statement_module, ledger_module):
        setattr(module, "open_entry", once)  # noqa: B010
    honest = lru_cache(maxsize=8192)(VerifierKey.verifies)
    setattr(VerifierKey, "verifies", honest)  # noqa: B010
    setattr(place.VerifierKey, "read", lru_cache(maxsize=64)(VerifierKey.read))  # noqa: B010


@dataclass
class Told:
    """What outsiders know at the moment of the cut.

    Attributes:
        receipts: Index and statement hash of each receipt given.
        heads: Size and root of each head that stood where others read it.
        started: The mission had its first head acknowledged.
    """

    receipts: dict[int, str] = field(default_factory=dict)
    heads: dict[int, bytes] = field(default_factory=dict)
    started: bool = False


let_them_speak()


def record(work: Path, seed: int, mutant: str) -> tuple[Path, str]:
    """Run one workload under the shim; give its record, and why it stopped early if it did.

    Raises:
        CalledProcessError: The shim cannot be built.
    """
    shim, log, root = work / "shim.so", work / "ops", work / "run"
    if not shim.exists():
        source = str(HERE / "shim.c")
        subprocess.run(
            ["gcc", "-O2", "-shared", "-fPIC", "-o", str(shim), source, "-ldl"], check=True
        )
    shutil.rmtree(root, ignore_errors=True)
    log.unlink(missing_ok=True)
    root.mkdir()
    environment = {
        **os.environ,
        "LD_PRELOAD": str(shim),
        "TRUCELINE_SHIM_ROOT": str(root),
        "TRUCELINE_SHIM_LOG": str(log),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, str(HERE / "workload.py"), str(root), str(seed), mutant]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    return log, done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


def put(image: dict[str, bytes | None], where: Path) -> Path:
    """Put a disk's files into an empty folder; give the mission in it."""
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir()
    for name, content in image.items():
        if content is None:
            (where / name).mkdir()
        else:
            (where / name).write_bytes(content)
    return where / "m"


def check(folder: Path, told: Told, *, go_on: bool) -> str:
    """Recover a mission; say what is wrong with it, "" if nothing is, "halted" if it stopped."""
    try:
        ledger = Ledger.open(folder, SEED, upkeep=UPKEEP)
    except LedgerError as error:
        return f"halted: {error}" if told.started else ""
    with ledger:
        try:
            wrong = _compare(ledger, told)
        except LedgerError as error:
            # A snapshot spares reading old entries at the start; damage to one stops its reader.
            return f"halted: {error}"
        if wrong:
            return wrong
        if go_on and told.started:
            ledger.append_durable("original", body("afterwards"), 1)
            ledger.commit(1)
    if told.started:
        problem = verify(folder, str(KEY)).problem
        if problem is not None:
            return f"verify: {problem.file}: {problem.why}"
    return ""


def _compare(ledger: Ledger, told: Told) -> str:
    for index, statement in told.receipts.items():
        if index >= ledger.size or ledger.read(index).sha256 != statement:
            return f"lost: entry {index} of {ledger.size}"
    for size, root in told.heads.items():
        if size <= ledger.size and ledger._tree.root_at(size) != root:
            return f"second root for size {size}"
    beyond = [size for size in told.heads if size > ledger.size]
    return f"head of {max(beyond)} lost, the log has {ledger.size}" if beyond else ""


def states(
    log: Path, seed: int, share: float
) -> Iterator[tuple[str, str, dict[str, bytes | None], Told]]:
    """Yield every state, or a share of them by chance.

    Each is the model, the journal that is lost, the disk, and what had been told.
    """
    root = str(log.with_name("run"))
    disk, told = Disk(root), Told()
    chance, which = random.Random(seed), random.Random(-seed)
    acks = -1
    for op in read_ops(log):
        disk.apply(op)
        if op.first == f"{root}/acks".encode():
            acks = op.fd
            continue
        if op.fd == acks and op.kind == WRITE:
            said = json.loads(op.first)
            told.started |= "start" in said
            if "statement" in said:
                told.receipts[said["index"]] = said["statement"]
        if op.kind == RENAME and op.second == f"{root}/m/log/checkpoint".encode():
            head = open_checkpoint(disk.shown(f"{root}/m/log/checkpoint"), KEY)
            told.heads.setdefault(head.size, head.root)
        for model in (ALL, STRICT, *[RANDOM] * RANDOM_DRAWS):
            if which.random() >= share:
                continue
            image = disk.image(model, chance)
            image.pop("acks", None)
            yield model, LOST[0], image, told
            if {"m.journal-a", "m.journal-b"} & set(image):
                for lost in LOST[1:]:
                    left = {
                        name: bytes_ for name, bytes_ in image.items() if f"-{lost}" not in name
                    }
                    yield model, lost, left, told


def campaign(seed: int, mutant: str, share: float) -> tuple[Counter[str], list[str]]:
    """Try the states of one workload.

    Returns:
        How often each outcome and model came, and the first failures in words.
    """
    counts: Counter[str] = Counter()
    failures: list[str] = []
    remember_pure_functions()
    work = Path(tempfile.mkdtemp(prefix="truceline-power-", dir=MEMORY))
    try:
        log, stopped = record(work, seed, mutant)
        if stopped:
            counts["failed"] += 1
            counts["writer stopped"] += 1
            failures.append(f"seed {seed}: the writer itself stopped: {stopped}")
        for number, (model, lost, image, told) in enumerate(states(log, seed, share)):
            folder = put(image, work / "state")
            try:
                wrong = check(folder, told, go_on=number % GO_ON_EVERY == 0)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                wrong = f"error: {error!r}"
            counts["states"] += 1
            counts[model] += 1
            counts[f"lost {lost}"] += 1
            if wrong:
                counts["failed"] += 1
                counts[wrong.partition(":")[0]] += 1
                failures.append(f"seed {seed} state {number} {model} lost {lost}: {wrong}")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return counts, failures[:KEPT_FAILURES]


def run(wanted: int, mutant: str, workers: int, first_seed: int) -> tuple[Counter[str], list[str]]:
    """Try workloads until there are so many states."""
    total: Counter[str] = Counter()
    failures: list[str] = []
    # A small number is still drawn from some whole workloads, not from the beginning of one.
    share = min(1.0, wanted / (USUAL_STATES * FEWEST_WORKLOADS))
    with ProcessPoolExecutor(workers) as pool:
        seed = first_seed
        while total["states"] < wanted:
            seeds = range(seed, seed + workers)
            for counts, words in pool.map(campaign, seeds, [mutant] * workers, [share] * workers):
                total += counts
                failures += words
            seed += workers
    total["workloads"] = seed - first_seed
    return total, failures[:KEPT_FAILURES]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--states", type=int, default=20_000)
    parser.add_argument("--mutant", default="none")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    counts, failures = run(given.states, given.mutant, given.workers, given.seed)
    print(json.dumps({"counts": dict(sorted(counts.items())), "failures": failures}))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
