"""A small time-stamping authority (RFC 3161), for tests: its tokens are written byte by byte.

Each field can be spoiled, which no honest authority's software would do.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MADE = datetime(2026, 1, 1, tzinfo=UTC)
SHA256_OID = "2.16.840.1.101.3.4.2.1"
SHA512_OID = "2.16.840.1.101.3.4.2.3"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
SIGNED_DATA = "1.2.840.113549.1.7.2"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
POLICY = "1.2.3.4.1"


# ------------------------------------------------------------------------------------- DER
def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    return der(0x31, *sorted(parts))


def integer(value: int, tag: int = 0x02) -> bytes:
    return der(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(content: bytes) -> bytes:
    return der(0x04, content)


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    out = bytearray([first * 40 + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.insert(0, number & 0x7F | 0x80)
        out += bytes(groups)
    return der(0x06, bytes(out))


def algorithm(dotted: str) -> bytes:
    return sequence(oid(dotted))


# ------------------------------------------------------------------------------- authority
@dataclass(frozen=True)
class Authority:
    """One authority: a root, and a certificate below it that signs tokens.

    Its clock is where its caller says it is.
    """

    name: str
    root_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    until: datetime = MADE + timedelta(days=3650)
    named: bool = True
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING

    @property
    def root(self) -> x509.Certificate:
        return self._certificate(f"{self.name} root", self.root_key, authority=True)

    @property
    def root_pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    @property
    def certificate(self) -> x509.Certificate:
        return self._certificate(self.name, self.key, authority=False)

    def _certificate(
        self, name: str, key: ec.EllipticCurvePrivateKey, *, authority: bool
    ) -> x509.Certificate:
        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name) if authority or self.named else x509.Name([]))
            .issuer_name(named(f"{self.name} root"))
            .public_key(key.public_key())
            .serial_number(1 if authority else 2)
            .not_valid_before(MADE)
            .not_valid_after(MADE + timedelta(days=3650) if authority else self.until)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority:
            builder = builder.add_extension(x509.ExtendedKeyUsage([self.purpose]), critical=True)
        return builder.sign(self.root_key, hashes.SHA256(), ecdsa_deterministic=True)

    def token(
        self,
        digest: bytes,
        when: datetime,
        *,
        nonce: int | None = None,
        accuracy: tuple[int, int | None, int | None] | None = (1, None, None),
        imprint: str = SHA256_OID,
        with_certificate: bool = True,
    ) -> bytes:
        """Make the token: this digest was shown to me at this time."""
        stated = when.strftime("%Y%m%d%H%M%S")
        if when.microsecond:
            stated += f".{when.microsecond:06}".rstrip("0")
        info = [
            integer(1),
            oid(POLICY),
            sequence(sequence(oid(imprint)), octets(digest)),
            integer(7),
            der(0x18, f"{stated}Z".encode()),
        ]
        if accuracy is not None:
            seconds, millis, micros = accuracy
            parts = [integer(seconds)]
            parts += [] if millis is None else [integer(millis, 0x80)]
            parts += [] if micros is None else [integer(micros, 0x81)]
            info.append(sequence(*parts))
        if nonce is not None:
            info.append(integer(nonce))
        content = sequence(*info)
        certificate = self.certificate.public_bytes(Encoding.DER)
        attributes = set_of(
            sequence(oid(CONTENT_TYPE), set_of(oid(TST_INFO))),
            sequence(oid(MESSAGE_DIGEST), set_of(octets(sha256(content).digest()))),
            sequence(
                oid(SIGNING_CERTIFICATE_V2),
                set_of(sequence(sequence(sequence(octets(sha256(certificate).digest()))))),
            ),
        )
        signature = self.key.sign(attributes, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        signer = sequence(
            integer(1),
            sequence(self.certificate.issuer.public_bytes(), integer(2)),
            algorithm(SHA256_OID),
            b"\xa0" + attributes[1:],
            algorithm(ECDSA_SHA256),
            octets(signature),
        )
        signed = sequence(
            integer(3),
            set_of(algorithm(SHA256_OID)),
            sequence(oid(TST_INFO), der(0xA0, octets(content))),
            *([der(0xA0, certificate)] if with_certificate else []),
            set_of(signer),
        )
        return sequence(oid(SIGNED_DATA), der(0xA0, signed))

    def spoiled(self, **changes: object) -> Authority:
        """Give the same authority with something changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def response(token: bytes, status: int = 0) -> bytes:
    """Wrap a token as an authority answers; a refusal carries none."""
    return sequence(sequence(integer(status)), *([token] if status in {0, 1} else []))
