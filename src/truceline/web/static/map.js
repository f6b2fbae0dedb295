// The map: ground, line of control, coverage and incidents. The list is its equal in words.

import * as api from "./api.js";
import { byId, fillWith, make, swatch } from "./dom.js";
import { FILTERS, hueOf, matched, on, parties, set, state, WINDOW } from "./state.js";
import { areaName, chances, day, partyName, percent, say, term } from "./words.js";

const VENDOR = "/static/vendor/";
const VERSION = "6.17.0";
const EARTH_M = 40075016.686;
const TILE_PX = 512;
const MAX_ZOOM = 13;
const LIGHT = {
  sea: "#e3e7e8", abroad: "#eeece6", ground: "#f8f6f1", edge: "#b9b6ad", area: "#cbc8bf", ink: "#1d2126", halo: "#ffffff",
  fog: "#59616b", hatch: "#565d66", one: "#0072b2", two: "#e69f00", label: "#5b6068", tint: 0.24, faint: "#b4b8bc",
};
const DARK = {
  sea: "#14171a", abroad: "#1d2023", ground: "#282b2f", edge: "#5b6066", area: "#3f4449", ink: "#f4f5f6", halo: "#101214",
  fog: "#0b0d0f", hatch: "#9aa2ab", one: "#3a9bd6", two: "#e69f00", label: "#a9afb6", tint: 0.32, faint: "#62686e",
};
// Where fewer would have been noticed, the fog is thicker.
const FOG = [[0, 0.34], [25000, 0.27], [50000, 0.2], [100000, 0.13], [250000, 0.06], [500000, 0]];
const HATCH_PX = 8; // a power of two, so that it runs on from one tile of the map to the next
const EMPTY = { type: "FeatureCollection", features: [] };

let map = null;
let library = null;
let countries = EMPTY;
let oblasts = EMPTY;
let lineOfDay = EMPTY;
let shownDay = null;

const darkWished = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const colours = () => (state.theme === "dark" || (state.theme === "auto" && darkWished.matches) ? DARK : LIGHT);

function mix(colour, ground, share) {
  const part = (text, place) => Number.parseInt(text.slice(1 + 2 * place, 3 + 2 * place), 16);
  return `rgb(${[0, 1, 2].map((place) => Math.round(part(colour, place) * share + part(ground, place) * (1 - share))).join(",")})`;
}

function tint(code) {
  const { ground, tint: share, ...all } = colours();
  const hue = code === null ? undefined : all[hueOf(code)];
  return hue ? mix(hue, ground, share) : ground;
}

// The radius in pixels doubles with each zoom, so a circle keeps its metres on the ground.
const inMetres = (share) => ["interpolate", ["exponential", 2], ["zoom"], 0, ["*", ["get", "r0"], share], 22, ["*", ["get", "r0"], share * 2 ** 22]];

const byChance = (low, high) => ["interpolate", ["linear"], ["get", "p"], 0, low, 1, high];

