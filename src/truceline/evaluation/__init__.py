"""Hold incidents against clauses.

In: incidents, agreements, sites. Out: findings, and for clauses that cannot bind, why not.
Add here: one file with a rule a clause type, and its line in RULES.
"""

from collections.abc import Mapping

from truceline.evaluation.context import Rule
from truceline.evaluation.prohibit_fire import prohibit_fire
from truceline.evaluation.prohibit_strike_on_protected_site import (
    prohibit_strike_on_protected_site,
)

RULES: Mapping[str, Rule] = {
    "prohibit_fire": prohibit_fire,
    "prohibit_strike_on_protected_site": prohibit_strike_on_protected_site,
}
