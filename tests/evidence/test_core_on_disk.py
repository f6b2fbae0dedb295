"""The journals and the mission folder against a disk that refuses, cuts short or forgets."""

from __future__ import annotations

import errno
import os
import re
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from mission_worlds import KEY, ORIGIN, SEED

from truceline.evidence import journal as journal_module
from truceline.evidence.errors import DurabilityError, HaltError
from truceline.evidence.folder import make_directories, read_file, walk, write_file
from truceline.evidence.journal import (
    BEGIN,
    ENTRIES,
    HEAD,
    NOTHING_BEFORE,
    Journals,
    Paths,
    frame_at,
    groups,
    make_frame,
    merge,
    read_journals,
)
from truceline.evidence.keys import SigningKey, read_key, write_key
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import encode_bundle
from truceline.evidence.tree import leaf_hash, root

SIGNER = SigningKey(name=ORIGIN, seed=SEED)


def head_of(size: int, salt: bytes = b"") -> Checkpoint:
    leaves = [leaf_hash(salt + b"%d" % at) for at in range(size)]
    return Checkpoint(origin=ORIGIN, size=size, root=root(leaves))


def note_of(head: Checkpoint) -> bytes:
    return sign_note(head.text, SIGNER)


def first_body(size: int = 2) -> bytes:
    return BEGIN + f"{KEY}\n".encode() + note_of(head_of(size))


def entries_body(*entries: bytes) -> bytes:
    return ENTRIES + len(entries).to_bytes(2, "big") + encode_bundle(entries)


def chain(*bodies: bytes) -> bytes:
    before, content = NOTHING_BEFORE, b""
    for number, body in enumerate(bodies):
        frame = make_frame(number, before, body)
        before, content = frame.digest, content + frame.content
    return content


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return tmp_path / "a", tmp_path / "b"


@pytest.fixture
def both(paths: Paths) -> str:
    return f"{paths[0]}, {paths[1]}"


def told(paths: Paths, *bodies: bytes) -> object:
    for path in paths:
        path.write_bytes(chain(*bodies))
    return read_journals(paths, KEY)


def exactly(message: str) -> str:
    return f"^{re.escape(message)}$"


# -------------------------------------------------------------------- what a whole frame may say
@pytest.mark.parametrize(
    ("bodies", "number", "message"),
    [
        ((entries_body(b"one"),), 0, "does not begin the journal, or begins it twice"),
        ((first_body(), first_body()), 1, "does not begin the journal, or begins it twice"),
        ((first_body(), b"X"), 1, "has a body of kind b'X'"),
        ((first_body(), b""), 1, "has a body of kind b''"),
        (
            (BEGIN + b"n" * 300 + b"\n" + note_of(head_of(2)),),
            0,
            f"is of the log {b'n' * 200!r}, not of {KEY}",
        ),
        ((first_body(), ENTRIES + b"\x00\x02\x00\x00"), 1, "holds 1 entries, its path says 2"),
        ((first_body(), HEAD + note_of(head_of(2))), 1, "signs size 2 out of order"),
        ((first_body(), HEAD + note_of(head_of(3))), 1, "signs size 3 out of order"),
        (
            (first_body(), entries_body(b"a", b"b"), HEAD + note_of(head_of(5))),
            2,
            "signs size 5 out of order",
        ),
    ],
)
def test_a_frame_that_cannot_stand_there_halts_and_is_named(
    paths: Paths, bodies: tuple[bytes, ...], number: int, message: str
) -> None:
    with pytest.raises(HaltError, match=exactly(f"{paths[0]}: frame {number} {message}")):
        told(paths, *bodies)


def test_heads_and_entries_are_heard_in_their_order(paths: Paths) -> None:
    later = head_of(4)
    heard = told(paths, first_body(), entries_body(b"a", b"b"), HEAD + note_of(later))
    assert isinstance(heard, journal_module.Told)
    assert (heard.first, heard.entries, heard.damaged) == (2, (b"a", b"b"), ())
    assert heard.heads == (head_of(2), later)
    assert heard.content == paths[0].read_bytes()


def test_each_entry_has_the_hash_of_the_frame_that_holds_it(paths: Paths) -> None:
    heard = told(paths, first_body(), entries_body(b"a", b"b"), entries_body(b"c"))
    assert isinstance(heard, journal_module.Told)
    assert heard.entries == (b"a", b"b", b"c")
    first, second = (frame.digest for frame in heard.frames[1:])
    assert heard.digests == (first, first, second)