function layers() {
  const c = colours();
  return [
    { id: "sea", type: "background", paint: { "background-color": c.sea } },
    { id: "ground", type: "fill", source: "oblasts", paint: { "fill-color": otherTint() } },
    { id: "held", type: "fill", source: "line", paint: { "fill-color": tint(heldBy()) } },
    { id: "fog", type: "fill", source: "coverage", filter: ["!=", ["get", "detection_ppm"], null], paint: { "fill-color": c.fog, "fill-opacity": ["step", ["get", "detection_ppm"], FOG[0][1], ...FOG.slice(1).flat()], "fill-antialias": false } },
    { id: "hatch", type: "fill", source: "coverage", filter: ["==", ["get", "detection_ppm"], null], paint: { "fill-pattern": "hatch", "fill-antialias": false } },
    { id: "hatch-all", type: "fill", source: "oblasts", layout: { visibility: "none" }, paint: { "fill-pattern": "hatch", "fill-antialias": false } },
    // A cell reaches over the border; what lies outside the watched country is laid over it.
    { id: "mask", type: "fill", source: "mask", paint: { "fill-color": c.sea, "fill-antialias": false } },
    { id: "abroad", type: "fill", source: "abroad", paint: { "fill-color": c.abroad } },
    { id: "areas", type: "line", source: "oblasts", paint: { "line-color": c.area, "line-width": 0.8 } },
    { id: "borders", type: "line", source: "borders", paint: { "line-color": c.edge, "line-width": 1 } },
    { id: "line-casing", type: "line", source: "line", layout: { "line-join": "round" }, paint: { "line-color": c.halo, "line-width": 4, "line-opacity": 0.85 } },
    { id: "line", type: "line", source: "line", layout: { "line-join": "round" }, paint: { "line-color": c.ink, "line-width": 1.6 } },
    { id: "names", type: "symbol", source: "names", minzoom: 4.2, layout: { "text-field": ["get", "name"], "text-size": 11.5, "text-font": ["Segoe UI, Roboto, Liberation Sans, Arial, sans-serif"], "text-max-width": 7 }, paint: { "text-color": c.label, "text-halo-color": c.ground, "text-halo-width": 1.2, "text-halo-blur": 0.6 } },
    { id: "regions", type: "circle", source: "incidents", filter: inWindow(), paint: { "circle-radius": inMetres(1), "circle-color": c.ink, "circle-opacity": byChance(0.03, 0.16), "circle-stroke-color": c.ink, "circle-stroke-width": 1, "circle-stroke-opacity": byChance(0.2, 0.75) } },
    { id: "points", type: "circle", source: "incidents", filter: inWindow(), layout: { "circle-sort-key": ["get", "p"] }, paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 4, byChance(2.8, 5), 10, byChance(4.5, 8)], "circle-color": byChance(c.faint, c.ink), "circle-opacity": byChance(0.7, 1), "circle-stroke-color": c.halo, "circle-stroke-width": byChance(0.7, 1.5), "circle-stroke-opacity": byChance(0.6, 1) } },
    { id: "chosen-region", type: "line", source: "chosen", filter: ["==", ["geometry-type"], "Polygon"], paint: { "line-color": c.ink, "line-width": 2.4 } },
    { id: "chosen-point", type: "circle", source: "chosen", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 6, "circle-color": c.ink, "circle-stroke-color": c.halo, "circle-stroke-width": 2 } },
  ];
}

const inWindow = () => ["all", [">=", ["get", "d"], state.from], ["<=", ["get", "d"], state.to]];
const heldBy = () => lineOfDay.properties?.held_by ?? null;

// The line parts two parties: what one does not hold is the other's. Unknown line, no tint.
function otherTint() {
  const holder = heldBy();
  const others = parties().filter((party) => party.code !== holder);
  return tint(holder !== null && others.length === 1 ? others[0].code : null);
}

// Diagonals that meet at the edges of the tile, drawn here: there is no image to load.
function hatching() {
  const scale = 2;
  const size = HATCH_PX * scale;
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const pen = canvas.getContext("2d");
  pen.strokeStyle = colours().hatch;
  pen.lineWidth = 0.85 * scale;
  for (const shift of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(shift - 2, size + 2);
    pen.lineTo(shift + size + 2, -2);
    pen.stroke();
  }
  return pen.getImageData(0, 0, size, size);
}

function features() {
  return state.incidents.map((one, index) => {
    const latitude = one.latitude_e7 / 1e7;
    one.feature = {
      type: "Feature",
      geometry: { type: "Point", coordinates: [one.longitude_e7 / 1e7, latitude] },
      properties: { i: index, p: one.probability_ppm / 1e6, d: one.dayIndex, r0: (one.radius_90_m * TILE_PX) / (EARTH_M * Math.cos((latitude * Math.PI) / 180)) },
    };
    return one.feature;
  });
}

// The chosen region as a true circle on the ground, so that its edge is there at any zoom.
function circle(one) {
  const [longitude, latitude] = [one.longitude_e7 / 1e7, one.latitude_e7 / 1e7];
  const north = (one.radius_90_m * 360) / EARTH_M;
  const east = north / Math.cos((latitude * Math.PI) / 180);
  const ring = Array.from({ length: 97 }, (_, step) => {
    const turn = (2 * Math.PI * step) / 96;
    return [longitude + east * Math.cos(turn), latitude + north * Math.sin(turn)];
  });
  return [ring, [longitude + east, latitude + north], [longitude - east, latitude - north]];
}

