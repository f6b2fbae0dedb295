"""An operator who lies, mirrors of which some lie, and a rule that must hold whatever they do.

Trees, the mirrors' rule (`mirror.weigh`) and fraud proofs are the real ones; disks and the network
are left out, and a cosignature is the fact that a mirror gave it. Honest mirrors crash between
promise and reply. Everything follows from one seed.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from truceline.evidence.fraud import Outcome as Worth
from truceline.evidence.fraud import check, prove_heads
from truceline.evidence.keys import SigningKey
from truceline.evidence.mirror import Outcome, weigh
from truceline.evidence.note import Checkpoint, sign_note
from truceline.evidence.policy import determination_needed, tolerated
from truceline.evidence.tree import EMPTY_ROOT, leaf_hash, root

ORIGIN = "truceline.example/world"
LOG = SigningKey(name=ORIGIN, seed=bytes(range(1, 33)))
NOTHING = Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT)
BRANCHES = 4
LONGEST = 48
PROVED_ONE_IN = 20


class Unsafe(AssertionError):  # noqa: N818 - what the simulator looks for
    """Two histories reached determination grade, or an honest mirror signed two."""


def head_of(leaves: list[bytes]) -> Checkpoint:
    return Checkpoint(origin=ORIGIN, size=len(leaves), root=root(leaves))


def continues(smaller: Checkpoint, leaves: list[bytes]) -> bool:
    return root(leaves[: smaller.size]) == smaller.root


@dataclass
class World:
    """One operator, n mirrors, k cosignatures for determination grade."""

    seed: int
    mirrors: int
    needed: int
    byzantine: frozenset[int]
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - a world that can be played again
        self.branches: list[list[bytes]] = [[]]
        self.focus = 0
        self.promised = [(NOTHING, list[bytes]())] * self.mirrors
        self.signed: list[dict[int, bytes]] = [{} for _ in range(self.mirrors)]
        self.cosigners: dict[tuple[int, bytes], set[int]] = {}
        self.determined: list[tuple[Checkpoint, list[bytes]]] = []
        self._append()

    def step(self) -> None:
        self.counts["steps"] += 1
        draw = self.rng.random()
        if draw < 0.06:
            self._append()
        elif draw < 0.08:
            self._fork()
        elif draw < 0.12:
            self.focus = self.rng.randrange(len(self.branches))
        elif draw < 0.15:
            self._restart(self.rng.randrange(self.mirrors))
        elif draw < 0.18:
            self._gossip()
        else:
            self._show(self.rng.randrange(self.mirrors))

    def _append(self) -> None:
        branch = self.branches[self.focus]
        if len(branch) < LONGEST:
            branch.extend(leaf_hash(self.rng.randbytes(8)) for _ in range(self.rng.randint(1, 3)))

    def _fork(self) -> None:
        branch = self.branches[self.focus]
        kept = branch[: self.rng.randint(0, len(branch))]
        other = [*kept, *(leaf_hash(self.rng.randbytes(8)) for _ in range(self.rng.randint(1, 3)))]
        if len(self.branches) < BRANCHES:
            self.branches.append(other)
        else:
            self.branches[self.rng.randrange(BRANCHES)] = other
        self.focus = min(self.focus, len(self.branches) - 1)

    def _show(self, mirror: int) -> None:
        """Show a head to a mirror: of the branch that is pushed now, of another, or an old one."""
        at = self.focus if self.rng.random() < 0.8 else self.rng.randrange(len(self.branches))
        leaves = list(self.branches[at])
        if self.rng.random() < 0.1:
            leaves = leaves[: self.rng.randint(1, len(leaves))]
        head = head_of(leaves)
        if mirror in self.byzantine:
            self._cosigned(mirror, head, leaves)
            return
        held, own = self.promised[mirror]
        given = leaves if head.size > held.size else own
        lied = self.rng.random() < 0.05 and head.size > held.size
        if lied:
            given = [*given]
            given[self.rng.randrange(len(given))] = leaf_hash(b"another")
        outcome, _ = weigh(held, head, given)
        self.counts[outcome.value] += 1
        if lied and outcome in {Outcome.ADVANCED, Outcome.FORK}:
            raise Unsafe("entries that the head does not stand for were believed")
        if outcome is Outcome.FORK:
            self._prove(held, own, head, leaves)
        if outcome is Outcome.ADVANCED:
            self.promised[mirror] = (head, leaves)
            if self.rng.random() < 0.1:
                self.counts["crashed before the reply"] += 1
                return
        if outcome in {Outcome.ADVANCED, Outcome.UNCHANGED}:
            self._cosigned(mirror, head, leaves)

    def _restart(self, mirror: int) -> None:
        """Start a mirror again: what it promised it signs, and nothing else."""
        head, leaves = self.promised[mirror]
        if head.size and mirror not in self.byzantine:
            self._cosigned(mirror, head, leaves)

    def _gossip(self) -> None:
        """Let two honest mirrors compare heads: what excludes each other is proven."""
        honest = [one for one in range(self.mirrors) if one not in self.byzantine]
        (held, own), (shown, theirs) = (self.promised[one] for one in self.rng.sample(honest, 2))
        longer = own if held.size >= shown.size else theirs
        if shown.size and held.size and weigh(held, shown, longer)[0] is Outcome.FORK:
            self._prove(held, own, shown, theirs)

    def _prove(
        self, held: Checkpoint, own: list[bytes], shown: Checkpoint, theirs: list[bytes]
    ) -> None:
        self.counts["forks seen"] += 1
        if not held.size or self.rng.randrange(PROVED_ONE_IN):
            return
        first, second = (sign_note(head.text, LOG) for head in (held, shown))
        proof = prove_heads(first, second, LOG.verifier, own if held.size > shown.size else theirs)
        if check(proof, [LOG.verifier]).outcome is not Worth.PROVEN:
            raise Unsafe("a fork was seen and could not be proven")
        self.counts["forks proven"] += 1

    def _cosigned(self, mirror: int, head: Checkpoint, leaves: list[bytes]) -> None:
        if mirror not in self.byzantine:
            signed = self.signed[mirror]
            if signed.setdefault(head.size, head.root) != head.root:
                raise Unsafe(f"honest mirror {mirror} signed two roots of size {head.size}")
        cosigners = self.cosigners.setdefault((head.size, head.root), set())
        before = len(cosigners)
        cosigners.add(mirror)
        if before < self.needed == len(cosigners):
            self.counts["determined"] += 1
            for other, others in self.determined:
                smaller, longer = (other, leaves) if other.size < head.size else (head, others)
                if not continues(smaller, longer):
                    raise Unsafe(f"sizes {other.size} and {head.size} reached {self.needed}")
            self.determined.append((head, leaves))


def run(seed: int, steps: int, *, episode: int = 400, less: int = 0) -> Counter[str]:
    """Play worlds of 4 to 32 mirrors with up to f liars until so many steps are done.

    Args:
        seed: Everything follows from it.
        steps: Steps in all.
        episode: Steps of one world.
        less: Ask for so many cosignatures fewer than is safe.
    """
    rng = random.Random(seed)  # noqa: S311 - as above
    total: Counter[str] = Counter()
    while total["steps"] < steps:
        mirrors = rng.choice([4, 5, 7, 10, 13, 32])
        liars = frozenset(rng.sample(range(mirrors), rng.randint(0, tolerated(mirrors))))
        world = World(
            seed=rng.getrandbits(64),
            mirrors=mirrors,
            needed=determination_needed(mirrors) - less,
            byzantine=liars,
        )
        try:
            for _ in range(min(episode, steps - total["steps"])):
                world.step()
        finally:
            total += world.counts
        total["worlds"] += 1
    return total


def histories() -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Give pairs of histories that exclude each other: of one size, and of two."""
    first = [leaf_hash(b"%d" % at) for at in range(7)]
    second = [*first[:5], leaf_hash(b"x"), leaf_hash(b"y")]
    yield first, second
    yield first, [*second, leaf_hash(b"z")]


