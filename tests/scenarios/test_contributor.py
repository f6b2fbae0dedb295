"""A station of another state speaks in the log; its key is stolen; what rests on it is disputed."""

import fcntl
import json
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.evidence.errors import DurabilityError, LedgerError
from truceline.evidence.fraud import Outcome, check
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.statement import Statement, claimed, write_entry
from truceline.evidence.strict import FormatError
from truceline.evidence.verify import verify
from truceline.pipeline.contribute import contribute
from truceline.pipeline.door import Door
from truceline.pipeline.health import log_health
from truceline.pipeline.key import signing_key
from truceline.pipeline.mission import MissionView, open_mission
from truceline.pipeline.saying import ContributeError, read_said, said_file
from truceline.pipeline.seal import MissionError
from truceline.pipeline.verify import check_mission
from truceline.records.canonical import Json
from truceline.web.door import Taker, create_door
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
def put_up(taker: Taker, ended: list[BaseException]) -> Iterator[str]:
    """Put a door on loopback, as `truceline ledger serve` does."""
    listening = listen("127.0.0.1", 0)
    site = create_door(taker, every_s=0.05, failed=ended.append)
    server = uvicorn.Server(uvicorn.Config(site, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield address(listening)
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def served(mission: Path) -> Iterator[str]:
    ended: list[BaseException] = []
    with closing(Door(mission)) as door, put_up(door, ended) as url:
        yield url
    assert ended == []


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
    with pytest.raises(
        LedgerError, match=r"was stated by station\.example/1; a bundle proves only"
    ):
        run("bundle", incident["id"], "-o", "x.bundle", "--mission", "m")

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
    # As a crash leaves it between signing and handing in.
    with pytest.raises(OSError, match="cut off"):
        contribute(
            Broken(), Path("1.csv"), "firms/station-1.csv",
            key=Path("station.key"), actor="", log_key=log_key(mission), now_us=5,
        )  # fmt: skip
    said = read_said(Path("station.key"))
    assert said is not None
    assert (said.seq, said.receipt) == (1, "")
    Path("1.csv").unlink()
    hand_in(mission, 2)
    said = read_said(Path("station.key"))
    assert said is not None
    assert (said.seq, bool(said.receipt)) == (2, True)
    assert verify(mission, log_key(mission)).problem is None


class Broken:
    """A door that tells its head, and then is gone."""

    def next_of(self, actor: str) -> dict[str, Any]:
        note = Path("m/log/checkpoint").read_text(encoding="utf-8")
        return {"actor": actor, "seq": 1, "checkpoint": note}

    def contribute(self, entry: bytes, document: bytes) -> dict[str, Any]:
        assert entry
        assert document
        raise OSError("cut off")

    def admit(self, entries: Sequence[bytes]) -> list[dict[str, Any]]:
        raise AssertionError(f"{len(entries)} without a document")


def test_who_lost_what_he_said_does_not_sign_its_numbers_again(mission: Path) -> None:
    hand_in(mission, 0)
    said_file(Path("station.key")).unlink()
    with pytest.raises(ContributeError, match=r"has 1 statements of station\.example/1"):
        hand_in(mission, 1)
    assert not said_file(Path("station.key")).exists()


def test_two_processes_do_not_sign_with_one_key_at_once(mission: Path) -> None:
    with Path("station.key").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ContributeError, match="another process is signing"):
            hand_in(mission, 0)


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


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"size": 5}, "says that the document has 5 bytes, not"),
        ({"name": "admin/geonames00.csv"}, "no feed 'firms' reads"),
        ({"feed": "agreement"}, "no feed 'agreement' reads"),
        ({"name": "admin/geonames00.csv", "feed": "geonames"}, "is stated already, as one of"),
        ({"sha256": "cd" * 32}, "another document than the one that came with it"),
    ],
)
def test_what_would_make_the_log_unreadable_or_hide_others_is_refused(
    mission: Path, changes: dict[str, Any], why: str
) -> None:
    document = next(
        path
        for path in sorted((mission / "originals").rglob("*"))
        if path.is_file() and b"latitude,longitude,bright" in path.read_bytes()
    )
    content = document.read_bytes()
    body: dict[str, Json] = {
        "sha256": document.name, "size": len(content), "name": "firms/mine.csv", "feed": "firms",
        "received_us": 1,
    }  # fmt: skip
    said = Statement(
        kind="original", actor=STATION, seq=0, prev=None, signed_us=1, body={**body, **changes}
    )
    with closing(Door(mission)) as door:
        assert why in door.contribute(signed(said), content)["refused"]
        own = Statement(kind="original", actor=STATION, seq=0, prev=None, signed_us=1, body=body)
        assert "index" in door.contribute(signed(own), content)
    assert verify(mission, log_key(mission)).problem is None
    run("derive", "--mission", "m")
    names = {one["name"] for one in open_mission(mission).records("document")}
    assert "firms/mine.csv" not in names


