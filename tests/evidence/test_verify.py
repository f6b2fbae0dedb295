"""A simulated adversary: whatever one file of a mission is made into, verification names it."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mission_worlds import DAY_US, KEY, MISSION, ORIGIN, SEED, files, mission

from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.statement import Statement, write_entry
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import encode_bundle, hash_tiles
from truceline.evidence.tree import leaf_hash, root
from truceline.evidence.verify import Problem, verify

OTHER = SigningKey(name="other.example", seed=b"o" * 32)
BUNDLE = "log/tile/entries/000.p/7"
HASHES = "log/tile/0/000.p/7"
HEAD = "log/checkpoint"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mission(tmp_path_factory.mktemp("small") / "m")


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mission of 263 statements: full and partial tiles on two levels."""
    return mission(tmp_path_factory.mktemp("wide") / "m", extra=256)


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    return shutil.copytree(small, tmp_path / "m")


def test_a_mission_as_it_was_written_is_right(small: Path, wide: Path) -> None:
    report = verify(small, str(KEY))
    assert (report.ok, report.pinned, report.size, report.key) == (True, True, 7, str(KEY))
    assert report.counts == {"statements": 7, "originals": 2, "derived": 2}
    loose = verify(wide)
    assert (loose.ok, loose.pinned, loose.size) == (True, False, 263)
    assert set(files(wide)) >= {"log/tile/entries/000", "log/tile/0/001.p/7", "log/tile/1/000.p/1"}


