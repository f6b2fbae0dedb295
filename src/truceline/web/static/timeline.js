// Days as columns: counts for each holder of the ground, coverage below them, and a window of days
// with two handles that can be dragged or moved by keys.

import { byId, fillWith, make } from "./dom.js";
import { FILTERS, holders, hueOf, matched, on, set, state, watchedOver, WINDOW } from "./state.js";
import { chances, count, day, daySpan, instant, interval, partyName, say, shortDay, term } from "./words.js";

const DAY_US = 86400e6;
const LABELS = 16;

const days = () => state.mission.days;
const lastDay = () => days().length - 1;

function choose(from, to) {
  const last = lastDay();
  const first = Math.max(0, Math.min(from, last));
  set({ from: first, to: Math.max(first, Math.min(to, last)) });
}

function drawBars() {
  const who = holders();
  const counts = days().map(() => who.map(() => 0));
  for (const one of matched()) {
    if (one.dayIndex >= 0) counts[one.dayIndex][who.indexOf(one.held_by)] += 1;
  }
  const most = Math.max(1, ...counts.flat());
  const step = Math.ceil(days().length / LABELS);
  fillWith(byId("bars"), days().map((iso, index) => column(iso, index, counts[index], who, most, index % step === 0)));
}

function column(iso, index, counts, who, most, labelled) {
  const watched = watchedOver(index, index);
  const dark = watched.cells ? (watched.cells - watched.observed) / watched.cells : 1;
  const told = [
    day(iso),
    ...who.map((code, place) => `${partyName(code)}: ${count(counts[place])}`),
    watched.observed ? say("day_notice", { chance: chances(watched.low, watched.high) }) : term("value", "not_observed"),
  ];
  if (dark > 0 && dark < 1) told.push(say("day_dark", { share: count(Math.round(dark * 100)) }));
  return make(
    "div",
    { class: dark === 1 ? "day dark" : "day", title: told.join("\n"), "data-day": iso },
    make(
      "div",
      { class: "counts" },
      counts.map((number, place) =>
        make("span", { class: `bar ${hueOf(who[place])}`, style: { height: `${number ? Math.max(6, (100 * number) / most) : 0}%` } }),
      ),
    ),
    make("div", { class: "watch" }, make("span", { class: "unwatched", style: { width: `${dark * 100}%` } })),
    make("span", { class: "label" }, labelled ? shortDay(iso) : ""),
  );
}

function drawWindow() {
  const { from, to } = state;
  const all = days().length;
  const chosen = byId("chosen");
  chosen.style.left = `${(100 * from) / all}%`;
  chosen.style.width = `${(100 * (to - from + 1)) / all}%`;
  byId("window").textContent = daySpan(days()[from], days()[to]);
  for (const [name, index, edge, low, high] of [
    ["from", from, from, 0, to],
    ["to", to, to + 1, from, lastDay()],
  ]) {
    const handle = byId(name);
    handle.style.left = `${(100 * edge) / all}%`;
    handle.setAttribute("aria-label", say(`handle_${name}`));
    handle.setAttribute("aria-valuemin", low);
    handle.setAttribute("aria-valuemax", high);
    handle.setAttribute("aria-valuenow", index);
    handle.setAttribute("aria-valuetext", day(days()[index]));
  }
  const whole = from === 0 && to === lastDay();
  byId("day-before").disabled = from === 0 && !whole;
  byId("day-after").disabled = to === lastDay() && !whole;
  byId("all-days").disabled = whole;
}

// A window moves by one day and keeps its length; from all days a step leads to the first or last.
function step(by) {
  const { from, to } = state;
  if (from === 0 && to === lastDay()) {
    choose(by > 0 ? 0 : to, by > 0 ? 0 : to);
    return;
  }
  if (from + by >= 0 && to + by <= lastDay()) choose(from + by, to + by);
}

