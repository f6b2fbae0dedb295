"""Who may see a statement: a label inside what is signed, so that nobody can move it.

The elements have the names of STANAG 4774 (PolicyIdentifier, Classification, Category ReleasableTo
and caveats). The text of that standard is not public; what is used here is its
published XML vocabulary (docs/reference/sealed.md). TLP 2.0 is an alias for people, not a policy:
its words say how far a person may pass something on, and no machine can hold him to them.

Source: FIRST, Traffic Light Protocol 2.0, https://www.first.org/tlp/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from truceline.evidence.strict import FormatError
from truceline.records.canonical import Json

LABEL_FIELDS = {"policy", "classification", "releasable_to", "caveats", "expires_us"}

POLICY = "TRUCELINE"
# How far a recipient may pass it on, in the words of our policy; the keys are what people say.
TLP: Mapping[str, str] = MappingProxyType(
    {
        "RED": "PERSONS",
        "AMBER+STRICT": "ORGANISATION",
        "AMBER": "ORGANISATION AND CLIENTS",
        "GREEN": "COMMUNITY",
        "CLEAR": "PUBLIC",
    }
)
FOR_EVERYBODY = "CLEAR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A confidentiality label.

    Attributes:
        policy: STANAG 4774 PolicyIdentifier: under whose rules the other words are read.
        classification: A word of that policy.
        releasable_to: Category ReleasableTo, PERMISSIVE: the groups that may read, sorted; none
            means that the label names no groups, and so keeps none out.
        caveats: Further words of the policy, sorted.
        expires_us: From when the label holds no more, microseconds since 1970 UTC; None for never.
    """

    policy: str
    classification: str
    releasable_to: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    expires_us: int | None = None


def label_of_tlp(tlp: str, releasable_to: tuple[str, ...], expires_us: int | None = None) -> Label:
    """Make a label of our policy from the word that people use and the groups that may read.

    Raises:
        FormatError: It is no word of TLP 2.0, or its groups do not go with it.

    >>> label_of_tlp("AMBER", ("FRA", "DEU")).releasable_to
    ('DEU', 'FRA')
    """
    if tlp not in TLP:
        raise FormatError(f"{tlp!r:.80} is no word of TLP 2.0: {', '.join(TLP)}")
    if (tlp == FOR_EVERYBODY) == bool(releasable_to):
        groups = ", ".join(releasable_to) or "no group"
        raise FormatError(
            f"TLP:{tlp} cannot be released to {groups}: {FOR_EVERYBODY} is for everybody, "
            "every other word for groups that are named"
        )
    return Label(
        policy=POLICY,
        classification=TLP[tlp],
        releasable_to=tuple(sorted({*releasable_to})),
        expires_us=expires_us,
    )


def tlp_of(label: Label) -> str | None:
    """Give the word that people use for a label; None for one of another policy.

    >>> tlp_of(label_of_tlp("AMBER+STRICT", ("DEU",)))
    'AMBER+STRICT'
    """
    if label.policy != POLICY:
        return None
    return {classification: tlp for tlp, classification in TLP.items()}.get(label.classification)


def may_read(label: Label | None, group: str, now_us: int) -> bool:
    """Tell whether software may show a group what stands under a label.

    A label that names groups keeps out all others. One that has expired keeps out everybody until
    a new statement says what holds now: an old label never turns into none. Classification and
    caveats are words for people, and are not weighed here.
    """
    if label is None:
        return True
    if label.expires_us is not None and label.expires_us <= now_us:
        return False
    return not label.releasable_to or group in label.releasable_to


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
