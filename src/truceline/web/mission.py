"""What the console asks of a mission: plain data, ready to serve, one method an answer.

Nothing here computes. Whoever opens a mission (the pipeline) fills these shapes; the page and the
tests read them. Days are UTC. The console calls the methods from several threads, and keeps an
answer as long as it runs: a mission that is open does not change.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol

Answer = dict[str, Any]


class Mission(Protocol):
    """One mission, open for reading."""

    def summary(self) -> Answer:
        """Tell what the mission is.

        Returns:
            title, from_day, to_day, days (ISO, ascending), parties ({code, name}), agreements ({id,
            title, sha256, status, readings ({id, from_us, from_not_after_us, until_us, said_by}),
            clauses ({id, article, kind, words})}), checkpoint ({origin, size, root, level})
            and note (on boundaries).
        """
        ...

    def incidents(self) -> Answer:
        """Give every incident in short: {"incidents": [...]}.

        Each has id, short_id, longitude_e7, latitude_e7, radius_90_m, began_us, ended_us,
        last_seen_us, day, probability_ppm, area, near, held_by, line_distance_m, clusters,
        independent_sources, disputed and outcomes (a count for each of breached, undecided, kept,
        not_applicable).
        """
        ...

    def incident(self, incident: str) -> Answer:
        """Give all that is known of one incident, named by its id or its short id.

        Returns:
            incident, findings, not_applicable, attribution, coverage (null where none is known),
            observations, disputed ({name, sha256, why}: documents that count for nothing once
            the mission is derived again) and explanation ({together, apart, change}: reasons why
            its observations are one incident, why its neighbours are others, and what would change
            it most; as `pipeline.explaining` gives them).

        Raises:
            LookupError: There is no such incident.
        """
        ...

    def coverage(self, day: date) -> Answer:
        """Give the coverage of a day as a GeoJSON FeatureCollection of cells.

        The properties of a cell are the plain Coverage record without its rectangle.
        """
        ...

    def line(self, day: date) -> Answer:
        """Give the line of control of a day.

        Returns:
            A GeoJSON Feature with as_of_day, held_by and source; an empty FeatureCollection where
            no line is known.
        """
        ...

    def claims(self, day: date | None = None) -> Answer:
        """Give what the parties claim, all of it or what speaks of a day: {"claims": [...]}.

        Each is a plain Claim with `assessment`: result, text_key, numbers by name, and, where more
        is to say, notes ({key, numbers}).
        """
        ...

    def sources(self) -> Answer:
        """Give the register of sources, heard and not heard: {"sources": [...]}.

        Each has source, documents, rows, refused, days_heard, days_missing (both empty for a source
        that speaks of no days), state ("heard" or "not_known") and perhaps means.
        """
        ...

    def trace(self, record: str) -> Answer:
        """Follow a record to its originals: {"id", "lines": [{name, sha256, line, text, ...}]}.

        A line has `entry`, the index in the log, `level`, how safely that is kept (R, C or D), and
        `before` and `after`, the lines around it in the original, or null.

        Raises:
            LookupError: There is no such record.
        """
        ...

    def log(self) -> Answer:
        """Tell how the log is now: it may grow while the console is open.

        Returns:
            origin, key, size, root, signed_us, level (of the last entry: R, C or D), policy (null,
            or asked_s, counted, tolerated, needed and reached by level), mirrors ({name, size, lag,
            cosigned_s, why}), actors ({actor, statements, seq, index, signed_us, ahead: null
            or a number that he signed beyond a gap}), disputes
            ({actor, since_index, until_index}), frauds ({index, culprit}) and journals (null, or
            beyond and damaged).
        """
        ...

    def report(self, day: date, language: str) -> str:
        """Write the report of a day as one HTML page.

        Raises:
            LookupError, WordsError: There are no words of that language.
        """
        ...

    def words(self, language: str) -> dict[str, str]:
        """Give the words of a language: key with dots, and text.

        Raises:
            LookupError, WordsError: There are none of that language.
        """
        ...
