"""Who speaks in the one-sided world, and what each says of its own: true, mistaken or invented."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from truceline.simulate.one_sided_land import (
    ACCIDENT,
    ACROSS,
    AWAY,
    DAY_S,
    DAYS,
    ENTITIES,
    FIRST_DAY_S,
    HEIGHT_M,
    HOME,
    HOUR_S,
    MICROSECONDS,
    NOBODY,
    STAGED,
    Chance,
    Floats,
    Ground,
    Ints,
    Land,
    hazard,
)
from truceline.simulate.one_sided_posts import REACH_OVER_M
from truceline.simulate.one_sided_words import (
    AWAY_TONGUE,
    COMMENT_WORDS,
    HOME_TONGUE,
    NEUTRAL_TONGUE,
    OPENING_WORDS,
    UNSAID,
    Statement,
    Tongue,
)

# Voices that say nothing of their own.
REPEATERS = {"agency", "aggregator"}
LEADERS, FOLLOWERS, LOCALS, AGGREGATORS = 2, 6, 4, 2
VOICE_SPREAD_SHAPE = 16.0

# Chance to report, by situation: on its own land what the other side did, its own accident, its own
# staging; on the other's land what its own side did, what the other did to itself; nothing on its
# own land (calm, then campaign), nothing on the other's.
SITUATIONS = 8
LEADER_TELLS = (0.55, 0.30, 0.90, 0.06, 0.10, 0.06, 0.35, 0.01)
FOLLOWER_TELLS = (0.22, 0.10, 0.50, 0.04, 0.04, 0.02, 0.08, 0.003)
BLAMES_OTHER = (0.98, 0.85, 1.00, 0.75, 0.98, 0.97, 0.97, 0.97)
LEADER_NAMES, FOLLOWER_NAMES = 0.90, 0.80
CALM = 5
CAMPAIGN_BEGINS, CAMPAIGN_ENDS = 0.05, 0.25

LOCAL_TELLS, LOCAL_ERRS, LOCAL_NAMES, LOCAL_RIGHT, LOCAL_SUSPECTS_OTHER = 0.45, 0.05, 0.6, 0.85, 0.8
LOCAL_REACH_M, LOCAL_REACH_SPREAD = 35_000.0, 0.3
MONITOR_TELLS, MONITOR_ERRS, MONITOR_NAMES, MONITOR_RIGHT = 0.30, 0.008, 0.4, 0.93
PATROL_TELLS, PATROL_ERRS, PATROL_NAMES, PATROL_RIGHT = 0.75, 0.015, 0.6, 0.93

SECTOR_M, WEEK = 25_000.0, 7
UNDER_PRESSURE = 0.6
WITHHELD_PRESSED, WITHHELD, WITHHELD_OWN_DEED = 0.8, 0.2, 0.95
SPEAKS_AS_WANTED = 0.5

DELAY_H = {"leader": 0.7, "follower": 3.0, "local": 2.0, "monitor": 30.0, "patrol": 5.0}
DELAY_SPREAD = 1.0

NEAREST_PLACE, NEAR_PLACE = 0.85, 0.12  # else a namesake anywhere
NEAR_PLACES = 4
CHANNEL_RADIUS_M, PATROL_RADIUS_M, PATROL_ERROR_M = 5_000, 800, 250.0
METRES_PER_SECOND = 2_000.0 / HOUR_S
WRONG_DATE = 0.03
SAYS_ENTITY, WRONG_ENTITY, SAYS_NUMBER, SAYS_PLACE, SAYS_MINUTE = 0.40, 0.15, 0.55, 0.90, 0.75
COUNT_OFF = 0.25
ROUND_COUNTS = (5, 10, 15, 20, 30, 40, 50, 100)
MINUTE_ERROR = 10.0
ROUND_MINUTES = (1, 5, 15, 30, 60)
MINUTES_OF_DAY = 1_440
PICTURED, RECYCLED = 0.35, 0.25
HASHES = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One source of people.

    Attributes:
        source: Row of the source.
        role: leader, follower, local, agency, aggregator, monitor or patrol.
        side: For whom it speaks; NOBODY for all but leaders and followers.
        land: Where its people live, for locals.
        habit: How much it reports: multiplies its hazards; 1 on average.
    """

    source: int
    role: str
    side: int = NOBODY
    land: int = NOBODY
    tongue: int = NEUTRAL_TONGUE
    habit: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mood:
    """What moves the people of this world: campaigns of each side, and pressure on one side's land.

    Attributes:
        campaign: For each candidate, whether HOME (row 0) and AWAY (row 1) run one that day.
        pressed: For each candidate, whether people are under pressure there and then.
    """

    campaign: np.ndarray
    pressed: np.ndarray


