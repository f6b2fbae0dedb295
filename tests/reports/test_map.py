"""The map: never blank where nobody looked, the parties in two hues, the same bytes every time."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

from sample_day import DAY, areas, cell, incident, line, sample_day

from truceline.records.agreement import ControlLine
from truceline.records.coverage import Coverage, CoverageState
from truceline.records.incident import Incident
from truceline.reports.map_svg import map_svg
from truceline.reports.words import load_words

SVG = "{http://www.w3.org/2000/svg}"


def draw(
    *,
    coverage: tuple[Coverage, ...] = (),
    incidents: tuple[Incident, ...] = (),
    held: ControlLine | None = None,
    parties: tuple[str, ...] = ("UA", "RU"),
    language: str = "en",
    links: dict[str, str] | None = None,
) -> str:
    return map_svg(
        day=DAY,
        areas=areas(),
        line=held,
        incidents=incidents,
        coverage=coverage,
        parties=parties,
        words=load_words(language),
        links=links or {},
    )


def holes(svg: str) -> str:
    """Give the path of what is left without hatching, behind the sheet itself."""
    (path,) = re.findall(r'id="map-unseen"><path clip-rule="evenodd" d="M0 0[^Z]*Z([^"]*)"', svg)
    return str(path)


def test_is_one_well_formed_picture_with_a_title_and_a_description() -> None:
    day = sample_day()
    root = ET.fromstring(draw(coverage=day.coverage, incidents=day.incidents, held=line()))  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert all(child.text for child in root[:2])


def test_holds_the_note_on_boundaries() -> None:
    note = "Boundaries shown do not imply endorsement; lines of control are a separate layer."
    assert note in draw()
    assert "Показані межі не означають їх схвалення" in draw(language="uk")


def test_without_coverage_everything_is_hatched() -> None:
    assert holes(draw()) == ""
    assert holes(draw(coverage=(cell(35, 47, CoverageState.UNKNOWN),))) == ""


def test_only_observed_cells_are_free_of_hatching() -> None:
    clear = cell(35, 47, CoverageState.OBSERVED_CLEAR)
    assert holes(draw(coverage=(clear,))).count("M") == 1
    apart = cell(38, 47, CoverageState.WEATHER)
    assert holes(draw(coverage=(clear, apart))).count("M") == 2


def test_a_cell_that_two_means_looked_at_is_one_hole() -> None:
    clear = cell(35, 47, CoverageState.OBSERVED_CLEAR)
    twice = holes(draw(coverage=(clear, replace(clear, event="other"))))
    assert twice == holes(draw(coverage=(clear,)))


def test_neighbours_are_joined() -> None:
    row = tuple(cell(33 + step, 47, CoverageState.OBSERVED_CLEAR) for step in range(4))
    assert holes(draw(coverage=row)).count("M") == 1
    assert holes(draw(coverage=row)) == holes(draw(coverage=tuple(reversed(row))))


def test_hues_follow_the_parties_and_swap_with_them() -> None:
    straight = draw(held=line(), parties=("UA", "RU"))
    swapped = draw(held=replace(line(), held_by="UA"), parties=("RU", "UA"))
    assert "#0072b2" in straight
    assert "#e69f00" in straight

    def without_words(svg: str) -> str:
        return re.sub(r"<text.*?</text>", "", svg)

    assert without_words(straight) == without_words(swapped)


def test_without_a_line_no_land_is_anybodys() -> None:
    svg = draw()
    assert "line of control: not known" in svg
    assert 'class="first"' not in svg
    assert 'class="second"' not in svg


def test_lightness_follows_probability_and_the_region_is_to_scale() -> None:
    far = incident(3, probability_ppm=900_000, radius_90_m=50_000)
    near = incident(5, probability_ppm=10_000, radius_90_m=100)
    svg = draw(incidents=(far, near), links={far.id: "#incident-1"})
    circles = re.findall(
        r'<circle class="incident p(\d)(?: wide)?" cx="[^"]*" cy="[^"]*" r="([^"]*)"', svg
    )
    assert circles[0] == ("0", "3.0")
    step, radius = circles[1]
    assert step == "3"
    (bar,) = re.findall(r'class="bar" d="M12 [^H]*H([\d.]+)V', svg)
    assert abs(2 * float(radius) - (float(bar) - 12)) < 0.2  # a hundred kilometres both
    assert '<a href="#incident-1" tabindex="-1"><circle' in svg


def test_text_of_a_source_cannot_break_out() -> None:
    svg = draw(incidents=(incident(3, near="</title><script>"),))
    assert "<script>" not in svg


def test_the_same_records_give_the_same_small_bytes() -> None:
    day = sample_day()
    first = draw(coverage=day.coverage, incidents=day.incidents, held=line())
    again = draw(
        coverage=tuple(reversed(day.coverage)),
        incidents=tuple(reversed(day.incidents)),
        held=line(),
    )
    assert first == again
    assert len(first.encode()) < 300_000


def test_draws_without_any_area() -> None:
    svg = map_svg(
        day=DAY,
        areas=(),
        line=None,
        incidents=(),
        coverage=(),
        parties=(),
        words=load_words("ru"),
        links={},
    )
    assert ET.fromstring(svg).tag == f"{SVG}svg"  # noqa: S314 - our own
