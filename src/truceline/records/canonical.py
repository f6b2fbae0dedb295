"""One way to write a record as bytes, so that two machines sign and compare the same ones.

The profile is RFC 8785 (JSON Canonicalization Scheme) without floats: keys are lower-case ASCII
letters, digits and underscores, integers lie within 2^53, strings are as they are. Inside this
profile sorted keys and the shortest separators are the whole of the standard.
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Mapping
from datetime import date
from enum import Enum
from functools import cache
from json.encoder import encode_basestring as quote
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Json = dict[str, "Json"] | list["Json"] | str | int | bool | None
Record = TypeVar("Record")

KEY = re.compile(r"[a-z0-9_]+")
INTEGER_LIMIT = 2**53
LITERALS = {None: "null", True: "true", False: "false"}


def canonical(value: Json) -> bytes:
    """Write plain data as canonical JSON bytes.

    Raises:
        ValueError: It holds a float, a key outside the profile, or an integer that is too large.

    >>> canonical({"b": [1, None], "a": "ї"}).decode()
    '{"a":"ї","b":[1,null]}'
    """
    return _written(value, "").encode()


def _written(value: Any, path: str) -> str:  # noqa: ANN401, PLR0911 - one branch a kind of value
    """Write plain data or a record in one pass; `path` says where it stands, for the error."""
    kind = type(value)
    if kind is str:
        return quote(value)
    if kind is int:
        if abs(value) >= INTEGER_LIMIT:
            raise ValueError(f"{path} {value} is not below 2^53")
        return repr(value)
    if value is None or kind is bool:
        return LITERALS[value]
    if kind is tuple or kind is list:
        return f"[{','.join([_written(inner, f'{path}{n}.') for n, inner in enumerate(value)])}]"
    if isinstance(value, Mapping):
        return _mapping(value, path)
    if dataclasses.is_dataclass(kind):
        fields = [
            f"{key}{_written(getattr(value, name), name)}" for name, key in _keys(cast("Any", kind))
        ]
        return f"{{{','.join(fields)}}}"
    if isinstance(value, Enum | date):
        return _written(plain(value), path)
    raise ValueError(f"{path} {value!r} is not canonical JSON")


def _mapping(value: Mapping[str, Any], path: str) -> str:
    for key in value:
        if not (isinstance(key, str) and KEY.fullmatch(key)):
            raise ValueError(f"key {path}{key!r} is outside [a-z0-9_]")
    rows = [f"{quote(key)}:{_written(value[key], f'{path}{key}.')}" for key in sorted(value)]
    return f"{{{','.join(rows)}}}"


@cache
def _keys(kind: type) -> tuple[tuple[str, str], ...]:
    """Give a record's fields in canonical order, each with its key as written."""
    return tuple((name, f'"{name}":') for name in sorted(_names(kind)))


def plain(record: object) -> Any:  # noqa: ANN401 - the shape follows the record
    """Give a record as plain data: dictionaries, lists, strings, integers.

    >>> from truceline.records.agreement import Party
    >>> plain(Party(code="UA", name="Ukraine"))
    {'code': 'UA', 'name': 'Ukraine'}
    """
    if isinstance(record, tuple | list):
        return [plain(value) for value in record]
    if isinstance(record, Enum):
        return record.value
    if isinstance(record, date):
        return record.isoformat()
    if isinstance(record, Mapping):
        return {key: plain(value) for key, value in record.items()}
    if dataclasses.is_dataclass(record):
        return {name: plain(getattr(record, name)) for name in _names(cast("Any", type(record)))}
    return record


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def record_bytes(record: object) -> bytes:
    """Write a record as canonical JSON bytes: what is hashed, signed and compared."""
    return _written(record, "").encode()


def read_record(kind: type[Record], value: Any) -> Record:  # noqa: ANN401 - parsed JSON
    """Make a record of plain data.

    Raises:
        KeyError, TypeError, ValueError: The data is not such a record.
    """
    hints: dict[str, Any] = _hints(cast("Any", kind))
    unknown = set(value) - set(hints)
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return kind(**{name: _read(hints[name], inner) for name, inner in value.items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: hint for name, hint in get_type_hints(kind).items() if name in names}


def _read(hint: Any, value: Any) -> Any:  # noqa: ANN401, PLR0911 - one branch a kind of type
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        if value is None:
            return None
        options = [option for option in arguments if option is not type(None)]
        listed = [option for option in options if get_origin(option) is tuple]
        chosen = listed if isinstance(value, list) else options
        return _read(chosen[0], value) if len(chosen) == 1 else value
    if origin is Mapping:
        return {key: _read(arguments[1], inner) for key, inner in value.items()}
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004 - tuple[X, ...]
            return tuple(_read(arguments[0], inner) for inner in value)
        return tuple(_read(of, inner) for of, inner in zip(arguments, value, strict=True))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is date:
        return date.fromisoformat(value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return read_record(hint, value)
    return value