def cast(chance: Chance, first: int, patrols: list[int]) -> list[Voice]:
    """Draw the voices: patrols at the given rows, the channels in the rows from `first` on."""
    roles: list[tuple[str, int, int, int]] = []
    for side, tongue in ((HOME, HOME_TONGUE), (AWAY, AWAY_TONGUE)):
        roles += [("leader", side, NOBODY, tongue)] * LEADERS
        roles += [("follower", side, NOBODY, tongue)] * FOLLOWERS
        roles += [("local", NOBODY, side, tongue)] * LOCALS
    roles += [
        ("agency", NOBODY, NOBODY, NEUTRAL_TONGUE),
        ("monitor", NOBODY, NOBODY, NEUTRAL_TONGUE),
    ]
    roles += [("aggregator", NOBODY, NOBODY, tongue) for tongue in range(AGGREGATORS)]
    rows = first + chance.permutation(len(roles))
    habit = chance.gamma(VOICE_SPREAD_SHAPE, 1 / VOICE_SPREAD_SHAPE, len(roles) + len(patrols))
    voices = [
        Voice(source=int(row), role=role, side=side, land=land, tongue=tongue, habit=float(much))
        for row, (role, side, land, tongue), much in zip(rows, roles, habit, strict=False)
    ]
    voices += [
        Voice(source=int(row), role="patrol", habit=float(much))
        for row, much in zip(patrols, habit[len(roles) :], strict=True)
    ]
    return sorted(voices, key=lambda voice: voice.source)


