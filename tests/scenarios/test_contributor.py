"""A station of another state speaks in the log; its key is stolen; what rests on it is disputed."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import uvicorn
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.evidence.fraud import Outcome, check
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.statement import Statement, claimed, write_entry
from truceline.evidence.strict import FormatError
from truceline.evidence.verify import verify
from truceline.pipeline.contribute import (
    ContributeError,
    contribute,
    read_said,
    said_file,
)
from truceline.pipeline.door import Door
from truceline.pipeline.health import log_health
from truceline.pipeline.key import signing_key
from truceline.pipeline.mission import MissionView, open_mission
from truceline.pipeline.seal import MissionError
from truceline.pipeline.verify import check_mission
from truceline.web.door import create_door
from truceline.web.serve import address, listen

HEAD = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,"
    "version,bright_ti5,frp,daynight\n"
)
# Four pixels of one night east of Pokrovsk.
ROWS = [
    f"48.28{n:02},37.3102,345.1,0.4,0.4,2025-03-25,0040,N20,VIIRS,h,2.0NRT,290.1,14.2,N\n"
    for n in range(4)
]
STATION = "station.example/1"


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def mission(exercise_mission: MissionView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the exercise whose log has a root of two holders and knows one station."""
    source = exercise_mission.folder
    shutil.copytree(source, tmp_path / "m")
    shutil.copy(source.with_name(f"{source.name}.key"), tmp_path / "m.key")
    monkeypatch.chdir(tmp_path)
    log = Ledger.open(tmp_path / "m").key.name
    for name in ("ua", "ru"):
        run("key", "new", f"{name}.key", "--name", f"root.example/{name}")
    keys = [Path(f"{name}.key.pub").read_text(encoding="utf-8").strip() for name in ("ua", "ru")]
    run("key", "root", *keys, "--threshold", "2", "--log", log, "-o", "root.json")
    approve("root.json")
    run("key", "new", "station.key", "--name", STATION)
    run(
        "key", "add", "--seed", "station.key", "--kinds", "original", "--log", log, "-o", "add.json"
    )
    approve("add.json")
    for number, row in enumerate(ROWS):
        Path(f"{number}.csv").write_text(HEAD + row, encoding="utf-8")
    return tmp_path / "m"


def approve(draft: str) -> None:
    for name in ("ua", "ru"):
        run("key", "sign", draft, "--seed", f"{name}.key")
    run("key", "submit", draft, "--mission", "m")


def log_key(mission: Path) -> str:
    return str(Ledger.open(mission).key)


def hand_in(mission: Path, number: int, to: str = "m") -> str:
    return run(
        "ledger", "contribute", f"{number}.csv", "--name", f"firms/station-{number}.csv",
        "--to", to, "--seed", "station.key", "--log-key", log_key(mission),
    )  # fmt: skip