@pytest.mark.parametrize("early", [0, 1])
def test_a_crash_in_between_leaves_one_that_ends_where_the_other_begins(
    paths: Paths, early: int
) -> None:
    """One entry more than that head covers, and somebody has a receipt for what is nowhere else."""
    before = chain(first_body(2), entries_body(b"a", b"b"), HEAD + note_of(head_of(4)))
    paths[early].write_bytes(before)
    paths[1 - early].write_bytes(chain(first_body(4)))
    heard = read_journals(paths, KEY)
    assert heard is not None
    assert (heard.first, heard.entries, heard.heads) == (4, (), (head_of(4),))
    assert (heard.older, heard.damaged) == ((head_of(2), head_of(4)), (paths[early],))
    paths[early].write_bytes(chain(first_body(2), entries_body(b"a", b"b", b"c")))
    message = (
        f"{paths[early]}: goes on to entry 4, but the other journal begins anew at a head of 4: "
        "one of them is not of this time"
    )
    with pytest.raises(HaltError, match=exactly(message)):
        read_journals(paths, KEY)


def test_two_files_without_a_whole_frame_halt(paths: Paths) -> None:
    for path in paths:
        path.write_bytes(b"nothing")
    message = f"{paths[0]}: no whole frame at byte 0, and none in {paths[1]}"
    with pytest.raises(HaltError, match=exactly(message)):
        read_journals(paths, KEY)


def test_no_file_at_all_is_no_journal(paths: Paths) -> None:
    assert read_journals(paths, KEY) is None


def test_two_histories_are_named_by_frame_and_byte() -> None:
    first = chain(first_body())
    contents = [chain(first_body(), entries_body(b"a")), chain(first_body(), entries_body(b"b"))]
    message = f"a and b: frame 1 at byte {len(first)} is whole in both and not the same"
    with pytest.raises(HaltError, match=f"^{re.escape(message)}: two histories$"):
        merge(("a", "b"), contents)


def test_a_whole_frame_behind_a_gap_is_named() -> None:
    whole = chain(first_body(), entries_body(b"a"), entries_body(b"b"))
    first = len(chain(first_body()))
    second = len(chain(first_body(), entries_body(b"a")))
    torn = whole[:first] + bytes([whole[first] ^ 1]) + whole[first + 1 :]
    message = (
        f"a: frame 2 at byte {second} is whole, but the chain of both journals ends before it, "
        "after 1 frames: put a good copy in place"
    )
    with pytest.raises(HaltError, match=exactly(message)):
        merge(("a", "b"), [torn, torn])


def test_a_whole_frame_of_another_number_at_the_very_beginning_is_named() -> None:
    stray = make_frame(5, b"x" * 32, b"E").content
    with pytest.raises(HaltError, match=r"^a: frame 5 at byte 0 is whole, but the chain"):
        merge(("a", "b"), [stray, b""])


@pytest.mark.parametrize("before", [0, 3])
def test_a_stray_frame_in_a_copy_that_lost_its_beginning_is_named(before: int) -> None:
    """The other copy is whole and longer: what the stray one says was still written by somebody."""
    stray = b"?" * before + make_frame(9, b"x" * 32, b"E").content
    whole = chain(first_body(), entries_body(b"a" * 500))
    message = f"b: frame 9 at byte {before} is whole, but the chain of both journals ends before it"
    with pytest.raises(HaltError, match=f"^{re.escape(message)}, after 2 frames: put a good copy"):
        merge(("a", "b"), [whole, stray])


def test_a_next_frame_that_follows_another_is_named() -> None:
    first = chain(first_body())
    content = first + make_frame(1, b"x" * 32, entries_body(b"a")).content
    message = f"a: frame 1 at byte {len(first)} is whole, but the chain"
    with pytest.raises(HaltError, match=f"^{re.escape(message)}"):
        merge(("a", "b"), [content, first])


def test_a_frame_inside_the_body_of_a_frame_is_no_frame() -> None:
    inside = make_frame(7, b"x" * 32, b"E").content
    whole = chain(first_body(), entries_body(inside))
    damaged = bytes([whole[0] ^ 1]) + whole[1:]
    assert len(merge(("a", "b"), [damaged, whole])) == 2


