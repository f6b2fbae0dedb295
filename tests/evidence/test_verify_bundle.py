"""The verifier of one file: it accepts what is right and names the first thing that is wrong."""

from __future__ import annotations

import ast
import dataclasses
import random
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256, sha512
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from bundle_worlds import (
    AGREEMENT,
    CSV,
    DERIVED,
    FIRST,
    GZIP,
    SECOND,
    World,
    base64_of,
    bundle_of,
    closed,
    contents_of,
    hash_of,
    make_mission,
    observation,
    opened,
)
from bundle_writers import ANCHOR, LABEL, MISSHAPEN
from hypothesis import given
from hypothesis import strategies as st
from mission_worlds import KEY, ORIGIN
from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_is_valid_point,
    crypto_scalarmult_ed25519_base_noclamp,
)

from truceline.evidence.bundle import make_bundle
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.ledger import Ledger
from truceline.evidence.note import sign_note
from truceline.evidence.statement import read_entry
from truceline.evidence.strict import FormatError
from truceline.evidence.verifiers import verify_bundle as verifier
from truceline.evidence.verifiers.verify_bundle import Wrong, verify
from truceline.records.canonical import canonical

PROGRAM = Path(verifier.__file__)
POSITIONS = 400
OTHER = SigningKey(name="someone.else", seed=bytes(32)).verifier
FINDING = f"f:{FIRST[2:]}:1:{hash_of(AGREEMENT)}:no-fire:agreed"
AGREEMENT_FILE = f"originals/{hash_of(AGREEMENT)[:2]}/{hash_of(AGREEMENT)}"
CSV_FILE = f"originals/{hash_of(CSV)[:2]}/{hash_of(CSV)}"
GZIP_FILE = f"originals/{hash_of(GZIP)[:2]}/{hash_of(GZIP)}"
Change = Callable[[Any], object]


@cache
def sound() -> bytes:
    with TemporaryDirectory() as folder:
        return bundle_of(Path(folder) / "mission")


def complaint(content: bytes) -> tuple[str, str]:
    with pytest.raises(Wrong) as caught:
        verify(content)
    return caught.value.where, caught.value.why


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", str(PROGRAM), *arguments],
        cwd=folder, capture_output=True, encoding="utf-8", check=False, env={"LC_ALL": "C"},
    )  # fmt: skip


# ------------------------------------------------------------------------- what is right
def test_a_sound_bundle_verifies_and_without_a_key_its_signer_is_open() -> None:
    assert verify(sound(), str(KEY)).pinned
    bundle = verify(sound())
    assert not bundle.pinned
    assert [line.decode() for _, line in bundle.citations] == ["01:10,Вільне", "03:00,Third"]
    assert [one["outcome"] for one in bundle.findings] == ["undecided", "breached"]


@pytest.mark.parametrize("about", [FIRST, SECOND])
def test_the_bundle_of_any_incident_verifies(tmp_path: Path, about: str) -> None:
    world = make_mission(tmp_path / "mission")
    with Ledger.open(tmp_path / "mission") as ledger:
        bundle = make_bundle(ledger, contents_of(world, about), DERIVED)
    assert verify(bundle, str(KEY)).incident["id"] == about


def test_the_bundle_of_a_finding_verifies_and_marks_it(tmp_path: Path) -> None:
    world = make_mission(tmp_path / "mission")
    with Ledger.open(tmp_path / "mission") as ledger:
        contents = dataclasses.replace(contents_of(world), about=FINDING)
        told = verifier.tell(verify(make_bundle(ledger, contents, DERIVED)))
    assert f"about: {FINDING}\n" in told
    assert "  * BREACHED: 86.9 % that this incident breaches clause no-fire under" in told
    assert "  - UNDECIDED: 86.9 %" in told


def test_an_incident_on_which_there_is_no_finding_can_be_proved_too(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path / "mission", lambda world: world.findings.clear())
    assert verify(bundle).findings == []


def test_tells_a_lawyer_what_was_found_and_from_which_words() -> None:
    told = verifier.tell(verify(sound(), str(KEY)))
    assert told.startswith("VERIFIED\n")
    assert 'article II.3:\n      "No weapon shall be fired."' in told
    assert "48.1000 N 37.5000 E, 90 in 100 within 400 m; Вільне, 1.0 km" in told
    assert "between 1970-01-01T00:00:00Z and 1970-01-01T01:00:00Z" in told
    assert f"line 2 (entry 2, SHA-256 {hash_of(CSV)})\n    01:10,Вільне\n" in told


