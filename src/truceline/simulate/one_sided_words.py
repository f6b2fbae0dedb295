"""What is said in the one-sided world: a statement, and its words in three invented languages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from truceline.simulate.one_sided_land import ENTITIES, Chance

UNSAID = -1
HOME_TONGUE, AWAY_TONGUE, NEUTRAL_TONGUE = 0, 1, 2
ONSETS = (
    ("b", "d", "g", "k", "l", "m", "n", "r", "s", "t", "v", "z"),
    ("ch", "h", "j", "k", "l", "p", "r", "sh", "st", "t", "y", "zh"),
    ("br", "c", "d", "f", "gl", "h", "m", "n", "p", "qu", "s", "w"),
)
NUCLEI = (("a", "e", "i", "o"), ("ai", "o", "u", "y"), ("a", "ea", "io", "u"))
COMMON_WORDS = 400
OPENING_WORDS, COMMENT_WORDS = (3, 7), (4, 10)
WORD_SLOPE = 0.9
REWORDED = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One report, with what it truly is.

    Attributes:
        source: Row of the source.
        candidate: Where it arrived.
        claim: NOBODY, HOME or AWAY.
        place: Number of the settlement that it names, and so of entity, number and minute.
        tongue: Language of its words; for an instrument, which writes none, of no meaning.
        opening: Words before what happened; `comment`: words after it.
        parent: Position, in the list that holds it, of the statement that it copies; -1 if none.
        incident: The candidate that it truly is about, -1 if about nothing.
    """

    source: int
    candidate: int
    claim: int
    published_us: int
    east_m: int
    north_m: int
    radius_95_m: int
    origin: str
    incident: int
    parent: int = UNSAID
    media_hash: int = 0
    entity: int = UNSAID
    number: int = UNSAID
    place: int = UNSAID
    minute: int = UNSAID
    tongue: int = NEUTRAL_TONGUE
    opening: tuple[str, ...] = ()
    comment: tuple[str, ...] = ()
    verb: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tongue:
    """One language: its common words by rank, and what it calls entities and places.

    `up_to` is the share of the common words up to each rank.
    """

    common: tuple[str, ...]
    entities: tuple[str, ...]
    places: tuple[str, ...]
    up_to: np.ndarray

    def some(self, chance: Chance, bounds: tuple[int, int]) -> tuple[str, ...]:
        """Draw a run of common words."""
        length = int(chance.integers(*bounds, endpoint=True))
        ranks = np.searchsorted(self.up_to, chance.random(length))
        return tuple(self.common[rank] for rank in ranks)


def teach(chance: Chance, settlements: int) -> list[Tongue]:
    """Draw the three languages. A name keeps its stem in all of them and changes its ending."""
    entity_stems = [_word(chance, int(chance.integers(3)), 2) for _ in range(ENTITIES)]
    place_stems = [_word(chance, int(chance.integers(3)), 2) for _ in range(settlements)]
    often = np.arange(1, COMMON_WORDS + 1) ** -WORD_SLOPE
    tongues = []
    for number in range(len(ONSETS)):
        ending = _word(chance, number, 1)
        tongues.append(
            Tongue(
                common=tuple(
                    _word(chance, number, int(chance.integers(1, 4))) for _ in range(COMMON_WORDS)
                ),
                entities=tuple(stem + ending for stem in entity_stems),
                places=tuple(stem + ending[::-1] for stem in place_stems),
                up_to=often.cumsum() / often.sum(),
            )
        )
    return tongues


def reword(chance: Chance, tongue: Tongue, words: tuple[str, ...]) -> tuple[str, ...]:
    """Put another word of the language in the place of some."""
    others = tongue.some(chance, (len(words), len(words)))
    swap = chance.random(len(words)) < REWORDED
    return tuple(np.where(swap, others, words).tolist()) if words else words


def write(tongue: Tongue, said: Statement) -> str:
    """Write a statement out. It names no party."""
    what = [tongue.entities[said.entity]] if said.entity != UNSAID else []
    where = [tongue.places[said.place]] if said.place != UNSAID else []
    when = [f"{said.minute // 60}:{said.minute % 60:02}"] if said.minute != UNSAID else []
    many = [str(said.number)] if said.number != UNSAID else []
    return " ".join((*said.opening, *where, *when, said.verb, *many, *what, *said.comment))


def _word(chance: Chance, tongue: int, syllables: int) -> str:
    onset = chance.choice(ONSETS[tongue], syllables)
    nucleus = chance.choice(NUCLEI[tongue], syllables)
    return "".join(start + rest for start, rest in zip(onset, nucleus, strict=True))
