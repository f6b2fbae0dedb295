"""Hand a signed document to somebody else's log, as it was received."""

from __future__ import annotations

import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from truceline.evidence.keys import VerifierKey
from truceline.evidence.receipt import Receipt
from truceline.feeds import FEEDS
from truceline.feeds.gather import feed_of
from truceline.pipeline.key import signing_key
from truceline.pipeline.saying import DoorOfLog, Speaker, door_at, say
from truceline.pipeline.seal import MissionError
from truceline.records.canonical import Json


def contribute(
    door: DoorOfLog,
    document: Path,
    name: str,
    *,
    key: Path,
    actor: str,
    log_key: str,
    now_us: int,
) -> Receipt:
    """Sign that a document was received, hand both in, and check the receipt.

    What was signed before and has no receipt yet is handed in again first, with its document.

    Args:
        door: The log's door.
        document: File with the bytes as they were received.
        name: Path under which a feed reads such a document, for example "firms/day.csv".
        key: The contributor's key file.
        actor: Name under which the log knows him, if it does not stand beside his key.
        log_key: Verifier key of the log, had from elsewhere.
        now_us: Now, as the contributor's clock has it.

    Raises:
        MissionError: No feed reads documents of this name.
        ContributeError: As `saying.say`.
        FormatError: A key is none, or as `saying.say`.
        OSError: The document or the key cannot be read.
    """
    speaker = Speaker(key=key, signer=signing_key(key, actor), log=VerifierKey.read(log_key))
    content = document.read_bytes()
    feed = feed_of(name, FEEDS)
    if feed is None:
        raise MissionError(f"no feed reads a document named {name!r}")
    body: dict[str, Json] = {
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
        "name": name,
        "feed": feed.name,
        "received_us": now_us,
    }
    return say(door, speaker, "original", body, now_us=now_us, document=content)


def hand_in(to: str, document: Path, name: str, *, key: Path, actor: str, log_key: str) -> Receipt:
    """Contribute a document to the log at a URL, or to a mission on this machine.

    Raises:
        As `contribute`; and LedgerError: the mission cannot be written.
    """
    now_us = time.time_ns() // 1000
    with closing(door_at(to)) as door:
        return contribute(
            door, document, name, key=key, actor=actor, log_key=log_key, now_us=now_us
        )
