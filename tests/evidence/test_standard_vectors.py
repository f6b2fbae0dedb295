"""The published examples of every standard that the evidence room uses, and the edges of Ed25519.

Each test names its source. What can be made exhaustively is made against a reference that is
written here from the text of the standard and shares no code with ours.
"""

from __future__ import annotations

import base64
import json
from hashlib import sha256, sha512
from itertools import product

import pytest
from nacl.bindings import crypto_core_ed25519_is_valid_point

from truceline.evidence.cosignature import cosigned_message
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.note import open_note, read_checkpoint, read_note
from truceline.evidence.proof import check_proof, entry_in
from truceline.evidence.statement import pre_authentication_encoding
from truceline.evidence.strict import FormatError, decode_base64
from truceline.evidence.tiles import Tile, hash_tiles, tile_at, tiles_of
from truceline.evidence.tree import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from truceline.evidence.verifiers.verify_bundle import signature_is_right
from truceline.records.canonical import Json, canonical

# ------------------------------------------------------------------- RFC 6962 and RFC 9162: trees
LARGEST = 64
ENTRIES = [bytes([at]) * (at % 7) for at in range(LARGEST)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def mth(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def split(n: int) -> int:
    """Give the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], *, complete: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2."""
    n = len(entries)
    if m == n:
        return [] if complete else [mth(entries)]
    k = split(n)
    if m <= k:
        return [*subproof(m, entries[:k], complete=complete), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], complete=False), mth(entries[:k])]


@pytest.mark.parametrize("size", range(LARGEST + 1))
def test_trees_up_to_64_are_those_of_rfc_6962(size: int) -> None:
    """RFC 6962, section 2.1 (roots, PATH, PROOF); RFC 9162, 2.1.3.2 and 2.1.4.2 (verification)."""
    entries, leaves = ENTRIES[:size], LEAVES[:size]
    expected = mth(entries)
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    assert root(leaves) == frontier.root == expected
    for index in range(size):
        proof = path(index, entries)
        assert inclusion_proof(leaves, index) == proof
        assert verify_inclusion(leaves[index], index, size, proof, expected)
        for other in {index - 1, index + 1, size - 1 - index} - {index}:
            assert not verify_inclusion(leaves[index], other, size, proof, expected)
        assert not verify_inclusion(leaves[index], index, size, [*proof, expected], expected)
        assert not proof or not verify_inclusion(leaves[index], index, size, proof[:-1], expected)
    for old in range(1, size + 1):
        proof, old_root = subproof(old, entries, complete=True), mth(entries[:old])
        assert consistency_proof(leaves, old) == proof
        assert verify_consistency(old, size, proof, old_root, expected)
        assert not verify_consistency(old, size, [*proof, expected], old_root, expected)
        assert not proof or not verify_consistency(old, size, proof[:-1], old_root, expected)
        if old < size:
            assert not verify_consistency(old, size, proof, expected, expected)
            assert not verify_consistency(old, size, proof, old_root, old_root)