def test_writes_out_what_would_disturb_a_terminal(tmp_path: Path) -> None:
    def change(world: World) -> None:
        world.incidents[1]["near"] = "\x1b[2J\u202eevil"

    told = verifier.tell(verify(bundle_of(tmp_path / "mission", change)))
    assert "\\x1b[2J\\u202eevil" in told
    assert all(letter.isprintable() or letter == "\n" for letter in told)


def test_says_so_loudly_where_the_agreement_has_no_such_clause(tmp_path: Path) -> None:
    def change(world: World) -> None:
        world.findings[0]["clause"] = "invented"

    told = verifier.tell(verify(bundle_of(tmp_path / "mission", change)))
    assert "THE AGREEMENT FILE HAS NO CLAUSE OF THIS ID" in told


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param(verifier.percent(949_999), "94.9 %", id="never rounded up to the limit"),
        pytest.param(verifier.percent(None), "not stated", id="no probability"),
        pytest.param(verifier.degrees("x"), "?", id="no degrees"),
        pytest.param(verifier.moment(2**52), "2112-09-17T23:53:47Z", id="far away"),
        pytest.param(verifier.moment(None), "not stated", id="no instant"),
        pytest.param(verifier.clause_words(b"= no TOML", "a")[1], "[the agreement file is no TOML]",
                     id="no TOML"),
    ],
)  # fmt: skip
def test_shows_odd_values_without_falling_over(value: str, said: str) -> None:
    assert value == said


# ------------------------------------------------------------------- as a program by itself
def test_imports_the_standard_library_and_nothing_of_ours() -> None:
    modules = set()
    for node in ast.walk(ast.parse(PROGRAM.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            modules.add(str(node.module))
    assert {name.split(".")[0] for name in modules} <= sys.stdlib_module_names


def test_runs_alone_in_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "good").write_bytes(sound())
    (tmp_path / "bad").write_bytes(sound().replace(b'"format":2', b'"format":1'))
    pinned = run(["good", "--key", str(KEY)], tmp_path)
    assert (pinned.returncode, pinned.stderr) == (0, "")
    assert pinned.stdout.startswith("VERIFIED\n")
    assert "01:10,Вільне" in pinned.stdout
    assert run(["good"], tmp_path).stdout.startswith("CONSISTENT, SIGNER NOT PINNED")
    bad = run(["bad"], tmp_path)
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr.startswith("NOT VERIFIED: bundle: has format 1")
    other = run(["good", "--key", str(OTHER)], tmp_path)
    assert other.returncode == 1
    assert other.stderr.startswith("NOT VERIFIED: key: is truceline.example/test+")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no bundle"),
        pytest.param(["nowhere"], id="no such file"),
        pytest.param(["nowhere\0"], id="no name of a file"),
        pytest.param(["good", "--key", "nonsense"], id="a key that is none"),
        pytest.param(["good", "--what"], id="an option that is none"),
    ],
)
def test_an_error_is_no_verdict(
    tmp_path: Path, arguments: list[str], capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good").write_bytes(sound())
    try:
        code: object = verifier.main(arguments)
    except SystemExit as left:
        code = left.code
    assert code == 2
    assert capfdbinary.readouterr().out == b""


# ------------------------------------------------------------------------ what is not right
def test_every_changed_byte_is_noticed() -> None:
    content, dice = sound(), random.Random(20260421)  # noqa: S311 - a fixed seed
    step = len(content) / POSITIONS
    for at in range(POSITIONS):
        position = min(len(content) - 1, int((at + dice.random()) * step))
        changed = content[position] ^ dice.randrange(1, 256)
        mutant = content[:position] + bytes([changed]) + content[position + 1 :]
        assert complaint(mutant), position


@given(st.integers(0, 2**30), st.sampled_from(["cut", "double", "insert"]))
def test_bytes_that_are_missing_or_too_many_are_noticed(where: int, how: str) -> None:
    content = sound()
    at = where % len(content)
    if how == "cut":
        assert complaint(content[:at])
    elif how == "double":
        assert complaint(content[: at + 1] + content[at:])
    else:
        assert complaint(content[:at] + b" " + content[at:])


SPELLINGS: dict[str, Callable[[str], str]] = {
    "a newline behind it": lambda text: text + "\n",
    "a space inside": lambda text: text.replace('"format":2', '"format": 2'),
    "a fraction": lambda text: text.replace('"format":2', '"format":2.0'),
    "an exponent": lambda text: text.replace('"format":2', '"format":2e0'),
    "not a number": lambda text: text.replace('"format":2', '"format":NaN'),
    "an endless integer": lambda text: text.replace('"format":2', '"format":' + "1" * 9999),
    "a key twice": lambda text: text.replace('"format":2', '"format":2,"format":2'),
    "another order": lambda text: '{"format":2,' + text[1:].replace('"format":2,', ""),
    "an escape that is not needed": lambda text: text.replace('"about":"i', '"about":"\\u0069'),
    "half a surrogate": lambda text: text.replace('"about":"i', '"about":"\\ud800i'),
    "a capital key": lambda text: text.replace('{"about"', '{"A":1,"about"'),
    "deep nesting": lambda text: text.replace('"format":2', f'"format":{"[" * 40}{"]" * 40}'),
    "endless nesting": lambda text: text.replace('"format":2', '"format":' + "[" * 100_000),
    "a byte order mark": lambda text: "\ufeff" + text,
    "nothing at all": lambda _text: "",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_there_is_one_spelling(name: str) -> None:
    mutant = SPELLINGS[name](sound().decode()).encode()
    assert mutant != sound()
    where, why = complaint(mutant)
    assert where == "bundle"
    assert "canonical" in why


def test_bytes_that_are_no_text_are_refused() -> None:
    assert complaint(sound().replace(b'"about":"i', b'"about":"\xff')) [0] == "bundle"  # fmt: skip


def test_a_file_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "BUNDLE_LIMIT", 1000)
    assert complaint(sound()) == ("bundle", "is larger than 1000 bytes")


def entry_at(raw: Any, index: int) -> Any:  # noqa: ANN401 - JSON
    return next(one for one in raw["entries"] if one["index"] == index)


def swap(values: list[Any], one: int, other: int) -> None:
    values[one], values[other] = values[other], values[one]


def key_text(name: str, public: bytes) -> str:
    key_id = sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64_of(b'%c%b' % (1, public))}"


