// What the person at the console has chosen, and what follows from it.
// Modules call `set` with what changes and `on` to hear of it; the address keeps the choice.

export const state = {
  mission: null,
  incidents: [], // by falling probability; each has `dayIndex` and `search`
  watched: [], // one entry a day: /api/days
  from: 0, // first day of the window, an index into mission.days
  to: 0, // last one
  minimum: 0, // per cent
  text: "",
  outcome: "",
  cluster: "",
  selected: null, // id of the incident in the panel
  tab: "incidents",
  language: "en",
  theme: "auto",
  showCoverage: true,
  showLine: true,
};

const listeners = [];

export function on(names, hear) {
  listeners.push([new Set(names), hear]);
}

export function set(changes) {
  const changed = Object.keys(changes).filter((name) => state[name] !== changes[name]);
  if (!changed.length) return;
  Object.assign(state, changes);
  for (const [names, hear] of listeners) {
    if (changed.some((name) => names.has(name))) hear(changed);
  }
  writeAddress();
}

export const WINDOW = ["from", "to"];
export const FILTERS = ["minimum", "text", "outcome", "cluster"];

// Everything but the days: the timeline counts these, the list shows those inside the window.
let matchedKey = null;
let matchedValue = [];
export function matched() {
  const key = JSON.stringify([state.minimum, state.text, state.outcome, state.cluster]);
  const source = state.incidents;
  if (matchedKey !== key || matchedValue.source !== source) {
    const minimum = state.minimum * 10000;
    const parts = state.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    matchedValue = source.filter(
      (one) =>
        one.probability_ppm >= minimum &&
        (!state.outcome || one.outcomes[state.outcome] > 0) &&
        (!state.cluster || one.clusters.includes(state.cluster)) &&
        parts.every((part) => one.search.includes(part)),
    );
    matchedValue.source = source;
    matchedKey = key;
  }
  return matchedValue;
}

export function shown() {
  const { from, to } = state;
  return matched().filter((one) => one.dayIndex >= from && one.dayIndex <= to);
}

// The parties in a fixed order, and each with its hue: Okabe-Ito, of equal weight.
const HUES = { UA: "one", RU: "two" };
const FREE_HUES = ["one", "two"];
export function parties() {
  return [...(state.mission?.parties ?? [])].sort((a, b) => hueOf(a.code).localeCompare(hueOf(b.code)));
}
export function hueOf(code) {
  if (HUES[code]) return HUES[code];
  const place = (state.mission?.parties ?? []).findIndex((party) => party.code === code);
  return FREE_HUES[place] ?? "none";
}

// Who held the ground: every party, and null where it is not known and something lies there.
export function holders() {
  const codes = parties().map((party) => party.code);
  const extra = new Set();
  for (const one of state.incidents) if (!codes.includes(one.held_by)) extra.add(one.held_by);
  for (const day of state.watched)
    for (const ground of day.ground) if (!codes.includes(ground.held_by)) extra.add(ground.held_by);
  return [...codes, ...extra];
}

// How well a holder's ground was watched over a span of days; ranges only, nothing is multiplied.
export function watchedOver(from, to, holder) {
  // Too near the line to be anybody's, an incident lies in ground of both: there both count.
  const ofBoth = holder === null && !state.watched.some((day) => day?.ground?.some((ground) => ground.held_by === null));
  const sum = { cells: 0, observed: 0, low: null, high: null, days: 0, daysObserved: 0 };
  for (let index = from; index <= to; index += 1) {
    let observed = 0;
    for (const ground of state.watched[index]?.ground ?? []) {
      if (holder !== undefined && !ofBoth && ground.held_by !== holder) continue;
      sum.cells += ground.cells;
      sum.observed += ground.observed;
      observed += ground.observed;
      if (ground.detection_low_ppm !== null) {
        sum.low = Math.min(sum.low ?? Infinity, ground.detection_low_ppm);
        sum.high = Math.max(sum.high ?? 0, ground.detection_high_ppm);
      }
    }
    sum.days += 1;
    if (observed) sum.daysObserved += 1;
  }
  return sum;
}

let silent = false;
function writeAddress() {
  if (silent || !state.mission) return;
  const { days } = state.mission;
  const parts = new URLSearchParams();
  if (state.selected) parts.set("incident", state.selected);
  if (state.from === state.to) parts.set("day", days[state.from]);
  else if (state.from > 0 || state.to < days.length - 1)
    parts.set("day", `${days[state.from]}..${days[state.to]}`);
  if (state.tab !== "incidents") parts.set("view", state.tab);
  parts.set("language", state.language);
  const address = `#${parts}`;
  if (address !== location.hash) history.replaceState(null, "", address);
}

// Reads what an address asks for; days outside the mission are left out.
export function readAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const changes = {};
  const [first, last = first] = (parts.get("day") ?? "").split("..");
  const from = state.mission?.days.indexOf(first) ?? -1;
  const to = state.mission?.days.indexOf(last) ?? -1;
  if (from >= 0 && to >= from) Object.assign(changes, { from, to });
  const wanted = parts.get("incident");
  if (wanted) {
    const found = state.incidents.find((one) => one.id === wanted || one.short_id === wanted);
    if (found) changes.selected = found.id;
  }
  if (["incidents", "claims", "sources", "log"].includes(parts.get("view"))) changes.tab = parts.get("view");
  return changes;
}

export function follow(changes) {
  silent = true;
  try {
    set(changes);
  } finally {
    silent = false;
  }
  writeAddress();
}
