"""The index holds nothing that the mission folder does not hold: delete it, and it is made again.

On SQLite always; on PostgreSQL too where one answers on 127.0.0.1:5432 and psycopg is installed.
"""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from truceline.records.ids import short_id
from truceline.store import index as module
from truceline.store.index import Index, Row, StoreError, build_index, index_url, open_index

HOST, PORT, DATABASE = "127.0.0.1", 5432, "test"
SCHEMA = "truceline_index_test"
ROOT = "0f" * 32
ONE, TWO = "ab" * 32, "ab" * 5 + "cd" * 27


def row(kind: str, full: str, day: str | None = None, **body: int | str) -> Row:
    return Row(kind=kind, id=full, short_id=short_id(full), day=day, body={"id": full, **body})


ROWS = (
    row("incident", f"i:{ONE}:17", "2026-04-11", words="перемир'я"),
    row("incident", f"i:{TWO}:4", "2026-04-12"),
    row("incident", f"i:{ONE}:9", "2026-04-11"),
    row("finding", f"f:{ONE}:17:1:{TWO}:no_fire:start", None),
    row("source", "viina"),
    row("source", "a%b_c"),
)


def postgres_url() -> str:
    """Give the address of a schema of its own on a server that answers, or skip aloud."""
    how = f"start one on {HOST}:{PORT} with a database {DATABASE!r} that trusts root or postgres"
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("PostgreSQL: psycopg is not installed; pip install 'psycopg[binary]', " + how)
    try:
        socket.create_connection((HOST, PORT), timeout=2).close()
    except OSError:
        pytest.skip(f"PostgreSQL: no server answers; {how}")
    for user in ("root", "postgres"):
        url = f"postgresql+psycopg://{user}@{HOST}:{PORT}/{DATABASE}"
        engine = create_engine(url)
        try:
            with engine.begin() as connection:
                connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
                connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        except OperationalError:
            continue
        finally:
            engine.dispose()
        return f"{url}?options=-csearch_path%3D{SCHEMA}"
    pytest.skip(f"PostgreSQL: the server lets in neither root nor postgres; {how}")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield index_url(tmp_path / "mission")
        return
    address = postgres_url()
    yield address
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
    engine.dispose()


@pytest.fixture
def index(url: str) -> Iterator[Index]:
    built = build_index(url, ROOT, ROWS)
    yield built
    built.close()


def test_lists_the_records_of_a_kind_in_the_order_of_the_mission(index: Index) -> None:
    assert index.records("incident") == [ROWS[0].body, ROWS[1].body, ROWS[2].body]
    assert index.records("claim") == []


def test_lists_the_records_of_a_day(index: Index) -> None:
    assert index.records("incident", "2026-04-11") == [ROWS[0].body, ROWS[2].body]
    assert index.records("incident", "2026-04-13") == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(f"i:{ONE}:17", 0, id="full id"),
        pytest.param("i:ababababab:17", 0, id="short id"),
        pytest.param("i:ababababab:1", 0, id="the beginning of a short id"),
        pytest.param(f"i:{TWO[:20]}", 1, id="the beginning of a full id"),
        pytest.param("f:", 3, id="a kind with one record"),
        pytest.param("a%", 5, id="a percent sign is itself"),
        pytest.param("a%b_", 5, id="so is an underscore"),
    ],
)
def test_finds_one_record(index: Index, wanted: str, found: int) -> None:
    assert index.record(wanted) == (ROWS[found].kind, ROWS[found].body)


def test_a_whole_id_is_found_though_another_begins_with_it(index: Index, url: str) -> None:
    index.close()
    longer = row("incident", f"i:{ONE}:171")
    again = build_index(url, ROOT, (*ROWS, longer))
    assert again.record("i:ababababab:17") == ("incident", ROWS[0].body)
    assert again.record(f"i:{ONE}:17") == ("incident", ROWS[0].body)
    assert again.record("i:ababababab:171") == ("incident", longer.body)
    again.close()


