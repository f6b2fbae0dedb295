"""When it was said: bounds that do not rest on the clock of whoever said it.

    not before  a statement names a head of the log (its anchor), so it was signed after that head;
                if a token of a time-stamping authority stands in the log below that head, it was
                signed after the token
    not after   a head that covers the entry existed when an authority stamped it, and when a quorum
                of mirrors cosigned it

An authority is believed as far as its certificate leads to a root that the reader has pinned, in a
file; nothing from the machine's own store counts. A token says that the SHA-256 of a head's text
(origin, size, root) was shown to the authority at a time, within its accuracy.

Mirrors are believed by their median. Of k times of which at most f are lies, at most f lie below
and at most f above; with k >= 2f+1 the median has an honest time on each side or is one itself. For
an even k it is the later of the two in the middle, since a bound that is too late is still true.

Source: RFC 3161, sections 2.4.1 and 2.4.2; RFC 5652, section 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.x509.oid import NameOID
from rfc3161_client import (
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client._rust import parse_timestamp_request
from rfc3161_client.base import HashAlgorithm

from truceline.evidence.note import Checkpoint
from truceline.evidence.policy import tolerated
from truceline.evidence.strict import FormatError

TOKEN_LIMIT = 16 * 1024
ROOTS_LIMIT = 1_000_000
SHA256_OID = "2.16.840.1.101.3.4.2.1"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US = 1_000_000
MICROSECOND = timedelta(microseconds=1)
STATUSES = ("granted", "granted with changes", "rejected", "waiting", "revocation warning")
# What PKCS7_verify of OpenSSL says, and what it means here; the first that fits.
REASONS = (
    ("certificate has expired", "its certificate had expired when it signed"),
    ("certificate is not yet valid", "its certificate was not yet valid when it signed"),
    ("unsuitable certificate purpose", "its certificate is not for time stamps"),
    ("certificate signature failure", "its certificate is not signed by a pinned root"),
    ("local issuer certificate", "its certificate does not lead to a pinned root"),
    ("self-signed certificate", "its certificate does not lead to a pinned root"),
    ("self signed certificate", "its certificate does not lead to a pinned root"),
    ("signer certificate not found", "the certificate that signed it is not in it"),
    ("digest failure", "what it says was changed after it was signed"),
    ("signature failure", "its signature is false"),
)
# In one octet: SEQUENCE, and SEQUENCE { INTEGER 0 } for "granted".
SEQUENCE = 0x30
GRANTED = bytes([SEQUENCE, 3, 0x02, 1, 0])
SHORT_FORM = 0x80


class TimestampError(FormatError):
    """A time stamp cannot be believed; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeClaim:
    """What an authority says about a head: it existed at a time.

    Attributes:
        authority: Common name of the certificate that signed.
        not_after_us: The latest instant that the token can mean, microseconds since 1970 UTC.
        accuracy_us: How far the authority's clock may be off by its own word; 0 if it says nothing.
    """

    authority: str
    not_after_us: int
    accuracy_us: int

    @property
    def not_before_us(self) -> int:
        """The earliest instant that the token can mean."""
        return self.not_after_us - SECOND_US - 2 * self.accuracy_us


def request_stamp(head: Checkpoint) -> bytes:
    """Write a request for a head, with a fresh nonce: what an authority is sent (a .tsq file)."""
    builder = TimestampRequestBuilder().data(head.text.encode())
    return bytes(builder.hash_algorithm(HashAlgorithm.SHA256).build().as_bytes())


def nonce_of(request: bytes) -> int | None:
    """Read the nonce of a request.

    Raises:
        TimestampError: It is no request.
    """
    try:
        return parse_timestamp_request(request).nonce
    except ValueError as error:
        raise TimestampError(f"is no request for a time stamp: {error!s:.200}") from error


def read_roots(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read the pinned certificates of authorities from a PEM file.

    Raises:
        TimestampError: There is none in it, or one cannot be read.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(pem[:ROOTS_LIMIT]))
    except ValueError as error:
        raise TimestampError(f"no certificates in PEM: {error!s:.200}") from error


def token_of(response: bytes) -> bytes:
    """Give the token of an authority's answer (a .tsr file); nothing in it is believed yet.

    Raises:
        TimestampError: It is no answer, or the authority refused.
    """
    answer = _decoded(response)
    status = int(answer.status)
    if status != 0:
        named = STATUSES[status] if status < len(STATUSES) else "unknown"
        raise TimestampError(f"the authority's answer is {status}, {named}; not granted")
    return bytes(answer.time_stamp_token())


