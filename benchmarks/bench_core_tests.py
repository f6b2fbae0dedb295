"""How well the tests hold the trusted core: branch coverage, and the mutants that they kill.

    python benchmarks/bench_core_tests.py [--mutmut PROGRAM] [--modules tree ...] [--no-coverage]
        [--no-mutants] [--children 2]

The trusted core is what tests/test_trusted_core.py says it is. Coverage is that of tests/evidence,
in one process, branches counted, of the core and of what only the writer needs; what is missing is
named line by line. Mutants are mutmut's, of the core, one module after the other (it works on a
copy of this tree, and finds by itself which of the module's tests meet which function). It changes
what stands in functions: comparisons, numbers, operators, arguments, texts of messages, returned
values; module constants and decorated functions it leaves alone.

A mutant that changes nothing anybody can see is listed in benchmarks/equivalent_mutants.txt, with
the reason, and is not counted. A mutant that makes the tests run for ever counts as killed; how
many those are is said too, and which: run four times as long as they did without it, or an end by
the limit of processor time.
mutmut is not among the locked packages: `pip install mutmut==3.8.1` anywhere, and name the program
with --mutmut. Without it this ends with 3. Whatever was measured goes into
benchmarks/results/evidence-core.json at once; what is there of other modules stays, with the commit
at which it was measured.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from table import HERE, RESULTS, Row, keep, row, show

ROOT = HERE.parent
EQUIVALENT = HERE / "equivalent_mutants.txt"
FOLDER = "src/truceline/evidence"
# What kills a mutant is found in these, the quick ones; each mutant meets the ones that reach it.
# In the order in which they are tried: what everything else stands on comes first.
TESTS: dict[str, tuple[str, ...]] = {
    "tree": ("tree", "core_refusals", "standard_vectors"),
    "tiles": ("tiles", "core_refusals", "standard_vectors"),
    "note": ("keys_and_notes", "core_refusals", "standard_vectors"),
    "strict": ("keys_and_notes", "core_refusals", "statement"),
    "verify": ("verify", "verify_refusals", "verify_chunks"),
    "statement": ("statement", "core_refusals", "standard_vectors"),
    "registry": ("keys_of_the_log", "registry_refusals"),
    "journal": ("journals", "core_refusals", "core_on_disk", "journal_places", "upkeep"),
    "key_change": ("keys_of_the_log", "registry_refusals"),
    "root": ("keys_of_the_log", "registry_refusals"),
    "approval": ("keys_of_the_log", "registry_refusals"),
    "proof": ("core_refusals", "keys_and_notes"),
    "receipt": ("core_refusals", "ledger"),
    "keys": ("keys_and_notes", "core_refusals", "core_on_disk"),
    "folder": ("folder", "core_refusals", "core_on_disk"),
    "label": ("label", "core_refusals"),
    "errors": ("journals",),
}
# Of these the ones that try every byte, every way of parting, or whole histories are left out: what
# takes seconds once takes hours for a thousand mutants. They can only kill more.
LONG = (
    "flipped_bit_in", "whatever_bytes", "whatever_stands", "otherwise_by_another_way",
    "real_processes", "behaves_as_before", "551", "511", "512", "513", "255", "257",
    "520-", "299-", "had_before[1]", "flipped_bit_anywhere", "million_bytes",
    "bytes_that_are_no_note",
)  # fmt: skip
# Campaigns, browsers and compilers are tested elsewhere, and take minutes.
SLOW = ("browser_verifier", "campaigns", "bundle_campaign", "go_verifier", "bundle_figures")
COPIED = ("src", "tests", "docs", "benchmarks", "conftest.py", "pyproject.toml", "README.md")
SURVIVED, UNTESTED, UNTRIED = 0, 33, None
# Without an end: ended by SIGXCPU, however mutmut hears of it.
ENDLESS = {-24, 24, 36, 152, 255}
GOAL_PERCENT = 90
CANNOT = 3
NAME = "evidence-core"
ALL = "mutants killed in all"


def core() -> tuple[list[str], list[str]]:
    """Give the trusted core, and what only the writer has besides, as the test of its size does."""
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        import test_trusted_core as counted  # noqa: PLC0415 - found only here
    finally:
        sys.path.remove(str(ROOT / "tests"))
    trusted = {*counted.CORE, *counted.NAMED}
    return sorted(trusted), sorted(set(counted.WITH_WRITER) - trusted)


def percent(part: int, whole: int) -> float:
    """Give a share in percent, with one digit, never rounded up to 100."""
    return int(1000 * part / whole) / 10 if whole else 100.0


# ---------------------------------------------------------------------------------- coverage
def coverage(modules: Iterable[str]) -> list[Row]:
    """Run the tests of the evidence room under coverage, and name what none of them reached."""
    with tempfile.TemporaryDirectory() as home:
        data, told = Path(home) / "data", Path(home) / "told.json"
        files = [f"{FOLDER}/{name}.py" for name in modules]
        measured = [sys.executable, "-m", "coverage", "run", f"--data-file={data}", "--branch"]
        skipped = [f"--ignore=tests/evidence/test_{name}.py" for name in SLOW]
        tests = ["-m", "pytest", "tests/evidence", "-q", "-p", "no:cacheprovider", *skipped]
        subprocess.run([*measured, f"--include={','.join(files)}", *tests], cwd=ROOT, check=True)
        asked = [sys.executable, "-m", "coverage", "json", f"--data-file={data}", "-o", str(told)]
        subprocess.run(asked, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        found = json.loads(told.read_text())["files"]
    rows: list[Row] = []
    for file in files:
        one = found[file]
        said = one["summary"]
        whole = said["num_statements"] + said["num_branches"]
        share = percent(said["covered_lines"] + said["covered_branches"], whole)
        rows.append(row(f"coverage of {Path(file).stem}", share, "%", "100", met=share == 100))
        for line in one["missing_lines"]:
            print(f"  {file}:{line} is not run")
        for begin, end in one["missing_branches"]:
            print(f"  {file}:{begin} never goes to {end}")
    return rows


# ----------------------------------------------------------------------------------- mutants
def equivalents() -> dict[tuple[str, str, str], str]:
    """Read the mutants that change nothing: module, line, line as changed, and why."""
    found: dict[tuple[str, str, str], str] = {}
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines() if EQUIVALENT.exists() else []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split(" | ")]
        if len(parts) != 4 or not all(parts):
            raise SystemExit(f"{EQUIVALENT}:{number}: not module | line | changed | why")
        found[parts[0], parts[1], parts[2]] = parts[3]
    return found


def change_of(program: str, name: str, home: Path, environment: dict[str, str]) -> tuple[str, str]:
    """Give the line of a mutant before and after; several lines are joined by a blank."""
    told = subprocess.run(
        [program, "show", name],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    lines = [line for line in told if not line.startswith(("---", "+++"))]
    before, after = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
    )
    return before, after


def mutants(program: str, module: str, children: int) -> list[Row]:
    """Let mutmut try all its mutants of a module; name those that survive."""
    same, used = equivalents(), set[tuple[str, str, str]]()
    alive = nothing = 0
    with tempfile.TemporaryDirectory(prefix="mutants") as place:
        home = Path(place)
        for name in COPIED:
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, home / name)
        with (home / "pyproject.toml").open("a") as file:
            file.write(settings(module))
        # mutmut may live in an environment of its own: ours gives it everything else.
        found = [sysconfig.get_paths()["purelib"], os.environ.get("PYTHONPATH", "")]
        inside = [path for path in found if path and not (Path(path) / "truceline").is_dir()]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(inside)}
        done = subprocess.run(
            [program, "run", "--max-children", str(children)],
            cwd=home,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"mutmut could not try {module}: {done.stdout[-4000:]}{done.stderr}")
        meta = home / "mutants" / FOLDER / f"{module}.py.meta"
        codes = json.loads(meta.read_text())["exit_code_by_key"] if meta.exists() else {}
        if UNTRIED in codes.values():
            raise SystemExit(f"mutmut left mutants of {module} untried")
        for mutant in (name for name, code in codes.items() if code in {SURVIVED, UNTESTED}):
            change = (module, *change_of(program, mutant, home, environment))
            if change in same:
                nothing += 1
                used.add(change)
                continue
            alive += 1
            print(f"  {module} | {change[1]} | {change[2]} | survives", flush=True)
        endless = [name for name, code in codes.items() if code in ENDLESS]
        for mutant in endless:
            _, after = change_of(program, mutant, home, environment)
            print(f"  {module} | {after} | runs for ever", flush=True)
    for change in sorted(set(same) - used):
        if change[0] == module:
            print(f"  {EQUIVALENT.name}: {' | '.join(change)} is not among the survivors any more")
    counted = len(codes) - nothing
    score = percent(counted - alive, counted)
    met = score >= GOAL_PERCENT
    return [
        row(f"mutants of {module}", len(codes), "", met=None),
        row(f"mutants of {module} that change nothing", nothing, "", met=None),
        row(f"mutants of {module} that run for ever", len(endless), "", met=None),
        row(f"mutants of {module} that survive", alive, "", met=None),
        row(f"mutants of {module} killed", score, "%", f">= {GOAL_PERCENT}", met=met),
    ]


def in_all(rows: Iterable[Row], modules: Iterable[str]) -> Row:
    """Sum up the mutants of all modules that were tried."""
    found = {one["what"]: one["value"] for one in rows}
    tried = [f"mutants of {module}" for module in modules if f"mutants of {module}" in found]
    counted = sum(found[name] - found[f"{name} that change nothing"] for name in tried)
    alive = sum(found[f"{name} that survive"] for name in tried)
    score = percent(counted - alive, counted)
    goal = f">= {GOAL_PERCENT}"
    return row(ALL, score, "%", goal, met=score >= GOAL_PERCENT)


# --------------------------------------------------------------------------------- what is kept
def merged(before: Iterable[Row], rows: Iterable[Row], trusted: Sequence[str]) -> list[Row]:
    """Put new rows in the place of the old ones of the same name, and sum up anew."""
    found = {one["what"]: one for one in before if one["what"] != ALL}
    found |= {one["what"]: one for one in rows}
    return [*found.values(), in_all(found.values(), trusted)]


def kept() -> dict[str, Any]:
    """Read what runs before this one measured."""
    file = RESULTS / f"{NAME}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def commit_now() -> str:
    """Name the commit that is checked out: asked before a measurement, which may take an hour."""
    return subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def keep_more(rows: Sequence[Row], what: str, commit: str, trusted: Sequence[str]) -> list[Row]:
    """Merge rows into the result file; `what` was measured whole, at this commit."""
    before = kept()
    whole = {**before.get("whole", {}), what: commit}
    together = merged(before.get("rows", []), rows, trusted)
    untried = [name for name in trusted if f"mutants of {name}" not in whole]
    command = "python benchmarks/bench_core_tests.py --mutmut mutmut"
    keep(NAME, command, together, whole=whole, untried=untried)
    return together


def settings(module: str) -> str:
    """Write the configuration of mutmut."""
    tests = [f"tests/evidence/test_{name}.py" for name in TESTS[module]]
    there = [name for name in tests if (ROOT / name).exists()]
    left_out = f"not ({' or '.join(LONG)})"
    return f"""
