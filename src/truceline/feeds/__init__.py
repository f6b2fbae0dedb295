"""Hear: one file a source; `fetch` touches the network, `parse` never does.

In: documents of the sources, from the network or from a folder laid out like ../shared/data.
Out: observations, lines of control, sites, claims, alerts, clouds, places; and what was refused.
Add here: one file a source, and its line in `FEEDS` below (docs/how-to/add-a-feed.md).
"""

from __future__ import annotations

from truceline.feeds.alerts_ua import AlertsUa
from truceline.feeds.claims import ClaimsCsv
from truceline.feeds.clouds import CloudCoverDaily
from truceline.feeds.deepstate import Deepstate
from truceline.feeds.firms import Firms
from truceline.feeds.geonames import GeonamesPlaces
from truceline.feeds.gridkit import GridkitBuses, GridkitGenerators
from truceline.feeds.interface import Feed, Row
from truceline.feeds.power_plants import PowerPlantsGppd, PowerPlantsWri
from truceline.feeds.ucdp_ged import UcdpGed
from truceline.feeds.viina import Viina

FEEDS: tuple[Feed[Row], ...] = (
    Firms(),
    Deepstate(),
    Viina(),
    UcdpGed(),
    AlertsUa(),
    PowerPlantsGppd(),
    PowerPlantsWri(),
    GridkitBuses(),
    GridkitGenerators(),
    CloudCoverDaily(),
    ClaimsCsv(),
    GeonamesPlaces(),
)
