"""The trusted core is small enough to be read in a day, and stands on almost nothing.

Issue and design name it "tree, tiles, notes, journal, verifier". Named below is what these words
mean in files, with what they cannot do without; whoever believes a verified log believes these
lines, the standard library, libsodium through PyNaCl, and nothing else.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "truceline"
EVIDENCE = SOURCE / "evidence"
LIMIT = 2500

# The five words, and what these files are written in.
NAMED = (
    "errors",
    "strict",
    "tree",
    "tiles",
    "keys",
    "note",
    "proof",
    "receipt",
    "folder",
    "journal",
    "verify",
)
# From here every import is followed. What a verified log stands on is the trusted core; the writer
# is not in it, because whatever it writes is verified by others, but it may import no more.
VERIFIED = ("verify", "journal")
WRITTEN = ("ledger",)
# Canonical JSON is the one thing of ours outside the room that signatures stand on.
OURS = {"truceline.records.canonical"}
FOREIGN = {"nacl"}
INSIDE = "truceline.evidence."


def source_of(name: str) -> str:
    return (EVIDENCE / f"{name}.py").read_text(encoding="utf-8")


def lines_of(source: str) -> int:
    """Count all lines: docstrings, comments and empty ones too."""
    return len(source.splitlines())


def code_lines_of(source: str) -> int:
    """Count the lines that do something: without docstrings, comments and empty lines."""
    said = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    silent = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
        tokenize.ENCODING,
    }
    does = {
        line
        for token in tokenize.tokenize(io.BytesIO(source.encode()).readline)
        if token.type not in silent
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(does - said)


def imported_by(source: str) -> set[str]:
    """Name the modules that a file imports, wherever the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            named = {f"{module}.{alias.name}" for alias in node.names}
            inside = {
                name
                for name in named
                if SOURCE.parent.joinpath(*name.split(".")).with_suffix(".py").is_file()
            }
            found |= inside or {module}
    return found


def reached_from(roots: tuple[str, ...]) -> tuple[str, ...]:
    """Follow the imports inside the evidence room."""
    found: set[str] = set()
    waiting = [*roots]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [
                module.removeprefix(INSIDE)
                for module in imported_by(source_of(name))
                if module.startswith(INSIDE)
            ]
    return tuple(sorted(found))


CORE = reached_from(VERIFIED)
WITH_WRITER = reached_from((*VERIFIED, *WRITTEN))


def test_tree_tiles_notes_journal_and_verifier_have_at_most_2500_lines_all_counted() -> None:
    counts = {name: lines_of(source_of(name)) for name in NAMED}
    assert sum(counts.values()) <= LIMIT, counts


def test_everything_that_verifier_and_journal_reach_has_at_most_2500_lines_of_code() -> None:
    counts = {name: code_lines_of(source_of(name)) for name in CORE}
    assert sum(counts.values()) <= LIMIT, counts


def test_what_is_named_is_reached() -> None:
    assert set(NAMED) <= set(WITH_WRITER)


@pytest.mark.parametrize("name", WITH_WRITER)
def test_it_imports_itself_canonical_json_pynacl_and_the_standard_library(name: str) -> None:
    inside = {INSIDE + one for one in WITH_WRITER}
    for module in imported_by(source_of(name)):
        top = module.split(".")[0]
        assert module in inside | OURS or top in FOREIGN | sys.stdlib_module_names, module


def test_canonical_json_imports_the_standard_library_only() -> None:
    source = (SOURCE / "records" / "canonical.py").read_text(encoding="utf-8")
    assert {module.split(".")[0] for module in imported_by(source)} <= sys.stdlib_module_names


COUNTED = '''"""Says.

more
"""
# why

import os


def f(
    a,
):
    """Do."""
    return a
'''
IMPORTING = """import os.path
def f():
    from truceline.evidence import folder as place
    from nacl.bindings import x
"""


def test_the_counts_count() -> None:
    assert (lines_of(COUNTED), code_lines_of(COUNTED)) == (14, 5)


def test_an_import_is_found_in_every_form() -> None:
    found = {"os.path", "truceline.evidence.folder", "nacl.bindings"}
    assert imported_by(IMPORTING) == found
