"""The plan of the house: which room may import which, and what only some rooms may touch.

Change a table here only together with a decision record. Every rule is tried on a made-up breach
first: a rule that sees nothing is no rule.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

import truceline
import truceline.records

HOUSE = Path(truceline.__file__).parent

RECORDS_ONLY = {"records"}
MAY_IMPORT: dict[str, set[str]] = {
    "records": set(),
    "feeds": RECORDS_ONLY,
    "evidence": RECORDS_ONLY,
    "sensors": RECORDS_ONLY,
    "fusion": {"records", "sensors"},
    "agreement": RECORDS_ONLY,
    "evaluation": RECORDS_ONLY,
    "attribution": RECORDS_ONLY,
    "commission": RECORDS_ONLY,
    "guarantees": RECORDS_ONLY,
    "access": RECORDS_ONLY,
    "reports": RECORDS_ONLY,
    "store": RECORDS_ONLY,
    "simulate": {"records", "sensors"},
    "cli": {"pipeline", "reports", "records"},
    "web": {"pipeline", "reports", "records"},
}
# The only room that knows the order, and so all the others.
MAY_IMPORT["pipeline"] = set(MAY_IMPORT) - {"cli"}
# Modules that stand beside the rooms. `__init__` holds the version and nothing else.
BESIDE: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
}
PLAN = MAY_IMPORT | BESIDE

NETWORK = {
    "aiohttp", "aiomqtt", "asyncio.open_connection", "asyncio.start_server", "distributed",
    "fastapi", "ftplib", "http.client", "http.server", "httpcore", "httpx", "nats", "psycopg",
    "requests", "smtplib", "socket", "socketserver", "ssl", "starlette", "urllib.request",
    "urllib3", "uvicorn", "websockets", "xmlrpc",
}  # fmt: skip
MAY_NETWORK = {"feeds", "evidence", "store", "pipeline", "web"}

SQL = {"sqlalchemy", "sqlite3", "duckdb", "psycopg"}
MAY_SQL = {"store", "evidence"}

CLOCK = {
    "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today",
    "datetime.datetime.utcnow", "time.asctime", "time.clock_gettime", "time.clock_gettime_ns",
    "time.ctime", "time.gmtime", "time.localtime", "time.time", "time.time_ns",
}  # fmt: skip
MAY_CLOCK = {"cli", "web", "pipeline"}

# A stop watch tells no time of day: the one file that downloads ends a silence by it.
STOP_WATCH = {
    "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns",
    "time.process_time", "time.process_time_ns", "timeit",
}  # fmt: skip
MAY_STOP_WATCH = MAY_CLOCK | {"feeds/http"}

CHANCE = {
    "nacl.public.PrivateKey.generate", "nacl.signing.SigningKey.generate", "nacl.utils.random",
    "numpy.random", "os.getrandom", "os.urandom", "random", "scipy.stats.qmc", "secrets",
    "uuid.uuid1", "uuid.uuid4",
}  # fmt: skip
# A key must be drawn by chance: in the one file of the evidence room that makes keys. So must what
# a login asks for, and what its sessions are signed with.
MAY_CHANCE = {"simulate", "evidence/keys", "web/login"}

# A room whose `__init__` may import: what it imports it lists, in one table that a newcomer edits.
MAY_HOLD_A_TABLE = {"feeds", "evaluation", "reports"}

# No name in the house joins a word of the left to a word of the right: verification looks at what
# arrived, never at where it was sent from.
SENDER = {
    "battery", "emplacement", "fired", "firer", "firing", "gun", "launch", "launched",
    "launcher", "launching", "muzzle", "origin", "origins", "sender", "shooter",
}  # fmt: skip
WHERE = {
    "azimuth", "bearing", "coordinate", "coordinates", "e7", "easting", "geometry", "lat",
    "latitude", "location", "lon", "lng", "longitude", "northing", "place", "point", "position",
    "range", "site", "track", "xy",
}  # fmt: skip


# --------------------------------------------------------------------- reading the house
def rooms_imported_by(source: str) -> set[str]:
    """Name the rooms a module imports; a relative import counts as one that may not be."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            names.add("truceline.<relative import>")
        elif isinstance(node, ast.ImportFrom) and node.module == "truceline":
            names |= {f"truceline.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {
            "import_module",
            "__import__",
        }:
            names.add("truceline.<import by text>")
    rooms = {name.split(".")[1] for name in names if name.startswith("truceline.")}
    return rooms - {"__version__"}


