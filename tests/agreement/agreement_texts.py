"""A small agreement file as text, for tests to change one thing in and see what is said of it."""

from __future__ import annotations

from truceline.agreement.read import CheckReport, check_agreement

RULES = frozenset({"prohibit_fire", "prohibit_strike_on_protected_site"})

SMALL = """\
format = 1
id = "small"
title = "A small truce"
status = "signed"
sources = ["invented for this test"]

[[party]]
code = "A"
name = "One side"

[[party]]
code = "B"
name = "The other side"

[[start]]
id = "signed"
not_before = 2026-02-01T06:00:00Z
not_after = 2026-02-01T06:00:00Z
said_by = "both"
source = "article 9"

[[end]]
id = "lapse"
not_before = 2026-02-08T06:00:00Z
not_after = 2026-02-08T06:00:00Z
said_by = "both"
source = "article 9"

[[zone]]
id = "valley"
name = "The valley"
ring = [[37.0, 48.0], [37.2, 48.0], [37.2, 48.1], [37.0, 48.1], [37.0, 48.0]]

[[site]]
id = "old-dam"
name = "The old dam"
kind = "energy_infrastructure"
longitude = 37.12345678
latitude = 48.05
radius_95_m = 50

[[clause]]
id = "no-fire"
kind = "prohibit_fire"
article = "II.3"
words = "No weapon shall be fired within the valley."
zone = "valley"

[[clause]]
id = "no-strike"
kind = "prohibit_strike_on_protected_site"
article = "II.4"
words = "No power station shall be struck."
terms = { site_kinds = ["energy_infrastructure"], site_radius_m = 500, breach_probability = 0.975 }

[[exception]]
id = "demolition"
clauses = ["no-fire"]
words = "Demolition is permitted on 2 February."
from = 2026-02-02T00:00:00Z
until = 2026-02-03T00:00:00Z
"""


def changed(old: str, new: str) -> bytes:
    """Give the small agreement with one thing changed, and insist that it was there."""
    assert SMALL.count(old) >= 1, old
    return SMALL.replace(old, new, 1).encode()


def checked(document: bytes) -> CheckReport:
    return check_agreement(document, "small.toml", RULES)