function showChosen(move) {
  const one = state.selected && state.incidents.find((each) => each.id === state.selected);
  if (!one) return map.getSource("chosen").setData(EMPTY);
  const [ring, northEast, southWest] = circle(one);
  const point = { type: "Point", coordinates: [one.longitude_e7 / 1e7, one.latitude_e7 / 1e7] };
  const parts = [{ type: "Polygon", coordinates: [ring] }, point];
  map.getSource("chosen").setData({ type: "FeatureCollection", features: parts.map((geometry) => ({ type: "Feature", properties: {}, geometry })) });
  if (move) {
    // The panel takes its room first; then the map knows its size.
    requestAnimationFrame(() => {
      map.resize();
      if (byId("map").clientWidth < 700) byId("legend").open = false;
      map.fitBounds([southWest, northEast], { padding: 120, maxZoom: Math.min(9, Math.max(7.5, map.getZoom())), animate: !calm.matches, duration: 500 });
    });
  }
}

async function showDay() {
  const wanted = state.mission.days[state.to];
  if (wanted === shownDay) return;
  shownDay = wanted;
  const [coverage, line] = await Promise.all([api.coverage(wanted), api.line(wanted)]);
  if (shownDay !== wanted) return;
  lineOfDay = line;
  map.getSource("coverage").setData({ ...coverage, features: [...coverage.features, ...gaps(coverage.features)] });
  map.getSource("line").setData(line);
  map.setPaintProperty("held", "fill-color", tint(heldBy()));
  map.setPaintProperty("ground", "fill-color", otherTint());
  map.noCells = coverage.features.length === 0;
  showLayers();
  drawLegend();
}

// Ground of which no record speaks is not observed either: the grid's missing cells are hatched too.
function gaps(cells) {
  if (!cells.length) return [];
  const key = (west, south) => `${Math.round(west * 1e4)},${Math.round(south * 1e4)}`;
  const corner = ({ geometry }) => [0, 1].map((axis) => Math.min(...geometry.coordinates[0].map((point) => point[axis])));
  const known = new Set(cells.map((cell) => key(...corner(cell))));
  const [west, south] = corner(cells[0]);
  const [width, height] = [0, 1].map((axis) => Math.max(...cells[0].geometry.coordinates[0].map((point) => point[axis])) - [west, south][axis]);
  const [left, bottom, right, top] = bounds();
  const found = [];
  for (let row = Math.floor((bottom - south) / height); south + row * height < top; row += 1) {
    for (let column = Math.floor((left - west) / width); west + column * width < right; column += 1) {
      const [x, y] = [west + column * width, south + row * height];
      if (known.has(key(x, y))) continue;
      const ring = [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]];
      found.push({ type: "Feature", properties: { detection_ppm: null }, geometry: { type: "Polygon", coordinates: [ring] } });
    }
  }
  return found;
}

function showLayers() {
  const visible = (id, yes) => map.setLayoutProperty(id, "visibility", yes ? "visible" : "none");
  visible("fog", state.showCoverage);
  visible("hatch", state.showCoverage);
  visible("hatch-all", state.showCoverage && map.noCells);
  for (const id of ["held", "line", "line-casing"]) visible(id, state.showLine);
  map.setPaintProperty("ground", "fill-color", state.showLine ? otherTint() : tint(null));
}

function recolour() {
  map.updateImage("hatch", hatching());
  for (const layer of layers()) {
    for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name, value);
  }
  showLayers();
  drawLegend();
}

function names() {
  return {
    type: "FeatureCollection",
    features: oblasts.features.map(({ properties, geometry }) => ({
      type: "Feature",
      properties: { name: areaName(properties.region_code) },
      geometry: { type: "Point", coordinates: middle(geometry) },
    })),
  };
}

// Centroid of the largest ring: where its name stands.
function middle(geometry) {
  let best = [0, [0, 0]];
  for (const ring of ringsOf(geometry)) {
    let [area, x, y] = [0, 0, 0];
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
      area += cross;
      x += (ring[i][0] + ring[i + 1][0]) * cross;
      y += (ring[i][1] + ring[i + 1][1]) * cross;
    }
    if (Math.abs(area) > best[0]) best = [Math.abs(area), [x / (3 * area), y / (3 * area)]];
  }
  return best[1];
}

const ringsOf = ({ type, coordinates }) => (type === "Polygon" ? [coordinates[0]] : coordinates.map((polygon) => polygon[0]));

