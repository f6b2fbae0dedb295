"""A sealed vote: the salt is drawn here, and kept beside the voter's key until the vote is opened.

    <key>.votes/<motion>[.<seat>].json    the vote, its reasons and its salt

It is written before the seal is signed: a seal whose salt is lost can never be opened.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from truceline.commission.motions import commitment
from truceline.evidence.folder import sync_directory
from truceline.evidence.keys import OTHERS, new_seed
from truceline.evidence.strict import FormatError
from truceline.records.canonical import Json, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """A vote that only its voter knows.

    Attributes:
        motion: Id of the motion.
        vote: "yes", "no" or "abstain".
        reasons: The reasons; "" for none.
        salt: 64 hexadecimal digits, drawn by chance.
        seat: Id of the seat, where the key may act for more than one; "" else.
    """

    motion: str
    vote: str
    reasons: str
    salt: str
    seat: str = ""

    @property
    def commitment(self) -> str:
        """The seal."""
        return commitment(self.motion, self.vote, self.reasons, self.salt)

    @property
    def sealed(self) -> dict[str, Json]:
        """What `vote.seal` says."""
        return {"commitment": self.commitment, **self._seat}

    @property
    def opened(self) -> dict[str, Json]:
        """What `vote.open` says."""
        return {"vote": self.vote, "reasons": self.reasons, "salt": self.salt, **self._seat}

    @property
    def _seat(self) -> dict[str, Json]:
        return {"seat": self.seat} if self.seat else {}


def draw_ballot(
    motion: str, vote: str, reasons: str, seat: str, draw: Callable[[], bytes] = new_seed
) -> Ballot:
    """Make a ballot with a fresh salt."""
    return Ballot(motion=motion, vote=vote, reasons=reasons, salt=draw().hex(), seat=seat)


def ballot_file(key: Path, motion: str, seat: str = "") -> Path:
    """Where a voter keeps the ballot of a motion."""
    name = f"{motion}.{seat}" if seat else motion
    if "/" in name or not motion:
        raise FormatError(f"{name!r} is no name for a ballot")
    return key.with_name(f"{key.name}.votes") / f"{name}.json"


def keep_ballot(key: Path, ballot: Ballot) -> Ballot:
    """Keep a ballot for its owner alone, before it is sealed.

    A ballot that is kept already is given back if it says the same: a seal that was refused, or
    whose receipt did not come back, is made again with the same salt.

    Raises:
        FormatError: Another vote is kept for this motion: it may be sealed already.
    """
    path = ballot_file(key, ballot.motion, ballot.seat)
    if path.exists():
        kept = read_ballot(key, ballot.motion, ballot.seat)
        if (kept.vote, kept.reasons) != (ballot.vote, ballot.reasons):
            raise FormatError(
                f"{path} keeps the vote {kept.vote!r}, which may be sealed already; remove it if "
                "it never was"
            )
        return kept
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "wb") as file:
        file.write(canonical(asdict(ballot)))
        file.flush()
        os.fsync(file.fileno())
    sync_directory(path.parent)
    return ballot


def read_ballot(key: Path, motion: str, seat: str = "") -> Ballot:
    """Read the ballot that was kept for a motion.

    Raises:
        FormatError: There is none, it is damaged, or others than its owner may read it.
    """
    path = ballot_file(key, motion, seat)
    if not path.exists():
        raise FormatError(f"{path} is not there: no vote on this motion was sealed with this key")
    if path.stat().st_mode & OTHERS:
        raise FormatError(f"{path} may be read by others than its owner: chmod 600 {path}")
    try:
        return Ballot(**json.loads(path.read_bytes()))
    except (ValueError, TypeError) as error:
        raise FormatError(f"{path} cannot be read: {error}") from error