def attack(mirrors: int, first_to: int, second_to: int) -> int:
    """Let f mirrors sign two histories, and show each to some honest mirrors first.

    Returns:
        Cosignatures of the weaker history, after everything was shown to everybody.
    """
    weakest = []
    for one, other in histories():
        held = [NOTHING] * (mirrors - tolerated(mirrors))
        count = {id(one): tolerated(mirrors), id(other): tolerated(mirrors)}
        order = [one] * first_to + [other] * second_to
        shown = [(at, leaves) for at, leaves in enumerate(order)]
        shown += [(at, leaves) for at in range(len(held)) for leaves in (one, other)]
        signed: set[tuple[int, int]] = set()
        for at, leaves in shown:
            head = head_of(leaves)
            if weigh(held[at], head, leaves)[0] in {Outcome.ADVANCED, Outcome.UNCHANGED}:
                held[at] = head
                signed.add((at, id(leaves)))
        for _, leaves_id in signed:
            count[leaves_id] += 1
        weakest.append(min(count.values()))
    return max(weakest)


def strongest_attack(mirrors: int) -> int:
    """Try every way to divide the honest mirrors; which one is which does not matter."""
    honest = mirrors - tolerated(mirrors)
    splits = ((a, b) for a in range(honest + 1) for b in range(honest + 1 - a))
    return max(attack(mirrors, a, b) for a, b in splits)


def fewest_shared(mirrors: int, needed: int) -> int:
    """Enumerate all pairs of quorums: how many mirrors do two share at least."""
    quorums = [
        sum(1 << one for one in chosen) for chosen in itertools.combinations(range(mirrors), needed)
    ]
    return min((a & b).bit_count() for a in quorums for b in quorums)
