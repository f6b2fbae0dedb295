"""Contributors over candidate incidents: who looked, who spoke, who copied, and what was true.

The page docs/reference/exercise-sources.md describes every column and every step of this world.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from truceline.simulate.hearsay import Reports, pass_on, speak
from truceline.simulate.onlookers import (
    KIND_NAMES,
    ROLE_NAMES,
    SENSOR_CONDITIONS,
    SIDE_NAMES,
    Ground,
    Looks,
    lay_ground,
    look_around,
    muster,
    observe,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

CLAIM_NAMES = np.array(["none", "A", "B"])
ORIGIN_NAMES = np.array(["observation", "copy", "invention", "clutter"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One kind of world. Each seed draws its own sources from the spreads given here.

    Attributes:
        exist_share: Share of candidates that are real incidents.
        party_a_share: Share of the real ones that party A fired.
        invention: Chance that a leader invents a report at a candidate where nothing was.
        copy_rate: Chance that a follower copies what its leader said.
        ring_rate: Chance that each local channel copies one leader (0: they are themselves).
        flipped_side: Side whose sources name the opposite of what they know; "" for none.
        stated_share: What sensors state of their chance to detect, as a share of the true one.
        withheld_share: Mean share of human reports of real incidents that threat silences.
        navigation_lost: Share of human reports and of drones and stations that jamming strikes.
        difficulty: Standard deviation of what makes an incident hard for every human, in logits.
        rumour: Share of empty candidates at which local channels err together, without copying.
        tail_degrees: Degrees of freedom of place errors (Student's t).
    """

    name: str
    candidates: int = 3_000
    exist_share: float = 0.42
    party_a_share: float = 0.5
    invention: float = 0.14
    copy_rate: float = 0.6
    ring_rate: float = 0.0
    flipped_side: str = ""
    stated_share: float = 1.0
    withheld_share: float = 0.0
    navigation_lost: float = 0.0
    difficulty: float = 0.4
    rumour: float = 0.0
    tail_degrees: float = 5.0

    def __post_init__(self) -> None:
        for field in ("exist_share", "party_a_share", "invention", "copy_rate", "ring_rate",
                      "withheld_share", "navigation_lost", "rumour"):  # fmt: skip
            value = getattr(self, field)
            if not 0 <= value <= 1:
                raise ValueError(f"family {self.name}: {field} {value} is outside 0..1")
        if self.candidates < 1:
            raise ValueError(f"family {self.name}: candidates {self.candidates} is below 1")
        if self.flipped_side not in {"", "A", "B"}:
            raise ValueError(f"family {self.name}: flipped_side {self.flipped_side!r} is no side")