def flips(size: int, at_most: int) -> list[int]:
    """Choose positions of a file: all, or evenly spread with both ends."""
    if size <= at_most:
        return list(range(size))
    return sorted({at * (size - 1) // (at_most - 1) for at in range(at_most)})


def test_a_flipped_bit_in_any_byte_of_any_file_names_that_file(folder: Path) -> None:
    tried = 0
    for name, content in files(folder).items():
        for at in flips(len(content), 260):
            changed = bytearray(content)
            changed[at] ^= 1 << at % 8
            (folder / name).write_bytes(changed)
            report = verify(folder, str(KEY) if at % 2 else None)
            assert report.problem, f"{name} byte {at}"
            assert report.problem.file == name, f"byte {at}: {report.problem}"
            tried += 1
        (folder / name).write_bytes(content)
    assert verify(folder).ok
    assert tried > 800


def test_a_flipped_bit_in_a_wide_mission_names_the_file(wide: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(wide, tmp_path / "m")
    for name, content in files(folder).items():
        for at in flips(len(content), 6):
            (folder / name).write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
            problem = verify(folder).problem
            assert problem
            assert problem.file == name, problem
        (folder / name).write_bytes(content)


def test_a_file_taken_away_cut_lengthened_emptied_or_doubled_is_named(folder: Path) -> None:
    for name, content in files(folder).items():
        for changed in (
            content[:-1],
            content[1:],
            content + b"\n",
            content + b"\x00",
            b"",
            content * 2,
        ):
            (folder / name).write_bytes(changed)
            assert (verify(folder).problem or Problem(file="", why="")).file == name
        (folder / name).unlink()
        assert verify(folder).problem == verify(folder, str(KEY)).problem
        problem = verify(folder).problem
        assert problem
        # A directory that lost its only file is empty, and is what is seen first.
        assert name.startswith(problem.file)
        (folder / name).write_bytes(content)
    assert verify(folder).ok


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_whatever_bytes_a_file_holds_the_answer_is_a_report(
    data: st.DataObject, small: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = shutil.copytree(small, tmp_path_factory.mktemp("any") / "m")
    held = files(folder)
    name = data.draw(st.sampled_from(sorted(held)))
    content = data.draw(st.binary(max_size=500) | st.text(max_size=300).map(str.encode))
    at = data.draw(st.integers(0, len(held[name])))
    for made in (content, held[name][:at] + content + held[name][at + len(content) :]):
        (folder / name).write_bytes(made)
        problem = verify(folder).problem
        assert (problem.file if problem else None) == (None if made == held[name] else name)


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        ".DS_Store",
        "mission.key",
        "log/other",
        "log/checkpoint.tmp",
        "log/tile/0/000",
        "log/tile/0/000.p/8",
        "log/tile/0/x000/000",
        "log/tile/1/000.p/1",
        "log/tile/entries/000.p/8",
        "log/tile/entries/000.p/6",
        "log/tile/entries/001",
        "log/tile/zz",
        "originals/loose",
        "originals/ab/" + "ab" * 32,
        "derived/extra.jsonl",
        "derived/days/2026-04-12.json",
    ],
)
def test_a_file_that_was_put_in_is_named(name: str, folder: Path) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"x" * 256)
    problem = verify(folder).problem
    assert problem
    assert problem.file == name


def test_an_empty_folder_that_was_put_in_is_named(folder: Path) -> None:
    (folder / "derived/later").mkdir()
    assert verify(folder).problem == Problem(
        file="derived/later/", why="is an empty folder, which no mission has"
    )


def test_a_name_that_is_not_utf_8_can_be_shown(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/derived/\xff")).write_bytes(b"")
    problem = verify(folder).problem
    assert problem
    assert problem.file == "derived/\\udcff"


@pytest.mark.parametrize("name", ["mission.toml", HEAD, BUNDLE, HASHES, "derived/a.jsonl"])
@pytest.mark.parametrize("kind", ["link", "pipe", "socket", "folder", "hole"])
def test_what_is_no_regular_file_or_too_large_is_named(
    name: str, kind: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / name
    kept = shutil.copy(path, tmp_path / "kept")
    path.unlink()
    if kind == "link":
        path.symlink_to(kept)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        monkeypatch.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    elif kind == "folder":
        path.mkdir()
    else:
        with path.open("wb") as file:
            file.truncate(2**40)
    problem = verify(folder).problem
    assert problem
    assert problem.file.rstrip("/") == name
    if kind == "hole":
        assert "is larger than" in problem.why or "its statement says" in problem.why


def test_a_linked_folder_is_named(folder: Path, tmp_path: Path) -> None:
    shutil.move(folder / "originals", tmp_path / "elsewhere")
    (folder / "originals").symlink_to(tmp_path / "elsewhere")
    problem = verify(folder).problem
    assert problem == Problem(file="originals", why="is not a regular file")


def test_what_is_no_folder_is_said(folder: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", folder / "mission.toml"):
        assert verify(path).problem == Problem(file=".", why="is not a folder")
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert verify(link).problem == Problem(file=".", why="is not a folder")


def test_the_wrong_key_pinned_is_said(small: Path) -> None:
    report = verify(small, str(OTHER.verifier))
    assert report.problem
    assert report.problem.file == "mission.toml"
    assert "not the given other.example" in report.problem.why
    with pytest.raises(FormatError):
        verify(small, "not a key")


def test_another_key_in_the_mission_file_names_the_mission_file(folder: Path) -> None:
    (folder / "mission.toml").write_bytes(
        MISSION.replace(str(KEY).encode(), str(OTHER.verifier).encode())
    )
    for key in (None, str(KEY)):
        problem = verify(folder, key).problem
        assert problem
        assert problem.file == "mission.toml"


def test_a_head_signed_by_another_key_names_the_head(folder: Path) -> None:
    text = (folder / HEAD).read_text().split("\n\n")[0] + "\n"
    for signer in (OTHER, SigningKey(name=ORIGIN, seed=b"o" * 32)):
        (folder / HEAD).write_bytes(sign_note(text, signer))
        problem = verify(folder).problem
        assert problem
        assert problem.file == HEAD
        assert "is not signed by" in problem.why


def test_a_second_signature_that_nobody_checks_is_not_let_in(folder: Path) -> None:
    text = (folder / HEAD).read_text().split("\n\n")[0] + "\n"
    with (folder / HEAD).open("ab") as file:
        file.write(sign_note(text, OTHER).split(b"\n\n")[1])
    assert verify(folder).problem == Problem(file=HEAD, why="has 2 signatures, not 1")


def test_an_older_head_of_the_same_log_is_named(folder: Path) -> None:
    old = (folder / HEAD).read_bytes()
    with Ledger.open(folder, SEED) as ledger:
        ledger.store_derived("later.json", b"{}")
        ledger.commit(2 * DAY_US)
    assert verify(folder, str(KEY)).ok
    (folder / HEAD).write_bytes(old)
    assert verify(folder).problem == Problem(
        file=HEAD, why="is the head of 7 entries, but the log holds 8: an older one"
    )


@pytest.mark.parametrize("size", [0, 6, 8, 300, 2**52])
def test_a_signed_head_of_another_size_is_not_believed(size: int, folder: Path) -> None:
    signer = SigningKey(name=ORIGIN, seed=SEED)
    head = Checkpoint(origin=ORIGIN, size=size, root=b"r" * 32)
    (folder / HEAD).write_bytes(sign_note(head.text, signer))
    problem = verify(folder).problem
    assert problem
    assert problem.file in {HEAD, f"log/tile/entries/000.p/{size}", "log/tile/entries/000"}


def test_a_signed_head_of_another_root_is_named(folder: Path) -> None:
    signer = SigningKey(name=ORIGIN, seed=SEED)
    head = Checkpoint(origin=ORIGIN, size=7, root=b"r" * 32)
    (folder / HEAD).write_bytes(sign_note(head.text, signer))
    assert verify(folder).problem == Problem(
        file=HEAD, why="signs a root that neither the entries nor the tiles of hashes have"
    )


def test_entries_changed_together_with_their_hashes_are_noticed(folder: Path) -> None:
    content = (folder / BUNDLE).read_bytes()
    content = content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]
    (folder / BUNDLE).write_bytes(content)
    entries, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 2], "big")
        entries.append(content[at + 2 : at + 2 + length])
        at += 2 + length
    (tile,) = hash_tiles([leaf_hash(entry) for entry in entries]).values()
    (folder / HASHES).write_bytes(tile)
    assert verify(folder).problem == Problem(
        file=HEAD, why="signs a root that neither the entries nor the tiles of hashes have"
    )


def sealed(folder: Path, statements: list[Statement]) -> None:
    """Make a log that is signed as it must be, whatever the statements say."""
    signer = SigningKey(name=ORIGIN, seed=SEED)
    entries = [write_entry(statement, signer) for statement in statements]
    leaves = [leaf_hash(entry) for entry in entries]
    head = Checkpoint(origin=ORIGIN, size=len(entries), root=root(leaves))
    shutil.rmtree(folder / "log")
    made = {f"log/{tile.path}": content for tile, content in hash_tiles(leaves).items()}
    made[f"log/tile/entries/000.p/{len(entries)}"] = encode_bundle(entries)
    made[HEAD] = sign_note(head.text, signer)
    for name, content in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def changed(statement: Statement, **fields: object) -> Statement:
    was = {name: getattr(statement, name) for name in Statement.__slots__}
    return Statement(**{**was, **fields})


@pytest.mark.parametrize(
    ("index", "fields", "why"),
    [
        (3, {"seq": 4}, "entry 3 has seq 4, not 3"),
        (3, {"prev": "0" * 64}, "entry 3 names 000"),
        (3, {"actor": "somebody"}, "entry 3 'somebody' has no key"),
        (6, {"kind": "mission", "body": {"sha256": "0" * 64, "size": 1}}, "kind 'mission' cannot"),
        (1, {"kind": "derived", "body": {"path": "a", "sha256": "0" * 64, "size": 1}}, "entry 2"),
    ],
)
def test_a_log_whose_own_signer_breaks_the_rules_is_named(
    index: int, fields: dict[str, object], why: str, folder: Path
) -> None:
    statements = list(Ledger.open(folder).statements())
    statements[index] = changed(statements[index], **fields)
    for at in range(index + 1, len(statements)):
        statements[at] = changed(statements[at], prev=statements[at - 1].sha256)
    sealed(folder, statements)
    problem = verify(folder, str(KEY)).problem
    assert problem
    assert problem.file == BUNDLE
    assert why in problem.why


def test_a_rows_statement_needs_its_original_before_it(folder: Path) -> None:
    statements = list(Ledger.open(folder).statements())
    statements[1] = changed(statements[2], seq=1, prev=statements[0].sha256)
    sealed(folder, statements[:2])
    problem = verify(folder).problem
    assert problem
    assert problem.file == "log/tile/entries/000.p/2"
    assert "of which no original is stated" in problem.why


def test_an_original_has_one_size(folder: Path) -> None:
    statements = list(Ledger.open(folder).statements())
    body = {**statements[1].body, "size": 1}
    statements[2] = changed(statements[1], seq=2, prev=statements[1].sha256, body=body)
    sealed(folder, statements[:3])
    problem = verify(folder).problem
    assert problem
    assert problem.file == "log/tile/entries/000.p/3"
    assert "a second size" in problem.why


def test_the_head_of_an_empty_log_is_of_no_mission(folder: Path) -> None:
    shutil.rmtree(folder / "log/tile")
    signer = SigningKey(name=ORIGIN, seed=SEED)
    head = Checkpoint(origin=ORIGIN, size=0, root=root([]))
    (folder / HEAD).write_bytes(sign_note(head.text, signer))
    assert verify(folder).problem == Problem(
        file=HEAD, why="is of an empty log, which has no mission"
    )


def test_the_latest_statement_about_a_derived_file_counts(folder: Path) -> None:
    before = (folder / "derived/a.jsonl").read_bytes()
    with Ledger.open(folder, SEED) as ledger:
        ledger.store_derived("a.jsonl", b"corrected\n")
        ledger.commit(2 * DAY_US)
    assert verify(folder).ok
    (folder / "derived/a.jsonl").write_bytes(before)
    problem = verify(folder).problem
    assert problem
    assert problem.file == "derived/a.jsonl"


def test_a_mission_whose_key_nobody_knows_is_consistent_but_not_pinned(tmp_path: Path) -> None:
    """Who rewrites everything with his own key is found only by a key known from elsewhere."""
    forged = tmp_path / "forged"
    with Ledger.create(forged, OTHER.seed, OTHER.name) as ledger:
        ledger.store_mission_file(f'verifier_key = "{OTHER.verifier}"\n'.encode())
        ledger.commit(0)
    assert (verify(forged).ok, verify(forged).pinned) == (True, False)
    assert not verify(forged, str(KEY)).ok
