"""A finished mission in words: claims weighed, the daily report, and the words of each language."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from truceline.feeds import FEEDS
from truceline.feeds.interface import Feed, Row
from truceline.pipeline.derive import read_areas
from truceline.pipeline.mission import MissionView, Plain, opened
from truceline.records.agreement import ControlLine
from truceline.records.attribution import Attribution
from truceline.records.canonical import plain, read_record
from truceline.records.claim import Claim
from truceline.records.coverage import Coverage
from truceline.records.finding import Finding, NotApplicable
from truceline.records.ids import short_id
from truceline.records.incident import Incident
from truceline.records.observation import Means
from truceline.records.source import Document, SourceDays
from truceline.records.units import DAY_US, day_of, day_start_us
from truceline.reports.claims import assess_claim
from truceline.reports.daily import daily_report
from truceline.reports.day import (
    Checkpoint,
    DayReport,
    SourceDay,
    TracedLine,
    claims_of,
    incidents_of,
)
from truceline.reports.words import LANGUAGES, load_words

Record = TypeVar("Record")

THERMAL = "firms"


class ToldMission(MissionView):
    """A mission that is also told in words."""

    def claims(self, day: date | None = None) -> Plain:
        """Give what the parties claim, each with what the evidence can and cannot say of it."""
        claims = [read_record(Claim, body) for body in self.index.records("claim")]
        chosen = claims if day is None else claims_of(day, claims)
        return {"claims": [self._assessed(claim) for claim in chosen]}

    def _assessed(self, claim: Claim) -> Plain:
        days = [day for day in self.days if claims_of(day, [claim])]
        assessment = assess_claim(
            claim,
            [cell for day in days for cell in self._coverage_records(day)],
            [incident for day in days for incident in self._incident_records(day)],
        )
        return {
            **plain(claim),
            "id": claim.id,
            "short_id": short_id(claim.id),
            "assessment": {
                "result": assessment.result,
                "text_key": assessment.text_key,
                "numbers": dict(assessment.sentence.numbers),
            },
        }

    @cache  # noqa: B019 - a view lives as long as the process that asks it
    def _coverage_records(self, day: date) -> tuple[Coverage, ...]:
        return self._read(Coverage, "coverage", day)

    @cache  # noqa: B019 - likewise
    def _incident_records(self, day: date) -> tuple[Incident, ...]:
        return self._read(Incident, "incident", day)

    def _read(self, kind: type[Record], name: str, day: date | None = None) -> tuple[Record, ...]:
        bodies = self.index.records(name, None if day is None else day.isoformat())
        return tuple(read_record(kind, body) for body in bodies)

    def report(self, day: date, language: str) -> str:
        """Write the daily report of a day as one HTML page.

        Raises:
            LookupError: There are no words of that language, or the day is outside the mission.
        """
        if day not in self.days:
            raise LookupError(f"{day} is outside {self.days[0]} to {self.days[-1]}")
        _insist_on_language(language)
        return daily_report(self.day(day), language)

    def day(self, day: date) -> DayReport:
        """Gather the records of one day for its report."""
        incidents = incidents_of(day, self._incident_records(day))
        chosen = {incident.id for incident in incidents}
        claims = claims_of(day, self._read(Claim, "claim"))
        line = self.line(day)
        as_of = line.get("properties", {}).get("as_of_day")
        lines = [
            one
            for one in self._read(ControlLine, "line")
            if as_of == day_of(one.as_of_us).isoformat()
        ]
        return DayReport(
            title=self.title,
            day=day,
            checkpoint=Checkpoint(**self.checkpoint),
            agreements=self.agreements,
            incidents=incidents,
            findings=self._of(chosen, Finding, "finding"),
            not_applicable=self._of(chosen, NotApplicable, "not_applicable"),
            attributions=self._of(chosen, Attribution, "attribution"),
            coverage=self._coverage_records(day),
            claims=claims,
            sources=self._sources_of(day),
            traced={
                **{
                    full: self._traced(full)
                    for incident in incidents
                    for full in incident.observations
                },
                **{claim.id: self._traced(claim.id) for claim in claims},
            },
            areas=read_areas(),
            line=lines[-1] if lines else None,
        )

    def _of(self, incidents: set[str], kind: type[Record], name: str) -> tuple[Record, ...]:
        return tuple(
            read_record(kind, body)
            for body in self.index.records(name)
            if body["incident"] in incidents
        )

    def _traced(self, full: str) -> TracedLine:
        body = self.index.record(full)[1]
        name, text = self.line_of(body["document_sha256"], body["line"])
        return TracedLine(name=name, sha256=body["document_sha256"], line=body["line"], text=text)

    def _sources_of(self, day: date) -> tuple[SourceDay, ...]:
        documents = self._read(Document, "document")
        feeds = {source: feed for feed in FEEDS for source in feed.sources}
        seen = Counter(
            body["source"] for body in self.index.records("observation", day.isoformat())
        )
        lines = []
        for source in self._read(SourceDays, "source"):
            feed = feeds[source.source]
            heard = day.isoformat() in source.days_heard if source.is_daily else source.is_known
            lines.append(
                SourceDay(
                    source=source.source,
                    means=_means(source, feed.name),
                    state="heard" if heard else "not_known",
                    documents=tuple(
                        one
                        for one in documents
                        if heard and one.feed == feed.name and _speaks_of(feed, one, source, day)
                    ),
                    rows=seen[source.source] if source.gives == "observations" else source.rows,
                    refused=source.refused,
                )
            )
        return tuple(lines)

    def words(self, language: str) -> dict[str, str]:
        """Give the words of a language: the report's and the console's, from one file.

        Raises:
            LookupError: There are none.
        """
        _insist_on_language(language)
        return dict(load_words(language).texts)


def open_told(folder: Path) -> ToldMission:
    """Open a mission for reading, and for telling in words.

    Raises:
        LedgerError: It is no mission, or a damaged one.
    """
    return ToldMission(folder, *opened(folder))


def _insist_on_language(language: str) -> None:
    if language not in LANGUAGES:
        raise LookupError(f"no words of language {language!r}: {', '.join(sorted(LANGUAGES))}")


def _speaks_of(feed: Feed[Row], document: Document, source: SourceDays, day: date) -> bool:
    """Tell whether a document may speak of a source's day: its name says so, or does not say."""
    periods = [period for period in feed.covers(document.name) if period[0] == source.source]
    start_us = day_start_us(day)
    return not feed.covers(document.name) or any(
        began_us < start_us + DAY_US and ended_us > start_us for _, began_us, ended_us in periods
    )


def _means(source: SourceDays, feed: str) -> str:
    if source.gives != "observations":
        return "context"
    means = Means.SATELLITE_THERMAL if feed == THERMAL else Means.OPEN_SOURCE
    return str(means.value)