# --------------------------------------------------------------------------- RFC 8785: canonical
INSIDE: list[tuple[str, Json, bytes]] = [
    (
        "3.2.2 and appendix B, without its floats",
        {
            "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
            "literals": [None, True, False],
        },
        b'{"literals":[null,true,false],"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ),
    (
        "cyberphone test data, structures.json, with lower-case keys inside the profile",
        {"1": {"f": {"f": "hi", "e": 5}}, "10": {}, "a": {}, "111": [{"e": "yes"}]},
        b'{"1":{"f":{"e":5,"f":"hi"}},"10":{},"111":[{"e":"yes"}],"a":{}}',
    ),
    ("appendix B, 0 and -0 as integers", [0, -0], b"[0,0]"),
    (
        "appendix B, largest integer",
        [2**53 - 1, 1 - 2**53],
        b"[9007199254740991,-9007199254740991]",
    ),
    (
        "cyberphone test data, french.json: its words, as values",
        ["peach", "péché", "pêche", "sin"],
        '["peach","péché","pêche","sin"]'.encode(),
    ),
    (
        "cyberphone test data, unicode.json: no normalisation; its key is outside",
        "A\u030a",
        b'"A\xcc\x8a"',
    ),
]


@pytest.mark.parametrize(("value", "written"), [row[1:] for row in INSIDE])
def test_examples_of_rfc_8785_inside_the_profile(value: Json, written: bytes) -> None:
    """RFC 8785, sections 3.2.2 to 3.2.4 and appendix B, and its authors' test data."""
    assert canonical(value) == written


OUTSIDE = [
    # Section 3.2.2: the numbers of the sample object.
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]}',
    # Section 3.2.3: the keys of the sorting example.
    '{"\u20ac":"Euro Sign"}',
    '{"\\r":"Carriage Return"}',
    '{"\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    '{"\U0001f600":"Emoji: Grinning Face"}',
    '{"\u0080":"Control"}',
    '{"\u00f6":"Latin Small Letter O With Diaeresis"}',
    # Appendix B: numbers that are not integers below 2^53.
    "[5e-324]",
    "[1.7976931348623157e+308]",
    "[9007199254740992]",
    "[295147905179352830000]",
    "[1e+23]",
    "[-0.0]",
    "[0.000001]",
    # Test data of its authors: weird.json, french.json, structures.json as they stand.
    '{"</script>":"Browser Challenge"}',
    '{"p\u00e9ch\u00e9":"blabla"}',
    '{"":"empty"}',
    '{"A":{}}',
]


@pytest.mark.parametrize("text", OUTSIDE)
def test_examples_of_rfc_8785_outside_the_profile_are_refused(text: str) -> None:
    """RFC 8785, sections 3.2.2.3 and 3.2.3, appendix B: floats and keys that we do not allow."""
    with pytest.raises(ValueError, match=r"is not canonical JSON|is not below|is outside"):
        canonical(json.loads(text))


# ------------------------------------------------------------------------------------------ DSSE
@pytest.mark.parametrize(
    ("kind", "body", "encoded"),
    [
        # protocol.md, "Test Vectors".
        (
            "http://example.com/HelloWorld",
            b"hello world",
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world",
        ),
        # protocol.md, "Signature Definition": LEN is of bytes, SP is one space, nothing is escaped.
        ("", b"", b"DSSEv1 0  0 "),
        ("a b", b"2 x", b"DSSEv1 3 a b 3 2 x"),
        ("\u0457", b"\x00\xff", b"DSSEv1 2 \xd1\x97 2 \x00\xff"),
    ],
)
def test_pre_authentication_encoding_of_dsse(kind: str, body: bytes, encoded: bytes) -> None:
    """https://github.com/secure-systems-lab/dsse, protocol.md."""
    assert pre_authentication_encoding(kind, body) == encoded


def test_encoding_of_dsse_has_one_reading() -> None:
    """protocol.md: a boundary that is moved changes the bytes that are signed."""
    text = "a 1 b"
    made = {
        pre_authentication_encoding(text[:at], text[at:].encode()) for at in range(len(text) + 1)
    }
    assert len(made) == len(text) + 1