def put(raw: Any, **values: object) -> None:  # noqa: ANN401 - JSON
    raw.update(values)


# Entries: 0 mission, 1 agreement, 2 CSV, 3 gzip, 4 uncited, 5 older, 6 incidents, 7 findings,
# 8 observations, 9 summary.
DAMAGE: dict[str, tuple[Change, str, str]] = {
    "a field too many": (lambda raw: put(raw, extra=1), "bundle", "unknown"),
    "a field too few": (lambda raw: raw.pop("about"), "bundle", "no about"),
    "a field of another type": (lambda raw: put(raw, about=1), "bundle", "about 1"),
    "a truth for a number": (lambda raw: put(raw, format=True), "bundle", "format True"),
    "not an object": (lambda raw: raw["entries"].append(1), "entries[7]", "no object"),
    "no entries": (lambda raw: raw["entries"].clear(), "bundle", "no entries"),
    "line zero": (lambda raw: put(raw["records"][0], line=0), "records[0]", "line 0"),
    "a key that is none": (lambda raw: put(raw, key="x"), "key", "no verifier key"),
    "a key of another id": (
        lambda raw: put(raw, key=raw["key"].replace("+", "+0", 1)), "key", "no verifier key"),
    "an id of another key": (
        lambda raw: put(raw, key="x" + raw["key"][1:]), "key", "id of another"),
    "another's key": (lambda raw: put(raw, key=str(OTHER)), "checkpoint", "not signed first by"),
    "a key of small order": (
        lambda raw: put(raw, key=key_text(ORIGIN, bytes(32))), "key", "prime order"),
    "a longer log": (
        lambda raw: put(raw, checkpoint=raw["checkpoint"].replace("\n10\n", "\n11\n")),
        "checkpoint", "signature"),
    "a checkpoint of one line": (
        lambda raw: put(raw, checkpoint="x\n"), "checkpoint", "no signed note"),
    "two signatures": (
        lambda raw: put(raw, checkpoint=raw["checkpoint"] + raw["checkpoint"].split("\n")[-2]
                        + "\n"), "checkpoint", "no Ed25519 cosignature"),
    "another's checkpoint": (
        lambda raw: put(raw, checkpoint=sign_note(
            raw["checkpoint"].split("\n\n")[0].replace(ORIGIN, OTHER.name) + "\n",
            SigningKey(name=OTHER.name, seed=bytes(32))).decode()), "checkpoint",
        "not signed first by"),
    "an odd root": (
        lambda raw: put(raw, checkpoint=sign_note(
            f"{ORIGIN}\n10\nAAAA\n", SigningKey(name=ORIGIN, seed=bytes(range(32)))).decode()),
        "checkpoint", "no log has"),
    "an entry of another index": (
        lambda raw: put(entry_at(raw, 2), index=3), "entry 3", "signed root"),
    "an index beyond the log": (
        lambda raw: put(entry_at(raw, 8), index=10), "entry 10", "signed root"),
    "an entry twice": (
        lambda raw: raw["entries"].insert(1, raw["entries"][0]), "entry 0", "out of order"),
    "entries out of order": (lambda raw: swap(raw["entries"], 1, 2), "entry 1", "out of order"),
    "no mission": (lambda raw: raw["entries"].pop(0), "entry 1", "the first is entry 0"),
    "another's entry": (
        lambda raw: put(entry_at(raw, 2), entry=entry_at(raw, 3)["entry"]),
        "entry 2", "signed root"),
    "an endless entry": (
        lambda raw: put(entry_at(raw, 2), entry=base64_of(bytes(65_536))), "entry 2", "65535"),
    "a step too few": (lambda raw: entry_at(raw, 2)["path"].pop(), "entry 2", "signed root"),
    "a step too many": (
        lambda raw: entry_at(raw, 2)["path"].append(base64_of(bytes(32))),
        "entry 2", "signed root"),
    "a short step": (
        lambda raw: entry_at(raw, 2)["path"].append("AA=="), "entry 2", "signed root"),
    "base64 of another spelling": (
        lambda raw: entry_at(raw, 2)["path"].append("AB=="), "entry 2, path", "canonical"),
    "no base64": (lambda raw: put(entry_at(raw, 2), content="?"), "entry 2, content", "no"),
    "another mission.toml": (
        lambda raw: put(raw["entries"][0], content=""), "mission.toml", "0 bytes"),
    "another derived file of that size": (
        lambda raw: put(entry_at(raw, 7), content=base64_of(bytes(
            len(verifier.read_base64(entry_at(raw, 7)["content"], ""))))),
        "derived/findings.jsonl", "SHA-256"),
    "another original": (
        lambda raw: put(entry_at(raw, 2), content=base64_of(CSV[:-1] + b"x")),
        CSV_FILE, "SHA-256"),
    "a derived file left out": (
        lambda raw: raw["entries"].remove(entry_at(raw, 7)), "bundle", "derived files"),
    "a document left out": (
        lambda raw: raw["entries"].remove(entry_at(raw, 2)), CSV_FILE, "not there"),
    "an agreement left out": (
        lambda raw: raw["entries"].remove(entry_at(raw, 1)), AGREEMENT_FILE, "not there"),
    "another record": (
        lambda raw: put(raw["records"][1], text="{}"), "records[1]", "not line 1"),
    "a record of another line": (
        lambda raw: put(raw["records"][1], line=99), "records[1]", "not line 99"),
    "a record of another file": (
        lambda raw: put(raw["records"][1], path="claims.jsonl"), "records", "one incident"),
    "a finding left out": (lambda raw: raw["records"].pop(), "records", "all findings"),
    "two findings swapped": (
        lambda raw: swap(raw["records"], 1, 2), "records", "lines [1, 3]"),
    "about something else": (lambda raw: put(raw, about=SECOND), "about", "neither"),
    "a citation left out": (lambda raw: raw["citations"].pop(), "citations", "observations of"),
    "citations swapped": (lambda raw: swap(raw["citations"], 0, 1), "citations", "its order"),
    "another row": (lambda raw: put(raw["citations"][1], text="{}"), "citations[1]", "not line"),
    "a row of another observation": (
        lambda raw: put(raw["citations"][0], line=2, text=canonical(observation(CSV, 3)).decode()),
        "citations[0]", "another line"),
    "another line of the document": (
        lambda raw: put(raw["citations"][0], document_line=3), "citations[0]", "another line"),
    "another document": (
        lambda raw: put(raw["citations"][0], document="ab" * 32), "originals/ab/" + "ab" * 32,
        "not there"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_names_what_was_damaged(name: str) -> None:
    change, where, why = DAMAGE[name]
    raw = opened(sound())
    change(raw)
    found = complaint(closed(raw))
    assert (found[0], why in found[1]) == (where, True), found


def test_an_entry_that_nothing_cites_is_refused(tmp_path: Path) -> None:
    world = make_mission(tmp_path / "mission")
    uncited = world.documents[2]
    with Ledger.open(tmp_path / "mission") as ledger:
        contents = contents_of(world)
        more = dataclasses.replace(
            contents.citations[0], document=hash_of(uncited), observation="o:x:1"
        )
        bigger = dataclasses.replace(contents, citations=[*contents.citations, more])
        raw = opened(make_bundle(ledger, bigger, DERIVED))
        summary = opened(make_bundle(ledger, contents, DERIVED | {"summary.json"}))
    raw["citations"].pop()
    assert complaint(closed(raw))[1] == "is there, and not cited"
    assert complaint(closed(summary))[0] == "bundle"


# What a signer could do who lies about his own mission: every signature is right.
LIES: dict[str, tuple[Change, str, str]] = {
    "a key line of another spelling": (
        lambda world: put_in(world, mission=world.mission.replace(b' = "trucel', b'="trucel')),
        "mission.toml", "does not name"),
    "two key lines": (
        lambda world: put_in(world, mission=world.mission + b'verifier_key_too = "x"\n'),
        "mission.toml", "does not name"),
    "no newline at the end": (
        lambda world: put_in(world, end=b""), "derived/incidents.jsonl", "newline"),
    "the incident twice": (
        lambda world: world.incidents.append(world.incidents[1] | {"near": "elsewhere"}),
        "records[0]", "not the only line"),
    "a finding without an outcome": (
        lambda world: world.findings[2].pop("outcome"), "records[2]", "no outcome"),
    "an observation of a line that is not there": (
        lambda world: cite(world, CSV, 9), CSV_FILE, "nothing on line 9"),
    "an observation of an empty line": (
        lambda world: cite(world, CSV, 4), CSV_FILE, "nothing on line 4"),
}  # fmt: skip


def put_in(world: World, **values: object) -> None:
    for name, value in values.items():
        setattr(world, name, value)


def cite(world: World, content: bytes, line: int) -> None:
    world.observations.append(observation(content, line))
    world.incidents[1]["observations"].append(f"o:{hash_of(content)}:{line}")


@pytest.mark.parametrize("name", LIES)
def test_a_right_signature_does_not_make_a_wrong_bundle_right(tmp_path: Path, name: str) -> None:
    change, where, why = LIES[name]
    found = complaint(bundle_of(tmp_path / "mission", change))
    assert (found[0], why in found[1]) == (where, True), found


@pytest.mark.parametrize(
    ("document", "why"),
    [
        pytest.param(GZIP[:-1], "not one whole gzip", id="cut"),
        pytest.param(GZIP + b"\0", "not one whole gzip", id="something behind it"),
        pytest.param(GZIP + GZIP, "not one whole gzip", id="two members"),
        pytest.param(GZIP[:12] + b"\xff\xff" + GZIP[14:], "a broken gzip", id="broken"),
    ],
)
def test_a_document_in_gzip_must_be_one_whole_gzip(document: bytes, why: str) -> None:
    with pytest.raises(Wrong, match=why):
        verifier.document_lines(document, "ab" * 32)


def test_a_gzip_that_inflates_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "INFLATED_LIMIT", 10)
    with pytest.raises(Wrong, match="at most"):
        verifier.document_lines(GZIP, "ab" * 32)


def signed(payload: bytes, name: str = ORIGIN) -> bytes:
    """Sign any payload as the log would, right or wrong."""
    kind = verifier.PAYLOAD_TYPE
    key = SigningKey(name=name, seed=bytes(range(32)))
    signature = key.sign(b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload))
    return (
        f'{{"payload":"{base64_of(payload)}","payloadType":"{kind}","signatures":'
        f'[{{"keyid":"{key.verifier.key_id.hex()}","sig":"{base64_of(signature)}"}}]}}'
    ).encode()


