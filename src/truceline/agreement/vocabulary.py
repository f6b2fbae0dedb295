"""The words that an agreement file may use: each list is the domain vocabulary's own.

A clause type stands here whether or not a rule decides it yet. What has a rule is told to
`check_agreement` by its caller, because the rules live in another room.
"""

from __future__ import annotations

from collections.abc import Mapping

FORMAT = 1

STATUSES = (
    "draft",
    "initialled",
    "signed",
    "provisionally_applied",
    "in_force",
    "suspended",
    "expired",
    "terminated",
    "disputed_in_force",
)

CLAUSE_KINDS = (
    "prohibit_fire",
    "prohibit_offensive_action",
    "prohibit_reconnaissance_sabotage",
    "prohibit_aerial_vehicle",
    "prohibit_strike_on_protected_site",
    "prohibit_new_position_or_advance",
    "weapon_withdrawal",
    "storage_and_declaration",
    "disengagement_area",
    "buffer_zone",
    "no_fly_zone",
    "naval_safe_passage",
    "port_attack_ban",
    "mine_laying_ban",
    "live_fire_exercise_ban",
    "reinforcement_or_force_cap",
    "monitor_access",
    "non_interference_with_sensors",
    "notification_duty",
    "disciplinary_duty",
    "return_fire_rule",
    "coordination_mechanism",
    "humanitarian_corridor",
    "detainee_release",
    "hostile_propaganda_ban",
    "cyber_ban",
    "dispute_settlement",
    "review_renewal_termination",
    "consequence_clause",
)

SITE_KINDS = ("energy_infrastructure", "humanitarian", "maritime", "nuclear_site", "port")

# Kept for versioned lines: accepted in a file, not yet read from it.
RESERVED_TABLES = ("line",)

# Probabilities are written as fractions of one and held in millionths under the name on the right.
PROBABILITY_TERMS: Mapping[str, str] = {
    "breach_probability": "breach_probability_ppm",
    "kept_probability": "kept_probability_ppm",
}

# Terms that a kind asks for. A kind that is not listed takes any terms: no rule reads them yet.
REQUIRED_TERMS: Mapping[str, tuple[str, ...]] = {
    "prohibit_fire": (),
    "prohibit_strike_on_protected_site": ("site_kinds", "site_radius_m"),
}
