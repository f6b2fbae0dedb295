"""What the accused signed accuses him, and nothing else does."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mission_worlds import KEY as CONTRIBUTOR
from mission_worlds import SEED

from truceline.evidence.cosignature import add_signatures, cosign, cosigner_key
from truceline.evidence.fraud import (
    Outcome,
    Signer,
    check,
    prove_heads,
    prove_statements,
    signed_alone,
)
from truceline.evidence.keys import SigningKey
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.statement import BODY_LIMIT, Statement, insist_on_body, write_entry
from truceline.evidence.strict import FormatError
from truceline.evidence.tree import leaf_hash, root
from truceline.records.canonical import Json, canonical

LOG = SigningKey(name="truceline.example/log", seed=bytes(range(1, 33)))
MIRROR = SigningKey(name="mirror.example/1", seed=bytes(range(2, 34)))
OTHER = SigningKey(name="mirror.example/2", seed=bytes(range(3, 35)))
ACTOR = SigningKey(name=CONTRIBUTOR.name, seed=SEED)
TIME_S = 1_790_000_000


def leaves(text: str) -> list[bytes]:
    return [leaf_hash(letter.encode()) for letter in text]


def signed(text: str) -> bytes:
    """Sign, as the log, the head of a log with one entry a letter."""
    return sign_note(head(text).text, LOG)


def head(text: str) -> Checkpoint:
    return Checkpoint(origin=LOG.name, size=len(text), root=root(leaves(text)))


def cosigned(text: str) -> bytes:
    return add_signatures(signed(text), [cosign(head(text).text, MIRROR, TIME_S)])


def entry(seq: int, prev: str | None, size: int = 1) -> bytes:
    return write_entry(statement(seq, prev, size), ACTOR)


def statement(seq: int, prev: str | None, size: int = 1) -> Statement:
    body: dict[str, Json] = {"path": "a", "sha256": "ab" * 32, "size": size}
    return Statement(kind="derived", actor=ACTOR.name, seq=seq, prev=prev, signed_us=0, body=body)


# --------------------------------------------------------------------------- two histories
@settings(max_examples=120, deadline=None)
@given(
    first=st.text("ab", min_size=0, max_size=20),
    second=st.text("ab", min_size=0, max_size=20),
)
def test_two_heads_are_proven_to_exclude_each_other_exactly_if_they_do(
    first: str, second: str
) -> None:
    longer = max(first, second, key=len)
    consistent = first.startswith(second) or second.startswith(first)
    if consistent:
        with pytest.raises(FormatError, match="nothing is proven"):
            prove_heads(signed(first), signed(second), LOG.verifier, leaves(longer))
        return
    proof = prove_heads(signed(first), signed(second), LOG.verifier, leaves(longer))
    verdict = check(proof, [LOG.verifier])
    assert (verdict.outcome, verdict.culprit, verdict.kind) == (Outcome.PROVEN, LOG.name, "log")
    assert check(proof, []).outcome is Outcome.UNKNOWN_SIGNER


def test_two_heads_of_one_size_need_no_entries() -> None:
    verdict = check(prove_heads(signed("abc"), signed("abd"), LOG.verifier, []), [LOG.verifier])
    assert verdict.why.startswith(f"{LOG.name} has at size 3 the root ")


def test_one_old_checkpoint_against_a_rewritten_log_is_enough() -> None:
    rewritten = "xbcdefgh"
    proof = prove_heads(signed("abcde"), signed(rewritten), LOG.verifier, leaves(rewritten))
    assert check(proof, [LOG.verifier]).outcome is Outcome.PROVEN


def test_a_consistency_proof_that_fails_proves_nothing() -> None:
    with pytest.raises(FormatError, match="not the entries"):
        prove_heads(signed("abc"), signed("abcd"), LOG.verifier, leaves("abxd"))
    proof = json.loads(prove_heads(signed("abc"), signed("xbcd"), LOG.verifier, leaves("xbcd")))
    proof["later"] = signed("abcd").decode()
    assert check(canonical(proof), [LOG.verifier]).outcome is Outcome.UNPROVEN


def test_a_mirror_that_cosigns_two_histories_is_named_and_not_the_log() -> None:
    key = cosigner_key(MIRROR)
    proof = prove_heads(cosigned("abc"), cosigned("abd"), key, [])
    verdict = check(proof, [LOG.verifier, cosigner_key(OTHER), key])
    assert (verdict.outcome, verdict.culprit, verdict.kind) == (
        Outcome.PROVEN,
        MIRROR.name,
        "mirror",
    )
    with pytest.raises(FormatError, match=r"is not signed by mirror.example/2"):
        prove_heads(cosigned("abc"), cosigned("abd"), cosigner_key(OTHER), [])


def test_a_head_of_another_log_with_the_same_key_accuses_nobody() -> None:
    other = Checkpoint(origin="truceline.example/other", size=3, root=b"r" * 32)
    with pytest.raises(FormatError, match=r"is of log 'truceline.example/other'"):
        prove_heads(signed("abc"), sign_note(other.text, LOG), LOG.verifier, [])
    # A mirror may keep several logs: heads of two of them do not exclude each other.
    line = cosign(other.text, MIRROR, TIME_S)
    note = add_signatures(sign_note(other.text, LOG), [line])
    with pytest.raises(FormatError, match="nothing is proven"):
        prove_heads(cosigned("abc"), note, cosigner_key(MIRROR), [])


def test_a_proof_is_small_enough_to_be_logged_itself() -> None:
    crowd = [SigningKey(name=f"m/{at}", seed=at.to_bytes(32, "big")) for at in range(1, 33)]
    text = "a" * 3000
    first, second = (
        add_signatures(signed(one), [cosign(head(one).text, signer, TIME_S) for signer in crowd])
        for one in (text, f"{text}b"[1:] + "c" * 2000)
    )
    proof = prove_heads(first, second, LOG.verifier, leaves(f"{text}b"[1:] + "c" * 2000))
    assert len(proof) < BODY_LIMIT
    body: dict[str, Json] = {"sha256": "ab" * 32, "culprit": LOG.name, "proof": proof.decode()}
    insist_on_body("fraud", body)


# ------------------------------------------------------------------------- two statements
def test_two_statements_with_one_number_are_proven() -> None:
    proof = prove_statements(entry(3, "ab" * 32), entry(3, "ab" * 32, size=2), CONTRIBUTOR)
    verdict = check(proof, [CONTRIBUTOR])
    assert (verdict.outcome, verdict.kind) == (Outcome.PROVEN, "contributor")
    assert verdict.why == f"{ACTOR.name} signed two statements with seq 3"


def test_a_statement_after_another_one_than_the_one_signed_is_proven() -> None:
    before = statement(3, "ab" * 32)
    proof = prove_statements(entry(4, "cd" * 32), write_entry(before, ACTOR), CONTRIBUTOR)
    assert check(proof, [CONTRIBUTOR]).why == f"{ACTOR.name} signed seq 4 after another seq 3"
    for honest in (entry(4, before.sha256), entry(5, "cd" * 32), write_entry(before, ACTOR)):
        with pytest.raises(FormatError, match="can stand in one chain"):
            prove_statements(write_entry(before, ACTOR), honest, CONTRIBUTOR)


def test_somebody_elses_statement_accuses_nobody() -> None:
    with pytest.raises(FormatError, match="is signed by key"):
        prove_statements(entry(3, "ab" * 32), entry(3, "ab" * 32, size=2), LOG.verifier)


# -------------------------------------------------------------------------- hostile proofs
PROOFS = [
    prove_heads(signed("abc"), signed("xbcdef"), LOG.verifier, leaves("xbcdef")),
    prove_heads(cosigned("abc"), cosigned("abd"), cosigner_key(MIRROR), []),
    prove_statements(entry(3, "ab" * 32), entry(3, "ab" * 32, size=2), CONTRIBUTOR),
]
KEYS: list[Signer] = [LOG.verifier, cosigner_key(MIRROR), CONTRIBUTOR]


@settings(max_examples=400, deadline=None)
@given(which=st.sampled_from(PROOFS), data=st.data())
def test_no_byte_of_a_proof_can_be_changed(which: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(which) - 1))
    flipped = which[at] ^ 1 << data.draw(st.integers(0, 7))
    changed = which[:at] + bytes([flipped]) + which[at + 1 :]
    assert check(changed, KEYS).outcome is not Outcome.PROVEN


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_bytes_come_there_is_an_answer(content: bytes) -> None:
    assert check(content, KEYS).outcome is Outcome.UNPROVEN


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"v": 2}, "version 1"),
        ({"v": True}, "version 1"),
        ({"kind": "judge"}, "fields of one of"),
        ({"kind": "mirror"}, "is not that of a mirror"),
        ({"kind": "contributor"}, "fields of one of"),
        ({"past": 7}, "something else than text"),
        ({"past": "A"}, "is not base64"),
        ({"path": "x"}, "the path is no list"),
        ({"path": [1]}, "is not base64"),
        ({"path": []}, "does not show"),
        ({"earlier": "x"}, "a note is text"),
        ({"more": 1}, "fields of one of"),
    ],
)
def test_a_proof_out_of_form_says_why(change: dict[str, Json], why: str) -> None:
    proof = canonical(json.loads(PROOFS[0]) | change)
    verdict = check(proof, KEYS)
    assert verdict.outcome is Outcome.UNPROVEN
    assert why in verdict.why


def test_a_proof_that_is_too_long_or_too_deep_is_not_read() -> None:
    assert "is above" in check(b" " * 400_001, KEYS).why
    assert "cannot be read" in check(b"[" * 200_000, KEYS).why


def test_of_several_signatures_only_that_of_the_accused_is_left() -> None:
    note = cosigned("aab")
    alone = signed_alone(note, LOG.verifier)
    assert alone.encode() == signed("aab") != note
    stranger = SigningKey(name="stranger.example", seed=b"s" * 32)
    with pytest.raises(FormatError, match=r"^is not signed by stranger\.example$"):
        signed_alone(note, stranger.verifier)