def set_mood(chance: Chance, ground: Ground) -> Mood:
    """Draw each side's campaigns day by day, and pressure by sector and week on the AWAY land."""
    running = np.zeros((2, DAYS), dtype=bool)
    for day in range(1, DAYS):
        stays = np.where(running[:, day - 1], 1 - CAMPAIGN_ENDS, CAMPAIGN_BEGINS)
        running[:, day] = chance.random(2) < stays
    pressure = chance.random((int(HEIGHT_M / SECTOR_M) + 1, DAYS // WEEK + 1)) < UNDER_PRESSURE
    sector = (ground.north_m // SECTOR_M).astype(np.int64)
    return Mood(campaign=running[:, ground.day], pressed=pressure[sector, ground.day // WEEK])


def may_see(chance: Chance, voice: Voice, land: Land, ground: Ground) -> np.ndarray:
    """Tell which candidates a channel could learn of: a local those around its home, others all."""
    if voice.role != "local":
        return np.ones(len(ground.truth), dtype=bool)
    on_side = ground.across_m if voice.land == HOME else -ground.across_m
    north = chance.uniform(0, HEIGHT_M)
    outward = -1 if voice.land == HOME else 1
    east = float(land.line_east_m(np.array(north))) + outward * chance.uniform(2e3, 30e3)
    reach = chance.lognormal(np.log(LOCAL_REACH_M), LOCAL_REACH_SPREAD)
    near = np.hypot(ground.east_m - east, ground.north_m - north) < reach
    return np.asarray(near & (on_side <= REACH_OVER_M))


def speak(
    chance: Chance, voice: Voice, ground: Ground, mood: Mood, could: np.ndarray
) -> tuple[Ints, Ints]:
    """Draw of what a voice speaks by itself, and whom it names: candidates and claims."""
    if voice.side != NOBODY:
        p, claim = _partisan(chance, voice, ground, mood)
    else:
        p, claim = _witness(chance, voice, ground, mood)
    rows = np.flatnonzero(could & (chance.random(len(p)) < p))
    return rows, claim[rows]


def put_into_words(
    chance: Chance, voice: Voice, ground: Ground, land: Land, tongue: Tongue,
    spoken: tuple[Ints, Ints],
) -> list[Statement]:  # fmt: skip
    """Turn what a voice speaks of into statements: place, moment, details, words, a picture."""
    rows, claim = spoken
    n = len(rows)
    place, at_m, radius_m = _geocode(chance, voice, ground, land, rows)
    told_s = ground.at_s[rows] + (chance.random(n) < WRONG_DATE) * chance.choice([-1, 1], n) * DAY_S
    arrived = _arrive(ground, at_m, told_s)
    delay_s = chance.lognormal(np.log(DELAY_H[voice.role] * HOUR_S), DELAY_SPREAD, n)
    published = ((ground.at_s[rows] + delay_s) * MICROSECONDS).astype(np.int64)
    real = ground.truth[rows] != NOBODY
    entity, number, minute = _details(chance, ground, rows)
    pictured = chance.random(n) < PICTURED
    media = np.where(pictured, chance.integers(1, HASHES, n), 0)
    place = np.where(chance.random(n) < SAYS_PLACE, place, UNSAID)
    return [
        Statement(
            source=voice.source,
            candidate=int(arrived[i]),
            claim=int(claim[i]),
            published_us=int(published[i]),
            east_m=round(at_m[i, 0]),
            north_m=round(at_m[i, 1]),
            radius_95_m=radius_m,
            origin="observation" if real[i] else "invention",
            incident=int(rows[i]) if real[i] else -1,
            media_hash=int(media[i]),
            entity=int(entity[i]),
            number=int(number[i]),
            place=int(place[i]),
            minute=int(minute[i]),
            tongue=voice.tongue,
            opening=tongue.some(chance, OPENING_WORDS),
            verb=tongue.some(chance, (1, 1))[0],
            comment=tongue.some(chance, COMMENT_WORDS),
        )
        for i in range(n)
    ]


def recycle(chance: Chance, statements: list[Statement]) -> list[Statement]:
    """Give some inventions with a picture that of an earlier statement, whatever it showed."""
    pictured = sorted(
        (one.published_us, one.media_hash) for one in statements if one.media_hash != 0
    )
    moments = np.array([moment for moment, _ in pictured])
    recycled = []
    for one in statements:
        earlier = int(np.searchsorted(moments, one.published_us))
        takes = one.origin == "invention" and one.media_hash != 0 and chance.random() < RECYCLED
        if takes and earlier:
            one = replace(one, media_hash=pictured[int(chance.integers(earlier))][1])  # noqa: PLW2901
        recycled.append(one)
    return recycled


def _partisan(chance: Chance, voice: Voice, ground: Ground, mood: Mood) -> tuple[Floats, Ints]:
    """Give a leader's or follower's chance to report each candidate, and whom it would name."""
    own_land = ground.land == voice.side
    situation = np.select(
        [
            own_land & (ground.truth == NOBODY),
            ground.truth == NOBODY,
            own_land & (ground.deed == STAGED),
            own_land & (ground.deed == ACCIDENT),
            own_land,
            ground.deed == ACROSS,
        ],
        [CALM + mood.campaign[voice.side - HOME], SITUATIONS - 1, 2, 1, 0, 3],
        default=4,
    )
    leads = voice.role == "leader"
    tells = np.array(LEADER_TELLS if leads else FOLLOWER_TELLS)[situation]
    p = _chance_to_tell(tells, voice, ground)
    other = HOME + AWAY - voice.side
    blamed = np.where(chance.random(len(p)) < np.array(BLAMES_OTHER)[situation], other, voice.side)
    names = chance.random(len(p)) < (LEADER_NAMES if leads else FOLLOWER_NAMES)
    return p, np.where(names, blamed, NOBODY)


def _witness(chance: Chance, voice: Voice, ground: Ground, mood: Mood) -> tuple[Floats, Ints]:
    """Give the chance of a local, the monitor or a patrol to report, and whom it would name."""
    n = len(ground.truth)
    tells, errs, names, right = {
        "local": (LOCAL_TELLS, LOCAL_ERRS, LOCAL_NAMES, LOCAL_RIGHT),
        "monitor": (MONITOR_TELLS, MONITOR_ERRS, MONITOR_NAMES, MONITOR_RIGHT),
        "patrol": (PATROL_TELLS, PATROL_ERRS, PATROL_NAMES, PATROL_RIGHT),
    }[voice.role]
    real = ground.truth != NOBODY
    p = _chance_to_tell(np.where(real, tells, errs), voice, ground)
    across = HOME + AWAY - ground.land
    suspect = np.where(chance.random(n) < LOCAL_SUSPECTS_OTHER, across, ground.land)
    truly = np.where(chance.random(n) < right, ground.truth, HOME + AWAY - ground.truth)
    claim = np.where(real, truly, suspect)
    speaks_where = np.full(n, voice.land) if voice.role == "local" else ground.land
    if voice.role != "patrol":
        afraid = (speaks_where == AWAY) & real
        withheld = np.where(mood.pressed, WITHHELD_PRESSED, WITHHELD)
        withheld = np.where(ground.truth == AWAY, WITHHELD_OWN_DEED, withheld)
        p = np.where(afraid & (chance.random(n) < withheld), 0.0, p)
        wanted = (speaks_where == AWAY) & mood.pressed & (chance.random(n) < SPEAKS_AS_WANTED)
        claim = np.where(wanted, HOME, claim)
    return p, np.where(chance.random(n) < names, claim, NOBODY)


def _chance_to_tell(share: Floats, voice: Voice, ground: Ground) -> Floats:
    """Turn a share into this voice's chance: a real incident is told the more the larger it was."""
    real = ground.truth != NOBODY
    rate = np.where(real, hazard(share) * ground.size, -np.log1p(-share))
    return np.asarray(1 - np.exp(-rate * voice.habit))


def _geocode(
    chance: Chance, voice: Voice, ground: Ground, land: Land, rows: Ints
) -> tuple[Ints, Floats, int]:
    """Give the settlement that is named, the place that is stated, and its stated radius."""
    true_m = np.column_stack([ground.east_m[rows], ground.north_m[rows]])
    near = land.nearest_settlements(true_m, NEAR_PLACES)
    n = len(rows)
    if voice.role == "patrol":
        return near[:, 0], true_m + chance.laplace(0, PATROL_ERROR_M, (n, 2)), PATROL_RADIUS_M
    which = chance.random(n)
    place = near[np.arange(n), chance.integers(1, NEAR_PLACES, n)]
    place = np.where(which < NEAREST_PLACE, near[:, 0], place)
    anywhere = chance.integers(0, len(land.settlements_m), n)
    place = np.where(which >= NEAREST_PLACE + NEAR_PLACE, anywhere, place)
    return place, land.settlements_m[place], CHANNEL_RADIUS_M


def _arrive(ground: Ground, at_m: Floats, told_s: Floats) -> Ints:
    """Find the candidate nearest to the place and moment that are told."""
    known = np.column_stack(
        [ground.east_m, ground.north_m, (ground.at_s - FIRST_DAY_S) * METRES_PER_SECOND]
    )
    told = np.column_stack([at_m, (told_s - FIRST_DAY_S) * METRES_PER_SECOND])
    _, nearest = cKDTree(known).query(told)
    return np.asarray(nearest, dtype=np.int64)


def _details(chance: Chance, ground: Ground, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Draw which unit or weapon is named, how many, and the minute of the day."""
    n = len(rows)
    real = ground.truth[rows] != NOBODY
    known = real & (chance.random(n) >= WRONG_ENTITY)
    entity = np.where(known, ground.entity[rows], chance.integers(0, ENTITIES, n))
    counted = ground.number[rows] * chance.lognormal(0, COUNT_OFF, n)
    number = np.where(real, np.maximum(counted.round(), 1), chance.choice(ROUND_COUNTS, n))
    coarse = chance.choice(ROUND_MINUTES, n)
    told = ground.at_s[rows] / 60 + chance.laplace(0, MINUTE_ERROR, n)
    minute = (told / coarse).round() * coarse % MINUTES_OF_DAY
    return (
        np.where(chance.random(n) < SAYS_ENTITY, entity, UNSAID),
        np.where(chance.random(n) < SAYS_NUMBER, number, UNSAID).astype(np.int64),
        np.where(chance.random(n) < SAYS_MINUTE, minute, UNSAID).astype(np.int64),
    )
