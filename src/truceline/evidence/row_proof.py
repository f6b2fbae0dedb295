"""One row of one document proved alone: under the head of a log, without the other rows.

A `parsed` statement commits to the rows that were read from a document by the root of a Merkle tree
over their canonical bytes. The proof is one file: the entry with that statement, its tlog-proof,
the row, and the row's inclusion path. Who holds the log's key needs nothing else.

Source: RFC 9162, section 2.1.3; C2SP tlog-proof, https://c2sp.org/tlog-proof.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from truceline.evidence.keys import VerifierKey
from truceline.evidence.note import Checkpoint
from truceline.evidence.proof import check_proof, entry_in
from truceline.evidence.statement import Statement, claimed, read_entry
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.evidence.tree import inclusion_proof, leaf_hash, root, verify_inclusion
from truceline.records.canonical import Json, canonical

FORMAT = "row-proof@v1"
FIELDS = {"format": str, "entry": str, "proof": str, "row": str, "number": int, "path": list}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What a proof shows.

    Attributes:
        index: Where the entry stands in the log.
        head: Head of the log that holds it.
        statement: What the entry says.
        by_log: The log's own key signed it; else its actor's signature was not checked, and what is
            shown is that the log took it in.
        number: Which row, counted from 1; None for a proof of the entry alone.
        row: The row's canonical bytes; None likewise.
    """

    index: int
    head: Checkpoint
    statement: Statement
    by_log: bool
    number: int | None = None
    row: bytes | None = None


def write_row_proof(entry: bytes, proof: bytes, rows: Sequence[bytes], number: int) -> bytes:
    """Write the proof of one row.

    Args:
        entry: An entry of kind `parsed`.
        proof: Its tlog-proof, without extra data.
        rows: Canonical bytes of all rows, in their order.
        number: Which row, counted from 1.

    Raises:
        FormatError: The entry is of another kind, has no such row, or commits to other rows.
    """
    said = claimed(entry)
    insist_on_row(said, number)
    leaves = [leaf_hash(row) for row in rows]
    if len(rows) != said.body["rows"] or root(leaves).hex() != said.body["rows_root"]:
        raise FormatError(
            f"{len(rows)} rows with root {root(leaves).hex()} are not the {said.body['rows']} with "
            f"root {said.body['rows_root']} that the statement is about"
        )
    path: list[Json] = [encode_base64(step) for step in inclusion_proof(leaves, number - 1)]
    made: dict[str, Json] = {
        "format": FORMAT,
        "entry": encode_base64(entry),
        "proof": proof.decode(),
        "row": rows[number - 1].decode(),
        "number": number,
        "path": path,
    }
    return canonical(made) + b"\n"


def check(content: bytes, key: VerifierKey) -> Proved:
    """Check a proof, of a row or of an entry, from its bytes alone.

    Args:
        content: What `write_row_proof` or `proof.with_entry` wrote.
        key: The log's key, had from elsewhere.

    Raises:
        FormatError: It is neither, or does not prove what it says; names the first fault.
    """
    if not content.startswith(b"{"):
        bare, entry = entry_in(content)
        return _check_entry(bare, entry, key)
    made = _read(content)
    entry, number, row = decode_base64(made["entry"]), made["number"], made["row"].encode()
    found = _check_entry(made["proof"].encode(), entry, key)
    insist_on_row(found.statement, number)
    body = found.statement.body
    path = [decode_base64(step) for step in made["path"]]
    expected = bytes.fromhex(str(body["rows_root"]))
    if not verify_inclusion(leaf_hash(row), number - 1, int(str(body["rows"])), path, expected):
        raise FormatError(f"does not prove this row as row {number} under {body['rows_root']}")
    return Proved(
        index=found.index,
        head=found.head,
        statement=found.statement,
        by_log=found.by_log,
        number=number,
        row=row,
    )


def _check_entry(proof: bytes, entry: bytes, key: VerifierKey) -> Proved:
    index, head = check_proof(proof, entry, key)
    said = claimed(entry)
    by_log = said.actor == key.name
    if by_log:
        said = read_entry(entry, key)
    return Proved(index=index, head=head, statement=said, by_log=by_log)


def insist_on_row(said: Statement, number: int) -> None:
    """Check that a statement is about rows, and has this one.

    Raises:
        FormatError: It is not, or has not.
    """
    if said.kind != "parsed":
        raise FormatError(
            f"a statement of kind {said.kind!r} is about no rows; take one of kind 'parsed'"
        )
    if not 1 <= number <= int(str(said.body["rows"])):
        raise FormatError(f"there is no row {number}: the document has {said.body['rows']}, from 1")


def _read(content: bytes) -> dict[str, Any]:
    try:
        made: Any = json.loads(content.decode("utf-8"))
        if canonical(made) + b"\n" != content:
            raise FormatError("a row proof is one line of canonical JSON")
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is no row proof: {error!s:.200}") from error
    if set(made) != set(FIELDS) or made["format"] != FORMAT:
        raise FormatError(f"is no row proof: {FORMAT!r} has the fields {sorted(FIELDS)}")
    for name, kind in FIELDS.items():
        if type(made[name]) is not kind:
            raise FormatError(f"{name} of a row proof cannot be {made[name]!r:.80}")
    if not all(isinstance(step, str) for step in made["path"]):
        raise FormatError(f"path of a row proof cannot be {made['path']!r:.80}")
    return dict(made)
