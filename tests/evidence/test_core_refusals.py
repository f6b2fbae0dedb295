"""What the trusted core says when it refuses: the place and the value, cut short, and nothing else.

The messages are part of the core: whoever reads one has to find the byte that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from mission_worlds import KEY, ORIGIN, SEED

from truceline.evidence.cosignature import (
    CosignerKey,
    add_signatures,
    cosign,
    cosignatures,
    cosigner_key,
)
from truceline.evidence.folder import mission_key, tile_name
from truceline.evidence.journal import beside
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.label import Label, label_body, read_label
from truceline.evidence.note import (
    Checkpoint,
    NoteSignature,
    open_checkpoint,
    open_note,
    read_checkpoint,
    read_note,
    sign_note,
)
from truceline.evidence.proof import check_proof, entry_in, with_entry, write_proof
from truceline.evidence.receipt import Receipt, read_receipt, sign_receipt
from truceline.evidence.strict import FormatError, decode_base64, decode_decimal, encode_base64
from truceline.evidence.tiles import (
    Tile,
    decode_bundle,
    decode_hashes,
    encode_bundle,
    hash_tiles,
    tile_at,
)
from truceline.evidence.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
)

SIGNER = SigningKey(name=ORIGIN, seed=SEED)
OTHER = SigningKey(name="truceline.example/other", seed=bytes(32))
MIRROR = SigningKey(name="mirror.example/1", seed=bytes(range(50, 82)))
COSIGNER = cosigner_key(MIRROR)
LEAVES = [leaf_hash(b"%d" % at) for at in range(7)]
HEAD = Checkpoint(origin=ORIGIN, size=7, root=root(LEAVES))
NOTE = sign_note(HEAD.text, SIGNER)
PROOF = write_proof(2, inclusion_proof(LEAVES, 2), NOTE)
NULL_ROOT = encode_base64(bytes(32))
BODY = label_body(Label(policy="p", classification="c", releasable_to=("a", "b"), expires_us=5))
KEY_ID, OTHER_ID = KEY.key_id.hex(), OTHER.verifier.key_id.hex()
PUBLIC = encode_base64(b"\x01" + KEY.public)
COSIGNED_PUBLIC = encode_base64(b"\x04" + MIRROR.verifier.public)
LONG = "?" * 400
SMALL_ORDER = bytes([1]) + bytes(31)


def receipt_note(*lines: str) -> bytes:
    return sign_note("\n".join([*lines, ""]), SIGNER)


def body(**changed: object) -> dict[str, object]:
    return {**BODY, **changed}


REFUSALS: tuple[tuple[Callable[[], object], str], ...] = (
    # strict
    (lambda: decode_base64(LONG), f"{'?' * 80!r} is not base64"),
    (lambda: decode_base64("AQ ="), "'AQ =' is not base64"),
    (lambda: decode_base64("A QI="), "'A QI=' is not base64"),
    (lambda: decode_base64("é"), "'é' is not base64"),
    (lambda: decode_base64("AR=="), "'AR==' is not canonical base64"),
    (lambda: decode_base64("A" * 80 + "AR=="), f"{'A' * 80!r} is not canonical base64"),
    (
        lambda: decode_decimal(LONG),
        f"{'?' * 80!r} is not a decimal number without leading zeros",
    ),
    (lambda: decode_decimal("01"), "'01' is not a decimal number without leading zeros"),
    # note
    (lambda: read_note(b"\xff"), "a note must be UTF-8"),
    (
        lambda: read_note(b"a\x01\n\n\xe2\x80\x94 a AAAAAAA=\n"),
        "a note has no control characters and at most a million bytes",
    ),
    (
        lambda: read_note(b"x" * 1_000_001),
        "a note has no control characters and at most a million bytes",
    ),
    (
        lambda: read_note(b"x" * 1_000_000),
        "a note is text, an empty line, and lines of signatures",
    ),
    (lambda: read_note(b"a\n"), "a note is text, an empty line, and lines of signatures"),
    (lambda: read_note(b"a\n\nb"), "a note is text, an empty line, and lines of signatures"),
    (lambda: read_note(b"a\n\n" + b"x\n" * 101), "101 signatures are more than 100"),
    (lambda: read_note(b"a\n\n" + b"x" * 300 + b"\n"), f"{'x' * 200!r} is no line of a signature"),
    (
        lambda: read_note("a\n\n— a\u200b AAAAAAA=\n".encode()),
        "'— a\\u200b AAAAAAA=' is no line of a signature",
    ),
    (lambda: read_note("a\n\n— bob AAAAAA==\n".encode()), "the signature of 'bob' is too short"),
    (
        lambda: open_note(NOTE, OTHER.verifier),
        f"is not signed by truceline.example/other {OTHER_ID}",
    ),
    (
        lambda: open_note(NOTE.replace(b"\n7\n", b"\n8\n"), KEY),
        f"the signature of {ORIGIN} does not match the text",
    ),
    (lambda: read_checkpoint("a\n1\n"), "a checkpoint has three lines: origin, size, root"),
    (
        lambda: read_checkpoint(f"\n1\n{NULL_ROOT}\n"),
        "a checkpoint has three lines: origin, size, root",
    ),
    (
        lambda: read_checkpoint(f"a\n1\n{NULL_ROOT}\nb"),
        "a checkpoint has three lines: origin, size, root",
    ),
    (
        lambda: read_checkpoint(f"a\n1\n{NULL_ROOT}\nmore\n"),
        "a checkpoint has three lines: origin, size, root",
    ),
    (lambda: read_checkpoint("a\n1\nAQ==\n"), "the root has 1 bytes, not 32"),
    (
        lambda: open_checkpoint(sign_note(f"other.log\n1\n{NULL_ROOT}\n", SIGNER), KEY),
        f"is of log 'other.log', not of {ORIGIN!r}",
    ),
    (
        lambda: sign_note("no end of line", SIGNER),
        "a note is lines of text without control characters",
    ),
    (
        lambda: sign_note("a\x00b\n", SIGNER),
        "a note is lines of text without control characters",
    ),
    # Two ends of line, a dash of three bytes, blanks, the name, 68 bytes in base64, an end of line.
    (
        lambda: sign_note("x" * 1_000_000 + "\n", SIGNER),
        f"a note of {1_000_000 + 2 + 3 + 1 + len(ORIGIN) + 1 + 92 + 1} bytes is above 1000000",
    ),
    # keys
    (lambda: VerifierKey(name="a b", public=KEY.public), "'a b' is no name for a key"),
    (lambda: VerifierKey(name="a+b", public=KEY.public), "'a+b' is no name for a key"),
    (lambda: VerifierKey(name="", public=KEY.public), "'' is no name for a key"),
    (lambda: VerifierKey(name="a\n", public=KEY.public), "'a\\n' is no name for a key"),
    (lambda: VerifierKey(name="a", public=b"x" * 31), "a public key has 32 bytes, not 31"),
    (
        lambda: VerifierKey(name="a", public=SMALL_ORDER),
        f"public key {SMALL_ORDER.hex()} is not a point of prime order",
    ),
    (lambda: VerifierKey.read(LONG), f"{'?' * 200!r} is no verifier key: name+id+key"),
    (
        lambda: VerifierKey.read(f"{ORIGIN}+{KEY_ID}+{COSIGNED_PUBLIC}"),
        f"verifier key {ORIGIN!r} is not of type Ed25519 (0x01)",
    ),
    (
        lambda: VerifierKey.read(f"{ORIGIN}+00000000+{PUBLIC}"),
        f"verifier key {ORIGIN!r} has id {KEY_ID}, not '00000000'",
    ),
    (lambda: SigningKey(name="a", seed=b"x" * 33), "a seed has 32 bytes, not 33"),
    # cosignature
    (lambda: CosignerKey.read(LONG), f"{'?' * 200!r} is no verifier key: name+id+key"),
    (
        lambda: CosignerKey.read(f"{ORIGIN}+{KEY_ID}+{PUBLIC}"),
        f"key {ORIGIN!r} is of type 0x01, not an Ed25519 cosigner's 0x04",
    ),
    (
        lambda: CosignerKey.read(f"{MIRROR.name}+00000000+{COSIGNED_PUBLIC}"),
        f"cosigner key 'mirror.example/1' has id {COSIGNER.key_id.hex()}, not '00000000'",
    ),
    (
        lambda: cosignatures(add_signatures(NOTE, [cosign("another\n", MIRROR, 5)]), [COSIGNER]),
        "the cosignature of mirror.example/1 does not match the text",
    ),
    # tiles
    (lambda: tile_at("tile/64/000"), "'tile/64/000' is no path of a tile"),
    (lambda: tile_at("tile/0/x000/001"), "'tile/0/x000/001' is another spelling of 'tile/0/001'"),
    (lambda: tile_at("tile/0/000.p/256"), "'tile/0/000.p/256' is another spelling of 'tile/0/000'"),
    (lambda: decode_hashes(b"x" * 33, 2), "has 33 bytes, 2 hashes need 64"),
    (lambda: encode_bundle([]), "a bundle holds 1 to 256 entries, not 0"),
    (lambda: encode_bundle([b""] * 257), "a bundle holds 1 to 256 entries, not 257"),
    (lambda: encode_bundle([b"", b"x" * 65_536]), "an entry of 65536 bytes is above 65535"),
    (lambda: decode_bundle(b"\x00\x01a\x00", 2), "ends inside entry 1"),
    (lambda: decode_bundle(b"\x00\x01a\x00\x02b", 2), "ends inside entry 1"),
    (lambda: decode_bundle(b"\x00\x01a", 2), "holds 1 entries, its path says 2"),
    # proof
    (lambda: check_proof("é".encode(), b"2", KEY), "is no tlog-proof"),
    (
        lambda: check_proof(PROOF.replace(b"@v1", b"@v2"), b"2", KEY),
        "is no tlog-proof: c2sp.org/tlog-proof@v1, index, hashes, checkpoint",
    ),
    (
        lambda: check_proof(PROOF.replace(b"index ", b"Index "), b"2", KEY),
        "is no tlog-proof: c2sp.org/tlog-proof@v1, index, hashes, checkpoint",
    ),
    (
        lambda: check_proof(PROOF.partition(b"\n\n")[0], b"2", KEY),
        "is no tlog-proof: c2sp.org/tlog-proof@v1, index, hashes, checkpoint",
    ),
    (lambda: check_proof(b"c2sp.org/tlog-proof@v1", b"2", KEY), "is no tlog-proof"),
    (
        lambda: check_proof(PROOF, b"3", KEY),
        f"does not prove this entry at index 2 of {ORIGIN}",
    ),
    # receipt
    (
        lambda: read_receipt(receipt_note("truceline receipt 1", ORIGIN, "1", "a"), KEY),
        f"is no receipt of the log {ORIGIN}",
    ),
    (
        lambda: read_receipt(
            receipt_note("truceline receipt 2", ORIGIN, "1", "ab" * 32, "cd" * 32), KEY
        ),
        f"is no receipt of the log {ORIGIN}",
    ),
    (
        lambda: read_receipt(
            receipt_note("truceline receipt 1", "other", "1", "ab" * 32, "cd" * 32), KEY
        ),
        f"is no receipt of the log {ORIGIN}",
    ),
    (
        lambda: read_receipt(
            receipt_note("truceline receipt 1", ORIGIN, "1", "ab" * 32, "cd" * 32, "more"), KEY
        ),
        f"is no receipt of the log {ORIGIN}",
    ),
    (
        lambda: read_receipt(
            receipt_note("truceline receipt 1", ORIGIN, "1", "ab" * 32, "CD" * 32), KEY
        ),
        "a receipt names a statement and a frame by their hashes",
    ),
    (
        lambda: read_receipt(
            receipt_note("truceline receipt 1", ORIGIN, "01", "ab" * 32, "cd" * 32), KEY
        ),
        "'01' is not a decimal number without leading zeros",
    ),
    # label
    (
        lambda: read_label({"policy": "p"}),
        (
            "a label has ['policy'], not ['caveats', 'classification', 'expires_us', 'policy', "
            "'releasable_to']"
        ),
    ),
    (
        lambda: read_label(body(policy="")),  # type: ignore[arg-type]
        "a label cannot have policy '' and 'c'",
    ),
    (
        lambda: read_label(body(classification=3)),  # type: ignore[arg-type]
        "a label cannot have policy 'p' and 3",
    ),
    (
        lambda: read_label(body(expires_us="x")),  # type: ignore[arg-type]
        "a label cannot expire at 'x'",
    ),
    (
        lambda: read_label(body(expires_us=True)),  # type: ignore[arg-type]
        "a label cannot expire at True",
    ),
    (
        lambda: read_label(body(releasable_to=["b", "a"])),  # type: ignore[arg-type]
        "a label's releasable_to cannot be ['b', 'a']: sorted words, none twice",
    ),
    (
        lambda: read_label(body(releasable_to=5)),  # type: ignore[arg-type]
        "a label's releasable_to cannot be 5: sorted words, none twice",
    ),
    (
        lambda: read_label(body(caveats=["a", 1])),  # type: ignore[arg-type]
        "a label's caveats cannot be ['a', 1]: sorted words, none twice",
    ),
    (
        lambda: read_label(body(caveats=["a", "a"])),  # type: ignore[arg-type]
        "a label's caveats cannot be ['a', 'a']: sorted words, none twice",
    ),
    # folder
    (lambda: mission_key(b"title = 1\n"), "has no verifier_key"),
    (lambda: mission_key(b"verifier_key = 1\n"), "has no verifier_key"),
)


@pytest.mark.parametrize(("refused", "message"), REFUSALS, ids=[said for _, said in REFUSALS])
def test_it_refuses_with_these_words(refused: Callable[[], object], message: str) -> None:
    with pytest.raises(FormatError, match=f"^{re.escape(message)}$"):
        refused()


def test_a_mission_file_that_is_no_toml_says_why() -> None:
    with pytest.raises(FormatError, match=r"^is not TOML: Expected .*line 1"):
        mission_key(b"a b")
    with pytest.raises(FormatError, match="is not TOML: 'utf-8' codec"):
        mission_key(b"\xff")
    assert mission_key(f'verifier_key = "{KEY}"'.encode()) == KEY


@pytest.mark.parametrize("size", [1, 32, 100])
def test_a_note_may_have_up_to_100_signatures(size: int) -> None:
    lines = [
        cosign(HEAD.text, SigningKey(name=f"m/{at}", seed=bytes([at + 1]) * 32), 1)
        for at in range(size - 1)
    ]
    assert len(read_note(add_signatures(NOTE, lines)).signatures) == size


def test_a_signature_of_one_byte_is_taken_apart_not_refused() -> None:
    line = encode_base64(b"abcd" + b"s")
    read = read_note(f"a\n\n— bob {line}\n".encode())
    assert read.signatures == (NoteSignature(name="bob", key_id=b"abcd", signature=b"s"),)


def test_a_note_of_a_million_bytes_is_one() -> None:
    note = sign_note("x" * (1_000_000 - len(sign_note("\n", SIGNER))) + "\n", SIGNER)
    assert len(note) == 1_000_000
    assert read_note(note).signatures[0].name == ORIGIN


# ------------------------------------------------------------------------------- cosignatures
@pytest.mark.parametrize("time_s", [1, 2**63 - 1])
def test_a_cosignature_may_have_every_time_but_none_and_the_last(time_s: int) -> None:
    note = add_signatures(NOTE, [cosign(HEAD.text, MIRROR, time_s)])
    assert cosignatures(note, [COSIGNER]) == {COSIGNER: time_s}


@pytest.mark.parametrize("time_s", [0, -1, 2**63])
def test_a_time_outside_is_not_signed(time_s: int) -> None:
    with pytest.raises(ValueError, match=rf"^time {time_s} s is outside 1\.\.2\^63-1$"):
        cosign(HEAD.text, MIRROR, time_s)


def test_a_time_of_2_to_the_63_is_not_believed_though_signed() -> None:
    message = f"cosignature/v1\ntime {2**63}\n{HEAD.text}".encode()
    signature = (2**63).to_bytes(8, "big") + MIRROR.sign(message)
    line = NoteSignature(name=MIRROR.name, key_id=COSIGNER.key_id, signature=signature)
    assert not COSIGNER.verifies(HEAD.text, line)


def test_the_latest_of_several_cosignatures_counts_in_any_order() -> None:
    early, late = cosign(HEAD.text, MIRROR, 5), cosign(HEAD.text, MIRROR, 9)
    for lines in ([early, late], [late, early]):
        assert cosignatures(add_signatures(NOTE, lines), [COSIGNER]) == {COSIGNER: 9}


def test_a_line_that_stands_there_is_not_repeated_even_where_the_text_has_empty_lines() -> None:
    note = sign_note("a\n\nb\n", SIGNER)
    once = add_signatures(note, [cosign("a\n\nb\n", MIRROR, 5)])
    assert add_signatures(once, [cosign("a\n\nb\n", MIRROR, 5)]) == once
    assert once.count(b"mirror.example/1") == 1


# ------------------------------------------------------------------------------ labels, tiles
def test_a_label_is_read_as_it_was_written() -> None:
    label = Label(
        policy="p", classification="c", releasable_to=("a", "b"), caveats=("x",), expires_us=7
    )
    assert read_label(label_body(label)) == label
    bare = Label(policy="p", classification="")
    assert read_label(label_body(bare)) == bare


def test_a_tile_of_hashes_is_never_made_from_a_partial_one_below() -> None:
    made = hash_tiles([leaf_hash(b"%d" % at) for at in range(513)])
    assert {(tile.level, tile.index, tile.width) for tile in made} == {
        (0, 0, 256),
        (0, 1, 256),
        (0, 2, 1),
        (1, 0, 2),
    }
    assert tile_name(Tile(level=None, index=1234067, width=8)) == (
        "log/tile/entries/x001/x234/067.p/8"
    )


def test_the_longest_entry_and_the_fullest_bundle_are_read_back() -> None:
    entries = [b"x" * 65_535, *[b""] * 255]
    assert decode_bundle(encode_bundle(entries), 256) == entries
    assert decode_hashes(b"a" * 32 + b"b" * 32, 2) == [b"a" * 32, b"b" * 32]


# --------------------------------------------------------------------------------------- tree
@pytest.mark.parametrize("index", [-1, 7])
def test_there_is_no_proof_of_a_leaf_outside(index: int) -> None:
    with pytest.raises(IndexError, match=rf"^no leaf {index} in a tree of 7$"):
        inclusion_proof(LEAVES, index)


@pytest.mark.parametrize("old", [-1, 8])
def test_there_is_no_proof_from_a_size_that_never_was(old: int) -> None:
    with pytest.raises(IndexError, match=rf"^no earlier tree of {old} in a tree of 7$"):
        consistency_proof(LEAVES, old)


def test_no_proof_at_all_proves_nothing_from_3_to_7() -> None:
    old, new = root(LEAVES[:3]), root(LEAVES)
    assert verify_consistency(3, 7, consistency_proof(LEAVES, 3), old, new)
    assert not verify_consistency(3, 7, [], old, new)


@pytest.mark.parametrize(("old", "size"), [(0, -1), (-1, -1), (8, 7)])
def test_sizes_that_cannot_be_prove_nothing(old: int, size: int) -> None:
    assert not verify_consistency(old, size, [], EMPTY_ROOT, EMPTY_ROOT)


def test_a_frontier_holds_one_root_a_binary_digit() -> None:
    frontier = Frontier()
    for count in range(1, 70):
        frontier.append(leaf_hash(b"x"))
        assert [size for size, _ in frontier._subtrees] == [  # noqa: SLF001 - its whole point
            1 << bit for bit in range(7, -1, -1) if count >> bit & 1
        ]


# ----------------------------------------------------------------------------------- receipts
def test_a_receipt_says_all_that_is_signed() -> None:
    receipt = sign_receipt(3, "ab" * 32, "cd" * 32, SIGNER)
    assert receipt == Receipt(
        origin=ORIGIN, index=3, statement="ab" * 32, frame="cd" * 32, note=receipt.note
    )
    lines = receipt.note.decode().split("\n")
    assert lines[:6] == ["truceline receipt 1", ORIGIN, "3", "ab" * 32, "cd" * 32, ""]


def test_journals_stand_beside_the_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "m"
    assert [path.name for path in beside(folder)] == ["m.journal-a", "m.journal-b"]
    assert all(path.parent == folder.parent for path in beside(folder))


def test_a_proof_is_this_text_with_its_entry_and_without() -> None:
    """Made here and not above: what stands outside of tests no mutant of it can change."""
    note, path = sign_note(HEAD.text, SIGNER), inclusion_proof(LEAVES, 3)
    hashes = b"".join(encode_base64(one).encode() + b"\n" for one in path)
    bare = write_proof(3, path, note)
    assert bare == b"c2sp.org/tlog-proof@v1\nindex 3\n" + hashes + b"\n" + note
    whole = with_entry(bare, b"3")
    assert whole == bare.replace(b"@v1\n", b"@v1\nextra " + encode_base64(b"3").encode() + b"\n")
    assert entry_in(whole) == (bare, b"3")
    assert check_proof(bare, b"3", SIGNER.verifier) == (3, HEAD)
    why = "is no tlog-proof with an entry in it: c2sp.org/tlog-proof@v1, extra, index"
    for wrong in (bare, b"x" + whole, b"", whole.replace(b"extra ", b"extr")):
        with pytest.raises(FormatError, match=f"^{re.escape(why)}$"):
            entry_in(wrong)
    with pytest.raises(FormatError, match="is not base64"):
        entry_in(whole.replace(b"extra ", b"extra \xff"))


def test_a_receipt_is_read_back_as_it_was_signed() -> None:
    made = sign_receipt(3, "ab" * 32, "cd" * 32, SIGNER)
    assert (made.origin, made.index) == (ORIGIN, 3)
    assert (made.statement, made.frame) == ("ab" * 32, "cd" * 32)
    assert read_receipt(made.note, KEY) == made
