"""The day as one drawing: land, line, incidents with their regions, and where nobody looked.

Everything that no coverage record calls observed is hatched: the map is never blank where it does
not know. Hues tell the parties, lightness tells probability. The drawing holds regions where
something arrived, and nothing about where it came from.

Projection: equirectangular, longitudes shortened by the cosine of 48.5 degrees north. Over the
8 degrees of latitude of this map that stretches or shrinks east-west lengths by at most 8 %. The
scale bar holds at that latitude. Points are rounded to tenths of a unit, equal neighbours dropped,
which thins shared borders alike; the same records give the same bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import escape

from truceline.records.agreement import ControlLine, MultiPolygon, Ring
from truceline.records.context import Area
from truceline.records.coverage import Coverage, CoverageState
from truceline.records.incident import Incident
from truceline.records.units import E7, day_of
from truceline.reports.words import Words

WIDTH = 1000
MARGIN = 12
SHORTENING = 0.66262  # cosine of 48.5 degrees
METRES_PER_DEGREE = 111_320  # of latitude
LEGEND_LINE = 26
SMALLEST_STEP = 5  # tenths of a unit between drawn points, as far as 0.7 km
SMALLEST_RADIUS = 3.0
WIDE_RADIUS = 12
LABEL_FROM_WIDTH = 55
SCALE_KM = 100

# Probability steps of the circles, light to dark: 20 and 55 and 80 per cent.
STEPS_PPM = (200_000, 550_000, 800_000)

# Ukraine within its recognised borders, where neither area nor incident gives an extent.
DEFAULT_EXTENT_E7 = (221_000_000, 443_000_000, 403_000_000, 525_000_000)

STYLE = """
.tl-map{--tint:.26;--paper:#fff;--ink:#1b1f23;--faint:#6b737c;--land:#eceeef;--hatch:#5b636b;
--first:#0072b2;--second:#e69f00;--p0:#fff;--p1:#b9bec4;--p2:#6f777f;--p3:#14181c}
@media (prefers-color-scheme:dark){.tl-map{--tint:.45;--paper:#14181c;--ink:#eceeef;--faint:#a9b1b9;
--land:#272c31;--hatch:#99a2ab;--p0:#14181c;--p1:#5b636b;--p2:#a9b1b9;--p3:#fff}}
@media print{.tl-map{--tint:.26;--paper:#fff;--ink:#1b1f23;--faint:#6b737c;--land:#eceeef;
--hatch:#5b636b;--p0:#fff;--p1:#b9bec4;--p2:#6f777f;--p3:#14181c}}
.tl-map text{font:15px "Liberation Sans",Arial,"DejaVu Sans",sans-serif;fill:var(--ink)}
.tl-map .name{font-size:12px;fill:var(--ink);paint-order:stroke;stroke:var(--paper);
stroke-width:3px;stroke-linejoin:round;text-anchor:middle}
.tl-map .paper{fill:var(--paper)}.tl-map .land{fill:var(--land)}
.tl-map .first{fill:var(--first);fill-opacity:var(--tint)}
.tl-map .second{fill:var(--second);fill-opacity:var(--tint)}
.tl-map .cloud{fill:var(--faint);fill-opacity:.1}
.tl-map .hatch{stroke:var(--hatch);stroke-width:1}
.tl-map .outline{fill:none;stroke:var(--faint);stroke-width:.8}
.tl-map .line{fill:none;stroke:var(--ink);stroke-width:1.8}
.tl-map .bar{stroke:var(--ink);stroke-width:2;fill:none}
.tl-map .incident{stroke:var(--ink);stroke-width:1.2}.tl-map .wide{fill-opacity:.3}
.tl-map .p0{fill:var(--p0)}.tl-map .p1{fill:var(--p1)}
.tl-map .p2{fill:var(--p2)}.tl-map .p3{fill:var(--p3)}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the drawing begins, in degrees of 1e-7, and how many units a degree measures."""

    west_e7: int
    north_e7: int
    units_per_degree: float
    height: int

    def point(self, longitude_e7: int, latitude_e7: int) -> tuple[int, int]:
        """Place a point, in tenths of a unit."""
        east = (longitude_e7 - self.west_e7) / E7 * SHORTENING * self.units_per_degree
        south = (self.north_e7 - latitude_e7) / E7 * self.units_per_degree
        return round((MARGIN + east) * 10), round((MARGIN + south) * 10)

    def units(self, metres: int) -> float:
        """Give a length on the drawing."""
        return metres / METRES_PER_DEGREE * self.units_per_degree


def map_svg(
    *,
    day: date,
    areas: Sequence[Area],
    line: ControlLine | None,
    incidents: Sequence[Incident],
    coverage: Sequence[Coverage],
    parties: Sequence[str],
    words: Words,
    links: Mapping[str, str],
) -> str:
    """Draw one day as a standalone SVG document.

    Args:
        day: The UTC day.
        areas: First-level areas; what lies outside all of them is not drawn on.
        line: The land one party held that day; None if not known.
        incidents: Incidents, drawn with their 90 % regions.
        coverage: Coverage cells; only what they call observed is left without hatching.
        parties: Codes of the parties: the first has the blue hue, the second the orange one.
        words: The language.
        links: Id of an incident to the address of its record.
    """
    frame = _frame(areas, incidents)
    legend = _legend(line, parties, words)
    height = frame.height + LEGEND_LINE * (len(legend) + 2) + MARGIN
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tl-map" viewBox="0 0 {WIDTH} {height}" '
        f'role="group" aria-labelledby="map-title map-description" lang="{words.language}">'
    )
    parts = [
        opening,
        f'<title id="map-title">{escape(words["map.title"].format(day=words.date(day)))}</title>',
        f'<desc id="map-description">{escape(words["map.description"])}</desc>',
        f"<style>{STYLE}</style>",
        *_definitions(frame, areas, coverage),
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
        *_land(frame, line, parties),
        *_observed(frame, coverage),
        '<g clip-path="url(#map-unseen)"><use href="#map-areas" fill="url(#map-hatch)"/></g>',
        '<use href="#map-areas" class="outline"/>',
        *_line(frame, line),
        *_names(frame, areas, words),
        *_circles(frame, incidents, words, links),
        *_scale(frame, words),
        *_rows(frame.height + LEGEND_LINE, legend),
        _text(MARGIN, height - MARGIN, words["map.boundary_note"]),
        "</svg>",
    ]
    return "\n".join(parts)


def _frame(areas: Sequence[Area], incidents: Sequence[Incident]) -> Frame:
    points = [point for area in areas for ring in _rings(area.polygons_e7) for point in ring]
    points = points or [DEFAULT_EXTENT_E7[:2], DEFAULT_EXTENT_E7[2:]]
    points += [(one.place.longitude_e7, one.place.latitude_e7) for one in incidents]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    units_per_degree = (WIDTH - 2 * MARGIN) / ((east - west) / E7 * SHORTENING)
    return Frame(
        west_e7=west,
        north_e7=north,
        units_per_degree=units_per_degree,
        height=round((north - south) / E7 * units_per_degree) + 2 * MARGIN,
    )


def _definitions(
    frame: Frame, areas: Sequence[Area], coverage: Sequence[Coverage]
) -> Iterator[str]:
    outlines = "".join(_path(frame, area.polygons_e7) for area in areas)
    seen = "".join(_cells(frame, [cell for cell in coverage if cell.state.is_observed]))
    yield "<defs>"
    yield f'<path id="map-areas" d="{outlines}"/>'
    yield '<clipPath id="map-land"><use href="#map-areas"/></clipPath>'
    # The whole sheet less the observed cells: even-odd turns each rectangle into a hole.
    yield (
        f'<clipPath id="map-unseen"><path clip-rule="evenodd" '
        f'd="M0 0H{WIDTH}V{frame.height}H0Z{seen}"/></clipPath>'
    )
    yield (
        '<pattern id="map-hatch" width="7" height="7" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="hatch" d="M0 0V7"/></pattern>'
    )
    yield "</defs>"


def _land(frame: Frame, line: ControlLine | None, parties: Sequence[str]) -> Iterator[str]:
    yield '<use href="#map-areas" class="land"/>'
    if line is None:
        return
    held = _path(frame, line.polygons_e7)
    if set(parties[:2]) > {line.held_by}:
        (other,) = set(parties[:2]) - {line.held_by}
        # All land but the held: the held polygons are holes in the sheet.
        yield (
            f'<clipPath id="map-rest"><path clip-rule="evenodd" '
            f'd="M0 0H{WIDTH}V{frame.height}H0Z{held}"/></clipPath>'
            f'<g clip-path="url(#map-rest)">'
            f'<use href="#map-areas" class="{_hue(other, parties)}"/></g>'
        )
    yield (
        f'<g clip-path="url(#map-land)"><path fill-rule="evenodd" '
        f'class="{_hue(line.held_by, parties)}" d="{held}"/></g>'
    )


def _line(frame: Frame, line: ControlLine | None) -> Iterator[str]:
    if line is not None:
        yield f'<path class="line" d="{_path(frame, line.polygons_e7)}"/>'


def _hue(party: str, parties: Sequence[str]) -> str:
    hues = dict(zip(parties, ("first", "second"), strict=False))
    return hues.get(party, "land")


def _observed(frame: Frame, coverage: Sequence[Coverage]) -> Iterator[str]:
    badly = [
        cell
        for cell in coverage
        if cell.state.is_observed and cell.state is not CoverageState.OBSERVED_CLEAR
    ]
    if badly:
        path = "".join(_cells(frame, badly))
        yield f'<g clip-path="url(#map-land)"><path class="cloud" d="{path}"/></g>'


def _cells(frame: Frame, coverage: Iterable[Coverage]) -> Iterator[str]:
    """Draw cells as rectangles, neighbours in one row joined; each place once, whatever looked."""
    rows: dict[tuple[int, int], set[tuple[int, int]]] = defaultdict(set)
    for one in coverage:
        rows[one.cell.south_e7, one.cell.north_e7].add((one.cell.west_e7, one.cell.east_e7))
    for (south, north), spans in sorted(rows.items()):
        for west, east in _joined(sorted(spans)):
            (left, top), (right, bottom) = frame.point(west, north), frame.point(east, south)
            x, y = _tenths(left), _tenths(top)
            yield f"M{x} {y}H{_tenths(right)}V{_tenths(bottom)}H{x}Z"


def _joined(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    west, east = spans[0]
    for next_west, next_east in spans[1:]:
        if next_west > east:
            yield west, east
            west = next_west
        east = max(east, next_east) if next_west <= east else next_east
    yield west, east


def _circles(
    frame: Frame, incidents: Sequence[Incident], words: Words, links: Mapping[str, str]
) -> Iterator[str]:
    # The least probable first, so that none hides a more probable one.
    for one in sorted(incidents, key=lambda one: (one.probability_ppm, one.id)):
        x, y = frame.point(one.place.longitude_e7, one.place.latitude_e7)
        radius = max(frame.units(one.radius_90_m), SMALLEST_RADIUS)
        step = sum(one.probability_ppm >= bound for bound in STEPS_PPM)
        title = f"{words.percent(one.probability_ppm)} {words.area(one.area)} {one.near}".rstrip()
        where = f'cx="{_tenths(x)}" cy="{_tenths(y)}" r="{radius:.1f}"'
        # A wide region is drawn through: the land in it stays visible, and it is no dot.
        wide = " wide" if radius > WIDE_RADIUS else ""
        shape = f'circle class="incident p{step}{wide}" {where}'
        circle = f"<{shape}><title>{escape(title)}</title></circle>"
        # The table holds the same links for the keyboard, so these are left out of its order.
        href = links.get(one.id)
        yield f'<a href="{escape(href)}" tabindex="-1">{circle}</a>' if href else circle


def _names(frame: Frame, areas: Sequence[Area], words: Words) -> Iterator[str]:
    suffix = words["area.suffix"]
    for area in areas:
        ring = max((polygon[0] for polygon in area.polygons_e7), key=len)
        drawn = [frame.point(*point) for point in ring]
        left, right = min(x for x, _ in drawn), max(x for x, _ in drawn)
        if right - left >= LABEL_FROM_WIDTH * 10:
            x, y = _middle(drawn)
            name = words.area(area.code).removesuffix(suffix)
            yield f'<text class="name" x="{_tenths(x)}" y="{_tenths(y)}">{escape(name)}</text>'


def _middle(ring: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Give the centroid of a ring in whole tenths, computed in integers."""
    twice, east, south = 0, 0, 0
    for (x, y), (next_x, next_y) in zip(ring, (*ring[1:], ring[0]), strict=True):
        cross = x * next_y - next_x * y
        twice += cross
        east += (x + next_x) * cross
        south += (y + next_y) * cross
    return (east // (3 * twice), south // (3 * twice)) if twice else ring[0]


def _scale(frame: Frame, words: Words) -> Iterator[str]:
    length, y = frame.units(SCALE_KM * 1000), frame.height - MARGIN
    label = words["map.kilometres"].format(number=SCALE_KM)
    yield f'<path class="bar" d="M{MARGIN} {y - 5}V{y}H{MARGIN + length:.1f}V{y - 5}"/>'
    yield _text(MARGIN, y - 12, label)


def _legend(
    line: ControlLine | None, parties: Sequence[str], words: Words
) -> list[list[tuple[str, str]]]:
    """Give the legend as rows of (swatch, text)."""
    swatch = '<rect class="{}" x="0" y="-12" width="22" height="14"/>'
    dot = '<circle class="incident p{}" cx="11" cy="-5" r="6"/>'
    hatch = '<rect fill="url(#map-hatch)" class="hatch" x="0" y="-12" width="22" height="14"/>'
    stroke = '<path class="line" d="M0 -5H22"/>'
    land = [
        (swatch.format(_hue(party, parties)), words.side(party))
        for party in parties[:2]
        if line is not None
    ]
    when = words["map.line_unknown"]
    if line is not None:
        when = words["map.line"].format(day=_day(line, words))
    bounds = [words.bound(step) for step in STEPS_PPM]
    steps = [
        words["map.below"].format(high=bounds[0]),
        words["map.between"].format(low=bounds[0], high=bounds[1]),
        words["map.between"].format(low=bounds[1], high=bounds[2]),
        words["map.above"].format(low=bounds[2]),
    ]
    rows = [
        land,
        [(stroke, when)],
        [(hatch, words["map.not_observed"]), (swatch.format("cloud"), words["map.cloud"])],
        [("", f"{words['map.probability']}:")],
        [(dot.format(step), text) for step, text in enumerate(steps)],
        [("", words["map.region"])],
    ]
    return [row for row in rows if row]


def _day(line: ControlLine, words: Words) -> str:
    return words.date(day_of(line.as_of_us))


def _rows(top: int, legend: Sequence[Sequence[tuple[str, str]]]) -> Iterator[str]:
    for place, row in enumerate(legend):
        step = (WIDTH - 2 * MARGIN) // max(len(row), 1)
        for column, (swatch, text) in enumerate(row):
            x, y = MARGIN + column * step, top + place * LEGEND_LINE
            if swatch:
                yield f'<g transform="translate({x} {y})">{swatch}</g>'
            yield _text(x + (30 if swatch else 0), y, text)


def _text(x: int, y: int, text: str) -> str:
    return f'<text x="{x}" y="{y}">{escape(text)}</text>'


def _path(frame: Frame, polygons_e7: MultiPolygon) -> str:
    return "".join(_ring(frame, ring) for ring in _rings(polygons_e7))


def _rings(polygons_e7: MultiPolygon) -> Iterator[Ring]:
    for polygon in polygons_e7:
        yield from polygon


def _ring(frame: Frame, ring: Ring) -> str:
    """Draw one ring on a grid of half units, so that neighbours thin a shared border alike."""
    points: list[tuple[int, int]] = []
    for longitude_e7, latitude_e7 in ring:
        x, y = frame.point(longitude_e7, latitude_e7)
        snapped = round(x / SMALLEST_STEP) * SMALLEST_STEP, round(y / SMALLEST_STEP) * SMALLEST_STEP
        if not points or points[-1] != snapped:
            points.append(snapped)
    if len(points) < 3:  # noqa: PLR2004 - less than a triangle is nothing to draw
        return ""
    return "M" + "L".join(f"{_tenths(x)} {_tenths(y)}" for x, y in points) + "Z"


def _tenths(value: int) -> str:
    """Write tenths of a unit with at most one decimal."""
    return f"{value / 10:g}"
