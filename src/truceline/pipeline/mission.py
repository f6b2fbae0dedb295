"""A finished mission, open for reading: what the command line and the console ask of it.

Answers are plain data in the canonical form of the records, with `short_id` added. They come from
the index, which is made from the mission folder when it is missing or of another state of the log.
"""

from __future__ import annotations

import hashlib
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from truceline.agreement.read import read_agreement
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.feeds import FEEDS
from truceline.feeds.register import speaks_of
from truceline.feeds.table import line_text
from truceline.pipeline.cosigned import Standing, read_standing
from truceline.pipeline.documents import Stated, stated_documents
from truceline.pipeline.health import files_behind, log_health
from truceline.pipeline.index import NAMINGS, rows_of_mission
from truceline.records.agreement import Agreement
from truceline.records.canonical import read_record
from truceline.records.finding import Outcome
from truceline.records.ids import short_id
from truceline.records.source import Document, SourceDays
from truceline.records.units import E7, day_of
from truceline.sensors.coverage import cell_at
from truceline.store.index import Index, StoreError, build_index, index_url, open_index

if TYPE_CHECKING:
    from truceline.pipeline.explaining import Explainer

Plain = dict[str, Any]

BOUNDARY_NOTE = "Boundaries shown do not imply endorsement; lines of control are a separate layer."
OUTCOMES = (*(outcome.value for outcome in Outcome), "not_applicable")
SHORT_FIELDS = (
    "radius_90_m",
    "began_us",
    "ended_us",
    "last_seen_us",
    "probability_ppm",
    "area",
    "near",
    "held_by",
    "line_distance_m",
    "independent_sources",
)
# What a record's trace leads to: the observations behind it, or its own line in an original.
OF_INCIDENT = ("finding", "not_applicable", "attribution", "referral", "candidate_instant")


