"""Sealed fields: what commitments hide, who opens what, and that nothing forged is believed."""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from mission_worlds import DAY_US, KEY, ORIGIN, SEED, mission

from truceline.evidence import sealed as sealing
from truceline.evidence.keys import SigningKey
from truceline.evidence.label import label_of_tlp
from truceline.evidence.ledger import Ledger
from truceline.evidence.proof import check_proof
from truceline.evidence.sealed import (
    GroupKey,
    GroupSecret,
    Kept,
    Opening,
    check_disclosure,
    commit,
    commitment_of,
    open_blob,
    opening_body,
    opens,
    read_opening,
    read_openings,
    registers,
    seal_blob,
    write_disclosure,
    write_openings,
)
from truceline.evidence.statement import Statement, read_entry, write_entry
from truceline.evidence.strict import FormatError, decode_base64, encode_base64
from truceline.evidence.verify import verify
from truceline.records.canonical import Json, canonical

TITLE = "Hospitals"
FRA = GroupSecret(name="FRA", secret=b"f" * 32)
DEU = GroupSecret(name="DEU", secret=b"d" * 32)
SITE: Json = {"id": "s-1", "name": "Лікарня", "latitude_e7": 480000000, "longitude_e7": 370000000}
OPENING = Opening(salt=b"salt" * 4, name="site", value=SITE)
SECRET = bytes(range(100, 132))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text("abcї ", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab_1", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
openings = st.builds(
    Opening, salt=st.binary(min_size=16, max_size=16), name=st.text("ab"), value=values
)


def statement(commits: tuple[str, ...], blobs: tuple[str, ...], **more: Any) -> Statement:  # noqa: ANN401
    body: dict[str, Json] = {"title": TITLE, "blobs": list(blobs)}
    said: dict[str, Any] = {"kind": "sealed", "actor": ORIGIN, "seq": 7, "prev": "00" * 32,
                            "signed_us": 0, "commits": commits, "body": body}  # fmt: skip
    return Statement(**{**said, **more})


def blob_and_statement(*groups: GroupSecret) -> tuple[bytes, Statement]:
    content = seal_blob(OPENING, SECRET, [one.key for one in groups], ORIGIN, TITLE)
    return content, statement((commit(OPENING),), (sha256(content).hexdigest(),))


def naming(content: bytes, *commits: str) -> Statement:
    """The statement of somebody who signs whatever blob he likes."""
    return statement(commits or (commit(OPENING),), (sha256(content).hexdigest(),))


def rewritten(content: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    held = json.loads(content)
    change(held)
    return canonical(held)


# ------------------------------------------------------------------------------- commitments
def test_a_commitment_is_the_hash_of_salt_name_and_value() -> None:
    opening = Opening(salt=bytes(16), name="site", value={"id": "s-1"})
    said = b'["00000000000000000000000000000000","site",{"id":"s-1"}]'
    assert commit(opening) == sha256(said).hexdigest()
    assert opens(opening, [commit(OPENING), commit(opening)])
    assert not opens(opening, [commit(OPENING)])


@given(openings, openings)
def test_two_fields_have_one_commitment_only_if_they_are_one(one: Opening, other: Opening) -> None:
    # As JSON: for Python False is 0, for a commitment it is not.
    said, meant = (json.dumps(opening_body(field), sort_keys=True) for field in (one, other))
    assert (commit(one) == commit(other)) == (said == meant)


def test_no_and_nought_have_two_commitments() -> None:
    one, other = (replace(OPENING, value=value) for value in (False, 0))
    assert commit(one) != commit(other)
    assert not opens(one, [commit(other)])


@given(openings)
def test_every_change_of_an_opening_is_refused(opening: Opening) -> None:
    signed = [commit(opening)]
    assert opens(opening, signed)
    for at in range(16):
        salt = bytearray(opening.salt)
        salt[at] ^= 1
        assert not opens(replace(opening, salt=bytes(salt)), signed)
    assert not opens(replace(opening, name=opening.name + "a"), signed)
    assert not opens(replace(opening, value=[opening.value]), signed)


def test_the_salt_hides_the_value_from_whoever_tries_all_of_them() -> None:
    salts = [number.to_bytes(16, "big") for number in range(100)]
    assert len({commit(replace(OPENING, salt=salt)) for salt in salts}) == 100
    assert "salt" not in repr(OPENING)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"name": "site", "salt": "00" * 16}, "has name, salt and value"),
        ([], "has name, salt and value"),
        ({"name": 1, "salt": "00" * 16, "value": 1}, "cannot have name 1"),
        ({"name": "site", "salt": "00" * 15, "value": 1}, "cannot have name 'site'"),
        ({"name": "site", "salt": "AA" * 16, "value": 1}, "cannot have name 'site'"),
        ({"name": "site", "salt": None, "value": 1}, "cannot have name 'site'"),
    ],
)
def test_refuses_what_is_no_opening(body: Json, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        read_opening(body)


def test_a_salt_has_sixteen_bytes() -> None:
    with pytest.raises(FormatError, match="16 bytes, not 15"):
        Opening(salt=bytes(15), name="site", value=1)


# ------------------------------------------------------------------------------------ groups
def test_a_groups_key_and_file_are_read_back() -> None:
    assert GroupKey.read(str(FRA.key)) == FRA.key
    assert GroupSecret.read(FRA.content) == FRA
    assert "f" * 32 not in repr(FRA)
    assert b"66" * 32 not in repr(FRA).encode()


def spelt(name: str, public: bytes) -> str:
    return f"{name}+00000000+{encode_base64(sealing.KEM_ID + public)}"


# The points of order 1, 2, 4 and 8 of Curve25519, and two other spellings of them.
SMALL_ORDER = (
    "00" * 32,
    "01" + "00" * 31,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_a_key_whose_secrets_everybody_knows_is_refused(point: str) -> None:
    with pytest.raises(FormatError, match="group FRA has an unsafe public key"):
        GroupKey.read(spelt("FRA", bytes.fromhex(point)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("FRA", "no key of a group: name", id="a name alone"),
        pytest.param(str(KEY), "suite X25519", id="a key that signs"),
        pytest.param(str(FRA.key).replace("FRA+", "DEU+"), "has id", id="another name"),
        pytest.param(spelt("F A", b"f" * 32), "no name", id="a blank"),
        pytest.param(spelt("FRA", bytes(31)), "unsafe", id="31 bytes"),
        pytest.param("FRA+00000000+AB", "base64", id="no base64"),
    ],
)  # fmt: skip
def test_refuses_what_is_no_groups_key(text: str, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        GroupKey.read(text)


@pytest.mark.parametrize("content", [b"", b"FRA\n", b"FRA " + b"66" * 31 + b"\n", b"\xff " * 40])
def test_refuses_what_is_no_file_of_a_group(content: bytes) -> None:
    with pytest.raises(FormatError, match="no file of a group"):
        GroupSecret.read(content)


def test_a_groups_secret_has_32_bytes() -> None:
    with pytest.raises(FormatError, match="32 bytes, not 31"):
        GroupSecret(name="FRA", secret=bytes(31))


# ------------------------------------------------------------------------------------- blobs
@given(openings)
def test_every_group_reads_what_was_committed_to(opening: Opening) -> None:
    content = seal_blob(opening, SECRET, [FRA.key, DEU.key], ORIGIN, TITLE)
    signed = naming(content, commit(opening))
    for group in (FRA, DEU):
        assert opening_body(open_blob(content, group, signed, ORIGIN)) == opening_body(opening)
    assert commitment_of(content) == commit(opening)


def test_names_of_different_length_give_blobs_of_one_length() -> None:
    lengths = {
        len(seal_blob(replace(OPENING, value="x" * size), SECRET, [FRA.key], ORIGIN, TITLE))
        for size in range(1, 150)
    }
    assert len(lengths) == 1


def test_another_group_cannot_open() -> None:
    content, signed = blob_and_statement(FRA)
    with pytest.raises(FormatError, match=f"is not for group DEU with key {DEU.key.key_id}"):
        open_blob(content, DEU, signed, ORIGIN)
    # Nor can one that calls itself by the name of a group, with another key.
    liar = GroupSecret(name="FRA", secret=b"l" * 32)
    with pytest.raises(FormatError, match=f"is not for group FRA with key {liar.key.key_id}"):
        open_blob(content, liar, signed, ORIGIN)
    posing = rewritten(content, lambda held: held["groups"][0].update(key=liar.key.key_id))
    with pytest.raises(FormatError, match="key of group FRA does not open it"):
        open_blob(posing, liar, naming(posing), ORIGIN)


def test_every_flipped_byte_of_a_blob_is_refused() -> None:
    content, signed = blob_and_statement(FRA, DEU)
    open_blob(content, FRA, signed, ORIGIN)
    for at in range(len(content)):
        flipped = bytearray(content)
        flipped[at] ^= 1 << at % 8
        with pytest.raises(FormatError, match="is not named by statement"):
            open_blob(bytes(flipped), FRA, signed, ORIGIN)


def test_every_flipped_byte_is_refused_even_if_its_author_signs_it() -> None:
    """A blob of one group; what is wrapped for another group only that one can check."""
    content, _ = blob_and_statement(FRA)
    for at in range(len(content)):
        flipped = bytearray(content)
        flipped[at] ^= 1 << at % 8
        with pytest.raises(FormatError):
            open_blob(bytes(flipped), FRA, naming(bytes(flipped)), ORIGIN)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda held: held.update(format=2), "format 2, not 1"),
        (lambda held: held.update(format=True), "format True, not 1"),
        (lambda held: held.pop("sealed"), "a blob has format, commit, groups, sealed"),
        (lambda held: held.update(commit="00" * 32), "to which nobody committed"),
        (lambda held: held.update(groups=None), "is not for group FRA"),
        (lambda held: held.update(groups=["FRA"]), "a group without group, key and wrapped"),
        (lambda held: held["groups"][0].pop("key"), "a group without group, key and wrapped"),
        (lambda held: held["groups"][0].update(wrapped=encode_base64(bytes(64))), "wraps 64"),
        (lambda held: held["groups"][0].update(wrapped=encode_base64(bytes(80))), "does not open"),
        (lambda held: held.update(sealed=encode_base64(bytes(300))), "under the key wrapped"),
        (lambda held: held.update(sealed=encode_base64(b"")), "under the key wrapped"),
        (lambda held: held.update(sealed="?"), "base64"),
    ],
)
def test_refuses_what_is_no_blob(change: Callable[[dict[str, Any]], Any], why: str) -> None:
    content = rewritten(blob_and_statement(FRA)[0], change)
    with pytest.raises(FormatError, match=why):
        open_blob(content, FRA, naming(content), ORIGIN)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"[" * 100_000, "cannot be read", id="nested"),
        pytest.param(b"\xff", "cannot be read", id="no UTF-8"),
        pytest.param(b'{"a":1,"a":1}', "not canonical", id="a key twice"),
        pytest.param(b"[]", "a blob has format", id="a list"),
        pytest.param(b'"\\ud800"', "cannot be read", id="half a character"),
        pytest.param(b" " * 1_000_001, "1000001 bytes is above", id="too large"),
    ],
)
def test_refuses_bytes_that_are_no_blob_at_all(content: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        commitment_of(content)


FIELDS = ("commit", "groups", "sealed", "log", "openings", "title", "entry", "opening", "proof")
json_bytes = st.builds(
    lambda held, more: canonical({**held, **more}),
    st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, values)),
    st.sampled_from([{}, {"format": 1}]),
)


