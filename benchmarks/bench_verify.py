"""Offline verification of a log of a million signed statements, with `truceline verify`.

    python benchmarks/bench_verify.py [--entries 20000]

The statements are invented and their signatures are real. The log is written straight into tiles,
as the ledger would have them, into a temporary folder beside this file. Prints its table and writes
benchmarks/results/evidence-verify.json; with --entries it writes no file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from truceline.evidence import folder as place
from truceline.evidence.keys import SigningKey
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.statement import (
    PAYLOAD_TYPE,
    Statement,
    pre_authentication_encoding,
    write_entry,
)
from truceline.evidence.strict import encode_base64
from truceline.evidence.tiles import (
    Tile,
    decode_bundle,
    encode_bundle,
    hash_tiles,
    tiles_of,
)
from truceline.evidence.tree import Frontier, leaf_hash
from truceline.evidence.verifiers.verify_bundle import signature_is_right

HERE = Path(__file__).resolve().parent
RESULT = HERE / "results" / "evidence-verify.json"
MILLION = 1_000_000
GOAL_S = 120
COMMIT_EVERY = 1000
PEER_SAMPLE, SLOW_SAMPLE = 200_000, 300
LOG = SigningKey(name="bench.example/verify", seed=bytes(range(1, 33)))
COMMAND_NAME = "`truceline verify`"
KEY_ID = LOG.verifier.key_id.hex()
DOCUMENT = b"latitude,longitude\n48.1,37.5\n"
MISSION = f'title = "Benchmark"\nverifier_key = "{LOG.verifier}"\n'.encode()
COMMAND = [sys.executable, "-c", "from truceline.cli.main import main; main()", "verify"]
Row = dict[str, object]


def row(what: str, value: float, unit: str, goal: str | None = None, *, who: str) -> Row:
    """Write one line of the table; a goal is a bound from above."""
    met = None if goal is None else value <= float(goal.removeprefix("<= "))
    return {"what": what, "who": who, "value": value, "unit": unit, "goal": goal, "met": met}


def write_log(folder: Path, entries: int) -> int:
    """Write a mission of one document and, of it, statement after statement.

    Returns:
        Bytes of all entries.
    """
    place.write_file(folder, place.MISSION, MISSION)
    place.write_file(folder, place.original_name(sha256(DOCUMENT).hexdigest()), DOCUMENT)
    tree, leaves, written = Frontier(), [], 0
    made = statements(entries, tree)
    for tile in tiles_of(entries):
        if tile.level is not None:
            break
        bundle = []
        for entry in islice(made, tile.width):
            bundle.append(entry)
            leaves.append(leaf_hash(entry))
            tree.append(leaves[-1])
        written += write(folder, tile, encode_bundle(bundle))
    for tile, content in hash_tiles(leaves).items():
        write(folder, tile, content)
    head = Checkpoint(origin=LOG.name, size=entries, root=tree.root)
    place.write_file(folder, place.CHECKPOINT, sign_note(head.text, LOG))
    return written


def write(folder: Path, tile: Tile, content: bytes) -> int:
    """Write a file of the log; nothing forces it to disk, for nothing depends on it later."""
    path = folder / place.tile_name(tile)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_bytes(content)


def statements(entries: int, tree: Frontier) -> Iterator[bytes]:
    """Give signed entries, each anchored to the head of the last thousand."""
    document = {"sha256": sha256(DOCUMENT).hexdigest(), "size": len(DOCUMENT)}
    original = {**document, "name": "day.csv", "feed": "firms", "received_us": None}
    mission = {"sha256": sha256(MISSION).hexdigest(), "size": len(MISSION)}
    prev = None
    anchor = None
    for seq, (kind, body) in enumerate((("mission", mission), ("original", original))):
        said = Statement(kind=kind, actor=LOG.name, seq=seq, prev=prev, signed_us=0, body=body)
        prev = said.sha256
        yield write_entry(said, LOG)
    for seq in range(2, entries):
        if seq % COMMIT_EVERY == 0:
            anchor = Checkpoint(origin=LOG.name, size=seq, root=tree.root)
        rows_root = sha256(seq.to_bytes(8, "big")).hexdigest()
        payload = quick_payload(seq, prev or "", anchor, document["sha256"], rows_root)
        prev = sha256(payload).hexdigest()
        signature = LOG.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
        yield (
            f'{{"payload":"{encode_base64(payload)}","payloadType":"{PAYLOAD_TYPE}","signatures":'
            f'[{{"keyid":"{KEY_ID}","sig":"{encode_base64(signature)}"}}]}}'
        ).encode()


def quick_payload(
    seq: int, prev: str, anchor: Checkpoint | None, document: object, rows_root: str
) -> bytes:
    """Write the payload of a `parsed` statement; verification refuses it if it is not canonical."""
    head = "null"
    if anchor is not None:
        head = f'{{"origin":"{LOG.name}","root":"{anchor.root.hex()}","size":{anchor.size}}}'
    return (
        f'{{"actor":"{LOG.name}","anchor":{head},"body":{{"feed":"firms","parser_version":1,'
        f'"refused":0,"rows":{seq},"rows_root":"{rows_root}","sha256":"{document}"}},"commits":[],'
        f'"kind":"parsed","label":null,"prev":"{prev}","seq":{seq},"signed_us":{seq},"v":2}}'
    ).encode()


def run_command(folder: Path) -> tuple[float, float, str]:
    """Run `truceline verify` as a command.

    Returns:
        Seconds; the most memory that it and its processes held together, in MiB; what it said.
    """
    began = time.perf_counter()
    command = [*COMMAND, str(folder), "--key", str(LOG.verifier)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peaks = [0]
        done = threading.Event()

        def watch() -> None:
            while not done.wait(0.25):
                peaks.append(held(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        said, _ = process.communicate()
        took_s = time.perf_counter() - began
        done.set()
        watcher.join()
    if process.returncode != 0:
        sys.exit("the log was not verified")
    return took_s, max(peaks) / 1024, said


def held(pid: int) -> int:
    """Give the KiB that a process and those below it hold now, what they share counted once."""
    total = 0
    try:
        with Path(f"/proc/{pid}/smaps_rollup").open() as file:
            total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return total
    return total + sum(held(int(child)) for child in below)


def payloads(folder: Path, entries: int, most: int) -> list[tuple[bytes, bytes]]:
    """Give what was signed, and the signature, of the first entries of the log."""
    found: list[tuple[bytes, bytes]] = []
    for tile in tiles_of(entries):
        if tile.level is not None or len(found) >= most:
            break
        content = (folder / place.tile_name(tile)).read_bytes()
        for entry in decode_bundle(content, tile.width):
            payload, signature = from_envelope(entry)
            found.append((pre_authentication_encoding(PAYLOAD_TYPE, payload), signature))
    return found[:most]


def from_envelope(entry: bytes) -> tuple[bytes, bytes]:
    """Take payload and signature out of an entry."""
    envelope = json.loads(entry)
    return b64decode(envelope["payload"]), b64decode(envelope["signatures"][0]["sig"])


def all_right(signed: list[tuple[bytes, bytes]]) -> bool:
    """Check signatures with PyNaCl, and do nothing else."""
    return all(LOG.verifier.verifies(message, signature) for message, signature in signed)


def peers(folder: Path, entries: int) -> list[Row]:
    """Measure what checking the same signatures costs and nothing else."""
    signed = payloads(folder, entries, PEER_SAMPLE)
    rows = []
    for threads in (1, 2):
        parts = [signed[at::threads] for at in range(threads)]
        began = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            right = all(pool.map(all_right, parts))
        speed = len(signed) / (time.perf_counter() - began)
        if not right:
            sys.exit("a signature is wrong")
        plural = "" if threads == 1 else "s"
        who = f"PyNaCl, signatures alone, {threads} thread{plural}"
        rows.append(row(who, round(speed), "entries/s", who=who))
    few = signed[:SLOW_SAMPLE]
    began = time.perf_counter()
    if not all(signature_is_right(LOG.verifier.public, *one) for one in few):
        sys.exit("a signature is wrong")
    speed = len(few) / (time.perf_counter() - began)
    who = "standard library, signatures alone"
    return [
        *rows,
        row(f"{who}, {len(few)} entries", round(speed), "entries/s", who=who),
        row(f"{who}, 1,000,000 entries: extrapolated", round(MILLION / speed), "s", who=who),
    ]


def main() -> None:
    """Write the log, verify it, measure the bounds, print the table and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=MILLION)
    entries = parser.parse_args().entries
    with tempfile.TemporaryDirectory(dir=HERE, prefix=".bench_verify.") as temporary:
        folder = Path(temporary) / "mission"
        began = time.perf_counter()
        written = write_log(folder, entries)
        print(f"wrote {entries:,} statements in {time.perf_counter() - began:.0f} s")
        took_s, mib, said = run_command(folder)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        used_s = used.ru_utime + used.ru_stime
        print(said, end="")
        goal = f"<= {GOAL_S}" if entries == MILLION else None
        who = "truceline"
        rows = [
            row(f"{COMMAND_NAME}, {entries:,} statements", round(took_s, 1), "s", goal, who=who),
            row("the same", round(entries / took_s), "entries/s", who=who),
            row("processor time of the same", round(used_s, 1), "s", who=who),
            row("most memory, all its processes", round(mib), "MiB", who=who),
            row("bytes in the bundles", round(written / 2**20), "MiB", who=who),
            *peers(folder, entries),
        ]
    for one in rows:
        print(f"{one['what']:64} {one['value']!s:>10} {one['unit']:10} {one['goal'] or '':>8}")
    if entries != MILLION:
        return
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
        "command": "python benchmarks/bench_verify.py",
        "rows": rows,
    }
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    if not all(one["met"] in {True, None} for one in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
