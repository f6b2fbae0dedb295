"""An agreement file becomes a record, or an error that names file, place and value."""

from __future__ import annotations

import hashlib

import pytest
from agreement_texts import SMALL, changed, checked
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.agreement.read import AgreementError, read_agreement
from truceline.records.agreement import Party
from truceline.records.canonical import plain, read_record, record_bytes
from truceline.records.units import iso

AGREEMENT = read_agreement(SMALL.encode(), "small.toml")


def test_names_the_agreement_by_the_hash_of_its_very_bytes() -> None:
    assert AGREEMENT.id == "small"
    assert AGREEMENT.sha256 == hashlib.sha256(SMALL.encode()).hexdigest()
    assert read_agreement(changed("A small", "The small"), "x").sha256 != AGREEMENT.sha256


def test_reads_parties_and_instants() -> None:
    assert AGREEMENT.parties[1] == Party(code="B", name="The other side")
    assert iso(AGREEMENT.starts[0].not_before_us) == "2026-02-01T06:00:00Z"
    assert iso(AGREEMENT.ends[0].not_after_us) == "2026-02-08T06:00:00Z"


def test_a_time_with_another_zone_is_the_same_instant() -> None:
    moved = SMALL.replace("2026-02-01T06:00:00Z", "2026-02-01T08:00:00+02:00").encode()
    assert read_agreement(moved, "x").starts == AGREEMENT.starts


def test_reads_a_zone_in_degrees_of_1e_7() -> None:
    (ring,) = AGREEMENT.zones[0].polygons_e7[0]
    assert ring[1] == (372_000_000, 480_000_000)
    assert ring[0] == ring[-1]


def test_reads_a_zone_of_two_polygons_one_with_a_hole() -> None:
    square = "[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]"
    hole = "[[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]"
    island = "[[20, 0], [21, 0], [21, 1], [20, 0]]"
    ring = "ring = [[37.0, 48.0], [37.2, 48.0], [37.2, 48.1], [37.0, 48.1], [37.0, 48.0]]"
    document = changed(ring, f"polygons = [[{square}, {hole}], [{island}]]")
    polygons = read_agreement(document, "x").zones[0].polygons_e7
    assert [len(polygon) for polygon in polygons] == [2, 1]


def test_a_site_of_the_text_knows_its_line_in_the_file() -> None:
    (site,) = AGREEMENT.sites
    assert SMALL.splitlines()[site.line - 1] == "[[site]]"
    assert site.source == "agreement"
    assert site.document_sha256 == AGREEMENT.sha256
    assert site.place.longitude_e7 == 371_234_568  # rounded once, half to even


def test_terms_keep_whole_numbers_and_hold_probabilities_in_millionths() -> None:
    assert AGREEMENT.clauses[1].terms == {
        "breach_probability_ppm": 975_000,
        "site_kinds": ("energy_infrastructure",),
        "site_radius_m": 500,
    }


def test_kinds_of_site_are_a_set() -> None:
    document = changed('["energy_infrastructure"]', '["port", "nuclear_site", "port"]')
    terms = read_agreement(document, "x").clauses[1].terms
    assert terms["site_kinds"] == ("nuclear_site", "port")


def test_the_record_can_be_signed_and_read_back() -> None:
    assert record_bytes(AGREEMENT)
    assert read_record(type(AGREEMENT), plain(AGREEMENT)).zones == AGREEMENT.zones


def test_reads_an_exception() -> None:
    (exemption,) = AGREEMENT.exemptions
    assert exemption.clauses == ("no-fire",)
    assert exemption.zone is None
    assert iso(exemption.until_us) == "2026-02-03T00:00:00Z"


