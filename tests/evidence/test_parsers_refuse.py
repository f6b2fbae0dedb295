"""Whatever comes from outside is read or refused by name; nothing else ever comes out of a parser.

The long form with coverage-guided fuzzing is `benchmarks/fuzz.py`, on the same table.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parser_table import AGREEMENT, Parser, framed, parsers, signed_note, signed_statement

NAMES = tuple(one.name for one in parsers())
WITH_EXAMPLES = tuple(one.name for one in parsers() if one.examples)


def parser(name: str) -> Parser:
    return next(one for one in parsers() if one.name == name)


@st.composite
def changes(draw: st.DrawFn, content: bytes) -> bytes:
    """Cut, double, overwrite, insert: what a bad disk, a bad line or a bad man does to bytes."""
    begin = draw(st.integers(0, len(content)))
    end = draw(st.integers(begin, min(len(content), begin + 40)))
    put = draw(
        st.one_of(
            st.binary(max_size=8),
            st.sampled_from((b"\n", b"\n\n", b"\xff", b"\0", b"0", b"-1", b"null", b"[[[[")),
            st.just(content[begin:end] * 2),
        )
    )
    return content[:begin] + put + content[end:]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_it_takes_its_own_examples(name: str) -> None:
    one = parser(name)
    assert [one.refuses(example) for example in one.examples] == [False] * len(one.examples)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_random_bytes_are_read_or_refused(name: str, data: st.DataObject) -> None:
    assert parser(name).refuses(data.draw(st.binary(max_size=400))) in {True, False}


@pytest.mark.parametrize("name", WITH_EXAMPLES)
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_changed_example_is_read_or_refused(name: str, data: st.DataObject) -> None:
    one = parser(name)
    example = data.draw(st.sampled_from(one.examples))
    assert one.refuses(data.draw(changes(example))) in {True, False}


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in {"questions to a mirror", "fraud proof"}]
)
def test_nothing_at_all_is_refused_or_says_nothing(name: str) -> None:
    one = parser(name)
    refused = one.refuses(b"")
    assert refused or name in {"journals, merged", "bundle of entries", "tile of hashes"}


def test_a_right_signature_lends_no_shape_to_what_is_under_it() -> None:
    assert parser("envelope of a statement").refuses(signed_statement(b"{}"))
    assert parser("cosignatures").refuses(signed_note(b"\x01\n"))
    assert parser("journals, both files the same").refuses(framed(b"\x01E\x00\x01x"))
    assert parser("agreement").refuses(AGREEMENT.replace(b"format = 1", b"format = 9"))