@given(st.binary(max_size=200) | json_bytes)
def test_whatever_comes_in_is_read_or_refused_by_name(content: bytes) -> None:
    _, signed = blob_and_statement(FRA)
    for read in (
        commitment_of,
        read_openings,
        GroupSecret.read,
        lambda any_bytes: check_disclosure(any_bytes, KEY),
        lambda any_bytes: open_blob(any_bytes, FRA, naming(any_bytes), ORIGIN),
        lambda any_bytes: open_blob(any_bytes, FRA, signed, ORIGIN),
    ):
        with contextlib.suppress(FormatError):
            read(content)


@given(st.text(max_size=80) | st.text("FRA+=0aA", max_size=60).map(lambda text: f"FRA+{text}"))
def test_whatever_text_is_given_as_a_key_is_read_or_refused_by_name(text: str) -> None:
    with contextlib.suppress(FormatError):
        assert str(GroupKey.read(text)) == text


@pytest.mark.parametrize("moved", ["log", "title", "commit"])
def test_a_ciphertext_cannot_be_moved_to_another_place(moved: str) -> None:
    content, signed = blob_and_statement(FRA)
    log = "truceline.example/other" if moved == "log" else ORIGIN
    if moved == "title":
        signed = replace(signed, body={**signed.body, "title": "Arsenals"})
    if moved == "commit":
        other = commit(replace(OPENING, salt=bytes(16)))
        content = rewritten(content, lambda held: held.update(commit=other))
        signed = naming(content, other)
    with pytest.raises(FormatError, match="key of group FRA does not open it"):
        open_blob(content, FRA, signed, log)


