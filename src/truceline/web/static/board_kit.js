// What the guarantors' pages share: words, names, instants, clocks that tick, and what was unwound.

import * as dom from "./dom.js";
import { code, short } from "./asking.js";
import { lengthOf, refusalNote } from "./sheet.js";
import { LANGUAGES, because as sentence, count, instant, term, told } from "./words.js";

const TICK_MS = 10000;
const SECOND_US = 1e6;

let names = {};
let aheadMs = 0;

// Elements as `dom.js` makes them; lists within lists of children are laid flat.
export const make = (tag, options = {}, ...children) => dom.make(tag, options, ...children.flat(Infinity));
export const fillWith = (element, ...children) => dom.fillWith(element, ...children.flat(Infinity));
export const section = (id, title, ...parts) => make("section", { id, "aria-labelledby": `${id}-title` }, make("h2", { id: `${id}-title` }, title), parts);
export const facts = (pairs) => make("dl", { class: "facts" }, pairs.filter(Boolean).map(([title, ...value]) => [make("dt", {}, title), make("dd", {}, value)]));
export const items = (rows, kind = "plain") => make("ul", { class: kind }, rows.map((row) => make("li", {}, row)));
export const note = (...words) => make("p", { class: "note" }, words);

// The names of bodies and states, and how far the server's clock is ahead of this machine's.
export function learn(answer) {
  names = answer.names ?? {};
  if (answer.now_us) aheadMs = answer.now_us / 1000 - Date.now();
}

// A sentence of these pages.
export const t = (key, values = {}) => told(`board_page.${key}`, values) ?? key;
export const notKnown = () => make("span", { class: "not-known" }, t("not_known"));
export const isNothing = (value) => value === null || value === undefined || value === "" || value === "not known";
// A word for a code of the vocabulary; the code itself where there is none.
export const word = (table, value) => (isNothing(value) ? t("not_known") : term(`board_word.${table}`, value));
export const or = (value, nothing = notKnown()) => (isNothing(value) ? nothing : value);
export const listed = (values, nothing = t("none")) => (values.length ? values.join(", ") : nothing);

// A body or a state by its name, with its code; a name that no source gives is "not known".
export function name(id) {
  if (isNothing(id)) return t("not_known");
  const known = names[id];
  if (known === undefined || known === id) return id;
  return `${isNothing(known) ? t("not_known") : known} (${id})`;
}
export const nameAll = (ids) => listed(ids.map(name));

// The sentence of a reason; codes in it are spelled out, and ids are shortened as everywhere.
const SPELLED = {
  caveat: (code) => word("caveat", code),
  clock: (code) => term("due_name", code),
  component: (code) => word("component", code),
  condition: (code) => word("condition", code),
  least: (code) => word("readiness", code),
  level: (code) => word("readiness", code),
  severity: (code) => term("case_file.severity", code),
  stage: (code) => word("stage", code),
  standard: (code) => term("case_file.standard", code),
  standing: (code) => word("commitment", code),
  state: (code) => name(code),
  states: (codes) => codes.split(", ").map(name).join(", "),
};
export function because(reason) {
  const spelled = ([key, value]) => [key, typeof value === "string" ? (SPELLED[key] ?? short)(value) : value];
  return sentence({ ...reason, numbers: reason.numbers.map(spelled) });
}

// ------------------------------------------------------------------------------ instants
// The locale that writes numbers and dates in the language of the page.
export const locale = () => LANGUAGES.find(([known]) => known === document.documentElement.lang)[2];

export function when(us) {
  if (isNothing(us)) return notKnown();
  const local = new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" }).format(new Date(us / 1000));
  return make("time", { class: "when", datetime: new Date(us / 1000).toISOString() }, instant(us), make("small", {}, t("local", { time: local })));
}

// A length that counts on while the page is open: down to an instant, or up from one.
export function ticking(us, down) {
  const shown = make("span", { class: "ticks", "data-us": us, "data-down": String(down) });
  tick(shown);
  return shown;
}

export const seconds = (length) => (isNothing(length) ? notKnown() : lengthOf(length * SECOND_US));

function tick(shown) {
  const nowUs = (Date.now() + aheadMs) * 1000;
  const away = Number(shown.dataset.us) - nowUs;
  shown.textContent = lengthOf(shown.dataset.down === "true" ? Math.max(0, away) : Math.max(0, -away));
}

export function startTicking() {
  setInterval(() => document.querySelectorAll(".ticks").forEach(tick), TICK_MS);
}

// ------------------------------------------------------------------------------ elements
export const anchor = (id) => `r-${id.replaceAll(/[^\w-]/g, "_")}`;
export const ids = (all) => (all.length ? all.map((id, at) => [at ? ", " : null, code(id)]) : t("none"));
export const mark = (text, kind = "") => make("span", { class: `tag ${kind}` }, text);

// One record of the board: its heading, and at its top what took its ground away.
export function card(id, heading, { unwoundBy = null, stoodOn = [] } = {}, ...parts) {
  return make(
    "article",
    { id: anchor(id), class: unwoundBy || stoodOn.length ? "card unwound" : "card" },
    make("h3", {}, heading),
    unwoundBy ? make("p", { class: "warning" }, make("strong", {}, t("unwound")), " ", t("unwound_by"), " ", make("a", { href: `#${anchor(unwoundBy)}` }, code(unwoundBy))) : null,
    stoodOn.length ? make("p", { class: "warning" }, t("stood_on"), " ", ids(stoodOn)) : null,
    parts,
    note(t("entry"), " ", code(id)),
  );
}

export function quoted(words, article) {
  return [words ? make("blockquote", { translate: "no" }, words) : null, note(article ? t("article", { article }) : t("house_default"))];
}

// Texts of one commitment that stand side by side: both are shown with their sources, none chosen.
export function differing(refs) {
  const text = (one) => [make("q", { translate: "no" }, one.words), source(one.source)];
  return refs.map((one) => make("details", { class: "differing" }, make("summary", {}, mark(t("texts_differ", { texts: one.texts.length }), "disputed"), " ", make("code", {}, one.id)), items(one.texts.map(text), "log")));
}

export const source = (text) => make("p", { class: "note source" }, t("source"), " ", isNothing(text) ? notKnown() : make("span", { translate: "no" }, text));

// A part of a page, with its number of lines; the rule stands there instead where he may not see it.
export function part(id, title, hidden, rows, empty) {
  const refusal = hidden?.find((one) => one.part === id);
  if (refusal) return section(id, title, refusalNote(refusal));
  const cards = rows.length && rows.every((row) => row.tagName === "ARTICLE");
  const shown = cards ? make("div", { class: "cards" }, rows) : rows;
  return section(id, cards ? `${title} (${count(rows.length)})` : title, rows.length ? shown : note(empty));
}

// A table whose rows are cards where the window is narrow: each cell says its column.
export function grid(columns, rows, caption) {
  const cell = (value, at) => make(at ? "td" : "th", at ? { "data-name": columns[at] } : { scope: "row" }, value);
  return make(
    "table",
    { class: "grid" },
    caption ? make("caption", {}, caption) : null,
    make("thead", {}, make("tr", {}, columns.map((one) => make("th", { scope: "col" }, one)))),
    make("tbody", {}, rows.map(({ cells, kind = null, id = null }) => make("tr", { class: kind, id }, cells.map(cell)))),
  );
}
