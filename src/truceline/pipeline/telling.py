"""A finished mission in words: claims weighed, the daily report, and the words of each language."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from truceline.feeds import FEEDS
from truceline.feeds.register import speaks_of
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
from truceline.sensors.thermal import LOOK_SHARE

Record = TypeVar("Record")


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
                "notes": [
                    {"key": note.key, "numbers": dict(note.numbers)} for note in assessment.notes
                ],
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
        self.insist_on_day(day)
        _insist_on_language(language)
        return daily_report(self.day(day), language)

    def day(self, day: date) -> DayReport:
        """Gather the records of one day for its report."""
        incidents = incidents_of(day, self._incident_records(day))
        chosen = {incident.id for incident in incidents}
        claims = claims_of(day, self._read(Claim, "claim"))
        line = self.line_record(day)
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
            line=None if line is None else read_record(ControlLine, line),
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
        rows = self._rows_of(day)
        lines = []
        for source in self._read(SourceDays, "source"):
            heard = day.isoformat() in source.days_heard if source.is_daily else source.is_known
            own = tuple(
                one
                for one in documents
                if heard and not one.foreign and _may_be_of(one, source.source, day)
            )
            lines.append(
                SourceDay(
                    source=source.source,
                    means=_means(source),
                    state="heard" if heard else "not_known",
                    documents=own,
                    rows=rows[source.source] if source.is_daily else source.rows,
                    refused=sum(len(one.refused) for one in own),
                )
            )
        return tuple(lines)

    def _rows_of(self, day: date) -> Counter[str]:
        """Count the rows that speak of a day, by source."""
        rows = Counter(
            body["source"]
            for kind in ("observation", "alert", "line")
            for body in self.index.records(kind, day.isoformat())
        )
        # A day's cloud cover is one row, and it is there if the source was heard.
        rows.update(
            one.source
            for one in self._read(SourceDays, "source")
            if one.gives == "clouds" and day.isoformat() in one.days_heard
        )
        return rows

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


def _may_be_of(document: Document, source: str, day: date) -> bool:
    return any(
        speaks_of(document.name, feed, source, day) for feed in FEEDS if feed.name == document.feed
    )


def _means(source: SourceDays) -> str:
    if source.gives != "observations":
        return "context"
    means = Means.SATELLITE_THERMAL if source.source in LOOK_SHARE else Means.OPEN_SOURCE
    return str(means.value)
