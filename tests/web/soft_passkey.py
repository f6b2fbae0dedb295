"""A passkey in software: it makes the bytes that a browser and its authenticator make.

Source: W3C, Web Authentication, Level 3, sections 5.8.1 (client data), 6.1 (authenticator data) and
6.5.4 (attestation object); RFC 9053, section 2.1, for the key as COSE.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ES256, P256, EC2 = -7, 1, 2


@dataclass
class SoftPasskey:
    """One authenticator with one key, ES256."""

    rp_id: str = "localhost"
    origin: str = "http://localhost:8470"
    id: bytes = b"soft-passkey-one"
    count: int = 0
    counts: bool = True
    flags: int = PRESENT | VERIFIED
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.derive_private_key(0xC0FFEE, ec.SECP256R1())
    )

    def create(self, options: dict[str, Any], **client: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Answer `navigator.credentials.create()`."""
        said = self._client_data("webauthn.create", options["challenge"], client)
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self._cose()
        authenticator = self._data(self.flags | ATTESTED) + attested
        statement = {"fmt": "none", "attStmt": {}, "authData": authenticator}
        return self._answer(said, attestationObject=bytes_to_base64url(encode_cbor(statement)))

    def get(self, options: dict[str, Any], **client: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Answer `navigator.credentials.get()`."""
        if self.counts:
            self.count += 1
        said = self._client_data("webauthn.get", options["challenge"], client)
        authenticator = self._data(self.flags)
        signature = self.key.sign(authenticator + sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            said,
            authenticatorData=bytes_to_base64url(authenticator),
            signature=bytes_to_base64url(signature),
        )

    def _client_data(self, kind: str, challenge: str, more: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, **more}
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _cose(self) -> bytes:
        at = self.key.public_key().public_numbers()
        coordinates = {-2: at.x.to_bytes(32, "big"), -3: at.y.to_bytes(32, "big")}
        written: bytes = encode_cbor({1: EC2, 3: ES256, -1: P256, **coordinates})
        return written

    def _answer(self, client_data: bytes, **response: str) -> dict[str, Any]:
        named = bytes_to_base64url(self.id)
        return {
            "id": named,
            "rawId": named,
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {"clientDataJSON": bytes_to_base64url(client_data), **response},
        }