PAYLOAD: dict[str, Any] = {
    "v": 2, "kind": "derived", "actor": ORIGIN, "seq": 3, "prev": "ab" * 32,
    "anchor": None, "signed_us": 0, "label": None, "commits": [],
    "body": {"path": "x", "sha256": "ab" * 32, "size": 1},
}  # fmt: skip


@pytest.mark.parametrize("name", MISSHAPEN)
def test_the_house_refuses_the_same_shapes_as_the_verifiers(name: str) -> None:
    """Both were written down apart: a statement that one of them takes, all take."""
    body = {"path": "x", "sha256": "ab" * 32, "size": 1}
    sound = PAYLOAD | {"body": body, "label": LABEL, "anchor": ANCHOR, "commits": ["cd" * 32]}
    key = verifier.read_key(str(KEY), "key")
    assert read_entry(signed(canonical(sound)), KEY).seq == 3
    assert verifier.read_statement(signed(canonical(sound)), key, "here")[0] == "derived"
    entry = signed(canonical(sound | MISSHAPEN[name]))
    with pytest.raises(FormatError):
        read_entry(entry, KEY)
    with pytest.raises(Wrong):
        verifier.read_statement(entry, key, "here")


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        pytest.param(b"{}", "not the envelope", id="no envelope"),
        pytest.param(signed(b"[1]"), "no object", id="no object"),
        pytest.param(signed(b"{}"), "has no v", id="no fields"),
        pytest.param(signed(b'{"v": 1}'), "canonical", id="not canonical"),
        pytest.param(signed(canonical(PAYLOAD | {"v": 1})), "version", id="version"),
        pytest.param(signed(canonical(PAYLOAD | {"actor": "x"})), "another", id="actor"),
        pytest.param(signed(canonical(PAYLOAD | {"prev": "x"})), "prev 'x'", id="prev"),
        pytest.param(signed(canonical(PAYLOAD | {"kind": "parsed"})), "no bundle", id="kind"),
        pytest.param(signed(canonical(PAYLOAD | {"body": {}})), "has no sha256", id="body"),
        pytest.param(signed(canonical(PAYLOAD | {"more": 1})), "more, unknown", id="one more"),
        pytest.param(signed(canonical(PAYLOAD | {"body": PAYLOAD["body"] | {"more": 1}})),
                     "more, unknown", id="one more in the body"),
        pytest.param(signed(canonical(PAYLOAD), "other"), "signed by key", id="key"),
        pytest.param(signed(canonical(PAYLOAD)).replace(b'sig":"', b'sig":"AAAA'), "signature",
                     id="signature"),
    ],
)  # fmt: skip
def test_refuses_a_statement_that_is_none(entry: bytes, why: str) -> None:
    key = verifier.read_key(str(KEY), "key")
    assert verifier.read_statement(signed(canonical(PAYLOAD)), key, "entry 3")[0] == "derived"
    with pytest.raises(Wrong, match=why):
        verifier.read_statement(entry, key, "entry 3")


