"""Keys by the strict rule, notes, checkpoints and proofs, with the specifications' examples."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.evidence.keys import SigningKey, VerifierKey, new_seed, read_key, write_key
from truceline.evidence.note import (
    Checkpoint,
    open_checkpoint,
    open_note,
    read_checkpoint,
    read_note,
    sign_note,
)
from truceline.evidence.proof import check_proof, write_proof
from truceline.evidence.strict import FormatError, decode_base64, decode_decimal, encode_base64
from truceline.evidence.tree import inclusion_proof, leaf_hash, root

# C2SP signed-note, "Verifier keys", example.
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_TEXT = "This is an example message.\n"
SPEC_NOTE = (
    SPEC_TEXT + "\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# C2SP signed-note, first example, whose key is not published there.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
).encode()
# golang.org/x/mod/sumdb/note: the example of its package documentation.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SEED = decode_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = (
    GO_TEXT + "\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
# C2SP tlog-checkpoint, example.
SPEC_CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
)

KEY = SigningKey(name="log.example/test", seed=bytes(range(32)))
HEAD = Checkpoint(origin=KEY.name, size=3, root=b"r" * 32)


def test_opens_the_example_of_the_specification() -> None:
    key = VerifierKey.read(SPEC_KEY)
    assert str(key) == SPEC_KEY
    assert key.key_id.hex() == "530d903a"
    assert open_note(SPEC_NOTE, key) == SPEC_TEXT


def test_signs_the_note_of_the_go_documentation_byte_for_byte() -> None:
    key = SigningKey(name="PeterNeumann", seed=GO_SEED)
    assert str(key.verifier) == GO_KEY
    assert sign_note(GO_TEXT, key) == GO_NOTE


def test_takes_apart_a_note_whose_text_has_an_empty_line() -> None:
    note = read_note(POEM)
    assert note.text.endswith("\n\ned è subito sera.\n")
    assert [line.name for line in note.signatures] == ["quasimodo.example/salvatore"]


def test_reads_the_checkpoint_of_the_specification() -> None:
    head = read_checkpoint(SPEC_CHECKPOINT)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert head.text == SPEC_CHECKPOINT


@pytest.mark.parametrize("note", [SPEC_NOTE, sign_note(HEAD.text, KEY)])
def test_every_flipped_bit_of_a_note_is_refused(note: bytes) -> None:
    keys = (VerifierKey.read(SPEC_KEY), KEY.verifier)
    for bit in range(len(note) * 8):
        changed = bytearray(note)
        changed[bit // 8] ^= 1 << bit % 8
        for key in keys:
            with pytest.raises(FormatError):
                open_note(bytes(changed), key)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_bytes_that_are_no_note_are_refused(content: bytes) -> None:
    with pytest.raises(FormatError):
        open_note(content, KEY.verifier)


def test_signatures_of_others_are_ignored_and_do_not_help() -> None:
    """ "Verifiers MUST ignore signatures from unknown keys, even if they share a name or ID"."""
    note = sign_note(HEAD.text, KEY)
    stranger = SigningKey(name=KEY.name, seed=bytes(32))
    line = sign_note(HEAD.text, stranger).split(b"\n\n")[1]
    assert open_note(note + line, KEY.verifier) == HEAD.text
    assert open_note(note + line * 15, KEY.verifier) == HEAD.text
    with pytest.raises(FormatError, match=r"is not signed by log\.example/test"):
        open_note(sign_note(HEAD.text, stranger), KEY.verifier)


def test_one_false_signature_of_a_known_key_spoils_the_note() -> None:
    note = sign_note(HEAD.text, KEY)
    false = sign_note("other text\n", KEY).split(b"\n\n")[1]
    with pytest.raises(FormatError, match="does not match the text"):
        open_note(note + false, KEY.verifier)


@pytest.mark.parametrize("text", ["a\tb\n", "a\x00\n", "a\r\n", "no newline"])
def test_a_text_that_cannot_be_a_note_is_not_signed(text: str) -> None:
    """ "MUST NOT contain any ASCII control characters (those below U+0020) other than newline" """
    with pytest.raises(FormatError, match=r"control characters|an empty line"):
        sign_note(text, KEY)


def test_a_note_with_too_many_signatures_is_refused() -> None:
    note = sign_note(HEAD.text, KEY)
    with pytest.raises(FormatError, match="101 signatures"):
        read_note(note + note.split(b"\n\n")[1] * 100)


@pytest.mark.parametrize(
    "text",
    [
        "log.example/test\n03\n" + "A" * 43 + "=\n",
        "log.example/test\n+3\n" + "A" * 43 + "=\n",
        "log.example/test\n3\n" + "A" * 42 + "B=\n",
        "log.example/test\n3\nAAAA\n",
        "\n3\n" + "A" * 43 + "=\n",
        "log.example/test\n3\n" + "A" * 43 + "=\nextension\n",
        "log.example/test\n3\n",
        "log.example/test\n3\n" + "A" * 43 + "=",
    ],
)
def test_refuses_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(FormatError):
        read_checkpoint(text)


def test_checkpoint_is_of_the_log_that_signed_it() -> None:
    assert open_checkpoint(sign_note(HEAD.text, KEY), KEY.verifier) == HEAD
    other = sign_note("other.example\n3\n" + HEAD.text.split("\n")[2] + "\n", KEY)
    with pytest.raises(FormatError, match=r"is of log 'other\.example'"):
        open_checkpoint(other, KEY.verifier)


# Encodings of the eight points of small order (RFC 7748/8032 arithmetic; libsodium's own list),
# canonical and not.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize("public", SMALL_ORDER)
def test_a_key_of_small_order_is_refused(public: str) -> None:
    """With such a key one signature is valid for every message: its owner could deny anything."""
    with pytest.raises(FormatError, match="not a point of prime order"):
        VerifierKey(name="denier", public=bytes.fromhex(public))


def test_a_key_with_a_part_of_small_order_is_refused() -> None:
    """Verifiers with and without the cofactor would disagree about its signatures."""
    from nacl.bindings import crypto_core_ed25519_add  # noqa: PLC0415 - only this test mixes

    mixed = crypto_core_ed25519_add(KEY.verifier.public, bytes.fromhex(SMALL_ORDER[4]))
    with pytest.raises(FormatError, match="not a point of prime order"):
        VerifierKey(name="mixed", public=mixed)


def test_a_signature_with_an_unreduced_scalar_is_refused() -> None:
    """RFC 8032, 5.1.7: S must lie in 0..L-1, or each signature would have a second form."""
    group_order = 2**252 + 27742317777372353535851937790883648493
    signature = KEY.sign(b"text")
    scalar = int.from_bytes(signature[32:], "little") + group_order
    assert KEY.verifier.verifies(b"text", signature)
    assert not KEY.verifier.verifies(b"text", signature[:32] + scalar.to_bytes(32, "little"))
    assert not KEY.verifier.verifies(b"text", signature[:-1])
    assert not KEY.verifier.verifies(b"text", bytes(64))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+b",
        SPEC_KEY.replace("530d903a", "530d903b"),
        SPEC_KEY.replace("530d903a", "530D903A"),
        SPEC_KEY.replace("foo", "fop"),
        SPEC_KEY.replace("+AekyeR", "+BOkyeR"),
        SPEC_KEY + "=",
        SPEC_KEY + "\n",
        SPEC_KEY[:-4],
        "a b+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "a\udcff+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
)
def test_refuses_what_is_no_verifier_key(text: str) -> None:
    with pytest.raises(FormatError):
        VerifierKey.read(text)


@given(st.binary(min_size=1, max_size=80), st.integers(0, 639))
def test_base64_has_one_spelling(data: bytes, bit: int) -> None:
    text = bytearray(encode_base64(data), "ascii")
    assert decode_base64(text.decode()) == data
    text[bit // 8 % len(text)] ^= 1 << bit % 8
    try:
        changed = decode_base64(text.decode("latin-1"))
    except FormatError:
        return
    assert changed != data


@pytest.mark.parametrize("text", ["", "00", "-1", "1 ", "1\n", "\u0661", "1_0", "1" * 17])
def test_refuses_what_is_no_decimal(text: str) -> None:
    with pytest.raises(FormatError):
        decode_decimal(text)


def test_a_key_is_kept_so_that_only_its_owner_reads_it(tmp_path: Path) -> None:
    path, seed = tmp_path / "mission.key", new_seed()
    write_key(path, seed)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path) == seed
    assert seed.hex() not in repr(SigningKey(name="a", seed=seed))
    with pytest.raises(FileExistsError):
        write_key(path, new_seed())
    path.chmod(0o640)
    with pytest.raises(FormatError, match="chmod 600"):
        read_key(path)


@pytest.mark.parametrize("content", [b"", b"ab\n", b"z" * 64 + b"\n", b"a" * 64, b"\xff" * 65])
def test_refuses_what_is_no_key_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mission.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(FormatError, match="is no key file"):
        read_key(path)


def test_a_seed_has_32_bytes() -> None:
    with pytest.raises(FormatError, match="not 31"):
        SigningKey(name="a", seed=b"x" * 31)


ENTRIES = [f"entry {number}".encode() for number in range(11)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
LOG = Checkpoint(origin=KEY.name, size=11, root=root(LEAVES))
PROOF = write_proof(4, inclusion_proof(LEAVES, 4), sign_note(LOG.text, KEY))


def test_a_proof_is_read_by_whoever_has_the_key() -> None:
    assert PROOF.startswith(b"c2sp.org/tlog-proof@v1\nindex 4\n")
    assert check_proof(PROOF, ENTRIES[4], KEY.verifier) == (4, LOG)


def test_a_log_of_one_entry_has_a_proof_without_hashes() -> None:
    head = Checkpoint(origin=KEY.name, size=1, root=LEAVES[0])
    proof = write_proof(0, [], sign_note(head.text, KEY))
    assert check_proof(proof, ENTRIES[0], KEY.verifier) == (0, head)


def test_a_proof_of_another_entry_is_refused() -> None:
    with pytest.raises(FormatError, match="does not prove this entry at index 4"):
        check_proof(PROOF, ENTRIES[5], KEY.verifier)


def test_every_flipped_bit_of_a_proof_is_refused() -> None:
    for bit in range(len(PROOF) * 8):
        changed = bytearray(PROOF)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FormatError):
            check_proof(bytes(changed), ENTRIES[4], KEY.verifier)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_proof_are_refused(content: bytes) -> None:
    with pytest.raises(FormatError):
        check_proof(content, ENTRIES[0], KEY.verifier)