function inside([x, y], ring) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [[x1, y1], [x2, y2]] = [ring[i], ring[j]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
  }
  return odd;
}

// The country that holds the areas of the mission (a bent area's middle may lie outside it, so most
// of them decide), the others, and what lies beyond the edge of the base map.
function parted() {
  const middles = oblasts.features.map((area) => middle(area.geometry));
  const held = (country) => middles.filter((point) => ringsOf(country.geometry).some((ring) => inside(point, ring))).length;
  const watched = countries.features.filter((country) => held(country) > middles.length / 2);
  const world = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]];
  const around = { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [world, ...watched.flatMap((one) => ringsOf(one.geometry))] } };
  const [west, south, east, north] = extent(countries);
  const edge = [[west, south], [west, north], [east, north], [east, south], [west, south]];
  const beyond = { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [world, edge] } };
  const abroad = { type: "FeatureCollection", features: [...countries.features.filter((one) => !watched.includes(one)), beyond] };
  const near = (value, limit) => Math.abs(value - limit) < 0.05;
  const onEdge = (one, other) => [[0, west], [0, east], [1, south], [1, north]].some(([axis, limit]) => near(one[axis], limit) && near(other[axis], limit));
  return {
    mask: { type: "geojson", data: around },
    abroad: { type: "geojson", data: abroad },
    borders: { type: "geojson", data: { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: strokes(onEdge) } } },
  };
}

// The borders as lines, without the sides where the base map was cut.
function strokes(cut) {
  const lines = [];
  for (const ring of countries.features.flatMap((one) => ringsOf(one.geometry))) {
    let line = [ring[0]];
    for (let i = 1; i < ring.length; i += 1) {
      if (cut(ring[i - 1], ring[i])) {
        lines.push(line);
        line = [];
      }
      line.push(ring[i]);
    }
    lines.push(line);
  }
  return lines.filter((line) => line.length > 1);
}

function drawLegend() {
  const iso = state.mission.days[state.to];
  // The line may be of an earlier day: the last one known.
  const drawn = lineOfDay.properties?.as_of_day ?? iso;
  const toggle = (name, key, when) => {
    const box = make("input", { type: "checkbox", id: `toggle-${name}` });
    box.checked = state[name];
    box.addEventListener("change", () => set({ [name]: box.checked }));
    return make("label", { class: "toggle" }, box, say(key, { day: day(when) }));
  };
  const fog = FOG.slice(0, -1).map(([from, opacity], index) => {
    const to = FOG[index + 1][0];
    const top = index === FOG.length - 2;
    const label = index === 0 ? say("legend_below", { high: percent(to) }) : top ? say("legend_from", { low: percent(from) }) : chances(from, to);
    return make("span", { class: "key" }, make("span", { class: "fog", style: { "--fog": opacity } }), label);
  });
  const known = heldBy() !== null;
  fillWith(
    byId("legend-body"),
    make("p", { class: "legend-title" }, say("legend_incidents")),
    make(
      "p",
      { class: "keys" },
      [0.2, 0.5, 0.9].map((p) => make("span", { class: "key" }, make("span", { class: "dot", style: { "--chance": p } }), percent(p * 1e6))),
    ),
    make("p", { class: "note" }, say("legend_region")),
    toggle("showCoverage", "legend_coverage", iso),
    make("p", { class: "keys column" }, fog, make("span", { class: "key" }, swatch("hatch"), term("value", "not_observed"))),
    toggle("showLine", "legend_line", drawn),
    make(
      "p",
      { class: "keys" },
      known ? parties().map(({ code }) => make("span", { class: "key" }, swatch(`${hueOf(code)} tint`), partyName(code))) : say("legend_no_line"),
    ),
  );
}

function pick(event) {
  const around = 5;
  const { x, y } = event.point;
  const box = [[x - around, y - around], [x + around, y + around]];
  const hits = map.queryRenderedFeatures(box, { layers: ["points"] });
  const found = hits.length ? hits : map.queryRenderedFeatures(event.point, { layers: ["regions"] });
  found.sort((a, b) => b.properties.p - a.properties.p);
  if (found.length) set({ selected: state.incidents[found[0].properties.i].id, tab: "incidents" });
}

const bounds = () => extent(oblasts);

