"""Who may see a statement: a label inside what is signed, so that nobody can move it.

The elements have the names of STANAG 4774 (PolicyIdentifier, Classification, Category ReleasableTo
and caveats). The text of that standard is not public; what is used here is its
published XML vocabulary (docs/reference/sealed.md). TLP 2.0 is an alias for people, not a policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from truceline.evidence.strict import FormatError
from truceline.records.canonical import Json

LABEL_FIELDS = {"policy", "classification", "releasable_to", "caveats", "expires_us"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A confidentiality label.

    Attributes:
        policy: STANAG 4774 PolicyIdentifier: under whose rules the other words are read.
        classification: A word of that policy.
        releasable_to: Category ReleasableTo, PERMISSIVE: the groups that may read, sorted.
        caveats: Further words of the policy, sorted.
        expires_us: From when the label holds no more, microseconds since 1970 UTC; None for never.
    """

    policy: str
    classification: str
    releasable_to: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    expires_us: int | None = None


def label_body(label: Label) -> dict[str, Json]:
    """Give a label as it stands in a statement."""
    return {
        "policy": label.policy,
        "classification": label.classification,
        "releasable_to": list(label.releasable_to),
        "caveats": list(label.caveats),
        "expires_us": label.expires_us,
    }


def read_label(body: Mapping[str, Json]) -> Label:
    """Read a label of a statement.

    Raises:
        FormatError: It has not its fields, or a list is not sorted and without repetition.
    """
    if set(body) != LABEL_FIELDS:
        raise FormatError(f"a label has {sorted(body)}, not {sorted(LABEL_FIELDS)}")
    policy, classification, expires_us = (
        body[name] for name in ("policy", "classification", "expires_us")
    )
    if not (isinstance(policy, str) and policy and isinstance(classification, str)):
        raise FormatError(f"a label cannot have policy {policy!r:.80} and {classification!r:.80}")
    if not (expires_us is None or type(expires_us) is int):
        raise FormatError(f"a label cannot expire at {expires_us!r:.80}")
    return Label(
        policy=policy,
        classification=classification,
        releasable_to=_words(body["releasable_to"], "releasable_to"),
        caveats=_words(body["caveats"], "caveats"),
        expires_us=expires_us,
    )


def _words(value: Json, name: str) -> tuple[str, ...]:
    words = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    if words != value or words != sorted({*words}):
        raise FormatError(f"a label's {name} cannot be {value!r:.80}: sorted words, none twice")
    return tuple(words)
