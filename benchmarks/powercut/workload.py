"""What is recorded under the shim: a mission that is written, killed, reopened and written on.

    python workload.py ROOT SEED MUTANT

Each acknowledgement is a line written to ROOT/acks the moment it is given, so that it stands in the
record between the calls before and after it.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from contributors import CONTRIBUTORS, let_them_speak
from mutants import MUTANTS

from truceline.evidence.keys import SigningKey
from truceline.evidence.ledger import Ledger, Upkeep
from truceline.evidence.receipt import Receipt
from truceline.evidence.statement import Statement, write_entry
from truceline.records.canonical import Json

ORIGIN = "truceline.example/power"
SEED = bytes(range(32))
KEY = SigningKey(name=ORIGIN, seed=SEED).verifier
MISSION = f'title = "Power"\nverifier_key = "{KEY}"\n'.encode()
DOCUMENT = b"48.1,37.5\n"
ACTIONS = 16
NEAR_A_FULL_TILE = 251
# So small that a workload crosses both several times.
UPKEEP = Upkeep(journal_bytes=9000, state_entries=5)
DISK_CALLS = ("fsync", "fdatasync", "replace", "unlink", "mkdir", "pwrite")


class Killed(BaseException):
    """The process ends here; what the system holds in its cache stays."""


def body(name: str) -> dict[str, Json]:
    """Give the body of one statement about the one document; the name makes it long or short."""
    digest = sha256(DOCUMENT).hexdigest()
    size = len(DOCUMENT)
    return {"sha256": digest, "size": size, "name": name, "feed": "f", "received_us": None}


def killed_after(steps: int, work: Callable[[], None]) -> None:
    """Do something that is killed after so many calls to the disk, or ends before."""
    honest = {name: getattr(os, name) for name in DISK_CALLS}
    left = [steps]

    def counted(name: str) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            if not left[0]:
                raise Killed
            left[0] -= 1
            return honest[name](*arguments, **options)

        return call

    for name in DISK_CALLS:
        setattr(os, name, counted(name))
    try:
        work()
    except Killed:
        pass
    finally:
        for name, function in honest.items():
            setattr(os, name, function)


class Work:
    """One mission and the list of what was acknowledged."""

    def __init__(self, root: Path, seed: int, mutant: str) -> None:
        self.chance = random.Random(seed)
        self.folder = root / "m"
        self.early = mutant == "receipt before write"
        self.clock_us = 0
        self.acks = os.open(root / "acks", os.O_WRONLY | os.O_CREAT)
        self.ledger = Ledger.create(self.folder, SEED, ORIGIN, upkeep=UPKEEP)

    def say(self, **what: object) -> None:
        """Acknowledge."""
        os.write(self.acks, json.dumps(what).encode() + b"\n")

    def begin(self, size: int) -> None:
        """Write the mission and its document, and commit so many statements."""
        self.ledger.store_mission_file(MISSION)
        self.ledger.store_original(DOCUMENT)
        for number in range(size):
            self.ledger.append("original", body(f"first {number}"))
        self.commit()
        self.say(start=True)

    def _name(self) -> str:
        self.clock_us += 1
        return f"{self.clock_us} " + "n" * self.chance.choice((1, 60, 700, 1500))

    def durable(self) -> None:
        """Hand in one statement."""
        said = ("original", body(self._name()))
        index = self.ledger.size + len(self.ledger._durable)
        if self.early:
            self.say(index=index, statement=self.ledger._say(*said, self.clock_us).sha256)
        receipt = self.ledger.append_durable(*said, self.clock_us)
        self.say(index=receipt.index, statement=receipt.statement)

    def contribute(self) -> None:
        """Hand in some statements of one contributor at once, one of them twice, one forged."""
        key = CONTRIBUTORS[self.chance.choice(sorted(CONTRIBUTORS))]
        seq, prev = self.ledger._actors.registry.next_of(key.name)
        entries: list[bytes] = []
        for number in range(self.chance.randrange(1, 4)):
            statement = Statement(
                kind="original",
                actor=key.name,
                seq=seq + number,
                prev=prev,
                anchor=self.ledger.checkpoint,
                signed_us=self.clock_us,
                body=body(self._name()),
            )
            prev = statement.sha256
            entries.append(write_entry(statement, key))
        for answer in self.ledger.admit_durable([*entries, entries[-1], entries[-1][:-9]]):
            if isinstance(answer, Receipt):
                self.say(index=answer.index, statement=answer.statement)

    def commit(self) -> None:
        """Move the head over everything."""
        head = self.ledger.commit(self.clock_us)
        self.say(size=head.size, root=head.root.hex())

    def commit_beside(self) -> None:
        """Move the head over what there is, and hand in more before it is published."""
        begun = self.ledger.begin_head()
        if begun is None:
            return
        # The shim records one thread: what is handed in comes when the tiles are stored.
        begun.result()
        self.durable()
        self.contribute()
        head = self.ledger.end_head()
        self.say(size=head.size, root=head.root.hex())

    def batch(self) -> None:
        """Hand in some statements at once."""
        for _ in range(self.chance.randrange(1, 4)):
            self.ledger.append("original", body(self._name()))
        self.commit()

    def reopen(self) -> None:
        """Close and open again."""
        self.ledger.close()
        self.ledger = Ledger.open(self.folder, SEED, upkeep=UPKEEP)

    def kill(self) -> None:
        """Be killed somewhere in the middle of something, perhaps again while recovering."""
        for action in (
            self.chance.choice(
                (self.durable, self.contribute, self.batch, self.commit, self.commit_beside)
            ),
            self.reopen,
        ):
            killed_after(self.chance.randrange(40), action)
            self.ledger.close()
        self.ledger = Ledger.open(self.folder, SEED, upkeep=UPKEEP)

    def run(self) -> None:
        """Do everything."""
        self.begin(self.chance.choice((2, 5, 5, 5, NEAR_A_FULL_TILE)))
        self.durable()
        actions = (
            self.durable,
            self.contribute,
            self.commit,
            self.commit_beside,
            self.batch,
            self.reopen,
            self.kill,
        )
        for action in self.chance.choices(actions, weights=(4, 4, 2, 3, 2, 1, 2), k=ACTIONS):
            if action != self.batch and self.ledger.checkpoint is None:
                continue
            action()
        self.ledger.close()


def main() -> None:
    """Run one workload."""
    let_them_speak()
    root, seed, mutant = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    if mutant in MUTANTS:
        MUTANTS[mutant]()
    Work(root, seed, mutant).run()


if __name__ == "__main__":
    main()
