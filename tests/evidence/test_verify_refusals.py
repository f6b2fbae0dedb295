"""What verification answers where a file cannot be read, lies wrongly, or was said otherwise."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
from pathlib import Path

import pytest
from mission_worlds import DAY_US, KEY, MISSION, ORIGIN, SEED, mission

from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.tiles import Tile, encode_bundle, hash_tiles
from truceline.evidence.tree import leaf_hash, node_hash, root
from truceline.evidence.verify import (
    Problem,
    _Bundle,
    _Log,
    _read_part,
    _Signed,
    _Wrong,
    processors,
    verify,
)

OTHER = SigningKey(name="other.example", seed=b"o" * 32)
BUNDLE = "log/tile/entries/000.p/7"
NOT_SIGNED = "is not signed by other.example"
ANOTHER = Problem(
    file="mission.toml",
    why="names another key than the log's, and is not the file that entry 0 states",
)


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


def refuse(monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """Let the disk fail for files whose path ends like this; a test may run as root."""
    honest = Path.open

    def opened(path: Path, *arguments: object, **options: object) -> object:
        if path.as_posix().endswith(ending):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return honest(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", opened)


@pytest.mark.parametrize(
    "name", ["mission.toml", "log/checkpoint", BUNDLE, "log/tile/0/000.p/7", "derived/a.jsonl"]
)
def test_a_file_that_the_disk_refuses_is_named(
    name: str, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, name)
    report = verify(small)
    assert report.problem == Problem(file=name, why="cannot be read: Input/output error")
    assert report.ok is False


def test_a_folder_that_cannot_be_listed_is_said(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> object:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "scandir", refused)
    report = verify(small)
    assert report.problem == Problem(file=".", why="cannot be read: Permission denied")
    assert (report.pinned, report.key, report.size, report.root) == (False, "", 0, "")
    assert report.counts == {"statements": 0, "originals": 0, "derived": 0}


def test_a_report_says_what_was_verified_before_the_problem(folder: Path) -> None:
    signed = Ledger.open(folder).root_at(7).hex()
    whole = verify(folder, str(KEY))
    assert (whole.size, whole.root, whole.key) == (7, signed, str(KEY))
    (folder / "derived/a.jsonl").write_bytes(b"")
    report = verify(folder, str(KEY))
    assert (report.pinned, report.size, report.root) == (True, 7, signed)
    assert report.counts == {"statements": 7, "originals": 2, "derived": 0}
    (folder / "log/checkpoint").unlink()
    report = verify(folder)
    assert (report.key, report.size, report.root) == (str(KEY), 0, "")
    assert report.problem == Problem(file="log/checkpoint", why="is missing")


# --------------------------------------------------------- whose fault it is that keys do not fit
def with_other_key(folder: Path) -> None:
    """Name another key in mission.toml: then its hash is not the one that entry 0 states."""
    text = MISSION.replace(str(KEY).encode(), str(OTHER.verifier).encode())
    (folder / "mission.toml").write_bytes(text)


def test_a_mission_file_that_entry_0_does_not_state_is_the_one_at_fault(folder: Path) -> None:
    with_other_key(folder)
    assert verify(folder).problem == ANOTHER
    # Of the bundles that lie there the first is asked, whatever else lies beside it.
    (folder / "log/tile/entries/zz").write_bytes(b"no tile")
    (folder / "log/tile/entries/001.p").mkdir()
    (folder / "log/tile/entries/001.p/1").write_bytes(b"")
    (folder / "log/tile/entries/000.p/8").write_bytes(b"")
    assert verify(folder).problem == ANOTHER


@pytest.mark.parametrize("content", [None, b"", b"\x00\x01x" * 7, b"x" * 17_000_000])
def test_without_a_readable_entry_0_the_head_is_at_fault(
    content: bytes | None, folder: Path
) -> None:
    with_other_key(folder)
    if content is None:
        shutil.rmtree(folder / "log/tile/entries")
    else:
        (folder / BUNDLE).write_bytes(content)
    problem = verify(folder).problem
    assert problem
    assert problem.file == "log/checkpoint"
    assert NOT_SIGNED in problem.why


@pytest.mark.parametrize(
    ("content", "why"),
    [(b'title = "m"\n', "has no verifier_key"), (b"verifier_key = 1\n", "has no verifier_key")],
)
def test_a_mission_file_without_a_key_is_said_to_be_that(
    content: bytes, why: str, folder: Path
) -> None:
    (folder / "mission.toml").write_bytes(content)
    assert verify(folder).problem == Problem(file="mission.toml", why=why)


def test_a_mission_file_of_the_right_key_and_another_hash_is_said_to_be_another(
    folder: Path,
) -> None:
    (folder / "mission.toml").write_bytes(MISSION + b"# added later\n")
    assert verify(folder, str(KEY)).problem == Problem(
        file="mission.toml", why="is not the file whose hash entry 0 of the log states"
    )


def test_a_bundle_that_ends_too_early_is_said_to_end_there(folder: Path) -> None:
    content = (folder / BUNDLE).read_bytes()
    (folder / BUNDLE).write_bytes(content[:-1])
    assert verify(folder).problem == Problem(file=BUNDLE, why="ends inside entry 6")


# ------------------------------------------------------------------------------ files and tiles
def test_an_older_head_is_only_told_where_everything_of_the_newer_log_is_there(
    folder: Path,
) -> None:
    old = (folder / "log/checkpoint").read_bytes()
    with Ledger.open(folder, SEED) as ledger:
        ledger.store_derived("later.json", b"{}")
        ledger.commit(2 * DAY_US)
    (folder / "log/checkpoint").write_bytes(old)
    shutil.rmtree(folder / "log/tile/0")
    assert verify(folder).problem == Problem(file=BUNDLE, why="is missing from a log of 7 entries")


def test_what_is_said_of_each_file_that_does_not_fit(folder: Path) -> None:
    original = next((folder / "originals").rglob("*/*"))
    name = original.relative_to(folder).as_posix()
    content = original.read_bytes()
    for wrong, why in (
        (content + b"x", f"has {len(content) + 1} bytes, its statement says {len(content)}"),
        (bytes(len(content)), None),
    ):
        original.write_bytes(wrong)
        problem = verify(folder).problem
        assert problem
        assert problem.file == name
        if why:
            assert problem.why == why
        else:
            assert problem.why.startswith("has SHA-256 ")
            assert problem.why.endswith(f"its statement says {original.name}")
    original.write_bytes(content)
    (folder / "derived/x").write_bytes(b"")
    assert verify(folder).problem == Problem(file="derived/x", why="is named by no statement")
    (folder / "derived/x").unlink()
    (folder / "log/tile/0/000.p/8").write_bytes(b"")
    assert verify(folder).problem == Problem(
        file="log/tile/0/000.p/8", why="is no file of a log of 7 entries"
    )
    (folder / "log/tile/0/000.p/8").unlink()
    (folder / "notes.txt").write_bytes(b"")
    assert verify(folder).problem == Problem(file="notes.txt", why="is no file of a mission")
    (folder / "notes.txt").unlink()
    (folder / "derived/a.jsonl").unlink()
    assert verify(folder).problem == Problem(
        file="derived/a.jsonl", why="is missing, though a statement names it"
    )


def test_processors_are_those_that_this_process_may_use() -> None:
    assert processors() == len(os.sched_getaffinity(0)) >= 1


def test_the_signer_who_is_named_is_told_beside_the_one_who_is_expected(small: Path) -> None:
    assert verify(small, str(OTHER.verifier)).problem == Problem(
        file="mission.toml", why=f"names the signer {KEY}, not the given {OTHER.verifier}"
    )
    assert verify(small, str(SigningKey(name=ORIGIN, seed=SEED).verifier)).ok


# ------------------------------------------------------------------- what a process settles alone
def test_a_part_settles_what_known_keys_have_signed_and_gives_the_rest_back(small: Path) -> None:
    tile = Tile(level=None, index=0, width=7)
    ledger = Ledger.open(small)
    (settled,) = _read_part(small, (tile,), {KEY.key_id.hex(): KEY})
    assert isinstance(settled, _Bundle)
    assert (settled.tile, settled.root, settled.differs) == (tile, ledger.root_at(7), None)
    for index, one in enumerate(settled.entries):
        assert isinstance(one, _Signed)
        stated = ledger.read(index)
        assert (one.key, one.sha256) == (KEY, stated.sha256)
        assert one.payload == stated.payload
        assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - just pickled
    # An unknown key, and a known one of the same id that did not sign.
    forger = SigningKey(name=ORIGIN, seed=b"f" * 32).verifier
    for known in ({}, {KEY.key_id.hex(): forger}):
        (open_still,) = _read_part(small, (tile,), known)
        assert isinstance(open_still, _Bundle)
        assert open_still.entries == [ledger.entry(index) for index in range(7)]


def test_a_part_ends_at_the_first_bundle_that_cannot_be_read(folder: Path) -> None:
    whole, missing = (Tile(level=None, index=at, width=7) for at in (0, 1))
    first, problem = _read_part(folder, (whole, missing, whole), {})
    assert isinstance(first, _Bundle)
    assert problem == Problem(
        file="log/tile/entries/001.p/7", why="cannot be read: No such file or directory"
    )


# ------------------------------------------------------------------ entries, hashes, signed root
def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("index", [0, 255, 256, 262])
def test_of_entries_and_hashes_the_one_that_the_signed_root_denies_is_named(
    index: int, wide: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(wide, tmp_path / "m")
    number, inside = divmod(index, 256)
    bundle = f"log/tile/entries/00{number}" + (".p/7" if number else "")
    hashes = bundle.replace("entries", "0")
    kept = (folder / bundle).read_bytes()
    entries = [Ledger.open(folder).entry(256 * number + at) for at in range(inside + 1)]
    end = sum(2 + len(entry) for entry in entries)
    flip(folder / bundle, end - 9)
    why = f"entry {index} is not the one whose hash the log holds"
    assert verify(folder).problem == Problem(file=bundle, why=why)
    (folder / bundle).write_bytes(kept)
    flip(folder / hashes, 32 * inside + 5)
    why = "does not hold the hashes of the entries"
    assert verify(folder).problem == Problem(file=hashes, why=why)


def test_hashes_of_whole_bundles_are_compared_too(wide: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(wide, tmp_path / "m")
    flip(folder / "log/tile/1/000.p/1", 31)
    assert verify(folder).problem == Problem(
        file="log/tile/1/000.p/1", why="does not hold the hashes of the entries"
    )


def test_bytes_that_are_no_statement_are_named_though_the_log_signed_over_them(
    folder: Path,
) -> None:
    entries = [*(Ledger.open(folder).entry(index) for index in range(6)), b"no envelope"]
    leaves = [leaf_hash(entry) for entry in entries]
    head = Checkpoint(origin=ORIGIN, size=7, root=root(leaves))
    for tile, content in hash_tiles(leaves).items():
        (folder / "log" / tile.path).write_bytes(content)
    (folder / BUNDLE).write_bytes(encode_bundle(entries))
    (folder / "log/checkpoint").write_bytes(
        sign_note(head.text, SigningKey(name=ORIGIN, seed=SEED))
    )
    report = verify(folder, str(KEY))
    assert report.problem
    assert report.problem.file == BUNDLE
    assert report.problem.why.startswith("entry 6 ")
    assert report.counts["statements"] == 6


def test_hashes_above_256_whole_bundles_are_compared_on_their_own_level(tmp_path: Path) -> None:
    """As many entries as a log of 65,536 has, each bundle known by its root alone."""
    roots = [leaf_hash(b"%d" % at) for at in range(256)]
    top = root_of_subtrees(roots)
    log = _Log(tmp_path, KEY, 256 * 256)
    for at, one in enumerate(roots):
        tile = Tile(level=None, index=at, width=256)
        log.take(_Bundle(tile=tile, root=one, differs=None, entries=[]))
    (tmp_path / "log/tile/1").mkdir(parents=True)
    (tmp_path / "log/tile/2/000.p").mkdir(parents=True)
    (tmp_path / "log/tile/1/000").write_bytes(b"".join(roots))
    above = tmp_path / "log/tile/2/000.p/1"
    above.write_bytes(top)
    head = Checkpoint(origin=ORIGIN, size=256 * 256, root=top)
    log.insist_on(head)
    flip(above, 31)
    with pytest.raises(_Wrong) as caught:
        log.insist_on(head)
    assert caught.value.problem == Problem(
        file="log/tile/2/000.p/1", why="does not hold the hashes of the entries"
    )


def root_of_subtrees(hashes: list[bytes]) -> bytes:
    """Join 256 roots of subtrees of one size pair by pair."""
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]
