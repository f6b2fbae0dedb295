"""Whose cosignatures are enough: the policy file, and the three levels of acknowledgement.

    R  the log itself has taken the entry and signed for it
    C  f+1 mirrors hold it: at least one honest one, so it survives the loss of the operator
    D  determination grade: no second history can reach this level while at most f mirrors lie

With n mirrors and f = floor((n-1)/3) of them lying, two sets of k mirrors share 2k-n at least;
that is more than f, so an honest mirror stands in both, exactly if k >= floor((n+f)/2)+1. An honest
mirror never cosigns two histories. For n = 32: f = 10, C = 11, D = 22; 21 is not safe.

Level D asks for both: the quorum that the file defines, and this number. A file that asks for too
little can therefore not lower it, and groups can only ask for more.

Beside D stands a status: **disputed by none**. Two names of groups have a meaning here, which
tlog-policy leaves open: `parties` (mirrors of the parties themselves) and `neutral`. A head is
disputed by none if it reached D and every mirror of these groups has cosigned it or a later head of
its history. One of them alone can withhold that; a file in which all of them together could keep D
from being reached is refused.

Source: C2SP tlog-policy, https://c2sp.org/tlog-policy ("a group is considered to witness a
checkpoint if and only if at least k of its n members have witnessed that checkpoint").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from truceline.evidence.cosignature import CosignerKey, cosignatures
from truceline.evidence.keys import VerifierKey
from truceline.evidence.note import Checkpoint, open_checkpoint, read_note
from truceline.evidence.strict import FormatError

POLICY_LIMIT = 1_000_000
NO_QUORUM = "none"
# Groups whose mirrors can withhold "disputed by none".
WATCHERS = ("parties", "neutral")
ALLOWED = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
THRESHOLD = re.compile(r"[1-9][0-9]{0,5}")
# Of so many members with so many needed: how many cannot be avoided.
_Chosen = Callable[[int, int], int]


class Level(IntEnum):
    """How safely an entry is kept; each level holds all that the one before promises."""

    R = 1
    C = 2
    D = 3


def tolerated(mirrors: int) -> int:
    """Give f: how many of n mirrors may lie, floor((n-1)/3).

    >>> tolerated(32)
    10
    """
    return max(mirrors - 1, 0) // 3


def copies_needed(mirrors: int) -> int:
    """Give the mirrors that level C takes, f+1, so that an honest one is among them."""
    return tolerated(mirrors) + 1


def determination_needed(mirrors: int) -> int:
    """Give the mirrors that level D takes, floor((n+f)/2)+1.

    >>> determination_needed(32)
    22
    """
    return (mirrors + tolerated(mirrors)) // 2 + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some mirrors or groups of which a number is enough.

    Attributes:
        needed: How many members have to agree, 1 to all.
        members: Their names in the file.
    """

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy file, read.

    Attributes:
        logs: Keys of the logs that it accepts, with their URL or "".
        mirrors: Key of each mirror by its name in the file.
        urls: URL of each mirror that has one.
        groups: Groups by name.
        quorum: Name of the mirror or group that has to agree; "none" for no cosignatures at all.
    """

    logs: Mapping[VerifierKey, str]
    mirrors: Mapping[str, CosignerKey]
    urls: Mapping[str, str]
    groups: Mapping[str, Group]
    quorum: str

    def counted(self) -> tuple[CosignerKey, ...]:
        """List the mirrors that the quorum is made of; others in the file do not count."""
        return tuple(self.mirrors[name] for name in self._under(self.quorum))

    def watchers(self) -> tuple[str, ...]:
        """Name the mirrors that can withhold "disputed by none"; none if no group is so called."""
        named = [name for name in WATCHERS if name in self.groups]
        return tuple(dict.fromkeys(mirror for name in named for mirror in self._under(name)))

    def withheld_by(self, cosigners: Collection[CosignerKey]) -> tuple[str, ...]:
        """Name the parties' and neutral mirrors that are not among these.

        Args:
            cosigners: Mirrors that cosigned this head, or a later one of this history.
        """
        return tuple(name for name in self.watchers() if self.mirrors[name] not in cosigners)

    def undisputed(self, cosigners: Collection[CosignerKey]) -> bool:
        """Tell whether a head is disputed by none: at D, and no party's or neutral mirror missing.

        Never where the file names no party's and no neutral mirror: nobody was asked.

        Args:
            cosigners: Mirrors that cosigned this head, or a later one of this history.
        """
        asked = bool(self.watchers())
        silent = self.withheld_by(cosigners)
        return asked and not silent and self.satisfied_by(cosigners) is Level.D

    def satisfied_by(self, cosigners: Collection[CosignerKey]) -> Level:
        """Give the level that these mirrors together reach. Their signatures are checked already.

        A head that no quorum covers is R: the log alone vouches for it.
        """
        counted = self.counted()
        agreeing = len({key.public for key in counted} & {key.public for key in cosigners})
        if not counted or agreeing < copies_needed(len(counted)):
            return Level.R
        names = {name for name, key in self.mirrors.items() if key in cosigners}
        enough = agreeing >= determination_needed(len(counted))
        return Level.D if enough and self._agrees(self.quorum, names) else Level.C

    def level_of(self, note: bytes) -> tuple[Checkpoint, Level]:
        """Open a cosigned checkpoint and tell the level it reached.

        Raises:
            FormatError: No log of the policy signed it, or a signature on it is false.
        """
        origin = read_note(note).text.partition("\n")[0]
        key = next((log for log in self.logs if log.name == origin), None)
        if key is None:
            raise FormatError(f"log {origin!r} is not in the policy")
        head = open_checkpoint(note, key)
        return head, self.satisfied_by(cosignatures(note, self.mirrors.values()))

    def overlap(self) -> int:
        """Give how many mirrors two quorums of this file share at least.

        More than f of them: two histories cannot both pass the file's own rule.
        """
        return self._fewest(self.quorum, lambda count, needed: 2 * needed - count)

    def blocking(self) -> int:
        """Give how many silent mirrors are enough to keep this file's quorum from ever agreeing."""
        return self._fewest(self.quorum, lambda count, needed: count - needed + 1)

    def _fewest(self, name: str, chosen: _Chosen) -> int:
        """Sum, at each group, over as many of the cheapest members as cannot be avoided."""
        costs = dict.fromkeys(self.mirrors, 1)
        # Groups stand in the order of the file, in which members come first.
        for group_name, group in self.groups.items():
            members = sorted(costs[member] for member in group.members)
            needed = max(chosen(len(members), group.needed), 0)
            costs[group_name] = sum(members[:needed])
        return costs.get(name, 0)

    def _under(self, name: str) -> tuple[str, ...]:
        under: dict[str, tuple[str, ...]] = {mirror: (mirror,) for mirror in self.mirrors}
        for group_name, group in self.groups.items():
            under[group_name] = tuple(one for member in group.members for one in under[member])
        return under.get(name, ())

    def _agrees(self, name: str, agreeing: Collection[str]) -> bool:
        agrees = {mirror: mirror in agreeing for mirror in self.mirrors}
        for group_name, group in self.groups.items():
            agrees[group_name] = sum(agrees[one] for one in group.members) >= group.needed
        return agrees.get(name, False)


