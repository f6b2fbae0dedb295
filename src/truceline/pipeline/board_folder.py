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
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from truceline import __version__
from truceline.agreement.read import read_agreement
from truceline.evidence.bundle import AGREEMENT_FEED
from truceline.evidence.folder import MISSION, original_name
from truceline.evidence.keys import VerifierKey
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.strict import FormatError
from truceline.pipeline.seal import MissionError, insist_on_place, new_log
from truceline.records.agreement import Agreement

BOARD = "board"
REGISTER_FEED = "register"


def new_board(
    folder: Path, title: str, agreements: Sequence[Path], registers: Sequence[Path] = ()
) -> VerifierKey:
    """Make the folder of a board, its key beside it, and an empty log.

    Args:
        folder: Where it shall stand; must not exist.
        title: What it is called.
        agreements: Agreements whose bodies, roles and clocks hold here; at least one.
        registers: Registers of commitments and pledges.

    Raises:
        MissionError: Something is there already, or no agreement is given.
        AgreementError: An agreement cannot be read.
        OSError: A file cannot be read.
    """
    insist_on_place(folder, title)
    if not agreements:
        raise MissionError("no agreement given; name one with --agreement FILE")
    files = [(AGREEMENT_FEED, path.name, path.read_bytes()) for path in agreements]
    for _, name, content in files:
        read_agreement(content, name)
    files += [(REGISTER_FEED, path.name, path.read_bytes()) for path in registers]
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


def registers_of(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """Give the registers of a board: name and bytes, in the order in which they were given.

    Raises:
        LedgerError: A file is not the one that was stated.
    """
    toml = tomllib.loads((folder / MISSION).read_text(encoding="utf-8"))
    return tuple(
        (one["name"], read_stored(folder, one["sha256"])) for one in toml.get("register", [])
    )


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