function handleKeys(name, event) {
  const week = 7;
  const current = state[name];
  const next = {
    ArrowLeft: current - 1,
    ArrowDown: current - 1,
    ArrowRight: current + 1,
    ArrowUp: current + 1,
    PageDown: current - week,
    PageUp: current + week,
    Home: name === "from" ? 0 : state.from,
    End: name === "to" ? lastDay() : state.to,
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  if (name === "from") choose(Math.min(next, state.to), state.to);
  else choose(state.from, Math.max(next, state.from));
}

function drag(event) {
  const track = byId("track");
  const box = track.getBoundingClientRect();
  const at = (x) => ((x - box.left) / box.width) * days().length;
  const start = { x: event.clientX, from: state.from, to: state.to };
  const grip = event.target.id === "from" || event.target.id === "to" ? event.target.id : null;
  const inside = !grip && start.to - start.from < lastDay() && at(start.x) > start.from && at(start.x) < start.to + 1;
  let moved = false;
  track.setPointerCapture(event.pointerId);
  if (grip) event.target.focus();
  event.preventDefault();
  const move = (now) => {
    if (Math.abs(now.clientX - start.x) > 3) moved = true;
    if (!moved) return;
    const place = at(now.clientX);
    if (grip === "from") choose(Math.min(Math.round(place), state.to), state.to);
    else if (grip === "to") choose(state.from, Math.max(Math.round(place) - 1, state.from));
    else if (inside) {
      const by = Math.round(place - at(start.x));
      const kept = Math.max(-start.from, Math.min(by, lastDay() - start.to));
      choose(start.from + kept, start.to + kept);
    } else {
      const [first, last] = [at(start.x), place].sort((a, b) => a - b);
      choose(Math.floor(first), Math.ceil(last) - 1);
    }
  };
  const end = (now) => {
    track.removeEventListener("pointermove", move);
    track.removeEventListener("pointerup", end);
    track.removeEventListener("pointercancel", end);
    if (!moved && !grip && now.type === "pointerup") {
      const index = Math.floor(at(now.clientX));
      choose(index, index);
    }
  };
  track.addEventListener("pointermove", move);
  track.addEventListener("pointerup", end);
  track.addEventListener("pointercancel", end);
}

function drawLanes() {
  const began = Date.parse(days()[0]) * 1000;
  const length = days().length * DAY_US;
  const share = (us) => Math.max(0, Math.min(100, (100 * (us - began)) / length));
  fillWith(byId("lanes"), state.mission.agreements.map((agreement) => lane(agreement, began, began + length, share)));
}

function lane(agreement, began, ended, share) {
  const starts = agreement.readings.map((reading) => reading.from_us);
  const ends = agreement.readings.map((reading) => reading.until_us);
  const [first, sure] = [Math.min(...starts), Math.max(...agreement.readings.map((reading) => reading.from_not_after_us))];
  const open = ends.some((end) => end === null);
  const known = ends.filter((end) => end !== null);
  const last = open ? Infinity : Math.max(...known);
  const until = known.length ? Math.min(...known) : Infinity;
  const bar = (from, to, kind) =>
    to > from && to > began && from < ended
      ? make("span", { class: kind, style: { left: `${share(from)}%`, width: `${share(to) - share(from)}%` } })
      : null;
  const mark = (us) => (us >= began && us <= ended ? make("span", { class: "mark", style: { left: `${share(us)}%` } }) : null);
  const outside = last <= began || first >= ended;
  const times = agreement.readings.map((reading) =>
    say("lane_reading", {
      from: interval(reading.from_us, reading.from_not_after_us),
      until: reading.until_us === null ? say("open_end") : instant(reading.until_us),
      who: reading.said_by,
    }),
  );
  const disputed = first !== sure || new Set(ends).size > 1;
  const words = [agreement.title];
  if (disputed) words.push(say("lane_disputed"));
  if (outside) words.push(say("lane_outside"));
  return make(
    "li",
    { title: `${agreement.title}\n${times.join("\n")}` },
    make("span", { class: "lane-words" }, words.join(" · ")),
    make("span", { class: "unseen" }, times.join("; ")),
    make(
      "span",
      { class: "lane", "aria-hidden": "true" },
      bar(first, sure, "disputed"),
      bar(sure, Math.max(sure, Math.min(until, ended)), "binds"),
      bar(until, Math.min(last, ended), "disputed"),
      [...new Set([first, sure, ...starts, ...known])].map(mark),
    ),
  );
}

function drawKey() {
  fillWith(
    byId("timeline-key"),
    holders().filter((code) => code !== null).map((code) =>
      make("span", {}, make("span", { class: `swatch ${hueOf(code)}` }), say("key_held", { holder: partyName(code) })),
    ),
    make("span", {}, make("span", { class: "swatch hatch" }), term("value", "not_observed")),
  );
}

export function startTimeline() {
  const redraw = () => [drawBars, drawWindow, drawLanes, drawKey].forEach((draw) => draw());
  on(WINDOW, drawWindow);
  on(FILTERS, drawBars);
  on(["language"], redraw);
  byId("track").addEventListener("pointerdown", drag);
  for (const name of ["from", "to"]) {
    byId(name).addEventListener("keydown", (event) => handleKeys(name, event));
  }
  byId("day-before").addEventListener("click", () => step(-1));
  byId("day-after").addEventListener("click", () => step(1));
  byId("all-days").addEventListener("click", () => choose(0, lastDay()));
  redraw();
}