def test_a_frame_is_read_only_where_it_is_whole() -> None:
    content = chain(first_body())
    assert frame_at(content, 0) == make_frame(0, NOTHING_BEFORE, first_body())
    assert frame_at(content, 1) is None
    assert frame_at(content[:-1], 0) is None
    assert frame_at(b"", 0) is None
    assert frame_at(b"x" + content, 1) == frame_at(content, 0)
    assert frame_at(content[:-1] + bytes([content[-1] ^ 1]), 0) is None


@pytest.mark.parametrize(("count", "widths"), [(0, []), (1, [1]), (256, [256]), (257, [256, 1])])
def test_entries_are_parted_into_what_a_frame_holds(count: int, widths: list[int]) -> None:
    parted = list(groups([b"%d" % at for at in range(count)]))
    assert [len(one) for one in parted] == widths
    assert [entry for one in parted for entry in one] == [b"%d" % at for at in range(count)]


# ------------------------------------------------------------------------------------- writing
def test_what_is_appended_is_read_back_from_both(paths: Paths) -> None:
    journals = Journals.begin(paths, KEY, note_of(head_of(2)))
    digest = journals.append_entries([b"a", b"b"])
    journals.append_head(head_of(4), note_of(head_of(4)))
    journals.close()
    journals.close()
    heard = read_journals(paths, KEY)
    assert heard is not None
    assert heard.frames[1].digest == digest
    assert (heard.entries, heard.heads) == ((b"a", b"b"), (head_of(2), head_of(4)))
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_one_root_for_each_size_ever(paths: Paths) -> None:
    journals = Journals.begin(paths, KEY, note_of(head_of(2)))
    before = paths[0].read_bytes()
    journals.append_head(head_of(2), note_of(head_of(2)))
    assert paths[0].read_bytes() == before
    for other in (head_of(2, b"other"), head_of(1)):
        message = f"{paths[0]}: holds a head of size 2 already"
        with pytest.raises(HaltError, match=exactly(message)):
            journals.append_head(other, note_of(other))
    journals.close()
    assert paths[0].read_bytes() == before


@pytest.mark.parametrize("which", [0, 1])
def test_journals_do_not_begin_over_one_that_is_there(paths: Paths, which: int) -> None:
    paths[which].write_bytes(b"")
    with pytest.raises(HaltError, match=exactly(f"{paths[which]}: is there already")):
        Journals.begin(paths, KEY, note_of(head_of(2)))
    assert not paths[1 - which].exists()


def test_a_disk_that_takes_a_byte_at_a_time_gets_every_byte(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    journals = Journals.begin(paths, KEY, note_of(head_of(2)))
    honest = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, content, at: honest(file, content[:7], at))
    journals.append_entries([b"a" * 40])
    journals.close()
    heard = read_journals(paths, KEY)
    assert heard is not None
    assert (heard.entries, heard.damaged) == ((b"a" * 40,), ())


