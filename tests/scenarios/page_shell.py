"""The little of a shell that a tutorial's blocks use, run in this process, with a clock of its own.

What it does not know it refuses, so that a page cannot type what was not run. `sleep` moves the
clock instead of waiting; nothing else here stands in for what a newcomer's shell does.
"""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from shutil import copytree

import pytest
import typer.testing
from typer.main import get_command
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.pipeline.errors import ERRORS

MS_NS = 1_000_000
SECOND_NS = 1_000_000_000
HEREDOC = re.compile(r"cat > (\S+) <<END")
LOOP = re.compile(r"for ([A-Z]+) in (.+); do")
ASSIGNMENT = re.compile(r"(?:export )?([A-Z_]+)=(\S.*)")
VARIABLE = re.compile(r"\$\{([A-Z_]+)\}|\$([A-Z_]+)")
REFUSED = "# refused"
NO_ACT = "0" * 64
BLOCK = re.compile(r"^## ([^\n]+)$|^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Clock:
    """A clock that moves a millisecond whenever it is asked, and by the seconds that are slept."""

    def __init__(self, start: datetime) -> None:
        self.now_ns = int(start.timestamp()) * SECOND_NS

    def __call__(self) -> int:
        self.now_ns += MS_NS
        return self.now_ns

    def sleep(self, seconds: int) -> None:
        self.now_ns += seconds * SECOND_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A shell between two blocks.

    Attributes:
        folder: A copy of the folder that it stood in.
        variables: Its variables.
        now_ns: What its clock showed.
    """

    folder: Path
    variables: dict[str, str]
    now_ns: int


class PageShell:
    """Runs the lines of a page's blocks one after the other; variables and folder stay."""

    def __init__(self, folder: Path, clock: Clock, patch: pytest.MonkeyPatch) -> None:
        self.clock = clock
        self.patch = patch
        self.variables: dict[str, str] = {}
        self.calls: list[str] = []
        # Words of lines that are left out, and those lines; what stands on them may fail then.
        self.left_out = ""
        self.dropped: list[str] = []
        patch.chdir(folder)
        patch.setattr(time, "time_ns", clock)
        # Made once: the program has a hundred commands, and a page types as many lines.
        patch.setattr(typer.testing, "_get_command", cache(get_command))

    def stage(self, copy: Path) -> Stage:
        """Copy the folder that it stands in, and keep all else beside it."""
        copytree(Path.cwd(), copy)
        return Stage(folder=copy, variables=dict(self.variables), now_ns=self.clock.now_ns)

    def go_back(self, stage: Stage, copy: Path, *, left_out: str) -> None:
        """Stand in a copy of a stage, and from there on leave out lines with these words."""
        self.patch.chdir(copytree(stage.folder, copy))
        self.variables, self.clock.now_ns = dict(stage.variables), stage.now_ns
        self.left_out, self.dropped = left_out, []

    def run(self, block: str) -> str:
        """Run a block; gives all that it printed, in order.

        Raises:
            AssertionError: A command failed that was to succeed, or the other way round.
        """
        return "".join(self._lines(iter(block.splitlines())))

    def _lines(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            if here := HEREDOC.fullmatch(line):
                Path(here[1]).write_text(self._expanded(_until(lines, "END")), encoding="utf-8")
            elif loop := LOOP.fullmatch(line):
                inner = _until(lines, "done")
                for value in loop[2].split():
                    self.variables[loop[1]] = value
                    yield from self._lines(iter(inner.splitlines()))
            elif line.strip():
                yield self._line(line.strip())

    def _line(self, line: str) -> str:
        if put := ASSIGNMENT.fullmatch(line):
            self.variables[put[1]] = shlex.split(self._expanded(put[2]))[0]
            if line.startswith("export "):
                self.patch.setenv(put[1], self.variables[put[1]])
            return ""
        if self._leaves_out(line):
            return ""
        is_refused = line.endswith(REFUSED)
        self.calls.append(line)
        code, said = self._pipe(self._expanded(line.removesuffix(REFUSED)))
        assert self.left_out or (code != 0) == is_refused, f"{line}\nexit code {code}\n{said}"
        return said

    def _leaves_out(self, line: str) -> bool:
        if not self.left_out or self.left_out not in line:
            return False
        self.dropped.append(line)
        return True

    def _expanded(self, text: str) -> str:
        """Put values in the place of $NAME, $(command) and $((a + b))."""
        while (begin := text.find("$(")) >= 0:
            end = _closing(text, begin + 1)
            inner = text[begin + 2 : end]
            value = self._sum(inner[1:-1]) if inner.startswith("(") else self._captured(inner)
            text = text[:begin] + value + text[end + 1 :]
        return VARIABLE.sub(lambda found: self.variables[found[1] or found[2]], text)

    def _sum(self, text: str) -> str:
        return str(sum(int(one) for one in self._expanded(text).split("+")))

    def _captured(self, line: str) -> str:
        if self._leaves_out(line):
            return NO_ACT
        self.calls.append(line)
        code, said = self._pipe(self._expanded(line))
        if self.left_out and code:
            return NO_ACT
        assert code == 0, f"{line}\nexit code {code}\n{said}"
        assert said.strip(), f"{line}\nprinted nothing"
        return said.rstrip("\n")

    def _pipe(self, line: str) -> tuple[int, str]:
        code, said = 0, ""
        for words in _parts(line):
            code, said = self._command(words, said)
            if code:
                break
        return code, said

    def _command(self, words: list[str], given: str) -> tuple[int, str]:
        name, *rest = words
        if name == "truceline":
            return truceline(rest)
        into = Path(rest.pop()) if rest[-2:-1] == [">"] else None
        if into is not None:
            rest.pop()
        said = self._tool(name, rest, given)
        if into is not None:
            into.write_text(said, encoding="utf-8")
            said = ""
        return 0, said

    def _tool(self, name: str, words: list[str], given: str) -> str:  # noqa: C901, PLR0911 - a table
        match [name, *words]:
            case ["mkdir", "-p", *folders]:
                for folder in folders:
                    Path(folder).mkdir(parents=True, exist_ok=True)
                return ""
            case ["cd", folder]:
                self.patch.chdir(folder)
                return ""
            case ["sleep", seconds]:
                self.clock.sleep(int(seconds))
                return ""
            case ["echo", text]:
                return f"{text}\n"
            case ["date", *asked]:
                return _date(self.clock() // SECOND_NS, asked[-1]) + "\n"
            case ["sha256sum", file]:
                return f"{sha256(Path(file).read_bytes()).hexdigest()}  {file}\n"
            case ["head", "-1"]:
                return given.partition("\n")[0] + "\n"
            case ["grep", text]:
                return "".join(line for line in given.splitlines(True) if text in line)
            case ["cut", *asked]:
                return _cut(asked, given)
        raise AssertionError(f"the page types {shlex.join([name, *words])}, which is not known")


def truceline(words: list[str]) -> tuple[int, str]:
    """Run the program as its command line does; gives the exit code and what it printed."""
    result = CliRunner().invoke(app, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        if not isinstance(result.exception, ERRORS):
            raise result.exception
        return 2, f"{result.output}truceline: {result.exception}\n"
    return result.exit_code, result.output


def _parts(line: str) -> Iterator[list[str]]:
    part: list[str] = []
    for word in shlex.split(line):
        if word == "|":
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _date(now_s: int, form: str) -> str:
    # strftime reads "%s" in the zone of this machine.
    if form == "+%s":
        return str(now_s)
    return datetime.fromtimestamp(now_s, UTC).strftime(form.removeprefix("+"))


def _cut(asked: list[str], given: str) -> str:
    parted = next((one[2:] for one in asked if one.startswith("-d")), "\t")
    field = int(next(one[2:] for one in asked if one.startswith("-f")))
    return "".join(f"{line.split(parted)[field - 1]}\n" for line in given.splitlines())


def _until(lines: Iterator[str], end: str) -> str:
    taken: list[str] = []
    for line in lines:
        if line.strip() == end:
            return "\n".join(taken) + "\n"
        taken.append(line)
    raise AssertionError(f"a block has no {end}")


def _closing(text: str, begin: int) -> int:
    depth = 0
    for index in range(begin, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index
    raise AssertionError(f"no closing bracket: {text}")


# ------------------------------------------------------------------------------- the page
def blocks(page: str) -> Iterator[tuple[str, str, str]]:
    """Give each shell block, the text block behind it ("" for none), and its heading."""
    heading, command = "", ""
    for found in BLOCK.finditer(page):
        if found[2] == "text":
            assert command, f"{heading}: a text block stands behind no command"
            yield command, found[3], heading
            command = ""
            continue
        if command:
            yield command, "", heading
            command = ""
        if found[1]:
            heading = found[1]
        else:
            command = found[3]
    if command:
        yield command, "", heading


def missing_line(shown: str, said: str) -> str:
    """Give the first line of a text block that did not come in its order; "" if all came.

    "…" stands for what differs from run to run; blanks count as one; a block may leave lines out.
    """
    lines = iter([" ".join(line.split()) for line in said.splitlines()])
    for line in shown.splitlines():
        words = [re.escape(part) for part in " ".join(line.split()).split("…")]
        wanted = re.compile(r"\S+(?: \S+)*?".join(words))
        if not any(wanted.fullmatch(one) for one in lines):
            return line
    return ""