[tool.mutmut]
source_paths = ["src"]
only_mutate = {json.dumps([f"{FOLDER}/{module}.py"])}
pytest_add_cli_args_test_selection = {json.dumps(there)}
pytest_add_cli_args = ["-p", "no:cacheprovider", "-k", {json.dumps(left_out)}]
also_copy = ["conftest.py", "benchmarks", "docs", "README.md"]
track_dependencies = false
timeout_multiplier = 4.0
timeout_constant = 2.0
"""


def main() -> int:
    """Measure what was asked for."""
    trusted, writing = core()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutmut", default="mutmut")
    ordered = [name for name in TESTS if name in trusted]
    parser.add_argument("--modules", nargs="+", choices=ordered, default=ordered)
    parser.add_argument("--no-coverage", action="store_true")
    parser.add_argument("--no-mutants", action="store_true")
    parser.add_argument("--children", type=int, default=2, help="mutants tried at a time")
    given = parser.parse_args()
    program = shutil.which(given.mutmut)
    if program is None and not given.no_mutants:
        print(f"CANNOT: no {given.mutmut}: pip install mutmut==3.8.1, --mutmut", file=sys.stderr)
        return CANNOT
    if not given.no_coverage:
        commit = commit_now()
        keep_more(coverage([*trusted, *writing]), "coverage", commit, trusted)
    if program is not None and not given.no_mutants:
        for module in given.modules:
            commit = commit_now()
            rows = mutants(str(Path(program).absolute()), module, given.children)
            show(rows)
            keep_more(rows, f"mutants of {module}", commit, trusted)
    return 0 if show(kept()["rows"]) else 1


if __name__ == "__main__":
    sys.exit(main())
