"""Where a mission's files stand, how much of one is read, and what is forced to disk."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from truceline.evidence.folder import (
    make_directories,
    original_name,
    read_file,
    sync_directories,
    sync_directory,
    walk,
    write_file,
)
from truceline.evidence.strict import FormatError

TERABYTE = 2**40


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Note each file and directory that is forced to disk, and force it."""
    forced: list[Path] = []
    honest = os.fsync

    def fsync(file: int) -> None:
        forced.append(Path(f"/proc/self/fd/{file}").readlink())
        honest(file)

    monkeypatch.setattr(os, "fsync", fsync)
    return forced


def test_an_original_stands_under_the_first_two_digits_of_its_hash() -> None:
    digest = sha256(b"a document").hexdigest()
    assert digest[:3] == "0d1"
    assert original_name(digest) == f"originals/0d/{digest}"


def test_of_a_file_that_is_too_large_no_more_is_read_than_shows_it(tmp_path: Path) -> None:
    with (tmp_path / "hole").open("wb") as file:
        file.truncate(TERABYTE)
    with pytest.raises(FormatError, match=r"^is larger than 1000 bytes$"):
        read_file(tmp_path, "hole", 1000)


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_file(tmp_path, "a", 5) == b"12345"
    with pytest.raises(FormatError, match=r"^is larger than 4 bytes$"):
        read_file(tmp_path, "a", 4)


def test_every_directory_of_a_folder_is_forced_to_disk_and_none_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "m"
    for name in ("log/tile/0", "originals/ab", "derived"):
        make_directories(folder / name)
    write_file(folder, "log/tile/0/000", b"x")
    (tmp_path / "elsewhere").mkdir()
    forced = recorded(monkeypatch)
    sync_directories(folder)
    named = {path.relative_to(folder).as_posix() for path in forced}
    assert named == {".", "log", "log/tile", "log/tile/0", "originals", "originals/ab", "derived"}


def test_only_a_directory_is_forced_to_disk_as_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        sync_directory(tmp_path / "file")


def test_a_link_to_a_folder_is_named_and_not_walked_into(tmp_path: Path) -> None:
    make_directories(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/file").write_bytes(b"")
    make_directories(tmp_path / "m/inside")
    (tmp_path / "m/inside/link").symlink_to(tmp_path / "elsewhere")
    assert [name for name, _ in walk(tmp_path / "m")] == ["inside/link"]
