"""One row, or one entry, proved by a file alone; and what cannot be made of such a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mission_worlds import KEY, ORIGIN, SEED, mission

from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.proof import entry_in, with_entry, write_proof
from truceline.evidence.row_proof import FORMAT, check, write_row_proof
from truceline.evidence.statement import Statement, write_entry
from truceline.evidence.strict import FormatError, encode_base64
from truceline.evidence.tree import leaf_hash, rows_root
from truceline.records.canonical import Json, canonical

LOG = SigningKey(name=ORIGIN, seed=SEED)
OTHER = SigningKey(name="other.example", seed=b"o" * 32)
ROWS = [canonical({"latitude_e7": row, "name": "Торецьк"}) for row in range(5)]


def entry_of(
    rows: int = 5, commits_to: str = "", kind: str = "parsed", signer: SigningKey = LOG
) -> bytes:
    parsed: dict[str, Json] = {
        "sha256": "d" * 64,
        "feed": "firms",
        "parser_version": 1,
        "rows": rows,
        "refused": 0,
        "rows_root": commits_to or rows_root(ROWS),
    }
    derived: dict[str, Json] = {"path": "a", "sha256": "d" * 64, "size": 1}
    said = Statement(
        kind=kind,
        actor=signer.name,
        seq=0,
        prev=None,
        signed_us=0,
        body=parsed if kind == "parsed" else derived,
    )
    return write_entry(said, signer)


def proof_of(entry: bytes) -> bytes:
    """Prove an entry that stands alone in its log."""
    head = Checkpoint(origin=ORIGIN, size=1, root=leaf_hash(entry))
    return write_proof(0, [], sign_note(head.text, LOG))


ENTRY = entry_of()
PROOF = write_row_proof(ENTRY, proof_of(ENTRY), ROWS, 4)


def remade(**fields: Json) -> bytes:
    return canonical({**json.loads(PROOF), **fields}) + b"\n"


@pytest.mark.parametrize("number", range(1, 6))
def test_a_row_is_proved_from_the_file_alone(number: int) -> None:
    found = check(write_row_proof(ENTRY, proof_of(ENTRY), ROWS, number), KEY)
    assert (found.number, found.row, found.by_log) == (number, ROWS[number - 1], True)
    assert (found.index, found.head.origin, found.head.size) == (0, ORIGIN, 1)
    assert found.statement.body["sha256"] == "d" * 64


def test_an_entry_of_a_mission_is_proved_from_the_file_alone(tmp_path: Path) -> None:
    ledger = Ledger.open(mission(tmp_path / "m"))
    for index in range(ledger.size):
        proof = with_entry(ledger.prove(index), ledger.entry(index))
        assert entry_in(proof) == (ledger.prove(index), ledger.entry(index))
        found = check(proof, KEY)
        assert (found.index, found.number, found.row) == (index, None, None)
        assert (found.head, found.statement) == (ledger.checkpoint, ledger.read(index))


@pytest.mark.parametrize("proof", [PROOF, with_entry(proof_of(ENTRY), ENTRY)])
def test_no_bit_of_a_proof_can_be_changed(proof: bytes) -> None:
    assert check(proof, KEY)
    for at in range(len(proof)):
        for bit in range(8):
            other = proof[:at] + bytes([proof[at] ^ 1 << bit]) + proof[at + 1 :]
            with pytest.raises(FormatError):
                check(other, KEY)
        with pytest.raises(FormatError):
            check(proof[:at], KEY)
        with pytest.raises(FormatError):
            check(proof[:at] + proof[at + 1 :], KEY)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: ("{" + text).encode()))
def test_whatever_bytes_come_they_are_refused(content: bytes) -> None:
    with pytest.raises(FormatError):
        check(content, KEY)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"number": 3}, "does not prove this row as row 3"),
        ({"number": 0}, "there is no row 0"),
        ({"number": 6}, "there is no row 6"),
        ({"number": "4"}, "number of a row proof cannot be '4'"),
        ({"number": True}, "number of a row proof cannot be True"),
        ({"row": ROWS[0].decode()}, "does not prove this row"),
        ({"path": []}, "does not prove this row"),
        ({"path": [1]}, "path of a row proof cannot be"),
        ({"path": ["AA=="]}, "does not prove this row"),
        ({"path": ["?"]}, "is not base64"),
        ({"path": {}}, "path of a row proof cannot be"),
        ({"entry": encode_base64(entry_of(rows=4))}, "does not prove this entry"),
        ({"entry": ""}, "does not prove this entry"),
        ({"proof": ""}, "is no tlog-proof"),
        ({"format": "another"}, "is no row proof"),
        ({"more": 1}, "is no row proof"),
    ],
)
def test_a_proof_that_was_made_up_is_refused(fields: dict[str, Json], why: str) -> None:
    with pytest.raises(FormatError, match=why):
        check(remade(**fields), KEY)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (PROOF + b"\n", "one line of canonical JSON"),
        (PROOF[:-1], "one line of canonical JSON"),
        (b"{" * 100_000, "is no row proof"),
        (b'{"\xff":1}\n', "is no row proof"),
        (b'{"a":1.5}\n', "is no row proof"),
        (b"{}\n", "is no row proof"),
        (b"[]\n", "is no tlog-proof"),
        (b"", "is no tlog-proof"),
        (proof_of(ENTRY), "with an entry in it"),
        (with_entry(proof_of(ENTRY), b""), "does not prove this entry"),
        (with_entry(proof_of(ENTRY), ENTRY).replace(b"extra ", b"extra \xff"), "is not base64"),
    ],
)
def test_what_is_no_proof_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        check(content, KEY)


def test_another_key_proves_nothing() -> None:
    with pytest.raises(FormatError, match=r"is not signed by other\.example"):
        check(PROOF, OTHER.verifier)


def test_an_entry_in_the_log_that_is_no_statement_is_refused() -> None:
    with pytest.raises(FormatError, match="is not the envelope of a statement"):
        check(with_entry(proof_of(b"{}"), b"{}"), KEY)
    forged = write_entry(
        Statement(
            kind="derived",
            actor=ORIGIN,
            seq=0,
            prev=None,
            signed_us=0,
            body={"path": "a", "sha256": "d" * 64, "size": 1},
        ),
        SigningKey(name=ORIGIN, seed=b"f" * 32),
    )
    with pytest.raises(FormatError, match="is signed by key"):
        check(with_entry(proof_of(forged), forged), KEY)


def test_of_another_actor_the_place_in_the_log_is_proved_and_the_signature_left_open() -> None:
    entry = entry_of(signer=OTHER)
    found = check(write_row_proof(entry, proof_of(entry), ROWS, 1), KEY)
    assert (found.by_log, found.statement.actor) == (False, OTHER.name)


@pytest.mark.parametrize(
    ("entry", "rows", "number", "why"),
    [
        (entry_of(kind="derived"), ROWS, 1, "of kind 'derived' is about no rows"),
        (ENTRY, ROWS, 0, "there is no row 0: the document has 5"),
        (ENTRY, ROWS, 6, "there is no row 6: the document has 5"),
        (entry_of(rows=4), ROWS, 1, "5 rows with root .* are not the 4 with root"),
        (ENTRY, ROWS[:4], 1, "4 rows with root .* are not the 5 with root"),
        (ENTRY, ROWS[::-1], 1, "5 rows with root .* are not the 5 with root"),
        (entry_of(rows=0, commits_to=rows_root([])), [], 1, "there is no row 1"),
    ],
)
def test_what_cannot_be_proved_is_not_written(
    entry: bytes, rows: list[bytes], number: int, why: str
) -> None:
    with pytest.raises(FormatError, match=why):
        write_row_proof(entry, proof_of(entry), rows, number)


def test_the_file_is_the_one_that_the_page_describes() -> None:
    assert set(json.loads(PROOF)) == {"format", "entry", "proof", "row", "number", "path"}
    page = (Path(__file__).parents[2] / "docs/reference/evidence.md").read_text(encoding="utf-8")
    assert FORMAT in page