def no_space(*_arguments: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_refuses_a_frame_names_both_journals(
    paths: Paths, both: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    journals = Journals.begin(paths, KEY, note_of(head_of(2)))
    monkeypatch.setattr(os, "fdatasync", no_space)
    with pytest.raises(DurabilityError, match=f"^{re.escape(both)}: .*No space left"):
        journals.append_entries([b"a"])
    journals.close()


@pytest.mark.parametrize("refusing", [0, 1])
def test_either_disk_may_refuse_and_the_other_one_has_answered_by_then(
    paths: Paths, both: str, monkeypatch: pytest.MonkeyPatch, refusing: int
) -> None:
    journals = Journals.begin(paths, KEY, note_of(head_of(2)))
    answered: list[Path] = []

    def fdatasync(file: int) -> None:
        path = Path(f"/proc/self/fd/{file}").readlink()
        if path == paths[refusing]:
            no_space()
        time.sleep(0.05)
        answered.append(path)

    monkeypatch.setattr(os, "fdatasync", fdatasync)
    with pytest.raises(DurabilityError, match=f"^{re.escape(both)}: .*No space left"):
        journals.append_entries([b"a"])
    assert answered == [paths[1 - refusing]]
    journals.close()


def test_both_journals_are_forced_at_the_same_time(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    journals = Journals.begin(paths, KEY, note_of(head_of(2)))
    meet = threading.Barrier(2, timeout=10)
    monkeypatch.setattr(os, "fdatasync", lambda _file: meet.wait())
    journals.append_entries([b"a"])
    journals.close()


@pytest.mark.parametrize("name", ["write_file", "sync_directory"])
def test_a_disk_that_refuses_while_healing_names_both_journals(
    paths: Paths, both: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    Journals.begin(paths, KEY, note_of(head_of(2))).close()
    paths[1].unlink()
    heard = read_journals(paths, KEY)
    assert heard is not None
    assert heard.damaged == (paths[1],)
    monkeypatch.setattr(journal_module, name, no_space)
    with pytest.raises(DurabilityError, match=f"^{re.escape(both)}: .*No space left"):
        Journals.heal(paths, heard, KEY)


def keeps_nothing(_folder: Path, _name: str, _content: bytes) -> None:
    """Say that it is written, as a broken disk may."""


def keeps_half(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content[: len(content) // 2])


def keeps_one_more(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content + make_frame(1, content[-32:], entries_body(b"a")).content)


@pytest.mark.parametrize("lie", [keeps_nothing, keeps_one_more])
def test_what_is_read_back_otherwise_is_not_durable(
    paths: Paths, both: str, monkeypatch: pytest.MonkeyPatch, lie: Callable[..., None]
) -> None:
    monkeypatch.setattr(journal_module, "write_file", lie)
    with pytest.raises(DurabilityError, match=exactly(f"{both}: read back otherwise than written")):
        Journals.begin(paths, KEY, note_of(head_of(2)))


def test_a_copy_that_lost_its_second_half_is_not_durable(
    paths: Paths, both: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Journals.begin(paths, KEY, note_of(head_of(2))).close()
    paths[1].unlink()
    heard = read_journals(paths, KEY)
    assert heard is not None
    monkeypatch.setattr(journal_module, "write_file", keeps_half)
    with pytest.raises(DurabilityError, match=exactly(f"{both}: read back otherwise than written")):
        Journals.heal(paths, heard, KEY)


# ------------------------------------------------------------------------------- folder and keys
def test_a_file_is_written_through_a_name_beside_it(tmp_path: Path) -> None:
    write_file(tmp_path, "a/b/c", b"one")
    write_file(tmp_path, "a/b/c", b"two")
    assert [name for name, _ in walk(tmp_path)] == ["a/b/c"]
    assert read_file(tmp_path, "a/b/c", 3) == b"two"
    with pytest.raises(FormatError, match=exactly("is larger than 2 bytes")):
        read_file(tmp_path, "a/b/c", 2)


def test_everything_that_is_written_is_forced_to_disk_and_its_names_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[str] = []
    honest = os.fsync

    def fsync(file: int) -> None:
        forced.append(str(Path(f"/proc/self/fd/{file}").readlink()))
        honest(file)

    monkeypatch.setattr(os, "fsync", fsync)
    write_file(tmp_path, "a/b/c", b"one")
    here = str(tmp_path)
    assert forced == [here, f"{here}/a", f"{here}/a/b/c.tmp", f"{here}/a/b"]
    forced.clear()
    make_directories(tmp_path / "a")
    assert forced == []


def test_walking_names_files_links_and_empty_folders_in_order(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a"):
        write_file(tmp_path, name, b"")
    (tmp_path / "c").mkdir()
    (tmp_path / "d").symlink_to("b")
    found = dict(walk(tmp_path))
    assert sorted(found) == ["a", "b/1", "b/2", "c/", "d"]
    assert stat.S_ISLNK(found["d"].st_mode)
    assert stat.S_ISDIR(found["c/"].st_mode)
    assert dict(walk(tmp_path / "c")) == {}


def test_a_key_file_is_its_owners_alone_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "m.key"
    write_key(path, SEED)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == SEED.hex().encode() + b"\n"
    with pytest.raises(FileExistsError):
        write_key(path, bytes(32))
    assert read_key(path) == SEED
    for mode in (0o640, 0o604, 0o610, 0o601):
        path.chmod(mode)
        message = f"{path} may be read by others than its owner: chmod 600 {path}"
        with pytest.raises(FormatError, match=exactly(message)):
            read_key(path)
    path.chmod(0o600)
    path.write_bytes(b"\xff" * 64 + b"\n")
    message = f"{path} is no key file: 64 hex digits and a newline"
    with pytest.raises(FormatError, match=exactly(message)):
        read_key(path)
