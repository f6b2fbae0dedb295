"""Explain an incident of a finished mission: replay the association of its observations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from truceline.fusion.explain import Replay, explain
from truceline.pipeline.derive import centre_of, read_areas, region_of
from truceline.records.canonical import plain, read_record
from truceline.records.ids import short_id
from truceline.records.incident import Incident
from truceline.records.observation import Observation

Plain = dict[str, Any]


class Explainer:
    """The observations and the incidents of a mission, prepared to be asked why."""

    def __init__(
        self, observations: Iterable[Mapping[str, Any]], incidents: Iterable[Mapping[str, Any]]
    ) -> None:
        """Associate the observations once; both are plain forms of records."""
        self._replay = Replay(
            [read_record(Observation, body) for body in observations],
            centre_of(region_of(read_areas())),
        )
        self._incidents = {
            one.id: one for one in (read_record(Incident, body) for body in incidents)
        }

    def explain(self, incident: str) -> Plain:
        """Give the reasons of `fusion.explain` for an incident, in the plain form of records.

        Returns:
            together: {observation, because} for each that supports it, by time; apart: {incident,
            short_id, near, began_us, ended_us, because} for its nearest neighbours, at most three;
            change: reasons.
        """
        found = explain(self._incidents[incident], list(self._incidents.values()), self._replay)
        return {
            "together": [
                {"observation": seen, "because": plain(because)} for seen, because in found.together
            ],
            "apart": [
                self._named(other) | {"because": plain(because)} for other, because in found.apart
            ],
            "change": [plain(because) for because in found.change],
        }

    def _named(self, incident: str) -> Plain:
        found = self._incidents[incident]
        return {
            "incident": incident,
            "short_id": short_id(incident),
            "near": found.near,
            "began_us": found.began_us,
            "ended_us": found.ended_us,
        }