def test_tells_only_what_was_verified() -> None:
    with pytest.raises(ValueError, match="verified"):
        verifier.tell(verifier.Bundle())


# ---------------------------------------------------------------------------- Merkle proofs
@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8, 13])
def test_inclusion_agrees_with_the_tree_at_every_index(size: int) -> None:
    from truceline.evidence import tree  # noqa: PLC0415 - the peer, here only

    leaves = [tree.leaf_hash(bytes([at])) for at in range(size)]
    head = verifier.Head(size=size, root=tree.root(leaves))
    for index in range(size):
        path = tree.inclusion_proof(leaves, index)
        for other in range(size + 1):
            for steps in (path, path[:-1], [*path, bytes(32)], path[::-1]):
                ours = verifier.is_included(leaves[index], other, steps, head)
                assert ours == tree.verify_inclusion(leaves[index], other, size, steps, head.root)


# --------------------------------------------------------------------------------- Ed25519
L = 2**252 + 27742317777372353535851937790883648493
NEUTRAL = bytes([1]) + bytes(31)
EIGHTH = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
OTHER_EIGHTH = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
HIGH = b"\xff" * 30


def with_sign(encoded: bytes) -> bytes:
    return encoded[:31] + bytes([encoded[31] | 0x80])


SMALL_ORDER = [
    encoded
    for y in (
        NEUTRAL,
        bytes(32),
        b"\xec" + HIGH + b"\x7f",
        EIGHTH,
        OTHER_EIGHTH,
        b"\xed" + HIGH + b"\x7f",  # p, another spelling of 0
        b"\xee" + HIGH + b"\x7f",  # p + 1, another spelling of 1
    )
    for encoded in (y, with_sign(y))
]


