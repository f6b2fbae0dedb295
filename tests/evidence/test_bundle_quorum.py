"""Cosignatures and a policy in a bundle: the one-file verifier and the library say the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bundle_quorums import (
    FOUR,
    Quorum,
    bundle_of_policy,
    made,
    policies,
    policy,
    sound_policies,
    sound_quorums,
    spoiled_policies,
    spoiled_quorums,
    told_by_library,
)
from bundle_worlds import DERIVED, MIRRORS, POLICY, contents_of, make_mission, opened
from bundle_writers import policy_bytes, policy_mutations
from hypothesis import given, settings
from hypothesis import strategies as st
from mission_worlds import KEY, SEED

from truceline.evidence.bundle import Backing, cosignature_lines, make_bundle
from truceline.evidence.cosignature import add_signatures, cosign
from truceline.evidence.folder import CHECKPOINT
from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.policy import read_policy
from truceline.evidence.strict import FormatError
from truceline.evidence.verifiers import verify_bundle

PROGRAM = Path(verify_bundle.__file__)
CHANGED = 400


def told(one: Quorum) -> str:
    """Give what the verifier says of the mirrors, or "refused"."""
    try:
        return str(verify_bundle.verify(one.bundle, None, one.given).standing)
    except verify_bundle.Wrong:
        return "refused"


@pytest.mark.parametrize("name", sound_quorums())
def test_tells_the_level_as_the_library_does(name: str) -> None:
    one = sound_quorums()[name]
    said = told(one)
    assert said.startswith(f"level {one.level},")
    assert said == told_by_library(one)


@pytest.mark.parametrize("name", spoiled_quorums())
def test_refuses_what_breaks_a_rule_of_mirrors_and_policy(name: str) -> None:
    assert told(spoiled_quorums()[name]) == "refused"


@pytest.mark.parametrize("name", spoiled_policies())
def test_no_policy_for_the_library_is_none_for_the_verifier(name: str) -> None:
    content = spoiled_policies()[name].encode()
    with pytest.raises(FormatError):
        read_policy(content)
    with pytest.raises(verify_bundle.Wrong):
        verify_bundle.read_policy(content, "policy")


@pytest.mark.parametrize("name", sound_policies())
def test_a_policy_for_the_library_is_one_for_the_verifier(name: str) -> None:
    one = Quorum(made(sound_policies()[name]), "")
    assert told(one) == told_by_library(one)
    assert told(one).startswith("level R, policy not pinned")


@settings(max_examples=150, deadline=None)
@given(policies(), st.booleans())
def test_library_and_verifier_agree_on_any_policy(
    made_up: tuple[str, list[int]], pinned: bool
) -> None:
    text, signed = made_up
    given_ = text.encode() if pinned else None
    one = Quorum(bundle_of_policy(text, signed), "", given_)
    assert told(one) == told_by_library(one)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 600), st.integers(0, 40))
def test_library_and_verifier_agree_on_any_bytes(noise: bytes, at: int, gone: int) -> None:
    content = policy(4, FOUR).encode()
    content = content[:at] + noise + content[at + gone :]

    def taken(read: object) -> bool:
        try:
            read(content)  # type: ignore[operator]
        except (FormatError, verify_bundle.Wrong):
            return False
        return True

    assert taken(read_policy) == taken(lambda one: verify_bundle.read_policy(one, "policy"))


def test_a_changed_byte_of_the_bundles_own_policy_changes_nothing_for_who_has_another() -> None:
    one = sound_quorums()["given, stricter"]
    assert one.given is not None
    expected, seen = told(one), set()
    for bundle in policy_mutations(one.bundle, CHANGED, 7):
        seen.add(told(Quorum(bundle, "", one.given)))
    assert seen == {"refused", expected}


def test_the_policys_bytes_are_those_between_its_quotes() -> None:
    bundle = sound_quorums()["level D"].bundle
    inside = policy_bytes(bundle)
    assert bundle[inside.start : inside.stop].startswith(b"log truceline.example/")
    assert bundle[inside.stop :].startswith(b'","records":')
    assert len(policy_bytes(made(None))) == 0


# ------------------------------------------------------------------------------- the program
def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", str(PROGRAM), *arguments],
        cwd=folder, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_the_program_takes_a_policy_had_from_elsewhere(tmp_path: Path) -> None:
    one = sound_quorums()["given, stricter"]
    (tmp_path / "one.bundle").write_bytes(one.bundle)
    (tmp_path / "policy").write_bytes(one.given or b"")
    (tmp_path / "bad").write_bytes(b"quorum nobody\n")
    (tmp_path / "other").write_bytes(spoiled_quorums()["given, of another log"].given or b"")
    pinned = run(tmp_path, "one.bundle", "--policy", "policy")
    assert (pinned.returncode, pinned.stderr) == (0, "")
    assert "\nmirrors: level C, policy given: 3 of 4 counted mirrors cosigned; " in pinned.stdout
    assert "whoever made the bundle chose" not in pinned.stdout
    unpinned = run(tmp_path, "one.bundle")
    assert "\nmirrors: level D, policy not pinned: 3 of 4 counted" in unpinned.stdout
    assert "came with the bundle, which whoever made the bundle chose" in unpinned.stdout
    for name in ("bad", "missing"):
        failed = run(tmp_path, "one.bundle", "--policy", name)
        assert (failed.returncode, failed.stdout) == (2, "")
    other = run(tmp_path, "one.bundle", "--policy", "other")
    assert other.returncode == 1
    assert "--policy: does not name the log" in other.stderr


# ------------------------------------------------------------------------------ making them
def test_what_the_house_writes_carries_the_lines_in_the_policys_order(tmp_path: Path) -> None:
    world = make_mission(tmp_path / "mission")
    with Ledger.open(tmp_path / "mission") as ledger:
        note = (tmp_path / "mission" / CHECKPOINT).read_bytes()
        head = ledger.checkpoint
        assert head is not None
        earlier = add_signatures(note, [cosign(head.text, MIRRORS[1], 90)])
        notes = {
            "M3": add_signatures(note, [cosign(head.text, MIRRORS[3], 30)]),
            "M1": add_signatures(earlier, [cosign(head.text, MIRRORS[1], 60)]),
            "M0": add_signatures(note, [cosign(head.text, MIRRORS[0], 10)]),
        }
        backing = Backing(policy=POLICY, notes={name: one.decode() for name, one in notes.items()})
        bundle = make_bundle(ledger, contents_of(world), DERIVED, backing)
    lines = opened(bundle)["checkpoint"].splitlines()[4:]
    assert [line.split()[1] for line in lines] == [
        KEY.name, "m0.example", "m1.example", "m3.example",
    ]  # fmt: skip
    said = told(Quorum(bundle, "", POLICY.encode()))
    assert said.startswith("level D, policy given: 3 of 4 counted mirrors cosigned")
    # The latest line of M1 counts; the median of 10, 30 and 90 lies in the second that 30 begins.
    assert "not after 1970-01-01T00:00:31Z" in said


def test_mirrors_that_stand_behind_another_head_are_left_out_and_named(tmp_path: Path) -> None:
    make_mission(tmp_path / "mission")
    note = (tmp_path / "mission" / CHECKPOINT).read_bytes()
    text = note.decode().split("\n\n")[0] + "\n"
    log = SigningKey(name=KEY.name, seed=SEED)
    other = sign_note(Checkpoint(origin=KEY.name, size=1, root=bytes(32)).text, log)
    past = other.decode().split("\n\n")[0] + "\n"
    notes = {
        "M0": add_signatures(other, [cosign(past, MIRRORS[0], 5)]),
        "M1": note,
        "M2": add_signatures(note, [cosign(text, MIRRORS[2], 2**37)]),
    }
    backing = Backing(policy=POLICY, notes={name: one.decode() for name, one in notes.items()})
    lines, left_out = cosignature_lines(text, KEY, backing)
    assert lines == ()
    assert left_out == {
        "M0": "stands behind another head, of 1 entries",
        "M1": "has not put its signature under the head that it serves",
        "M2": "says that it signed at 137438953472 s, which is no time",
        "M3": "has given no cosigned head",
    }
