// Follows a record to the line it was read from: document, hash, line number, the line itself.

import * as api from "./api.js";
import { fillWith, make } from "./dom.js";
import { count, say } from "./words.js";

const lines = (text) => (text === null || text === undefined ? [] : [text].flat());

function original(line) {
  const before = lines(line.before);
  const after = lines(line.after);
  const numbered = (text, number, here) =>
    make("span", { class: here ? "line here" : "line" }, make("span", { class: "number" }, String(number)), make("span", {}, text));
  return make(
    "figure",
    { class: "original" },
    make(
      "figcaption",
      {},
      make("strong", {}, say("original_line", { name: line.name, line: String(line.line) })),
      make("span", { class: "hash" }, `SHA-256 ${line.sha256}`),
      make("span", { class: "hash" }, say("original_entry", { entry: count(line.entry), level: line.level })),
    ),
    make(
      "pre",
      { translate: "no" },
      before.map((text, index) => numbered(text, line.line - before.length + index, false)),
      numbered(line.text, line.line, true),
      after.map((text, index) => numbered(text, line.line + 1 + index, false)),
    ),
  );
}

async function show(id, place, button) {
  try {
    const { lines: found } = await api.trace(id);
    fillWith(place, found.length ? found.map(original) : make("p", {}, say("no_original")));
  } catch (error) {
    fillWith(place, make("p", { class: "trouble" }, error.message));
  }
  button.setAttribute("aria-expanded", "true");
}

// A button that opens and closes the originals of a record below itself.
export function originalsOf(id, words = say("show_original")) {
  const place = make("div", { class: "originals" });
  const button = make("button", { type: "button", class: "link", "aria-expanded": "false", "data-trace": id }, words);
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-expanded") === "true") {
      place.replaceChildren();
      button.setAttribute("aria-expanded", "false");
    } else show(id, place, button);
  });
  return [button, place];
}

// The same for several records at once: a number that opens what it counts.
export function countOf(ids, key) {
  const place = make("div", { class: "originals" });
  const button = make("button", { type: "button", class: "link", "aria-expanded": "false" }, say(key, { count: count(ids.length) }));
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-expanded") === "true") {
      place.replaceChildren();
      button.setAttribute("aria-expanded", "false");
      return;
    }
    const places = ids.map(() => make("div"));
    fillWith(place, places);
    await Promise.all(ids.map((id, index) => show(id, places[index], button)));
  });
  return [button, place];
}
