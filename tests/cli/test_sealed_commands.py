"""`truceline sealed`: a register committed to, opened, shown, redacted; bad inputs are named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.evidence.errors import LedgerError
from truceline.evidence.keys import SigningKey, write_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.sealed import Kept, Opening, commit, write_openings
from truceline.evidence.strict import FormatError
from truceline.evidence.verify import verify
from truceline.pipeline import sealed as pipeline
from truceline.pipeline.seal import MissionError
from truceline.records.canonical import Json
from truceline.records.units import day_start_us

SEED = bytes(range(32))
KEY = SigningKey(name="example.org/m", seed=SEED).verifier
HEADER = "id,name,latitude,longitude,radius_m,kind\n"
CSV = HEADER + "".join(
    f"h-{number},Hospital {number},48.{number:02d},37.{number:02d},150,humanitarian\n"
    for number in range(6)
)


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    folder = tmp_path / "m"
    with Ledger.create(folder, SEED, KEY.name) as ledger:
        ledger.store_mission_file(f'verifier_key = "{KEY}"\n'.encode())
        ledger.commit(0)
    write_key(tmp_path / "m.key", SEED)
    (tmp_path / "sites.csv").write_text(CSV, encoding="utf-8")
    return folder


def said(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, ["sealed", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def group(folder: Path, name: str) -> tuple[Path, str]:
    path = folder / f"{name}.group"
    return path, said("group", path, "--name", name).strip()


@pytest.fixture
def observers(mission: Path) -> Path:
    """A mission with six sites sealed for OBSERVERS in entry 1; gives the group's file."""
    path, key = group(mission.parent, "OBSERVERS")
    sites = mission.parent / "sites.csv"
    said("commit", sites, "--mission", mission, "--title", "Hospitals", "--to", key)
    return path


def blobs(mission: Path) -> list[Path]:
    return sorted(path for path in mission.with_name("m.sealed").rglob("*") if path.is_file())


def sites_in(output: str) -> Iterator[str]:
    return (json.loads(line)["id"] for line in output.splitlines() if line.startswith("{"))


def test_a_register_is_committed_to_and_opened_by_group_and_owner(
    mission: Path, observers: Path
) -> None:
    with Ledger.open(mission) as ledger:
        statement = ledger.read(1)
    assert (statement.kind, statement.body["title"]) == ("sealed", "Hospitals")
    assert len(statement.commits) == 6
    assert list(statement.commits) == sorted(statement.commits)
    assert statement.body["blobs"] == [path.name for path in sorted(blobs(mission), key=str)]
    assert all(path.parent.name == path.name[:2] for path in blobs(mission))
    assert verify(mission, str(KEY)).ok
    openings = mission.with_name("m.1.openings")
    assert openings.stat().st_mode & 0o777 == 0o600
    assert observers.stat().st_mode & 0o777 == 0o600
    by_group = said("open", "1", "--mission", mission, "--group", observers)
    by_owner = said("open", "1", "--mission", mission, "--openings", openings)
    assert sorted(by_group.splitlines()) == sorted(by_owner.splitlines())
    assert sorted(sites_in(by_group)) == [f"h-{number}" for number in range(6)]
    assert '"latitude_e7":480300000,"longitude_e7":370300000,"name":"Hospital 3"' in by_group
    listed = said("list", "--mission", mission)
    assert listed == (
        "entry 1\tHospitals\t6 sealed\t0 redacted\t6 blobs here\tTLP:AMBER+STRICT to OBSERVERS\n"
    )


def test_nothing_that_is_public_holds_a_site(mission: Path, observers: Path) -> None:
    assert observers.is_file()
    public = [*blobs(mission), *(path for path in mission.rglob("*") if path.is_file())]
    for path in public:
        content = path.read_bytes()
        for secret in (b"Hospital 3", b"h-3", b"480300000"):
            assert secret not in content, path