def names_used_by(source: str) -> set[str]:
    """Give every imported thing that a module names, in full, by whichever name it came in."""
    tree = ast.parse(source)
    full: dict[str, str] = {}
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                used.add(alias.name)
                full[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                used.add(f"{node.module}.{alias.name}")
                full[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            head, *rest = ast.unparse(node).split(".")
            if head in full and all(part.isidentifier() for part in rest):
                used.add(".".join([full[head], *rest]))
    return used


def touches(source: str, forbidden: set[str]) -> set[str]:
    """Give the names a module uses that are, or lie inside, a forbidden one."""
    return {
        name
        for name in names_used_by(source)
        if any(name == taboo or name.startswith(f"{taboo}.") for taboo in forbidden)
    }


def files() -> Iterator[tuple[str, str, Path]]:
    """Yield every Python file of the house: its room, its place without suffix, its path."""
    for file in sorted(HOUSE.rglob("*.py")):
        inside = file.relative_to(HOUSE)
        room = inside.parts[0] if len(inside.parts) > 1 else inside.stem
        yield room, inside.with_suffix("").as_posix(), file


def breaches(forbidden: set[str], allowed: set[str]) -> dict[str, set[str]]:
    """Give the files outside the allowed rooms (or files) that use a forbidden name."""
    found = {
        where: touches(file.read_text(encoding="utf-8"), forbidden)
        for room, where, file in files()
        if room not in allowed and where not in allowed
    }
    return {where: names for where, names in found.items() if names}


# ------------------------------------------------------------------------ who imports whom
def test_sees_every_way_to_import() -> None:
    source = (
        "import truceline.a.b\nfrom truceline import c\nfrom truceline.d import e\n"
        "from . import f\ndef g():\n    from truceline.h import i\n"
        "from truceline import __version__\n"
    )
    assert rooms_imported_by(source) == {"a", "c", "d", "<relative import>", "h"}
    hidden = "import importlib\nimportlib.import_module(name)\n"
    assert rooms_imported_by(hidden) == {"<import by text>"}
    assert rooms_imported_by("__import__('truceline.a')") == {"<import by text>"}


def test_every_room_is_on_the_plan() -> None:
    assert {folder.parent.name for folder in HOUSE.glob("*/__init__.py")} == set(MAY_IMPORT)


def test_every_module_beside_the_rooms_is_on_the_plan() -> None:
    assert {file.stem for file in HOUSE.glob("*.py")} <= set(BESIDE)


def test_a_folder_that_is_no_room_holds_no_python() -> None:
    python = {file.relative_to(HOUSE).parts[0] for file in HOUSE.rglob("*/*.py")}
    assert python == set(MAY_IMPORT)


def test_rooms_import_only_what_the_plan_allows() -> None:
    broken = {
        where: extra
        for room, where, file in files()
        if (extra := rooms_imported_by(file.read_text(encoding="utf-8")) - PLAN[room] - {room})
    }
    assert broken == {}


# ------------------------------------------------------- network, SQL, clock, chance, hash
@pytest.mark.parametrize(
    ("forbidden", "source"),
    [
        pytest.param(NETWORK, "import httpx", id="a client"),
        pytest.param(NETWORK, "from urllib import request", id="the standard library's client"),
        pytest.param(NETWORK, "import urllib.request as r", id="under another name"),
        pytest.param(NETWORK, "def f():\n    from socket import socket", id="inside a function"),
        pytest.param(SQL, "from sqlalchemy import text", id="SQL"),
        pytest.param(SQL, "import sqlite3", id="SQL without SQLAlchemy"),
        pytest.param(CLOCK, "from datetime import datetime\ndatetime.now(UTC)", id="now"),
        pytest.param(CLOCK, "import datetime as d\nx = d.datetime.now", id="now, not yet called"),
        pytest.param(CLOCK, "from datetime import date as D\nD.today()", id="today"),
        pytest.param(STOP_WATCH, "from time import monotonic", id="a stop watch"),
        pytest.param(CLOCK, "import time\ntime.time_ns()", id="nanoseconds"),
        pytest.param(CHANCE, "import random", id="the standard library's dice"),
        pytest.param(CHANCE, "import numpy as np\nnp.random.default_rng(1)", id="NumPy's dice"),
        pytest.param(CHANCE, "from uuid import uuid4", id="a random name"),
        pytest.param(CHANCE, "from os import urandom", id="the system's dice"),
        pytest.param(
            CHANCE, "from nacl.signing import SigningKey as K\nK.generate()", id="a new key"
        ),
    ],
)
def test_sees_a_breach(forbidden: set[str], source: str) -> None:
    assert touches(source, forbidden)


@pytest.mark.parametrize(
    ("forbidden", "source"),
    [
        pytest.param(NETWORK, "from urllib.parse import quote", id="quoting is no network"),
        pytest.param(
            CLOCK, "from datetime import UTC, datetime\ndatetime(2026, 1, 1)", id="a date"
        ),
        pytest.param(CLOCK, "import time\ntime.sleep(1)", id="waiting reads no clock"),
        pytest.param(CLOCK, "now = row.time.time\nnow()", id="a name that only looks like it"),
        pytest.param(CHANCE, "import numpy as np\nnp.median(x)", id="NumPy without dice"),
    ],
)
def test_lets_pass_what_is_no_breach(forbidden: set[str], source: str) -> None:
    assert not touches(source, forbidden)


def test_only_the_rooms_named_for_it_reach_the_network() -> None:
    assert breaches(NETWORK, MAY_NETWORK) == {}


def test_only_the_shelf_and_the_ledger_speak_sql() -> None:
    assert breaches(SQL, MAY_SQL) == {}


def test_only_the_doors_and_the_pipeline_read_the_clock() -> None:
    assert breaches(CLOCK, MAY_CLOCK) == {}
    assert breaches(STOP_WATCH, MAY_STOP_WATCH) == {}


def test_nothing_is_left_to_chance_but_the_exercise_and_the_keys() -> None:
    assert breaches(CHANCE, MAY_CHANCE) == {}


def calls_hash(source: str) -> bool:
    """Tell whether a module calls the built-in `hash`, which differs from one run to the next."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hash"
        for node in ast.walk(ast.parse(source))
    )


def test_nothing_depends_on_the_built_in_hash() -> None:
    assert calls_hash("sorted(x, key=lambda y: hash(y))")
    assert not calls_hash("import hashlib\nhashlib.sha256(b'').hexdigest()")
    assert [where for _, where, file in files() if calls_hash(file.read_text())] == []


# ------------------------------------------------------------------------ signs on the doors
def sign_complaint(source: str, *, may_hold_a_table: bool) -> str:
    """Say what is wrong with a room's `__init__`; nothing if it is a sign and at most a table."""
    tree = ast.parse(source)
    sign = ast.get_docstring(tree) or ""
    missing = [word for word in ("In:", "Out:", "Add here:") if word not in sign]
    if missing:
        return f"the sign lacks {', '.join(missing)}"
    body = [
        node
        for node in tree.body[1:]
        if not (isinstance(node, ast.ImportFrom) and node.module == "__future__")
    ]
    if not body:
        return ""
    if not may_hold_a_table:
        return f"line {body[0].lineno}: only the sign stands here"
    tables = [node for node in body if isinstance(node, ast.Assign | ast.AnnAssign)]
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    if len(tables) != 1 or len(tables) + len(imports) != len(body):
        return "beside the sign there is one table and what it lists"
    listed = {node.id for node in ast.walk(tables[0]) if isinstance(node, ast.Name)}
    imported = {alias.asname or alias.name for node in imports for alias in node.names}
    extra = imported - listed
    return f"{', '.join(sorted(extra))} is imported and not listed" if extra else ""


SIGN = '"""A room.\n\nIn: a. Out: b. Add here: c.\n"""\n'


@pytest.mark.parametrize(
    ("source", "may_hold_a_table", "wrong"),
    [
        pytest.param(SIGN, False, "", id="a sign"),
        pytest.param(SIGN + "from a import b\nTABLE = {'b': b}\n", True, "", id="sign and table"),
        pytest.param('"""A room. In: a."""', True, "lacks Out:, Add here:", id="half a sign"),
        pytest.param(SIGN + "from a import b\n", False, "only the sign", id="a re-export"),
        pytest.param(
            SIGN + "from a import b, c\nTABLE = {'b': b}\n",
            True,
            "c is imported and not listed",
            id="a re-export beside the table",
        ),
        pytest.param(SIGN + "def f():\n    pass\n", True, "one table", id="code behind the sign"),
        pytest.param(SIGN + "A = 1\nB = 2\n", True, "one table", id="two tables"),
    ],
)
def test_sees_what_is_wrong_with_a_sign(source: str, *, may_hold_a_table: bool, wrong: str) -> None:
    said = sign_complaint(source, may_hold_a_table=may_hold_a_table)
    assert wrong in said
    assert bool(wrong) == bool(said)


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_every_room_has_a_sign_on_its_door_and_re_exports_nothing(room: str) -> None:
    source = (HOUSE / room / "__init__.py").read_text(encoding="utf-8")
    assert sign_complaint(source, may_hold_a_table=room in MAY_HOLD_A_TABLE) == ""


# --------------------------------------------------------------- no place of a firing position
def names_a_firing_position(name: str) -> bool:
    """Tell whether a name speaks of where something was sent from.

    "fire" alone is no such word: to a satellite it is burning ground.
    """
    words = set(name.lower().split("_"))
    return bool(words & SENDER and words & WHERE)


@pytest.mark.parametrize(
    "name",
    ["launch_latitude_e7", "firing_position", "track_origin", "gun_location", "origin_lon",
     "LAUNCH_POINT", "shooter_bearing", "launcher_xy"],
)  # fmt: skip
def test_sees_the_name_of_a_firing_position(name: str) -> None:
    assert names_a_firing_position(name)


@pytest.mark.parametrize(
    "name", ["longitude_e7", "original", "launch_area", "place", "origin", "line_distance_m"]
)
def test_lets_pass_the_name_of_what_arrived(name: str) -> None:
    assert not names_a_firing_position(name)


def record_types() -> list[type]:
    """Find every record: each dataclass and enumeration that the records room defines."""
    found: list[type] = []
    for module in pkgutil.iter_modules(truceline.records.__path__, "truceline.records."):
        loaded = importlib.import_module(module.name)
        found += [
            kind
            for _, kind in inspect.getmembers(loaded, inspect.isclass)
            if kind.__module__ == module.name
        ]
    return found


def test_no_record_has_a_field_for_a_firing_position() -> None:
    kinds = record_types()
    names = [
        field.name for kind in kinds if dataclasses.is_dataclass(kind)
        for field in dataclasses.fields(kind)
    ]  # fmt: skip
    names += [member.value for kind in kinds if issubclass(kind, Enum) for member in kind]
    assert "longitude_e7" in names
    assert [name for name in names if names_a_firing_position(str(name))] == []


def test_no_bulk_schema_has_a_column_for_a_firing_position() -> None:
    from truceline.records import bulk  # noqa: PLC0415 - beside its rule

    schemas = [value for value in vars(bulk).values() if isinstance(value, pa.Schema)]
    columns = [name for schema in schemas for name in schema.names]
    assert "longitude_e7" in columns
    assert [name for name in columns if names_a_firing_position(name)] == []


def tables_of_the_store() -> list[sa.Table]:
    """Find every table that a module of the store declares."""
    import truceline.store  # noqa: PLC0415 - beside its rule

    found: list[sa.Table] = []
    for module in pkgutil.iter_modules(truceline.store.__path__, "truceline.store."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, sa.MetaData):
                found += value.tables.values()
            elif isinstance(value, sa.Table):
                found.append(value)
    return found


def test_no_table_of_the_store_has_a_column_for_a_firing_position() -> None:
    columns = [column.name for table in tables_of_the_store() for column in table.columns]
    assert columns
    assert [name for name in columns if names_a_firing_position(name)] == []


def names_written_in(source: str) -> set[str]:
    """Give every name a module makes or reads, and every text that could be a key or a column."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                names.add(name)
            case ast.keyword(arg=str(name)):
                names.add(name)
            case ast.Constant(value=str(text)) if text.isidentifier():
                names.add(text)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case _:
                pass
    return names


def test_no_module_names_a_firing_position() -> None:
    source = "def f(gun_xy):\n    row['launch_lat'] = x.firing_point = g(origin_lon=1)\n"
    named = {name for name in names_written_in(source) if names_a_firing_position(name)}
    assert named == {"gun_xy", "launch_lat", "firing_point", "origin_lon"}
    found = {
        where: named
        for _, where, file in files()
        if (
            named := {
                name
                for name in names_written_in(file.read_text(encoding="utf-8"))
                if names_a_firing_position(name)
            }
        )
    }
    assert found == {}


# ------------------------------------------------------------------------ the house is a tree
def cycle_in(imports: dict[str, set[str]]) -> list[str]:
    """Give one cycle of modules that import one another; nothing if there is none."""
    done: set[str] = set()

    def walk(module: str, path: list[str]) -> list[str]:
        if module in path:
            return path[path.index(module) :]
        if module in done:
            return []
        for inner in sorted(imports.get(module, set())):
            found = walk(inner, [*path, module])
            if found:
                return found
        done.add(module)
        return []

    return next((found for module in sorted(imports) if (found := walk(module, []))), [])


def modules_read(source: str, modules: set[str]) -> set[str]:
    """Give the modules of the house that a module imports: a name's own, or the one it lies in."""
    used = names_used_by(source)
    return (used | {name.rpartition(".")[0] for name in used}) & (modules - {"truceline"})


def test_no_modules_import_one_another_in_a_ring() -> None:
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c"]
    assert cycle_in({"a": {"b", "c"}, "b": {"c"}}) == []
    sources = {
        f"truceline.{where.replace('/', '.')}".removesuffix(".__init__"): file.read_text("utf-8")
        for _, where, file in files()
    }
    imports = {name: modules_read(source, set(sources)) for name, source in sources.items()}
    assert cycle_in(imports) == []
