// What every page of the commission has: its top, who is logged in, words, and a look that stays live.

import { byId, fillWith, make } from "./dom.js";
import { actName, ask, code, named, nowUs, Refusal, ruleWords, short, t } from "./asking.js";
import { LANGUAGES, instant, speak, told } from "./words.js";
import { startLogin } from "./login.js";
import { picker, recall, remember, wishedLanguage } from "./wishes.js";

const EVERY_MS = 5000;
const MINUTE_US = 60e6;
const PAGES = [["/", "console"], ["/cases", "cases"], ["/hotline", "hotline"], ["/act", "act"]];

let size = null;
export let who = { actor: "", roles: [], states: [], seats: [], login: false };

export function refusalNote(answer, title = null) {
  return make("div", { class: "refusal" }, title ? make("p", {}, make("strong", {}, title)) : null, make("p", {}, t("refused_by", { rule: ruleWords(answer) })), make("p", { class: "note" }, make("code", {}, answer.rule)));
}

// ------------------------------------------------------------------------------ instants
export function lengthOf(us) {
  const minutes = Math.floor(Math.abs(us) / MINUTE_US);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return t("days", { days: Math.floor(hours / 24), hours: hours % 24 });
  return hours ? t("hours", { hours, minutes: minutes % 60 }) : t("minutes", { minutes });
}