def test_one_site_is_shown_to_somebody_who_has_only_the_file_and_the_key(
    mission: Path, observers: Path, tmp_path: Path
) -> None:
    out = tmp_path / "h-2.disclosure"
    arguments = ("open", "1", "--mission", mission, "--group", observers, "--site", "h-2")
    assert list(sites_in(said(*arguments))) == ["h-2"]
    assert not out.exists()
    assert list(sites_in(said(*arguments, "-o", out))) == ["h-2"]
    with pytest.raises(MissionError, match="never overwritten"):
        said(*arguments, "-o", out)
    content = out.read_bytes()
    shutil.rmtree(mission)
    shutil.rmtree(mission.with_name("m.sealed"))
    told = said("check", out, "--key", str(KEY))
    assert told.startswith('VERIFIED\nsite: {"id":"h-2",')
    assert "is one of 6 fields of 'Hospitals', to which example.org/m committed in entry 1" in told
    assert "it does not tell whether the field was redacted later" in told
    assert b"Hospital 3" not in content
    out.write_bytes(content.replace(b"Hospital 2", b"Hospital 3"))
    result = CliRunner().invoke(app, ["sealed", "check", str(out), "--key", str(KEY)])
    assert result.exit_code == 1
    assert f"NOT VERIFIED: {out}: 'site' opens no commitment of entry 1" in result.output


def test_one_site_is_redacted_and_everything_stays_proven(mission: Path, observers: Path) -> None:
    with Ledger.open(mission) as ledger:
        before, proof, head = ledger.entry(1), ledger.prove(1), ledger.checkpoint
    redact = ("redact", "1", "--mission", mission, "--reason", "evacuated", "--site", "h-4")
    assert said(*redact) == ("entry 2: 1 of entry 1 redacted; deleted here: 1 blobs, 1 openings\n")
    assert len(blobs(mission)) == 5
    assert verify(mission, str(KEY)).ok
    with Ledger.open(mission) as ledger:
        assert ledger.entry(1) == before
        body = ledger.read(2).body
        assert body["reason"] == "evacuated"
        assert body["statement"] == ledger.read(1).sha256
    assert proof.endswith(b"\n")
    assert head is not None
    assert head.size == 2
    kept = mission.with_name("m.1.openings")
    assert b"h-4" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o777 == 0o600
    for way in (("--group", observers), ("--openings", kept)):
        left = sorted(sites_in(said("open", "1", "--mission", mission, *way)))
        assert left == ["h-0", "h-1", "h-2", "h-3", "h-5"]
        with pytest.raises(LookupError, match="no site 'h-4' can be opened"):
            said("open", "1", "--mission", mission, *way, "--site", "h-4")
    assert "\tredacted by entry 2\t" in said("list", "--mission", mission)
    with pytest.raises(LookupError, match=r"m\.1\.openings has no site 'h-4'"):
        said(*redact)


def test_a_blob_that_somebody_kept_is_not_opened_after_the_redaction(
    mission: Path, observers: Path, tmp_path: Path
) -> None:
    shutil.copytree(mission.with_name("m.sealed"), tmp_path / "kept")
    said("redact", "1", "--mission", mission, "--reason", "evacuated", "--site", "h-4")
    shutil.copytree(tmp_path / "kept", mission.with_name("m.sealed"), dirs_exist_ok=True)
    assert len(blobs(mission)) == 6
    left = list(sites_in(said("open", "1", "--mission", mission, "--group", observers)))
    assert len(left) == 5
    assert "h-4" not in left


def test_a_commitment_redacted_without_its_blob_is_not_opened_either(
    mission: Path, observers: Path
) -> None:
    with Ledger.open(mission, SEED) as ledger:
        sealed = ledger.read(1)
        body = {
            "statement": sealed.sha256,
            "commits": [sealed.commits[0]],
            "blobs": [],
            "reason": "x",
        }
        ledger.append("redact", body)  # type: ignore[arg-type]
        ledger.commit(0)
    openings = mission.with_name("m.1.openings")
    for way in (("--group", observers), ("--openings", openings)):
        assert len(list(sites_in(said("open", "1", "--mission", mission, *way)))) == 5


def test_a_blob_redacted_without_its_commitment_is_not_read(mission: Path, observers: Path) -> None:
    with Ledger.open(mission, SEED) as ledger:
        sealed = ledger.read(1)
        gone: list[Json] = [blobs(mission)[0].name]
        about: dict[str, Json] = {"statement": sealed.sha256, "commits": [], "reason": "x"}
        ledger.append("redact", {**about, "blobs": gone})
        ledger.commit(0)
    assert len(blobs(mission)) == 6
    opened = said("open", "1", "--mission", mission, "--group", observers)
    assert len(opened.splitlines()) == 5
    assert "6 sealed\t0 redacted\t6 blobs here" in said("list", "--mission", mission)


