"""The Go verifier, built with Debian's Go, agrees with the one-file Python one on every bundle."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from bundle_quorums import (
    Quorum,
    bundle_of_policy,
    made,
    policies,
    sound_policies,
    sound_quorums,
    spoiled_quorums,
    told_by_library,
)
from bundle_worlds import FIRST, SIGNED_BY, bundle_of
from bundle_writers import (
    TABLE,
    World,
    canonical,
    mutations,
    signed_by_nobody_sound,
    sound_signer,
    spoiled_bundles,
    valid_bundles,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from truceline.evidence.verifiers import verify_bundle

SOURCE = Path(verify_bundle.__file__).parent / "go"
GOPATH = Path("/usr/share/gocode")
TOGETHER = "apt-get install golang-go golang-golang-x-mod-dev"
GO = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": ""}
# The whole campaign of 10,000 is benchmarks/bench_bundle_elsewhere.py.
MUTATED = 300
SEED = 20_260_106

pytestmark = [
    pytest.mark.skipif(not shutil.which("go"), reason=f"no Go: run `{TOGETHER}`"),
    pytest.mark.skipif(
        not (GOPATH / "src/golang.org/x/mod/sumdb").is_dir(),
        reason=f"no golang.org/x/mod in {GOPATH}: run `{TOGETHER}`",
    ),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("go") / "verify_bundle"
    environment = {**GO, "GOCACHE": str(tmp_path_factory.mktemp("cache"))}
    subprocess.run(["go", "build", "-o", built, "."], cwd=SOURCE, env=environment, check=True)
    subprocess.run(["go", "vet", "."], cwd=SOURCE, env=environment, check=True)
    return built


def run(program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, encoding="utf-8"
    )


def verdicts(program: Path, folder: Path, bundles: Mapping[str, bytes], *options: str) -> list[str]:
    """Give "0" or "1" and the rule for each bundle, from one run of the program."""
    paths = []
    for at, bundle in enumerate(bundles.values()):
        path = folder / f"{at}.bundle"
        path.write_bytes(bundle)
        paths.append(str(path))
    done = subprocess.run(
        [program, *options, "--batch"],
        input="\n".join(paths),
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    answers = [line.split("\t") for line in done.stdout.splitlines()]
    assert [path for _, path, _ in answers] == paths
    return [f"{code} {why}" for code, _, why in answers]


def python_accepts(bundle: bytes, pinned: str | None = None) -> bool:
    try:
        verify_bundle.verify(bundle, pinned)
    except verify_bundle.Wrong:
        return False
    return True


def test_source_is_formatted() -> None:
    done = subprocess.run(["gofmt", "-l", SOURCE], capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_shares_no_code_and_needs_only_go_and_its_transparency_log() -> None:
    listed = subprocess.run(
        ["go", "list", "-f", '{{join .Imports "\\n"}}', "."],
        cwd=SOURCE,
        env=GO,
        capture_output=True,
        text=True,
        check=True,
    )
    foreign = {name for name in listed.stdout.split() if "." in name.split("/")[0]}
    assert foreign == {"golang.org/x/mod/sumdb/note", "golang.org/x/mod/sumdb/tlog"}


def test_accepts_what_is_right(program: Path, tmp_path: Path) -> None:
    bundles = valid_bundles()
    answers = dict(zip(bundles, verdicts(program, tmp_path, bundles), strict=True))
    alone = "0 level R, no policy: nothing is known beyond the log's own signature"
    assert answers == dict.fromkeys(bundles, alone)
    assert [name for name, bundle in bundles.items() if not python_accepts(bundle)] == []


def quorum_verdicts(program: Path, folder: Path, quorums: Mapping[str, Quorum]) -> dict[str, str]:
    """Give the answers on bundles of which each may have a policy of its reader's."""
    found: dict[str, str] = {}
    for given_ in {one.given for one in quorums.values()}:
        bundles = {name: one.bundle for name, one in quorums.items() if one.given == given_}
        (folder / "policy").write_bytes(given_ or b"")
        options = [] if given_ is None else ["--policy", str(folder / "policy")]
        found.update(zip(bundles, verdicts(program, folder, bundles, *options), strict=True))
    return found


def test_tells_the_level_as_the_library_does(program: Path, tmp_path: Path) -> None:
    quorums = {
        **sound_quorums(),
        **{name: Quorum(made(text), "R") for name, text in sound_policies().items()},
    }
    expected = {name: f"0 {told_by_library(one)}" for name, one in quorums.items()}
    assert quorum_verdicts(program, tmp_path, quorums) == expected


def test_refuses_what_breaks_a_rule_of_mirrors_and_policy(program: Path, tmp_path: Path) -> None:
    quorums = spoiled_quorums()
    answers = quorum_verdicts(program, tmp_path, quorums)
    assert {name: answer[:4] for name, answer in answers.items()} == {
        name: f"1 {one.level} " for name, one in quorums.items()
    }


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(policies(), min_size=20, max_size=40))
def test_agrees_with_the_library_on_any_policy(
    program: Path, tmp_path: Path, made_up: list[tuple[str, list[int]]]
) -> None:
    quorums = {
        str(at): Quorum(bundle_of_policy(text, signed), "", text.encode() if at % 2 else None)
        for at, (text, signed) in enumerate(made_up)
    }
    expected = {name: told_by_library(one) for name, one in quorums.items()}
    for at, one in [(name, one) for name, one in quorums.items() if one.given is not None]:
        if expected[at] == "refused":  # Who gives a policy that is none has made an error: code 2.
            quorums[at] = Quorum(one.bundle, "")
    answers = quorum_verdicts(program, tmp_path, quorums)
    assert {
        name: answer[2:] if answer.startswith("0 ") else "refused"
        for name, answer in answers.items()
    } == expected