def stamped_hash(token: bytes) -> bytes:
    """Give the SHA-256 that a token is about, without believing it.

    Raises:
        TimestampError: It is no token, or is about another kind of hash.
    """
    imprint = _answer(token).tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != SHA256_OID:
        raise TimestampError(
            f"the token is about a hash of kind {imprint.hash_algorithm.dotted_string}, not SHA-256"
        )
    return bytes(imprint.message)


def verify_token(
    token: bytes, head: Checkpoint, roots: Sequence[x509.Certificate], nonce: int | None = None
) -> TimeClaim:
    """Check a token about a head against pinned certificates.

    The authority's certificate has to be valid at the time that the token states, not now.

    Args:
        token: A TimeStampToken in DER.
        head: The head that it has to be about.
        roots: Pinned certificates: roots, and what stands between if the token does not hold it.
        nonce: That of the request; None where the request is not at hand. The hash binds the token
            to the head in any case.

    Raises:
        TimestampError: It cannot be believed; says why.
    """
    if not roots:
        raise TimestampError("no certificate of an authority is pinned")
    digest = sha256(head.text.encode()).digest()
    if stamped_hash(token) != digest:
        raise TimestampError(f"the token is not about the head of {head.size} entries")
    answer = _answer(token)
    try:
        VerifierBuilder(roots=list(roots)).build().verify(answer, digest)
    except (VerificationError, ValueError) as error:
        said = str(error)
        why = next((words for mark, words in REASONS if mark in said), said[:200])
        raise TimestampError(f"the token cannot be believed: {why}") from error
    info = answer.tst_info
    if nonce is not None and info.nonce != nonce:
        raise TimestampError(f"the token answers another request: nonce {info.nonce}, not {nonce}")
    accuracy = info.accuracy
    accuracy_us = (
        0
        if accuracy is None
        else (accuracy.seconds or 0) * SECOND_US
        + (accuracy.millis or 0) * 1000
        + (accuracy.micros or 0)
    )
    # The library drops what stands behind the point: the instant lies in the second that begins.
    began_us = (info.gen_time - EPOCH) // MICROSECOND
    return TimeClaim(
        authority=_signer_name(answer),
        not_after_us=began_us + SECOND_US + accuracy_us,
        accuracy_us=accuracy_us,
    )


def median_time(times: Iterable[int], mirrors: int) -> int | None:
    """Give a time that an honest mirror's claim does not exceed, from claims of which some may lie.

    Args:
        times: When each mirror that was heard says that it cosigned; one a mirror.
        mirrors: n, the mirrors of the policy; f of them may lie.

    Returns:
        The median; the later one of two. None with fewer than 2f+1 claims, or without mirrors.

    >>> median_time([5, 1, 9], 4), median_time([1, 5, 8, 9], 4), median_time([1, 5], 4)
    (5, 8, None)
    """
    claims = sorted(times)
    if not claims or len(claims) < 2 * tolerated(mirrors) + 1:
        return None
    return claims[len(claims) // 2]


def _signer_name(answer: TimeStampResponse) -> str:
    """Name the certificate that signed; `verify` has insisted on exactly one signer, with it."""
    (signer,) = answer.signed_data.signer_infos
    certificates = map(x509.load_der_x509_certificate, answer.signed_data.certificates)
    leaf = next(
        one
        for one in certificates
        if (one.issuer, one.serial_number) == (signer.issuer, signer.serial_number)
    )
    named = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(named) != 1:
        raise TimestampError("the token cannot be believed: its certificate has no common name")
    return str(named[0].value)


def _answer(token: bytes) -> TimeStampResponse:
    """Wrap a token again as it came: the library reads answers only."""
    content = GRANTED + token
    size = len(content)
    length = (
        bytes([size])
        if size < SHORT_FORM
        else bytes([SHORT_FORM | (size.bit_length() + 7) // 8])
        + size.to_bytes((size.bit_length() + 7) // 8, "big")
    )
    return _decoded(bytes([SEQUENCE]) + length + content)


def _decoded(response: bytes) -> TimeStampResponse:
    if len(response) > TOKEN_LIMIT:
        raise TimestampError(f"a time stamp of {len(response)} bytes is above {TOKEN_LIMIT}")
    try:
        answer = decode_timestamp_response(response)
        if answer.status == 0:
            answer.tst_info.gen_time  # noqa: B018 - reads what the library reads late
            answer.signed_data.signer_infos  # noqa: B018
    except ValueError as error:
        raise TimestampError(f"is no time stamp: {error!s:.200}") from error
    return answer
