"""How well the tests hold the trusted core: branch coverage, and the mutants that they kill.

    python benchmarks/bench_core_tests.py [--mutmut PROGRAM] [--modules tree ...] [--no-coverage]

Coverage is that of tests/evidence, in one process, branches counted; what is missing is named line
by line. Mutants are mutmut's (it works on a copy of this tree, and finds by itself which tests meet
which function). It changes what stands in functions: comparisons, numbers, operators, arguments,
texts of messages, returned values; module constants and decorated functions it leaves alone.

A mutant that changes nothing anybody can see is listed in benchmarks/equivalent_mutants.txt, with
the reason, and is not counted. A mutant that makes the tests run for ever counts as killed.
mutmut is not among the locked packages: `pip install mutmut==3.8.1` anywhere, and name the program
with --mutmut. Without it this ends with 3. The whole run writes
benchmarks/results/evidence-core.json.
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
from collections.abc import Iterable
from pathlib import Path

from table import HERE, Row, keep, row, show

ROOT = HERE.parent
EQUIVALENT = HERE / "equivalent_mutants.txt"
FOLDER = "src/truceline/evidence"
MODULES = (
    "strict", "tree", "tiles", "keys", "note", "proof", "receipt", "cosignature", "label",
    "folder", "journal",
)  # fmt: skip
# What kills a mutant is found in these, the quick ones; each mutant meets the ones that reach it.
TESTS = (
    "tree", "tiles", "keys_and_notes", "cosignature", "statement", "journals", "ledger",
    "core_refusals", "core_on_disk",
)  # fmt: skip
# Campaigns, browsers and compilers are tested elsewhere, and take minutes.
SLOW = ("browser_verifier", "campaigns", "bundle_campaign", "go_verifier", "bundle_figures")
COPIED = ("src", "tests", "docs", "benchmarks", "conftest.py", "pyproject.toml", "README.md")
SURVIVED, UNTESTED, UNTRIED = 0, 33, None
GOAL_PERCENT = 90
CANNOT = 3


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


def mutants(program: str, modules: Iterable[str]) -> list[Row]:
    """Let mutmut try all its mutants of these modules; name those that survive."""
    same, used = equivalents(), set[tuple[str, str, str]]()
    rows: list[Row] = []
    killed_in_all = counted_in_all = 0
    with tempfile.TemporaryDirectory(prefix="mutants") as place:
        home = Path(place)
        for name in COPIED:
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, home / name)
        with (home / "pyproject.toml").open("a") as file:
            file.write(settings(modules))
        # mutmut may live in an environment of its own: ours gives it everything else.
        found = [sysconfig.get_paths()["purelib"], os.environ.get("PYTHONPATH", "")]
        inside = [path for path in found if path and not (Path(path) / "truceline").is_dir()]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(inside)}
        subprocess.run(
            [program, "run", "--max-children", "2"],
            cwd=home,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        for module in modules:
            meta = home / "mutants" / FOLDER / f"{module}.py.meta"
            codes = json.loads(meta.read_text())["exit_code_by_key"]
            if UNTRIED in codes.values():
                raise SystemExit(f"mutmut left mutants of {module} untried")
            alive, nothing = 0, 0
            for mutant in (name for name, code in codes.items() if code in {SURVIVED, UNTESTED}):
                change = (module, *change_of(program, mutant, home, environment))
                if change in same:
                    nothing += 1
                    used.add(change)
                    continue
                alive += 1
                print(f"  {module} survives: {change[1]}\n      changed to: {change[2]}")
            counted = len(codes) - nothing
            score = percent(counted - alive, counted)
            killed_in_all, counted_in_all = (
                killed_in_all + counted - alive,
                counted_in_all + counted,
            )
            rows += [
                row(f"mutants of {module}", len(codes), "", met=None),
                row(f"mutants of {module} that change nothing", nothing, "", met=None),
                row(
                    f"mutants of {module} killed",
                    score,
                    "%",
                    f">= {GOAL_PERCENT}",
                    met=score >= GOAL_PERCENT,
                ),
            ]
    for change in sorted(set(same) - used):
        if change[0] in modules:
            print(f"  {EQUIVALENT.name}: {' | '.join(change)} is not among the survivors any more")
    score = percent(killed_in_all, counted_in_all)
    goal = f">= {GOAL_PERCENT}"
    return [*rows, row("mutants killed in all", score, "%", goal, met=score >= GOAL_PERCENT)]


def settings(modules: Iterable[str]) -> str:
    """Write the configuration of mutmut."""
    files = [f"{FOLDER}/{name}.py" for name in modules]
    tests = [f"tests/evidence/test_{name}.py" for name in TESTS]
    there = [name for name in tests if (ROOT / name).exists()]
    return f"""
[tool.mutmut]
source_paths = ["src"]
only_mutate = {json.dumps(files)}
pytest_add_cli_args_test_selection = {json.dumps(there)}
pytest_add_cli_args = ["-p", "no:cacheprovider"]
also_copy = ["conftest.py", "benchmarks", "docs", "README.md"]
track_dependencies = false
"""


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutmut", default="mutmut")
    parser.add_argument("--modules", nargs="+", choices=MODULES, default=MODULES)
    parser.add_argument("--no-coverage", action="store_true")
    given = parser.parse_args()
    program = shutil.which(given.mutmut)
    if program is None:
        print(f"CANNOT: no {given.mutmut}: pip install mutmut==3.8.1, --mutmut", file=sys.stderr)
        return CANNOT
    rows = [] if given.no_coverage else coverage(given.modules)
    rows += mutants(str(Path(program).absolute()), given.modules)
    sound = show(rows)
    if not given.no_coverage and tuple(given.modules) == MODULES:
        keep("evidence-core", "python benchmarks/bench_core_tests.py --mutmut mutmut", rows)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