def test_takes_a_policy_had_from_elsewhere(program: Path, tmp_path: Path) -> None:
    one = sound_quorums()["given, stricter"]
    path, given_, bad = tmp_path / "one.bundle", tmp_path / "policy", tmp_path / "bad"
    path.write_bytes(one.bundle)
    given_.write_bytes(one.given or b"")
    bad.write_bytes(b"quorum nobody\n")
    pinned = run(program, "--policy", given_, path)
    assert (pinned.returncode, pinned.stderr) == (0, "")
    assert "\nmirrors   level C, policy given: 3 of 4 counted mirrors cosigned; " in pinned.stdout
    assert "whoever made the bundle chose" not in pinned.stdout
    unpinned = run(program, path)
    assert "\nmirrors   level D, policy not pinned: 3 of 4 counted" in unpinned.stdout
    assert "came with the bundle, which whoever made the bundle chose" in unpinned.stdout
    for name in (bad, tmp_path / "missing"):
        failed = run(program, "--policy", name, path)
        assert (failed.returncode, failed.stdout) == (2, "")
        assert failed.stderr.startswith("error: --policy ")


def test_accepts_what_the_house_writes(program: Path, tmp_path: Path) -> None:
    path = tmp_path / "house.bundle"
    path.write_bytes(bundle_of(tmp_path / "mission"))
    told = run(program, "--key", SIGNED_BY, path)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"VERIFIED\nabout     {FIRST}\n")


def test_refuses_whatever_breaks_a_rule(program: Path, tmp_path: Path) -> None:
    bundles = spoiled_bundles()
    answers = dict(zip(bundles, verdicts(program, tmp_path, bundles), strict=True))
    assert [name for name, answer in answers.items() if not answer.startswith("1 ")] == []
    assert [name for name, bundle in bundles.items() if python_accepts(bundle)] == []


def test_refuses_keys_and_signatures_that_nobody_sound_would_have(
    program: Path, tmp_path: Path
) -> None:
    """ "Only a point of prime order" and "R is not of small order", at the rule that says so."""
    cases = signed_by_nobody_sound()
    bundles = {name: bundle for name, (_, bundle) in cases.items()}
    answers = dict(zip(bundles, verdicts(program, tmp_path, bundles), strict=True))
    wrong = {
        name: answer
        for name, answer in answers.items()
        if not answer.startswith(f"1 {cases[name][0]} ")
    }
    assert wrong == {}
    assert [name for name, bundle in bundles.items() if python_accepts(bundle)] == []


def test_refuses_every_changed_byte(program: Path, tmp_path: Path) -> None:
    whole = canonical(World().bundle())
    bundles = dict(mutations(whole, MUTATED, SEED))
    assert len(bundles) >= 200
    assert whole not in bundles.values()
    answers = dict(zip(bundles, verdicts(program, tmp_path, bundles), strict=True))
    assert [name for name, answer in answers.items() if not answer.startswith("1 ")] == []
    assert [name for name, bundle in bundles.items() if python_accepts(bundle)] == []


def test_pins_the_signer(program: Path, tmp_path: Path) -> None:
    """Exit code 0: verified. 1: not, and why. 2: an error, a `--key` that is no key among them."""
    path = tmp_path / "sound.bundle"
    path.write_bytes(canonical(World().bundle()))
    ours, other = sound_signer().text, sound_signer(b"s" * 32).text

    unpinned = run(program, path)
    assert (unpinned.returncode, unpinned.stderr) == (0, "")
    assert unpinned.stdout.startswith("CONSISTENT, SIGNER NOT PINNED")
    pinned = run(program, "--key", ours, path)
    assert pinned.returncode == 0
    assert pinned.stdout.startswith("VERIFIED\n")
    wrong = run(program, "--key", other, path)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("NOT VERIFIED: 2 key: the bundle is signed by")
    assert not python_accepts(path.read_bytes(), other)
    for arguments in (["--key", ours[:-4], path], ["--key", "", path], [tmp_path / "none"], []):
        failed = run(program, *arguments)
        assert (failed.returncode, failed.stdout) == (2, "")
        assert failed.stderr.startswith("error: ")


def test_tells_in_plain_words_what_was_found_right(program: Path, tmp_path: Path) -> None:
    path = tmp_path / "hostile.bundle"
    hostile = TABLE.replace("Бахмут".encode(), b"\x1b[31m \xff")
    documents = {**World().documents, "firms/day.csv": hostile}
    path.write_bytes(canonical(World(documents=documents).bundle()))
    told = run(program, path)
    assert told.returncode == 0
    assert "96.1234 %" in told.stdout
    assert "words        All fire shall cease. Вогонь припиняється." in told.stdout
    assert "firms/day.csv, SHA-256" in told.stdout
    assert "  48.1,37.5\n" in told.stdout
    assert "48.2,37.6,\\u001b[31m \N{REPLACEMENT CHARACTER}\n" in told.stdout
    assert "\x1b" not in told.stdout
