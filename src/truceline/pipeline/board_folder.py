"""The guarantors' deployment: a log of its own, with a key of its own, and nothing flows back.

A board is a folder like a mission's, with the same evidence machinery and no observations:

    mission.toml    kind = "board", title, verifier_key, the agreements and registers it began with
    originals/      these files, and what was imported from missions
    log/            the acts of guarantors, signed as everywhere
"""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from truceline import __version__
from truceline.agreement.read import read_agreement
from truceline.evidence.bundle import AGREEMENT_FEED
from truceline.evidence.folder import MISSION, original_name
from truceline.evidence.keys import VerifierKey
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.strict import FormatError
from truceline.guarantees.board_terms import TermsError, board_terms
from truceline.guarantees.register import read_register
from truceline.pipeline.seal import MissionError, insist_on_place, new_log
from truceline.records.agreement import Agreement
from truceline.records.board import BoardTerms
from truceline.records.mandate import Mandate


class MandateError(Exception):
    """No agreement of a mission or a board says who decides."""


BOARD = "board"
REGISTER_FEED = "register"
TERMS_FEED = "terms"


def new_board(
    folder: Path,
    title: str,
    agreements: Sequence[Path],
    registers: Sequence[Path] = (),
    terms: Sequence[Path] = (),
) -> VerifierKey:
    """Make the folder of a board, its key beside it, and an empty log.

    Args:
        folder: Where it shall stand; must not exist.
        title: What it is called.
        agreements: Agreements whose bodies, roles and clocks hold here; at least one.
        registers: Registers of commitments and pledges.
        terms: What the text says of clocks, triggers and consultations; one file at most.

    Raises:
        MissionError: Something is there already, no agreement is given, or none has bodies.
        AgreementError: An agreement cannot be read.
        RegisterError: A register cannot be read.
        TermsError: The terms cannot be read.
        OSError: A file cannot be read.
    """
    insist_on_place(folder, title)
    if not agreements:
        raise MissionError("no agreement given; name one with --agreement FILE")
    files = [(AGREEMENT_FEED, path.name, path.read_bytes()) for path in agreements]
    files += [(REGISTER_FEED, path.name, path.read_bytes()) for path in registers]
    files += [(TERMS_FEED, path.name, path.read_bytes()) for path in terms]
    _insist_on_files(files)
    with new_log(folder) as (part, seed, key), Ledger.create(part, seed, key.name) as ledger:
        ledger.store_mission_file(_board_toml(title, key, files))
        for feed, name, content in files:
            store_file(ledger, feed, name, content)
        ledger.commit(time.time_ns() // 1000)
    return key


def store_file(ledger: Ledger, feed: str, name: str, content: bytes) -> str:
    """Keep a file and state it for the next commit; gives its hash."""
    digest = ledger.store_original(content)
    ledger.append(
        "original",
        {
            "sha256": digest,
            "size": len(content),
            "name": name,
            "feed": feed,
            "received_us": time.time_ns() // 1000,
        },
    )
    return digest


def read_stored(folder: Path, digest: str) -> bytes:
    """Give a file that the log states.

    Raises:
        LedgerError: It is not the file that was stated.
    """
    name = original_name(digest)
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise LedgerError(f"{folder}: {name} cannot be read: {error.strerror}") from error
    if sha256(content).hexdigest() != digest:
        raise LedgerError(f"{folder}: {name} is not the file that was stated")
    return content


def is_board(folder: Path) -> bool:
    """Tell whether a folder is a board's."""
    try:
        return tomllib.loads((folder / MISSION).read_text(encoding="utf-8")).get("kind") == BOARD
    except (OSError, ValueError):
        return False


def insist_on_board(folder: Path) -> None:
    """Refuse a folder that is none of a board.

    Raises:
        FormatError: It is none.
    """
    if not is_board(folder):
        raise FormatError(f"{folder} is no board: make one with truceline board new")


def agreements_of(folder: Path) -> tuple[Agreement, ...]:
    """Give the agreements of a mission or a board, in the order in which they were given.

    Raises:
        LedgerError: A file is not the one that was stated.
    """
    toml = tomllib.loads((folder / MISSION).read_text(encoding="utf-8"))
    return tuple(
        read_agreement(read_stored(folder, one["sha256"]), one["name"])
        for one in toml.get("agreement", [])
    )


def files_of(folder: Path, feed: str) -> tuple[tuple[str, bytes], ...]:
    """Give the files of a kind that a board began with: name and bytes, in the order given.

    Raises:
        LedgerError: A file is not the one that was stated.
    """
    toml = tomllib.loads((folder / MISSION).read_text(encoding="utf-8"))
    return tuple((one["name"], read_stored(folder, one["sha256"])) for one in toml.get(feed, []))


def read_terms(name: str, content: bytes, mandate: Mandate) -> BoardTerms:
    """Read what the text says of clocks, triggers and consultations.

    Raises:
        TermsError: It is not TOML, or says what it may not.
    """
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise TermsError(f"{name} is not TOML: {error}") from error
    return board_terms(table, mandate)


def mandate_of(folder: Path, agreements: Iterable[Agreement]) -> Mandate:
    """Give the mandate of the first agreement that has one.

    Raises:
        MandateError: None has; names the agreements.
    """
    seen = []
    for terms in agreements:
        if terms.mandate is not None:
            return terms.mandate
        seen.append(terms.id)
    raise MandateError(
        f"{folder}: no agreement has a [[body]]: {', '.join(seen) or 'there is none'}; "
        "docs/reference/mandate.md says how one is written"
    )


def _insist_on_files(files: Sequence[tuple[str, str, bytes]]) -> None:
    """Read every file once, before anything is written."""
    agreements = [
        read_agreement(content, name) for feed, name, content in files if feed == AGREEMENT_FEED
    ]
    mandate = mandate_of(Path(files[0][1]), agreements)
    for feed, name, content in files:
        if feed == REGISTER_FEED:
            read_register(content, name)
        elif feed == TERMS_FEED:
            read_terms(name, content, mandate)


def _board_toml(title: str, key: VerifierKey, files: Sequence[tuple[str, str, bytes]]) -> bytes:
    lines = [
        "format = 1",
        f'kind = "{BOARD}"',
        f"title = {json.dumps(title, ensure_ascii=False)}",
        f"verifier_key = {json.dumps(str(key))}",
        f'software = "truceline {__version__}"',
    ]
    for feed, name, content in files:
        lines += [
            "",
            f"[[{feed}]]",
            f"name = {json.dumps(name, ensure_ascii=False)}",
            f'sha256 = "{sha256(content).hexdigest()}"',
        ]
    return ("\n".join(lines) + "\n").encode()
