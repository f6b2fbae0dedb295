"""Acts go into a log by the keys of those who act, and come out in its order."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import uvicorn
from acts_world import LOG, act, make_log, person, revoke

from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.note import Checkpoint
from truceline.evidence.statement import Statement, write_entry
from truceline.evidence.strict import FormatError
from truceline.evidence.verify import verify
from truceline.pipeline import acts as pipeline
from truceline.pipeline.acts import ActLog, act_body, acts_of, hand_in_act, kept_acts, sign_act
from truceline.pipeline.door import AHEAD_LIMIT_S, Door, insist_on_past
from truceline.pipeline.saying import ContributeError, Speaker, read_said
from truceline.web.door import create_door
from truceline.web.serve import address, listen

SECOND_US = 1_000_000


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    return make_log(tmp_path, ["anna", "boris"])


def read(mission: Path) -> list[tuple[str, str, bool]]:
    with Ledger.open(mission) as ledger:
        return [(one.actor, one.name, one.disputed) for one in acts_of(ledger)]


def hand_in(mission: Path, to: str, who: str, name: str) -> str:
    return hand_in_act(
        to, name, "", {"title": "дім"}, key=mission.with_name(f"{who}.key"),
        log_key=str(LOG.verifier),
    ).statement  # fmt: skip


@contextmanager
def served(mission: Path) -> Iterator[str]:
    ended: list[BaseException] = []
    with closing(Door(mission)) as door:
        listening = listen("127.0.0.1", 0)
        site = create_door(door, every_s=0.05, failed=ended.append)
        server = uvicorn.Server(uvicorn.Config(site, log_level="critical", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield address(listening)
        finally:
            server.should_exit = True
            thread.join()
    assert ended == []


# -------------------------------------------------------------------------------- going in
def test_an_act_is_an_entry_of_the_log_and_its_receipt_names_it(mission: Path) -> None:
    first = hand_in(mission, str(mission), "anna", "case.open")
    with served(mission) as url:
        second = hand_in(mission, url, "boris", "case.notify")
    assert verify(mission, str(LOG.verifier)).problem is None
    with Ledger.open(mission) as ledger:
        one, two = acts_of(ledger)
        assert [ledger.read(one.index).sha256, ledger.read(two.index).sha256] == [first, second]
    assert (one.id, one.actor, one.name, one.about) == (first, "anna", "case.open", "")
    assert one.detail == {"title": "дім"}
    assert (two.id, two.actor) == (second, "boris")


def test_who_was_let_in_for_documents_only_may_not_act(tmp_path: Path) -> None:
    mission = make_log(tmp_path, ["anna"], kinds=("original",))
    with pytest.raises(ContributeError, match="may not say 'act', only original"):
        hand_in(mission, str(mission), "anna", "case.open")
    assert read(mission) == []


def test_nobody_acts_in_the_name_of_another(mission: Path) -> None:
    stolen = SigningKey(name="boris", seed=person("anna").seed)
    speaker = Speaker(key=mission.with_name("anna.key"), signer=stolen, log=LOG.verifier)
    with closing(Door(mission)) as door, pytest.raises(ContributeError, match="is signed by key"):
        sign_act(door, speaker, "case.open", "", {}, now_us=time.time_ns() // 1000)
    assert read(mission) == []


def test_what_was_done_in_another_log_cannot_be_carried_here(mission: Path) -> None:
    """One key may be let into an exercise and into the log that counts, or into a board."""
    head = Checkpoint(origin="example.org/exercise", size=3, root=b"h" * 32)
    done = Statement(
        kind="act",
        actor="anna",
        seq=0,
        prev=None,
        anchor=head,
        signed_us=time.time_ns() // 1000,
        body=act_body("seat.absent", "", {"body": "commission", "seat": "aa", "absent": True}),
    )
    with closing(Door(mission)) as door:
        (answer,) = door.admit([write_entry(done, person("anna"))])
    assert answer["refused"] == "was done in the log 'example.org/exercise', and counts only there"
    assert read(mission) == []


def test_an_act_of_the_future_is_refused_with_the_rule_and_is_taken_when_its_time_comes(
    mission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_us = time.time_ns() // 1000
    later_us = now_us + 3600 * SECOND_US
    with pytest.raises(
        ContributeError, match=r"rule signed_in_the_future: was signed 3[56]\d\d s ahead"
    ):
        act(mission, "anna", "case.open", now_us=later_us)
    assert read(mission) == []
    said = read_said(mission.with_name("anna.key"))
    assert said is not None
    assert said.receipt == ""
    # What was signed once is handed in again first: no number is used twice.
    monkeypatch.setattr("truceline.pipeline.door._now_us", lambda: later_us)
    act(mission, "anna", "case.notify", now_us=later_us)
    assert [name for _, name, _ in read(mission)] == ["case.open", "case.notify"]


@pytest.mark.parametrize("signed_us", [0, 1, AHEAD_LIMIT_S * SECOND_US])
def test_the_past_and_five_minutes_of_the_future_may_be_signed(signed_us: int) -> None:
    insist_on_past(signed_us, 0)


def test_a_microsecond_beyond_may_not() -> None:
    with pytest.raises(FormatError, match="rule signed_in_the_future: was signed 300 s ahead"):
        insist_on_past(AHEAD_LIMIT_S * SECOND_US + 1, 0)


def test_what_cannot_be_signed_uses_up_no_number(mission: Path) -> None:
    with pytest.raises(FormatError, match=r"act\.about cannot be 'case 1'"):
        act(mission, "anna", "case.notify", about="case 1")
    assert read_said(mission.with_name("anna.key")) is None
    act(mission, "anna", "case.open")
    assert len(read(mission)) == 1


# ------------------------------------------------------------------------------ coming out
def watched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Watch from which entry on a log is read."""
    asked: list[int] = []
    entries = Ledger.entries

    def told(ledger: Ledger, begin: int = 0) -> Iterator[bytes]:
        asked.append(begin)
        return entries(ledger, begin)

    monkeypatch.setattr(Ledger, "entries", told)
    return asked


