// One sentence above all: where it burned, how sure that is, and where nobody looked.

import { byId } from "./dom.js";
import { holders, on, parties, state, watchedOver, WINDOW } from "./state.js";
import { areaName, chances, count, daySpan, list, partyName, say } from "./words.js";

const LIKELY_PPM = 550000;
const AREAS_NAMED = 3;

function where(likely) {
  const counts = new Map();
  for (const one of likely) counts.set(one.area, (counts.get(one.area) ?? 0) + 1);
  const most = [...counts].filter(([area]) => area).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return list(most.slice(0, AREAS_NAMED).map(([area]) => areaName(area)));
}

// Each holder's count with the chance of noticing on the same ground: never added up.
function grounds(likely) {
  const known = new Set(parties().map((party) => party.code));
  return holders()
    .filter((holder) => known.has(holder) || likely.some((one) => one.held_by === holder))
    .map((holder, place) => {
      const { low, high } = watchedOver(state.from, state.to, holder);
      const number = likely.filter((one) => one.held_by === holder).length;
      const form = holder === null ? "summary_ground_unknown" : groundForm(low, number, place);
      return say(form, {
        count: count(number),
        holder: partyName(holder),
        chance: chances(low, high),
      });
    });
}

// A none that nobody looked for is not written as a number.
function groundForm(low, number, place) {
  if (low === null) return number ? "summary_ground_unwatched" : "summary_ground_nothing";
  return place === 0 ? "summary_ground" : "summary_ground_more";
}

function unwatched() {
  const { days, daysObserved } = watchedOver(state.from, state.to);
  let cells = 0;
  let observed = 0;
  for (let index = state.from; index <= state.to; index += 1) {
    const day = watchedOver(index, index);
    if (day.observed) [cells, observed] = [cells + day.cells, observed + day.observed];
  }
  if (!daysObserved) return say("summary_nobody");
  const share = Math.round((100 * (cells - observed)) / cells);
  const values = { dark: count(days - daysObserved), days: count(days), share: count(share) };
  if (days === 1) return say(share ? "summary_day_partly" : "summary_day_wholly", values);
  if (days === daysObserved) return say(share ? "summary_partly" : "summary_wholly", values);
  return say(share ? "summary_dark_days_partly" : "summary_dark_days", values);
}

function draw() {
  const { days } = state.mission;
  // Of the whole window, whatever the list is filtered by: a search is no all-clear.
  const likely = state.incidents.filter(
    (one) => one.probability_ppm >= LIKELY_PPM && one.dayIndex >= state.from && one.dayIndex <= state.to,
  );
  const values = {
    days: daySpan(days[state.from], days[state.to]),
    grounds: list(grounds(likely)),
    areas: where(likely),
    unwatched: unwatched(),
  };
  const dark = !likely.length && !watchedOver(state.from, state.to).observed;
  byId("summary").textContent = say(dark ? "summary_nothing" : values.areas ? "summary" : "summary_none", values);
}

export function startSummary() {
  on([...WINDOW, "language"], draw);
  draw();
}
