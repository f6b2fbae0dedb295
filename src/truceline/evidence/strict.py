"""The small texts inside the formats, read so strictly that each value has one spelling.

A decoder that forgives lets two different files mean the same, and a changed byte go unseen.
"""

from __future__ import annotations

import base64
import binascii
import re

DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")


class FormatError(ValueError):
    """Bytes are not what their specification says; the message names what and where."""


def encode_base64(data: bytes) -> str:
    """Write bytes as standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    r"""Read standard base64, refusing every spelling but the one `encode_base64` gives.

    Raises:
        FormatError: Another alphabet, missing padding, or unused bits that are not zero.

    >>> decode_base64("AQ==")
    b'\x01'
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError(f"{text[:80]!r} is not base64") from error
    if encode_base64(data) != text:
        raise FormatError(f"{text[:80]!r} is not canonical base64")
    return data


def decode_decimal(text: str) -> int:
    """Read a whole number without sign and without leading zeros, below 10^16.

    Raises:
        FormatError: Anything else.
    """
    if not DECIMAL.fullmatch(text):
        raise FormatError(f"{text[:80]!r} is not a decimal number without leading zeros")
    return int(text)