def key_of(seed: bytes) -> VerifierKey:
    return SigningKey(name="k", seed=seed).verifier


def agree(public: bytes, message: bytes, signature: bytes) -> bool:
    """Ask both verifiers; they must say the same."""
    ours = verifier.signature_is_right(public, message, signature)
    try:
        theirs = VerifierKey(name="k", public=public).verifies(message, signature)
    except ValueError:
        theirs = False
    assert ours == theirs, (public.hex(), message.hex(), signature.hex())
    return ours


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 64 * 8 - 1))
def test_agrees_with_libsodium_on_what_is_signed_and_what_is_changed(
    seed: bytes, message: bytes, bit: int
) -> None:
    key = SigningKey(name="k", seed=seed)
    signature = key.sign(message)
    assert agree(key.verifier.public, message, signature)
    assert not agree(key.verifier.public, message + b"x", signature)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not agree(key.verifier.public, message, bytes(flipped))
    assert not agree(key.verifier.public, message, signature[:-1])


def test_rfc_8032_test_vectors() -> None:
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert agree(public, b"\x72", signature)


@given(st.binary(min_size=32, max_size=32))
def test_agrees_with_libsodium_on_which_bytes_are_a_key(public: bytes) -> None:
    assert verifier.is_key(public) == crypto_core_ed25519_is_valid_point(public)