def test_a_wrapped_key_cannot_be_moved_to_another_group() -> None:
    """Two groups of one secret: even then the name is bound."""
    twin = GroupSecret(name="TWIN", secret=FRA.secret)
    content, _ = blob_and_statement(FRA)
    content = rewritten(
        content, lambda held: held["groups"][0].update(group="TWIN", key=twin.key.key_id)
    )
    with pytest.raises(FormatError, match="key of group TWIN does not open it"):
        open_blob(content, twin, naming(content), ORIGIN)


@pytest.mark.parametrize("groups", [[], [FRA.key, GroupKey(name="FRA", public=DEU.key.public)]])
def test_a_blob_is_for_groups_of_different_names(groups: list[GroupKey]) -> None:
    with pytest.raises(FormatError, match="groups of different names"):
        seal_blob(OPENING, SECRET, groups, ORIGIN, TITLE)


def test_only_a_sealed_statement_names_blobs() -> None:
    content, signed = blob_and_statement(FRA)
    with pytest.raises(FormatError, match="kind 'derived' seals nothing"):
        open_blob(content, FRA, replace(signed, kind="derived"), ORIGIN)


# ----------------------------------------------- what AES-GCM does not say: which key it was under
def forged(plain: bytes, key: bytes, group: GroupSecret, commitment: str) -> bytes:
    """Encrypt any text as if it opened a commitment."""
    context = canonical(["truceline-sealed-v1", ORIGIN, TITLE, commitment])
    return with_ciphertext(AESGCM(key).encrypt(bytes(12), plain, context), {group: key}, commitment)


