"""C2SP tlog-cosignature: "the consistent tree head with the largest size the cosigner observed"."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.evidence.cosignature import (
    CosignerKey,
    add_signatures,
    cosign,
    cosignatures,
    cosigned_message,
    cosigner_key,
)
from truceline.evidence.keys import SigningKey
from truceline.evidence.note import Checkpoint, open_checkpoint, read_note, sign_note
from truceline.evidence.strict import FormatError, decode_base64, encode_base64

LOG = SigningKey(name="truceline.example/log", seed=bytes(range(32)))
TEXT = Checkpoint(origin=LOG.name, size=7, root=b"r" * 32).text
NOTE = sign_note(TEXT, LOG)
TIME_S = 1_790_000_000

# A head of a public log with signatures of its real witnesses, of 23 May 2026; the text is the one
# in the tests of a public Python implementation, the keys are those that the witnesses publish.
PUBLIC = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
""".encode()  # noqa: E501 - as it was served
WITNESSES = [
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
]
# The example of the specification.
EXAMPLE = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
""".encode()  # noqa: E501 - as it stands there


def mirror(number: int) -> SigningKey:
    return SigningKey(name=f"mirror.example/{number}", seed=number.to_bytes(32, "big"))


def test_signatures_of_real_witnesses_are_verified() -> None:
    keys = [CosignerKey.read(text) for text in WITNESSES]
    assert cosignatures(PUBLIC, keys) == dict.fromkeys(keys, 0x6A122120)
    with pytest.raises(FormatError, match="little-garden does not match the text"):
        cosignatures(PUBLIC.replace(b"\n1432088532\n", b"\n1432088533\n"), keys)


def test_the_signed_message_is_that_of_the_specification() -> None:
    note = read_note(EXAMPLE)
    time_s = int.from_bytes(note.signatures[1].signature[:8], "big")
    assert cosigned_message(note.text, time_s) == (
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )


def test_thirty_two_and_more_cosignatures_stand_under_one_head() -> None:
    signers = [mirror(number) for number in range(60)]
    note = add_signatures(NOTE, [cosign(TEXT, signer, TIME_S) for signer in signers])
    keys = [cosigner_key(signer) for signer in signers]
    assert cosignatures(note, keys) == dict.fromkeys(keys, TIME_S)
    assert open_checkpoint(note, LOG.verifier).size == 7
    assert cosignatures(note, []) == {}


def test_more_lines_than_a_reader_takes_are_refused() -> None:
    with pytest.raises(FormatError, match="101 signatures"):
        add_signatures(NOTE, [cosign(TEXT, mirror(number), TIME_S) for number in range(100)])


def test_of_several_lines_of_one_mirror_the_latest_counts_and_the_same_is_not_repeated() -> None:
    lines = [cosign(TEXT, mirror(1), TIME_S + later) for later in (5, 9, 5)]
    note = add_signatures(add_signatures(NOTE, lines), lines)
    assert len(read_note(note).signatures) == 3
    assert cosignatures(note, [cosigner_key(mirror(1))]) == {cosigner_key(mirror(1)): TIME_S + 9}


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 75), bit=st.integers(0, 7))
def test_no_bit_of_a_cosignature_can_be_changed(at: int, bit: int) -> None:
    line = cosign(TEXT, mirror(1), TIME_S)
    data = bytearray(decode_base64(line.split(" ")[2].strip()))
    data[at] ^= 1 << bit
    note = add_signatures(NOTE, [f"— mirror.example/1 {encode_base64(bytes(data))}\n"])
    key = cosigner_key(mirror(1))
    try:
        assert cosignatures(note, [key]) == {}
    except FormatError:
        assert at >= 4
    else:
        assert at < 4


def test_a_cosignature_under_another_head_of_the_same_size_does_not_count() -> None:
    other = Checkpoint(origin=LOG.name, size=7, root=b"s" * 32)
    line = cosign(other.text, mirror(1), TIME_S)
    with pytest.raises(FormatError, match=r"mirror.example/1 does not match"):
        cosignatures(add_signatures(NOTE, [line]), [cosigner_key(mirror(1))])


@pytest.mark.parametrize("time_s", [0, -1, 2**63])
def test_a_time_outside_the_format_is_not_signed(time_s: int) -> None:
    with pytest.raises(ValueError, match="is outside"):
        cosign(TEXT, mirror(1), time_s)


def test_a_key_is_written_and_read_and_no_other_spelling_is() -> None:
    key = cosigner_key(mirror(1))
    assert CosignerKey.read(str(key)) == key
    plain = mirror(1).verifier
    assert key.key_id != plain.key_id
    for wrong, why in [
        (str(plain), "type 0x01"),
        (str(key).replace(key.key_id.hex(), "00000000"), "has id"),
        ("mirror.example", "is no verifier key"),
        (f"m+00000000+{encode_base64(bytes([4]) + bytes(32))}", "prime order"),
        (f"m+00000000+{encode_base64(bytes([6]) + bytes(1312))}", "type 0x06"),
    ]:
        with pytest.raises(FormatError, match=why):
            CosignerKey.read(wrong)