def test_an_agreement_without_an_end_is_open() -> None:
    head, tail = SMALL.split("[[end]]")
    agreement = read_agreement((head + tail[tail.index("[[zone]]") :]).encode(), "x")
    assert agreement.ends == ()
    assert agreement.readings[0].end is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            'kind = "prohibit_fire"',
            'kind = "prohibit_fires"',
            "[[clause]] 1 (no-fire): kind 'prohibit_fires' is no clause type; "
            "did you mean prohibit_fire?",
            id="a clause type that is nearly one",
        ),
        pytest.param(
            'status = "signed"',
            'status = "sign"',
            "status 'sign' is no agreement status; did you mean signed?",
            id="a status outside the vocabulary",
        ),
        pytest.param(
            "article =",
            "artikle =",
            "[[clause]] 1 (no-fire): artikle: no such key; did you mean article?",
            id="an unknown key, with the nearest known",
        ),
        pytest.param(
            'title = "A small truce"',
            'xyz = "A small truce"',
            "xyz: no such key; known are body, clause",
            id="an unknown key that is near to none",
        ),
        pytest.param('id = "small"\n', "", "id: missing", id="a key that is missing"),
        pytest.param("format = 1", "format = 2", "format: 2 is not known", id="another format"),
        pytest.param("format = 1", "format = true", "format: true is not", id="true is not one"),
        pytest.param(
            "not_before = 2026-02-01T06:00:00Z",
            "not_before = 2026-02-01T06:00:00",
            "[[start]] 1 (signed): not_before: 2026-02-01T06:00:00 is no instant; "
            "a time has a zone: write 2026-04-11T13:00:00Z",
            id="a time without a zone",
        ),
        pytest.param(
            "not_before = 2026-02-01T06:00:00Z",
            "not_before = 2026-02-01",
            "not_before: 2026-02-01 is no instant",
            id="a date is no instant",
        ),
        pytest.param(
            "not_before = 2026-02-01T06:00:00Z",
            "not_before = 9999-02-01T06:00:00Z",
            "is outside the years 1970 to 2200",
            id="a year that no record can hold",
        ),
        pytest.param(
            "not_after = 2026-02-01T06:00:00Z",
            "not_after = 2026-02-01T05:59:59Z",
            "[[start]] 1 (signed): not_after: 2026-02-01T05:59:59Z is before not_before "
            "2026-02-01T06:00:00Z",
            id="not_after a second before not_before",
        ),
        pytest.param(
            "2026-02-08T06:00:00Z\nnot_after = 2026-02-08T06:00:00Z",
            "2026-02-01T06:00:00Z\nnot_after = 2026-02-01T06:00:00Z",
            "[[end]] (lapse): 2026-02-01T06:00:00Z to 2026-02-01T06:00:00Z is not after start "
            "signed, 2026-02-01T06:00:00Z to 2026-02-01T06:00:00Z",
            id="an end at the very start",
        ),
        pytest.param(
            "2026-02-08T06:00:00Z\nnot_after = 2026-02-08T06:00:00Z",
            "2026-02-01T06:00:00Z\nnot_after = 2026-02-08T06:00:00Z",
            "is not after start signed",
            id="an end whose early edge is the start",
        ),
        pytest.param(
            "not_after = 2026-02-01T06:00:00Z",
            "not_after = 2026-02-08T06:00:00Z",
            "is not after start signed",
            id="a start whose late edge is the end",
        ),
        pytest.param(
            "[37.0, 48.1], [37.0, 48.0]]",
            "[37.0, 48.1], [37.0, 48.01]]",
            "[[zone]] 1 (valley): ring: not closed: it ends at [37.0, 48.01], not at [37.0, 48.0]",
            id="a ring that is not closed",
        ),
        pytest.param(
            "[37.2, 48.0], [37.2, 48.1], [37.0, 48.1]",
            "[37.2, 48.1], [37.2, 48.0], [37.0, 48.1]",
            "[[zone]] 1 (valley): ring: no valid area: Self-intersection",
            id="a ring that crosses itself",
        ),
        pytest.param(
            "[37.2, 48.0]",
            "[37.2, 95.0]",
            "[[zone]] 1 (valley): ring, point 2: latitude 95.0 is outside -90..90",
            id="a latitude of 95",
        ),
        pytest.param(
            "[37.2, 48.0]", "[nan, 48.0]", "longitude NaN is outside -180..180", id="not a number"
        ),
        pytest.param(
            "[37.2, 48.0]", "[37.2]", "point 2: expected [longitude, latitude]", id="half a point"
        ),
        pytest.param(
            "ring = [",
            "polygons = [",
            "polygons, polygon 1, ring 1: expected at least 4",
            id="flat",
        ),
        pytest.param(
            'zone = "valley"',
            'zone = "vale"',
            "[[clause]] 1 (no-fire): zone: no zone 'vale'; did you mean valley?",
            id="a clause in a zone that is not there",
        ),
        pytest.param(
            'clauses = ["no-fire"]',
            'clauses = ["no-fires"]',
            "[[exception]] 1 (demolition): clauses: no clause 'no-fires'; did you mean no-fire?",
            id="an exception from a clause that is not there",
        ),
        pytest.param(
            "until = 2026-02-03T00:00:00Z",
            "until = 2026-02-02T00:00:00Z",
            "until: 2026-02-02T00:00:00Z is not after from 2026-02-02T00:00:00Z",
            id="an exception of no length",
        ),
        pytest.param(
            'id = "no-strike"',
            'id = "no-fire"',
            "[[clause]] 2 (no-fire): id: 'no-fire' already names [[clause]] 1",
            id="an id that stands twice",
        ),
        pytest.param(
            'code = "B"', 'code = "A"', "code: 'A' already names [[party]] 1", id="a party twice"
        ),
        pytest.param(
            'id = "no-strike"',
            'id = "no:strike"',
            "'no:strike' is no id; write small letters, digits and single hyphens",
            id="an id that would break a finding's name",
        ),
        pytest.param(
            "site_radius_m = 500",
            "site_radius_m = 0.5",
            "[[clause]] 2 (no-strike), terms: site_radius_m: 0.5 is a fraction; write a whole",
            id="half a metre",
        ),
        pytest.param(
            "site_radius_m = 500", "site_radius_m = 0", "0 is outside 1..100000", id="no radius"
        ),
        pytest.param(
            "site_radius_m = 500, ",
            "",
            "terms: site_radius_m: missing; prohibit_strike_on_protected_site needs it",
            id="a term that the rule needs",
        ),
        pytest.param(
            "site_radius_m", "site_radius_km", "did you mean site_radius_m?", id="another unit"
        ),
        pytest.param(
            '["energy_infrastructure"]',
            '["energy"]',
            "site_kinds: 'energy' is no kind of site; known are energy_infrastructure, human",
            id="a kind of site outside the vocabulary",
        ),
        pytest.param(
            "breach_probability = 0.975",
            "breach_probability = 97.5",
            "breach_probability: 97.5 is outside 0..1",
            id="a probability in percent",
        ),
        pytest.param(
            "breach_probability = 0.975",
            "breach_probability = 0.5",
            "breach_probability: 0.5 is not more likely than not",
            id="a breach that is as likely as not",
        ),
        pytest.param(
            "breach_probability = 0.975",
            "kept_probability = 0.5",
            "kept_probability: 0.5 is not less likely than not",
            id="kept, though as likely breached as not",
        ),
        pytest.param(
            "radius_95_m = 50", "radius_95_m = -1", "-1 is outside 1..100000", id="minus one"
        ),
        pytest.param("[[party]]", "[party]", "not TOML: ", id="one bracket, then two"),
        pytest.param("format = 1", "format = ", "not TOML: Invalid value (at line 1", id="no TOML"),
    ],
)
def test_refuses_and_names_file_place_and_value(old: str, new: str, message: str) -> None:
    with pytest.raises(AgreementError) as refused:
        read_agreement(changed(old, new), "small.toml")
    assert str(refused.value).startswith("small.toml: ")
    assert message in str(refused.value)


