"""Signed statements: DSSE over exact bytes, one spelling, a chain without gaps."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.evidence.keys import SigningKey
from truceline.evidence.label import Label, label_body
from truceline.evidence.note import Checkpoint
from truceline.evidence.statement import (
    _DECODER,
    _ENCODER,
    BODY_LIMIT,
    DETAIL_DEPTH,
    PAYLOAD_TYPE,
    Statement,
    claimed,
    insist_on_body,
    insist_on_kind,
    pre_authentication_encoding,
    read_entry,
    write_entry,
)
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.records.canonical import Json, canonical

KEY = SigningKey(name="actor.example", seed=bytes(32))
BODY: dict[str, Json] = {
    "sha256": "ab" * 32,
    "size": 7,
    "name": "день.csv",
    "feed": "firms",
    "received_us": None,
}


def said(**changes: Any) -> Statement:  # noqa: ANN401 - any field of a statement
    fields: dict[str, Any] = {
        "kind": "original",
        "actor": KEY.name,
        "seq": 1,
        "prev": "cd" * 32,
        "signed_us": 1,
        "body": BODY,
    }
    return Statement(**{**fields, **changes})


ENTRY = write_entry(said(), KEY)


def signed(payload: bytes) -> bytes:
    """Put any bytes into an envelope that is signed as it must be."""
    signature = KEY.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    envelope = {
        "payload": encode_base64(payload),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [
            {"keyid": KEY.verifier.key_id.hex(), "sig": encode_base64(signature)},
        ],
    }
    return json.dumps(envelope, separators=(",", ":")).encode()


def test_encoding_is_the_example_of_the_specification() -> None:
    """DSSE protocol.md, "Test Vectors"."""
    encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_entry_is_a_dsse_envelope() -> None:
    envelope = json.loads(ENTRY)
    assert list(envelope) == ["payload", "payloadType", "signatures"]
    payload = decode_base64(envelope["payload"])
    assert json.loads(payload)["body"] == BODY
    (signature,) = envelope["signatures"]
    message = pre_authentication_encoding(envelope["payloadType"], payload)
    assert KEY.verifier.verifies(message, decode_base64(signature["sig"]))
    assert signed(payload) == ENTRY


def test_statement_is_read_back() -> None:
    assert read_entry(ENTRY, KEY.verifier) == said() == claimed(ENTRY)


def test_every_flipped_bit_of_an_entry_is_refused() -> None:
    for bit in range(len(ENTRY) * 8):
        changed = bytearray(ENTRY)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FormatError):
            read_entry(bytes(changed), KEY.verifier)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_entry_are_refused(content: bytes) -> None:
    for entry in (content, signed(content)):
        with pytest.raises(FormatError):
            read_entry(entry, KEY.verifier)


PAYLOAD = said().payload.decode()
CANNOT = "the statement cannot be read: "


@pytest.mark.parametrize(
    "payload",
    [
        PAYLOAD.replace('"v":2', '"v":1'),
        PAYLOAD.replace('"v":2', '"v":true'),
        PAYLOAD.replace('"v":2', '"v":2.0'),
        PAYLOAD.replace('"v":2', '"v": 2'),
        PAYLOAD.replace('"v":2', '"v":2,"v":2'),
        PAYLOAD.replace('"v":2', '"v":2,"w":1'),
        PAYLOAD.replace(',"v":2', ""),
        PAYLOAD.replace('"seq":1', '"seq":-1'),
        PAYLOAD.replace('"seq":1', '"seq":true'),
        PAYLOAD.replace('"seq":1', '"seq":' + "9" * 5000),
        PAYLOAD.replace('"signed_us":1', '"signed_us":null'),
        PAYLOAD.replace("cdcd", "CDCD"),
        PAYLOAD.replace('"kind":"original"', '"kind":"mission"'),
        PAYLOAD.replace('"kind":"original"', '"kind":"verdict"'),
        PAYLOAD.replace('"size":7', '"size":NaN'),
        PAYLOAD.replace('"size":7', '"size":-7'),
        PAYLOAD.replace("день", "\\ud800"),
        PAYLOAD.replace("д", "\\u0434"),
        PAYLOAD.replace("actor.example", "actor.exampl"),
        "[" * 60_000,
        "[" * 30_000 + "]" * 30_000,
        '{"body":' * 7_000,
        "[]",
        "null",
        "",
    ],
)
def test_refuses_a_signed_payload_that_is_no_statement(payload: str) -> None:
    assert payload != PAYLOAD
    with pytest.raises(FormatError):
        read_entry(signed(payload.encode(errors="surrogatepass")), KEY.verifier)


ANCHOR = Checkpoint(origin="log.example", size=7, root=bytes(32))
LABEL = Label(
    policy="EXERCISE", classification="RESTRICTED", releasable_to=("DEU", "FRA"), caveats=("EYES",)
)
FULL = said(anchor=ANCHOR, label=LABEL, commits=("12" * 32, "02" * 32))


def test_anchor_label_and_commitments_are_signed_and_read_back() -> None:
    assert read_entry(write_entry(FULL, KEY), KEY.verifier) == FULL


SIGNED_ANCHOR: dict[str, Json] = {"origin": "log.example", "size": 7, "root": "00" * 32}
SIGNED_LABEL = label_body(LABEL)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("anchor", {**SIGNED_ANCHOR, "size": 0}),
        ("anchor", {**SIGNED_ANCHOR, "root": "zz" * 32}),
        ("anchor", {**SIGNED_ANCHOR, "note": ""}),
        ("anchor", {"size": 7, "root": "00" * 32}),
        ("anchor", [SIGNED_ANCHOR]),
        ("anchor", False),
        ("commits", None),
        ("commits", ["zz" * 32]),
        ("commits", ["02" * 32, "02" * 32]),
        ("commits", [f"{n:064x}" for n in range(257)]),
        ("label", {**SIGNED_LABEL, "releasable_to": ["FRA", "DEU"]}),
        ("label", {**SIGNED_LABEL, "releasable_to": ["DEU", "DEU"]}),
        ("label", {**SIGNED_LABEL, "releasable_to": ["DEU", None]}),
        ("label", {**SIGNED_LABEL, "caveats": "EYES"}),
        ("label", {**SIGNED_LABEL, "policy": ""}),
        ("label", {**SIGNED_LABEL, "classification": None}),
        ("label", {**SIGNED_LABEL, "expires_us": "never"}),
        ("label", {"policy": "EXERCISE"}),
        ("label", [SIGNED_LABEL]),
    ],
)
def test_refuses_an_anchor_a_label_or_a_commitment_of_another_form(field: str, value: Json) -> None:
    payload = canonical({**json.loads(FULL.payload), field: value})
    with pytest.raises(FormatError, match=r"anchor|label|commits"):
        read_entry(signed(payload), KEY.verifier)


def test_another_key_of_the_same_name_is_refused() -> None:
    other = SigningKey(name=KEY.name, seed=b"o" * 32).verifier
    with pytest.raises(FormatError, match="is signed by key"):
        read_entry(ENTRY, other)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"size": -1}, "original.size cannot be -1"),
        ({"size": True}, "original.size cannot be True"),
        ({"sha256": "AB" * 32}, "original.sha256 cannot be"),
        ({"received_us": "now"}, "original.received_us cannot be 'now'"),
        ({"size": 2**53}, "not below 2"),
        ({"name": "\ud800"}, "is not canonical JSON"),
        ({"name": "x" * BODY_LIMIT}, f"above {BODY_LIMIT}"),
        ({"more": 1}, "has .*more"),
    ],
)
def test_refuses_a_body_that_is_not_of_its_kind(changes: dict[str, Json], why: str) -> None:
    with pytest.raises(FormatError, match=why):
        insist_on_body("original", {**BODY, **changes})


def test_refuses_a_kind_that_is_not_listed() -> None:
    with pytest.raises(FormatError, match="'verdict' is no kind of statement: mission, original"):
        insist_on_kind("verdict", {})


@pytest.mark.parametrize(
    "path",
    ["../a", "/a", "a//b", "a/../b", ".hidden", "a/.b", "a.tmp", "", "a\\b", "a b", "ї", "a\n"],
)
def test_refuses_a_derived_path_that_could_lead_elsewhere(path: str) -> None:
    with pytest.raises(FormatError, match=r"derived\.path cannot be"):
        insist_on_kind("derived", {"path": path, "sha256": "0" * 64, "size": 0})


def test_the_longest_body_fits_into_an_entry() -> None:
    room = BODY_LIMIT - len(Statement.__name__) - 150
    assert len(write_entry(said(body={**BODY, "name": "x" * room}), KEY)) < 65_535


def test_an_entry_that_is_too_long_is_refused() -> None:
    key = SigningKey(name="n" * 50_000, seed=bytes(32))
    with pytest.raises(FormatError, match="is above 65535"):
        write_entry(said(actor=key.name), key)


def test_the_smallest_numbers_and_a_known_instant_are_read_back() -> None:
    for one in (
        said(seq=0, prev=None, signed_us=-1, body={**BODY, "size": 0}),
        said(body={**BODY, "received_us": -1}),
    ):
        assert read_entry(write_entry(one, KEY), KEY.verifier) == one


def test_a_body_has_at_most_the_bytes_that_fit() -> None:
    room = BODY_LIMIT - len(canonical({**BODY, "name": ""}))
    insist_on_body("original", {**BODY, "name": "x" * room})
    with pytest.raises(FormatError, match=r"^original has 24577 bytes, above 24576$"):
        insist_on_body("original", {**BODY, "name": "x" * (room + 1)})


@pytest.mark.parametrize(
    "spoiled",
    [
        said(commits=("zz" * 32,)),
        said(label=Label(policy="", classification="RESTRICTED", releasable_to=(), caveats=())),
    ],
)
def test_a_label_or_a_commitment_that_nobody_could_read_is_not_signed(spoiled: Statement) -> None:
    with pytest.raises(FormatError, match=r"label|commits"):
        write_entry(spoiled, KEY)


def test_each_refusal_says_what_it_found() -> None:
    entry = ENTRY.decode()
    other = SigningKey(name="other.example", seed=bytes(32))
    stolen = f'"keyid":"{other.verifier.key_id.hex()}"'
    theirs = entry.replace(f'"keyid":"{KEY.verifier.key_id.hex()}"', stolen)
    key_id = KEY.verifier.key_id.hex()
    for content, key, why in (
        (b"{}", KEY, "is not the envelope of a statement"),
        (signed(b"[]"), KEY, CANNOT + "the statement is not a canonical JSON object"),
        (signed(b'{"A":1}'), KEY, CANNOT + "a key of ['A'] is outside [a-z0-9_]"),
        (signed(b'{"a":NaN}'), KEY, CANNOT + "NaN is not canonical JSON"),
        (signed(b"{}"), KEY, "the statement has not the fields of version 2"),
        (
            write_entry(said(), other),
            other,
            "is said by 'actor.example', signed by 'other.example'",
        ),
        (ENTRY, other, f"is signed by key {key_id}, not by {other.verifier.key_id.hex()}"),
        (
            theirs.replace('"sig":"', '"sig":"AAAA').encode(),
            other,
            "the signature of other.example does not match the statement",
        ),
    ):
        with pytest.raises(FormatError, match=f"^{re.escape(why)}$"):
            read_entry(content, key.verifier)


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**30])
def test_a_number_that_others_would_round_is_refused(number: int) -> None:
    """Beyond 2^53 a reader that has only doubles would hash something else."""
    payload = PAYLOAD.replace('"size":7', f'"size":{number}')
    with pytest.raises(
        FormatError, match=f"^the statement cannot be read: {number} is not below 2.53$"
    ):
        read_entry(signed(payload.encode()), KEY.verifier)
    just_below = PAYLOAD.replace('"size":7', f'"size":{2**53 - 1}')
    assert read_entry(signed(just_below.encode()), KEY.verifier).body["size"] == 2**53 - 1


NAMES = st.sampled_from(["a_1", "body", "kind", "A", "", "ї"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@given(value=VALUES)
def test_the_fast_reading_takes_exactly_what_is_canonical(value: Any) -> None:  # noqa: ANN401
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        expected = canonical(value)
    except ValueError:
        with pytest.raises(ValueError, match=r".*"):
            _ENCODER.encode(_DECODER.decode(text)).encode()
    else:
        assert _ENCODER.encode(_DECODER.decode(text)).encode() == expected


# ------------------------------------------------------------------------------------ acts
def act(**changes: Any) -> Statement:  # noqa: ANN401 - any field of its body
    body: dict[str, Json] = {"name": "case.open", "about": "", "detail": {}}
    return said(kind="act", body={**body, **changes})


def nested(levels: int) -> Json:
    """Give objects and lists in turn, the outermost an object."""
    value: Json = "deep"
    for level in reversed(range(levels)):
        value = [value] if level % 2 else {"a": value}
    return value


DETAILS: st.SearchStrategy[Any] = st.dictionaries(
    st.from_regex(r"[a-z0-9_]{1,5}", fullmatch=True),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(1 - 2**53, 2**53 - 1)
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["a", "kind", "0"]), inner, max_size=3)
        ),
        max_leaves=6,
    ),
    max_size=4,
).filter(lambda detail: str(detail).count("[") + str(detail).count("{") <= 8)


@given(detail=DETAILS)
def test_an_act_says_whatever_is_canonical_and_is_read_back(detail: dict[str, Any]) -> None:
    one = act(about="ab" * 32, detail=detail)
    assert read_entry(write_entry(one, KEY), KEY.verifier) == one


def test_what_an_act_says_has_at_most_eight_levels() -> None:
    one = act(detail=nested(DETAIL_DEPTH))
    assert read_entry(write_entry(one, KEY), KEY.verifier) == one
    for levels in (DETAIL_DEPTH + 1, 5_000):
        with pytest.raises(FormatError, match=r"^act\.detail cannot be "):
            insist_on_body("act", {"name": "a.b", "about": "", "detail": nested(levels)})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"about": "a b"}, "act.about cannot be 'a b'"),
        ({"about": "ж"}, "act.about cannot be"),
        ({"about": "ab\n"}, "act.about cannot be"),
        ({"about": "a" * 201}, "act.about cannot be"),
        ({"about": None}, "act.about cannot be None"),
        ({"name": 1}, "act.name cannot be 1"),
        ({"detail": []}, "act.detail cannot be"),
        ({"detail": {"Text": "a"}}, r"outside \[a-z0-9_\]"),
        ({"detail": {"inner": [{"a-b": "a"}]}}, r"outside \[a-z0-9_\]"),
        ({"detail": {"share": 0.5}}, "is not canonical JSON"),
        ({"detail": {"n": 2**53}}, "not below 2"),
        ({"detail": {"text": "x" * BODY_LIMIT}}, f"above {BODY_LIMIT}"),
        ({"more": ""}, "has .*more"),
    ],
)
def test_refuses_an_act_that_is_of_another_form(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(FormatError, match=why):
        insist_on_body("act", act(**changes).body)
