"""Tokens of two small authorities: believed if everything fits, each fault refused in its words."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st
from local_authority import EPOCH, MADE, SHA512_OID, Authority, integer, response, sequence

from truceline.evidence.note import Checkpoint
from truceline.evidence.policy import tolerated
from truceline.evidence.timestamp import (
    TimeClaim,
    TimestampError,
    median_time,
    nonce_of,
    read_roots,
    request_stamp,
    stamped_hash,
    token_of,
    verify_token,
)

HEAD = Checkpoint(origin="truceline.example/log", size=7, root=b"r" * 32)
DIGEST = sha256(HEAD.text.encode()).digest()
WHEN = datetime(2026, 5, 1, 12, tzinfo=UTC)
WHEN_US = (WHEN - EPOCH) // timedelta(microseconds=1)
ONE, TWO = Authority("tsa.example/one"), Authority("tsa.example/two")
PINNED = read_roots(ONE.root_pem + TWO.root_pem)
TOKEN = ONE.token(DIGEST, WHEN, nonce=5)


@pytest.mark.parametrize("authority", [ONE, TWO], ids=["one", "two"])
def test_a_token_of_a_pinned_authority_is_believed(authority: Authority) -> None:
    claim = verify_token(authority.token(DIGEST, WHEN, nonce=5), HEAD, PINNED, nonce=5)
    assert claim == TimeClaim(
        authority=authority.name, not_after_us=WHEN_US + 2_000_000, accuracy_us=1_000_000
    )
    assert claim.not_before_us == WHEN_US - 1_000_000


@pytest.mark.parametrize(
    ("accuracy", "us"),
    [(None, 0), ((0, 20, None), 20_000), ((2, 3, 4), 2_003_004), ((1, None, 9), 1_000_009)],
)
def test_the_bounds_hold_the_true_instant_whatever_stands_behind_the_point(
    accuracy: tuple[int, int | None, int | None] | None, us: int
) -> None:
    for fraction in (0, 1, 250_000, 999_999):
        when = WHEN + timedelta(microseconds=fraction)
        claim = verify_token(ONE.token(DIGEST, when, accuracy=accuracy), HEAD, PINNED)
        assert claim.accuracy_us == us
        assert claim.not_before_us <= WHEN_US + fraction - us
        assert WHEN_US + fraction + us <= claim.not_after_us


def test_the_request_is_about_the_head_and_its_nonce_can_be_read() -> None:
    request = request_stamp(HEAD)
    assert DIGEST in request
    assert request != request_stamp(HEAD)
    nonce = nonce_of(request)
    assert nonce is not None
    assert verify_token(ONE.token(DIGEST, WHEN, nonce=nonce), HEAD, PINNED, nonce).not_after_us
    with pytest.raises(TimestampError, match="no request"):
        nonce_of(request[:-1])


def test_an_answer_gives_its_token_or_says_that_it_was_refused() -> None:
    assert token_of(response(TOKEN)) == TOKEN
    assert stamped_hash(TOKEN) == DIGEST
    for status, why in [(1, "1, granted with changes"), (2, "2, rejected"), (9, "9, unknown")]:
        with pytest.raises(TimestampError, match=why):
            token_of(response(TOKEN, status))
    for foreign in (b"", b"\x30", TOKEN, sequence(sequence(integer(0))), response(TOKEN)[:-1]):
        with pytest.raises(TimestampError, match="is no time stamp"):
            token_of(foreign)
    with pytest.raises(TimestampError, match="is above 16384"):
        token_of(b"\x30" * 16_385)


EXPIRED = ONE.spoiled(until=MADE + timedelta(days=90))
CASES = {
    "another nonce": (TOKEN, PINNED, 6, "answers another request: nonce 5, not 6"),
    "no nonce": (ONE.token(DIGEST, WHEN), PINNED, 6, "nonce None, not 6"),
    "another hash": (
        ONE.token(b"h" * 32, WHEN),
        PINNED,
        None,
        "not about the head of 7 entries",
    ),
    "another kind of hash": (
        ONE.token(DIGEST, WHEN, imprint=SHA512_OID),
        PINNED,
        None,
        "not SHA-256",
    ),
    "expired": (EXPIRED.token(DIGEST, WHEN), PINNED, None, "had expired when it signed"),
    "before its certificate": (
        ONE.token(DIGEST, MADE - timedelta(days=1)),
        PINNED,
        None,
        "was not yet valid when it signed",
    ),
    "for web servers": (
        ONE.spoiled(purpose=ExtendedKeyUsageOID.SERVER_AUTH).token(DIGEST, WHEN),
        PINNED,
        None,
        "is not for time stamps",
    ),
    "not pinned": (TOKEN, read_roots(TWO.root_pem), None, "does not lead to a pinned root"),
    "a root of the same name": (
        Authority(ONE.name).token(DIGEST, WHEN),
        PINNED,
        None,
        "is not signed by a pinned root",
    ),
    "nothing pinned": (TOKEN, (), None, "no certificate of an authority is pinned"),
    "without certificate": (
        ONE.token(DIGEST, WHEN, with_certificate=False),
        PINNED,
        None,
        "the certificate that signed it is not in it",
    ),
    "another time": (
        TOKEN.replace(b"20260501", b"20260401"),
        PINNED,
        None,
        "was changed after it was signed",
    ),
    "another signature": (
        TOKEN[:-1] + bytes([TOKEN[-1] ^ 1]),
        PINNED,
        None,
        "its signature is false",
    ),
    "no name": (ONE.spoiled(named=False).token(DIGEST, WHEN), PINNED, None, "no common name"),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_fault_is_refused_in_its_own_words(case: str) -> None:
    token, roots, nonce, why = CASES[case]
    with pytest.raises(TimestampError, match=why):
        verify_token(token, HEAD, roots, nonce)


def test_what_holds_no_certificate_pins_nothing() -> None:
    for foreign in (b"", b"none", ONE.root_pem[:-40]):
        with pytest.raises(TimestampError, match="no certificates"):
            read_roots(foreign)


def test_a_certificate_that_has_expired_since_is_still_believed() -> None:
    """What counts is the time that the token states, not the reader's clock."""
    assert verify_token(EXPIRED.token(DIGEST, MADE + timedelta(days=89)), HEAD, PINNED)


