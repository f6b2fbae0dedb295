"""A second world of contributors, in which instruments and patrols stand on one side only.

It fills the tables of docs/reference/exercise-sources.md in another way, and shares no code with
the first. docs/reference/exercise-one-sided.md tells how, and where each number comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from truceline.simulate.contributors import SourceWorld
from truceline.simulate.one_sided_echoes import spread, subscribe
from truceline.simulate.one_sided_land import (
    MICROSECONDS,
    NOBODY,
    WIDTH_M,
    Chance,
    Floats,
    Ground,
    Ints,
    lay_ground,
    lay_land,
)
from truceline.simulate.one_sided_posts import CONDITIONS, UNSEEN, Post, place_posts, watch
from truceline.simulate.one_sided_voices import (
    REPEATERS,
    Voice,
    cast,
    may_see,
    put_into_words,
    recycle,
    set_mood,
    speak,
)
from truceline.simulate.one_sided_words import Statement, Tongue, teach, write

PPM = 1_000_000
PARTIES = {"A": np.array(["none", "A", "B"]), "B": np.array(["none", "B", "A"])}
STREAM = 20_260_201
# The vocabulary of the table has no word for the last three: the agency and those that live off it
# repeat others, and the monitor tells of its own.
ROLES = {"agency": "follower", "aggregator": "follower", "monitor": "local"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scene:
    """All that happened, in terms of HOME and AWAY.

    Attributes:
        could: For each source, in which condition it looked at each candidate, or UNSEEN.
        stated: For each instrument, in the order of `posts`: chances to detect, and of clutter.
        told: Every statement, in the order of publication; `parent` counts in this order.
    """

    ground: Ground
    posts: list[Post]
    voices: list[Voice]
    could: list[Ints]
    stated: list[tuple[Floats, Floats]]
    told: list[Statement]
    tongues: list[Tongue]

    @property
    def names(self) -> np.ndarray:
        """The ids of all sources, in the order of their rows."""
        channels = len(self.could) - len(self.posts)
        return np.array(
            [post.name for post in self.posts]
            + [f"channel-{number:02}" for number in range(1, channels + 1)]
        )


def make_one_sided(seed: int, *, sided: str = "A") -> SourceWorld:
    """Make the world in which instruments and patrols stand on the land of party `sided`.

    A's land is the west of the map, B's the east. The world of "B" is the mirror of that of "A":
    east and west, and the parties, change places, and nothing else does.

    Raises:
        ValueError: `sided` is neither A nor B.

    >>> make_one_sided(0).sources["kind"].to_pylist().count("sensor")
    18
    """
    if sided not in {"A", "B"}:
        raise ValueError(f"sided {sided!r} is neither A nor B")
    return _name_parties(_play(np.random.default_rng([seed, STREAM])), sided)


def metres_over_the_line(seed: int) -> Floats:
    """Tell how far over the line, seen from the covered land, each candidate of a seed lies.

    Metres from west to east; negative on the covered land. The mirrored world has the same. It
    belongs to the truth: the tables do not tell where the line runs.
    """
    chance = np.random.default_rng([seed, STREAM])
    return lay_ground(chance, lay_land(chance)).across_m


def _play(chance: Chance) -> _Scene:
    """Let everything happen, in the order in which the page tells it."""
    land = lay_land(chance)
    ground = lay_ground(chance, land)
    posts = place_posts(chance, land, ground)
    instruments = [row for row, post in enumerate(posts) if post.model is not None]
    watched = [watch(chance, ground, posts[row], row) for row in instruments]
    patrols = [row for row, post in enumerate(posts) if post.model is None]
    tongues = teach(chance, len(land.settlements_m))
    voices = cast(chance, len(posts), patrols)
    mood = set_mood(chance, ground)
    could = [post.condition for post in posts]
    own: list[Statement] = []
    for voice in voices:
        if voice.role != "patrol":
            could.append(np.where(may_see(chance, voice, land, ground), 0, UNSEEN))
        if voice.role in REPEATERS:
            continue
        spoken = speak(chance, voice, ground, mood, could[voice.source] != UNSEEN)
        own += put_into_words(chance, voice, ground, land, tongues[voice.tongue], spoken)
    spoken_and_copied = spread(chance, recycle(chance, own), subscribe(chance, voices), tongues)
    return _Scene(
        ground=ground,
        posts=posts,
        voices=voices,
        could=could,
        stated=[(detection, false) for _, detection, false in watched],
        told=_in_order(spoken_and_copied + [one for seen, _, _ in watched for one in seen]),
        tongues=tongues,
    )


def _in_order(statements: list[Statement]) -> list[Statement]:
    """Put statements in the order of publication, and let each copy point there."""
    order = sorted(range(len(statements)), key=lambda at: statements[at].published_us)
    place = {before: after for after, before in enumerate(order)}
    return [replace(statements[at], parent=place.get(statements[at].parent, -1)) for at in order]


def _name_parties(scene: _Scene, sided: str) -> SourceWorld:
    """Say which party HOME is, turn the map accordingly, and write the tables."""
    party = PARTIES[sided]
    ground, names = scene.ground, scene.names
    sensors = [row for row, post in enumerate(scene.posts) if post.model is not None]
    number = np.arange(len(ground.truth))
    return SourceWorld(
        candidates=pa.table(
            {
                "candidate": number,
                "east_m": _turned(ground.east_m.round().astype(np.int64), sided),
                "north_m": ground.north_m.round().astype(np.int64),
                "at_us": (ground.at_s * MICROSECONDS).astype(np.int64),
                "cloud_ppm": (ground.cloud * PPM).round().astype(np.int64),
                "wind_ppm": (ground.wind * PPM).round().astype(np.int64),
            }
        ),
        sources=pa.table({"source": names, "kind": _kinds(scene)}),
        sensors=pa.table(
            {
                "source": np.repeat(names[sensors], CONDITIONS),
                "condition": np.tile(np.arange(CONDITIONS), len(sensors)),
                "stated_detection_ppm": _ppm([detection for detection, _ in scene.stated]),
                "stated_false_ppm": _ppm([false for _, false in scene.stated]),
            }
        ),
        looks=_looks(scene),
        reports=_reports(scene, sided),
        truth=pa.table({"candidate": number, "truth": party[ground.truth]}),
        origins=pa.table(
            {
                "report": np.arange(len(scene.told)),
                "origin": [one.origin for one in scene.told],
                "copied_from": _column(scene, "parent"),
                "incident": _column(scene, "incident"),
            }
        ),
        roles=_roles(scene, party),
    )


def _turned(east_m: Ints, sided: str) -> Ints:
    """Mirror eastings for the world whose covered side is in the east."""
    return east_m if sided == "A" else int(WIDTH_M) - east_m


def _kinds(scene: _Scene) -> list[str]:
    posts = ["patrol" if post.model is None else "sensor" for post in scene.posts]
    return posts + ["channel"] * (len(scene.could) - len(posts))


def _ppm(chances: list[Floats]) -> Ints:
    return np.asarray((np.concatenate(chances) * PPM).round(), dtype=np.int64)


def _column(scene: _Scene, name: str) -> Ints:
    return np.array([getattr(one, name) for one in scene.told], dtype=np.int64)


def _looks(scene: _Scene) -> pa.Table:
    condition = np.stack(scene.could)
    source, candidate = np.nonzero(condition != UNSEEN)
    return pa.table(
        {
            "source": scene.names[source],
            "candidate": candidate,
            "condition": condition[source, candidate],
        }
    )


def _reports(scene: _Scene, sided: str) -> pa.Table:
    wrote = {voice.source for voice in scene.voices}
    return pa.table(
        {
            "report": np.arange(len(scene.told)),
            "source": scene.names[_column(scene, "source")],
            "candidate": _column(scene, "candidate"),
            "claim": PARTIES[sided][_column(scene, "claim")],
            "published_us": _column(scene, "published_us"),
            "east_m": _turned(_column(scene, "east_m"), sided),
            "north_m": _column(scene, "north_m"),
            "radius_95_m": _column(scene, "radius_95_m"),
            "text": [
                write(scene.tongues[one.tongue], one) if one.source in wrote else ""
                for one in scene.told
            ],
            "media_hash": _column(scene, "media_hash"),
            "said_entity": _column(scene, "entity"),
            "said_number": _column(scene, "number"),
            "said_place": _column(scene, "place"),
            "said_minute": _column(scene, "minute"),
        }
    )


def _roles(scene: _Scene, party: np.ndarray) -> pa.Table:
    role = ["sensor"] * len(scene.could)
    side = [""] * len(scene.could)
    for voice in scene.voices:
        role[voice.source] = ROLES.get(voice.role, voice.role)
        side[voice.source] = str(party[voice.side]) if voice.side != NOBODY else ""
    return pa.table({"source": scene.names, "side": side, "role": role})