def sizes_reached(policy: Policy, sizes: Mapping[CosignerKey, int]) -> dict[Level, int]:
    """Tell up to which size of the log each level is reached; 0 where it is not.

    Args:
        policy: The policy.
        sizes: Size of the largest head that each mirror cosigned, all of one history: who cosigned
            a later head stands for every earlier one too.
    """
    return {
        level: max(
            (
                size
                for size in set(sizes.values())
                if policy.satisfied_by([key for key in sizes if sizes[key] >= size]) >= level
            ),
            default=0,
        )
        for level in (Level.C, Level.D)
    }


def size_undisputed(policy: Policy, sizes: Mapping[CosignerKey, int]) -> int:
    """Tell up to which size of the log nobody disputes it; 0 where somebody always does.

    Args:
        policy: The policy.
        sizes: As in `sizes_reached`.
    """
    return max(
        (
            size
            for size in set(sizes.values())
            if policy.undisputed([key for key in sizes if sizes[key] >= size])
        ),
        default=0,
    )


def read_policy(content: bytes) -> Policy:
    """Read a policy file.

    Raises:
        FormatError: It is no policy; the message names the line.
    """
    if len(content) > POLICY_LIMIT:
        raise FormatError(f"a policy of {len(content)} bytes is above {POLICY_LIMIT}")
    if not ALLOWED.fullmatch(content):
        raise FormatError("a policy has no control characters but tab and newline")
    reading = _Reading()
    # Octets, not characters: "names must be handled as opaque octet strings".
    for number, line in enumerate(content.decode("latin-1").split("\n"), start=1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if words and not words[0].startswith("#"):
            try:
                reading.take(words)
            except FormatError as error:
                raise FormatError(f"line {number}: {error}") from error
    if reading.quorum is None:
        raise FormatError("a policy has exactly one quorum line, this one has none")
    policy = Policy(
        logs=reading.logs,
        mirrors=reading.mirrors,
        urls=reading.urls,
        groups=reading.groups,
        quorum=reading.quorum,
    )
    watchers = set(policy.watchers())
    others = [key for name, key in policy.mirrors.items() if name not in watchers]
    if watchers and policy.counted() and policy.satisfied_by(others) is not Level.D:
        raise FormatError(
            f"the groups {' and '.join(WATCHERS)} could keep level D from being reached: with "
            f"{len(watchers)} of their mirrors silent it is {policy.satisfied_by(others).name}"
        )
    return policy


@dataclass
class _Reading:
    """A policy of which the lines so far were read."""

    logs: dict[VerifierKey, str] = field(default_factory=dict)
    mirrors: dict[str, CosignerKey] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    placed: set[str] = field(default_factory=set)
    quorum: str | None = None

    def take(self, words: list[str]) -> None:
        keyword, *rest = words
        count = len(rest)
        if keyword == "log" and count in {1, 2}:
            self._log(rest[0], rest[1] if rest[1:] else "")
        elif keyword == "witness" and count in {2, 3}:
            self._mirror(rest[0], rest[1], rest[2] if rest[2:] else "")
        elif keyword == "group" and count > 2:  # noqa: PLR2004 - name, threshold, a member
            self._group(rest[0], rest[1], rest[2:])
        elif keyword == "quorum" and count == 1:
            self._quorum(rest[0])
        elif keyword in {"log", "witness", "group", "quorum"}:
            raise FormatError(f"{keyword!r} cannot have {count} words after it")
        else:
            raise FormatError(f"{keyword[:80]!r} is none of log, witness, group, quorum")

    def _log(self, text: str, url: str) -> None:
        key = VerifierKey.read(_utf8(text))
        if any(key.public == other.public for other in self.logs):
            raise FormatError(f"the key of log {key.name!r} stands in the file already")
        if any(key.name == other.name for other in self.logs):
            raise FormatError(f"log {key.name!r} has a key in the file already")
        self.logs[key] = url

    def _mirror(self, name: str, text: str, url: str) -> None:
        self._insist_on_new(name)
        key = CosignerKey.read(_utf8(text))
        if any(key.public == other.public for other in self.mirrors.values()):
            raise FormatError(f"the key of witness {name!r} stands in the file already")
        self.mirrors[name] = key
        if url:
            self.urls[name] = url

    def _group(self, name: str, threshold: str, members: list[str]) -> None:
        self._insist_on_new(name)
        for member in members:
            self._insist_on_known(member)
            if member in self.placed:
                raise FormatError(f"{member!r} is a member of a group already")
            self.placed.add(member)
        needed = {"any": 1, "all": len(members)}.get(threshold)
        if needed is None:
            if not THRESHOLD.fullmatch(threshold):
                raise FormatError(f"{threshold[:80]!r} is no threshold: all, any or a number")
            needed = int(threshold)
        if needed > len(members):
            raise FormatError(f"group {name!r} needs {needed} of {len(members)} members")
        self.groups[name] = Group(needed=needed, members=tuple(members))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise FormatError("a policy has exactly one quorum line, this is a second")
        if name != NO_QUORUM:
            self._insist_on_known(name)
        self.quorum = name

    def _insist_on_new(self, name: str) -> None:
        if name == NO_QUORUM:
            raise FormatError(f"{NO_QUORUM!r} is predefined and cannot be a name")
        if name in self.mirrors or name in self.groups:
            raise FormatError(f"{name!r} is defined already")

    def _insist_on_known(self, name: str) -> None:
        if name not in self.mirrors and name not in self.groups:
            raise FormatError(f"{name!r} is not defined on a line before")


def _utf8(octets: str) -> str:
    try:
        return octets.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("a key's name must be UTF-8") from error
