// Opens the console: what is needed to read comes first, the map follows.

import * as api from "./api.js";
import { byId, make } from "./dom.js";
import { follow, on, readAddress, set, state, WINDOW } from "./state.js";
import { areaName, LANGUAGES, speak } from "./words.js";
import { startClaims } from "./claims.js";
import { startList } from "./list.js";
import { startLog } from "./log.js";
import { startPanel } from "./panel.js";
import { startSources } from "./sources.js";
import { startSummary } from "./summary.js";
import { startTimeline } from "./timeline.js";
import { recall, remember, wishedLanguage } from "./wishes.js";

function startTools() {
  const language = byId("language");
  language.append(...LANGUAGES.map(([code, name]) => make("option", { value: code, lang: code }, name)));
  language.value = state.language;
  language.addEventListener("change", () => changeLanguage(language.value));
  const theme = byId("theme");
  theme.value = state.theme;
  theme.addEventListener("change", () => set({ theme: theme.value }));
  on(["theme"], () => {
    document.documentElement.dataset.theme = state.theme;
    theme.value = state.theme;
    remember("theme", state.theme);
  });
  on([...WINDOW, "language"], writeReportLink);
  writeReportLink();
  byId("cases").hidden = !state.mission.commission;
}

function writeReportLink() {
  byId("report").href = api.reportAddress(state.mission.days[state.to], state.language);
}

async function changeLanguage(code) {
  try {
    await speak(code);
  } catch (error) {
    return trouble(error);
  }
  readied(state.incidents);
  byId("language").value = code;
  byId("mission-title").textContent = state.mission.title;
  set({ language: code });
  remember("language", code);
}

// What the list searches, in the words of the page.
function readied(incidents) {
  const index = new Map(state.mission.days.map((day, place) => [day, place]));
  for (const one of incidents) {
    one.dayIndex = index.get(one.day) ?? -1;
    one.search = `${one.near} ${areaName(one.area)} ${one.area} ${one.short_id} ${one.id}`.toLocaleLowerCase();
  }
  return incidents;
}

function trouble(error) {
  const line = byId("trouble");
  line.textContent = error.message;
  line.hidden = false;
}

const TABS = ["incidents", "claims", "sources", "log"];
function startTabs() {
  const show = () => {
    for (const name of TABS) {
      const tab = byId(`tab-${name}`);
      const chosen = name === state.tab;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
      byId(name).hidden = !chosen;
    }
  };
  for (const name of TABS) byId(`tab-${name}`).addEventListener("click", () => set({ tab: name }));
  byId("tabs").addEventListener("keydown", (event) => {
    const place = TABS.indexOf(state.tab);
    const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const name = TABS[(next + TABS.length) % TABS.length];
    set({ tab: name });
    byId(`tab-${name}`).focus();
  });
  on(["tab"], show);
  show();
}

async function open() {
  state.language = wishedLanguage(new URLSearchParams(location.hash.slice(1)).get("language"));
  state.theme = recall("theme") ?? "auto";
  document.documentElement.dataset.theme = state.theme;
  const [mission, answer, watched] = await Promise.all([
    api.mission(),
    api.incidents(),
    api.days(),
    speak(state.language),
  ]);
  state.mission = mission;
  state.watched = watched.days;
  state.incidents = readied(answer.incidents).sort(
    (a, b) => b.probability_ppm - a.probability_ppm || (a.id < b.id ? -1 : 1),
  );
  state.to = mission.days.length - 1;
  byId("mission-title").textContent = mission.title;
  document.title = `Truceline · ${mission.title}`;
  byId("boundaries").textContent = mission.note;
  for (const start of [startTools, startTabs, startSummary, startTimeline, startList, startClaims, startSources, startLog]) start();
  startPanel();
  follow(readAddress());
  addEventListener("hashchange", () => {
    // Read it first: to follow an address is to write it anew.
    const language = new URLSearchParams(location.hash.slice(1)).get("language");
    follow(readAddress());
    if (language && language !== state.language) changeLanguage(language);
  });
  // The map is a megabyte; what can be read is on the page before it is asked for.
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  const { startMap } = await import("./map.js");
  await startMap();
}

// `window.truceline.ready` is kept when the page and its map stand still for the first time.
window.truceline = { state, ready: open() };
window.truceline.ready.catch(trouble);
