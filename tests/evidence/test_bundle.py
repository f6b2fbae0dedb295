"""Making a bundle: it holds what it must, and a damaged mission gives none."""

from __future__ import annotations

import base64
import dataclasses
from pathlib import Path

import pytest
from bundle_worlds import (
    AGREEMENT,
    CITED,
    CSV,
    DERIVED,
    FIRST,
    GZIP,
    SECOND,
    bundle_of,
    contents_of,
    hash_of,
    make_mission,
    opened,
)
from mission_worlds import KEY, SEED

from truceline.evidence import bundle as making
from truceline.evidence.bundle import make_bundle
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.note import read_note, sign_note
from truceline.evidence.proof import check_proof, write_proof
from truceline.evidence.strict import FormatError
from truceline.records.canonical import canonical


def test_holds_each_cited_file_once_with_a_proof_that_its_entry_stands_in_the_log(
    tmp_path: Path,
) -> None:
    raw = opened(bundle_of(tmp_path / "mission"))
    files = [base64.b64decode(one["content"]) for one in raw["entries"]]
    assert {hash_of(one) for one in files} >= {hash_of(one) for one in (AGREEMENT, CSV, GZIP)}
    assert b"nobody cites this\n" not in files
    assert b"an older file" not in files
    for one in raw["entries"]:
        path = [base64.b64decode(step) for step in one["path"]]
        proof = write_proof(one["index"], path, raw["checkpoint"].encode())
        assert check_proof(proof, base64.b64decode(one["entry"]), KEY)[0] == one["index"]


def test_holds_the_incident_all_findings_on_it_and_all_it_cites(tmp_path: Path) -> None:
    raw = opened(bundle_of(tmp_path / "mission"))
    assert [(one["path"], one["line"]) for one in raw["records"]] == [
        ("incidents.jsonl", 2),
        ("findings.jsonl", 1),
        ("findings.jsonl", 3),
    ]
    assert [one["observation"] for one in raw["citations"]] == [*CITED]
    assert [one["line"] for one in raw["citations"]] == [1, 3]


def test_the_same_mission_gives_the_same_bytes_in_canonical_form(tmp_path: Path) -> None:
    world = make_mission(tmp_path / "mission")
    bundles = set()
    for _ in range(2):
        with Ledger.open(tmp_path / "mission") as ledger:
            bundles.add(make_bundle(ledger, contents_of(world), DERIVED))
    assert len(bundles) == 1
    assert canonical(opened(bundles.copy().pop())) in bundles


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(lambda path: path.write_bytes(b"{}\n"), "not the file", id="changed"),
        pytest.param(Path.unlink, "cannot be bundled", id="gone"),
    ],
)
@pytest.mark.parametrize(
    "name",
    ["derived/findings.jsonl", f"originals/{hash_of(CSV)[:2]}/{hash_of(CSV)}"],
)
def test_a_damaged_mission_gives_no_bundle(
    tmp_path: Path, name: str, damage: object, said: str
) -> None:
    world = make_mission(tmp_path / "mission")
    damage(tmp_path / "mission" / name)  # type: ignore[operator]
    with Ledger.open(tmp_path / "mission") as ledger, pytest.raises(LedgerError, match=said):
        make_bundle(ledger, contents_of(world), DERIVED)


def test_what_the_log_does_not_state_cannot_be_bundled(tmp_path: Path) -> None:
    world = make_mission(tmp_path / "mission")
    contents = dataclasses.replace(contents_of(world), agreements=frozenset({"ab" * 32}))
    with Ledger.open(tmp_path / "mission") as ledger:
        with pytest.raises(LedgerError, match=r"originals/ab/abab.* the log does not state it"):
            make_bundle(ledger, contents, DERIVED)
        with pytest.raises(LedgerError, match=r"derived/claims\.jsonl is cited"):
            make_bundle(ledger, contents_of(world), DERIVED | {"claims.jsonl"})


def test_a_document_is_no_agreement(tmp_path: Path) -> None:
    def change(world: object) -> None:
        world.agreement_feed = "news"  # type: ignore[attr-defined]

    with pytest.raises(LedgerError, match=hash_of(AGREEMENT)):
        bundle_of(tmp_path / "mission", change)


def test_a_bundle_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "BUNDLE_LIMIT", 5_000)
    with pytest.raises(FormatError, match="above 5000"):
        bundle_of(tmp_path / "mission")


def test_only_the_logs_own_signature_is_kept(tmp_path: Path) -> None:
    raw = opened(bundle_of(tmp_path / "mission"))
    log = SigningKey(name=KEY.name, seed=SEED)
    mirror = SigningKey(name="mirror.example", seed=bytes(32))
    text = read_note(raw["checkpoint"].encode()).text
    both = sign_note(text, mirror) + sign_note(text, log).split(b"\n\n")[1]
    assert making.signed_once(both, KEY) == raw["checkpoint"]
    assert isinstance(mirror.verifier, VerifierKey)


def test_a_finding_can_be_named_and_another_incident_too(tmp_path: Path) -> None:
    world = make_mission(tmp_path / "mission")
    with Ledger.open(tmp_path / "mission") as ledger:
        second = opened(make_bundle(ledger, contents_of(world, SECOND), DERIVED))
        named = f"f:{FIRST[2:]}:1:{hash_of(AGREEMENT)}:no-fire:agreed"
        contents = dataclasses.replace(contents_of(world), about=named)
        assert opened(make_bundle(ledger, contents, DERIVED))["about"] == named
    assert [one["line"] for one in second["records"]] == [1, 2]
