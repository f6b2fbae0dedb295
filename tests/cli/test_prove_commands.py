"""`truceline ledger prove` and `check-proof`: a statement or a row, for who has only the key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from truceline.cli.main import app
from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.proof import with_entry, write_proof
from truceline.evidence.statement import Statement, write_entry
from truceline.evidence.strict import FormatError
from truceline.evidence.tree import leaf_hash
from truceline.feeds import FEEDS
from truceline.feeds.gather import Original, gather
from truceline.pipeline.documents import parsed_body
from truceline.pipeline.ledger import prove
from truceline.records.canonical import Json

SEED = bytes(range(32))
KEY = SigningKey(name="example.org/m", seed=SEED).verifier
NAME = "firms/VIIRS_NOAA20_2026098.csv"
HEADER = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,"
    "version,bright_ti5,frp,daynight\n"
)
DOCUMENT = (
    HEADER
    + "".join(
        f"47.8346{row},38.47871,330.5,0.3,0.4,2026-04-08,28,N20,VIIRS,n,2.0NRT,271.56,1.08,N\n"
        for row in range(3)
    )
).encode()


def write_mission(
    folder: Path, names: Sequence[str] = (NAME,), said: Mapping[str, Json] | None = None
) -> Path:
    """Seal one document as `seal_mission` would; `said` changes what the statement says."""
    originals = [Original(name=name, content=DOCUMENT) for name in names]
    with Ledger.create(folder, SEED, KEY.name) as ledger:
        ledger.store_mission_file(f'verifier_key = "{KEY}"\n'.encode())
        for read in gather(originals, FEEDS, threads=1, progress=lambda *_: None):
            ledger.append(
                "original",
                {
                    "sha256": ledger.store_original(DOCUMENT),
                    "size": len(DOCUMENT),
                    "name": read.document.name,
                    "feed": read.document.feed,
                    "received_us": None,
                },
            )
            ledger.append("parsed", {**parsed_body(read), **(said or {})})
        ledger.commit(0)
    return folder


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    return write_mission(tmp_path / "m")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["ledger", *map(str, arguments)], catch_exceptions=False)


def said(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_row_is_proved_and_checked_from_the_file_alone(mission: Path, tmp_path: Path) -> None:
    file = tmp_path / "row.json"
    told = said("prove", 2, "--row", 3, "--mission", mission, "-o", file)
    assert f"truceline ledger check-proof {file} --key" in told
    assert said("prove", 2, "--row", 3, "--mission", mission) == file.read_text(encoding="utf-8")
    document = next((mission / "originals").rglob("*")).name
    for moved in mission.rglob("*"):
        if moved.is_file():
            moved.unlink()
    lines = said("check-proof", file, "--key", KEY)
    facts = dict(line.split("\t") for line in lines.splitlines())
    assert facts["head"].startswith("example.org/m, 3 entries, root ")
    assert facts["entry"] == "2, of kind parsed, by example.org/m (signature right)"
    assert facts["document"].startswith(document)
    assert facts["row"].startswith("3 of 3, root ")
    assert json.loads(facts["bytes"])["place"]["latitude_e7"] == 478346200
    file.write_bytes(file.read_bytes().replace(b"478346200", b"478346201"))
    result = run("check-proof", file, "--key", KEY)
    assert result.exit_code == 1
    assert "NOT PROVED" in result.output
    assert "does not prove this row as row 3" in result.output


def test_a_statement_is_proved_and_checked_from_the_file_alone(
    mission: Path, tmp_path: Path
) -> None:
    file = tmp_path / "entry.tlog-proof"
    said("prove", 1, "--mission", mission, "-o", file)
    lines = said("check-proof", file, "--key", KEY)
    assert "entry\t1, of kind original, by example.org/m (signature right)\n" in lines
    assert f'"name":"{NAME}"' in lines
    assert "\ndocument\t" in lines
    other = SigningKey(name="example.org/other", seed=SEED).verifier
    assert "is not signed by example.org/other" in run("check-proof", file, "--key", other).output
    with pytest.raises(FormatError, match="is no verifier key"):
        run("check-proof", file, "--key", "x")
    with pytest.raises(FileNotFoundError):
        run("check-proof", tmp_path / "nothing", "--key", KEY)
    with pytest.raises(FileExistsError):
        run("prove", 1, "--mission", mission, "-o", file)


def test_what_an_actor_other_than_the_log_signed_says_so(tmp_path: Path) -> None:
    log = SigningKey(name=KEY.name, seed=SEED)
    actor = SigningKey(name="ann.example", seed=b"a" * 32)
    entry = write_entry(
        Statement(
            kind="timestamp",
            actor=actor.name,
            seq=0,
            prev=None,
            signed_us=0,
            body={"size": 1, "root": "0" * 64, "authority": "tsa", "token": ""},
        ),
        actor,
    )
    head = Checkpoint(origin=log.name, size=1, root=leaf_hash(entry))
    (tmp_path / "p").write_bytes(with_entry(write_proof(0, [], sign_note(head.text, log)), entry))
    lines = said("check-proof", tmp_path / "p", "--key", KEY)
    assert "by ann.example (signature not checked: not the log's key)" in lines
    assert "document" not in lines


@pytest.mark.parametrize(
    ("index", "row", "kind", "why"),
    [
        (3, None, IndexError, "no entry 3 in a log of 3"),
        (3, 1, IndexError, "no entry 3 in a log of 3"),
        (-1, None, IndexError, "no entry -1"),
        (1, 1, FormatError, "of kind 'original' is about no rows"),
        (0, 1, FormatError, "of kind 'mission' is about no rows"),
        (2, 0, FormatError, "there is no row 0: the document has 3"),
        (2, -1, FormatError, "there is no row -1"),
        (2, 4, FormatError, "there is no row 4: the document has 3"),
    ],
)
def test_what_is_not_there_is_one_clear_error(
    index: int, row: int | None, kind: type[Exception], why: str, mission: Path
) -> None:
    with pytest.raises(kind, match=why):
        prove(mission, index, row)


def test_no_mission_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be opened"):
        run("prove", 0, "--mission", tmp_path / "nothing")
    assert run("prove", "x", "--mission", tmp_path).exit_code == 2


@pytest.mark.parametrize(
    "changes",
    [{"parser_version": 99}, {"rows_root": "0" * 64}, {"refused": 1}, {"feed": "viina"}],
)
def test_a_document_that_this_software_reads_otherwise_is_refused(
    changes: dict[str, Json], tmp_path: Path
) -> None:
    folder = write_mission(tmp_path / "m", said=changes)
    with pytest.raises(FormatError, match="this software does not read from original"):
        prove(folder, 2, 1)
    assert prove(folder, 2)


def test_a_document_that_was_changed_is_refused(mission: Path) -> None:
    (original,) = (path for path in (mission / "originals").rglob("*") if path.is_file())
    original.write_bytes(DOCUMENT + b"\n")
    with pytest.raises(LedgerError, match="is not the document that was stated"):
        prove(mission, 2, 1)


def test_the_rows_of_a_document_received_twice_are_those_of_the_first(tmp_path: Path) -> None:
    later = NAME.replace("NOAA20", "NOAA21")
    folder = write_mission(tmp_path / "m", (NAME, later))
    assert prove(folder, 2, 3)
    with pytest.raises(FormatError, match="there is no row 1: the document has 0"):
        prove(folder, 4, 1)