def with_ciphertext(sealed: bytes, keys: dict[GroupSecret, bytes], commitment: str) -> bytes:
    """Wrap, for each group, whatever key its author likes it to have."""
    prefix: list[Json] = ["truceline-sealed-v1", ORIGIN, TITLE, commitment]
    groups: list[Json] = [
        {
            "group": group.name,
            "key": group.key.key_id,
            "wrapped": encode_base64(group.key.wrap(key, canonical([*prefix, group.name]))),
        }
        for group, key in keys.items()
    ]
    sealed_text = encode_base64(sealed)
    return canonical({"commit": commitment, "format": 1, "groups": groups, "sealed": sealed_text})


def padded(plain: bytes) -> bytes:
    return plain + bytes(-len(plain) % 256)


@pytest.mark.parametrize(
    ("plain", "why"),
    [
        pytest.param(
            padded(canonical(opening_body(replace(OPENING, value="an arsenal")))),
            "does not open the signed",
            id="another value",
        ),
        pytest.param(
            padded(canonical(opening_body(replace(OPENING, salt=bytes(16))))),
            "does not open the signed",
            id="another salt",
        ),
        pytest.param(padded(b"[]"), "has name, salt and value", id="no opening"),
        pytest.param(padded(b'{ "a":1}'), "not canonical", id="another spelling"),
        pytest.param(padded(b"no JSON"), "cannot be read", id="no JSON"),
        pytest.param(
            padded(canonical(opening_body(OPENING))) + bytes(256), "not padded", id="padded twice"
        ),
        pytest.param(canonical(opening_body(OPENING)), "not padded", id="not padded"),
        pytest.param(b"", "cannot be read", id="nothing"),
    ],
)
def test_the_recipient_refuses_what_does_not_open_the_signed_commitment(
    plain: bytes, why: str
) -> None:
    content = forged(plain, SECRET, FRA, commit(OPENING))
    with pytest.raises(FormatError, match=why):
        open_blob(content, FRA, naming(content), ORIGIN)


