"""The operator and all mirrors of a coalition rewrite history: one kept checkpoint proves it.

They hold the log's key and thirty mirror keys, and sign whatever they like. The proof is made and
checked by the Go verifier from files alone.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from test_fraud import ACTOR, entry, statement
from test_go_verifier import GO, SOURCE, program, pytestmark  # noqa: F401 - the fixture, and when it cannot run
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.evidence.cosignature import add_signatures, cosign, cosigner_key
from truceline.evidence.fraud import Outcome, check, prove_heads, prove_statements
from truceline.evidence.keys import SigningKey
from truceline.evidence.mirror import SourceError, origin_hash
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.policy import Level, read_policy
from truceline.evidence.statement import PAYLOAD_TYPE, pre_authentication_encoding
from truceline.evidence.strict import FormatError, encode_base64
from truceline.evidence.tiles import hash_tiles
from truceline.evidence.tree import consistency_proof, leaf_hash, root
from truceline.pipeline.mirror import compare_checkpoint
from truceline.records.canonical import Json, canonical

LOG = SigningKey(name="truceline.example/log", seed=bytes(range(1, 33)))
OTHER_LOG = SigningKey(name="truceline.example/other", seed=bytes(range(9, 41)))
MIRRORS = [SigningKey(name=f"mirror.example/{at}", seed=bytes([at + 1] * 32)) for at in range(32)]
PARTY, NEUTRAL = MIRRORS[30:]
LAST_WEEK_S, NOW_S = 1_790_000_000, 1_790_604_800
LONGEST = 40
POLICY = read_policy(
    "".join(
        [
            f"log {LOG.verifier}\n",
            *(f"witness w{at} {cosigner_key(key)}\n" for at, key in enumerate(MIRRORS)),
            f"group coalition 20 {' '.join(f'w{at}' for at in range(30))}\n",
            "group parties 1 w30\ngroup neutral 1 w31\n",
            "group all-of-them 1 coalition parties neutral\n",
            "group det all all-of-them\nquorum det\n",
        ]
    ).encode()
)

Leaves = list[bytes]


def history(size: int, rewritten_at: int | None = None) -> Leaves:
    """Give leaf hashes; from where an entry was rewritten the hashes stand for another past."""
    return [leaf_hash(b"%d%s" % (at, b"x" * (at == rewritten_at))) for at in range(size)]


def head(leaves: Leaves) -> Checkpoint:
    return Checkpoint(origin=LOG.name, size=len(leaves), root=root(leaves))


def signed(leaves: Leaves) -> bytes:
    return sign_note(head(leaves).text, LOG)


def serve(folder: Path, leaves: Leaves, note: bytes | None = None) -> Path:
    """Write what a static server would serve."""
    for tile, content in hash_tiles(leaves).items():
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    folder.mkdir(exist_ok=True)
    (folder / "checkpoint").write_bytes(note or signed(leaves))
    return folder


def go(program: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:  # noqa: F811
    return subprocess.run(
        [program, *words], capture_output=True, text=True, check=False, encoding="utf-8"
    )


def kept(path: Path, leaves: Leaves) -> Path:
    path.write_bytes(signed(leaves))
    return path


# ------------------------------------------------------------------------------ the bloc
def test_the_verifier_cannot_reach_a_network() -> None:
    needed = subprocess.run(
        ["go", "list", "-deps", "."], cwd=SOURCE, env=GO, capture_output=True, text=True, check=True
    )
    packages = needed.stdout.split()
    assert "crypto/sha256" in packages
    assert [name for name in packages if name == "net" or name.startswith("net/")] == []


def test_a_party_with_one_old_checkpoint_proves_that_the_whole_bloc_rewrote_history(
    program: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    true, false = history(900), history(1000, rewritten_at=17)
    # Last week everybody cosigned; the party keeps this one file and nothing else.
    everybody = [cosign(head(true).text, key, LAST_WEEK_S) for key in MIRRORS]
    old = tmp_path / "last-week.checkpoint"
    old.write_bytes(add_signatures(signed(true), everybody))
    assert POLICY.level_of(old.read_bytes())[1] is Level.D
    assert POLICY.undisputed([cosigner_key(key) for key in MIRRORS])

    bloc = MIRRORS[:30]
    note = add_signatures(signed(false), [cosign(head(false).text, key, NOW_S) for key in bloc])
    served = serve(tmp_path / "served", false, note)
    # The rewritten history has determination grade: nothing but the old head speaks against it.
    assert POLICY.level_of(note)[1] is Level.D
    bloc_keys = [cosigner_key(key) for key in bloc]
    assert POLICY.withheld_by(bloc_keys) == ("w30", "w31")
    assert not POLICY.undisputed(bloc_keys)
    assert not POLICY.undisputed([*bloc_keys, cosigner_key(PARTY)])

    told = go(program, "fork", old, served, str(LOG.verifier))
    assert (told.returncode, told.stderr) == (1, "")
    lines = told.stdout.splitlines()
    assert lines[0] == f"FORK PROVEN: {LOG.name} signed two histories"
    assert lines[1] == f"old head: size 900, root {root(true).hex()}"
    assert f"new head: size 1000, root {root(false).hex()}" in lines
    assert lines[-2:] == [
        f"the new head has at size 900 the root {root(false[:900]).hex()}",
        f"the old head says at size 900 the root {root(true).hex()}",
    ]

    # The same from our side, as a proof in one file; and Go checks that file too.
    done = CliRunner().invoke(
        app,
        f"mirror compare {old} --source {served} --log-key {LOG.verifier} "
        f"-o {tmp_path / 'fraud.json'}",
    )
    assert done.exit_code == 1
    assert "FORK PROVEN" in done.output
    proof = tmp_path / "fraud.json"
    checked = go(program, "proof", proof, str(LOG.verifier))
    assert checked.returncode == 0
    assert checked.stdout.startswith(f"PROVEN against {LOG.name}: ")
    ours = CliRunner().invoke(
        app, ["mirror", "check", str(proof), "--key", str(LOG.verifier)], catch_exceptions=False
    )
    assert ours.exit_code == 0
    assert ours.output.startswith(f"PROVEN against {LOG.name}: ")
    foreign = ["mirror", "check", str(proof), "--key", str(OTHER_LOG.verifier)]
    assert CliRunner().invoke(app, foreign).exit_code == 1


def test_each_mirror_of_the_bloc_is_proven_too(program: Path, tmp_path: Path) -> None:  # noqa: F811
    """They all cosigned the true history last week, and the false one now."""
    true, false = history(90), history(100, rewritten_at=3)
    first, second = (
        add_signatures(signed(leaves), [cosign(head(leaves).text, key, NOW_S) for key in MIRRORS])
        for leaves in (true, false)
    )
    for signer in MIRRORS[:3]:
        key = cosigner_key(signer)
        path = tmp_path / "mirror.json"
        path.write_bytes(prove_heads(first, second, key, false))
        told = go(program, "proof", path, str(key))
        assert (told.returncode, told.stdout.partition(":")[0]) == (
            0,
            f"PROVEN against {signer.name}",
        )
        assert go(program, "proof", path, str(cosigner_key(PARTY))).returncode == 1
        assert go(program, "proof", path, str(LOG.verifier)).returncode == 1


# ----------------------------------------------------------------------- exactly if it is
def test_a_fork_is_proven_exactly_if_the_old_head_is_no_prefix(
    program: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    """All old sizes, all new sizes up to 40, rewritten at each index or nowhere."""
    olds = [kept(tmp_path / f"old{size}", history(size)) for size in range(LONGEST + 1)]
    questions, expected = [], []
    for size in range(LONGEST + 1):
        for at in [None, *range(size)]:
            served = serve(tmp_path / f"{size}-{at}", history(size, at))
            for old in range(size + 1):
                questions.append(f"{olds[old]}\t{served}")
                expected.append("1" if at is not None and at < old else "0")
    assert len(questions) > 23_000
    assert 0 < expected.count("1") < len(expected)
    done = subprocess.run(
        [program, "fork", "--batch", str(LOG.verifier)],
        input="\n".join(questions),
        capture_output=True,
        text=True,
        check=False,
    )
    answers = [line.split("\t") for line in done.stdout.splitlines()]
    assert [code for code, _ in answers] == expected
    assert {(code, said.split(":")[0]) for code, said in answers} == {
        ("0", "CONSISTENT"),
        ("1", "FORK PROVEN"),
    }


@pytest.mark.parametrize("size", [1, 2, 7, 8, 13])
def test_our_own_command_answers_as_the_go_verifier_does(size: int, tmp_path: Path) -> None:
    for old in range(size + 1):
        path = kept(tmp_path / f"old{old}", history(old))
        for at in [None, *range(size)]:
            served = serve(tmp_path / f"{old}-{at}", history(size, at))
            found = compare_checkpoint(path, str(served), str(LOG.verifier))
            assert found.consistent is (at is None or at >= old)
            assert bool(found.proof) is not found.consistent
            if found.proof:
                assert check(found.proof, [LOG.verifier]).outcome is Outcome.PROVEN


# ---------------------------------------------------------------------- what cannot be told
def test_nothing_is_proven_from_what_the_accused_did_not_sign(
    program: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    true, false = history(300), history(600, rewritten_at=5)
    old = kept(tmp_path / "old", true)
    key = str(LOG.verifier)

    def said(served: Path, checkpoint: Path = old) -> str:
        told = go(program, "fork", checkpoint, served, key)
        assert told.returncode == 3
        found = CliRunner().invoke(
            app, ["mirror", "compare", str(checkpoint), "--source", str(served), "--log-key", key]
        )
        assert found.exit_code == 3 or isinstance(found.exception, SourceError | FormatError)
        return told.stdout

    # Tiles that are not those of the signed head.
    assert said(serve(tmp_path / "a", history(600), signed(false))).startswith("CANNOT TELL: the t")
    gone = serve(tmp_path / "b", false)
    shutil.rmtree(gone / "tile")
    assert said(gone).startswith("CANNOT TELL: the tiles")
    # A log that shows an older head lies about nothing yet.
    assert "get the log at that size" in said(serve(tmp_path / "c", history(200)))
    # Heads of another log, and heads that nobody signed.
    text = Checkpoint(origin=OTHER_LOG.name, size=600, root=root(false)).text
    other = serve(tmp_path / "d", false, sign_note(text, OTHER_LOG))
    assert "the new checkpoint is not signed by" in said(other)
    text = Checkpoint(origin=OTHER_LOG.name, size=600, root=root(false)).text
    assert "is of log" in said(serve(tmp_path / "e", false, sign_note(text, LOG)))
    forged = tmp_path / "forged"
    forged.write_bytes(old.read_bytes().replace(b"\n300\n", b"\n301\n"))
    assert "the old checkpoint is not signed by" in said(serve(tmp_path / "f", false), forged)
    foreign = tmp_path / "foreign"
    foreign.write_bytes(sign_note(text, LOG))
    assert "the old checkpoint is of log" in said(serve(tmp_path / "g", false), foreign)
    # A checkpoint without tiles is enough for one size, and for no other.
    alone = kept(tmp_path / "alone", history(300, rewritten_at=1))
    assert go(program, "fork", old, alone, key).returncode == 1
    longer = kept(tmp_path / "longer", false)
    assert go(program, "fork", old, longer, key).returncode == 3
    for words in ([], [old], [old, alone], [old, alone, "no key"], [old, tmp_path / "none", key]):
        failed = go(program, "fork", *words)
        assert (failed.returncode, failed.stdout) == (2, "")
        assert failed.stderr.startswith("error: ")


def test_a_partial_tile_that_was_replaced_by_its_full_one_is_read_from_there(
    program: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    leaves = history(300)
    serve(tmp_path / "served", leaves)
    served = serve(tmp_path / "served", history(600), signed(leaves))
    shutil.rmtree(served / "tile/0/001.p")
    old = kept(tmp_path / "old", history(270))
    assert go(program, "fork", old, served, str(LOG.verifier)).returncode == 0
    assert compare_checkpoint(old, str(served), str(LOG.verifier)).consistent is True


def test_a_mission_folder_is_read_below_log_and_a_mirrors_below_the_origin(
    program: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    mission = tmp_path / "mission"
    mission.mkdir()
    serve(mission / "log", history(20))
    store = tmp_path / "store"
    store.mkdir()
    serve(store / origin_hash(LOG.name), history(20, rewritten_at=0))
    old = kept(tmp_path / "old", history(9))
    assert go(program, "fork", old, mission, str(LOG.verifier)).returncode == 0
    served = store / origin_hash(LOG.name)
    assert go(program, "fork", old, served, str(LOG.verifier)).returncode == 1


# ------------------------------------------------------------------- proofs, byte for byte
def test_go_and_python_agree_on_every_changed_byte_of_a_proof(
    program: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    true, false = history(5), history(9, rewritten_at=2)
    proof = prove_heads(signed(true), signed(false), LOG.verifier, false)
    path = tmp_path / "fraud.json"
    for at in range(0, len(proof), 7):
        changed = proof[:at] + bytes([proof[at] ^ 1]) + proof[at + 1 :]
        path.write_bytes(changed)
        assert check(changed, [LOG.verifier]).outcome is not Outcome.PROVEN
        assert go(program, "proof", path, str(LOG.verifier)).returncode == 1, at
    path.write_bytes(proof)
    assert go(program, "proof", path, str(LOG.verifier)).returncode == 0
    said = json.loads(proof)
    for name in said:
        path.write_text(json.dumps({**said, name: None}, sort_keys=True, separators=(",", ":")))
        assert go(program, "proof", path, str(LOG.verifier)).returncode == 1
    for words in ([], [path], [path, "no key"], [tmp_path / "none", str(LOG.verifier)]):
        failed = go(program, "proof", *words)
        assert (failed.returncode, failed.stdout) == (2, "")


def test_go_checks_what_a_contributor_said_twice(
    program: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    path = tmp_path / "fraud.json"
    key = str(ACTOR.verifier)
    for pair in (
        (entry(3, "ab" * 32), entry(3, "ab" * 32, size=2)),
        (entry(3, "ab" * 32), entry(4, "cd" * 32)),
    ):
        path.write_bytes(prove_statements(*pair, ACTOR.verifier))
        told = go(program, "proof", path, key)
        assert (told.returncode, told.stdout.partition(":")[0]) == (
            0,
            f"PROVEN against {ACTOR.name}",
        )
        assert go(program, "proof", path, str(LOG.verifier)).returncode == 1
    # Twice the same, or one after the other, is no lie; nor is an entry that he did not sign.
    said = json.loads(path.read_bytes())
    following = entry(4, statement(3, "ab" * 32).sha256)
    for second, why in [
        (said["first"], "can stand in one chain"),
        (following.decode(), "can stand in one chain"),
        (said["second"][:-9] + "A" + said["second"][-8:], "the second statement "),
    ]:
        path.write_bytes(canonical({**said, "second": second}))
        told = go(program, "proof", path, key)
        assert told.returncode == 1
        assert why in told.stdout
        assert check(path.read_bytes(), [ACTOR.verifier]).outcome is Outcome.UNPROVEN


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        ({"name": "vote.cast", "about": "", "detail": {"ballot": "yes", "share": [2, 3]}}, True),
        ({"name": "vote.cast", "about": "ab" * 32, "detail": {}}, True),
        ({"name": "a", "about": "", "detail": {"a": [[[[[[["b"]]]]]]]}}, True),
        ({"name": "a", "about": "", "detail": {"a": [[[[[[[["b"]]]]]]]]}}, False),
        ({"name": "a", "about": "", "detail": {"a": [[[[[[[[]]]]]]]]}}, False),
        ({"name": "a", "about": "uk:force/land-1", "detail": {}}, True),
        ({"name": "a", "about": "a" * 200, "detail": {}}, True),
        ({"name": "a", "about": "a" * 201, "detail": {}}, False),
        ({"name": "a", "about": "a b", "detail": {}}, False),
        ({"name": "a", "about": "ab\n", "detail": {}}, False),
        ({"name": "a", "about": "ж", "detail": {}}, False),
        ({"name": "a", "about": "", "detail": []}, False),
        ({"name": 1, "about": "", "detail": {}}, False),
        ({"name": "a", "about": ""}, False),
    ],
)
def test_go_and_python_agree_on_what_an_act_is(
    program: Path,  # noqa: F811
    tmp_path: Path,
    body: dict[str, Json],
    is_one: bool,
) -> None:
    """Two acts under one number prove a lie, but only if both are acts."""
    path = tmp_path / "fraud.json"
    proof = json.loads(prove_statements(entry(3, None), entry(3, None, size=2), ACTOR.verifier))
    proof["second"] = signed_act(body)
    path.write_bytes(canonical(proof))
    told = go(program, "proof", path, str(ACTOR.verifier))
    assert told.stdout.startswith("PROVEN" if is_one else "NOT PROVEN"), told.stdout
    by_python = check(path.read_bytes(), [ACTOR.verifier]).outcome
    assert by_python is (Outcome.PROVEN if is_one else Outcome.UNPROVEN)


def signed_act(body: dict[str, Json]) -> str:
    """Sign any body as an act's: what nobody could read back is signed too."""
    said = json.loads(statement(3, None).payload) | {"kind": "act", "body": body}
    payload = canonical(said)
    signature = ACTOR.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    envelope = {
        "payload": encode_base64(payload),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [
            {"keyid": ACTOR.verifier.key_id.hex(), "sig": encode_base64(signature)},
        ],
    }
    return json.dumps(envelope, separators=(",", ":"))


def test_two_heads_of_one_history_accuse_nobody(
    program: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    """The consistency proof in it holds: that is what an honest log looks like."""
    leaves = history(9)
    path = tmp_path / "fraud.json"
    for size in range(10):
        steps = consistency_proof(leaves, size) if 0 < size < 9 else []
        path.write_bytes(
            canonical(
                {
                    "v": 1,
                    "kind": "log",
                    "signer": str(LOG.verifier),
                    "earlier": signed(leaves[:size]).decode(),
                    "later": signed(leaves).decode(),
                    "past": encode_base64(root(leaves[:size])),
                    "path": [encode_base64(step) for step in steps],
                }
            )
        )
        assert check(path.read_bytes(), [LOG.verifier]).outcome is Outcome.UNPROVEN
        told = go(program, "proof", path, str(LOG.verifier))
        assert told.returncode == 1, size
        assert "does not show that the two heads exclude each other" in told.stdout