function extent(collection) {
  const box = [180, 90, -180, -90];
  const walk = (part) => {
    if (typeof part[0] !== "number") return part.forEach(walk);
    box[0] = Math.min(box[0], part[0]);
    box[1] = Math.min(box[1], part[1]);
    box[2] = Math.max(box[2], part[0]);
    box[3] = Math.max(box[3], part[1]);
  };
  collection.features.forEach((feature) => walk(feature.geometry.coordinates));
  return box;
}

// While a handle is dragged the filter follows at most ten times a second.
let waiting = null;
function soon(act) {
  clearTimeout(waiting);
  waiting = setTimeout(act, 100);
}

function listen() {
  on(WINDOW, () =>
    soon(() => {
      for (const id of ["regions", "points"]) map.setFilter(id, inWindow());
      showDay();
    }),
  );
  on(FILTERS, () => map.getSource("incidents").setData({ type: "FeatureCollection", features: matched().map((one) => one.feature) }));
  on(["selected"], () => showChosen(true));
  on(["showCoverage", "showLine"], showLayers);
  on(["theme"], recolour);
  darkWished.addEventListener("change", recolour);
  on(["language"], () => {
    map.getSource("names").setData(names());
    drawLegend();
    nameParts();
  });
  map.on("click", pick);
  for (const id of ["points", "regions"]) {
    map.on("mouseenter", id, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", id, () => (map.getCanvas().style.cursor = ""));
  }
}

function nameParts() {
  map.getCanvas().setAttribute("aria-label", say("map_label"));
  const buttons = { "ctrl-zoom-in": "zoom_in", "ctrl-zoom-out": "zoom_out" };
  for (const [part, key] of Object.entries(buttons)) {
    const button = map.getContainer().querySelector(`.maplibregl-${part}`);
    button?.setAttribute("aria-label", say(key));
    button?.setAttribute("title", say(key));
  }
}

function style() {
  const none = { type: "geojson", data: EMPTY };
  const sources = {
    ...parted(),
    oblasts: { type: "geojson", data: oblasts },
    coverage: { ...none, tolerance: 0 },
    line: none,
    names: none,
    incidents: { type: "geojson", data: { type: "FeatureCollection", features: features() } },
    chosen: none,
  };
  return { version: 8, sources, layers: layers() };
}

// Where there is room, the legend stands beside the ground and not over it.
function legendRoom() {
  const legend = byId("legend");
  return legend.open && byId("map").clientWidth > 700 ? legend.offsetWidth : 0;
}

async function build() {
  library = await import(`${VENDOR}maplibre-gl.mjs?${VERSION}`);
  library.setWorkerUrl(new URL(`${VENDOR}maplibre-gl-worker.mjs?${VERSION}`, location).href);
  [countries, oblasts] = await Promise.all([api.basemap("countries"), api.basemap("oblasts")]);
  map = new library.Map({
    container: "map",
    style: style(),
    bounds: bounds(),
    fitBoundsOptions: { padding: { top: 24, right: 24, bottom: 24, left: 24 + legendRoom() } },
    maxZoom: MAX_ZOOM,
    minZoom: 3,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    rollEnabled: false,
    fadeDuration: 0,
    // A printed page shows what the screen shows.
    canvasContextAttributes: { preserveDrawingBuffer: true },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addImage("hatch", hatching(), { pixelRatio: 2 });
  map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new library.ScaleControl({ maxWidth: 110 }), "bottom-right");
}

// Kept when the map stands still for the first time; without WebGL the list serves alone.
export async function startMap() {
  drawLegend();
  byId("legend").open = innerWidth >= 900;
  try {
    await build();
  } catch (error) {
    const line = byId("map-trouble");
    line.textContent = `${say("map_trouble")} (${error.message})`;
    line.hidden = false;
    byId("legend").hidden = true;
    return;
  }
  await map.once("load");
  listen();
  map.getSource("names").setData(names());
  nameParts();
  if (matched().length < state.incidents.length) {
    map.getSource("incidents").setData({ type: "FeatureCollection", features: matched().map((one) => one.feature) });
  }
  for (const id of ["regions", "points"]) map.setFilter(id, inWindow());
  await showDay();
  showChosen(Boolean(state.selected));
  window.truceline.map = map;
  await map.once("idle");
}
