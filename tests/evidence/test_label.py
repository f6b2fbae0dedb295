"""Labels: what people call them, who may read under them, compared with a second reader."""

from __future__ import annotations

from itertools import product

import pytest

from truceline.evidence.label import (
    POLICY,
    TLP,
    Label,
    label_body,
    label_of_tlp,
    may_read,
    read_label,
    tlp_of,
)
from truceline.evidence.strict import FormatError

NOW_US = 1_775_912_400_000_000


def test_the_table_has_the_words_of_tlp_2_and_cannot_be_changed() -> None:
    assert list(TLP) == ["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"]
    assert len({*TLP.values()}) == len(TLP)
    with pytest.raises(TypeError):
        TLP["WHITE"] = "PUBLIC"  # type: ignore[index]


@pytest.mark.parametrize("tlp", TLP)
def test_a_word_comes_back_from_its_label(tlp: str) -> None:
    label = label_of_tlp(tlp, () if tlp == "CLEAR" else ("FRA", "DEU", "FRA"), NOW_US)
    assert tlp_of(label) == tlp
    assert label.releasable_to == (() if tlp == "CLEAR" else ("DEU", "FRA"))
    assert read_label(label_body(label)) == label


@pytest.mark.parametrize(
    ("label", "why"),
    [
        pytest.param(Label(policy="NATO", classification="PUBLIC"), "policy", id="another policy"),
        pytest.param(Label(policy=POLICY, classification="AMBER"), "word", id="no word of ours"),
    ],
)
def test_a_label_of_others_has_no_alias(label: Label, why: str) -> None:
    assert tlp_of(label) is None, why


@pytest.mark.parametrize(
    ("tlp", "groups", "why"),
    [
        pytest.param("WHITE", ("DEU",), "'WHITE' is no word of TLP 2.0: RED, AMBER", id="TLP 1"),
        pytest.param("amber", ("DEU",), "'amber' is no word", id="small letters"),
        pytest.param("RED", (), "TLP:RED cannot be released to no group", id="nobody named"),
        pytest.param("CLEAR", ("DEU",), "TLP:CLEAR cannot be released to DEU", id="named for all"),
    ],
)
def test_refuses_words_and_groups_that_do_not_go_together(
    tlp: str, groups: tuple[str, ...], why: str
) -> None:
    with pytest.raises(FormatError, match=why):
        label_of_tlp(tlp, groups)


def reference_may_read(label: Label | None, group: str, now_us: int) -> bool:
    """Decide as the page of reference says it, rule after rule, without the code's shortcuts."""
    denied: list[str] = []
    if label is not None:
        body = label_body(label)
        end, named = body["expires_us"], body["releasable_to"]
        assert isinstance(named, list)
        if isinstance(end, int) and not now_us < end:
            denied.append("expired")
        if len(named) > 0 and not [one for one in named if one == group]:
            denied.append("not named")
    return denied == []


def test_two_evaluators_agree_on_every_combination() -> None:
    groups = ("DEU", "FRA", "deu", "")
    lists: tuple[tuple[str, ...], ...] = ((), ("DEU",), ("FRA",), ("DEU", "FRA"))
    instants = (None, NOW_US - 1, NOW_US, NOW_US + 1)
    answers = []
    for tlp, named, end, caveats, group in product(
        TLP.values(), lists, instants, ((), ("EYES",)), groups
    ):
        label = Label(
            policy=POLICY, classification=tlp, releasable_to=named, caveats=caveats, expires_us=end
        )
        answers.append(may_read(label, group, NOW_US))
        assert answers[-1] == reference_may_read(label, group, NOW_US), label
    assert len(answers) == 5 * 4 * 4 * 2 * 4
    assert 0 < sum(answers) < len(answers)


@pytest.mark.parametrize(
    ("named", "end", "group", "may"),
    [
        pytest.param(("DEU",), None, "DEU", True, id="named"),
        pytest.param(("DEU",), None, "FRA", False, id="not named: denied by default"),
        pytest.param((), None, "FRA", True, id="nobody is named, so nobody is kept out"),
        pytest.param(("DEU",), NOW_US + 1, "DEU", True, id="a microsecond before it ends"),
        pytest.param(("DEU",), NOW_US, "DEU", False, id="the end itself is past it"),
        pytest.param((), NOW_US, "DEU", False, id="an old label does not turn into none"),
    ],
)
def test_who_may_read(named: tuple[str, ...], end: int | None, group: str, *, may: bool) -> None:
    label = label_of_tlp("GREEN", named, end) if named else Label(
        policy=POLICY, classification="PUBLIC", expires_us=end
    )  # fmt: skip
    assert may_read(label, group, NOW_US) is may


def test_what_has_no_label_is_for_everybody() -> None:
    assert may_read(None, "ANYBODY", NOW_US)
    assert reference_may_read(None, "ANYBODY", NOW_US)