def test_no_changed_byte_makes_a_token_say_another_time() -> None:
    believed = verify_token(TOKEN, HEAD, PINNED)
    changed_and_believed = 0
    for at in range(len(TOKEN)):
        changed = TOKEN[:at] + bytes([TOKEN[at] ^ 1 << at % 8]) + TOKEN[at + 1 :]
        try:
            claim = verify_token(changed, HEAD, PINNED)
        except TimestampError:
            continue
        changed_and_believed += 1
        assert claim == believed
    # A few bytes around what is signed (versions, names of algorithms) are not authenticated.
    assert changed_and_believed < len(TOKEN) // 20


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_whatever_bytes_come_they_are_refused(content: bytes) -> None:
    for read in (token_of, stamped_hash, nonce_of):
        with pytest.raises(TimestampError):
            read(content)


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl: run `apt-get install openssl`")
def test_openssl_believes_the_same_token(tmp_path: Path) -> None:
    """The local authority writes what others read too, so the tests above are about RFC 3161."""
    for name, content in {
        "head": HEAD.text.encode(),
        "answer.tsr": response(TOKEN),
        "root.pem": ONE.root_pem,
        "other.pem": TWO.root_pem,
        "request.tsq": request_stamp(HEAD),
    }.items():
        (tmp_path / name).write_bytes(content)

    def openssl(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["openssl", "ts", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    checked = ["-verify", "-data", "head", "-in", "answer.tsr", "-CAfile"]
    assert "Verification: OK" in openssl(*checked, "root.pem").stdout
    assert openssl(*checked, "other.pem").returncode != 0
    assert "sha256" in openssl("-query", "-in", "request.tsq", "-text").stdout


# --------------------------------------------------------------------------- the median
@pytest.mark.parametrize("mirrors", range(1, 11))
def test_the_median_lies_between_honest_times_wherever_the_liars_put_theirs(mirrors: int) -> None:
    """Every number heard, every number of liars up to f, each lying low or high."""
    liars = tolerated(mirrors)
    for heard in range(mirrors + 1):
        for lying in range(min(liars, heard) + 1):
            honest = [100 + at for at in range(heard - lying)]
            for lies in itertools.combinations_with_replacement([0, 101, 10_000], lying):
                found = median_time([*lies, *honest], mirrors)
                assert (found is None) == (heard < 2 * liars + 1)
                if found is not None:
                    assert honest[0] <= found <= honest[-1]


def test_one_claim_less_would_let_the_liars_set_the_time() -> None:
    rng = random.Random(5)  # noqa: S311 - a world that can be made again
    honest = [rng.randint(100, 200) for _ in range(10)]
    # n = 32, f = 10: of twenty claims ten may lie, and the later one of the middle is theirs.
    assert sorted([*honest, *[10**9] * 10])[10] == 10**9
    assert median_time([*honest, *[10**9] * 10], 32) is None
    assert median_time([*honest, 150, *[10**9] * 10], 32) == max(*honest, 150)
    assert median_time([], 0) is None
