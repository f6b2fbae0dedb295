// Which sources were heard on which days, which were not, and how many rows were refused.

import * as api from "./api.js";
import { byId, fillWith, make } from "./dom.js";
import { on, state } from "./state.js";
import { count, say, shortDay, term } from "./words.js";

function strip(source) {
  const heard = new Set(source.days_heard);
  return make(
    "span",
    { class: "strip", "aria-hidden": "true" },
    state.mission.days.map((day) => make("span", { class: heard.has(day) ? "heard" : "missing", title: shortDay(day) })),
  );
}

// A register of sites speaks of no days.
const isDaily = (source) => source.days_heard.length + source.days_missing.length > 0;

function missing(source) {
  const all = state.mission.days.length;
  if (!isDaily(source)) return say(source.state === "heard" ? "source_no_days" : "source_silent");
  if (!source.days_missing.length) return say("source_whole", { days: count(all) });
  if (!source.days_heard.length) return say("source_silent");
  return say("source_partly", { heard: count(source.days_heard.length), days: count(all), missing: source.days_missing.map(shortDay).join(", ") });
}

function item(source) {
  return make(
    "li",
    {},
    make("p", {}, make("strong", {}, term("source", source.source)), source.means ? ` · ${term("means", source.means)}` : null),
    isDaily(source) ? strip(source) : null,
    make("p", {}, missing(source)),
    make("p", { class: "note" }, say("source_rows", { documents: count(source.documents), rows: count(source.rows), refused: count(source.refused) })),
  );
}

async function draw() {
  if (state.tab !== "sources") return;
  const room = byId("sources");
  try {
    const { sources } = await api.sources();
    fillWith(
      room,
      make("h3", {}, say("sources_title")),
      make("p", { class: "note" }, say("sources_note")),
      make("ul", { class: "sources" }, sources.map(item)),
    );
  } catch (error) {
    fillWith(room, make("p", { class: "trouble" }, error.message));
  }
}

export function startSources() {
  on(["tab", "language"], draw);
  draw();
}
