"""The Go verifier, built with Debian's Go, agrees with the one-file Python one on every bundle."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
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
    assert answers == dict.fromkeys(bundles, "0 ")
    assert [name for name, bundle in bundles.items() if not python_accepts(bundle)] == []


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