class MissionView:
    """One mission. It does not change while it is open."""

    def __init__(self, folder: Path, index: Index, checkpoint: Plain) -> None:
        """Take what `open_mission` opened."""
        self.folder = folder
        self.index = index
        self.checkpoint = checkpoint
        self._log: tuple[tuple[int, ...], Plain] | None = None

    def close(self) -> None:
        """Give the index back."""
        self.index.close()

    @cached_property
    def agreements(self) -> tuple[Agreement, ...]:
        """The agreements, in the order in which they were given."""
        return tuple(
            read_agreement(self._original(entry["sha256"]), entry["name"])
            for entry in self._toml.get("agreement", [])
        )

    @property
    def title(self) -> str:
        """What the mission is called."""
        return str(self._toml["title"])

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The UTC days of its window."""
        since, until = self._toml["since"], self._toml["until"]
        return tuple(since + timedelta(days=n) for n in range((until - since).days + 1))

    @cached_property
    def _toml(self) -> Plain:
        return tomllib.loads((self.folder / "mission.toml").read_text(encoding="utf-8"))

    def counts(self) -> Plain:
        """Give the summary that the job wrote: counts per side, each with its coverage."""
        return self.index.record("summary")[1]

    def summary(self) -> Plain:
        """Tell what the mission is: window, parties, agreements with their readings, checkpoint."""
        parties = {party.code: party.name for terms in self.agreements for party in terms.parties}
        return {
            "title": self.title,
            "from_day": self.days[0].isoformat(),
            "to_day": self.days[-1].isoformat(),
            "days": [day.isoformat() for day in self.days],
            "parties": [{"code": code, "name": name} for code, name in parties.items()],
            "agreements": [_agreement(terms) for terms in self.agreements],
            "checkpoint": {**self.checkpoint, "level": self._level_of(self.checkpoint["size"] - 1)},
            "note": BOUNDARY_NOTE,
        }

    def insist_on_day(self, day: date | None) -> None:
        """Refuse a day that the mission does not speak of.

        Raises:
            LookupError: The day is outside the window.
        """
        if day is not None and day not in self.days:
            raise LookupError(f"{day} is outside {self.days[0]} to {self.days[-1]}")

    def records(self, kind: str, day: date | None = None) -> list[Plain]:
        """Give the records of one kind, as the derived file has them, with their short ids."""
        return [{**body, **_named(kind, body)} for body in self.index.records(kind, _iso(day))]

    def incidents(self, day: date | None = None) -> Plain:
        """Give every incident in short, of one UTC day if asked."""
        outcomes = self._outcomes
        return {
            "incidents": [
                {
                    **_in_short(incident, outcomes[incident["id"]]),
                    "disputed": bool(
                        self.disputed and self._disputed_behind(incident["observations"])
                    ),
                }
                for incident in self.index.records("incident", _iso(day))
            ]
        }

    @cached_property
    def _outcomes(self) -> dict[str, Counter[str]]:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for finding in self.index.records("finding"):
            counts[finding["incident"]][finding["outcome"]] += 1
        for spared in self.index.records("not_applicable"):
            counts[spared["incident"]]["not_applicable"] += 1
        return counts

    def incident(self, incident: str) -> Plain:
        """Give all that is known of one incident, named by its id, its short id or its beginning.

        Raises:
            LookupError: There is no such incident.
        """
        kind, body = self._find(incident)
        if kind != "incident":
            raise LookupError(f"{incident} is no incident but a {kind}")
        return {
            "incident": {**body, "short_id": short_id(body["id"])},
            "findings": self._judged("finding", body["id"]),
            "not_applicable": self._judged("not_applicable", body["id"]),
            "attribution": next(
                (one for one in self.index.records("attribution") if one["incident"] == body["id"]),
                None,
            ),
            "coverage": self._coverage_at(body),
            "observations": [self._observation(full) for full in body["observations"]],
            "disputed": self._disputed_behind(body["observations"]),
            "explanation": self._explainer.explain(body["id"]),
        }

    @cached_property
    def _explainer(self) -> Explainer:
        # It brings the whole room of fusion, compiled: most questions need none of it.
        from truceline.pipeline.explaining import Explainer  # noqa: PLC0415

        return Explainer(self.index.records("observation"), self.index.records("incident"))

    @cached_property
    def _stated(self) -> dict[str, Stated]:
        with Ledger.open(self.folder) as ledger:
            return {one.sha256: one for one in reversed(stated_documents(ledger))}

    @cached_property
    def disputed(self) -> dict[str, str]:
        """Why a document is disputed, by its hash; rows of others count."""
        return {one.sha256: one.disputed for one in self._stated.values() if one.disputed}

    @cached_property
    def standing(self) -> Standing:
        """Which mirrors stand behind the log, as they were last asked."""
        return read_standing(self.folder)

    def _level_of(self, index: int) -> str:
        return self.standing.level_of(index).name

    def log(self) -> Plain:
        """Tell how the log is now: head, mirrors, actors, disputes; worked out once for a state."""
        state = tuple(
            path.stat().st_mtime_ns if path.exists() else 0 for path in files_behind(self.folder)
        )
        if self._log is None or self._log[0] != state:
            self._log = state, log_health(self.folder)
        return self._log[1]

    def _disputed_behind(self, observations: Iterable[str]) -> list[Plain]:
        """Name the disputed documents that something rests on, until it is derived again."""
        behind = {self.index.record(full)[1]["document_sha256"] for full in observations}
        return [
            {"name": self._names[sha256], "sha256": sha256, "why": self.disputed[sha256]}
            for sha256 in sorted(behind & self.disputed.keys())
        ]

    def _judged(self, kind: str, incident: str) -> list[Plain]:
        clauses = {
            (terms.sha256, clause.id): clause
            for terms in self.agreements
            for clause in terms.clauses
        }
        rows = []
        for body in self.index.records(kind):
            if body["incident"] != incident:
                continue
            clause = clauses[body["agreement_sha256"], body["clause"]]
            rows.append(
                {
                    **body,
                    **_named(kind, body),
                    "article": clause.article,
                    "words": clause.words,
                    "kind": clause.kind,
                }
            )
        return rows

    def _coverage_at(self, incident: Plain) -> Plain | None:
        cell = cell_at(incident["place"]["longitude_e7"], incident["place"]["latitude_e7"])
        day = day_of(incident["ended_us"]).isoformat()
        try:
            return self.index.record(f"v:{cell.id}:{day}")[1]
        except StoreError:
            return None

    def _observation(self, full: str) -> Plain:
        body = self.index.record(full)[1]
        name, text = self.line_of(body["document_sha256"], body["line"])
        return {
            **body,
            "id": full,
            "short_id": short_id(full),
            "measures": dict(body["measures"]),
            "name": name,
            "text": text,
        }

    def coverage(self, day: date) -> Plain:
        """Give the coverage of a day as GeoJSON: one rectangle a cell."""
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": _rectangle(body["cell"]),
                    "properties": {name: body[name] for name in body if name != "cell"},
                }
                for body in self.index.records("coverage", day.isoformat())
            ],
        }

    def line(self, day: date) -> Plain:
        """Give the line of a day, or the last one known within the week before, as GeoJSON."""
        body = self.line_record(day)
        if body is None:
            return {"type": "FeatureCollection", "features": []}
        return {
            "type": "Feature",
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [
                    [[[x / E7, y / E7] for x, y in ring] for ring in rings]
                    for rings in body["polygons_e7"]
                ],
            },
            "properties": {
                "as_of_day": _day(body["as_of_us"]),
                "held_by": body["held_by"],
                "source": body["source"],
            },
        }

    def line_record(self, day: date) -> Plain | None:
        """Give the line that holds on a day: the last one drawn within the week before it."""
        known = [
            body
            for body in self.index.records("line")
            if timedelta(0) <= day - day_of(body["as_of_us"]) < timedelta(days=7)
        ]
        order = ("as_of_us", "source", "held_by", "document_sha256")
        return max(known, key=lambda body: [body[name] for name in order], default=None)

    def sources(self) -> Plain:
        """Give the register of sources: heard, and not known."""
        return {
            "sources": [
                {
                    **body,
                    "state": "heard" if read_record(SourceDays, body).is_known else "not_known",
                }
                for body in self.index.records("source")
            ]
        }

    def trace(self, record: str) -> Plain:
        """Follow a record to the lines of the originals behind it.

        Raises:
            LookupError: There is no such record.
        """
        kind, body = self._find(record)
        if kind in OF_INCIDENT:
            kind, body = self._find(body["incident"])
        elif kind == "superseded":
            kind, body = "incident", body["incident"]
        if kind == "incident":
            cited = [self.index.record(full)[1] for full in body["observations"]]
        elif "document_sha256" in body:
            cited = [body]
        elif kind == "coverage":
            cited = self._looks_of(body)
        else:
            cited = []
        return {
            "id": record,
            "lines": [self._cited(one["document_sha256"], one.get("line")) for one in cited],
        }

    def _looks_of(self, coverage: Plain) -> list[Plain]:
        """Give the documents that show that somebody looked: those of its sources and its day."""
        day = day_of(coverage["began_us"])
        return [
            {"document_sha256": one.sha256}
            for one in (read_record(Document, body) for body in self.index.records("document"))
            if not one.foreign
            and any(
                speaks_of(one.name, feed, source, day)
                for feed in FEEDS
                for source in coverage["sources"]
                if feed.name == one.feed
            )
        ]

    def _cited(self, sha256: str, line: int | None) -> Plain:
        number = line or 1
        name, text = self.line_of(sha256, number)
        return {
            "name": name,
            "sha256": sha256,
            "entry": self._stated[sha256].index,
            "level": self._level_of(self._stated[sha256].index),
            "line": number,
            "text": text,
            "before": self._neighbour(sha256, number - 1),
            "after": self._neighbour(sha256, number + 1),
        }

    def _neighbour(self, sha256: str, line: int) -> str | None:
        try:
            return self.line_of(sha256, line)[1] or None
        except LookupError:
            return None

    def line_of(self, sha256: str, line: int) -> tuple[str, str]:
        """Give the name of an original and one of its lines, as it stands in the bytes received.

        Raises:
            LookupError: There is no such original or line.
        """
        try:
            return self._names[sha256], line_text(self._original(sha256), line)
        except (OSError, ValueError, KeyError) as error:
            raise LookupError(f"{short_id(sha256)} line {line}: {error}") from error

    @cached_property
    def _names(self) -> dict[str, str]:
        documents = self.index.records("document")
        return {body["sha256"]: body["name"] for body in reversed(documents)}

    def _original(self, sha256: str) -> bytes:
        return (self.folder / "originals" / sha256[:2] / sha256).read_bytes()

    def find(self, record: str) -> tuple[str, Plain]:
        """Find a record by its id, its short id or the beginning of one: its kind and itself.

        Raises:
            LookupError: There is none, or several begin so.
        """
        return self._find(record)

    def _find(self, record: str) -> tuple[str, Plain]:
        try:
            return self.index.record(record)
        except StoreError as error:
            raise LookupError(str(error)) from error


def opened(folder: Path) -> tuple[Index, Plain]:
    """Open a mission's log and index; the index is made if none is of this state of the log.

    Returns:
        The index, and the checkpoint: origin, size, and root in hex.

    Raises:
        LedgerError: It is no mission, or a damaged one.
    """
    with Ledger.open(folder) as ledger:
        head = ledger.checkpoint
        stated = {
            str(one.body["path"]): one.body["sha256"]
            for one in ledger.statements()
            if one.kind == "derived"
        }
    # What is shown is what was signed; an index made of anything else would tell its tale.
    for name, sha256 in sorted(stated.items()):
        if _sha256_of(folder / "derived" / name) != sha256:
            raise LedgerError(
                f"{folder}: derived/{name} is not what the log states;"
                f" run: truceline verify {folder}"
            )
    if head is None:
        raise LedgerError(f"{folder} has no signed head; it was never finished")
    checkpoint: Plain = {"origin": head.origin, "size": head.size, "root": head.root.hex()}
    url = index_url(folder)
    index = open_index(url)
    try:
        if index.stamp() == checkpoint["root"]:
            return index, checkpoint
    except StoreError:
        pass  # there is none, or it is broken: it is made again below
    index.close()
    try:
        return build_index(url, checkpoint["root"], rows_of_mission(folder)), checkpoint
    except (OSError, StoreError):
        # A disc that cannot be written to holds a mission as well as any other.
        spare = Path(tempfile.mkdtemp(prefix="truceline-")) / "mission"
        return build_index(
            index_url(spare), checkpoint["root"], rows_of_mission(folder)
        ), checkpoint


def _sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def open_mission(folder: Path) -> MissionView:
    """Open a mission for reading.

    Raises:
        LedgerError: It is no mission, or a damaged one.
    """
    return MissionView(folder, *opened(folder))


def _agreement(terms: Agreement) -> Plain:
    return {
        "id": terms.id,
        "title": terms.title,
        "sha256": terms.sha256,
        "status": terms.status,
        "readings": [
            {
                "id": reading.id,
                "from_us": reading.start.not_before_us,
                "from_not_after_us": reading.start.not_after_us,
                "until_us": reading.end and reading.end.not_after_us,
                "said_by": reading.start.said_by,
            }
            for reading in terms.readings
        ],
        "clauses": [
            {
                "id": clause.id,
                "article": clause.article,
                "kind": clause.kind,
                "words": clause.words,
            }
            for clause in terms.clauses
        ],
    }


def _in_short(incident: Plain, outcomes: Counter[str]) -> Plain:
    place = incident["place"]
    return {
        "id": incident["id"],
        "short_id": short_id(incident["id"]),
        "longitude_e7": place["longitude_e7"],
        "latitude_e7": place["latitude_e7"],
        "day": _day(incident["ended_us"]),
        **{name: incident[name] for name in SHORT_FIELDS},
        "clusters": sorted({row["cluster"] for row in incident["evidence"] if row["observations"]}),
        "outcomes": {name: outcomes[name] for name in OUTCOMES},
    }


def _named(kind: str, body: Plain) -> Plain:
    full = NAMINGS[kind](body)[0]
    return {"id": full, "short_id": short_id(full)}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(us: int) -> str:
    return day_of(us).isoformat()


def _rectangle(cell: Plain) -> Plain:
    west, south, east, north = (
        cell[side] / E7 for side in ("west_e7", "south_e7", "east_e7", "north_e7")
    )
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
