"""What cutting the power cannot show: a disk that changes a byte, and a second writer.

    python benchmarks/powercut/rivals.py [MUTANT]

Prints one line of JSON: how many scenes were played, and in how many of them a head was signed over
bytes that are not on disk, or one size got two roots.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from itertools import product
from pathlib import Path

from mutants import MUTANTS
from workload import DOCUMENT, KEY, MISSION, ORIGIN, SEED, body

from truceline.evidence import folder as place
from truceline.evidence import ledger as ledger_module
from truceline.evidence.ledger import Ledger, LedgerError, Upkeep
from truceline.evidence.verify import verify

FLIPS = 20
# A full tile: there, what a rival wrote beside it stops nobody by chance.
BEGUN = 256


def begun(folder: Path) -> Ledger:
    """Make a small mission with one statement in its journals."""
    ledger = Ledger.create(folder, SEED, ORIGIN)
    ledger.store_mission_file(MISSION)
    ledger.store_original(DOCUMENT)
    for number in range(BEGUN - 2):
        ledger.append("original", body(f"{number}"))
    ledger.commit(0)
    ledger.append_durable("original", body("durable"), 0)
    ledger.commit(0)
    return ledger


def lying_disk(folder: Path, at: int) -> str:
    """Commit while the disk changes one byte of a bundle on its way."""
    ledger = begun(folder)
    head = (folder / place.CHECKPOINT).read_bytes()
    honest = place.write_file

    def write_file(where: Path, name: str, content: bytes) -> None:
        if "entries" in name:
            changed = bytearray(content)
            changed[at * len(changed) // FLIPS] ^= 1
            content = bytes(changed)
        honest(where, name, content)

    place.write_file = write_file
    try:
        ledger.append_durable("original", body("lied about"), 1)
        ledger.commit(1)
    except LedgerError:
        pass
    finally:
        place.write_file = honest
        ledger.close()
    moved = (folder / place.CHECKPOINT).read_bytes() != head
    return "head signed over other bytes" if moved and not verify(folder, str(KEY)).ok else ""


def rival_writers(
    folder: Path, order: tuple[int, ...], upkeep: Upkeep | None, *, durable: bool
) -> str:
    """Let two writers who both think that they are alone write by turns."""
    begun(folder).close()
    honest = ledger_module._lock
    ledger_module._lock = lambda _folder: None  # type: ignore[assignment,return-value]
    roots: dict[int, set[bytes]] = {}
    try:
        writers = [Ledger.open(folder, SEED, upkeep=upkeep) for _ in range(2)]
        for turn, which in enumerate(order):
            try:
                if durable:
                    writers[which].append_durable("original", body(f"{which} {turn}"), turn)
                else:
                    writers[which].append("original", body(f"{which} {turn}"))
                head = writers[which].commit(turn)
                roots.setdefault(head.size, set()).add(head.root)
            except LedgerError:
                continue
    finally:
        ledger_module._lock = honest
    two = [size for size, found in roots.items() if len(found) > 1]
    return f"two roots for size {two[0]}" if two else ""


def main() -> int:
    """Play every scene."""
    mutant = sys.argv[1] if len(sys.argv) > 1 else ""
    if mutant in MUTANTS:
        MUTANTS[mutant]()
    wrong: list[str] = []
    home = Path(tempfile.mkdtemp(prefix="truceline-rivals-"))
    try:
        wrong += [lying_disk(home / f"lie{at}", at) for at in range(FLIPS)]
        for order in product((0, 1), repeat=4):
            # With journals of no length each head begins them anew, under the other's hands.
            for durable, upkeep in product((True, False), (None, Upkeep(journal_bytes=0))):
                name = f"r{''.join(map(str, order))}{durable}{upkeep is None}"
                wrong.append(rival_writers(home / name, order, upkeep, durable=durable))
    finally:
        shutil.rmtree(home)
    failures = [one for one in wrong if one]
    counts = {"scenes": len(wrong), "failed": len(failures)}
    print(json.dumps({"counts": counts, "failures": sorted(set(failures))}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
