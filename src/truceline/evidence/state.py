"""A snapshot of what the writer knows about the actors: a restart reads it, not the whole log.

It stands beside the folder like the journals, and can be deleted: then every entry is read again.
It is signed by the log's key, since whoever could change it could give himself a right, or make the
log sign a statement that does not follow the one before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from truceline.evidence.folder import read_file, write_file
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.records.canonical import Json, canonical

VERSION = 1
# No note and no DSSE text begins like this: the key that signs all three signs none for another.
SIGNED = b"truceline state 1\n"
STATE_LIMIT = 256 * 2**20
FIELDS = {"v", "log", "size", "root", "registry", "spoke", "signature"}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the first `size` entries of a log lead to.

    Attributes:
        size: Entries that were read.
        root: Root over them, in hex.
        registry: `Registry.state` after them.
        spoke: Each actor's name and the index of his last entry.
    """

    size: int
    root: str
    registry: Json
    spoke: tuple[tuple[str, int], ...]


def state_path(folder: Path) -> Path:
    """Where the snapshot of a mission stands."""
    return folder.with_name(f"{folder.name}.state")


def write_state(path: Path, state: State, signer: SigningKey) -> None:
    """Replace the snapshot.

    Raises:
        OSError: It could not be made durable.
    """
    said: dict[str, Json] = {
        "v": VERSION,
        "log": str(signer.verifier),
        "size": state.size,
        "root": state.root,
        "registry": state.registry,
        "spoke": [[actor, index] for actor, index in state.spoke],
    }
    signature = encode_base64(signer.sign(SIGNED + canonical(said)))
    write_file(path.parent, path.name, canonical({**said, "signature": signature}))


def read_state(path: Path, key: VerifierKey) -> State | None:
    """Read the snapshot; None if there is none that this key has signed."""
    try:
        content = read_file(path.parent, path.name, STATE_LIMIT)
        said = json.loads(content)
        if not isinstance(said, dict) or said.keys() != FIELDS:
            raise FormatError("has not the fields of a state")
        signature = decode_base64(str(said.pop("signature")))
        if not key.verifies(SIGNED + canonical(said), signature):
            raise FormatError("is not signed by the log")
    except (OSError, ValueError, RecursionError):
        return None
    return State(
        size=said["size"],
        root=said["root"],
        registry=said["registry"],
        spoke=tuple((actor, index) for actor, index in said["spoke"]),
    )
