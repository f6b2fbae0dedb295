"""RFC 8785, JSON Canonicalization Scheme, in the profile that Truceline signs: no floats.

Section 3.2.1: "Whitespace between JSON tokens MUST NOT be emitted." Section 3.2.3: "property name
strings to be sorted are formatted as arrays of UTF-16 code units"; in this profile names are ASCII.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import pkgutil
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_examples import EXAMPLES, OBSERVATION, PLACE

import truceline.records
from truceline.records.canonical import Json, canonical, plain, read_record, record_bytes
from truceline.records.observation import Observation, Place

keys = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=8)
integers = st.integers(-(2**53) + 1, 2**53 - 1)
texts = st.text(st.characters(codec="utf-8"), max_size=12)  # no halves of characters
values = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(keys, values, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_keys_changes_no_byte(value: dict[str, Any], random: Random) -> None:
    shuffled = list(value.items())
    random.shuffle(shuffled)
    assert canonical(dict(shuffled)) == canonical(value)


@given(values)
def test_what_was_written_is_read_again(value: Json) -> None:
    assert json.loads(canonical(value)) == value


@given(values)
def test_writes_no_space_between_tokens_and_sorted_names(value: Json) -> None:
    written = canonical(value)
    names: list[list[str]] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names.append([name for name, _ in pairs])
        return dict(pairs)

    json.loads(written, object_pairs_hook=note)
    assert all(listed == sorted(listed) for listed in names)
    assert canonical(json.loads(written)) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        # RFC 8785, 3.2.2: the sample of literals and of a string with escapes.
        pytest.param(
            {"literals": [None, True, False]}, '{"literals":[null,true,false]}', id="3.2.2"
        ),
        pytest.param(
            {"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"},
            '{"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
            id="3.2.2.2",
        ),
        pytest.param(
            ["\b\t\n\f\r", "\x00\x1f", "\x7f\u2028", "\U0001f600"],
            '["\\b\\t\\n\\f\\r","\\u0000\\u001f","\x7f\u2028","\U0001f600"]',
            id="only what must be escaped is",
        ),
        pytest.param({"b": 1, "a1": 2, "a": 3, "_": 4}, '{"_":4,"a":3,"a1":2,"b":1}', id="3.2.3"),
        pytest.param([0, -1, 2**53 - 1], "[0,-1,9007199254740991]", id="integers"),
        pytest.param({}, "{}", id="nothing"),
    ],
)
def test_agrees_with_the_standard(value: Json, written: str) -> None:
    assert canonical(value) == written.encode()


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        pytest.param({"a": [1, 0.5]}, r"a\.1\. 0\.5 is not canonical JSON", id="a float"),
        pytest.param({"a": float("nan")}, "nan is not canonical JSON", id="no number"),
        pytest.param({"a": 2**53}, "9007199254740992 is not below 2", id="2^53"),
        pytest.param(-(2**53), "-9007199254740992 is not below 2", id="-2^53"),
        pytest.param({"a": {"B": 1}}, r"key a\.'B' is outside", id="a capital"),
        pytest.param({"a-b": 1}, "key 'a-b' is outside", id="a hyphen"),
        pytest.param({"": 1}, "key '' is outside", id="an empty key"),
        pytest.param({"a\n": 1}, "is outside", id="a line break behind the key"),
        pytest.param({7: 1}, "key 7 is outside", id="a key that is no text"),
        pytest.param({"a": b"x"}, "is not canonical JSON", id="bytes"),
        pytest.param("\ud800", "surrogates not allowed", id="half a character"),
    ],
)
def test_refuses_what_is_outside_the_profile_and_names_it(value: Json, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        canonical(value)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_every_record_comes_back_from_its_own_bytes(example: object) -> None:
    again = read_record(type(example), json.loads(record_bytes(example)))
    assert again == example
    assert record_bytes(again) == record_bytes(example)


# Columns, tables of checks, questions, and views that are folded anew: shown, and never read back.
NEVER_READ_BACK = {
    "act_spec", "asker", "board", "chamber", "detections", "due", "mandate_path",
    "permission", "trigger",
}  # fmt: skip


def declared() -> dict[type, str]:
    """Give every record type, and the module that it stands in."""
    modules = [module.name for module in pkgutil.iter_modules(truceline.records.__path__)]
    return {
        kind: module
        for module in modules
        for kind in vars(importlib.import_module(f"truceline.records.{module}")).values()
        if isinstance(kind, type)
        and dataclasses.is_dataclass(kind)
        and kind.__module__ == f"truceline.records.{module}"
    }


def test_no_record_type_is_forgotten_above() -> None:
    forgotten = {
        kind.__name__
        for kind, module in declared().items()
        if module not in NEVER_READ_BACK and kind not in {type(example) for example in EXAMPLES}
    }
    assert forgotten == set()
    assert set(declared().values()) >= NEVER_READ_BACK


def test_every_record_is_frozen_and_slotted() -> None:
    for kind in declared():
        assert "__slots__" in vars(kind), kind
    for example in EXAMPLES:
        assert not hasattr(example, "__dict__"), type(example)
        name = dataclasses.fields(example)[0].name  # type: ignore[arg-type]
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(example, name, None)


@given(
    st.builds(
        Place,
        longitude_e7=st.integers(-1_800_000_000, 1_800_000_000),
        latitude_e7=st.integers(-900_000_000, 900_000_000),
        radius_95_m=st.integers(1, 10**6),
    ),
    texts,
    st.none() | st.integers(1, 10**6),
    st.dictionaries(keys, integers, max_size=4),
)
def test_any_observation_comes_back(
    place: Place, words: str, count: int | None, measures: dict[str, int]
) -> None:
    seen = dataclasses.replace(
        OBSERVATION,
        place=place,
        words=words,
        count=count,
        measures=tuple(sorted(measures.items())),
    )
    assert read_record(Observation, json.loads(record_bytes(seen))) == seen


def test_a_field_that_a_record_has_not_is_named() -> None:
    with pytest.raises(ValueError, match="Place has no altitude_m, speed"):
        read_record(Place, {**plain(PLACE), "speed": 1, "altitude_m": 2})


def test_a_record_that_lacks_a_field_is_no_record() -> None:
    with pytest.raises(TypeError, match="latitude_e7"):
        read_record(Place, {"longitude_e7": 1, "radius_95_m": 1})


def test_what_is_read_is_validated_again() -> None:
    body = plain(OBSERVATION)
    body["place"]["latitude_e7"] = 950_000_000
    with pytest.raises(ValueError, match=r"latitude 95\.0 is outside"):
        read_record(Observation, body)


def test_a_word_that_an_enumeration_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="crystal_ball"):
        read_record(Observation, {**plain(OBSERVATION), "means": "crystal_ball"})


@pytest.mark.parametrize("value", [None, 7, [1], "a"])
def test_what_is_no_record_at_all_is_refused(value: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        read_record(Place, value)