def test_a_whole_register_is_redacted_even_without_its_openings(
    mission: Path, observers: Path
) -> None:
    said("redact", "1", "--mission", mission, "--reason", "first", "--site", "h-0")
    mission.with_name("m.1.openings").unlink()
    whole = ("redact", "1", "--mission", mission, "--reason", "the truce is over")
    assert said(*whole) == "entry 3: 6 of entry 1 redacted; deleted here: 5 blobs, 0 openings\n"
    assert list(mission.with_name("m.sealed").iterdir()) == []
    assert said(*whole).startswith("nothing new to state: 6 of entry 1 redacted")
    assert said("open", "1", "--mission", mission, "--group", observers) == ""
    assert verify(mission, str(KEY)).ok
    with Ledger.open(mission) as ledger:
        assert ledger.size == 4
        assert len(ledger.read(3).body["commits"]) == 5  # type: ignore[arg-type]


def test_a_redaction_that_was_cut_off_is_finished(
    mission: Path, observers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert observers.is_file()

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    redact = ("redact", "1", "--mission", mission, "--reason", "evacuated", "--site", "h-1")
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_delete", cut)
        CliRunner().invoke(app, ["sealed", *map(str, redact)])
    assert len(blobs(mission)) == 6
    assert said(*redact) == (
        "nothing new to state: 1 of entry 1 redacted; deleted here: 1 blobs, 1 openings\n"
    )
    assert len(blobs(mission)) == 5


def test_deleted_blobs_break_no_proof(mission: Path, observers: Path) -> None:
    shutil.rmtree(mission.with_name("m.sealed"))
    assert verify(mission, str(KEY)).ok
    assert "6 sealed\t0 redacted\t0 blobs here" in said("list", "--mission", mission)
    assert said("open", "1", "--mission", mission, "--group", observers) == ""
    openings = mission.with_name("m.1.openings")
    assert len(said("open", "1", "--mission", mission, "--openings", openings).splitlines()) == 6


def test_more_than_256_sites_are_several_statements_that_say_so(
    mission: Path, tmp_path: Path
) -> None:
    rows = "".join(f"b-{number},Bridge,48,37,20,bridge\n" for number in range(300))
    (tmp_path / "many.csv").write_text(HEADER + rows, encoding="utf-8")
    file, key = group(tmp_path, "FRA")
    told = said(
        "commit", tmp_path / "many.csv", "--mission", mission, "--title", "Bridges", "--to", key,
        "--label", "RED", "--expires", "2089-01-01",
    )  # fmt: skip
    assert "entry 1\tBridges (part 1 of 2): 256 sites" in told
    assert "entry 2\tBridges (part 2 of 2): 44 sites" in told
    assert "TLP:RED to FRA until 2089-01-01T00:00:00Z" in said("list", "--mission", mission)
    found = [*sites_in(said("open", "1", "--mission", mission, "--group", file))]
    found += sites_in(said("open", "2", "--mission", mission, "--group", file))
    assert sorted(found) == sorted(f"b-{number}" for number in range(300))
    done = said("redact", "1", "--mission", mission, "--reason", "all of them")
    assert (
        done == "entry 3, entry 4: 256 of entry 1 redacted; deleted here: 256 blobs, 256 openings\n"
    )
    assert verify(mission, str(KEY)).ok


def test_json_gives_the_same_sites_as_csv(mission: Path, tmp_path: Path) -> None:
    listed = [
        {"id": f"h-{n}", "name": f"Hospital {n}", "latitude": 48 + n / 100,
         "longitude": 37 + n / 100, "radius_m": 150, "kind": "humanitarian"}
        for n in range(6)
    ]  # fmt: skip
    (tmp_path / "sites.json").write_text(json.dumps(listed), encoding="utf-8")
    assert mission.is_dir()
    assert pipeline.read_sites(tmp_path / "sites.json") == pipeline.read_sites(
        tmp_path / "sites.csv"
    )


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", "", "a.csv: sites: expected columns id, name, latitude"),
        ("a.csv", "id,name\n", r"missing: latitude, longitude, radius_m, kind"),
        ("a.csv", HEADER, "a.csv: has no site"),
        ("a.csv", HEADER + "h,H,95,37,1,k\n", "a.csv: line 2: latitude 95 is outside -90..90"),
        ("a.csv", HEADER + "h,H,48,x,1,k\nh,H,x,3,1,k\n",
         'line 2: longitude "x" is not a number; 1 more are wrong'),
        ("a.csv", HEADER + "h,H,48,37,0,k\n", "line 2: radius_m 0 is outside 1..100000"),
        ("a.csv", HEADER + "h,H,48,37,1.5,k\n", 'line 2: radius_m "1.5" is not a whole number'),
        ("a.csv", HEADER + "h, ,48,37,1,k\n", "line 2: name '' must be 1 to 200"),
        ("a.csv", HEADER + "h,H,48,37,1,k\ng,G,48,37,1,k\nh,I,48,37,1,k\n",
         "line 4: id 'h' stands in line 2 too"),
        ("a.json", "{}", "a.json: is not a list of sites"),
        ("a.json", "[", "a.json: "),
        ("a.json", "[" * 100_000, "a.json: "),
        ("a.json", "[1]", "entry 1: a site has id, name, latitude"),
        ("a.json", '[{"id":"h"}]', "entry 1: a site has id, name, latitude"),
        ("a.json", '[{"id":"h","name":null,"latitude":1,"longitude":1,"radius_m":1,"kind":"k"}]',
         "entry 1: name cannot be None"),
        ("a.json", '[{"id":"h","name":"H","latitude":1,"longitude":1,"radius_m":1.0,"kind":"k"}]',
         'entry 1: radius_m "1.0" is not a whole number'),
    ],
)  # fmt: skip
def test_a_wrong_register_is_refused_whole_and_the_place_is_named(
    tmp_path: Path, name: str, content: str, why: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(MissionError, match=why):
        pipeline.read_sites(tmp_path / name)


def test_a_register_has_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    monkeypatch.setattr(pipeline, "SITES_LIMIT_BYTES", 10)
    with pytest.raises(MissionError, match=r"a\.csv has \d+ bytes, above 10"):
        pipeline.read_sites(tmp_path / "a.csv")


def test_refuses_what_cannot_be_committed(mission: Path, tmp_path: Path) -> None:
    file, key = group(tmp_path, "FRA")
    sites = tmp_path / "sites.csv"
    with pytest.raises(MissionError, match="a group's key is never overwritten"):
        said("group", file, "--name", "FRA")
    with pytest.raises(FormatError, match="no name of a group"):
        said("group", tmp_path / "x", "--name", "F A")
    call = ("commit", sites, "--mission", mission)
    for wrong, error, why in (
        (("--title", "", "--to", key), MissionError, "title '' must be 1 to 200"),
        (("--title", "a\nb", "--to", key), MissionError, "must be 1 to 200 printable"),
        (("--title", "t", "--to", str(KEY)), FormatError, "not of suite X25519"),
        (("--title", "t", "--to", key, "--to", key), FormatError, "different names"),
        (("--title", "t", "--to", key, "--label", "CLEAR"), FormatError, "TLP:CLEAR cannot be"),
        (("--title", "t", "--to", key, "--label", "PINK"), FormatError, "no word of TLP"),
    ):
        with pytest.raises(error, match=why):
            said(*call, *wrong)
    (tmp_path / "m.1.openings").write_bytes(b"")
    with pytest.raises(MissionError, match="its register was not stated"):
        said(*call, "--title", "t", "--to", key)
    with Ledger.open(mission) as ledger:
        assert ledger.size == 1
    assert blobs(mission) == []
    write_key(tmp_path / "other.key", b"x" * 32)
    (tmp_path / "other.key").rename(tmp_path / "m.key")
    with pytest.raises(LedgerError, match="signed with another key"):
        said(*call, "--title", "t", "--to", key)


def test_refuses_what_cannot_be_opened(mission: Path, observers: Path, tmp_path: Path) -> None:
    fra, _ = group(tmp_path, "FRA")
    with pytest.raises(FormatError, match="label of entry 1 keeps out group FRA now"):
        said("open", "1", "--mission", mission, "--group", fra)
    for index in ("0", "7"):
        with pytest.raises(LookupError, match=f"entry {index} seals nothing; entries that do: 1"):
            said("open", index, "--mission", mission, "--group", observers)
    observers.chmod(0o644)
    with pytest.raises(FormatError, match="may be read by others than its owner: chmod 600"):
        said("open", "1", "--mission", mission, "--group", observers)
    observers.chmod(0o600)
    observers.write_bytes(b"OBSERVERS\n")
    with pytest.raises(FormatError, match=f"^{observers} is no file of a group"):
        said("open", "1", "--mission", mission, "--group", observers)
    openings = tmp_path / "m.1.openings"
    openings.write_bytes(openings.read_bytes().replace(b"Hospital 3", b"Hospital 9"))
    with pytest.raises(FormatError, match="openings: holds what opens nothing of entry 1"):
        said("open", "1", "--mission", mission, "--openings", openings)
    openings.write_bytes(b"{}")
    with pytest.raises(FormatError, match=r"openings: a file of openings has format"):
        said("open", "1", "--mission", mission, "--openings", openings)
    for arguments in (
        (),
        ("--group", observers, "--openings", openings),
        ("--group", observers, "-o", tmp_path / "x"),
    ):
        call = ["sealed", "open", "1", "--mission", str(mission), *map(str, arguments)]
        assert CliRunner().invoke(app, call).exit_code == 2
    with pytest.raises(MissionError, match="a group's key, or the owner's openings"):
        next(pipeline.open_sites(mission, 1))


def test_a_label_that_has_expired_keeps_everybody_out(
    mission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, key = group(tmp_path, "FRA")
    call = ("commit", tmp_path / "sites.csv", "--mission", mission, "--title", "t", "--to", key)
    with pytest.raises(MissionError, match="cannot expire at 2020-01-01T00:00:00Z: that is past"):
        said(*call, "--expires", "2020-01-01")
    end_us = day_start_us(date(2089, 1, 1))
    said(*call, "--expires", "2089-01-01")
    look = ("open", "1", "--mission", mission, "--group", file)
    monkeypatch.setattr(pipeline, "_now_us", lambda: end_us - 1)
    assert len(said(*look).splitlines()) == 6
    monkeypatch.setattr(pipeline, "_now_us", lambda: end_us)
    with pytest.raises(FormatError, match="keeps out group FRA now"):
        said(*look)


def test_a_damaged_blob_is_named(mission: Path, observers: Path) -> None:
    damaged = blobs(mission)[3]
    content = bytearray(damaged.read_bytes())
    content[100] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(FormatError, match=f"{damaged}: blob [0-9a-f]{{64}} is not named by"):
        said("open", "1", "--mission", mission, "--group", observers)
    damaged.unlink()
    left = said("open", "1", "--mission", mission, "--group", observers)
    assert len(left.splitlines()) == 5


def test_a_field_that_is_no_site_is_found_by_nobody_and_breaks_nothing(
    mission: Path, observers: Path, tmp_path: Path
) -> None:
    """Another program may seal other fields into the same log."""
    assert observers.is_file()
    opening = Opening(salt=bytes(16), name="note", value="not a site")
    with Ledger.open(mission, SEED) as ledger:
        ledger.append("sealed", {"title": "A note", "blobs": []}, None, (commit(opening),))
        ledger.commit(0)
    kept = [Kept(opening=opening, blob="00" * 32)]
    openings = tmp_path / "m.2.openings"
    openings.write_bytes(write_openings(KEY.name, "A note", kept))
    openings.chmod(0o600)
    assert said("open", "2", "--mission", mission, "--openings", openings) == '"not a site"\n'
    with pytest.raises(LookupError, match="no site 'h-1'"):
        said("open", "2", "--mission", mission, "--openings", openings, "--site", "h-1")
    with pytest.raises(LookupError, match="has no site 'h-1'"):
        said("redact", "2", "--mission", mission, "--reason", "x", "--site", "h-1")
    assert "A note\t1 sealed\t0 redacted\t0 blobs here\tno label" in said(
        "list", "--mission", mission
    )


def test_a_redaction_of_what_is_not_there_is_told(mission: Path, observers: Path) -> None:
    assert observers.is_file()
    with Ledger.open(mission, SEED) as ledger:
        about: dict[str, Json] = {"statement": "00" * 32, "commits": [], "blobs": []}
        ledger.append("redact", {**about, "reason": "x"})
        ledger.commit(0)
    listed = said("list", "--mission", mission)
    assert "entry 2\tredacts nothing: names 0000" in listed
    with pytest.raises(MissionError, match="reason '' must be 1 to 1000"):
        said("redact", "1", "--mission", mission, "--reason", "")


def test_a_mission_that_seals_nothing_says_so(mission: Path) -> None:
    result = CliRunner().invoke(app, ["sealed", "list", "--mission", str(mission)])
    assert (result.exit_code, result.output) == (0, "nothing is sealed\n")
    with pytest.raises(LookupError, match="entries that do: none"):
        said("redact", "0", "--mission", mission, "--reason", "x")
