"""Where everything stands in a mission folder, and how a file gets there without a gap.

    mission.toml                 title, window, agreements, verifier_key
    originals/ab/<64 hex>        documents as received, by their hash
    log/checkpoint               the signed head
    log/tile/...                 hashes and entries (C2SP tlog-tiles)
    derived/...                  what was computed from them

The signing key and the index stand beside the folder, never inside.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path

from truceline.evidence.keys import VerifierKey
from truceline.evidence.statement import TEMPORARY
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import Tile

MISSION = "mission.toml"
MISSION_LIMIT = 1_000_000
LOG = "log/"
CHECKPOINT = "log/checkpoint"
ORIGINALS = "originals/"
DERIVED = "derived/"
VERIFIER_KEY = "verifier_key"


def original_name(sha256: str) -> str:
    """Path of an original inside the folder.

    >>> original_name("ab" * 32)[:18]
    'originals/ab/ababa'
    """
    return f"{ORIGINALS}{sha256[:2]}/{sha256}"


def tile_name(tile: Tile) -> str:
    """Path of a tile or bundle inside the folder."""
    return f"{LOG}{tile.path}"


def mission_key(content: bytes) -> VerifierKey:
    """Read the key of the log from the mission file: its top-level `verifier_key`.

    Raises:
        FormatError: It is not TOML, names no key, or the key is not sound.
    """
    try:
        mission = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is not TOML: {error}") from error
    text = mission.get(VERIFIER_KEY)
    if not isinstance(text, str):
        raise FormatError(f"has no {VERIFIER_KEY}")
    return VerifierKey.read(text)


def read_file(folder: Path, name: str, limit: int) -> bytes:
    """Read a whole file, if it has at most `limit` bytes.

    Raises:
        FormatError: It is larger.
        OSError: It cannot be read.
    """
    with (folder / name).open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise FormatError(f"is larger than {limit} bytes")
    return content


def write_file(folder: Path, name: str, content: bytes) -> None:
    """Write a file so that after a crash it is there whole, or the one before it still is.

    Written beside, forced to disk, renamed, and the directory forced to disk.

    Raises:
        OSError: Something could not be made durable: nothing may be built upon it.
    """
    path = folder / name
    make_directories(path.parent)
    beside = path.with_name(path.name + TEMPORARY)
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_directory(path.parent)


def make_directories(path: Path) -> None:
    """Make a directory and those above it, each name forced to disk."""
    if not path.is_dir():
        make_directories(path.parent)
        path.mkdir()
        sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Force the names in a directory to disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directories(folder: Path) -> None:
    """Force every name in a folder to disk: who died before may have left some in the cache."""
    for inside, _, _ in os.walk(folder):
        sync_directory(Path(inside))


def walk(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Name everything in the folder but directories that hold something, links not followed.

    Yields:
        Path inside the folder, and its status; an empty directory ends in "/".

    Raises:
        OSError: A directory cannot be read.
    """
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        with os.scandir(os.path.join(folder, inside)) as found:  # noqa: PTH118 - hot
            children = sorted(found, key=lambda child: child.name)
        if not children and inside:
            yield f"{inside}/", (folder / inside).lstat()
        for child in children:
            status = child.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                waiting.append(f"{inside}/{child.name}" if inside else child.name)
            else:
                yield f"{inside}/{child.name}" if inside else child.name, status