def test_what_is_refused_for_its_turn_leaves_no_document(mission: Path) -> None:
    content = Path("0.csv").read_bytes()
    body: dict[str, Json] = {
        "sha256": sha256(content).hexdigest(), "size": len(content), "name": "firms/x.csv",
        "feed": "firms", "received_us": 1,
    }  # fmt: skip
    said = Statement(kind="original", actor=STATION, seq=7, prev="ab" * 32, signed_us=1, body=body)
    with closing(Door(mission)) as door:
        assert "has seq 7, not 0" in door.contribute(signed(said), content)["refused"]
        assert "has seq 7, not 0" in door.welcome(signed(said))
        assert door.welcome(b"{}") != ""
    assert verify(mission, log_key(mission)).problem is None


def test_what_a_crash_left_of_a_document_is_cleared_away(mission: Path) -> None:
    content = Path("0.csv").read_bytes()
    with Ledger.open(mission, signing_key(mission.with_name("m.key"), "x").seed) as ledger:
        digest = ledger.store_original(content)
    mission.with_name("m.arriving").write_text(json.dumps([digest]), encoding="utf-8")
    assert verify(mission, None).problem is not None
    Door(mission).close()
    assert verify(mission, None).problem is None
    assert not mission.with_name("m.arriving").exists()


def test_an_error_of_the_writer_answers_and_ends_the_door() -> None:
    ended: list[BaseException] = []

    class Full:
        def admit(self, entries: Sequence[bytes]) -> list[dict[str, Any]]:
            raise DurabilityError(f"no space for {len(entries)}")

        def welcome(self, entry: bytes) -> str:
            return "" if entry else "empty"

        def contribute(self, entry: bytes, document: bytes) -> dict[str, Any]:
            raise DurabilityError(f"no space for {len(entry) + len(document)}")

        def begin_head(self) -> None:
            """Nothing to do."""

        def end_head(self) -> None:
            """Nothing to do."""

        def next_of(self, actor: str) -> dict[str, Any]:
            return {"actor": actor}

    for first in ("/add", "/contribute"):
        ended.clear()
        with put_up(Full(), ended) as url, httpx.Client(base_url=url) as client:
            assert client.post("/contribute", content=b"\x00").status_code == 400
            for path in (first, "/add", "/contribute"):
                assert client.post(path, content=b"\x00\x02{}" + b"\x00\x01x").status_code == 500
        assert len(ended) == 1
        assert str(ended[0]).startswith("no space for")


def test_a_statement_without_its_document_is_refused(mission: Path) -> None:
    hand_in(mission, 0)
    said = last_said()
    body = {**said.body, "sha256": "cd" * 32}
    with closing(Door(mission)) as door:
        (answer,) = door.admit([signed(replace(said, seq=1, prev=said.sha256, body=body))])
    assert answer["refused"].startswith("names a document that was not handed in with it")


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
