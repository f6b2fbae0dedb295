"""The evidence ledger of each candidate, and the incident that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from truceline.fusion.candidate import SIGMAS_90, SIGMAS_95, Candidate
from truceline.fusion.instruments import PROMPT
from truceline.fusion.weights import (
    OPEN_SOURCE_CAP,
    alert_weight,
    heat_prior,
    industrial_weight,
    millibans,
    news_silence,
    probability_ppm,
    prompt_weight,
    report_weight,
    thermal_silence,
    war_rate_milli,
)
from truceline.fusion.world import World, alert_base_ppm, days_touched
from truceline.records.incident import Evidence, Incident, Kind, Stage
from truceline.records.observation import Means, Observation, Place
from truceline.records.reason import reason
from truceline.records.units import DAY_US, MINUTE_US, PPM
from truceline.sensors.coverage import cloud_ppm_at
from truceline.sensors.thermal import detection

# One platform crosses the region within minutes; granules of one pass differ by two or three.
OVERPASS_US = 10 * MINUTE_US
# Heat this close to a place that burnt persistently in peacetime counts as that place's.
INDUSTRIAL_M = 1_000


@dataclass(frozen=True, slots=True)
class _Setting:
    """Where a candidate lies."""

    longitude_e7: int
    latitude_e7: int
    radius_90_m: int
    area: str | None
    near: str
    held_by: str | None
    line_distance_m: int | None
    background_milli: int
    site_m: int
    site_months: int

    @property
    def is_industrial(self) -> bool:
        return self.site_m <= INDUSTRIAL_M


def weigh(candidates: Sequence[Candidate], world: World) -> list[Incident]:
    """Make an incident of each candidate: its ledger row by row, and what follows from the sum."""
    return [
        _incident(candidate, setting, _ledger(candidate, setting, world))
        for candidate, setting in zip(candidates, _settings(candidates, world), strict=True)
    ]


def _settings(candidates: Sequence[Candidate], world: World) -> list[_Setting]:
    """Look up every candidate's surroundings, as columns."""
    if not candidates:
        return []
    regions = np.array([candidate.region for candidate in candidates], np.int64)
    at_us = np.array([candidate.moment_us for candidate in candidates], np.int64)
    longitude_e7, latitude_e7 = regions[:, 0], regions[:, 1]
    held: list[str | None] = [None] * len(candidates)
    metres: list[int | None] = [None] * len(candidates)
    for day_us in np.unique(at_us // DAY_US * DAY_US).tolist():
        rows = np.flatnonzero(at_us // DAY_US * DAY_US == day_us)
        here = longitude_e7[rows], latitude_e7[rows]
        distances = world.ground.line_distance_m(day_us, *here)
        for row, party in zip(rows, world.ground.held_by(day_us, *here), strict=True):
            held[row] = party
        if distances is not None:
            for row, distance in zip(rows, distances.tolist(), strict=True):
                metres[row] = distance
                # Where the region reaches over the line, on whose land it was is not known.
                if distance < regions[row, 2]:
                    held[row] = None
    site_m, months = world.background.nearest_site(longitude_e7, latitude_e7)
    return [
        _Setting(*row)
        for row in zip(
            longitude_e7.tolist(),
            latitude_e7.tolist(),
            regions[:, 2].tolist(),
            world.ground.areas_of(longitude_e7, latitude_e7),
            world.places.nearest(longitude_e7, latitude_e7),
            held,
            metres,
            world.background.rate_milli(longitude_e7, latitude_e7, at_us).tolist(),
            site_m.tolist(),
            months.tolist(),
            strict=True,
        )
    ]


def _ledger(candidate: Candidate, setting: _Setting, world: World) -> tuple[Evidence, ...]:
    if candidate.pixels and candidate.reports:
        # It is real if the report is, or if the fire is a munition's: so it is at least as sure as
        # the surer of the two, and a fire beside a report never makes the report less credible.
        rows = max(
            _heat_rows(candidate, setting, world), _confirmed_rows(candidate, setting), key=_total
        )
    elif candidate.pixels:
        rows = _heat_rows(candidate, setting, world)
    elif candidate.reports:
        rows = [*_told_rows(candidate), _unseen_row(candidate, setting, world)]
    else:
        rows = [
            Evidence(cluster="prior", millibans=0, reason=reason("prior_prompt")),
            _unseen_row(candidate, setting, world),
            _news_row(candidate, world),
        ]
    return (*rows, *_prompt_rows(candidate, world), _alert_row(candidate, setting, world))


def _total(rows: Sequence[Evidence]) -> int:
    return sum(row.millibans for row in rows)


def _heat_rows(candidate: Candidate, setting: _Setting, world: World) -> list[Evidence]:
    war_milli = war_rate_milli(setting.line_distance_m, world.background.reference_rate_milli)
    numbers: dict[str, int | str | None] = {
        "background_per_1000km2_day_milli": setting.background_milli
    }
    if setting.line_distance_m is not None:
        numbers["line_distance_m"] = setting.line_distance_m
        numbers["war_per_1000km2_day_milli"] = war_milli
    rows = [
        Evidence(
            cluster="prior",
            millibans=heat_prior(war_milli, setting.background_milli),
            reason=reason(
                "prior_heat" if setting.line_distance_m is not None else "prior_heat_no_line",
                numbers,
            ),
        ),
        # The weight of heat stands in the prior: that something burned, not why. Single
        # detections cannot be told apart by their own power, hour or temperature.
        _seen_row(candidate, 0),
    ]
    if setting.is_industrial:
        rows.append(
            Evidence(
                cluster="industrial_heat",
                millibans=industrial_weight(),
                reason=reason(
                    "industrial_site",
                    {"distance_m": setting.site_m, "months": setting.site_months},
                ),
            )
        )
    return [*rows, _news_row(candidate, world)]


def _confirmed_rows(candidate: Candidate, setting: _Setting) -> list[Evidence]:
    """Weigh a fire as what confirms a report: against the fires that are there anyway."""
    # At works that are always hot a fire confirms nothing.
    confirms = 0 if setting.is_industrial else millibans(1.0 + candidate.news_lr)
    return [*_told_rows(candidate), _seen_row(candidate, confirms)]


def _seen_row(candidate: Candidate, weight: int) -> Evidence:
    return Evidence(
        cluster="thermal",
        millibans=weight,
        reason=reason(
            "thermal_seen",
            {
                "detections": len(candidate.pixels),
                "passes": _passes(candidate.pixels),
                "platforms": len({pixel.source for pixel in candidate.pixels}),
            },
        ),
        observations=_ids(candidate.pixels),
    )


def _passes(pixels: Sequence[Observation]) -> int:
    """Count overpasses: pixels of one platform a few minutes apart are one."""
    sights = sorted({(pixel.source, pixel.began_us) for pixel in pixels})
    return 1 + sum(
        one != other or later_us - sooner_us > OVERPASS_US
        for (one, sooner_us), (other, later_us) in pairwise(sights)
    )


def _news_row(candidate: Candidate, world: World) -> Evidence:
    if candidate.reports:
        return Evidence(
            cluster="news",
            millibans=millibans(candidate.news_lr, OPEN_SOURCE_CAP),
            reason=reason(
                "news_attached",
                {"distance_m": candidate.news_m, "reports": len(candidate.reports)},
            ),
            observations=_ids(candidate.reports),
        )
    if not world.news_days.intersection(days_touched(*candidate.interval_us)):
        return Evidence(cluster="news", millibans=0, reason=reason("news_not_observed"))
    return Evidence(
        cluster="news",
        millibans=news_silence(),
        reason=reason("news_silent", {"reports_nearby": candidate.reports_nearby}),
        silent=True,
    )


def _told_rows(candidate: Candidate) -> list[Evidence]:
    best = max(
        candidate.reports, key=lambda told: (report_weight(told.source), -told.began_us, told.id)
    )
    return [
        Evidence(
            cluster="prior", millibans=0, reason=reason("prior_report", {"source": best.source})
        ),
        Evidence(
            cluster="news",
            millibans=report_weight(best.source),
            reason=reason("news_told", {"reports": len(candidate.reports), "source": best.source}),
            observations=_ids(candidate.reports),
        ),
    ]


def _unseen_row(candidate: Candidate, setting: _Setting, world: World) -> Evidence:
    """Weigh that no satellite saw what others tell of."""
    day_us = candidate.moment_us // DAY_US * DAY_US
    chances = detection(
        cloud_ppm_at(world.clouds, day_us, setting.longitude_e7), world.platforms.get(day_us, ())
    )
    if chances is None:
        return Evidence(cluster="thermal", millibans=0, reason=reason("thermal_not_observed"))
    if candidate.fires_nearby:
        # Something burned where it may have been; that it is the same thing cannot be said.
        return Evidence(
            cluster="thermal",
            millibans=0,
            reason=reason("thermal_unmatched", {"fires": candidate.fires_nearby}),
        )
    return Evidence(
        cluster="thermal",
        millibans=thermal_silence(chances),
        reason=reason("thermal_silent", {"detection_ppm": chances.detection_ppm}),
        silent=True,
    )


def _prompt_rows(candidate: Candidate, world: World) -> list[Evidence]:
    """Weigh each kind of instrument that noticed it; name those that listened and did not.

    From how far an instrument would have noticed is not known yet, so its silence weighs nothing.
    """
    rows = []
    days = set(days_touched(*candidate.interval_us))
    for means in PROMPT:
        spoke = [seen for seen in candidate.prompt if seen.means is means]
        if spoke:
            sources = len({seen.source for seen in spoke})
            said = reason(
                f"{means.value}_noticed", {"observations": len(spoke), "sources": sources}
            )
            weight = prompt_weight(means.value)
            rows.append(
                Evidence(
                    cluster=means.value, millibans=weight, reason=said, observations=_ids(spoke)
                )
            )
        elif means.value in world.prompt_days:
            heard = not days.isdisjoint(world.prompt_days[means.value])
            said = reason("prompt_silent" if heard else "prompt_not_observed")
            rows.append(Evidence(cluster=means.value, millibans=0, reason=said, silent=heard))
    return rows


def _alert_row(candidate: Candidate, setting: _Setting, world: World) -> Evidence:
    began_us, ended_us = candidate.interval_us
    area = setting.area or ""
    intervals = world.alerts.get(area, ())
    if not world.alert_days.intersection(days_touched(began_us, ended_us)):
        return Evidence(cluster="alerts", millibans=0, reason=reason("alerts_not_observed"))
    if setting.held_by is not None and setting.held_by not in world.alert_issuers:
        return Evidence(cluster="alerts", millibans=0, reason=reason("alerts_of_other_land"))
    if not intervals:
        # One that never had an alert may be one that nobody reports on.
        return Evidence(
            cluster="alerts", millibans=0, reason=reason("alerts_none_at_all", {"area": area})
        )
    during = any(start <= ended_us and end >= began_us for start, end in intervals)
    base_ppm = alert_base_ppm(intervals, ended_us - began_us, world.began_us, world.ended_us)
    return Evidence(
        cluster="alerts",
        millibans=alert_weight(during=during, base_ppm=base_ppm),
        reason=reason(
            "alert_during" if during else "alert_none", {"area": area, "base_ppm": base_ppm}
        ),
        silent=not during,
    )


def _incident(candidate: Candidate, setting: _Setting, evidence: tuple[Evidence, ...]) -> Incident:
    observations = candidate.observations
    began_us, ended_us = candidate.interval_us
    total_ppm = probability_ppm(sum(row.millibans for row in evidence))
    physical = bool(candidate.pixels) and not setting.is_industrial
    noticed = {seen.means for seen in candidate.prompt}
    return Incident(
        id="i:" + observations[0].id.removeprefix("o:"),
        revision=1,
        stage=Stage.AUTO1,
        supersedes=(),
        place=Place(
            longitude_e7=setting.longitude_e7,
            latitude_e7=setting.latitude_e7,
            radius_95_m=round(setting.radius_90_m * SIGMAS_95 / SIGMAS_90),
        ),
        radius_90_m=setting.radius_90_m,
        area=setting.area,
        near=setting.near,
        held_by=setting.held_by,
        line_distance_m=setting.line_distance_m,
        began_us=began_us,
        ended_us=ended_us,
        last_seen_us=max(seen.ended_us for seen in observations),
        probability_ppm=total_ppm,
        kinds=_kinds(candidate, setting, total_ppm),
        count_low=1,
        count_high=None,
        independent_sources=physical + bool(candidate.reports) + len(noticed),
        has_physical_source=physical or bool(noticed - {Means.VISUAL}),
        evidence=evidence,
        observations=tuple(seen.id for seen in observations),
    )


def _kinds(
    candidate: Candidate, setting: _Setting, munition_ppm: int
) -> tuple[tuple[Kind, int], ...]:
    """Give what it was: the rest goes to what else burns there, or to nothing that can be named."""
    if not candidate.pixels:
        other = Kind.UNDETERMINED
    else:
        other = Kind.INDUSTRIAL if setting.is_industrial else Kind.NATURAL
    return ((Kind.MUNITION_EFFECTS, munition_ppm), (other, PPM - munition_ppm))


def _ids(seen: Sequence[Observation]) -> tuple[str, ...]:
    return tuple(sorted(one.id for one in seen))
