"""What one source says it saw, before anybody has weighed it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from truceline.records.units import E7, PPM


class Means(Enum):
    """How a source came to know: the observation means of the vocabulary that feeds use so far."""

    SATELLITE_THERMAL = "satellite_thermal"
    OPEN_SOURCE = "open_source"
    PARTY_REPORT = "party_report"
    ACOUSTIC = "acoustic"
    SEISMIC = "seismic"
    VISUAL = "visual"
    UAV_SHORT = "uav_short"


class Signature(Enum):
    """What it looked like to the one who noticed it (event signatures of the vocabulary)."""

    EXPLOSION = "explosion"
    SHOT = "shot"
    IMPACT = "impact"
    THERMAL = "thermal"
    MOVEMENT = "movement"
    OVERFLIGHT = "overflight"
    JAMMING = "jamming"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point on WGS 84 and the radius that holds the true point 95 times in 100.

    Degrees are integers of 1e-7 degree, about a centimetre: signed and replayed without rounding.
    """

    longitude_e7: int
    latitude_e7: int
    radius_95_m: int

    def __post_init__(self) -> None:
        if not -180 * E7 <= self.longitude_e7 <= 180 * E7:
            raise ValueError(f"longitude {self.longitude_e7 / E7} is outside -180..180 degrees")
        if not -90 * E7 <= self.latitude_e7 <= 90 * E7:
            raise ValueError(f"latitude {self.latitude_e7 / E7} is outside -90..90 degrees")
        if not self.radius_95_m > 0:
            raise ValueError(f"radius_95_m must be positive, got {self.radius_95_m}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One source's statement about one happening.

    An observation never changes. A correction is a new observation whose
    `corrects` names the old one, so that the log keeps both.

    Attributes:
        source: Id in the source register, for example "firms-noaa20".
        means: How the source came to know.
        place: Where, with the radius that holds the true point 95 times in 100.
        began_us: Start of the interval in which it was seen or is said to have happened,
            microseconds since 1970 UTC.
        ended_us: End of that interval; equal to `began_us` for an instant.
        signatures: What it looked like, each with its probability in millionths; they need not
            sum to one, because the rest is "not known".
        chance_real_ppm: The source's own probability that there was something, in millionths.
        count: How many happenings it speaks of; None where it does not say.
        words: The source's own words or class for it, for example "artillery".
        measures: Instrument readings by name with the unit in the name, for example
            ("frp_kw", 51690); sorted by name.
        document_sha256: Hash of the original it was read from, kept in the evidence room.
        line: Line in that original, counted from 1. With the hash it is the observation's id.
        corrects: Id of the observation that this one replaces.
    """

    source: str
    means: Means
    place: Place
    began_us: int
    ended_us: int
    signatures: tuple[tuple[Signature, int], ...]
    chance_real_ppm: int
    count: int | None = None
    words: str = ""
    measures: tuple[tuple[str, int], ...] = ()
    document_sha256: str
    line: int
    corrects: str | None = None

    def __post_init__(self) -> None:
        if self.ended_us < self.began_us:
            raise ValueError(f"ended {self.ended_us} is before began {self.began_us}")
        for name, chance_ppm in [
            ("chance_real_ppm", self.chance_real_ppm),
            *((signature.value, chance) for signature, chance in self.signatures),
        ]:
            if not 0 <= chance_ppm <= PPM:
                raise ValueError(f"{name} {chance_ppm} is outside 0..{PPM}")
        if self.count is not None and self.count < 1:
            raise ValueError(f"count must be at least 1 or not known, got {self.count}")
        if list(self.measures) != sorted(self.measures):
            raise ValueError("measures must be sorted by name")

    @property
    def id(self) -> str:
        """The observation's identity: its original and the line in it."""
        return row_id("o", self.document_sha256, self.line)

    def measure(self, name: str) -> int | None:
        """Give one instrument reading, or None where the source does not give it."""
        return dict(self.measures).get(name)


def row_id(kind: str, document_sha256: str, line: int) -> str:
    """Name a record by the original it was read from and the line in it.

    >>> row_id("o", "ab" * 32, 7)[:6] + "..." + row_id("o", "ab" * 32, 7)[-4:]
    'o:abab...ab:7'
    """
    return f"{kind}:{document_sha256}:{line}"
