"""Journals that began elsewhere than beside the mission are found again, or nothing is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mission_worlds import SEED, mission

from truceline.evidence.errors import HaltError
from truceline.evidence.journal import beside, paths_of
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.strict import FormatError
from truceline.records.canonical import Json

BODY: dict[str, Json] = {"path": "a.jsonl", "sha256": "ab" * 32, "size": 1}


def test_a_writer_who_is_not_told_finds_the_journals_where_they_began(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    places = tmp_path / "one", tmp_path / "two"
    with Ledger.open(folder, SEED, places) as ledger:
        first = ledger.append_durable("derived", BODY, 1)
    assert paths_of(folder) == places
    with Ledger.open(folder, SEED) as ledger:
        assert ledger.append_durable("derived", BODY, 2).index == first.index + 1
    assert not any(path.exists() for path in beside(folder))


def test_other_places_than_those_halt(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED, (tmp_path / "one", tmp_path / "two")) as ledger:
        ledger.append_durable("derived", BODY, 1)
    one, two, asked = tmp_path / "one", tmp_path / "two", beside(folder)
    message = f"{folder}.journals: the journals are {one} and {two}, not {asked[0]}"
    with pytest.raises(HaltError, match=f"^{re.escape(message)}$"):
        Ledger.open(folder, SEED, asked)


def test_beside_the_mission_nothing_is_written_down(tmp_path: Path) -> None:
    folder = mission(tmp_path / "m")
    with Ledger.open(folder, SEED) as ledger:
        ledger.append_durable("derived", BODY, 1)
    assert not (tmp_path / "m.journals").exists()
    assert paths_of(folder) == beside(folder)


@pytest.mark.parametrize("content", [b"", b"[]", b'["a"]', b"[1,2]", b"{"])
def test_what_was_written_down_and_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    folder = mission(tmp_path / "m")
    (tmp_path / "m.journals").write_bytes(content)
    with pytest.raises(FormatError, match=r"m\.journals cannot be read"):
        paths_of(folder)
    with pytest.raises(LedgerError, match=r"m\.journals cannot be read"):
        Ledger.open(folder, SEED)
