// The incidents of the window, most probable first: the map's equal for whoever uses no map.
// Only the rows in sight are on the page, so fifty thousand scroll like fifty.

import { byId, fillWith, make, swatch } from "./dom.js";
import { FILTERS, holders, hueOf, on, parties, set, shown, state, watchedOver, WINDOW } from "./state.js";
import { areaName, chance, chances, count, likelihood, list, partyName, say, shortInterval, term } from "./words.js";

const ROW_REM = 4.25;
const SPARE_ROWS = 6;
const PRINTED_ROWS = 500;

let rows = [];
let active = 0;
let printing = false;

const rowHeight = () => ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
const rowId = (index) => `row-${index}`;

function refresh() {
  const before = rows[active]?.id;
  rows = shown();
  active = Math.max(0, rows.findIndex((one) => one.id === (state.selected ?? before)));
  byId("rows").style.height = `${rows.length * rowHeight()}px`;
  byId("list").hidden = rows.length === 0;
  drawRows();
  drawGround();
  drawNothing();
}

function drawRows() {
  const box = byId("list");
  const height = rowHeight();
  const first = printing ? 0 : Math.max(0, Math.floor(box.scrollTop / height) - SPARE_ROWS);
  const end = printing ? PRINTED_ROWS : Math.ceil((box.scrollTop + box.clientHeight) / height) + SPARE_ROWS;
  const last = Math.min(rows.length, end);
  const drawn = [];
  for (let index = first; index < last; index += 1) drawn.push(row(rows[index], index, height));
  fillWith(byId("rows"), drawn);
  if (rows.length) box.setAttribute("aria-activedescendant", rowId(active));
  else box.removeAttribute("aria-activedescendant");
}

function row(one, index, height) {
  const outcomes = ["breached", "undecided", "kept"].filter((name) => one.outcomes[name] > 0);
  const judged = outcomes.map((name) => `${term("outcome", name)} ${count(one.outcomes[name])}`);
  return make(
    "div",
    {
      id: rowId(index),
      class: index === active ? "row active" : "row",
      role: "option",
      "aria-selected": one.id === state.selected,
      "aria-setsize": rows.length,
      "aria-posinset": index + 1,
      "data-incident": one.id,
      style: { top: `${index * height}px`, height: `${height}px` },
    },
    make(
      "span",
      { class: "row-chance", title: likelihood(one.probability_ppm) },
      make("span", { class: "dot", style: { "--chance": one.probability_ppm / 1e6 }, "aria-hidden": "true" }),
      chance(one.probability_ppm),
    ),
    make("span", { class: "row-place" }, swatch(hueOf(one.held_by)), one.near || areaName(one.area)),
    make("span", { class: "row-time" }, `${shortInterval(one.began_us, one.ended_us)} · ${areaName(one.area)}`),
    make("span", { class: "row-more" }, [...(one.disputed ? [say("disputed_mark")] : []), ...judged, list(one.clusters.map((name) => term("cluster", name)))].join(" · ")),
  );
}

function drawGround() {
  const known = new Set(parties().map((party) => party.code));
  const told = [];
  const lines = holders()
    .filter((holder) => known.has(holder) || rows.some((one) => one.held_by === holder))
    .map((holder) => {
      const watched = watchedOver(state.from, state.to, holder);
      const found = rows.filter((one) => one.held_by === holder).length;
      // A none that nobody looked for is not written as a number.
      const number = found || watched.observed ? count(found) : term("value", "not_known");
      const dark = watched.cells ? Math.round((100 * (watched.cells - watched.observed)) / watched.cells) : 100;
      told.push(`${partyName(holder)}: ${number}`);
      return make(
        "tr",
        {},
        make("th", { scope: "row" }, swatch(hueOf(holder)), partyName(holder)),
        make("td", {}, number),
        make("td", {}, chances(watched.low, watched.high)),
        make("td", {}, `${count(dark)} %`),
      );
    });
  fillWith(byId("ground"), lines);
  byId("shown").textContent = say("shown", { counts: told.join(", ") });
}

