// The words of the report's own word files, and numbers written as the report writes them.

import * as api from "./api.js";

// Add a language here, with the locale that writes its numbers, and one file in reports/words.
export const LANGUAGES = [
  ["en", "English", "en-GB"],
  ["uk", "Українська", "uk-UA"],
  ["ru", "Русский", "ru-RU"],
];

let locale = "en-GB";
let words = {};
let numbers = null;
let decimals = null;
let thousandths = null;

export async function speak(code) {
  words = await api.words(code);
  locale = LANGUAGES.find(([known]) => known === code)[2];
  // Half to even, and always grouped, as the report writes them.
  const writer = (least, most) =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most, roundingMode: "halfEven", useGrouping: "always" });
  [numbers, decimals, thousandths] = [writer(0, 0), writer(1, 1), writer(1, 3)];
  document.documentElement.lang = code;
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = say(element.dataset.word);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
  }
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// A sentence of the console itself.
export function say(key, values = {}) {
  return fill(words[`console.${key}`] ?? key, values);
}

// A word of the report's tables: outcome, cluster, area, ... The code itself where there is none.
export function term(table, code) {
  if (code === null || code === undefined || code === "") return words["value.not_known"] ?? "";
  return words[`${table}.${code}`] ?? String(code);
}

export const count = (value) => numbers.format(value);

// A number and its unit stay on one line.
const unit = (name, number) => fill(words[`unit.${name}`] ?? "{number}", { number }).replaceAll(" ", "\u00a0");

// A probability is never rounded to none or to all.
function share(ppm) {
  const tenths = Math.round(ppm / 1000);
  if (tenths === 0 && ppm > 0) return `<${decimals.format(0.1)}`;
  if (tenths === 1000 && ppm < 1e6) return `>${decimals.format(99.9)}`;
  return decimals.format(ppm / 10000);
}

export const percent = (ppm) => unit("percent", share(ppm));

export function chance(ppm) {
  return ppm === null || ppm === undefined ? (words["value.not_observed"] ?? "") : percent(ppm);
}

export function chances(low, high) {
  if (low === null || low === undefined) return words["value.not_observed"] ?? "";
  // Word joiners: a range stays on one line.
  return low === high ? percent(low) : `${share(low)}\u2060–\u2060${percent(high)}`;
}

export function length(metres) {
  if (metres === null || metres === undefined) return words["value.not_known"] ?? "";
  return Math.abs(metres) < 1000 ? unit("metre", numbers.format(metres)) : unit("kilometre", decimals.format(metres / 1000));
}

// Signed, with a true minus, without the word for the unit.
export function decibans(millibans) {
  const size = decimals.format(Math.abs(millibans) / 100);
  if (size === decimals.format(0)) return size;
  return millibans > 0 ? `+${size}` : `−${size}`;
}

export function instant(us) {
  if (us === null || us === undefined) return words["value.not_known"] ?? "";
  const text = new Date(us / 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

// One day twice is written once.
export function interval(began, ended) {
  if (began === ended || ended === null) return instant(began);
  const [first, last] = [instant(began), instant(ended)];
  if (first.slice(0, 10) === last.slice(0, 10)) return `${first.slice(0, 16)} – ${last.slice(11)}`;
  return `${first.slice(0, 16)} – ${last}`;
}

const formats = new Map();
function format(options) {
  const key = locale + JSON.stringify(options);
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }));
  }
  return formats.get(key);
}
const LONG = { day: "numeric", month: "long", year: "numeric" };
export const day = (iso) => format(LONG).format(new Date(iso));
export const shortDay = (iso) => format({ day: "numeric", month: "short" }).format(new Date(iso));
export function daySpan(first, last) {
  return first === last ? day(first) : format(LONG).formatRange(new Date(first), new Date(last));
}

// An interval in a row of the list: short, the day once.
export function shortInterval(began, ended) {
  const [first, last] = [instant(began), instant(ended)];
  const [from, to] = [shortDay(first.slice(0, 10)), shortDay(last.slice(0, 10))];
  const until = from === to ? last.slice(11) : `${to} ${last.slice(11)}`;
  return began === ended ? `${from} ${first.slice(11)}` : `${from} ${first.slice(11, 16)}–${until}`;
}

export const list = (items) => new Intl.ListFormat(locale, { type: "conjunction" }).format(items);

// ICD 203, as the report words it.
const LIKELIHOODS = [
  [50000, "almost_no_chance"],
  [200000, "very_unlikely"],
  [450000, "unlikely"],
  [550000, "roughly_even"],
  [800000, "likely"],
  [950000, "very_likely"],
];
export function likelihood(ppm) {
  const step = LIKELIHOODS.find(([below]) => ppm < below);
  return term("likelihood", step ? step[1] : "almost_certain");
}

// Names inside a sentence that are codes, and the table that spells them out.
const TABLE_OF_NAME = { area: "area", cluster: "cluster", source: "source", kind: "clause_kind", party: "party" };

function written(name, value) {
  if (value === null) return words["value.not_known"] ?? "";
  if (typeof value === "string") return words[`${TABLE_OF_NAME[name]}.${value}`] ?? value;
  if (name.endsWith("_ppm")) return percent(value);
  if (name.endsWith("_millibans")) return unit("deciban", decibans(value));
  if (name.endsWith("_milli")) return thousandths.format(value / 1000);
  if (name.endsWith("_us")) return instant(value);
  if (name.endsWith("_m")) return length(value);
  return numbers.format(value);
}

function complete(template, pairs) {
  const text = fill(template, Object.fromEntries(pairs.map(([name, value]) => [name, written(name, value)])));
  return /\{\w+\}/.test(text) ? null : text;
}

// The sentence of a reason: `reason.<code>` with its numbers, each written by its suffix. Without
// words for it, or with other numbers, it is written out bare, as the report does.
export function because({ code, numbers: pairs }) {
  const open = pairs.some(([name, value]) => name === "until_us" && value === null) && words[`reason.${code}_open`];
  const template = open || words[`reason.${code}`];
  const text = template ? complete(template, pairs) : null;
  if (text !== null) return text;
  const bare = pairs.map(([name, value]) => `${name} ${written(name, value)}`).join(", ");
  return fill(words["reason.other"] ?? "{code}: {numbers}.", { code, numbers: bare || "-" });
}

// The same for a sentence of any key with numbers beside it; null where words or numbers miss.
export function told(key, numbers = []) {
  const template = words[key];
  return template ? complete(template, Array.isArray(numbers) ? numbers : Object.entries(numbers)) : null;
}

export function partyName(code) {
  return code === null || code === undefined ? (words["side.unknown"] ?? "") : term("party", code);
}

export const areaName = (code) => term("area", code);
