"""Read a register file: commitments, procedures and pledges as records, or all that is wrong.

The file is TOML with `format = 1`; docs/reference/register.md lists its tables and keys. Nothing
is guessed: what no source at hand says is written "not known", and an unknown key is refused.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from truceline.guarantees.fields import problems_of, shown
from truceline.guarantees.register_check import references
from truceline.guarantees.register_tables import TABLES, TOP, Table
from truceline.records.canonical import read_record
from truceline.records.commitment import NOT_KNOWN, Calendar
from truceline.records.pledge import READINESS_LEVELS, Pledge
from truceline.records.register import Register

SHIPPED = ("paris-2026.toml", "exercise.toml")


class RegisterError(Exception):
    """A register file that cannot be read; the message names file, table, key and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterReport:
    """What reading a register file gave.

    Attributes:
        register: The register; None if there is any problem.
        problems: Everything that is wrong.
    """

    register: Register | None
    problems: tuple[str, ...]


def read_register(document: bytes, name: str) -> Register:
    """Read a register; the same bytes give the same record.

    Args:
        document: The file's bytes.
        name: Name of the file, for messages.

    Raises:
        RegisterError: The file has a problem; the message is the first one.
    """
    report = check_register(document, name)
    if report.register is None:
        raise RegisterError(report.problems[0])
    return report.register


def read_shipped(name: str = SHIPPED[0]) -> Register:
    """Read a register that comes with the package.

    >>> read_shipped().id
    'paris-2026'
    """
    document = files("truceline.guarantees").joinpath("data", name).read_bytes()
    return read_register(document, name)


def check_register(document: bytes, name: str) -> RegisterReport:
    """Read a register and collect all problems, not only the first."""
    problems: list[str] = []
    try:
        values = tomllib.loads(document.decode())
    except UnicodeDecodeError as error:
        problems.append(f"{name}: byte {error.start} is not UTF-8")
    except RecursionError:
        problems.append(f"{name}: tables or lists are nested too deeply")
    except ValueError as error:
        problems.append(f"{name}: not TOML: {error}")
    else:
        sha256 = hashlib.sha256(document).hexdigest()
        given = _read_table(TOP, values, name, problems)
        if given is not None and not problems:
            given.pop("format")
            register = read_record(Register, {**given, "sha256": sha256})
            problems += [f"{name}: {wrong}" for wrong in references(register)]
            if not problems:
                return RegisterReport(register=register, problems=())
    return RegisterReport(register=None, problems=tuple(dict.fromkeys(problems)))


# ------------------------------------------------------------------------------ one table
def _read_table(
    table: Table, values: object, place: str, problems: list[str]
) -> dict[str, Any] | None:
    """Give a table as its record's plain data; None after it said what is wrong."""
    if not isinstance(values, Mapping):
        problems.append(f"{place}: {shown(values)} is no table of keys and values")
        return None
    before = len(problems)
    own = {key: _plain(value) for key, value in values.items() if key not in table.inner}
    problems += [f"{place}: {wrong}" for wrong in problems_of(own, table.fields)]
    read = {
        outer: _read_list(TABLES[kind], values.get(key, []), f"{place}: [[{key}]]", problems)
        for key, (outer, kind) in table.inner.items()
    }
    if len(problems) > before:
        return None
    plain: dict[str, Any] = {**table.defaults, **own, **read}
    plain |= {key: None for key in table.unknown_is_none if plain[key] == NOT_KNOWN}
    if table.record in FINISH:
        plain = FINISH[table.record](plain)
    if table is not TOP:
        try:
            read_record(table.record, plain)
        except ValueError as error:
            problems.append(f"{place}: {error}")
    return plain


def _read_list(
    table: Table, values: object, place: str, problems: list[str]
) -> list[dict[str, Any] | None]:
    if not isinstance(values, list):
        problems.append(f"{place}: expected tables, got {shown(values)}")
        return []
    return [
        _read_table(table, one, f"{place} {_named(one, number)}", problems)
        for number, one in enumerate(values, start=1)
    ]


def _named(values: object, number: int) -> str:
    """Give a table's number, and its id where it has one."""
    name = (
        next((values[k] for k in ("id", "code") if k in values), None)
        if isinstance(values, Mapping)
        else None
    )
    return f"{number} ({name})" if isinstance(name, str) else str(number)


def _plain(value: object) -> Any:  # noqa: ANN401 - what TOML holds
    """Write a day as the text that every check reads; an instant is none."""
    return value.isoformat() if type(value) is date else value


def _finish_calendar(plain: dict[str, Any]) -> dict[str, Any]:
    first, last = plain.pop("known_from"), plain.pop("known_until")
    both = NOT_KNOWN not in {first, last}
    known = {"first": first, "last": last, "source": plain["source"]} if both else None
    return {**plain, "known": known}


def _finish_pledge(plain: dict[str, Any]) -> dict[str, Any]:
    """A file states one stage; readiness begins at the bottom, since only a visit raises it."""
    stage = {"stage": plain.pop("stage"), "at_us": None, "source": plain["source"]}
    return {**plain, "stages": [stage], "readiness": READINESS_LEVELS[0], "visits": []}


FINISH: Mapping[type, Callable[[dict[str, Any]], dict[str, Any]]] = {
    Calendar: _finish_calendar,
    Pledge: _finish_pledge,
}