@pytest.mark.parametrize("public", SMALL_ORDER, ids=bytes.hex)
def test_refuses_keys_of_small_order_in_every_spelling(public: bytes) -> None:
    assert not verifier.is_key(public)
    forged = NEUTRAL + bytes(32)  # valid for every message under a careless rule
    assert not any(agree(public, bytes([at]), forged) for at in range(16))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "torsion", [EIGHTH, with_sign(EIGHTH), OTHER_EIGHTH, bytes(32), b"\xec" + HIGH + b"\x7f"],
    ids=bytes.hex,
)  # fmt: skip
def test_refuses_keys_of_mixed_order(seed: int, torsion: bytes) -> None:
    pure = key_of(bytes([seed]) * 32).public
    mixed = crypto_core_ed25519_add(pure, torsion)
    assert verifier.is_key(pure)
    assert not verifier.is_key(mixed)
    assert not verifier.is_key(mixed[:31])


def secret_scalar(seed: bytes) -> int:
    half = bytearray(sha512(seed).digest()[:32])
    half[0] &= 248
    half[31] = half[31] & 127 | 64
    return int.from_bytes(half, "little")


def signed_with(seed: bytes, commitment: bytes, nonce: int, message: bytes) -> bytes:
    """Sign as RFC 8032 does, but with a commitment of the signer's choice."""
    public = key_of(seed).public
    challenge = int.from_bytes(sha512(commitment + public + message).digest(), "little")
    scalar = (nonce + challenge * secret_scalar(seed)) % L
    return commitment + scalar.to_bytes(32, "little")


@pytest.mark.parametrize("seed", [bytes(32), b"\x07" * 32])
def test_a_signer_cannot_make_verifiers_disagree(seed: bytes) -> None:
    public, nonce = key_of(seed).public, 12345
    pure = crypto_scalarmult_ed25519_base_noclamp(nonce.to_bytes(32, "little"))
    assert agree(public, b"m", signed_with(seed, pure, nonce, b"m"))
    # A commitment of small order passes the bare equation and is refused nevertheless.
    assert not any(agree(public, b"m", signed_with(seed, one, 0, b"m")) for one in SMALL_ORDER)
    mixed = crypto_core_ed25519_add(pure, EIGHTH)
    assert not agree(public, b"m", signed_with(seed, mixed, nonce, b"m"))


@pytest.mark.parametrize("times", [1, 2, 8, 15])
def test_a_scalar_that_is_not_reduced_is_refused(times: int) -> None:
    key = SigningKey(name="k", seed=bytes(32))
    signature = key.sign(b"m")
    scalar = int.from_bytes(signature[32:], "little") + times * L
    if scalar < 2**256:
        unreduced = signature[:32] + scalar.to_bytes(32, "little")
        assert not agree(key.verifier.public, b"m", unreduced)


def test_two_citations_of_one_document_open_it_once(tmp_path: Path) -> None:
    def change(world: World) -> None:
        world.incidents[1]["observations"].append(f"o:{hash_of(CSV)}:3")

    assert len(verify(bundle_of(tmp_path / "mission", change)).citations) == 3
