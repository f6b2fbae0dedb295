"""Which mirrors stand behind a mission's log: asked once, kept beside it, read without a network.

`collect` asks every mirror of a policy for its head and keeps the answers in `<mission>.cosigned`.
Whoever shows an entry reads that file: up to which size the levels C and D are reached is computed
from the signatures in it, never taken from it. It can be deleted; every entry is then at level R.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from truceline.evidence.cosignature import CosignerKey, cosignatures
from truceline.evidence.folder import write_file
from truceline.evidence.ledger import Ledger
from truceline.evidence.mirror import CHECKPOINT, SourceError, origin_hash
from truceline.evidence.note import NOTE_LIMIT, Checkpoint, open_checkpoint
from truceline.evidence.policy import POLICY_LIMIT, Level, Policy, read_policy, sizes_reached
from truceline.evidence.strict import FormatError
from truceline.pipeline.mirror import source_of
from truceline.records.canonical import canonical

VERSION = 1
FIELDS = {"v", "policy", "asked_s", "notes", "silent"}
NO_URL = "the policy names no URL for it"
OTHER_LOG = "cosigned a head that is none of this log"


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorStanding:
    """What one mirror of a policy cosigned.

    Attributes:
        name: Its name in the policy file.
        key: Its key.
        size: Entries that it stands behind; None if it does not stand behind this log, as far as
            is known.
        cosigned_s: When it says that it signed, seconds since 1970 UTC; None likewise.
        why: Why `size` is None; "" if it is not.
    """

    name: str
    key: CosignerKey
    size: int | None
    cosigned_s: int | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What all mirrors of a policy together make of a log.

    Attributes:
        policy: The policy; None if no mirror was ever asked.
        policy_text: The bytes of its file.
        asked_s: When they were asked, seconds since 1970 UTC.
        mirrors: One for each of the policy, in its order.
        reached: Up to which size each of the levels C and D is reached; 0 where it is not.
    """

    policy: Policy | None = None
    policy_text: str = ""
    asked_s: int = 0
    mirrors: tuple[MirrorStanding, ...] = ()
    reached: Mapping[Level, int] = field(default_factory=dict)

    def level_of(self, index: int) -> Level:
        """Give the level that the entry at an index has reached."""
        held = [level for level, size in self.reached.items() if index < size]
        return max(held, default=Level.R)


def cosigned_file(mission: Path) -> Path:
    """Where the answers of the mirrors are kept."""
    return mission.with_name(f"{mission.name}.cosigned")


def collect(mission: Path, policy: Path, now_s: int) -> Standing:
    """Ask the mirrors of a policy for their heads of a mission's log, and keep what they answer.

    A mirror that does not answer is kept as silent, with the reason; its earlier answer is gone.

    Raises:
        FormatError: The policy is none, or does not name this log.
        LedgerError: The mission is none, or damaged.
        OSError: The policy cannot be read, or the answers cannot be kept.
    """
    with policy.open("rb") as file:
        content = file.read(POLICY_LIMIT + 1)
    read = read_policy(content)
    with Ledger.open(mission) as ledger:
        if ledger.key not in read.logs:
            raise FormatError(f"{policy} has no line for the log {ledger.key}")
        served = f"{origin_hash(ledger.key.name)}/{CHECKPOINT}"
    notes: dict[str, str] = {}
    silent: dict[str, str] = {}
    for name in read.mirrors:
        try:
            url = read.urls.get(name)
            if url is None:
                raise SourceError(NO_URL)  # noqa: TRY301 - one place for all reasons of silence
            notes[name] = source_of(url)(served, NOTE_LIMIT).decode()
        except (SourceError, UnicodeDecodeError) as error:
            silent[name] = str(error)
    kept = canonical(
        {
            "v": VERSION,
            "policy": content.decode(),
            "asked_s": now_s,
            "notes": [[name, notes[name]] for name in sorted(notes)],
            "silent": [[name, silent[name]] for name in sorted(silent)],
        }
    )
    path = cosigned_file(mission)
    write_file(path.parent, path.name, kept)
    return read_standing(mission)


def read_standing(mission: Path) -> Standing:
    """Tell what the kept answers of the mirrors are worth for the log as it lies here.

    Raises:
        FormatError: The file of answers is not as `collect` writes it.
        LedgerError: The mission is none, or damaged.
    """
    path = cosigned_file(mission)
    if not path.exists():
        return Standing()
    try:
        said = json.loads(path.read_bytes().decode("utf-8"))
        if set(said) != FIELDS or said["v"] != VERSION:
            raise FormatError(f"{path} has not the fields of version {VERSION}")
        policy = read_policy(said["policy"].encode())
        notes, silent = dict(said["notes"]), dict(said["silent"])
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise FormatError(f"{path} cannot be read; ask the mirrors again: {error}") from error
    with Ledger.open(mission) as ledger:
        mirrors = _standings(ledger, policy, notes, silent)
    sizes = {one.key: one.size for one in mirrors if one.size is not None}
    return Standing(
        policy=policy,
        policy_text=said["policy"],
        asked_s=said["asked_s"],
        mirrors=mirrors,
        reached=sizes_reached(policy, sizes),
    )


def _standings(
    ledger: Ledger, policy: Policy, notes: Mapping[str, str], silent: Mapping[str, str]
) -> tuple[MirrorStanding, ...]:
    heads: dict[str, tuple[Checkpoint, int]] = {}
    why = dict(silent)
    for name, key in policy.mirrors.items():
        if name not in notes:
            continue
        try:
            note = notes[name].encode()
            heads[name] = open_checkpoint(note, ledger.key), cosignatures(note, [key])[key]
        except FormatError as error:
            why[name] = str(error)
        except KeyError:
            why[name] = "has not put its signature under the head that it serves"
    for name, (head, _) in list(heads.items()):
        if head.size > ledger.size:
            why[name] = f"is ahead, at {head.size} entries"
        elif ledger.root_at(head.size) != head.root:
            why[name] = OTHER_LOG
        if name in why:
            del heads[name]
    return tuple(
        MirrorStanding(
            name=name,
            key=key,
            size=heads[name][0].size if name in heads else None,
            cosigned_s=heads[name][1] if name in heads else None,
            why="" if name in heads else why.get(name, "was not asked"),
        )
        for name, key in policy.mirrors.items()
    )
