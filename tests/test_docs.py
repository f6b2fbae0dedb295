"""What the documents say can be typed, can be typed: commands, options, targets, links, pages."""

from __future__ import annotations

import importlib.util
import re
import shlex
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        ROOT / "benchmarks" / "README.md",
    ]
)
SHELL = {"sh", "bash", "shell", "console"}
INVENTED = {"STYLE.md"}  # its code and commands are examples of form


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


# ------------------------------------------------------------------- reading shell blocks
def shell_lines(markdown: str) -> list[str]:
    """Give the command lines of the shell blocks, continued lines joined."""
    lines: list[str] = []
    language: str | None = None
    for line in markdown.splitlines():
        fence = re.match(r"\s*```+\s*(\w*)", line)
        if fence:
            language = None if language is not None else fence[1]
        elif language in SHELL:
            lines.append(line)
    text = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [line.strip().removeprefix("$ ") for line in text.splitlines() if line.strip()]


def spans(markdown: str) -> list[str]:
    """Give what stands between backquotes in the prose."""
    prose = re.sub(r"^\s*```.*?^\s*```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", prose)


def commands_in(line: str) -> list[list[str]]:
    """Part a line into the words of its commands, at pipes and the like."""
    reader = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    reader.whitespace_split = True
    commands: list[list[str]] = [[]]
    for word in reader:
        if set(word) <= set("|&;"):
            commands.append([])
        else:
            commands[-1].append(word)
    return commands


def calls_of(markdown: str, program: str) -> list[list[str]]:
    """Give the words behind a program's name, wherever a shell block or the prose calls it."""
    calls = []
    in_prose = [span for span in spans(markdown) if span.startswith(f"{program} ")]
    for line in [*shell_lines(markdown), *in_prose]:
        for words in commands_in(line):
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words.pop(0)
            if words and words[0].removeprefix(".venv/bin/") == program:
                calls.append(words[1:])
    return calls


def test_reads_shell_blocks_as_a_shell_would() -> None:
    page = (
        "```sh\n$ make demo SERVE=0  # no page\n"
        "TZ=UTC .venv/bin/truceline a b \\\n  --c d | less\n"
        'dd of="$(ls | head)" && truceline e\n```\n'
        "```python\ntruceline not a command\n```\ntruceline neither, but `truceline this`, `x.py`\n"
    )
    assert calls_of(page, "make") == [["demo", "SERVE=0"]]
    assert calls_of(page, "truceline") == [["a", "b", "--c", "d"], ["e"], ["this"]]


# ---------------------------------------------------------------------- the command line
@cache
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def command_line() -> Any:  # noqa: ANN401 - Typer's own command classes are private
    from truceline.cli.main import app  # noqa: PLC0415 - the tests above need no command line

    return reference().command_tree(app)


def complaint(words: list[str], root: Any) -> str:  # noqa: ANN401 - as above
    """Say what is wrong with a call of `truceline`; nothing if it is one that exists."""
    known = {path[1:]: command for path, command in reference().commands_of(root, ("truceline",))}
    if not words or words[0].startswith("-"):
        return ""
    for depth in (2, 1):
        command = known.get(tuple(words[:depth]))
        if command is not None:
            break
    else:
        return f"no command {' '.join(words[:2])}"
    options = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    unknown = options - reference().option_names(command)
    return f"no option {', '.join(sorted(unknown))}" if unknown else ""


def test_parts_a_help_text_into_sentences_and_examples() -> None:
    words = "Say it\naloud.\n\nExample: truceline say\n\nExamples:\n    truceline say --twice\n"
    assert reference().split_help(words) == (
        ["Say it aloud."],
        ["truceline say", "truceline say --twice"],
    )