def test_two_groups_with_two_keys_do_not_read_two_texts() -> None:
    other = replace(OPENING, value="an arsenal")
    context = canonical(["truceline-sealed-v1", ORIGIN, TITLE, commit(OPENING)])
    honest = AESGCM(SECRET).encrypt(bytes(12), padded(canonical(opening_body(OPENING))), context)
    content = with_ciphertext(honest, {FRA: SECRET, DEU: bytes(32)}, commit(OPENING))
    signed = naming(content, commit(OPENING), commit(other))
    assert open_blob(content, FRA, signed, ORIGIN).value == SITE
    with pytest.raises(FormatError, match="not encrypted under the key wrapped in it"):
        open_blob(content, DEU, signed, ORIGIN)


def gf_product(left: int, right: int) -> int:
    """Multiply in GF(2^128) as GCM has it (SP 800-38D, 6.3): bit 0 is the leftmost."""
    product = 0
    for bit in range(127, -1, -1):
        if right >> bit & 1:
            product ^= left
        left = (left >> 1) ^ (0xE1 << 120 if left & 1 else 0)
    return product


def gf_inverse(value: int) -> int:
    """Raise to 2^128 - 2."""
    result, square = 1 << 127, value
    for _ in range(127):
        square = gf_product(square, square)
        result = gf_product(result, square)
    return result


def block_cipher(key: bytes, block: bytes) -> int:
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - a single block
    return int.from_bytes(cipher.update(block), "big")


