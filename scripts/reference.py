"""Write docs/reference/commands.md from the command line itself; `--check` only compares.

The page is made of the same words that `--help` prints, so the two cannot differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "commands.md"
HEAD = """\
# Commands

Made from the command line by `make fmt`; do not edit. Every command prints the same words with
`--help`. A command that reads a mission takes `--mission DIR`, or else the environment variable
`TRUCELINE_MISSION`. Exit codes: 0 done, 1 not verified, 2 error.
"""


def command_tree(app: typer.Typer) -> Any:  # noqa: ANN401 - Typer's own command classes are private
    """Give the root of the commands that an application offers."""
    return typer.main.get_command(app)


def commands_of(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 - as above
    """Yield every command that does something, with its path, groups opened, sorted by name."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name in sorted(inner):
        if not inner[name].hidden:
            yield from commands_of(inner[name], (*path, name))


def option_names(command: Any) -> set[str]:  # noqa: ANN401 - as above
    """Name every option that a command takes, `--help` included."""
    names = {"--help"}
    for parameter in command.params:
        names |= {name for name in (*parameter.opts, *parameter.secondary_opts) if name[0] == "-"}
    return names


def split_help(text: str) -> tuple[list[str], list[str]]:
    """Part a help text into its paragraphs and its example command lines."""
    sentences: list[str] = []
    examples: list[str] = []
    for paragraph in text.replace("\b", "").replace("\f", "").strip().split("\n\n"):
        lines = [line.strip() for line in paragraph.strip().splitlines()]
        prose = []
        for line in lines:
            bare = line.removeprefix("Examples:").removeprefix("Example:").strip(" `")
            if bare.startswith("truceline "):
                examples.append(bare)
            elif bare:
                prose.append(bare)
        if prose:
            sentences.append(" ".join(prose))
    return sentences, examples


def parameter_row(parameter: Any) -> str:  # noqa: ANN401 - as above
    """Write one argument or option as a row of a table."""
    names = [*parameter.opts, *parameter.secondary_opts]
    is_option = any(name.startswith("-") for name in names)
    shown = ", ".join(f"`{name}`" for name in names) if is_option else f"`{parameter.name.upper()}`"
    words = " ".join((getattr(parameter, "help", None) or "").split()).replace("|", "\\|")
    return f"| {shown} | {'yes' if parameter.required else ''} | {words} |"


def section(path: tuple[str, ...], command: Any) -> str:  # noqa: ANN401 - as above
    """Write one command: what it does, an example, what it takes."""
    sentences, examples = split_help(command.help or "")
    parts = [f"## {' '.join(path)}", *sentences]
    if examples:
        parts.append("\n".join(["```sh", *examples, "```"]))
    rows = [
        parameter_row(parameter)
        for parameter in command.params
        if parameter.name != "help" and not getattr(parameter, "hidden", False)
    ]
    if rows:
        parts.append("\n".join(["| takes | required | meaning |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def page(app: typer.Typer) -> str:
    """Write the whole page."""
    root = command_tree(app)
    return "\n".join(
        [HEAD, *(section(path, command) for path, command in commands_of(root, ("truceline",)))]
    )


def main() -> int:
    """Write the page, or with `--check` say whether it is current."""
    from truceline.cli.main import app  # noqa: PLC0415 - the functions above serve without it

    wanted = page(app)
    if sys.argv[1:] == ["--check"]:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted:
            return 0
        sys.stderr.write(f"{PAGE.name} is not what the commands say: run `make fmt`\n")
        return 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
