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
from truceline.evidence.keys import SigningKey
from truceline.evidence.root import ROOT_TYPE
from truceline.evidence.strict import FormatError


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