// An empty list is no statement of peace.
function drawNothing() {
  const line = byId("nothing");
  line.hidden = rows.length > 0;
  if (rows.length) return;
  const watched = watchedOver(state.from, state.to);
  if (!watched.observed) {
    line.textContent = say("nothing_unwatched");
    return;
  }
  const dark = Math.round((100 * (watched.cells - watched.observed)) / watched.cells);
  line.textContent = say("nothing_seen", { chance: chances(watched.low, watched.high), share: count(dark) });
}

function go(index) {
  active = Math.max(0, Math.min(index, rows.length - 1));
  const box = byId("list");
  const height = rowHeight();
  if (active * height < box.scrollTop) box.scrollTop = active * height;
  const below = (active + 1) * height - box.clientHeight;
  if (below > box.scrollTop) box.scrollTop = below;
  drawRows();
}

function keys(event) {
  const page = Math.max(1, Math.floor(byId("list").clientHeight / rowHeight()) - 1);
  const next = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: rows.length - 1,
  }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    go(next);
  } else if ((event.key === "Enter" || event.key === " ") && rows.length) {
    event.preventDefault();
    set({ selected: rows[active].id });
  }
}

function fillChoices() {
  const outcome = byId("filter-outcome");
  const names = ["breached", "undecided", "kept", "not_applicable"];
  const any = () => make("option", { value: "" }, say("any"));
  fillWith(outcome, any(), names.map((name) => make("option", { value: name }, term("outcome", name))));
  outcome.value = state.outcome;
  const clusters = [...new Set(state.incidents.flatMap((one) => one.clusters))].sort();
  const cluster = byId("filter-cluster");
  fillWith(cluster, any(), clusters.map((name) => make("option", { value: name }, term("cluster", name))));
  cluster.value = state.cluster;
}

// The filters show what is chosen, whoever chose it.
function showChoices() {
  byId("filter-text").value = state.text;
  byId("filter-minimum").value = state.minimum;
  byId("filter-outcome").value = state.outcome;
  byId("filter-cluster").value = state.cluster;
  byId("minimum").textContent = `${count(state.minimum)} %`;
}

export function startList() {
  const box = byId("list");
  box.addEventListener("scroll", () => requestAnimationFrame(drawRows), { passive: true });
  box.addEventListener("keydown", keys);
  box.addEventListener("click", (event) => {
    const found = event.target.closest("[data-incident]");
    if (!found) return;
    active = rows.findIndex((one) => one.id === found.dataset.incident);
    set({ selected: found.dataset.incident });
  });
  byId("filter-text").addEventListener("input", (event) => set({ text: event.target.value }));
  byId("filter-minimum").addEventListener("input", (event) => set({ minimum: Number(event.target.value) }));
  byId("filter-outcome").addEventListener("change", (event) => set({ outcome: event.target.value }));
  byId("filter-cluster").addEventListener("change", (event) => set({ cluster: event.target.value }));
  on(["language"], fillChoices);
  on([...FILTERS, "language"], showChoices);
  on([...WINDOW, ...FILTERS, "language"], refresh);
  on(["selected", "tab"], () => {
    const index = rows.findIndex((one) => one.id === state.selected);
    if (index >= 0) go(index);
    else drawRows();
  });
  // On paper there is nothing to scroll: the most probable are all drawn, and the rest is counted.
  const forPrint = (now) => {
    printing = now;
    byId("printed").hidden = !now || rows.length <= PRINTED_ROWS;
    byId("printed").textContent = say("printed", { shown: count(PRINTED_ROWS), count: count(rows.length) });
    drawRows();
  };
  addEventListener("beforeprint", () => forPrint(true));
  addEventListener("afterprint", () => forPrint(false));
  new ResizeObserver(() => drawRows()).observe(box);
  fillChoices();
  showChoices();
  refresh();
}
