"""Statements that others have signed: taken, answered again, or refused with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mission_worlds import KEY, SEED, files, fill, mission

from truceline.evidence import actors
from truceline.evidence import ledger as ledger_module
from truceline.evidence.errors import LedgerError
from truceline.evidence.fraud import Outcome, check
from truceline.evidence.journal import beside
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.ledger import Ledger, Upkeep
from truceline.evidence.note import Checkpoint
from truceline.evidence.receipt import Receipt, Refused, read_receipt
from truceline.evidence.registry import Registry
from truceline.evidence.statement import (
    BODY_LIMIT,
    PAYLOAD_TYPE,
    Statement,
    open_entry,
    pre_authentication_encoding,
    write_entry,
)
from truceline.evidence.strict import FormatError, encode_base64
from truceline.evidence.tiles import ENTRY_LIMIT
from truceline.records.canonical import canonical

ONE = SigningKey(name="one.example", seed=b"1" * 32)
TWO = SigningKey(name="two.example", seed=b"2" * 32)
BODY: dict[str, Any] = {
    "sha256": "ab" * 32,
    "size": 7,
    "name": "day.csv",
    "feed": "firms",
    "received_us": None,
}


class Known(Registry):
    """Knows two contributors without any statement of the log."""

    def key_of(self, actor: str) -> VerifierKey:
        known = {one.name: one.verifier for one in (ONE, TWO)}
        return known.get(actor) or super().key_of(actor)

    def _insist_on_right(self, statement: Statement) -> None:
        """Let both say everything: `test_keys_of_the_log.py` is about rights."""


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actors, "Registry", Known)


def said(key: SigningKey, before: bytes | None = None, **changes: Any) -> bytes:  # noqa: ANN401
    """Sign what follows an entry of the same actor."""
    last = open_entry(before) if before else None
    fields: dict[str, Any] = {
        "kind": "original",
        "actor": key.name,
        "seq": last.statement.seq + 1 if last else 0,
        "prev": last.sha256 if last else None,
        "anchor": None,
        "signed_us": 5,
        "body": BODY,
    }
    return write_entry(Statement(**{**fields, **changes}), key)


def admitted(ledger: Ledger, *entries: bytes) -> list[Receipt | Refused]:
    return ledger.admit_durable(entries)


def why(answer: Receipt | Refused) -> str:
    assert isinstance(answer, Refused)
    return answer.why


def test_what_is_taken_stands_in_one_frame_with_a_receipt_each(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    first = said(ONE)
    with Ledger.open(folder, SEED) as ledger:
        head = ledger.checkpoint
        entries = [first, said(TWO, anchor=head), said(ONE, first, anchor=head), b"{}"]
        answers = admitted(ledger, *entries)
        receipts = [one for one in answers if isinstance(one, Receipt)]
        assert [one.index for one in receipts] == [7, 8, 9]
        assert len({one.frame for one in receipts}) == 1
        assert [read_receipt(one.note, KEY) for one in receipts] == receipts
        assert "not the envelope" in why(answers[3])
        own = ledger.append_durable("original", BODY, 9)
        assert own.index == 10
        ledger.commit(10)
    reader = Ledger.open(folder)
    assert [reader.entry(at) for at in (7, 8, 9)] == entries[:3]
    assert reader.read(8).actor == TWO.name
    assert [(one.actor, one.seq) for one in reader.statements()][7:] == [
        (ONE.name, 0),
        (TWO.name, 0),
        (ONE.name, 1),
        (KEY.name, 7),
    ]


def test_the_last_statement_again_gets_the_same_answer(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    entry = said(ONE)
    with Ledger.open(folder, SEED) as ledger:
        (first,) = admitted(ledger, entry)
        assert admitted(ledger, entry, entry) == [first, first]
        after = said(ONE, entry)
        second, again = admitted(ledger, after, after)
        assert second == again
        assert "in the log already" in why(admitted(ledger, entry)[0])
    with Ledger.open(folder, SEED) as ledger:
        assert ledger.size == 9
        assert admitted(ledger, after) == [second]


def test_after_the_journals_began_anew_the_answer_names_no_frame(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    entry = said(ONE)
    upkeep = Upkeep(journal_bytes=0, state_entries=1)
    with Ledger.open(folder, SEED, upkeep=upkeep) as ledger:
        (first,) = admitted(ledger, entry)
        ledger.commit(1)
        assert admitted(ledger, entry) == [first]
    with Ledger.open(folder, SEED, upkeep=upkeep) as ledger:
        (again,) = admitted(ledger, entry)
        assert isinstance(again, Receipt)
        assert (again.index, again.frame) == (7, "0" * 64)
        assert ledger.size == 8


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (b"x" * (ENTRY_LIMIT + 1), "above 65535"),
        (said(SigningKey(name="somebody", seed=b"3" * 32)), "'somebody' has no key"),
        (said(SigningKey(name=ONE.name, seed=b"3" * 32)), "is signed by key"),
        (said(SigningKey(name=KEY.name, seed=SEED)), "nobody else can hand that in"),
        (said(ONE, seq=2, prev="cd" * 32), "has seq 2, not 0"),
        (said(ONE, prev="cd" * 32), "names cdcd"),
        (
            said(ONE, anchor=Checkpoint(origin=KEY.name, size=8, root=bytes(32))),
            "anchored at size 8, the log has 7",
        ),
        (
            said(ONE, anchor=Checkpoint(origin=KEY.name, size=7, root=bytes(32))),
            "never had",
        ),
        (said(ONE, kind="mission", body={"sha256": "ab" * 32, "size": 1}), "cannot stand"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(
    entry: bytes, reason: str, tmp_path: Path
) -> None:
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED) as ledger:
        (answer,) = admitted(ledger, entry)
        assert reason in why(answer)
        assert isinstance(answer, Refused)
        assert answer.proof is None
        (good,) = admitted(ledger, said(ONE))
        assert isinstance(good, Receipt)
        assert good.index == 7


def test_a_head_that_this_log_had_or_one_of_another_log_is_an_anchor(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED) as ledger:
        old = ledger.checkpoint
        fill(ledger, 300)
        ledger.commit(1)
        other = Checkpoint(origin="another.example", size=10**9, root=bytes(32))
        answers = admitted(ledger, said(ONE, anchor=old), said(TWO, anchor=other))
        assert all(isinstance(one, Receipt) for one in answers)


def test_two_statements_of_one_number_are_refused_with_the_proof(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    first = said(ONE)
    second = said(ONE, first)
    with Ledger.open(folder, SEED) as ledger:
        admitted(ledger, first, said(TWO), second)
        ledger.commit(1)
        for entry in (said(ONE, signed_us=6), said(ONE, first, signed_us=7)):
            (answer,) = admitted(ledger, entry)
            assert isinstance(answer, Refused)
            assert answer.proof is not None
            verdict = check(answer.proof, [ONE.verifier])
            assert (verdict.outcome, verdict.culprit) == (Outcome.PROVEN, ONE.name)


def test_a_contradiction_inside_one_call_is_proven(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    first = said(ONE)
    with Ledger.open(folder, SEED) as ledger:
        _, answer = admitted(ledger, first, said(ONE, first, prev="ef" * 32))
        assert isinstance(answer, Refused)
        assert answer.proof is not None
        assert "names efef" in answer.why
        assert check(answer.proof, [ONE.verifier]).outcome is Outcome.PROVEN


def test_what_was_said_with_an_earlier_key_or_long_ago_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = mission(tmp_path / "m")
    first = said(ONE)
    second = said(ONE, first)
    with Ledger.open(folder, SEED) as ledger:
        admitted(ledger, first, second)
        later = SigningKey(name=ONE.name, seed=b"4" * 32)
        monkeypatch.setattr(Known, "key_of", lambda _self, _actor: later.verifier)
        (answer,) = admitted(ledger, said(later, signed_us=6))
        assert answer == Refused(why=f"has seq 0, but {ONE.name} has spoken up to seq 1")
        ledger.commit(1)
        monkeypatch.setattr(ledger_module, "SEARCHED_BUNDLES", 0)
        (answer,) = admitted(ledger, said(later, signed_us=6))
        assert why(answer) == f"has seq 0, but {ONE.name} has spoken up to seq 1"


def test_the_log_has_to_be_ready_for_others(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    with pytest.raises(LedgerError, match="not open for writing"):
        admitted(Ledger.open(folder), said(ONE))
    with Ledger.open(folder, SEED) as ledger:
        for entries in ([], [said(ONE)] * 257):
            with pytest.raises(LedgerError, match="1 to 256 entries"):
                ledger.admit_durable(entries)
        ledger.append("original", BODY)
        with pytest.raises(LedgerError, match="has to be committed first"):
            admitted(ledger, said(ONE))


def test_an_entry_of_others_that_a_crash_left_is_taken_up_again(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED) as ledger:
        admitted(ledger, said(ONE))
    Ledger.open(folder, SEED).close()
    assert Ledger.open(folder).read(7).actor == ONE.name


def chain_of(key: SigningKey, count: int) -> list[bytes]:
    entries = [said(key)]
    while len(entries) < count:
        entries.append(said(key, entries[-1]))
    return entries


def test_searches_for_old_statements_are_rationed_and_come_back(tmp_path: Path) -> None:
    """16 are free, one comes back with 256 statements that were taken, and never more than 16."""
    folder = mission(tmp_path / "m")
    entries = chain_of(ONE, 512)
    shown, spoken = "in the log already", f"has seq 0, but {ONE.name} has spoken up to seq "
    with Ledger.open(folder, SEED) as ledger:
        admitted(ledger, *entries[:256])
        answers = [why(admitted(ledger, entries[0])[0]) for _ in range(18)]
        assert [shown in one for one in answers] == [True] * 16 + [False] * 2
        assert answers[16:] == [f"{spoken}255"] * 2
        admitted(ledger, *entries[256:511])
        assert why(admitted(ledger, entries[0])[0]) == f"{spoken}510"
        admitted(ledger, entries[511])
        answers = [why(admitted(ledger, entries[0])[0]) for _ in range(2)]
        assert [shown in one for one in answers] == [True, False]


def test_a_proof_that_was_found_costs_no_search_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actors, "SEARCHES", 1)
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED) as ledger:
        admitted(ledger, said(ONE), said(TWO))
        (first,) = admitted(ledger, said(ONE, signed_us=6))
        (second,) = admitted(ledger, said(TWO, signed_us=6))
        (again,) = admitted(ledger, said(ONE, signed_us=7))
    assert isinstance(first, Refused)
    assert first.proof is not None
    assert isinstance(again, Refused)
    assert again.proof == first.proof
    # Nothing is left to search for the other one's: refused all the same, and unproven.
    assert second == Refused(why=f"has seq 0, but {TWO.name} has spoken up to seq 0")


def with_body_of(size: int) -> bytes:
    """Sign a statement whose body has so many bytes as canonical JSON, with other software."""
    bare = len(canonical({**BODY, "name": ""}))
    body = {**BODY, "name": "n" * (size - bare)}
    payload = open_entry(said(ONE)).payload.replace(canonical(BODY), canonical(body))
    signed = ONE.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    return (
        f'{{"payload":"{encode_base64(payload)}","payloadType":"{PAYLOAD_TYPE}","signatures":'
        f'[{{"keyid":"{ONE.verifier.key_id.hex()}","sig":"{encode_base64(signed)}"}}]}}'
    ).encode()


def test_a_body_of_others_may_be_as_large_as_ours(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED) as ledger:
        (answer,) = admitted(ledger, with_body_of(BODY_LIMIT + 1))
        assert why(answer) == f"original has {BODY_LIMIT + 1} bytes, above {BODY_LIMIT}"
        (answer,) = admitted(ledger, with_body_of(BODY_LIMIT))
        assert isinstance(answer, Receipt)
        assert answer.index == ledger.size


def test_what_breaks_while_it_admits_closes_the_ledger_and_writes_nothing(tmp_path: Path) -> None:
    """Some may have been taken then: who goes on has to open the log again."""
    folder = mission(tmp_path / "m")
    before = files(folder)

    def breaks(statement: Statement) -> None:
        if statement.actor == TWO.name:
            raise RuntimeError("the asker is broken")

    ledger = Ledger.open(folder, SEED)
    assert ledger.is_writing
    with pytest.raises(RuntimeError, match="the asker is broken"):
        ledger.admit_durable([said(ONE), said(TWO)], breaks)
    assert not ledger.is_writing
    assert files(folder) == before
    assert not any(path.exists() for path in beside(folder))
    # The lock is free, and the one that was taken and never written is taken anew.
    with Ledger.open(folder, SEED) as ledger:
        (receipt,) = admitted(ledger, said(ONE))
        assert isinstance(receipt, Receipt)
        assert receipt.index == 7


def test_what_the_asker_does_not_want_is_refused_alone(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")

    def choosy(statement: Statement) -> None:
        if statement.actor == ONE.name:
            raise FormatError("is not wanted here")

    with Ledger.open(folder, SEED) as ledger:
        unwanted, taken = ledger.admit_durable([said(ONE), said(TWO)], choosy)
        assert unwanted == Refused(why="is not wanted here")
        assert isinstance(taken, Receipt)
        assert taken.index == 7
        assert ledger.registry.next_of(ONE.name) == (0, None)