# ------------------------------------------------------------------------------------------ C2SP
SOFA = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_note_of_the_signed_note_specification() -> None:
    """https://c2sp.org/signed-note, "Verifier keys", example."""
    key = VerifierKey.read("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    note = (
        "This is an example message.\n\n"
        "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2O"
        "NncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )
    assert open_note(note.encode(), key) == "This is an example message.\n"
    for other in ("This is an Example message.", "This is an example message. "):
        with pytest.raises(FormatError):
            open_note(note.replace("This is an example message.", other).encode(), key)


def test_sixteen_signatures_are_read_as_the_specification_asks() -> None:
    """https://c2sp.org/signed-note: "MUST accept at least up to 16 signatures"."""
    line = "— example.com/a " + base64.b64encode(bytes(68)).decode() + "\n"
    assert len(read_note(("text\n\n" + line * 16).encode()).signatures) == 16


def test_checkpoint_of_the_tlog_checkpoint_specification() -> None:
    """https://c2sp.org/tlog-checkpoint, example."""
    head = read_checkpoint(SOFA)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert head.root.hex().startswith("0ac5186a91863e8e")
    assert head.text == SOFA


@pytest.mark.parametrize(
    "text",
    [
        SOFA.replace("20852163", "020852163"),
        SOFA.replace("20852163", "+20852163"),
        SOFA.replace("20852163", "-1"),
        SOFA.replace("20852163", ""),
        SOFA[SOFA.index("\n") :],
        SOFA.replace("jxq2I=", "jxq2J="),
        SOFA.replace("jxq2I=", "jxq2I"),
        SOFA[:-1],
    ],
)
def test_what_the_tlog_checkpoint_specification_forbids_is_refused(text: str) -> None:
    """https://c2sp.org/tlog-checkpoint, "Note text"; RFC 4648, section 3.5 for base64."""
    with pytest.raises(FormatError):
        read_checkpoint(text)


def test_message_of_the_tlog_cosignature_specification() -> None:
    """https://c2sp.org/tlog-cosignature, "Ed25519 signed message", example."""
    message = cosigned_message(SOFA, 1679315147)
    assert message == f"cosignature/v1\ntime 1679315147\n{SOFA}".encode()


def test_time_in_the_example_of_the_tlog_cosignature_specification() -> None:
    """The same page: a line is base64(key id, big-endian time, signature)."""
    line = (
        "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mb"
        "IUBkBIfZ+qnA=="
    )
    encoded = decode_base64(line)
    assert (len(encoded), int.from_bytes(encoded[4:12], "big")) == (4 + 8 + 64, 1679315147)


def test_the_proof_of_the_tlog_proof_specification_is_of_this_form_and_not_believed() -> None:
    """https://c2sp.org/tlog-proof, example: its signatures are shortened there, so it fails."""
    proof = (
        "c2sp.org/tlog-proof@v1\nindex 73894\ngSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n\n"
        "example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n"
        "— example.com/fancylog hI2DJw[...]1roloI=\n"
    ).encode()
    key = SigningKey(name="example.com/fancylog", seed=bytes(32)).verifier
    with pytest.raises(FormatError, match="is no line of a signature"):
        check_proof(proof, b"", key)
    with_extra = proof.replace(b"\nindex", b"\nextra YWdl\nindex", 1)
    assert entry_in(with_extra) == (proof, b"age")
    with pytest.raises(FormatError):
        check_proof(with_extra, b"", key)


def test_tiles_of_the_tlog_tiles_specification() -> None:
    """https://c2sp.org/tlog-tiles: "a tree of size 70,000", its tiles; the path of 1234067."""
    names = {tile.path for tile in tiles_of(70_000)}
    assert {"tile/0/x001/x234/067"} == {Tile(level=0, index=1234067, width=256).path}
    assert tile_at("tile/0/x001/x234/067").index == 1234067
    assert {
        "tile/0/272",
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    } <= (names)
    assert {"tile/entries/000", "tile/entries/273.p/112"} <= names
    assert len(names) == 2 * 274 + 2 + 1


def test_a_full_tile_is_the_leaf_of_the_level_above() -> None:
    """https://c2sp.org/tlog-tiles: a hash of level 1 is the root of 256 hashes below."""
    leaves = [leaf_hash(at.to_bytes(2, "big")) for at in range(300)]
    made = hash_tiles(leaves)
    above = made[Tile(level=1, index=0, width=1)]
    assert above == mth([at.to_bytes(2, "big") for at in range(256)])


# --------------------------------------------------------------------------------------- Ed25519
# RFC 8032, section 7.1: secret, public, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        sha512(b"abc").hexdigest(),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
            "3dca179c138ac17ad9bef1177331a704"
        ),
    ),
]


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC_8032)
def test_vectors_of_rfc_8032(secret: str, public: str, message: str, signature: str) -> None:
    """RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc)."""
    key = SigningKey(name="rfc8032", seed=bytes.fromhex(secret))
    text = bytes.fromhex(message)
    assert key.verifier.public.hex() == public
    assert key.sign(text).hex() == signature
    assert key.verifier.verifies(text, bytes.fromhex(signature))
    assert signature_is_right(bytes.fromhex(public), text, bytes.fromhex(signature))
    assert not key.verifier.verifies(text + b"x", bytes.fromhex(signature))


