"""A case of a mission as a file: for whom, in which format, and how late."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from acts_world import act, make_mission
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.pipeline.asking import PUBLIC_DELAY_US, Reach
from truceline.pipeline.case_files import case_record, may_know, write_case_file
from truceline.pipeline.chamber import Commission
from truceline.records.canonical import Json
from truceline.records.units import SECOND_US
from truceline.reports.case_record import NotForThisReaderError, Reader

OPEN: dict[str, Json] = {
    "title": "Shells at the bridge",
    "body": "commission",
    "findings": [],
    "claim": "They fired at the bridge.",
    "concerns": ["AA", "BB"],
}
COMMISSION = Reader(tier="commission")


def now_us() -> int:
    return time.time_ns() // 1000


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    return make_mission(tmp_path)


@pytest.fixture
def case(mission: Path) -> str:
    return act(mission, "rita", "case.open", detail=OPEN)


def test_what_the_file_cites_stands_where_it_says(mission: Path, case: str) -> None:
    record = case_record(Commission(mission), case[:10], now_us(), COMMISSION)
    entry = record.entries[case]
    told = CliRunner().invoke(app, ["ledger", "export", "--mission", str(mission)]).stdout
    line = json.loads(told.splitlines()[entry.index])
    assert (line["index"], line["kind"]) == (entry.index, "act")
    assert entry.statement_sha256 == case
    assert record.checkpoint.size > entry.index


@pytest.mark.parametrize(
    ("suffix", "begins"), [(".html", b"<!doctype html"), (".json", b"{"), (".pdf", b"%PDF-")]
)
def test_each_format_is_written_once_and_never_over_another(
    mission: Path, case: str, tmp_path: Path, suffix: str, begins: bytes
) -> None:
    out = tmp_path / f"case{suffix}"
    write_case_file(mission, case, out, COMMISSION, "en", now_us())
    assert out.read_bytes().lstrip().lower().startswith(begins.lower())
    with pytest.raises(FileExistsError):
        write_case_file(mission, case, out, COMMISSION, "en", now_us())


def test_the_public_sees_nothing_that_was_not_published(
    mission: Path, case: str, tmp_path: Path
) -> None:
    """And what was published is a day late: a case of today is not there at all."""
    later = now_us() + PUBLIC_DELAY_US + SECOND_US
    with pytest.raises(NotForThisReaderError, match="not_published"):
        write_case_file(mission, case, tmp_path / "a.html", Reader(tier="public"), "en", later)
    with pytest.raises(Exception, match="there is none in this log"):
        write_case_file(mission, case, tmp_path / "a.html", Reader(tier="public"), "en", now_us())
    assert not (tmp_path / "a.html").exists()


def test_a_file_leads_only_to_cases_of_which_its_reader_may_know(mission: Path, case: str) -> None:
    other = act(mission, "rita", "case.open", detail=OPEN)
    said: dict[str, Json] = {"other": other, "by": "order", "why": "The same unit, it seems."}
    act(mission, "rita", "case.link", case, said)

    def leads(tier: str, party: str = "") -> bool:
        reader = Reader(tier=tier, party=party)
        file = case_record(Commission(mission), case, now_us(), reader)
        return [one.other for one in file.view.links] == [other]

    assert leads("commission")
    assert not any(leads(tier) for tier in ("public", "states", "coalition"))
    act(mission, "rita", "case.notify", other, {"party": "AA", "text": "A case."})
    assert leads("states", "AA")
    assert not leads("states", "BB")
    assert not leads("states")
    assert leads("coalition")
    act(mission, "rita", "case.notify", other, {"party": "BB", "text": "A case."})
    assert leads("states")
    assert not leads("public")


def test_a_case_that_was_published_may_be_known_by_whom_it_was_published_for() -> None:
    parties = frozenset({"AA", "BB"})
    whole = {"body": "b", "concerns": parties, "originator": "", "notified": set(parties)}
    for published, readers in (({}, 1), ({"public": 1}, 2)):
        reach = Reach(**whole, published=published)  # type: ignore[arg-type]
        assert sum(may_know(reach, Reader(tier=tier)) for tier in ("public", "states")) == readers


def test_another_ending_is_refused_by_name(mission: Path, case: str, tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"case\.doc: no case file ends so; name it \.html"):
        write_case_file(mission, case, tmp_path / "case.doc", COMMISSION, "en", now_us())


def test_the_command_writes_the_file(mission: Path, case: str, tmp_path: Path) -> None:
    told = ["--mission", str(mission), "--tier", "commission", "--language", "uk"]
    done = CliRunner().invoke(
        app, ["case", "file", case[:10], "-o", str(tmp_path / "c.html"), *told]
    )
    assert done.exit_code == 0, done.output
    assert 'lang="uk"' in (tmp_path / "c.html").read_text(encoding="utf-8")
    wrong = CliRunner().invoke(
        app, ["case", "file", case[:10], "-o", "c.html", "--tier", "friends"]
    )
    assert wrong.exit_code == 2
