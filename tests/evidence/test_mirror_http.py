"""A mirror as others meet it: files, `add-checkpoint` of C2SP tlog-witness, and `compare`."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from mission_worlds import KEY, SEED, mission
from test_mirror import NAME, NOW_S, SERVED, copied, entries_of, grow, head_served, pulled, started

from truceline.evidence.fraud import Outcome, check
from truceline.evidence.keys import SigningKey
from truceline.evidence.mirror import Mirror, MirrorError
from truceline.evidence.mirror_http import Answer, answer_get, answer_post
from truceline.evidence.note import Checkpoint, open_checkpoint, sign_note
from truceline.evidence.strict import encode_base64
from truceline.evidence.tree import consistency_proof, leaf_hash
from truceline.pipeline.mirror import (
    levels,
    mirror_key,
    open_mirror,
    pull_once,
    serve_mirror,
    source_of,
    standing,
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return mission(tmp_path / "log")


@pytest.fixture
def mirror(tmp_path: Path, log: Path) -> Iterator[Mirror]:
    with started(tmp_path / "store") as opened:
        pulled(opened, log)
        yield opened


def request(old: int, log: Path, proof: list[bytes] | None = None) -> bytes:
    """Ask a mirror, as a log would, to look at its new head."""
    note = (log / "log" / "checkpoint").read_bytes()
    size = open_checkpoint(note, KEY).size
    leaves = [leaf_hash(entry) for entry in entries_of(log / "log", size)]
    steps = consistency_proof(leaves, old) if proof is None else proof
    lines = [f"old {old}", *map(encode_base64, steps), "", ""]
    return "\n".join(lines).encode() + note


def asked(mirror: Mirror, body: bytes) -> tuple[int, str, bytes]:
    answer = answer_post(mirror, "/add-checkpoint", body)
    return answer.status, answer.kind, answer.body


# ----------------------------------------------------------------------------- add-checkpoint
def test_a_head_that_continues_makes_the_mirror_look_and_is_not_signed_yet(
    mirror: Mirror, log: Path
) -> None:
    answer = answer_post(mirror, "/add-checkpoint", request(7, grow(log, 5)))
    assert answer == Answer(status=200, look=True)
    assert head_served(mirror.store)[0].size == 7


def test_another_old_size_is_a_conflict_that_says_the_right_one(mirror: Mirror, log: Path) -> None:
    assert asked(mirror, request(0, grow(log, 5))) == (409, "text/x.tlog.size", b"7\n")


def test_another_root_of_the_same_size_is_a_conflict_and_is_kept_as_proof(
    mirror: Mirror, log: Path
) -> None:
    other = grow(copied(log, "other"), 5, salt="other")
    pulled(mirror, grow(log, 5))
    assert asked(mirror, request(12, other))[0] == 409
    assert len(mirror.frauds()) == 1


def test_a_proof_that_does_not_verify_is_unprocessable(mirror: Mirror, log: Path) -> None:
    grow(log, 5)
    assert asked(mirror, request(7, log, [b"x" * 32]))[0] == 422
    assert asked(mirror, request(7, log, []))[0] == 422


def test_an_unknown_log_is_not_found_and_a_false_signature_forbidden(mirror: Mirror) -> None:
    other = Checkpoint(origin="truceline.example/other", size=9, root=b"r" * 32)
    body = b"old 7\n\n" + sign_note(other.text, SigningKey(name=other.origin, seed=SEED))
    assert asked(mirror, body)[0] == 404
    forged = Checkpoint(origin=KEY.name, size=9, root=b"r" * 32)
    body = b"old 7\n\n" + sign_note(forged.text, SigningKey(name=KEY.name, seed=b"f" * 32))
    assert asked(mirror, body)[0] == 403


@pytest.mark.parametrize(
    "head",
    [b"", b"old 8\n\n", b"old 07\n\n", b"old x\n\n", b"new 7\n\n", b"old 7\n?\n\n", b"\xff\n\n",
     b"old 7\n" + b"eHg=\n" * 64 + b"\n"],
)  # fmt: skip
def test_a_request_out_of_form_is_bad(mirror: Mirror, log: Path, head: bytes) -> None:
    note = (log / "log" / "checkpoint").read_bytes()
    assert asked(mirror, head + note)[0] == 400


def test_what_is_too_long_or_unknown_is_not_read(mirror: Mirror) -> None:
    assert answer_post(mirror, "/add-checkpoint", b"x" * 1_100_000).status == 413
    assert answer_post(mirror, "/add-entries", b"").status == 404


# ------------------------------------------------------------------------------------ compare
def test_compare_says_same_log_cannot_tell_or_proves_a_fork(mirror: Mirror, log: Path) -> None:
    def compared(source: Path) -> Answer:
        note = (source / "log" / "checkpoint").read_bytes()
        return answer_post(mirror, "/compare", note)

    old = copied(log, "old")
    other = grow(copied(log, "other"), 2, salt="other")
    pulled(mirror, grow(log, 3))
    assert json.loads(compared(old).body)["same_log"] is True
    assert json.loads(compared(log).body)["same_log"] is True
    assert json.loads(compared(grow(copied(log, "new"), 1)).body)["same_log"] is None
    answer = compared(other)
    assert answer.status == 409
    assert check(answer.body, [KEY]).outcome is Outcome.PROVEN
    assert answer_get(mirror, f"/{mirror.frauds()[0]}").body == answer.body
    assert answer_post(mirror, "/compare", b"?").status == 400


# -------------------------------------------------------------------------------------- files
def test_only_files_of_the_log_and_proofs_can_be_had(mirror: Mirror) -> None:
    assert answer_get(mirror, f"/{SERVED}/checkpoint").status == 200
    assert answer_get(mirror, f"/{SERVED}/tile/entries/000.p/7").status == 200
    for path in [
        "/", "//", "/checkpoint", f"/{SERVED}", f"/{SERVED}/", f"/{SERVED}/tile/0/000",
        f"/{SERVED}/../../store.key", "/../store.key", "/../store.promise", "/fraud/",
        f"/{SERVED}/tile/0/../../checkpoint", "/fraud/../../store.key", "/%2e%2e/store.key",
        f"/{'0' * 64}/checkpoint", f"/fraud/{'0' * 64}.json",
    ]:  # fmt: skip
        assert answer_get(mirror, path).status == 404, path


# ------------------------------------------------------------------------- over the network
def test_a_mirror_is_served_pulls_by_itself_and_is_a_source_for_the_next(
    tmp_path: Path, log: Path
) -> None:
    opened = open_mirror(tmp_path / "store", name=NAME, log_key=str(KEY))
    stop, listening, advanced = threading.Event(), threading.Event(), threading.Event()
    said: list[str] = []
    address: list[str] = []

    def told(line: str, sound: bool) -> None:
        assert sound
        said.append(line)
        if "held 12" in line:
            advanced.set()

    def begun(where: str) -> None:
        address.append(where)
        listening.set()

    serving = threading.Thread(
        target=serve_mirror,
        args=(opened, str(log)),
        kwargs={"host": "127.0.0.1", "port": 0, "every_s": 0.05, "started": begun,
                "told": told, "stop": stop},
    )  # fmt: skip
    serving.start()
    try:
        assert listening.wait(20)
        grow(log, 5)
        assert advanced.wait(20)
        base = address[0].removesuffix("/checkpoint")
        root = base.removesuffix(f"/{SERVED}")
        with started(tmp_path / "second") as second:
            assert second.pull(source_of(f"{base}/"), NOW_S).size == 12
        note = (log / "log" / "checkpoint").read_bytes()
        assert httpx.post(f"{root}/compare", content=note).json()["same_log"] is True
        assert httpx.post(f"{root}/add-checkpoint", content=request(12, log)).status_code == 200
        assert httpx.get(f"{root}/../store.key").status_code == 404
        assert httpx.post(f"{root}/compare", content=iter([b"x"])).status_code == 413
    finally:
        stop.set()
        serving.join(20)
    assert not serving.is_alive()
    assert standing(tmp_path / "store").size == 12


def test_a_source_that_is_not_there_is_told(tmp_path: Path) -> None:
    line_of_nothing = source_of("http://127.0.0.1:9/log")
    with started(tmp_path / "store") as mirror, pytest.raises(Exception, match="refused"):
        mirror.pull(line_of_nothing, NOW_S)


def test_pull_once_sets_up_and_then_insists_on_what_was_set_up(tmp_path: Path, log: Path) -> None:
    store = tmp_path / "mirrors" / "one"
    with pytest.raises(MirrorError, match="--name and --log-key"):
        pull_once(store, str(log))
    line, sound = pull_once(store, str(log), name=NAME, log_key=str(KEY))
    assert sound
    assert line.startswith("advanced: 7 new entries; held 7, root ")
    assert pull_once(store, str(log))[0].startswith("unchanged")
    with pytest.raises(MirrorError, match="is the mirror"):
        pull_once(store, str(log), name="another")
    with pytest.raises(MirrorError, match="mirrors the log"):
        pull_once(store, str(log), log_key="another")
    assert store.with_name("one.key").stat().st_mode & 0o077 == 0
    other = grow(Path(shutil.copytree(log, tmp_path / "other")), 3, salt="other")
    pull_once(store, str(grow(log, 3)))
    line, sound = pull_once(store, str(other))
    assert not sound
    assert line.startswith("fork proven: the log signed two roots of size 10")
    assert len(standing(store).frauds) == 1


def test_levels_are_those_that_the_mirrors_of_a_policy_reached_on_ones_own_history(
    tmp_path: Path, log: Path
) -> None:
    other = grow(copied(log, "other"), 3, salt="other")
    lines = [f"log {KEY}"]
    sizes = {"m0": 10, "m1": 9, "m2": 7, "m3": None}
    sources = {"m0": [log], "m1": [log], "m2": [log], "m3": [other]}
    for name, (source,) in sources.items():
        pull_once(tmp_path / name, str(source), name=name, log_key=str(KEY))
        with open_mirror(tmp_path / name) as opened:
            lines.append(f"witness {name} {mirror_key(opened)} {tmp_path / name}")
    policy = tmp_path / "policy"
    policy.write_text("\n".join([*lines, "group g 3 m0 m1 m2 m3", "quorum g", ""]))
    found = levels(tmp_path / "m0", policy)
    assert found.reached == {"C": 7, "D": 7}
    assert found.mirrors == {"m0": 7, "m1": 7, "m2": 7, "m3": None}
    assert (found.undisputed, found.withheld_by) == (None, ())
    for name, count in [("m1", 2), ("m0", 1)]:
        grow(log, count)
        pull_once(tmp_path / name, str(log))
    found = levels(tmp_path / "m0", policy)
    assert (found.reached, found.mirrors) == ({"C": 9, "D": 7}, sizes)
    # m1 is a party's mirror and m3 a neutral one, which was shown another history.
    groups = ["group parties 1 m1", "group g 3 m0 parties m2 m3", "quorum g", ""]
    policy.write_text("\n".join([*lines, *groups]))
    found = levels(tmp_path / "m0", policy)
    assert (found.undisputed, found.withheld_by) == (7, ())
    groups = ["group neutral 1 m3", "group g 3 m0 m1 m2 neutral", "quorum g", ""]
    policy.write_text("\n".join([*lines, *groups]))
    found = levels(tmp_path / "m0", policy)
    assert (found.reached["D"], found.undisputed, found.withheld_by) == (7, 0, ("m3",))
