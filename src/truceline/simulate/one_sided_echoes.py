"""Who copies whom in the one-sided world: stories that spread from report to report."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np

from truceline.simulate.one_sided_land import (
    AWAY,
    ENTITIES,
    HOME,
    HOUR_S,
    MICROSECONDS,
    NOBODY,
    Chance,
)
from truceline.simulate.one_sided_voices import HASHES, MINUTES_OF_DAY, ROUND_COUNTS, Voice
from truceline.simulate.one_sided_words import (
    COMMENT_WORDS,
    OPENING_WORDS,
    UNSAID,
    Statement,
    Tongue,
    reword,
)

FOLLOWER_HABIT = (3.0, 2.0)  # Beta: mean 0.6
VIRALITY_SHAPE = 2.0
ALREADY_SPOKE = 0.5
# (who copies, whom): how often, and whether only of its own side or land.
HABITS = {
    ("leader", "leader"): (0.25, True),
    ("leader", "local"): (0.15, True),
    ("follower", "follower"): (0.08, True),
    ("follower", "local"): (0.03, True),
    ("local", "leader"): (0.04, True),
    ("agency", "leader"): (0.25, False),
    ("agency", "monitor"): (0.50, False),
    ("aggregator", "agency"): (0.70, False),
}
DELAY_H = {"leader": 2.0, "follower": 1.5, "local": 4.0, "agency": 5.0, "aggregator": 3.0}
DELAY_SPREAD = 0.9
LEAST_DELAY_S = 1.0

VERBATIM = 0.5
LOST, CHANGED = 0.08, 0.05
CLAIM_LOST, CLAIM_ADDED = 0.04, 0.9
PICTURE_KEPT = 0.6
SAME_HASH, NEAR_HASH = 0.65, 0.25
FLIPPED_BITS = 3
BITS = 62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Readership:
    """Who reads whom.

    Attributes:
        voices: By row of the source.
        odds: Chance that the first copies an average story of the second, where it is above 0.
    """

    voices: dict[int, Voice]
    odds: dict[int, dict[int, float]]


def subscribe(chance: Chance, voices: list[Voice]) -> Readership:
    """Draw how often each voice copies each other one."""
    odds: dict[int, dict[int, float]] = {voice.source: {} for voice in voices}
    for reader in voices:
        own_habit = float(chance.beta(*FOLLOWER_HABIT))
        for author in voices:
            follows = (reader.role, author.role) == ("follower", "leader")
            often, own_only = (
                (own_habit, True)
                if follows
                else HABITS.get((reader.role, author.role), (0.0, False))
            )
            akin = _camp(reader) == _camp(author) or not own_only
            if often and akin and reader != author:
                odds[author.source][reader.source] = often
    return Readership(voices={voice.source: voice for voice in voices}, odds=odds)


def spread(
    chance: Chance, own: list[Statement], readers: Readership, tongues: list[Tongue]
) -> list[Statement]:
    """Let each story spread in the order of time; each voice takes up one story once.

    Returns:
        The statements of `own`, in their order, and the copies behind them.
    """
    told = list(own)
    spoke = {(one.source, one.candidate) for one in own}
    for root in range(len(own)):
        virality = float(chance.gamma(VIRALITY_SHAPE, 1 / VIRALITY_SHAPE))
        in_story = {own[root].source}
        waiting = [(own[root].published_us, root)]
        while waiting:
            _, parent = heapq.heappop(waiting)
            original = told[parent]
            for reader, often in readers.odds.get(original.source, {}).items():
                again = ALREADY_SPOKE if (reader, original.candidate) in spoke else 1.0
                takes = chance.random() < again * (1 - (1 - often) ** virality)
                if reader in in_story or not takes:
                    continue
                in_story.add(reader)
                spoke.add((reader, original.candidate))
                copy = _copy(chance, original, parent, readers.voices[reader], tongues)
                heapq.heappush(waiting, (copy.published_us, len(told)))
                told.append(copy)
    return told


def _camp(voice: Voice) -> int:
    """Tell to whom a voice belongs: its side, or the land that it lives on."""
    return voice.side or voice.land


def _copy(
    chance: Chance, original: Statement, parent: int, reader: Voice, tongues: list[Tongue]
) -> Statement:
    """Write one copy. Candidate, incident, place and radius stay; all else may suffer."""
    delay_s = LEAST_DELAY_S + chance.lognormal(np.log(DELAY_H[reader.role] * HOUR_S), DELAY_SPREAD)
    opening, verb, comment = _words(chance, original, reader, tongues)
    return replace(
        original,
        source=reader.source,
        claim=_claim(chance, original, reader),
        published_us=original.published_us + int(delay_s * MICROSECONDS),
        origin="copy",
        parent=parent,
        media_hash=_picture(chance, original.media_hash),
        entity=_detail(chance, original.entity, int(chance.integers(ENTITIES))),
        number=_detail(chance, original.number, int(chance.choice(ROUND_COUNTS))),
        place=_detail(chance, original.place, int(chance.integers(len(tongues[0].places)))),
        minute=_detail(chance, original.minute, int(chance.integers(MINUTES_OF_DAY))),
        tongue=reader.tongue,
        opening=opening,
        verb=verb,
        comment=comment,
    )


def _words(
    chance: Chance, original: Statement, reader: Voice, tongues: list[Tongue]
) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Keep the words, edit them, or write all anew in another language."""
    tongue = tongues[reader.tongue]
    if reader.tongue != original.tongue:
        return (
            tongue.some(chance, OPENING_WORDS),
            tongue.some(chance, (1, 1))[0],
            tongue.some(chance, COMMENT_WORDS),
        )
    if chance.random() < VERBATIM and reader.role != "leader":
        return original.opening, original.verb, original.comment
    return (
        tongue.some(chance, OPENING_WORDS),
        original.verb,
        reword(chance, tongue, original.comment),
    )


def _claim(chance: Chance, original: Statement, reader: Voice) -> int:
    """Keep or lose the party named; a leader that repeats a nameless story names the other side."""
    if original.claim == NOBODY and reader.role == "leader" and chance.random() < CLAIM_ADDED:
        return HOME + AWAY - reader.side
    return NOBODY if chance.random() < CLAIM_LOST else original.claim


def _picture(chance: Chance, media_hash: int) -> int:
    """Take the picture along or not; its hash stays, loses a few bits, or becomes another."""
    if media_hash == 0 or chance.random() >= PICTURE_KEPT:
        return 0
    fate = chance.random()
    if fate < SAME_HASH:
        return media_hash
    if fate < SAME_HASH + NEAR_HASH:
        flipped = media_hash
        for bit in chance.choice(BITS, int(chance.integers(1, FLIPPED_BITS, endpoint=True))):
            flipped ^= 1 << int(bit)
        return flipped
    return int(chance.integers(1, HASHES))


def _detail(chance: Chance, said: int, other: int) -> int:
    """Keep a detail, lose it, or change it to another."""
    fate = chance.random()
    if said == UNSAID or fate < LOST:
        return UNSAID
    return other if fate < LOST + CHANGED else said
