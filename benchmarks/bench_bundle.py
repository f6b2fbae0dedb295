"""Change one byte of a bundle, ten thousand times: the verifier of one file refuses each.

    python benchmarks/bench_bundle.py [--mutants N] [--seed N]

Three bundles: that of the surest finding of the built-in exercise (three simulated days), and the
small ones of the tests, without and with a quorum of mirrors, which hold the same kinds of entry in
a hundredth of the bytes; nearly all mutants are of the small ones, because each byte of them is
then tried more often. The text of the policy is not changed: nobody signed it, and it is judged by
the reader's own (`bench_bundle_elsewhere.py` changes it). Half of the mutants
change one byte of the file, anywhere. The other half change one byte of what the JSON carries (an
entry, a step of a proof, a file, the checkpoint, the key, a record, a citation), each kind of field
equally often, and write the JSON again in its canonical form, as an attacker would.

The verifier is imported, not started anew; its signature check is kept from one mutant to the next
where message, key and signature are the same, which changes its speed and not its answer.
"""

from __future__ import annotations

import argparse
import base64
import importlib
import importlib.util
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger
from truceline.pipeline.bundle import VERIFIER, bundle_record
from truceline.pipeline.run import exercise

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "evidence-bundle.json"
SIGNATURES = 300
PEER_SIGNATURES = 5_000
MUTANTS = 10_000
LARGE_MUTANTS = 100
VALID_RUNS = 5
VALID_LIMIT_S = 10
Row = dict[str, Any]


def verifier() -> ModuleType:
    """Load the verifier from its file, as its reader has it."""
    spec = importlib.util.spec_from_file_location("verify_bundle", VERIFIER)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(VERIFIER)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by its name
    spec.loader.exec_module(module)
    return module


def make_one(folder: Path) -> tuple[bytes, str]:
    """Make the exercise's mission and the bundle of its surest finding: bytes and key."""
    view = exercise(
        folder / "mission", seed=7, days=3, start=date(2025, 3, 24), progress=lambda *_: None
    )
    surest = max(view.records("finding"), key=lambda one: (one["probability_ppm"], one["id"]))
    view.close()
    bundle_record(folder / "mission", surest["id"], folder / "one.bundle")
    with Ledger.open(folder / "mission") as ledger:
        return (folder / "one.bundle").read_bytes(), str(ledger.key)


def make_small(folder: Path) -> tuple[bytes, str]:
    """Make the small bundle of the tests: bytes and key."""
    sys.path.insert(0, str(ROOT / "tests" / "evidence"))
    worlds = importlib.import_module("bundle_worlds")
    return worlds.bundle_of(folder / "small"), worlds.SIGNED_BY


def make_small_quorum(folder: Path) -> tuple[bytes, str]:
    """Make the small bundle of the tests with a policy and three of four mirrors."""
    worlds = importlib.import_module("bundle_worlds")
    return worlds.quorum_bundle_of(folder / "quorum"), worlds.SIGNED_BY


def changed_bytes(content: bytes, dice: random.Random, but: range = range(0)) -> bytes:
    """Change one byte, but none of these."""
    at = dice.randrange(len(content) - len(but))
    at += len(but) if at >= but.start else 0
    return content[:at] + bytes([content[at] ^ dice.randrange(1, 256)]) + content[at + 1 :]


def changed_text(text: str, dice: random.Random) -> str:
    """Change one character to its neighbour, so that the text stays a text."""
    at = dice.randrange(len(text))
    return text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]


def changed_base64(text: str, dice: random.Random) -> str:
    """Change one byte of what is written in base64; where nothing is written, add one."""
    content = base64.b64decode(text)
    changed = changed_bytes(content, dice) if content else b"\0"
    return base64.b64encode(changed).decode("ascii")


def changed_number(number: int, dice: random.Random) -> int:
    """Change one of the lower bits of a number."""
    return number ^ 1 << dice.randrange(8)


Place = tuple[Any, Any, Callable[[Any, random.Random], Any]]


def places(raw: Row) -> Iterator[tuple[str, Place]]:
    """List every field that carries something: its kind, where it is, how to change it."""
    for name in ("about", "checkpoint", "key"):
        yield name, (raw, name, changed_text)
    yield "format", (raw, "format", changed_number)
    for entry in raw["entries"]:
        yield "entries.entry", (entry, "entry", changed_base64)
        yield "entries.content", (entry, "content", changed_base64)
        yield "entries.index", (entry, "index", changed_number)
        for at in range(len(entry["path"])):
            yield "entries.path", (entry["path"], at, changed_base64)
    for record in raw["records"]:
        yield "records.text", (record, "text", changed_text)
        yield "records.line", (record, "line", changed_number)
        yield "records.path", (record, "path", changed_text)
    for citation in raw["citations"]:
        for name in ("document", "observation", "text"):
            yield f"citations.{name}", (citation, name, changed_text)
        for name in ("document_line", "line"):
            yield f"citations.{name}", (citation, name, changed_number)


