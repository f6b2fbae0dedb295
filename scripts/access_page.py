"""Write the tables of docs/reference/access.md from the rights themselves; `--check` only compares.

What a role may do comes from the plain table (`access.reference`), what a refusal says from the
policies and the English words. A table stands between `<!-- rights NAME -->` and
`<!-- end of rights -->`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from truceline.access.read import load
from truceline.access.reference import ACTS, COLUMNS, SEES_UP_TO
from truceline.records.mandate import Role
from truceline.records.permission import DISCLOSURE_TIERS, Deployment
from truceline.reports.words import load_words

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "access.md"
PLACE = re.compile(
    r"(<!-- rights ([a-z]+) -->\n)(.*?)(<!-- end of rights -->)",
    flags=re.DOTALL,
)
NAMED = ("named",)
NOTE = "login.development_note"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(["", *(f"| {' | '.join(line)} |" for line in lines), "", ""])


def acts_of(deployment: Deployment) -> str:
    """Write what each act asks for, role by role."""
    rows = [
        [f"`{act}`", *("named" if words == NAMED else word for word in _across(words))]
        for act, words in ACTS[deployment].items()
    ]
    return table(["act", *COLUMNS], rows)


def _across(words: tuple[str, ...]) -> Sequence[str]:
    return words * len(COLUMNS) if words == NAMED else words


def tiers() -> str:
    """Write which role sees which tier."""
    words = load_words("en")
    rows = []
    for number, tier in enumerate(DISCLOSURE_TIERS):
        seen = [
            "yes" if number <= DISCLOSURE_TIERS.index(SEES_UP_TO[Role(role)]) else "-"
            for role in COLUMNS
        ]
        delayed = "after its delay" if tier == "public" else "-"
        rows.append([f"`{tier}`", words[f"access.tier.{tier}"], *seen, delayed])
    return table(["tier", "who", *COLUMNS, "public"], rows)


def policies(*, permits: bool) -> str:
    """Write every policy that permits, or every one that forbids, with its words."""
    words = load_words("en")
    rows = []
    for policy in load().every.values():
        if policy.permits == permits:
            asks = [words[f"access.asks.{key}"] for key in policy.asks]
            rows.append([f"`{policy.id}`", words[policy.words], policy.article])
            if permits:
                rows[-1].append("; ".join(asks))
    return table(["rule", "words", "from", *(["asks for"] if permits else [])], rows)


def logins() -> str:
    """Write every rule that refuses a login or a session, with its words."""
    words = load_words("en")
    refusals = [key for key in words if key.startswith("login.") and key != NOTE]
    return table(["rule", "words"], [[f"`{key[6:]}`", words[key]] for key in refusals])


def rewritten(page: str) -> str:
    """Put every table of the page anew."""
    made = {
        "monitor": acts_of(Deployment.MONITOR),
        "guarantors": acts_of(Deployment.GUARANTORS),
        "tiers": tiers(),
        "permits": policies(permits=True),
        "forbids": policies(permits=False),
        "logins": logins(),
    }
    return PLACE.sub(lambda found: f"{found[1]}{made[found[2]]}{found[4]}", page)


def main() -> int:
    """Write or check the page; 1 if it is not as it must be."""
    page = PAGE.read_text(encoding="utf-8")
    if rewritten(page) == page:
        return 0
    if "--check" in sys.argv[1:]:
        sys.stderr.write(f"{PAGE.name} is not as the rights are: run {__file__}\n")
        return 1
    PAGE.write_text(rewritten(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
