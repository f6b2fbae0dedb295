"""Let each call to the file system fail once, or be the last one, with `strace -e inject`.

    python benchmarks/powercut/inject.py --faults 500

A child is stopped before its work, strace takes hold of it, and the n-th call of one kind fails
with EIO, ENOSPC or EINTR, or kills the process. What the child had acknowledged is held against
what the next start finds. Prints one line of JSON. Method: Tessera's fault tests of its storage.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kill import hear
from replay import MEMORY, Told, check, remember_pure_functions
from workload import DOCUMENT, MISSION, ORIGIN, SEED, body

from truceline.evidence.ledger import Ledger, LedgerError, Upkeep

CALLS = (
    "pwrite64", "fdatasync", "fsync", "rename", "write", "mkdir", "unlink", "rmdir", "openat",
    "flock", "close", "read", "lseek", "newfstatat", "getdents64",
)  # fmt: skip
FAULTS = ("error=EIO", "error=ENOSPC", "error=EINTR", "signal=KILL")
MOST_OF_ONE = 400
PATIENCE_S = 20.0


def work(folder: Path, out: int) -> None:
    """Write to a mission, and print what was acknowledged."""
    try:
        # Small enough that both heads begin the journals anew and write the snapshot; the second
        # statement of each comes while the tiles of the first are written.
        with Ledger.open(
            folder, SEED, upkeep=Upkeep(journal_bytes=2000, state_entries=2)
        ) as ledger:
            for number in range(2):
                for at in range(2):
                    receipt = ledger.append_durable("original", body(f"{number} {at}"), number)
                    os.write(out, f"{receipt.index} {receipt.statement}\n".encode())
                    ledger.begin_head()
                head = ledger.end_head()
                os.write(out, f"head {head.size} {head.root.hex()}\n".encode())
            receipt = ledger.append_durable("original", body("last"), 9)
            os.write(out, f"{receipt.index} {receipt.statement}\n".encode())
    except (LedgerError, OSError):
        os._exit(3)
    os._exit(0)


def play(folder: Path, call: str, fault: str, nth: int, told: Told) -> bool:
    """Let one call fail; tell whether it came to that."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        os.kill(os.getpid(), signal.SIGSTOP)
        work(folder, theirs)
    os.close(theirs)
    os.waitpid(child, os.WUNTRACED)
    log = folder.with_name("strace")
    # With its threads, of which each counts its own calls.
    command = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={call}"]
    command += ["-e", f"inject={call}:{fault}:when={nth}", "-p", str(child)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as tracer:
        end = time.monotonic() + PATIENCE_S
        while "TracerPid:\t0" in Path(f"/proc/{child}/status").read_text(encoding="ascii"):
            if time.monotonic() > end or tracer.poll() is not None:
                os.kill(child, signal.SIGKILL)
                raise RuntimeError("strace could not take hold of the child")
            time.sleep(0.001)
        os.kill(child, signal.SIGCONT)
        said = b""
        while more := os.read(ours, 65536):
            said += more
        os.close(ours)
        _, status = os.waitpid(child, 0)
        tracer.wait()
    hear(said, told)
    return os.WIFSIGNALED(status) or "INJECTED" in log.read_text(errors="replace")


def cases(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield each kind of call with each fault."""
    pairs = [(call, fault) for call in CALLS for fault in FAULTS]
    chance.shuffle(pairs)
    yield from pairs


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=int, default=500)
    given = parser.parse_args()
    remember_pure_functions()
    failures: list[str] = []
    faults = receipts = 0
    home = Path(tempfile.mkdtemp(prefix="truceline-inject-", dir=MEMORY))
    origin, folder = home / "origin", home / "m"
    try:
        with Ledger.create(folder, SEED, ORIGIN) as ledger:
            ledger.store_mission_file(MISSION)
            ledger.store_original(DOCUMENT)
            ledger.append("original", body("first"))
            ledger.commit(0)
            ledger.append_durable("original", body("second"), 0)
        origin.mkdir()
        for path in home.glob("m*"):
            path.rename(origin / path.name)
        for call, fault in cases(random.Random(1)):
            for nth in range(1, MOST_OF_ONE):
                if faults >= given.faults:
                    break
                for path in home.glob("m*"):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                shutil.copytree(origin, home, dirs_exist_ok=True)
                told = Told(started=True)
                if not play(folder, call, fault, nth, told):
                    break
                faults += 1
                receipts += len(told.receipts)
                wrong = check(folder, told, go_on=faults % 8 == 0)
                if wrong:
                    failures.append(f"{call} {nth} {fault}: {wrong}")
    finally:
        shutil.rmtree(home, ignore_errors=True)
    counts = {"faults": faults, "receipts": receipts, "failed": len(failures)}
    print(json.dumps({"counts": counts, "failures": failures[:5]}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
