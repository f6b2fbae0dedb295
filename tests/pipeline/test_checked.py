"""Entries that other processes have checked are read as they would be read without them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from acts_world import LOG, act, make_log, person

from truceline.evidence.approval import approvals_body, approve
from truceline.evidence.key_change import CHANGE_TYPE, rotate_key
from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.receipt import Receipt
from truceline.evidence.statement import Statement, write_entry
from truceline.pipeline import checked
from truceline.pipeline.acts import ActReader, act_body

NEW = SigningKey(name="anna", seed=b"n" * 32)


@pytest.fixture
def entries(tmp_path: Path) -> list[bytes]:
    """A log in which somebody goes over to another key between her acts."""
    mission = make_log(tmp_path, ["anna", "boris"])
    for who in ("anna", "boris", "anna"):
        act(mission, who, "case.notify")
    change = rotate_key(log=LOG.name, root=1, old=person("anna").verifier, signer=NEW).text
    approvals = approvals_body([approve(CHANGE_TYPE, change, person("anna"))])
    now_us = time.time_ns() // 1000
    with Ledger.open(mission, LOG.seed) as ledger:
        ledger.append("key", {"change": change, "approvals": approvals})
        ledger.commit(now_us)
        for _ in range(4):
            seq, prev = ledger.registry.next_of("anna")
            body = act_body("case.position", "", {"text": "дім"})
            said = Statement(
                kind="act", actor="anna", seq=seq, prev=prev, anchor=ledger.checkpoint,
                signed_us=now_us, body=body,
            )  # fmt: skip
            (taken,) = ledger.admit_durable([write_entry(said, NEW)])
            assert isinstance(taken, Receipt)
        ledger.commit(now_us)
        return list(ledger.entries())


def read(entries: list[bytes]) -> ActReader:
    reader = ActReader(LOG.verifier)
    reader.take(entries)
    return reader


def by_processes(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """Let other processes check even so few entries, so many at a time."""
    monkeypatch.setattr(checked, "FEW", 0)
    monkeypatch.setattr(checked, "AT_ONCE", at_once)


@pytest.mark.parametrize("at_once", [1, 3])
def test_the_acts_are_the_same_however_they_are_parted(
    entries: list[bytes], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    alone = read(entries)
    by_processes(monkeypatch, at_once)
    together = read(entries)
    assert together.acts == alone.acts
    assert [one.name for one in alone.acts] == ["case.notify"] * 3 + ["case.position"] * 4
    assert together.registry.state() == alone.registry.state()


@pytest.mark.parametrize("place", [5, -1])
def test_a_signature_that_is_not_right_is_refused_alike(
    entries: list[bytes], monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    entries[place] = entries[place].replace(b'"sig":"', b'"sig":"AAAA', 1)
    with pytest.raises(LedgerError) as alone:
        read(entries)
    by_processes(monkeypatch, 3)
    with pytest.raises(LedgerError) as together:
        read(entries)
    assert str(together.value) == str(alone.value)
    assert "the signature of" in str(alone.value)


def test_an_act_under_the_key_that_was_given_up_is_refused_alike(
    entries: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was asked before the change still knows the old key."""
    seq, prev = read(entries).registry.next_of("anna")
    said = Statement(
        kind="act", actor="anna", seq=seq, prev=prev, anchor=None, signed_us=0,
        body=act_body("case.position", "", {}),
    )  # fmt: skip
    entries.append(write_entry(said, person("anna")))
    by_processes(monkeypatch, 1)
    with pytest.raises(LedgerError, match=rf"entry {len(entries) - 1}: is signed by key"):
        read(entries)


def test_few_entries_start_no_process(
    entries: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(checked, "ProcessPoolExecutor", refused)
    assert len(read(entries).acts) == 7