def test_nobody_dates_an_act_before_one_that_everybody_has_seen(mission: Path) -> None:
    now_us = time.time_ns() // 1000
    for who, signed_us in (("anna", now_us), ("boris", now_us - 10), ("anna", now_us + 5)):
        act(mission, who, "case.notify", now_us=signed_us)
    with Ledger.open(mission) as ledger:
        found = [(one.signed_us - now_us, one.at_us - now_us) for one in acts_of(ledger)]
    assert found == [(0, 0), (-10, 0), (5, 5)]


def test_what_a_stolen_key_signed_is_marked_and_the_rest_is_not(mission: Path) -> None:
    for who in ("anna", "boris", "anna", "boris"):
        act(mission, who, "case.notify")
    log = ActLog(mission)
    assert [one.disputed for one in log.acts] == [False] * 4
    revoke(mission, "anna", log.acts[2].index)
    assert log.refresh() == 2
    assert [one.disputed for one in log.acts] == [False, False, True, False]
    assert log.acts == ActLog(mission).acts
    assert log.refresh() == 4


def test_a_later_look_reads_only_what_is_new(
    mission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(mission, "anna", "case.open")
    log = ActLog(mission)
    act(mission, "boris", "case.notify")
    asked = watched(monkeypatch)
    assert log.refresh() == 1
    assert log.refresh() == 2
    # Where the head is the same, nothing is read.
    assert asked == [5]
    assert [one.name for one in log.acts] == ["case.open", "case.notify"]


def test_what_was_read_is_kept_beside_the_mission_and_goes_on_from_there(
    mission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "KEPT_AFTER", 1)
    act(mission, "anna", "case.open")
    kept = ActLog(mission).acts
    assert kept_acts(mission).exists()
    act(mission, "anna", "case.notify")
    asked = watched(monkeypatch)
    log = ActLog(mission)
    assert asked == [5]
    assert log.acts[:1] == kept
    assert log.acts[1].name == "case.notify"
    # Verification looks into the folder alone, and the file beside it is no part of it.
    assert verify(mission, str(LOG.verifier)).problem is None


KEPT = pipeline.KEPT_VERSION


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: "[",
        lambda text: text[:-20],
        lambda text: text.rpartition("\n")[0],
        lambda text: text.replace("case.open", "case.shut").replace(f"[{KEPT}", f"[{KEPT + 1}", 1),
        lambda text: json.dumps([KEPT, 1, "00" * 32]) + "\n" + text.partition("\n")[2],
        lambda text: json.dumps([KEPT, 1]) + "\n" + text.partition("\n")[2],
    ],
)
def test_what_was_kept_and_is_not_whole_or_of_another_log_is_read_again(
    mission: Path, monkeypatch: pytest.MonkeyPatch, spoil: object
) -> None:
    monkeypatch.setattr(pipeline, "KEPT_AFTER", 1)
    act(mission, "anna", "case.open")
    acts = ActLog(mission).acts
    path = kept_acts(mission)
    assert callable(spoil)
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert ActLog(mission).acts == acts


def test_an_entry_that_its_actor_did_not_sign_is_no_act(mission: Path) -> None:
    act(mission, "anna", "case.open")
    with Ledger.open(mission) as ledger:
        entries = list(ledger.entries())
        reader = pipeline.ActReader(ledger.key)
    entries[-1] = entries[-1].replace(b'"sig":"', b'"sig":"AAAA', 1)
    with pytest.raises(LedgerError, match="entry 4: the signature of anna does not match"):
        reader.take(entries)
    assert reader.acts == []
