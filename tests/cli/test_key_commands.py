"""`truceline key`: several people, several files, one log, and what is refused."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.evidence.keys import SigningKey, VerifierKey, write_key
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.receipt import read_receipt
from truceline.evidence.statement import BODY_LIMIT
from truceline.evidence.strict import FormatError

SEED = bytes(range(32))
KEY = SigningKey(name="example.org/m", seed=SEED).verifier
LOG = ("--log", KEY.name)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with Ledger.create(tmp_path / "m", SEED, KEY.name) as ledger:
        ledger.store_mission_file(f'verifier_key = "{KEY}"\n'.encode())
        ledger.commit(0)
    write_key(tmp_path / "m.key", SEED)
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c"):
        said("new", f"{name}.key", "--name", f"root/{name}")
    for name in ("bob", "bob-2"):
        said("new", f"{name}.key", "--name", "bob")
    return tmp_path


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["key", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def public(name: str) -> str:
    return Path(f"{name}.key.pub").read_text(encoding="utf-8").strip()


def signed(file: str, *by: str) -> str:
    for name in by:
        said("sign", file, "--seed", f"{name}.key")
    return file


def submitted(file: str) -> int:
    return read_receipt(said("submit", file, "--mission", "m").encode(), KEY).index


def with_root() -> None:
    keys = [public(name) for name in "abc"]
    said("root", *keys, "--threshold", "2", *LOG, "-o", "root.json")
    assert submitted(signed("root.json", "a", "c")) == 1


def listed() -> list[list[str]]:
    return [line.split("\t") for line in said("list", "--mission", "m").splitlines()]


def test_a_new_key_is_secret_and_has_a_public_half(home: Path) -> None:
    assert stat.S_IMODE((home / "a.key").stat().st_mode) == 0o600
    assert VerifierKey.read(public("a")).name == "root/a"
    with pytest.raises(FileExistsError, match=r"a\.key\.pub is there already"):
        said("new", "a.key", "--name", "root/a")
    (home / "a.key.pub").unlink()
    with pytest.raises(FileExistsError):
        said("new", "a.key", "--name", "root/a")
    with pytest.raises(FormatError, match="'a b' is no name for a key"):
        said("new", "d.key", "--name", "a b")


def test_a_contributor_comes_changes_his_key_and_goes(home: Path) -> None:
    assert listed()[1] == ["root", "none: only the log's own key may speak"]
    with_root()
    add = ("add", "--seed", "bob.key", "--kinds", "redact, original", *LOG, "-o", "add.json")
    assert said(*add).startswith("let bob say original, redact with key ")
    assert submitted(signed("add.json", "b", "c")) == 2
    assert listed()[-1] == ["key", public("bob"), "original,redact", "from entry 3", "good"]
    with Ledger.open(home / "m", SEED) as ledger:
        ledger.append_durable("fraud", {"sha256": "00" * 32, "culprit": "c", "proof": "p"}, 1)
    said("rotate", "--old", "bob.key", "--seed", "bob-2.key", *LOG, "-o", "rotate.json")
    assert submitted("rotate.json") == 4
    said("revoke", public("bob"), "--since", "3", *LOG, "-o", "stolen.json")
    assert submitted(signed("stolen.json", "a", "b")) == 5
    said("revoke", public("bob-2"), *LOG, "-o", "revoke.json")
    assert "signed by\tnobody yet" in said("revoke", public("bob-2"), *LOG, "-o", "revoke-2.json")
    assert submitted(signed("revoke.json", "bob-2")) == 6
    fingerprint = said("root", *map(public, "abc"), "--threshold", "2", *LOG, "-o", "again.json")
    rows = listed()
    assert rows[1:3] == [
        ["root", "version 1", "2 of 3 keys", "entry 1"],
        ["root 1", f"sha256 {fingerprint.splitlines()[0].rpartition(' ')[2]}"],
    ]
    assert [row[1] for row in rows if row[0] == "root key"] == sorted(map(public, "abc"))
    assert [row[1:] for row in rows if row[0] == "key"] == [
        [
            public("bob"),
            "original,redact",
            "from entry 3",
            "rotated away by entry 4, revoked by root in entry 5",
        ],
        [public("bob-2"), "original,redact", "from entry 5", "revoked by self in entry 6"],
    ]
    key_id = public("bob").split("+")[1]
    assert rows[-1] == ["disputed", "bob", key_id, "entries 3 to 3", "by root"]
    with Ledger.open(home / "m") as ledger:
        kinds = [statement.kind for statement in ledger.statements()]
    assert kinds == ["mission", "root", "key", "fraud", "key", "key", "key"]


def test_what_every_reader_would_refuse_is_not_written(home: Path) -> None:
    keys = [public(name) for name in "abc"]
    said("root", *keys, "--threshold", "2", *LOG, "-o", "root.json")
    signed("root.json", "a")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with pytest.raises(FormatError, match="has 1 approvals by the keys of root 1, not 2"):
        said("submit", "root.json", "--mission", "m")
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    with pytest.raises(FormatError, match="root/a has signed this already"):
        signed("root.json", "a")
    assert submitted(signed("root.json", "b")) == 1
    with pytest.raises(FormatError, match="is version 1 of the root, not 2"):
        said("submit", "root.json", "--mission", "m")
    said("add", "--seed", "bob.key", "--kinds", "original", *LOG, "--root", "2", "-o", "x.json")
    with pytest.raises(FormatError, match="is approved under root 2, not 1"):
        said("submit", signed("x.json", "a", "b"), "--mission", "m")


def test_names_of_keys_are_never_mixed_up(home: Path) -> None:
    with_root()
    said("revoke", public("bob"), *LOG, "-o", "r.json")
    for arguments, why in (
        (("--seed", "m.key"), "there is no m.key.pub: give the key's name with --name"),
        (("--seed", "a.key", "--name", "eve"), "a.key.pub is of 'root/a', not of 'eve'"),
    ):
        with pytest.raises(FormatError, match=why):
            said("sign", "r.json", *arguments)
    assert "signed by\texample.org/m" in said(
        "sign", "r.json", "--seed", "m.key", "--name", "example.org/m"
    )
    (home / "b.key.pub").write_bytes((home / "a.key.pub").read_bytes())
    with pytest.raises(FormatError, match=r"b\.key\.pub is not the public half of b\.key"):
        said("sign", "r.json", "--seed", "b.key")
    double = SigningKey(name="root/double", seed=bytes.fromhex((home / "a.key").read_text()))
    write_key(home / "double.key", double.seed)
    signed("r.json", "a")
    with pytest.raises(FormatError, match="root/double has signed this already"):
        said("sign", "r.json", "--seed", "double.key", "--name", "root/double")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is no draft"),
        (b"\xff", "is no draft"),
        (b"[" * 20_000, "is no draft"),
        (b"[]\n", "not one canonical JSON object and a newline"),
        (b'{"change":"x","approvals":[]}\n', "not one canonical JSON object and a newline"),
        (b'{"a":1}\n', "a draft has not the fields"),
        (b'{"approvals":[],"change":1}\n', "the draft's change cannot be 1"),
        (b'{"approvals":[],"change":"x"}\n', "the change cannot be read"),
        (b'{"document":"x","signatures":[]}\n', "the root cannot be read"),
        (b'"' * (BODY_LIMIT + 2), "a draft has at most 24576 bytes"),
    ],
)
def test_what_is_no_draft_is_named(home: Path, content: bytes, why: str) -> None:
    (home / "bad.json").write_bytes(content)
    with pytest.raises(FormatError, match=f"^bad.json: .*{why}"):
        said("sign", "bad.json", "--seed", "a.key")


def test_nothing_is_overwritten(home: Path) -> None:
    with_root()
    with pytest.raises(FileExistsError):
        said("revoke", public("bob"), *LOG, "-o", "root.json")
    assert json.loads((home / "root.json").read_bytes())["signatures"]


def test_a_log_does_not_take_what_is_no_change(home: Path) -> None:
    with Ledger.open(home / "m", SEED) as ledger:
        ledger.append("key", {"change": "x", "approvals": []})
        with pytest.raises(LedgerError, match=r"m: entry 1 the change cannot be read"):
            ledger.commit(1)