def test_a_beginning_of_several_is_an_error_that_names_them(index: Index) -> None:
    with pytest.raises(StoreError) as error:
        index.record(f"i:{ONE[:12]}")
    assert str(error.value) == f"i:{ONE[:12]} is several: i:ababababab:17, i:ababababab:9"


def test_two_hashes_that_look_alike_when_shortened_are_an_error(index: Index, url: str) -> None:
    index.close()
    alike = row("incident", f"i:{TWO}:17")
    again = build_index(url, ROOT, (*ROWS, alike))
    with pytest.raises(StoreError, match="is several: i:ababababab:17, i:ababababab:17"):
        again.record("i:ababababab:17")
    assert again.record(alike.id)[1] == alike.body
    again.close()


@pytest.mark.parametrize("wanted", ["i:ffff", "a_b", "%", "_", "' OR 1=1 --"])
def test_what_is_not_there_is_an_error_that_names_it(index: Index, wanted: str) -> None:
    with pytest.raises(StoreError, match="no such record in this mission") as error:
        index.record(wanted)
    assert str(error.value).startswith(wanted)


def test_the_stamp_tells_of_which_log_it_is(index: Index, url: str) -> None:
    assert index.stamp() == ROOT
    again = open_index(url)
    assert again.stamp() == ROOT
    again.close()


def test_making_it_anew_leaves_nothing_of_the_old_one(index: Index, url: str) -> None:
    index.close()
    again = build_index(url, "ee" * 32, ROWS[4:5])
    assert again.stamp() == "ee" * 32
    assert again.records("incident") == []
    assert again.records("source") == [ROWS[4].body]
    again.close()


def test_more_rows_than_one_batch_keep_their_order(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 4)
    many = [row("source", f"source-{number:03}") for number in range(9)]
    built = build_index(url, ROOT, many)
    assert built.records("source") == [one.body for one in many]
    built.close()


def test_a_database_without_an_index_holds_none(url: str) -> None:
    empty = open_index(url)
    for ask in (empty.stamp, lambda: empty.records("incident"), lambda: empty.record("i:1")):
        with pytest.raises(StoreError, match="not an index of a mission"):
            ask()
    empty.close()


def test_an_index_whose_making_was_cut_off_is_none(url: str) -> None:
    def cut_off() -> Iterator[Row]:
        yield ROWS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(url, ROOT, cut_off())
    left = open_index(url)
    with pytest.raises(StoreError, match="not a finished index of a mission"):
        left.stamp()
    left.close()


@pytest.mark.parametrize(
    "content", [b"<html>503</html>" * 100, b"SQLite format 3\x00" + b"\xff" * 500]
)
def test_a_file_that_is_no_index_is_an_error_and_is_made_anew(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "mission.index.sqlite").write_bytes(content)
    broken = open_index(index_url(tmp_path / "mission"))
    for ask in (broken.stamp, lambda: broken.records("incident"), lambda: broken.record("i:1")):
        with pytest.raises(StoreError, match=r"mission\.index\.sqlite: not an index of a mission"):
            ask()
    broken.close()
    made_again = build_index(index_url(tmp_path / "mission"), ROOT, ROWS)
    assert made_again.stamp() == ROOT
    made_again.close()


def test_a_deleted_index_is_made_again_and_is_the_same(tmp_path: Path) -> None:
    url = index_url(tmp_path / "mission")
    first = build_index(url, ROOT, ROWS)
    before = [first.records(kind) for kind in ("incident", "finding", "source")]
    first.close()
    (tmp_path / "mission.index.sqlite").unlink()
    second = build_index(url, ROOT, ROWS)
    assert [second.records(kind) for kind in ("incident", "finding", "source")] == before
    second.close()


def test_it_lies_beside_the_mission_and_not_in_it(tmp_path: Path) -> None:
    built = build_index(index_url(tmp_path / "mission"), ROOT, ROWS)
    built.close()
    assert [path.name for path in tmp_path.iterdir()] == ["mission.index.sqlite"]