FAMILIES = {
    family.name: family
    for family in (
        Family(name="base"),
        Family(name="sybil-locals", ring_rate=0.85),
        Family(name="one-sided-flips", flipped_side="A"),
        Family(name="detection-off", stated_share=0.6),
        Family(name="silence", withheld_share=0.6),
        Family(name="navigation-lost", navigation_lost=0.8),
        Family(name="weak-copying", copy_rate=0.3),
        Family(name="misspecified", difficulty=1.2, rumour=0.08, tail_degrees=2.0),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SourceWorld:
    """What a fusion may see, and apart from it what was true.

    Attributes:
        candidates: One row a candidate: place, time, weather.
        sources: One row a source: id and kind (sensor, patrol, channel).
        sensors: Stated chances of each sensor in each condition.
        looks: One row for each look that a source had at a candidate, and its condition.
        reports: One row a report.
        truth: What each candidate was.
        origins: What each report truly came from.
        roles: What each source truly is.
    """

    candidates: pa.Table
    sources: pa.Table
    sensors: pa.Table
    looks: pa.Table
    reports: pa.Table
    truth: pa.Table
    origins: pa.Table
    roles: pa.Table


def make_world(family: Family, seed: int) -> SourceWorld:
    """Make one world: the same family and seed give the same rows.

    >>> make_world(Family(name="small", candidates=40), 1).truth.num_rows
    40
    """
    chance = np.random.default_rng([seed, int(fingerprint(family)[:8], 16)])
    ground = lay_ground(chance, family.candidates, family.exist_share, family.party_a_share)
    crowd = muster(chance, family.flipped_side, family.invention, family.stated_share)
    looks = look_around(chance, ground, crowd, family.navigation_lost)
    seen = observe(
        chance, ground, crowd, looks, (family.difficulty, family.rumour, family.withheld_share)
    )
    spoken = speak(chance, ground, crowd, seen, (family.navigation_lost, family.tail_degrees))
    reports = pass_on(chance, crowd, spoken, family.copy_rate, family.ring_rate)
    return SourceWorld(
        candidates=_candidates(ground),
        sources=pa.table({"source": crowd.names, "kind": KIND_NAMES[crowd.kind]}),
        sensors=_sensors(crowd.names, crowd.stated, crowd.stated_false),
        looks=_looks(looks, crowd.names),
        reports=_reports(reports, crowd.names),
        truth=pa.table(
            {"candidate": np.arange(len(ground.truth)), "truth": CLAIM_NAMES[ground.truth]}
        ),
        origins=_origins(reports),
        roles=pa.table(
            {
                "source": crowd.names,
                "side": SIDE_NAMES[crowd.side],
                "role": ROLE_NAMES[crowd.role],
            }
        ),
    )


def fingerprint(family: DataclassInstance) -> str:
    """Hash a family's parameters, without its name: what freezes them."""
    terms = {key: value for key, value in asdict(family).items() if key != "name"}
    return hashlib.sha256(json.dumps(terms, sort_keys=True).encode()).hexdigest()


def first_rows(family: Family, seed: int, rows: int = 20) -> str:
    """Hash the first rows of a world's reports and truth: what freezes the generator."""
    world = make_world(family, seed)
    head = [table.slice(0, rows).to_pylist() for table in (world.reports, world.truth)]
    return hashlib.sha256(json.dumps(head, sort_keys=True).encode()).hexdigest()


def _candidates(ground: Ground) -> pa.Table:
    return pa.table(
        {
            "candidate": np.arange(len(ground.truth)),
            "east_m": ground.east_m.round().astype(np.int64),
            "north_m": ground.north_m.round().astype(np.int64),
            "at_us": ground.at_us,
            "cloud_ppm": (ground.cloud * 1e6).round().astype(np.int64),
            "wind_ppm": (ground.wind * 1e6).round().astype(np.int64),
        }
    )


def _sensors(names: np.ndarray, stated: np.ndarray, stated_false: np.ndarray) -> pa.Table:
    shape = stated.shape
    return pa.table(
        {
            "source": np.repeat(names[: shape[0]], SENSOR_CONDITIONS),
            "condition": np.tile(np.arange(SENSOR_CONDITIONS), shape[0]),
            "stated_detection_ppm": (stated.ravel() * 1e6).round().astype(np.int64),
            "stated_false_ppm": (stated_false.ravel() * 1e6).round().astype(np.int64),
        }
    )


def _looks(looks: Looks, names: np.ndarray) -> pa.Table:
    candidate, source = np.nonzero(looks.had)
    return pa.table(
        {
            "source": names[source],
            "candidate": candidate,
            "condition": looks.condition[candidate, source],
        }
    )


def _reports(reports: Reports, names: np.ndarray) -> pa.Table:
    return pa.table(
        {
            "report": np.arange(len(reports.source)),
            "source": names[reports.source],
            "candidate": reports.candidate,
            "claim": CLAIM_NAMES[reports.claim],
            "published_us": reports.published_us,
            "east_m": reports.east_m,
            "north_m": reports.north_m,
            "radius_95_m": reports.radius_95_m,
            "text": reports.text,
            "media_hash": reports.media_hash,
            "said_entity": reports.said[:, 0],
            "said_number": reports.said[:, 1],
            "said_place": reports.said[:, 2],
            "said_minute": reports.said[:, 3],
        }
    )


def _origins(reports: Reports) -> pa.Table:
    return pa.table(
        {
            "report": np.arange(len(reports.source)),
            "origin": ORIGIN_NAMES[reports.origin],
            "copied_from": reports.parent,
            "incident": reports.incident,
        }
    )
