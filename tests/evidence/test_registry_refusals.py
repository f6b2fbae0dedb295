"""Roots, changes of keys, the registry: the words of each refusal, and limits to the unit."""

from __future__ import annotations

import re

import pytest

from truceline.evidence.approval import (
    APPROVALS_LIMIT,
    approvals_body,
    approve,
    read_approvals,
    read_object,
)
from truceline.evidence.key_change import Revoke, read_change
from truceline.evidence.keys import SigningKey
from truceline.evidence.registry import Registry
from truceline.evidence.root import KEYS_LIMIT, ROOT_TYPE, Root, read_root
from truceline.evidence.statement import Statement
from truceline.evidence.strict import FormatError
from truceline.records.canonical import Json


def exactly(message: str) -> str:
    return f"^{re.escape(message)}$"


def signer(number: int) -> SigningKey:
    return SigningKey(name=f"holder/{number:02}", seed=number.to_bytes(32, "big"))


# ----------------------------------------------------------------------------------- approvals
def test_as_many_approvals_as_are_allowed_are_read() -> None:
    body = approvals_body([approve(ROOT_TYPE, "{}", signer(at)) for at in range(APPROVALS_LIMIT)])
    read = read_approvals(body)
    assert [one.key for one in read] == [signer(at).verifier for at in range(APPROVALS_LIMIT)]
    one_more = approvals_body([approve(ROOT_TYPE, "{}", signer(APPROVALS_LIMIT))])
    with pytest.raises(FormatError, match=exactly("approvals are a list of at most 64")):
        read_approvals([*body, *one_more])


def test_the_order_of_approvals_is_named_when_it_is_another() -> None:
    body = approvals_body([approve(ROOT_TYPE, "{}", signer(at)) for at in (1, 2)])
    message = "approvals are in the order of their keys, and no key stands twice"
    with pytest.raises(FormatError, match=exactly(message)):
        read_approvals([*reversed(body)])


def test_what_is_no_canonical_object_is_called_that() -> None:
    for text in ("[]", '{"v": 1}'):
        message = "the root cannot be read: not a canonical JSON object"
        with pytest.raises(FormatError, match=exactly(message)):
            read_object(text, "the root")


# ----------------------------------------------------------------------------------------- roots
def test_a_root_has_as_many_keys_as_are_allowed_and_any_threshold_of_them() -> None:
    keys = tuple(sorted((signer(at).verifier for at in range(KEYS_LIMIT)), key=str))
    for threshold in (1, KEYS_LIMIT):
        made = Root(log="example.org/m", version=1, threshold=threshold, keys=keys)
        assert read_root(made.text) == made
    alone = Root(log="example.org/m", version=1, threshold=1, keys=keys[:1])
    assert read_root(alone.text) == alone
    one_more = tuple(sorted((*keys, signer(KEYS_LIMIT).verifier), key=str))
    with pytest.raises(FormatError, match=exactly("a root has at most 32 keys, not 33")):
        Root(log="example.org/m", version=1, threshold=1, keys=one_more)


def test_keys_of_a_root_that_stand_twice_or_in_another_order_are_told_so() -> None:
    one, two = sorted((signer(at).verifier for at in (1, 2)), key=str)
    for keys, message in (
        ((one, one), "a root has one of its keys twice"),
        ((two, one), "a root has its keys in the order of their texts"),
    ):
        with pytest.raises(FormatError, match=exactly(message)):
            Root(log="example.org/m", version=1, threshold=1, keys=keys)


# --------------------------------------------------------------------------------------- changes
def test_a_change_may_name_the_first_entry_as_the_one_from_which_on_a_key_was_stolen() -> None:
    """Whether the key was good there is for the registry to say, not for the form."""
    for since in (0, 1):
        change = Revoke(
            log="example.org/m",
            root=1,
            key=SigningKey(name="bob", seed=bytes(32)).verifier,
            compromised_since_index=since,
        )
        assert read_change(change.text) == change


# -------------------------------------------------------------------------------------- registry
def test_a_registry_that_has_taken_nothing_has_nothing() -> None:
    log = signer(0).verifier
    assert Registry(log).state() == {
        "v": 1,
        "log": str(log),
        "size": 0,
        "chains": [],
        "root": None,
        "root_index": None,
        "first_root": None,
        "root_keys": [],
        "grants": [],
    }


def test_before_there_is_a_root_no_key_is_changed() -> None:
    log = signer(0)
    registry = Registry(log.verifier)
    holder = signer(1).verifier
    change = Revoke(log=log.name, root=1, key=holder, compromised_since_index=None)
    body: dict[str, Json] = {"sha256": "00" * 32, "size": 1}
    first = Statement(kind="mission", actor=log.name, seq=0, prev=None, signed_us=0, body=body)
    registry.take(0, first)
    body = {"change": change.text, "approvals": []}
    said = Statement(kind="key", actor=log.name, seq=1, prev=first.sha256, signed_us=0, body=body)
    message = "no key can be changed before there is a root"
    with pytest.raises(FormatError, match=exactly(message)):
        registry.take(1, said)
    assert registry.size == 1
