// What a reader wished for: language and theme, asked in the address or kept in his browser.

import { make } from "./dom.js";
import { LANGUAGES } from "./words.js";

export function recall(name) {
  try {
    return localStorage.getItem(`truceline.${name}`);
  } catch {
    return null; // a browser that keeps nothing
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`truceline.${name}`, value);
  } catch {
    /* a browser that keeps nothing */
  }
}

// The language to begin with: the one that was asked for, the last one, or the browser's.
export function wishedLanguage(asked) {
  const known = LANGUAGES.map(([one]) => one);
  return [asked, recall("language"), ...navigator.languages.map((one) => one.slice(0, 2))].find((one) => known.includes(one)) ?? "en";
}

// A choice at the top of a page: of the language, or of the theme.
export function picker(id, label, options, value, change) {
  const select = make("select", { id, on: { change: () => change(select.value) } }, options.map(([key, name]) => make("option", { value: key, lang: id === "language" ? key : null }, name)));
  select.value = value;
  return make("label", { class: "pick" }, make("span", { class: "unseen" }, label), select);
}