def test_bounds_of_the_thresholds_are_allowed_up_to_certainty() -> None:
    certain = changed("breach_probability = 0.975", "breach_probability = 1, kept_probability = 0")
    terms = read_agreement(certain, "x").clauses[1].terms
    assert (terms["breach_probability_ppm"], terms["kept_probability_ppm"]) == (1_000_000, 0)


def test_refuses_bytes_that_are_no_text() -> None:
    with pytest.raises(AgreementError, match=r"small\.toml: byte 10 is not UTF-8"):
        read_agreement(b"format = 1\xff", "small.toml")


def test_refuses_a_document_of_another_kind() -> None:
    with pytest.raises(AgreementError, match=r"page\.toml: not TOML"):
        read_agreement(b"<html>503</html>", "page.toml")


def test_refuses_an_empty_file() -> None:
    with pytest.raises(AgreementError, match=r"empty\.toml: format: missing"):
        read_agreement(b"", "empty.toml")


def test_a_number_too_long_to_print_is_refused_with_its_length() -> None:
    huge = changed("radius_95_m = 50", "radius_95_m = 0x" + "f" * 5000)
    assert "a number of 20000 bits is outside" in checked(huge).problems[0]


@settings(deadline=None)
@given(st.data())
def test_any_damage_gives_an_agreement_or_an_error_that_names_the_file(data: st.DataObject) -> None:
    document = bytearray(SMALL.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(document) - 1))
        length = data.draw(st.integers(0, 30))
        document[place : place + length] = data.draw(st.binary(max_size=12))
    try:
        read_agreement(bytes(document), "small.toml")
    except AgreementError as error:
        assert str(error).startswith("small.toml: ")  # noqa: PT017 - either way is right