const localTime = (us) =>
  new Intl.DateTimeFormat(LANGUAGES.find(([known]) => known === document.documentElement.lang)[2], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" }).format(new Date(us / 1000));

// An instant: UTC first, then the reader's own clock.
export function when(us) {
  if (us === null || us === undefined) return t("not_known");
  return make("time", { datetime: new Date(us / 1000).toISOString() }, instant(us), make("small", {}, t("local", { time: localTime(us) })));
}

export const apart = (us) => (us >= nowUs() ? t("in_time", { length: lengthOf(us - nowUs()) }) : t("ago", { length: lengthOf(nowUs() - us) }));

// ------------------------------------------------------------------------------ elements
export const section = (id, title, ...parts) => make("section", { id, "aria-labelledby": `${id}-title` }, make("h2", { id: `${id}-title` }, title), parts);
export const facts = (pairs) => make("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, ...value]) => [make("dt", {}, name), make("dd", {}, value)]));
export const items = (rows, kind = "plain") => make("ul", { class: kind }, rows.map((row) => make("li", {}, row)));
export const note = (...words) => make("p", { class: "note" }, words);
export const caseLink = (id, title) => make("a", { href: `/case?id=${encodeURIComponent(short(id))}${location.hash}` }, title ?? make("code", {}, short(id)));

// Leads to where acts on a case, a motion, a determination or a remedy are composed.
export const actLink = (kind, about, options = {}) => make("a", { href: `/act?kind=${kind}&about=${short(about)}${location.hash}`, ...options }, t(`compose_on.${kind}`));

// A table that scrolls by itself where it is too wide; its name is shown unless a heading says it.
export function table(names, rows, caption, { titled = false } = {}) {
  return make(
    "div",
    { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
    make(
      "table",
      {},
      make("caption", { class: titled ? "unseen" : null }, caption),
      make("thead", {}, make("tr", {}, names.map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, rows.map((cells) => make("tr", {}, cells.map((cell, at) => make(at ? "td" : "th", at ? {} : { scope: "row" }, cell))))),
    ),
  );
}

export function actsList(acts, empty) {
  if (!acts.length) return note(empty);
  return items(
    acts.map((act) => [
      make("strong", {}, actName(act.name)),
      ` · ${named(act.actor)} · `,
      make("time", { datetime: new Date(act.at_us / 1000).toISOString() }, instant(act.at_us)),
      act.refused ? make("span", { class: "badge" }, t("was_refused")) : null,
      make("small", {}, t("entry", { index: act.index }), " · ", act.case ? caseLink(act.case) : code(act.id)),
    ]),
    "log",
  );
}

export const refusedList = (refused) =>
  items(
    refused.map((one) => [
      make("strong", {}, actName(one.name)),
      ` · ${named(one.actor)} · ${t("entry", { index: one.index })}`,
      make("p", {}, told(`refusal.${one.rule}`) ?? one.rule, one.article ? ` (${t("article", { article: one.article })})` : ""),
      make("p", { class: "note" }, make("code", {}, one.rule), " ", make("span", { lang: "en" }, one.why)),
    ]),
    "log",
  );

// ------------------------------------------------------------------------------ the page
function top(here, redraw) {
  const links = PAGES.map(([address, name]) => make("li", {}, make("a", { href: `${address}${location.hash}`, "aria-current": name === here ? "page" : null }, t(name))));
  fillWith(
    byId("top"),
    make("p", { class: "name" }, make("a", { href: `/${location.hash}` }, "Truceline")),
    make("nav", { "aria-label": t("nav") }, make("ul", {}, links)),
    make(
      "div",
      { class: "tools" },
      picker("language", t("language"), LANGUAGES, document.documentElement.lang, async (chosen) => {
        history.replaceState(null, "", `${location.pathname}${location.search}#language=${chosen}`);
        remember("language", chosen);
        await speak(chosen);
        await redraw();
        byId("language").focus();
      }),
      picker("theme", t("theme"), ["auto", "light", "dark"].map((one) => [one, told(`console.theme_${one}`)]), document.documentElement.dataset.theme, (chosen) => {
        document.documentElement.dataset.theme = chosen;
        remember("theme", chosen);
      }),
    ),
    make("div", { id: "who", class: "who" }),
  );
  document.querySelector(".skip").textContent = t("skip");
  fillWith(byId("foot"), note(t("view_note")), make("p", { id: "live", class: "note", role: "status" }));
  startLogin(byId("who"), who);
}

export function trouble(error) {
  const place = byId("trouble");
  place.hidden = !error;
  place.textContent = error ? (error instanceof Refusal ? `${t("refused_title")}. ${ruleWords(error.answer)}` : error.message) : "";
}

// What was open or had the focus stays so when a page is brought up to date.
function keeping(draw) {
  const held = document.activeElement?.id;
  const open = [...document.querySelectorAll("#main details[open][id]")].map((one) => one.id);
  draw();
  for (const id of open) byId(id)?.setAttribute("open", "");
  if (held && byId(held) !== document.activeElement) byId(held)?.focus({ preventScroll: true });
}

// Tells as of when a page is, and brings it up to date; `every` is null for one that is not live.
async function watch(render, every) {
  if (document.hidden) return;
  const live = byId("live");
  try {
    const answer = await ask(`/api/acts?after=${size ?? 1e9}`);
    const fresh = size === null ? 0 : answer.size - size;
    size = answer.size;
    if (fresh > 0) await render();
    live.textContent = fresh > 0 ? t("live_new", { count: fresh }) : [t("as_of", { now: instant(answer.now_us) }), every && t("live", { every })].filter(Boolean).join(" · ");
  } catch {
    live.textContent = t("live_lost", { now: instant(nowUs()) });
  }
}

// Opens a page. `look` asks the server and gives a function that draws; a live one is asked again
// whenever the log has grown.
export async function openPage(here, look, { live = true } = {}) {
  document.documentElement.dataset.theme = recall("theme") ?? "auto";
  const render = async () => {
    try {
      const draw = await look();
      keeping(() => fillWith(byId("main"), draw()));
      trouble(null);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        // What stood there before is better than nothing; what never came is not awaited for ever.
        if (!byId("main").querySelector("h1")) fillWith(byId("main"), make("h1", {}, t(here)), note(t("not_known")));
        return trouble(error);
      }
      fillWith(byId("main"), make("h1", {}, t("refused_title")), refusalNote(error.answer));
    }
    document.title = `${byId("main").querySelector("h1")?.textContent ?? ""} · Truceline`;
  };
  const redraw = async () => {
    top(here, redraw);
    await render();
  };
  try {
    await speak(wishedLanguage(new URLSearchParams(location.hash.slice(1)).get("language")));
    who = await ask("/api/who").catch((error) => ({ ...who, login: true, refused: error.answer }));
    fillWith(byId("main"), note(t("loading")));
    await redraw();
    const every = live ? EVERY_MS / 1000 : null;
    await watch(render, every);
    if (live) setInterval(() => watch(render, every), EVERY_MS);
  } catch (error) {
    trouble(error);
  }
  window.truceline = { ready: true };
}