# The curve of RFC 8032, section 5.1, in affine coordinates: slow, and nothing else than its text.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]
NEUTRAL: Point = (0, 1)


def plus(a: Point, b: Point) -> Point:
    (x1, y1), (x2, y2) = a, b
    cross = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + cross, -1, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - cross, -1, P) % P


def times(count: int, point: Point) -> Point:
    found = NEUTRAL
    while count:
        if count & 1:
            found = plus(found, point)
        point, count = plus(point, point), count >> 1
    return found


def encodings(point: Point) -> list[bytes]:
    """Give every 32 bytes that some decoder takes for this point: also y + p, and -0."""
    x, y = point
    ys = [y, *([y + P] if y + P < 2**255 else [])]
    signs = (0, 1) if x == 0 else (x & 1,)
    return [(value | sign << 255).to_bytes(32, "little") for value, sign in product(ys, signs)]


def x_of(y: int) -> int | None:
    """RFC 8032, section 5.1.3."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return None if (x * x - square) % P else x


BASE_Y = 4 * pow(5, -1, P) % P
BASE: Point = next((x, BASE_Y) for x in (x_of(BASE_Y), P - (x_of(BASE_Y) or 0)) if x and not x & 1)


def torsion() -> list[Point]:
    """Find the eight points of small order: multiples, by the group order, of any point."""
    for y in range(2, 50):
        x = x_of(y)
        if x is None:
            continue
        one = times(ORDER, (x, y))
        points = [times(count, one) for count in range(8)]
        if len(set(points)) == 8:
            return points
    raise AssertionError("no point of order eight")


SMALL = torsion()
SMALL_ENCODINGS = sorted({one for point in SMALL for one in encodings(point)})
KEY = SigningKey(name="edge", seed=b"e" * 32)


def secret_scalar(seed: bytes) -> int:
    """RFC 8032, section 5.1.5."""
    low = bytearray(sha512(seed).digest()[:32])
    low[0] &= 248
    low[31] = low[31] & 127 | 64
    return int.from_bytes(low, "little")


def point_of(public: bytes) -> Point:
    number = int.from_bytes(public, "little")
    y, sign = number % 2**255, number >> 255
    x = x_of(y)
    assert x is not None
    return (x if x & 1 == sign else P - x), y


def challenge(r: bytes, public: bytes, message: bytes) -> int:
    return int.from_bytes(sha512(r + public + message).digest(), "little") % ORDER


def refused_by_both(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether libsodium under our key rule and the standard-library verifier refuse."""
    try:
        ours = VerifierKey(name="edge", public=public).verifies(message, signature)
    except FormatError:
        ours = False
    try:
        theirs = signature_is_right(public, message, signature)
    except ValueError:
        theirs = False
    return not ours and not theirs


def test_there_are_eight_points_of_small_order_in_fourteen_encodings() -> None:
    """Chalkias et al. 2020, "Taming the many EdDSAs", table 1: eight canonical, six more."""
    assert times(ORDER, BASE) == NEUTRAL
    assert all(times(8, point) == NEUTRAL for point in SMALL)
    assert len(SMALL_ENCODINGS) == 14


@pytest.mark.parametrize("public", SMALL_ENCODINGS, ids=bytes.hex)
def test_a_key_of_small_order_in_any_encoding_is_refused(public: bytes) -> None:
    """With S = 0 and R = the neutral element such a key signs every message."""
    assert not crypto_core_ed25519_is_valid_point(public)
    with pytest.raises(FormatError, match="not a point of prime order"):
        VerifierKey(name="edge", public=public)
    for r in SMALL_ENCODINGS:
        assert refused_by_both(public, b"any", r + bytes(32))