def colliding(text: bytes, free: int, keys: tuple[bytes, bytes], context: bytes) -> bytes:
    """Change one block of a ciphertext so that it has the same tag under both keys.

    The tag is linear in each block: sum of block i times H^(n-i), plus the encrypted counter. Two
    keys give two such sums, and one free block makes them equal.
    """
    aad = context + bytes(-len(context) % 16)
    lengths = (len(context) * 8).to_bytes(8, "big") + (len(text) * 8).to_bytes(8, "big")
    blocks = bytearray(aad + text + lengths)
    at = (len(aad) // 16) + free
    blocks[at * 16 : at * 16 + 16] = bytes(16)
    sums, powers = [], []
    for key in keys:
        hash_key = block_cipher(key, bytes(16))
        total, power = 0, 1 << 127
        for number in range(len(blocks) // 16 - 1, -1, -1):
            power = gf_product(power, hash_key)
            block = int.from_bytes(blocks[number * 16 : number * 16 + 16], "big")
            total ^= gf_product(block, power)
            if number == at:
                powers.append(power)
        sums.append(total ^ block_cipher(key, bytes(12) + b"\0\0\0\x01"))
    solved = gf_product(sums[0] ^ sums[1], gf_inverse(powers[0] ^ powers[1]))
    tag = sums[0] ^ gf_product(solved, powers[0])
    made = bytearray(text)
    made[free * 16 : free * 16 + 16] = solved.to_bytes(16, "big")
    return bytes(made) + tag.to_bytes(16, "big")


def test_a_ciphertext_that_two_keys_open_to_two_texts_is_believed_by_nobody() -> None:
    """The invisible salamander, real: GCM says yes under both keys, the commitment says no."""
    keys = (b"1" * 32, b"2" * 32)
    context = canonical(["truceline-sealed-v1", ORIGIN, TITLE, commit(OPENING)])
    plain = padded(canonical(opening_body(OPENING)))
    under_first = AESGCM(keys[0]).encrypt(bytes(12), plain, context)[:-16]
    salamander = colliding(under_first, len(under_first) // 16 - 1, keys, context)
    texts = [AESGCM(key).decrypt(bytes(12), salamander, context) for key in keys]
    assert texts[0] != texts[1]
    # Up to the free block the first group would read exactly what was committed to.
    assert texts[0][:-16] == plain[:-16]
    content = with_ciphertext(salamander, {FRA: keys[0], DEU: keys[1]}, commit(OPENING))
    for group in (FRA, DEU):
        with pytest.raises(FormatError, match=r"cannot be read|not padded|not canonical"):
            open_blob(content, group, naming(content), ORIGIN)


# ---------------------------------------------------------------------- a log with sealed fields
SITES = tuple(
    Opening(
        salt=sha256(b"salt %d" % number).digest()[:16], name="site", value={"id": f"s-{number}"}
    )
    for number in range(40)
)
COMMITS = tuple(sorted(map(commit, SITES)))
LABEL = label_of_tlp("AMBER+STRICT", ("DEU", "FRA"))


@pytest.fixture(scope="module")
def sealed_mission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Entry 7 seals 40 sites in 3 blobs; nothing is redacted."""
    folder = mission(tmp_path_factory.mktemp("sealed") / "mission")
    with Ledger.open(folder, SEED) as ledger:
        ledger.append("sealed", {"title": TITLE, "blobs": BLOBS}, LABEL, COMMITS)
        ledger.commit(DAY_US)
    return folder


BLOBS: list[Json] = ["0a" * 32, "0b" * 32, "0c" * 32]


def redaction(about: str, commits: list[Json], blobs: list[Json]) -> dict[str, Json]:
    return {"statement": about, "commits": commits, "blobs": blobs, "reason": "evacuated"}


def test_label_and_commitments_are_what_is_signed(sealed_mission: Path) -> None:
    with Ledger.open(sealed_mission) as ledger:
        assert (ledger.read(7).label, ledger.read(7).commits) == (LABEL, COMMITS)
        entry = ledger.entry(7)
    assert verify(sealed_mission, str(KEY)).ok
    payload = decode_base64(json.loads(entry)["payload"])
    assert b'"releasable_to":["DEU","FRA"]' in payload
    for old, new in ((b'"DEU","FRA"', b'"DEU","RUS"'), (b"ORGANISATION", b"COMMUNITY")):
        tampered = payload.replace(old, new)
        assert tampered != payload
        forged_entry = entry.replace(
            encode_base64(payload).encode(), encode_base64(tampered).encode()
        )
        with pytest.raises(FormatError, match=r"the signature of .* does not match the statement"):
            read_entry(forged_entry, KEY)


def test_the_order_of_commitments_says_nothing_about_the_order_of_sites() -> None:
    assert list(COMMITS) == sorted(map(commit, SITES))
    assert list(COMMITS) != list(map(commit, SITES))
    backwards = tuple(sorted(map(commit, reversed(SITES))))
    assert backwards == COMMITS


def test_what_could_not_be_read_back_is_not_signed() -> None:
    key = SigningKey(name=ORIGIN, seed=SEED)
    many = tuple(f"{number:064x}" for number in range(257))
    with pytest.raises(FormatError, match="commits cannot be"):
        write_entry(statement(many, ()), key)
    with pytest.raises(FormatError, match="commits cannot be"):
        write_entry(statement((many[0], many[0]), ()), key)
    with pytest.raises(FormatError, match="releasable_to cannot be"):
        write_entry(statement((), (), label=replace(LABEL, releasable_to=("FRA", "DEU"))), key)
    assert read_entry(write_entry(statement(many[:256], many[:256]), key), KEY).commits[255]


def test_redaction_leaves_root_and_every_proof_as_they_were(
    sealed_mission: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mission"
    with Ledger.open(sealed_mission) as ledger:
        head, about = ledger.checkpoint, ledger.read(7).sha256
        before = [(ledger.entry(at), ledger.prove(at)) for at in range(ledger.size)]
    shutil.copytree(sealed_mission, folder)
    with Ledger.open(folder, SEED) as ledger:
        assert ledger.checkpoint == head
        ledger.append("redact", redaction(about, [COMMITS[3]], [BLOBS[0]]))
        later = ledger.commit(DAY_US)
    assert verify(folder, str(KEY)).ok
    with Ledger.open(folder) as ledger:
        assert [ledger.entry(at) for at in range(len(before))] == [entry for entry, _ in before]
        ((register,), void) = registers(ledger.statements())
        proofs = [ledger.prove(at) for at in range(ledger.size)]
        entries = [ledger.entry(at) for at in range(ledger.size)]
    assert (dict(register.redacted), void) == ({COMMITS[3]: 8}, ())
    assert register.gone == frozenset(["0a" * 32])
    assert head is not None
    for at, (entry, proof) in enumerate(before):
        assert check_proof(proof, entry, KEY) == (at, head)
    for at, (entry, proof) in enumerate(zip(entries, proofs, strict=True)):
        assert check_proof(proof, entry, KEY) == (at, later)


def test_a_redaction_counts_only_for_what_its_own_actor_has_sealed_before() -> None:
    mine = statement(("aa" * 32, "bb" * 32), ("0a" * 32, "0b" * 32))
    other = statement(("cc" * 32,), ("0c" * 32,), actor="truceline.example/other")

    def redacting(**more: Any) -> Statement:  # noqa: ANN401 - any field
        body = redaction(mine.sha256, ["aa" * 32], ["0a" * 32])
        return statement((), (), kind="redact", body={**body, **more.pop("body", {})}, **more)

    too_early, right, again = redacting(), redacting(), redacting(body={"commits": ["bb" * 32]})
    cases = [
        redacting(actor=other.actor),
        redacting(body={"commits": ["cc" * 32]}),
        redacting(body={"blobs": ["0c" * 32]}),
        redacting(body={"statement": "00" * 32}),
    ]
    found, void = registers([too_early, mine, other, *cases, right, again, right])
    assert [one.index for one in void] == [0, 3, 4, 5, 6]
    whys = [one.why for one in void]
    assert whys[0].startswith(f"names {mine.sha256}, and no statement before it")
    assert whys[1] == f"is said by {other.actor}, but {ORIGIN} sealed it"
    assert whys[2] == f"names {'cc' * 32}, which is not of that statement"
    assert whys[3] == f"names {'0c' * 32}, which is not of that statement"
    assert whys[4].startswith(f"names {'00' * 32}, and no statement")
    assert [one.redacted for one in found] == [{"aa" * 32: 7, "bb" * 32: 8}, {}]
    assert [one.gone for one in found] == [{"0a" * 32}, frozenset()]


# -------------------------------------------------------------------------------- disclosures
@pytest.fixture(scope="module")
def disclosure(sealed_mission: Path) -> bytes:
    with Ledger.open(sealed_mission) as ledger:
        return write_disclosure(ledger.entry(7), ledger.prove(7), SITES[5], KEY)


def test_one_site_is_shown_and_the_others_are_not(disclosure: bytes) -> None:
    told = check_disclosure(disclosure, KEY)
    assert (told.index, told.head.size, told.head.origin) == (7, 8, ORIGIN)
    assert told.opening.value == {"id": "s-5"}
    assert told.statement.label == LABEL
    for one in SITES:
        assert (one.salt.hex().encode() in disclosure) == (one is SITES[5])


def test_every_flipped_byte_of_a_disclosure_is_refused(disclosure: bytes) -> None:
    for at in range(len(disclosure)):
        flipped = bytearray(disclosure)
        flipped[at] ^= 1 << at % 8
        with pytest.raises(FormatError):
            check_disclosure(bytes(flipped), KEY)


def test_a_disclosure_proves_nothing_under_another_key(disclosure: bytes) -> None:
    other = SigningKey(name=ORIGIN, seed=b"x" * 32).verifier
    with pytest.raises(FormatError, match="is not signed by"):
        check_disclosure(disclosure, other)


def test_a_disclosure_opens_a_commitment_of_its_own_statement(
    sealed_mission: Path, disclosure: bytes
) -> None:
    with Ledger.open(sealed_mission) as ledger:
        entry, proof = ledger.entry(7), ledger.prove(7)
        with pytest.raises(FormatError, match="'site' opens no commitment of entry 7"):
            write_disclosure(entry, proof, OPENING, KEY)
        with pytest.raises(FormatError, match="entry 6 is of kind 'derived': it seals nothing"):
            write_disclosure(ledger.entry(6), ledger.prove(6), SITES[0], KEY)
        with pytest.raises(FormatError, match="does not prove this entry"):
            write_disclosure(entry, ledger.prove(6), SITES[0], KEY)
    more = rewritten(
        disclosure, lambda held: held.update(proof=held["proof"] + held["proof"][-150:])
    )
    with pytest.raises(FormatError):
        check_disclosure(more, KEY)
    stranger = SigningKey(name="mirror.example/1", seed=b"m" * 32)
    line = f"— {stranger.name} {encode_base64(stranger.verifier.key_id + bytes(64))}\n"
    cosigned = rewritten(disclosure, lambda held: held.update(proof=held["proof"] + line))
    with pytest.raises(FormatError, match="one signature under its head"):
        check_disclosure(cosigned, KEY)
    # Who writes one cuts such lines off.
    assert write_disclosure(entry, proof + line.encode(), SITES[5], KEY) == disclosure


# --------------------------------------------------------------------------- the owner's openings
def test_the_owners_file_is_read_back() -> None:
    kept = tuple(Kept(opening=one, blob=f"{number:064x}") for number, one in enumerate(SITES))
    assert read_openings(write_openings(ORIGIN, TITLE, kept)) == (ORIGIN, TITLE, kept)


@pytest.mark.parametrize(
    "listed", [None, [None], ["s-1"], [{"blob": "x"}], [opening_body(OPENING)]], ids=str
)
def test_refuses_a_file_that_lists_no_openings(listed: Json) -> None:
    content = canonical({"format": 1, "log": ORIGIN, "openings": listed, "title": TITLE})
    with pytest.raises(FormatError, match="lists openings, each with its blob"):
        read_openings(content)


def test_every_flipped_byte_of_the_owners_file_is_refused_or_opens_nothing() -> None:
    """What is not hashed there, the names of log, title and blob, decides nothing."""
    kept = (Kept(opening=OPENING, blob="0a" * 32),)
    content = write_openings(ORIGIN, TITLE, kept)
    unseen = 0
    for at, bit in itertools.product(range(len(content)), (0, 5)):
        flipped = bytearray(content)
        flipped[at] ^= 1 << bit
        try:
            log, title, read = read_openings(bytes(flipped))
        except FormatError:
            continue
        if (log, title, [one.blob for one in read]) == (ORIGIN, TITLE, ["0a" * 32]):
            assert not opens(read[0].opening, [commit(OPENING)])
        else:
            unseen += 1
    assert 0 < unseen < len(ORIGIN + TITLE) * 2 + 64 * 2
