"""Fuzz every parser of bytes from outside, guided by coverage: typed rejections and nothing else.

    python benchmarks/fuzz.py [--runs 500000] [--feed-runs 50000] [--only NAME] [--missing]

The evidence room's parsers and the agreement reader are the table of
tests/evidence/parser_table.py, the feeds that of truceline.feeds. Each runs in a process of its own
under atheris, which mutates from the table's valid examples; only Truceline's modules are
instrumented. A run counts as a finding if anything but the parser's own errors comes out, if it
takes more than a second, or if the process has grown by more than 256 MB in the end.

Prints a table. A parser that had all its runs is kept at once in
benchmarks/results/evidence-fuzz.json, in place of its earlier result, so that a long campaign can
be broken off; --missing goes on with those that are not in it. Ends with 1 on a finding, with 3
without atheris.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from table import RESULTS, Row, keep, row, show

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent / "tests"
RUNS, FEED_RUNS = 500_000, 50_000
SLOW_S, GROWN_MB = 1.0, 256
LONGEST = 4096
SHOWN = 5
CANNOT = 3
RESULT = "evidence-fuzz"
# Some parsers read files: where there is one, from a disk that is none.
MEMORY = Path("/dev/shm")
FEED = "feed "
SEED = 20261121


class Watch:
    """Calls a parser and keeps what must not happen."""

    def __init__(self, refuses: Callable[[bytes], bool], runs: int, output: Path) -> None:
        self.refuses, self.runs, self.output = refuses, runs, output
        self.count = self.refused = 0
        self.slowest_s = 0.0
        self.findings: dict[str, str] = {}
        self.began = time.perf_counter()
        self.memory_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def once(self, content: bytes) -> None:
        """Run the parser once; the last run writes the result and ends the process."""
        # Processor time: a neighbour on the machine is no fault of the parser.
        begin = time.process_time()
        try:
            self.refused += self.refuses(content)
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"
            self.findings.setdefault(f"{where}: {error!s:.120}"[:200], _shown(content))
        took_s = time.process_time() - begin
        if took_s > SLOW_S:
            self.findings.setdefault(f"took {took_s:.2f} s", _shown(content))
        self.slowest_s = max(self.slowest_s, took_s)
        self.count += 1
        if self.count >= self.runs:
            self.end()

    def end(self) -> None:
        """Write what was counted, and end without ceremony: the fuzzer has no other way out."""
        grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self.memory_kb) / 1024
        if grown_mb > GROWN_MB:
            self.findings[f"grew by {grown_mb:.0f} MB"] = ""
        result = {
            "runs": self.count,
            "refused": self.refused,
            "slowest_ms": round(self.slowest_s * 1000, 1),
            "grown_mb": round(grown_mb),
            "per_s": round(self.count / (time.perf_counter() - self.began)),
            "findings": self.findings,
        }
        self.output.write_text(json.dumps(result))
        os._exit(0)


def _shown(content: bytes) -> str:
    return base64.b64encode(content[:LONGEST]).decode()


def table() -> dict[str, tuple[Callable[[bytes], bool], tuple[bytes, ...]]]:
    """Name every parser; give how to call it, and valid examples."""
    for folder in ("evidence", "feeds"):
        sys.path.insert(0, str(TESTS / folder))
    from parser_table import parsers  # noqa: PLC0415 - instrumented in the child, not in the parent

    found = {one.name: (one.refuses, one.examples) for one in parsers()}
    from test_bad_input import SAVED  # noqa: PLC0415
    from test_deepstate import SAVED as LINES  # noqa: PLC0415

    from truceline.feeds import FEEDS  # noqa: PLC0415
    from truceline.feeds.interface import FeedError  # noqa: PLC0415

    for feed in FEEDS:
        saved = SAVED.get(feed.name)
        examples = (LINES,) if saved is None else (saved.document(saved.row, saved.row),)

        def refuses(content: bytes, parse: Callable[[bytes], object] = feed.parse) -> bool:
            try:
                parse(content)
            except FeedError:
                return True
            return False

        found[FEED + feed.name] = refuses, examples
    return found


def child(name: str, runs: int, output: Path) -> None:
    """Fuzz one parser in this process."""
    import atheris  # type: ignore[import-not-found]  # noqa: PLC0415 - the extra `fuzz`

    with atheris.instrument_imports(include=["truceline"]):
        refuses, examples = table()[name]
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        for number, example in enumerate(examples):
            (Path(folder) / f"{number}").write_bytes(example)
            if refuses(example):
                raise SystemExit(f"{name} refuses its own example {number}")
        longest = max([LONGEST, *(2 * len(example) for example in examples)])
        options = [f"-seed={SEED}", f"-max_len={longest}", "-rss_limit_mb=0", "-verbosity=0"]
        watch = Watch(refuses, runs, output)
        atheris.Setup([sys.argv[0], *options, folder], watch.once)
        atheris.Fuzz()


def fuzzed(name: str, runs: int) -> dict[str, Any]:
    """Fuzz one parser in a process of its own."""
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="fuzz", dir=place) as folder:
        output = Path(folder) / "result.json"
        done = subprocess.run(
            [sys.executable, __file__, "--child", name, "--runs", str(runs), "--output", output],
            capture_output=True,
            text=True,
            check=False,
            # Temporary files of a child that ends without ceremony go with this folder.
            env={**os.environ, "TMPDIR": folder},
        )
        if not output.exists():
            why = done.stderr.strip()[-1500:]
            return {"runs": 0, "findings": {f"died with {done.returncode}: {why}": ""}}
        return dict(json.loads(output.read_text()))


def rows_of(name: str, wanted: int, result: dict[str, Any]) -> list[Row]:
    """Write the rows about one parser."""
    findings, runs = len(result["findings"]), result["runs"]
    rows = [
        row(f"{name}: runs", runs, "", f">= {wanted}", met=runs >= wanted),
        row(f"{name}: findings", findings, "", "0", met=not findings),
    ]
    if runs:
        rows += [
            row(f"{name}: refused", result["refused"], "", met=None),
            row(
                f"{name}: slowest run",
                result["slowest_ms"],
                "ms",
                "<= 1000",
                met=result["slowest_ms"] <= SLOW_S * 1000,
            ),
        ]
    return rows


def main() -> int:
    """Fuzz what was asked for, or be the process that fuzzes one parser."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--feed-runs", type=int, default=FEED_RUNS)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--child")
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    if given.child:
        child(given.child, given.runs, given.output)
    if importlib.util.find_spec("atheris") is None:
        print("CANNOT: atheris is missing; install truceline[fuzz]", file=sys.stderr)
        return CANNOT
    kept = kept_so_far()
    wanted = {
        name: given.feed_runs if name.startswith(FEED) else given.runs
        for name in table()
        if (not given.only or name in given.only) and not (given.missing and name in kept)
    }
    sound = True
    with ThreadPoolExecutor(given.processes) as pool:
        asked = {pool.submit(fuzzed, name, runs): name for name, runs in wanted.items()}
        for one in as_completed(asked):
            name, result = asked[one], one.result()
            sound &= show(rows := rows_of(name, wanted[name], result))
            for what, content in list(result["findings"].items())[:SHOWN]:
                print(f"  FOUND {what}\n    {content}", flush=True)
            if wanted[name] >= (FEED_RUNS if name.startswith(FEED) else RUNS):
                # Read anew: another campaign may have kept something meanwhile.
                kept = {**kept_so_far(), name: rows}
                every = [row for name in sorted(kept) for row in kept[name]]
                missing = sorted(set(table()) - set(kept))
                keep(RESULT, "python benchmarks/fuzz.py", every, seed=SEED, not_yet=missing)
    return 0 if sound else 1


def kept_so_far() -> dict[str, list[Row]]:
    """Read the results that are kept, by parser."""
    file = RESULTS / f"{RESULT}.json"
    kept: dict[str, list[Row]] = {}
    for one in json.loads(file.read_text())["rows"] if file.exists() else ():
        kept.setdefault(one["what"].rpartition(": ")[0], []).append(one)
    return kept


if __name__ == "__main__":
    sys.exit(main())