def an_app() -> Any:  # noqa: ANN401 - as above
    """Make a command line of one command and one group, to try the test itself."""
    import typer  # noqa: PLC0415 - only here

    app, group = typer.Typer(), typer.Typer()

    @app.command()
    def look(mission: str = "") -> None:
        """Look."""

    @group.command()
    def check(file: str) -> None:
        """Check."""

    app.add_typer(group, name="agreement")
    return reference().command_tree(app)


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        pytest.param("look --mission DIR", "", id="a command and its option"),
        pytest.param("agreement check FILE", "", id="a command in a group"),
        pytest.param("--help", "", id="the program alone"),
        pytest.param("stare --mission DIR", "no command stare --mission", id="no such command"),
        pytest.param("agreement burn FILE", "no command agreement burn", id="none in the group"),
        pytest.param("look --missing=DIR", "no option --missing", id="no such option"),
    ],
)
def test_sees_a_call_that_does_not_exist(call: str, wrong: str) -> None:
    assert complaint(call.split(), an_app()) == wrong


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_in_the_documents_exists(page: Path) -> None:
    if page.name in INVENTED:
        return
    calls = calls_of(page.read_text(encoding="utf-8"), "truceline")
    wrong = {" ".join(words): complaint(words, command_line()) for words in calls}
    assert {call: words for call, words in wrong.items() if words} == {}


def test_the_reference_page_is_what_the_commands_say() -> None:
    command_line()
    from truceline.cli.main import app  # noqa: PLC0415 - as above

    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert page == reference().page(app), "run `make fmt`"


def test_every_command_says_what_it_means_and_gives_an_example() -> None:
    for path, command in reference().commands_of(command_line(), ("truceline",)):
        sentences, examples = reference().split_help(command.help or "")
        assert sentences, path
        assert examples, f"{' '.join(path)} has no line `Example: truceline ...`"
        for example in examples:
            assert complaint(example.split()[1:], command_line()) == "", example
        unexplained = [
            parameter.name
            for parameter in command.params
            if parameter.name != "help" and not getattr(parameter, "help", None)
        ]
        assert unexplained == [], path


# ------------------------------------------------------------------------------ Makefile
def targets_of(makefile: str) -> set[str]:
    """Name what `make` can be asked for: the phony targets."""
    phony = re.findall(r"^\.PHONY:(.*)$", makefile, flags=re.MULTILINE)
    return {name for line in phony for name in line.split()}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_in_the_documents_exists(page: Path) -> None:
    targets = targets_of((ROOT / "Makefile").read_text(encoding="utf-8"))
    named = {
        word
        for words in calls_of(page.read_text(encoding="utf-8"), "make")
        for word in words
        if "=" not in word and not word.startswith("-")
    }
    assert named <= targets


def test_targets_are_read_from_the_makefile() -> None:
    assert targets_of(".PHONY: demo test\ndemo:\n\techo") == {"demo", "test"}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"demo", "test", "check", "bench", "fmt"} <= targets_of(makefile)


# --------------------------------------------------------------------------------- links
def links_of(markdown: str) -> list[str]:
    """Give the targets of links and pictures that lie in the project, code left out."""
    prose = re.sub(r"^\s*```.*?^\s*```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"`[^`\n]*`", "", prose)
    targets = re.findall(r"\]\(([^)\s]+)\)", prose)
    return [t.partition("#")[0] for t in targets if not re.match(r"[a-z]+:|#", t)]


def test_reads_links_but_no_code() -> None:
    page = "[a](b.md#c) ![d](e.png) [w](https://x.org) [s](#here) `[no](code)`\n```\n[n](x)\n```\n"
    assert links_of(page) == ["b.md", "e.png"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = [
        link
        for link in links_of(page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert dead == []


def test_every_page_can_be_found_from_the_index() -> None:
    docs = ROOT / "docs"
    reached: set[Path] = set()
    waiting = [docs / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or not page.is_file():
            continue
        reached.add(page)
        links = links_of(page.read_text(encoding="utf-8"))
        waiting += [(page.parent / link).resolve() for link in links if link.endswith(".md")]
    assert sorted(name_of(page) for page in set(docs.rglob("*.md")) - reached) == []


def test_every_decision_stands_in_the_table_of_decisions() -> None:
    folder = ROOT / "docs" / "decisions"
    rows = (folder / "README.md").read_text(encoding="utf-8")
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert len({name[:4] for name in records}) == len(records), "two records of one number"
    for number, name in enumerate(records, start=1):
        title = (folder / name).read_text(encoding="utf-8").splitlines()[0]
        assert title.startswith(f"# {number}. "), name
        assert f"]({name})" in rows, name
