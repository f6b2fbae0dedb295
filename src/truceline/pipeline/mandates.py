"""An agreement's mandate, explored as it is read: each way to stand still becomes a warning."""

from __future__ import annotations

from dataclasses import replace

from truceline.agreement.read import CheckReport
from truceline.commission.explore import explore
from truceline.records.mandate_path import Exploration
from truceline.reports.standstill import tell_summary
from truceline.reports.words import load_words


def explore_checked(report: CheckReport) -> Exploration | None:
    """Explore the mandate of an agreement that was checked; None where there is none to explore."""
    if report.agreement is None or report.agreement.mandate is None:
        return None
    return explore(report.agreement.mandate)


def warn_of_standstills(report: CheckReport, name: str) -> CheckReport:
    """Add a warning for each way in which the mandate can stand still for ever."""
    found = explore_checked(report)
    if found is None:
        return report
    words = load_words("en")
    told = tuple(f"{name}: {tell_summary(path, words)}" for path in found.paths)
    return replace(report, warnings=(*report.warnings, *told))