@pytest.mark.parametrize("r", SMALL_ENCODINGS, ids=bytes.hex)
def test_a_commitment_of_small_order_in_any_encoding_is_refused(r: bytes) -> None:
    """R small: S = h times the secret satisfies the equation, without any nonce."""
    scalar = secret_scalar(KEY.seed)
    h = challenge(r, KEY.verifier.public, b"text")
    signature = r + (h * scalar % ORDER).to_bytes(32, "little")
    assert refused_by_both(KEY.verifier.public, b"text", signature)


@pytest.mark.parametrize("at", range(1, 8))
def test_a_mixed_key_is_refused(at: int) -> None:
    """A + T: verifiers with and without the cofactor disagree, so nobody may have such a key."""
    mixed = plus(point_of(KEY.verifier.public), SMALL[at])
    for public in encodings(mixed):
        with pytest.raises(FormatError, match="not a point of prime order"):
            VerifierKey(name="edge", public=public)
        r = (5).to_bytes(32, "little")
        assert refused_by_both(public, b"text", r + bytes(32))


@pytest.mark.parametrize("at", range(1, 8))
def test_a_mixed_commitment_is_refused(at: int) -> None:
    """R + T under an honest key: right only if multiplied by the cofactor, which we do not."""
    (r,) = encodings(plus(times(12345, BASE), SMALL[at]))
    h = challenge(r, KEY.verifier.public, b"text")
    s = (12345 + h * secret_scalar(KEY.seed)) % ORDER
    assert refused_by_both(KEY.verifier.public, b"text", r + s.to_bytes(32, "little"))


def test_the_same_construction_without_torsion_is_right() -> None:
    """Guards the three tests above: it is the small point alone that they are refused for."""
    (r,) = encodings(times(12345, BASE))
    h = challenge(r, KEY.verifier.public, b"text")
    s = (12345 + h * secret_scalar(KEY.seed)) % ORDER
    signature = r + s.to_bytes(32, "little")
    assert KEY.verifier.verifies(b"text", signature)
    assert signature_is_right(KEY.verifier.public, b"text", signature)


@pytest.mark.parametrize("many", range(1, 16))
def test_a_scalar_that_is_not_reduced_is_refused(many: int) -> None:
    """RFC 8032, section 5.1.7: S in 0..L-1, or every signature has a second form."""
    signature = KEY.sign(b"text")
    scalar = int.from_bytes(signature[32:], "little") + many * ORDER
    if scalar < 2**256:
        other = signature[:32] + scalar.to_bytes(32, "little")
        assert refused_by_both(KEY.verifier.public, b"text", other)


@pytest.mark.parametrize("scalar", [ORDER, ORDER + 1, 2**252 + 2**251, 2**253, 2**255, 2**256 - 1])
def test_a_scalar_from_the_group_order_up_is_refused(scalar: int) -> None:
    """RFC 8032, section 5.1.7."""
    signature = KEY.sign(b"text")[:32] + scalar.to_bytes(32, "little")
    assert refused_by_both(KEY.verifier.public, b"text", signature)


@pytest.mark.parametrize("y", [P + extra for extra in range(19)])
def test_a_y_from_p_up_is_refused_as_key_and_as_commitment(y: int) -> None:
    """RFC 8032, section 5.1.3: "If the resulting value is >= p, decoding fails"."""
    for sign in (0, 1):
        encoded = (y | sign << 255).to_bytes(32, "little")
        with pytest.raises(FormatError, match="not a point of prime order"):
            VerifierKey(name="edge", public=encoded)
        h = challenge(encoded, KEY.verifier.public, b"text")
        s = (h * secret_scalar(KEY.seed)) % ORDER
        assert refused_by_both(KEY.verifier.public, b"text", encoded + s.to_bytes(32, "little"))


def test_bytes_that_are_no_point_are_no_key() -> None:
    """RFC 8032, section 5.1.3: about every second y is on no point."""
    off = [y for y in range(2, 40) if x_of(y) is None]
    assert off
    for y in off:
        with pytest.raises(FormatError, match="not a point of prime order"):
            VerifierKey(name="edge", public=y.to_bytes(32, "little"))
