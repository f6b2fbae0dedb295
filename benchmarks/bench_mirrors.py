"""Mirrors, quorums and fraud proofs: the campaigns behind docs/reference/mirrors.md.

    python benchmarks/bench_mirrors.py [--steps 1000000]

The worlds of the simulator are invented; trees, the mirrors' rule, keys and proofs are the real
ones. Prints its table and writes benchmarks/results/evidence-mirrors.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "evidence"))

from mirror_world import Unsafe, fewest_shared, run, strongest_attack

from truceline.evidence.cosignature import (
    add_signatures,
    cosign,
    cosignatures,
    cosigner_key,
)
from truceline.evidence.fraud import Outcome, check, prove_heads
from truceline.evidence.keys import SigningKey
from truceline.evidence.mirror import Mirror
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.policy import determination_needed, tolerated
from truceline.evidence.tiles import encode_bundle, tiles_of
from truceline.evidence.tree import leaf_hash, root

RESULT = HERE / "results" / "evidence-mirrors.json"
MILLION = 1_000_000
SMALL = 10
UNSAFE_K, SAFE_K = 21, 22
SEED = 20261121
LOG = SigningKey(name="bench.example/log", seed=bytes(range(1, 33)))
Row = dict[str, object]


def row(what: str, value: float, unit: str, goal: str | None = None, *, met: bool | None) -> Row:
    """Write one line of the table."""
    return {
        "what": what,
        "who": "truceline",
        "value": value,
        "unit": unit,
        "goal": goal,
        "met": met,
    }


def simulator(steps: int) -> list[Row]:
    """Play the million steps."""
    began = time.perf_counter()
    violations = 0
    try:
        counts = run(SEED, steps)
    except Unsafe as error:
        print("UNSAFE:", error)
        violations, counts = 1, {}
    took_s = time.perf_counter() - began
    return [
        row(
            "simulator, operator and up to (n-1)/3 mirrors lying: steps",
            counts.get("steps", 0),
            "steps",
            f">= {MILLION}",
            met=counts.get("steps", 0) >= MILLION,
        ),
        row("simulator: two histories at level D", violations, "", "0", met=not violations),
        row("simulator: worlds", counts.get("worlds", 0), "", met=None),
        row("simulator: heads that reached level D", counts.get("determined", 0), "", met=None),
        row("simulator: forks proven, each checked", counts.get("forks proven", 0), "", met=None),
        row(
            "simulator: crashes between promise and reply",
            counts.get("crashed before the reply", 0),
            "",
            met=None,
        ),
        row("simulator: speed", round(counts.get("steps", 0) / took_s), "steps/s", met=None),
    ]


def unsafe_number() -> Row:
    """Ask for one cosignature less than is safe, and wait for it to break."""
    try:
        run(SEED, MILLION, less=1)
    except Unsafe:
        return row("simulator: k one below the formula is found unsafe", 1, "", "1", met=True)
    return row("simulator: k one below the formula is found unsafe", 0, "", "1", met=False)


def quorums() -> list[Row]:
    """Try all small quorums, and the directed attack on 32."""
    agree = attacks = 0
    for mirrors in range(1, 11):
        liars = tolerated(mirrors)
        safe = [k for k in range(1, mirrors + 1) if fewest_shared(mirrors, k) > liars]
        agree += min(safe) == determination_needed(mirrors) and mirrors - liars >= min(safe)
        attacks += strongest_attack(mirrors) == determination_needed(mirrors) - 1
    best = strongest_attack(32)
    small = f"of {SMALL}"
    return [
        row("n <= 10, all pairs of quorums: safe, alive", agree, small, "10", met=agree == SMALL),
        row("n <= 10, all splits: attack ends at k-1", attacks, small, "10", met=attacks == SMALL),
        row("n = 32, directed: cosigned both", best, "of 32", "21", met=best == UNSAFE_K),
        row("n = 32: k = 21 safe", int(best < UNSAFE_K), "", "0", met=best >= UNSAFE_K),
        row("n = 32: k = 22 safe", int(best < SAFE_K), "", "1", met=best < SAFE_K),
    ]


def speeds() -> list[Row]:
    """Time what everybody who verifies has to do."""
    head = Checkpoint(origin=LOG.name, size=7, root=b"r" * 32)
    crowd = [SigningKey(name=f"m/{at}", seed=at.to_bytes(32, "big")) for at in range(1, 33)]
    note = add_signatures(sign_note(head.text, LOG), [cosign(head.text, one, 1) for one in crowd])
    keys = [cosigner_key(one) for one in crowd]
    began = time.perf_counter()
    for _ in range(20):
        cosignatures(note, keys)
    verify_ms = (time.perf_counter() - began) / 20 * 1000
    leaves = [leaf_hash(b"%d" % at) for at in range(100_000)]
    other = [leaf_hash(b"x"), *leaves[1:70_000]]
    notes = [
        sign_note(Checkpoint(origin=LOG.name, size=len(one), root=root(one)).text, LOG)
        for one in (leaves, other)
    ]
    proof = prove_heads(notes[0], notes[1], LOG.verifier, leaves)
    began = time.perf_counter()
    for _ in range(100):
        proven = check(proof, [LOG.verifier]).outcome is Outcome.PROVEN
    check_ms = (time.perf_counter() - began) / 100 * 1000
    return [
        row("head with 32 cosignatures", len(note), "bytes", met=None),
        row("32 cosignatures checked", round(verify_ms, 2), "ms", met=None),
        row("fraud proof, sizes 70,000 and 100,000", len(proof), "bytes", met=proven),
        row("fraud proof checked", round(check_ms, 2), "ms", met=None),
    ]


def pulling(size: int = 100_000) -> list[Row]:
    """Time the first pull of a log, and the restart of its mirror."""
    entries = [b"%d" % at * 60 for at in range(size)]
    entries = [entry[:500] for entry in entries]
    leaves = [leaf_hash(entry) for entry in entries]
    note = sign_note(Checkpoint(origin=LOG.name, size=size, root=root(leaves)).text, LOG)
    served = {
        tile.path: encode_bundle(entries[tile.index * 256 : tile.index * 256 + tile.width])
        for tile in tiles_of(size)
        if tile.level is None
    }
    served["checkpoint"] = note
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        with Mirror.create(store, bytes(range(50, 82)), "m/1", LOG.verifier) as mirror:
            began = time.perf_counter()
            mirror.pull(lambda path, _limit: served[path], 1)
            took_s = time.perf_counter() - began
        began = time.perf_counter()
        Mirror.open(store).close()
        opened_s = time.perf_counter() - began
    return [
        row("first pull of 100,000 entries of 500 bytes", round(took_s, 1), "s", met=None),
        row("restart of that mirror", round(opened_s, 2), "s", met=None),
    ]


def main() -> None:
    """Run all of it, print the table and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=MILLION)
    steps = parser.parse_args().steps
    rows = [*quorums(), *speeds(), *pulling(), unsafe_number(), *simulator(steps)]
    for one in rows:
        print(f"{one['what']:62} {one['value']!s:>10} {one['unit']:8} {one['goal'] or '':>12}")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE,
    ).stdout.strip()
    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    result = {
        "machine": f"{os.cpu_count()} cores, {round(pages * page / 2**30)} GiB, shared",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "command": "python benchmarks/bench_mirrors.py"
        + ("" if steps == MILLION else f" --steps {steps}"),
        "rows": rows,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    if not all(one["met"] in {True, None} for one in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
