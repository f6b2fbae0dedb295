"""A mission in memory: seven days of an invented truce, told with the records of the house.

Nothing in it happened. One day nobody watched, two agreements bind, and the start of one is
disputed. `FakeMission(count=50_000)` is the same with more incidents, to see how the page bears it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from shapely import contains_xy
from shapely.geometry import Point, Polygon, shape

import truceline
from truceline.records.attribution import Attribution, Unattributed
from truceline.records.canonical import plain
from truceline.records.claim import Claim
from truceline.records.coverage import Cell, Coverage, CoverageState
from truceline.records.finding import Finding, NotApplicable, Outcome
from truceline.records.incident import Evidence, Incident, Kind, Stage
from truceline.records.observation import Means, Observation, Place, Signature
from truceline.records.reason import reason
from truceline.records.units import DAY_US, E7, HOUR_US, PPM, day_start_us, us_of
from truceline.reports.words import load_words
from truceline.web.mission import Answer

FIRST_DAY = date(2026, 4, 8)
DAYS = tuple(FIRST_DAY + timedelta(days=number) for number in range(7))
UNWATCHED_DAY = date(2026, 4, 10)
CELL_DEGREES = 0.5
WORLD = (22.0, 44.0, 40.5, 52.5)
OBLASTS = Path(truceline.__file__).parent / "basemap" / "oblasts.geojson"

# Invented, coarse, and not the line of any day.
HELD_BY_RU = Polygon(
    [(40.3, 49.9), (38.6, 49.7), (38.0, 48.9), (37.7, 48.0), (36.9, 47.6), (35.3, 47.3),
     (34.3, 46.9), (33.4, 46.5), (32.2, 46.3), (32.0, 45.0), (36.8, 44.8), (40.3, 47.0)]
)  # fmt: skip
TOWNS = (
    ("Kupiansk", 37.62, 49.71, "UA-63"),
    ("Lyman", 37.80, 48.99, "UA-14"),
    ("Kramatorsk", 37.56, 48.73, "UA-14"),
    ("Pokrovsk", 37.18, 48.28, "UA-14"),
    ("Orikhiv", 35.79, 47.57, "UA-23"),
    ("Nikopol", 34.40, 47.57, "UA-12"),
    ("Kherson", 32.62, 46.64, "UA-65"),
    ("Sievierodonetsk", 38.49, 48.95, "UA-09"),
    ("Tokmak", 35.71, 47.25, "UA-23"),
    ("Okhtyrka", 34.90, 50.31, "UA-59"),
)
TRUCE_START = us_of(datetime(2026, 4, 11, 13, tzinfo=UTC))
TRUCE_END = us_of(datetime(2026, 4, 12, 21, tzinfo=UTC))
ENERGY_FIRST = us_of(datetime(2026, 4, 9, tzinfo=UTC))
ENERGY_SECOND = us_of(datetime(2026, 4, 11, tzinfo=UTC))


def reading(name: str, start: int, end: int | None, said_by: str) -> Answer:
    return {
        "id": name,
        "from_us": start,
        "from_not_after_us": start,
        "until_us": end,
        "said_by": said_by,
    }


AGREEMENTS: list[dict[str, Any]] = [
    {
        "id": "exercise-truce",
        "title": "Holiday truce (exercise)",
        "sha256": hashlib.sha256(b"truce").hexdigest(),
        "status": "expired",
        "readings": [reading("only", TRUCE_START, TRUCE_END, "both parties")],
        "clauses": [
            {
                "id": "no-fire",
                "article": "1",
                "kind": "prohibit_fire",
                "words": "The parties shall cease all fire from 13:00 UTC on 11 April.",
            }
        ],
    },
    {
        "id": "exercise-energy",
        "title": "Moratorium on strikes on energy infrastructure (exercise)",
        "sha256": hashlib.sha256(b"energy").hexdigest(),
        "status": "disputed_in_force",
        "readings": [
            reading("early", ENERGY_FIRST, None, "RU MFA"),
            reading("late", ENERGY_SECOND, None, "UA President"),
        ],
        "clauses": [
            {
                "id": "no-energy-strike",
                "article": "2(a)",
                "kind": "prohibit_strike_on_protected_site",
                "words": "No strike shall be made on installations of the energy system.",
            }
        ],
    },
]


def short(name: str) -> str:
    """Cut each hash of an id to ten digits, as the command line shows it."""
    return ":".join(part[:10] if len(part) == 64 else part for part in name.split(":"))


@dataclass
class FakeMission:
    """Answers what `truceline.web.mission.Mission` asks, from arithmetic alone."""

    count: int = 40
    originals: dict[str, tuple[str, list[str]]] = field(default_factory=dict)

    def summary(self) -> Answer:
        return {
            "title": "Exercise: seven days in April",
            "from_day": DAYS[0].isoformat(),
            "to_day": DAYS[-1].isoformat(),
            "days": [day.isoformat() for day in DAYS],
            "parties": [{"code": "RU", "name": "Russia"}, {"code": "UA", "name": "Ukraine"}],
            "agreements": AGREEMENTS,
            "checkpoint": {
                "origin": "truceline.example/exercise",
                "size": 2412,
                "root": hashlib.sha256(b"root").hexdigest(),
                "level": "D",
            },
            "note": "Boundaries shown do not imply endorsement; "
            "lines of control are a separate layer.",
        }

    @cached_property
    def known(self) -> dict[str, tuple[Incident, list[Observation]]]:
        """Every incident with its observations, by id."""
        made = [self._incident(number) for number in range(self.count)]
        return {incident.id: (incident, seen) for incident, seen in made}

    def incidents(self) -> Answer:
        return {"incidents": [self._row(incident) for incident, _ in self.known.values()]}

    def incident(self, incident: str) -> Answer:
        for name, (found, seen) in self.known.items():
            if incident in {name, short(name)}:
                findings, not_applicable = self._judged(found)
                return {
                    "incident": {**plain(found), "short_id": short(name)},
                    "findings": findings,
                    "not_applicable": not_applicable,
                    "attribution": plain(
                        Attribution(
                            incident=name,
                            revision=1,
                            outcome="undetermined",
                            reasons=(Unattributed.NO_PHYSICAL_EVIDENCE,),
                        )
                    ),
                    "coverage": self._coverage_at(found),
                    "observations": [self._observation_row(one) for one in seen],
                    "disputed": [
                        {"name": "firms/day.csv", "sha256": "ab" * 32, "why": "stated in doubt"}
                        for _ in range(name == min(self.known))
                    ],
                    "explanation": self._explained(found, seen),
                }
        raise LookupError(incident)

    def _explained(self, found: Incident, seen: list[Observation]) -> Answer:
        shares = {"new_ppm": 60_000, "other_ppm": 120_000, "share_ppm": 820_000}
        far = {"distance_m": 640, "sigmas_milli": 1_200}
        hours = {"hours_milli": 3_250, "usual_milli": 5_330}
        begins = reason("why_begins", {"new_ppm": 940_000, "other_ppm": 20_000})
        joins = reason("why_joined", shares | far | hours)
        other = next(name for name in self.known if name != found.id)
        place = reason("apart_place", {"distance_m": 7_300, "sigmas_milli": 11_400})
        changes = (
            reason("change_without", {"cluster": "thermal", "probability_ppm": 310_000}),
            reason("change_word_silent", {"cluster": "news", "probability_ppm": 930_000}),
        )
        return {
            "together": [
                {"observation": one.id, "because": plain(joins if number else begins)}
                for number, one in enumerate(seen)
            ],
            "apart": [
                {
                    "incident": other,
                    "short_id": short(other),
                    "near": "Lyman, 3.1 km",
                    "began_us": TRUCE_START,
                    "ended_us": TRUCE_START + HOUR_US,
                    "because": plain(place),
                }
            ],
            "change": [plain(one) for one in changes],
        }

    def coverage(self, day: date) -> Answer:
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Polygon", "coordinates": [corners(record.cell)]},
                    "properties": {k: v for k, v in plain(record).items() if k != "cell"},
                }
                for record in self._coverage_by_day[day]
            ],
        }

    def line(self, day: date) -> Answer:
        if day == DAYS[0]:
            return {"type": "FeatureCollection", "features": []}
        ring = [list(point) for point in HELD_BY_RU.exterior.coords]
        return {
            "type": "Feature",
            "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
            "properties": {
                "as_of_day": day.isoformat(),
                "held_by": "RU",
                "source": "exercise-line",
            },
        }

    def claims(self, day: date | None = None) -> Answer:
        claims = [
            claim(2, "RU MoD", "UA", "violations_total", 1971, "exact"),
            claim(3, "UA General Staff", "RU", "violations_total", 2299, "exact"),
            claim(4, "UA General Staff", "RU", "artillery_shellings", 479, "exact"),
            claim(5, "RU MoD", "UA", "drone_strikes", None, "text"),
        ]
        if day is not None and not TRUCE_START - DAY_US < day_start_us(day) < TRUCE_END:
            claims = []
        results = ["unverifiable", "unverifiable", "not_covered", "unverifiable"]
        return {
            "claims": [
                {
                    **plain(one),
                    "id": one.id,
                    "short_id": short(one.id),
                    "assessment": assessment(one, result),
                }
                for one, result in zip(claims, results, strict=False)
            ]
        }

    def sources(self) -> Answer:
        heard = [day.isoformat() for day in DAYS if day != UNWATCHED_DAY]
        missing = [UNWATCHED_DAY.isoformat()]
        every = [day.isoformat() for day in DAYS]
        return {
            "sources": [
                source("firms-noaa20", "satellite_thermal", 6, 212, 0, heard, missing),
                source("firms-noaa21", "satellite_thermal", 6, 187, 3, heard, missing),
                source("firms-terra", "satellite_thermal", 0, 0, 0, [], every),
                source("viina", "open_source", 1, 96, 0, every, []),
                source("gppd", None, 1, 71, 0, [], []),
                source("alerts-ua", None, 1, 320, 1, every, []),
            ]
        }

    def trace(self, record: str) -> Answer:
        if record in self.known or any(short(name) == record for name in self.known):
            lines = [one["id"] for one in self.incident(record)["observations"]]
        else:
            lines = [record]
        return {"id": record, "lines": [self._original(name) for name in lines]}

    def log(self) -> Answer:
        asked_s = TRUCE_END // 1_000_000
        names = [f"mirror-{number:02}.example" for number in range(7)]
        return {
            "origin": "truceline.example/exercise",
            "key": "truceline.example/exercise+00000000+AQ==",
            "size": 2412,
            "root": hashlib.sha256(b"root").hexdigest(),
            "signed_us": TRUCE_END,
            "level": "C",
            "policy": {
                "asked_s": asked_s,
                "counted": 7,
                "tolerated": 2,
                "needed": {"C": 3, "D": 5},
                "reached": {"C": 2412, "D": 2300},
            },
            "mirrors": [
                {"name": name, "size": 2412, "lag": 0, "cosigned_s": asked_s, "why": ""}
                for name in names[:4]
            ]
            + [
                {"name": names[4], "size": 2300, "lag": 112, "cosigned_s": asked_s, "why": ""},
                *(
                    {"name": name, "size": None, "lag": None, "cosigned_s": None, "why": why}
                    for name, why in zip(names[5:], ("timed out", "another log"), strict=True)
                ),
            ],
            "actors": [
                {"actor": actor, "statements": count, "seq": count - 1, "index": index,
                 "signed_us": TRUCE_END, "ahead": ahead}
                for actor, count, index, ahead in (
                    ("sensors.fr.example", 120, 2409, None),
                    ("sensors.pl.example", 12, 2011, 17),
                    ("truceline.example/exercise", 2292, 2411, None),
                )
            ],
            "disputes": [{"actor": "sensors.fr.example", "since_index": 80, "until_index": 97}],
            "frauds": [{"index": 2300, "culprit": "sensors.xx.example"}],
            "journals": {"beyond": 2, "damaged": []},
        }  # fmt: skip

    def report(self, day: date, language: str) -> str:
        self.words(language)
        return f"<!doctype html><html lang={language}><title>{day}</title><h1>{day}</h1></html>"

    def words(self, language: str) -> dict[str, str]:
        return dict(load_words(language).texts)

    def _incident(self, number: int) -> tuple[Incident, list[Observation]]:
        draw = np.random.default_rng([7, number])
        town, east, north, area = TOWNS[number % len(TOWNS)]
        longitude = east + float(draw.normal(0, 0.18))
        latitude = north + float(draw.normal(0, 0.13))
        # The sixth part of all lies far from any front: industry, field fires.
        if number % 6 == 5:
            longitude, latitude = longitude - 2.5, latitude + 0.9
        days = [day for day in DAYS if day != UNWATCHED_DAY]
        day = days[int(draw.integers(len(days)))]
        began = day_start_us(day) + int(draw.integers(1, 20)) * HOUR_US
        thermal = int(draw.integers(300, 1500))
        news = int(draw.integers(200, 1100)) if number % 3 else -int(draw.integers(10, 60))
        industrial = -int(draw.integers(900, 1800)) if number % 6 == 5 else 0
        ledger = self._ledger(number, began, thermal, news, industrial)
        seen = [one for _, row in ledger for one in row]
        total = sum(entry.millibans for entry, _ in ledger)
        chance = round(PPM / (1 + 10 ** (-total / 1000)))
        place = Place(
            longitude_e7=round(longitude * E7), latitude_e7=round(latitude * E7), radius_95_m=1900
        )
        incident = Incident(
            id=seen[0].id.replace("o:", "i:"),
            revision=1,
            stage=Stage.AUTO1,
            supersedes=(),
            place=place,
            radius_90_m=int(draw.integers(400, 5200)),
            area=area if number % 6 != 5 else area_at(longitude, latitude),
            near=f"{float(draw.uniform(1, 9)):.1f} km from {town}" if number % 6 != 5 else "",
            held_by="RU" if contains_xy(HELD_BY_RU, longitude, latitude) else "UA",
            line_distance_m=round(HELD_BY_RU.exterior.distance(Point(longitude, latitude)) * 9e4),
            began_us=began - 3 * HOUR_US,
            ended_us=began,
            last_seen_us=began + HOUR_US,
            probability_ppm=chance,
            kinds=(
                (Kind.MUNITION_EFFECTS, chance),
                (Kind.NATURAL, (PPM - chance) * 3 // 4),
                (Kind.INDUSTRIAL, PPM - chance - (PPM - chance) * 3 // 4),
            ),
            count_low=1,
            count_high=None,
            independent_sources=2 if news > 0 else 1,
            has_physical_source=True,
            evidence=tuple(entry for entry, _ in ledger),
            observations=tuple(one.id for one in seen),
        )
        return incident, seen

    def _ledger(
        self, number: int, began: int, thermal: int, news: int, industrial: int
    ) -> list[tuple[Evidence, list[Observation]]]:
        pixels = [self._pixel(number, began, which) for which in range(1 + number % 3)]
        reports = [self._article(number, began)] if news > 0 else []
        rows = [
            (
                Evidence(
                    cluster="prior",
                    millibans=-850,
                    reason=reason(
                        "prior_heat",
                        {
                            "war_per_1000km2_day_milli": 41,
                            "background_per_1000km2_day_milli": 260,
                            "line_distance_m": 4200,
                        },
                    ),
                ),
                [],
            ),
            (
                Evidence(
                    cluster="thermal",
                    millibans=thermal,
                    reason=reason(
                        "thermal_seen", {"detections": len(pixels), "platforms": 1, "passes": 2}
                    ),
                    observations=tuple(sorted(one.id for one in pixels)),
                ),
                pixels,
            ),
            (
                Evidence(
                    cluster="news",
                    millibans=news,
                    reason=reason("news_attached", {"reports": 1, "distance_m": 3100})
                    if reports
                    else reason("news_silent", {"reports_nearby": 4}),
                    observations=tuple(one.id for one in reports),
                    silent=not reports,
                ),
                reports,
            ),
            (
                Evidence(
                    cluster="alerts",
                    millibans=120,
                    reason=reason("alert_during", {"area": "UA-14", "base_ppm": 412_000}),
                ),
                [],
            ),
        ]
        if industrial:
            because = reason("industrial_site", {"distance_m": 600, "months": 31})
            heat = Evidence(cluster="industrial_heat", millibans=industrial, reason=because)
            rows.append((heat, []))
        return rows

    def _pixel(self, number: int, began: int, which: int) -> Observation:
        name = f"firms/exercise_{number:05}.csv"
        texts = ["latitude,longitude,bright_ti4,acq_date,acq_time,confidence,frp"]
        texts += [f"48.{number:04},37.{line:04},33{line}.1,2026-04-0{line},2314,n,{line}.7"
                  for line in range(1, 4)]  # fmt: skip
        return Observation(
            source="firms-noaa20",
            means=Means.SATELLITE_THERMAL,
            place=Place(longitude_e7=375_000_000, latitude_e7=487_000_000, radius_95_m=400),
            began_us=began,
            ended_us=began,
            signatures=((Signature.THERMAL, PPM),),
            chance_real_ppm=900_000,
            words="nominal",
            measures=(("brightness_mk", 334_100), ("frp_kw", 4_700)),
            document_sha256=self._keep(name, texts),
            line=2 + which,
        )

    def _article(self, number: int, began: int) -> Observation:
        texts = ["event_id,date,type", f"{number},2026-04-08,artillery <b>shelling</b>"]
        return Observation(
            source="viina",
            means=Means.OPEN_SOURCE,
            place=Place(longitude_e7=375_000_000, latitude_e7=487_000_000, radius_95_m=5_000),
            began_us=began - began % DAY_US,
            ended_us=began - began % DAY_US + DAY_US,
            signatures=((Signature.UNDETERMINED, PPM),),
            chance_real_ppm=600_000,
            words="artillery",
            document_sha256=self._keep(f"labels/exercise_{number:05}.csv", texts),
            line=2,
        )

    def _keep(self, name: str, texts: list[str]) -> str:
        sha256 = hashlib.sha256("\n".join([name, *texts]).encode()).hexdigest()
        self.originals[sha256] = (name, texts)
        return sha256

    def _original(self, record: str) -> Answer:
        if record.startswith("c:"):
            return {
                "name": "claims/claims.csv",
                "sha256": record.split(":")[1],
                "line": int(record.split(":")[2]),
                "entry": 7,
                "level": "R",
                "text": "exercise,RU MoD,UA,2026-04-12,,,violations_total,1971,exact,TASS",
                "before": None,
                "after": None,
            }
        assert self.known is not None
        for sha256, (name, texts) in self.originals.items():
            line = int(record.rsplit(":", 1)[1])
            if f"o:{sha256}:{line}" == record:
                return {
                    "name": name,
                    "sha256": sha256,
                    "line": line,
                    "entry": 3,
                    "level": "D",
                    "text": texts[line - 1],
                    "before": texts[line - 2],
                    "after": texts[line] if line < len(texts) else None,
                }
        raise LookupError(record)

    def _row(self, incident: Incident) -> Answer:
        return {
            "id": incident.id,
            "short_id": short(incident.id),
            "longitude_e7": incident.place.longitude_e7,
            "latitude_e7": incident.place.latitude_e7,
            "radius_90_m": incident.radius_90_m,
            "began_us": incident.began_us,
            "ended_us": incident.ended_us,
            "last_seen_us": incident.last_seen_us,
            "day": (FIRST_DAY + timedelta(days=self._day_number(incident))).isoformat(),
            "probability_ppm": incident.probability_ppm,
            "area": incident.area,
            "near": incident.near,
            "held_by": incident.held_by,
            "line_distance_m": incident.line_distance_m,
            "clusters": [row.cluster for row in incident.evidence if row.observations],
            "independent_sources": incident.independent_sources,
            "disputed": incident.id == min(self.known),
            "outcomes": self._outcomes(incident),
        }

    def _day_number(self, incident: Incident) -> int:
        return (incident.ended_us - day_start_us(FIRST_DAY)) // DAY_US

    def _outcomes(self, incident: Incident) -> dict[str, int]:
        counts = {"breached": 0, "undecided": 0, "kept": 0, "not_applicable": 0}
        if TRUCE_START <= incident.ended_us < TRUCE_END:
            counts[self._outcome(incident).value] += 1
        else:
            counts["not_applicable"] += 1
        counts["kept"] += 1
        counts["undecided" if incident.ended_us > ENERGY_FIRST else "not_applicable"] += 1
        return counts

    def _outcome(self, incident: Incident) -> Outcome:
        if incident.probability_ppm >= 900_000 and incident.independent_sources > 1:
            return Outcome.BREACHED
        return Outcome.KEPT if incident.probability_ppm < 50_000 else Outcome.UNDECIDED

    def _judged(self, incident: Incident) -> tuple[list[Answer], list[Answer]]:
        chance = incident.probability_ppm
        findings: list[Answer] = []
        not_applicable: list[Answer] = []
        for agreement in AGREEMENTS:
            clause: Any = agreement["clauses"][0]
            for reading in agreement["readings"]:
                span: Any = reading
                names = {
                    "incident": incident.id,
                    "revision": 1,
                    "agreement": str(agreement["id"]),
                    "agreement_sha256": str(agreement["sha256"]),
                    "clause": str(clause["id"]),
                    "reading": str(span["id"]),
                }
                shown = {key: clause[key] for key in ("article", "words", "kind")}
                until = span["until_us"]
                if incident.ended_us < span["from_us"] or (until and incident.began_us >= until):
                    why = (
                        reason(
                            "before_start",
                            {"from_us": span["from_us"], "ended_us": incident.ended_us},
                        )
                        if incident.ended_us < span["from_us"]
                        else reason("after_end", {"until_us": until, "began_us": incident.began_us})
                    )
                    cannot = NotApplicable(**names, reason=why)  # type: ignore[arg-type]
                    not_applicable.append({**plain(cannot), **shown, "short_id": short(cannot.id)})
                    continue
                on_site = clause["kind"] == "prohibit_strike_on_protected_site"
                finding = Finding(
                    **names,  # type: ignore[arg-type]
                    outcome=Outcome.KEPT if on_site else self._outcome(incident),
                    probability_ppm=chance // 50 if on_site else chance,
                    breached_from_ppm=900_000,
                    kept_up_to_ppm=50_000,
                    reasons=(
                        reason("real_and_munition", {"probability_ppm": chance}),
                        reason(
                            "no_site_near", {"site": "Exercise substation", "distance_m": 14_200}
                        )
                        if on_site
                        else reason("everywhere"),
                        reason(
                            "threshold",
                            {
                                "breached_from_ppm": 900_000,
                                "kept_up_to_ppm": 50_000,
                                "probability_ppm": chance,
                            },
                        ),
                    ),
                )
                findings.append({**plain(finding), **shown, "short_id": short(finding.id)})
        return findings, not_applicable

    def _observation_row(self, one: Observation) -> Answer:
        name, texts = self.originals[one.document_sha256]
        return {
            "id": one.id,
            "short_id": short(one.id),
            "source": one.source,
            "means": one.means.value,
            "began_us": one.began_us,
            "ended_us": one.ended_us,
            "words": one.words,
            "measures": dict(one.measures),
            "name": name,
            "line": one.line,
            "text": texts[one.line - 1],
        }

    @cached_property
    def _coverage_by_day(self) -> dict[date, list[Coverage]]:
        west, south, east, north = WORLD
        cells = [
            (area, longitude, latitude)
            for latitude in np.arange(south, north, CELL_DEGREES).tolist()
            for longitude in np.arange(west, east, CELL_DEGREES).tolist()
            for area, land in areas()
            if contains_xy(land, longitude + CELL_DEGREES / 2, latitude + CELL_DEGREES / 2)
        ]
        return {day: [cover(day, *cell) for cell in cells] for day in DAYS}

    def _coverage_at(self, incident: Incident) -> Answer | None:
        longitude, latitude = incident.place.longitude_e7, incident.place.latitude_e7
        for record in self._coverage_by_day[DAYS[self._day_number(incident)]]:
            cell = record.cell
            inside = cell.west_e7 <= longitude < cell.east_e7
            if inside and cell.south_e7 <= latitude < cell.north_e7:
                return {**plain(record)}
        return None


@cache
def areas() -> list[tuple[str, Any]]:
    """Read the oblasts of the base map: code and shape."""
    return [
        (each["properties"]["region_code"], shape(each["geometry"]))
        for each in json.loads(OBLASTS.read_text(encoding="utf-8"))["features"]
    ]


def area_at(longitude: float, latitude: float) -> str | None:
    """Name the oblast that holds a point."""
    return next((code for code, land in areas() if contains_xy(land, longitude, latitude)), None)


def cover(day: date, area: str, west: float, south: float) -> Coverage:
    """Say how well one cell was watched: clouds come from the west, one day nobody looked."""
    number = (day - FIRST_DAY).days
    cloudy = west < 24 + number * 1.5
    dead = day == UNWATCHED_DAY or (south < 47 and number in {1, 4})
    chance = None if dead else [106_000, 81_000, 25_000][(west < 30) + cloudy]
    held = contains_xy(HELD_BY_RU, west + CELL_DEGREES / 2, south + CELL_DEGREES / 2)
    return Coverage(
        cell=Cell(
            west_e7=round(west * E7),
            south_e7=round(south * E7),
            east_e7=round((west + CELL_DEGREES) * E7),
            north_e7=round((south + CELL_DEGREES) * E7),
        ),
        area=area,
        held_by="RU" if held else "UA",
        began_us=day_start_us(day),
        ended_us=day_start_us(day) + DAY_US,
        per="day",
        means=Means.SATELLITE_THERMAL,
        event="munition_effects",
        state=CoverageState.NO_ASSET
        if chance is None
        else CoverageState.WEATHER
        if cloudy
        else CoverageState.OBSERVED_DEGRADED,
        detection_ppm=chance,
        detection_low_ppm=None if chance is None else chance // 2,
        detection_high_ppm=None if chance is None else chance * 2,
        noticed=0,
        missed_upper_95=None if chance is None else round(3 * PPM / chance),
        sources=() if chance is None else ("firms-noaa20", "firms-noaa21"),
    )


def corners(cell: Cell) -> list[list[float]]:
    """Give the rectangle as a closed ring in degrees."""
    west, south = cell.west_e7 / E7, cell.south_e7 / E7
    east, north = cell.east_e7 / E7, cell.north_e7 / E7
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def claim(
    line: int, claimant: str, accused: str, metric: str, count: int | None, qualifier: str
) -> Claim:
    return Claim(
        truce="exercise-truce",
        claimant=claimant,
        accused=accused,
        as_of="2026-04-12T09:00 local",
        began_us=TRUCE_START,
        ended_us=TRUCE_END,
        metric=metric,
        count=count,
        value=str(count) if count is not None else "several hundred",
        qualifier=qualifier,
        outlet="Exercise News",
        note="Both sides accuse each other",
        url="https://news.example/1",
        quality="news",
        document_sha256=hashlib.sha256(b"claims").hexdigest(),
        line=line,
    )


def assessment(one: Claim, result: str) -> Answer:
    """Say what can be said, in the shape of the reports room."""
    without_count = "" if one.count is not None else "_text"
    shares = {"detection_high_ppm": 150_000, "detection_low_ppm": 51_000, "detection_ppm": 106_000}
    numbers: dict[str, int | None] = {"count": one.count} if one.count is not None else {}
    if result == "unverifiable":
        numbers |= shares
    if result == "unverifiable" and one.count is not None:
        numbers["expected_high"] = round(one.count * 0.15)
    return {
        "result": result,
        "text_key": f"claim.{result}{without_count}",
        "numbers": numbers,
        "notes": [{"key": "claim.period_beyond", "numbers": []}],
    }


def source(
    name: str,
    means: str | None,
    documents: int,
    rows: int,
    refused: int,
    heard: list[str],
    missing: list[str],
) -> Answer:
    return {
        "source": name,
        "means": means,
        "documents": documents,
        "rows": rows,
        "refused": refused,
        "days_heard": heard,
        "days_missing": missing,
        "state": "heard" if documents else "not_known",
    }