@contextmanager
def served(mission: Path) -> Iterator[str]:
    """Put the door of a mission on loopback, as `truceline ledger serve` does."""
    listening = listen("127.0.0.1", 0)
    raised: list[BaseException] = []
    with closing(Door(mission)) as door:
        site = create_door(door, every_s=0.05, failed=raised.append)
        server = uvicorn.Server(uvicorn.Config(site, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield address(listening)
        finally:
            server.should_exit = True
            thread.join()
    assert raised == []


def test_a_station_speaks_and_its_stolen_key_makes_what_it_said_disputed(mission: Path) -> None:
    receipt = hand_in(mission, 0)
    first = int(receipt.splitlines()[2])
    with served(mission) as url:
        hand_in(mission, 1, url)
    run("derive", "--mission", "m")
    report = check_mission(mission, None, again=True, threads=1, progress=silent).report
    assert report.problem is None
    view = open_mission(mission)
    sha256 = next(
        one["sha256"] for one in view.records("document") if one["name"] == "firms/station-1.csv"
    )
    seen = next(one for one in view.records("observation") if one["document_sha256"] == sha256)
    incident = next(one for one in view.records("incident") if seen["id"] in one["observations"])
    assert view.incident(incident["id"])["disputed"] == []
    view.close()

    key = Path("station.key.pub").read_text(encoding="utf-8").strip()
    log = Ledger.open(mission).key.name
    run("key", "revoke", key, "--since", str(first + 1), "--log", log, "-o", "revoke.json")
    approve("revoke.json")
    view = open_mission(mission)
    (doubt,) = view.incident(incident["id"])["disputed"]
    assert doubt["name"] == "firms/station-1.csv"
    assert f"not his alone from entry {first + 1} on" in doubt["why"]
    assert "DISPUTED, until it is derived again" in run("show", incident["id"], "--mission", "m")
    view.close()

    told = run("derive", "--mission", "m")
    assert "disputed\tfirms/station-1.csv: stated by station.example/1" in told
    view = open_mission(mission)
    documents = {one["name"]: one for one in view.records("document")}
    assert documents["firms/station-1.csv"]["foreign"].startswith("disputed: ")
    assert documents["firms/station-0.csv"]["foreign"] == ""
    assert sha256 not in {one["document_sha256"] for one in view.records("observation")}
    assert log_health(mission)["disputes"][0]["actor"] == STATION
    view.close()
    # Nothing was deleted: the document, and both statements about it, are still there.
    report = check_mission(mission, None, again=True, threads=1, progress=silent).report
    assert report.problem is None
    with pytest.raises(ContributeError, match=r"does not let station\.example/1 speak"):
        hand_in(mission, 2)


def test_what_has_no_receipt_is_handed_in_again_first(mission: Path) -> None:
    hand_in(mission, 0)
    key = Path("station.key")
    # As a crash leaves it between signing and handing in.
    with closing(Door(mission)) as door:
        kept = door.keep
        door.keep = broken  # type: ignore[method-assign, assignment]
        with pytest.raises(OSError, match="cut off"):
            contribute(
                door, Path("1.csv"), "firms/station-1.csv",
                key=key, actor="", log_key=log_key(mission), now_us=5,
            )  # fmt: skip
        said = read_said(key)
        assert said is not None
        assert (said.seq, said.receipt) == (1, "")
        kept(Path("1.csv").read_bytes())
    hand_in(mission, 2)
    said = read_said(key)
    assert said is not None
    assert (said.seq, bool(said.receipt)) == (2, True)
    assert verify(mission, log_key(mission)).problem is None


def broken(_document: bytes) -> None:
    raise OSError("cut off")


def test_a_contradiction_is_refused_and_proven_with_the_public_key(mission: Path) -> None:
    hand_in(mission, 0)
    first = last_said()
    other = replace(first, signed_us=first.signed_us + 1)
    with closing(Door(mission)) as door:
        (answer,) = door.admit([signed(other)])
    assert "contradicts himself" in answer["refused"]
    key = VerifierKey.read(Path("station.key.pub").read_text(encoding="utf-8").strip())
    assert check(answer["proof"].encode(), [key]).outcome is Outcome.PROVEN


def test_a_number_beyond_a_gap_is_remembered_until_the_gap_is_closed(mission: Path) -> None:
    hand_in(mission, 0)
    ahead = replace(last_said(), seq=4, prev="ab" * 32)
    with closing(Door(mission)) as door:
        (answer,) = door.admit([signed(ahead)])
        assert "has seq 4, not 1" in answer["refused"]
        forged = write_entry(replace(ahead, seq=9), SigningKey(name=STATION, seed=bytes(32)))
        assert "refused" in door.admit([forged])[0]
    assert ahead_of(mission) == 4
    for number in (1, 2, 3):
        hand_in(mission, number)
    assert ahead_of(mission) == 4
    hand_in(mission, 0)
    assert ahead_of(mission) is None


def ahead_of(mission: Path) -> int | None:
    (found,) = (one for one in log_health(mission)["actors"] if one["actor"] == STATION)
    ahead: int | None = found["ahead"]
    return ahead


def last_said() -> Statement:
    said = read_said(Path("station.key"))
    assert said is not None
    return claimed(said.entry)


def signed(statement: Statement) -> bytes:
    return write_entry(statement, signing_key(Path("station.key")))


def test_a_statement_without_its_document_is_refused(mission: Path) -> None:
    hand_in(mission, 0)
    said = last_said()
    body = {**said.body, "sha256": "cd" * 32}
    with closing(Door(mission)) as door:
        (answer,) = door.admit([signed(replace(said, seq=1, prev=said.sha256, body=body))])
    assert answer["refused"].startswith("names a document that was not handed in")


def test_the_log_is_not_believed_with_an_older_head(mission: Path) -> None:
    hand_in(mission, 0)
    kept = json.loads(said_file(Path("station.key")).read_bytes())
    with Ledger.open(mission) as ledger:
        old = sign_note(
            Checkpoint(origin=ledger.key.name, size=1, root=ledger.root_at(1)).text,
            signing_key(mission.with_name("m.key"), ledger.key.name),
        ).decode()
    with closing(Door(mission)) as door:
        door.next_of = lambda actor: {"actor": actor, "checkpoint": old}  # type: ignore[method-assign]
        with pytest.raises(FormatError, match="shows a head of size 1, after one of size"):
            contribute(
                door, Path("1.csv"), "firms/station-1.csv",
                key=Path("station.key"), actor="", log_key=log_key(mission), now_us=5,
            )  # fmt: skip
    assert json.loads(said_file(Path("station.key")).read_bytes()) == kept


@pytest.mark.parametrize("content", [b"{}", b"[]", b"\xff", b"null"])
def test_a_memory_that_cannot_be_read_signs_nothing(mission: Path, content: bytes) -> None:
    said_file(Path("station.key")).write_bytes(content)
    with pytest.raises(FormatError, match=r"station\.key\.said cannot be read"):
        hand_in(mission, 0)


def test_bad_questions_get_one_answer_each(mission: Path) -> None:
    hand_in(mission, 0)
    with served(mission) as url, httpx.Client(base_url=url) as client:
        for body in (b"", b"\x00\x05abc", b"\x00\x00" * 257):
            answer = client.post("/add", content=body)
            assert (answer.status_code, "send 1 to 256 entries" in answer.text) == (400, True)
        (refused,) = client.post("/add", content=b"\x00\x02{}").json()["answers"]
        assert "envelope" in refused["refused"]
        assert client.get("/next", params={"actor": "nobody"}).status_code == 404
        assert client.get("/next", params={"actor": STATION}).json()["seq"] == 1
        assert client.get("/add").status_code == 405
    with pytest.raises(ContributeError, match=r"/next: .*[Cc]onnect"):
        hand_in(mission, 1, url)


def test_a_document_that_no_feed_reads_is_not_signed(mission: Path) -> None:
    with pytest.raises(MissionError, match=r"no feed reads a document named 'x\.csv'"):
        run(
            "ledger", "contribute", "0.csv", "--name", "x.csv", "--to", "m",
            "--seed", "station.key", "--log-key", log_key(mission),
        )  # fmt: skip
    assert not said_file(Path("station.key")).exists()