def mutants(content: bytes, count: int, dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """Give changed bundles, each with the kind of its change."""
    policy = importlib.import_module("bundle_writers").policy_bytes(content)
    for _ in range(count // 2):
        yield "file", changed_bytes(content, dice, policy)
    raw = json.loads(content)
    by_kind: dict[str, list[Place]] = {}
    for kind, place in places(raw):
        by_kind.setdefault(kind, []).append(place)
    kinds = sorted(by_kind)
    for at in range(count - count // 2):
        kind = kinds[at % len(kinds)]
        holder, name, change = dice.choice(by_kind[kind])
        before = holder[name]
        holder[name] = change(before, dice)
        text = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        holder[name] = before
        yield kind, text.encode()


def per_second(count: int, work: Callable[[], object]) -> float:
    """Tell how often a second something can be done."""
    begun = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - begun)


def speeds(module: ModuleType, content: bytes, key: str) -> list[Row]:
    """Measure the verifier whole, and its signature check beside libsodium's in the same run."""
    whole = 1 / per_second(VALID_RUNS, lambda: module.verify(content, key))
    signer = SigningKey(name="k", seed=bytes(32))
    message = bytes(300)
    signature = signer.sign(message)
    public = signer.verifier.public
    ours = per_second(
        SIGNATURES, lambda: module.signature_is_right(public, message, signature) or sys.exit(1)
    )
    theirs = per_second(PEER_SIGNATURES, lambda: signer.verifier.verifies(message, signature))
    size = "size of the bundle of one finding, three simulated days"
    return [
        row(size, "truceline", len(content), "bytes"),
        row("verification of it", "verify_bundle.py", round(whole, 3), "s", VALID_LIMIT_S),
        row("Ed25519 verifications, 300 bytes", "verify_bundle.py", round(ours), "1/s"),
        row("Ed25519 verifications, 300 bytes", "PyNaCl", round(theirs), "1/s"),
    ]


def row(what: str, who: str, value: float, unit: str, at_most: float | None = None) -> Row:
    """Make a row of the table."""
    goal = None if at_most is None else f"<= {at_most}"
    met = None if at_most is None else value <= at_most
    return {"what": what, "who": who, "value": value, "unit": unit, "goal": goal, "met": met}


def campaign(module: ModuleType, content: bytes, key: str, count: int, seed: int) -> list[Row]:
    """Give every mutant to the verifier; an answer other than a verdict ends the campaign."""
    tried: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    begun = time.perf_counter()
    kept = module.signature_is_right
    module.signature_is_right = cache(kept)  # type: ignore[attr-defined]
    for kind, mutant in mutants(content, count, random.Random(seed)):
        tried[kind] += 1
        try:
            module.verify(mutant, key)
        except module.Wrong:
            refused[kind] += 1
        else:
            print(f"ACCEPTED: a mutant of kind {kind}")
    module.signature_is_right = kept  # type: ignore[attr-defined]
    took = time.perf_counter() - begun
    of = f"of a bundle of {len(content)} bytes"
    fields = sum(tried.values()) - tried["file"]
    in_fields = sum(refused.values()) - refused["file"]
    return [
        told(f"refused, one byte changed {of}", refused["file"], tried["file"]),
        told(f"refused, one of {len(tried) - 1} kinds of field changed {of}", in_fields, fields),
        told(f"refused, all mutants {of}", sum(refused.values()), count),
        row(f"mutants tried {of}", "verify_bundle.py", round(count / took), "1/s"),
    ]


def told(what: str, refused: int, tried: int) -> Row:
    """Make a row that says how many of how many were refused."""
    return {
        "what": what,
        "who": "verify_bundle.py",
        "value": refused,
        "unit": "bundles",
        "goal": f">= {tried}",
        "met": refused == tried,
    }


def commit() -> str:
    """Name the commit that was measured."""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, check=False
    )
    return found.stdout.decode().strip()


def main() -> int:
    """Run the campaign, print its table, keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=MUTANTS)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    module = verifier()
    with TemporaryDirectory() as folder:
        small = make_small(Path(folder))
        quorum = make_small_quorum(Path(folder))
        large = make_one(Path(folder))
    rows = campaign(module, *small, given.mutants, given.seed)
    rows += campaign(module, *quorum, given.mutants, given.seed)
    rows += campaign(module, *large, LARGE_MUTANTS, given.seed)
    rows += speeds(module, *large)
    for one in rows:
        mark = {True: "met", False: "NOT MET", None: ""}[one["met"]]
        print(
            f"{one['what']:75} {one['who']:17} {one['value']:>10} {one['unit']:8}"
            f" {one['goal'] or '':10} {mark}"
        )
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    result = {
        "machine": f"{os.cpu_count()} cores, {memory_gib:.0f} GiB",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "command": f"python benchmarks/bench_bundle.py --mutants {given.mutants}"
        f" --seed {given.seed}",
        "rows": rows,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if all(one["met"] is not False for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
