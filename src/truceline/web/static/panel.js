// One incident: how sure, where, when, by which evidence, watched how well, and what each clause says.

import * as api from "./api.js";
import { byId, fillWith, make, swatch } from "./dom.js";
import { countOf, originalsOf } from "./originals.js";
import { hueOf, on, set, state } from "./state.js";
import {
  areaName, because, chance, chances, count, decibans, instant, interval, length, likelihood, list, partyName, say, term,
} from "./words.js";

const DECIBANS_SHOWN = 2000; // millibans at the end of a bar
const REASONS_SHOWN = 4; // observations whose reasons stand open; the others unfold

let opener = null;

const fact = (name, ...value) => [make("dt", {}, say(name)), make("dd", {}, value)];
const heading = (id, name) => make("h3", { id }, say(name));
const degrees = (e7) => (e7 / 1e7).toFixed(3);

function top(incident) {
  const ppm = incident.probability_ppm;
  return make(
    "header",
    { class: "panel-top" },
    make(
      "div",
      {},
      make("p", { class: "eyebrow" }, say("incident"), " ", make("code", {}, incident.short_id)),
      make("h2", { tabindex: "-1", id: "panel-title" }, incident.near || areaName(incident.area)),
    ),
    make("button", { type: "button", class: "close", "aria-label": say("close"), on: { click: close } }, make("span", { "aria-hidden": "true" }, "×")),
    make(
      "p",
      { class: "big" },
      make("a", { href: "#panel-ledger", class: "number", on: { click: jump } }, chance(ppm)),
      make("span", {}, likelihood(ppm), make("small", {}, say("consistent"))),
    ),
    make("span", { class: "meter", "aria-hidden": "true" }, make("span", { style: { width: `${ppm / 10000}%` } })),
    make("p", { class: "note" }, say("uncalibrated")),
  );
}

// Documents in doubt, whose rows count until the mission is derived again.
function disputed(answer) {
  return answer.disputed.map(({ name, why }) => make("p", { class: "doubted" }, say("disputed", { name, why })));
}

// The address keeps the incident, so a jump inside the panel scrolls by hand.
function jump(event) {
  event.preventDefault();
  const target = byId(event.currentTarget.getAttribute("href").slice(1));
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}

function facts(incident) {
  const place = incident.place;
  const high = incident.count_high === null ? say("count_open") : count(incident.count_high);
  const kinds = incident.kinds
    .filter(([, ppm]) => ppm > 0)
    .map(([kind, ppm]) => `${term("kind", kind)} ${chance(ppm)}`);
  return make(
    "dl",
    { class: "facts" },
    fact("fact_place", `${degrees(place.latitude_e7)} N, ${degrees(place.longitude_e7)} E · ${areaName(incident.area)}`),
    fact("fact_region", say("fact_region_value", { radius: length(incident.radius_90_m) })),
    fact("fact_time", interval(incident.began_us, incident.ended_us)),
    fact("fact_last_seen", instant(incident.last_seen_us)),
    fact("fact_held_by", swatch(hueOf(incident.held_by)), partyName(incident.held_by), make("small", {}, say("fact_held_note"))),
    fact("fact_line", length(incident.line_distance_m)),
    fact("fact_kinds", list(kinds)),
    fact("fact_count", say("fact_count_value", { low: count(incident.count_low), high })),
    fact("fact_sources", count(incident.independent_sources), make("small", {}, say(incident.has_physical_source ? "physical_yes" : "physical_no"))),
    fact("fact_stage", `${term("stage", incident.stage)} · ${say("revision", { number: count(incident.revision) })}`),
  );
}

function ledger(incident) {
  const total = incident.evidence.reduce((sum, row) => sum + row.millibans, 0);
  const weight = (millibans) => {
    const share = Math.min(1, Math.abs(millibans) / DECIBANS_SHOWN) * 50;
    const side = millibans < 0 ? "against" : "for";
    return make(
      "td",
      { class: "weight" },
      make("span", { class: "signed" }, decibans(millibans)),
      make("span", { class: "balance", "aria-hidden": "true" }, make("span", { class: side, style: { width: `${share}%` } })),
    );
  };
  const rows = incident.evidence.map((row) =>
    make(
      "tr",
      { class: row.silent ? "silent" : null },
      make("th", { scope: "row" }, term("cluster", row.cluster), row.silent ? make("small", {}, say("silent")) : null),
      weight(row.millibans),
      make("td", {}, because(row.reason), row.observations.length ? countOf(row.observations, "ledger_observations") : null),
    ),
  );
  return make(
    "section",
    { "aria-labelledby": "panel-ledger" },
    heading("panel-ledger", "ledger"),
    make("p", { class: "note" }, say("ledger_note")),
    make(
      "table",
      { class: "ledger" },
      make("thead", {}, make("tr", {}, ["ledger_cluster", "ledger_weight", "ledger_why"].map((key) => make("th", { scope: "col" }, say(key))))),
      make("tbody", {}, rows),
      make(
        "tfoot",
        {},
        make("tr", {}, make("th", { scope: "row" }, say("ledger_sum")), weight(total), make("td", {}, say("ledger_gives", { chance: chance(incident.probability_ppm) }))),
      ),
    ),
  );
}

// Why these observations are one incident, why its neighbours are others, what would change it most.
function explanation(answer) {
  const found = answer.explanation;
  const seen = new Map(answer.observations.map((one) => [one.id, one]));
  const mine = found.together.map(({ observation, because: reason }) => {
    const one = seen.get(observation);
    return make("li", {}, make("strong", {}, term("source", one.source)), ` · ${interval(one.began_us, one.ended_us)}`, make("p", {}, because(reason)));
  });
  const others = found.apart.map(({ incident, short_id: name, near, began_us: began, ended_us: ended, because: reason }) =>
    make(
      "li",
      {},
      make("button", { type: "button", class: "link", on: { click: () => set({ selected: incident }) } }, make("code", {}, name)),
      ` ${[near, interval(began, ended)].filter(Boolean).join(" · ")}`,
      make("p", {}, because(reason)),
    ),
  );
  const changes = found.change.map((reason) => make("li", {}, because(reason)));
  const part = (name, items, none) => [heading(`panel-${name}`, name), items.length ? make("ul", { class: "why" }, items) : make("p", {}, say(none))];
  return make(
    "section",
    { "aria-labelledby": "panel-why_together" },
    part("why_together", mine.slice(0, REASONS_SHOWN), "why_apart_none"),
    mine.length > REASONS_SHOWN ? make("details", {}, make("summary", {}, say("why_more", { count: count(mine.length - REASONS_SHOWN) })), make("ul", { class: "why" }, mine.slice(REASONS_SHOWN))) : null,
    make("p", { class: "note" }, say("why_note")),
    part("why_apart", others, "why_apart_none"),
    part("why_change", changes, "why_change_none"),
  );
}

function coverage(record) {
  const title = heading("panel-coverage", "coverage");
  if (!record) return make("section", {}, title, make("p", {}, term("value", "not_observed")));
  const missed = record.missed_upper_95 === null ? say(record.noticed ? "missed_noticed" : "missed_none") : count(record.missed_upper_95);
  const detection =
    record.detection_ppm === null
      ? term("value", "not_observed")
      : say("detection_value", { chance: chance(record.detection_ppm), range: chances(record.detection_low_ppm, record.detection_high_ppm) });
  return make(
    "section",
    { "aria-labelledby": "panel-coverage" },
    title,
    make(
      "dl",
      { class: "facts" },
      fact("coverage_state", term("coverage_state", record.state)),
      fact("coverage_detection", detection),
      fact("coverage_missed", missed),
      fact("coverage_sources", record.sources.length ? list(record.sources.map((name) => term("source", name))) : term("value", "not_known")),
    ),
  );
}

function agreementOf(finding) {
  const known = state.mission.agreements.find((one) => one.sha256 === finding.agreement_sha256 || one.id === finding.agreement);
  return known ?? { id: finding.agreement, title: finding.agreement, readings: [] };
}

function readingWords(agreement, id) {
  const reading = agreement.readings.find((one) => one.id === id);
  if (!reading) return id;
  const until = reading.until_us === null ? say("open_end") : instant(reading.until_us);
  return say("reading", { id, from: interval(reading.from_us, reading.from_not_after_us), until, who: reading.said_by });
}

function finding(one) {
  const agreement = agreementOf(one);
  const applies = "outcome" in one;
  const outcome = applies ? one.outcome : "not_applicable";
  return make(
    "article",
    { class: `finding ${outcome}` },
    make("p", { class: "clause" }, make("strong", {}, say("article", { article: one.article })), ` ${agreement.title}`),
    make("blockquote", { translate: "no" }, one.words),
    make(
      "p",
      { class: "outcome" },
      make("strong", {}, term("outcome", outcome)),
      applies ? [" · ", make("a", { href: "#panel-ledger", on: { click: jump } }, chance(one.probability_ppm))] : null,
    ),
    applies
      ? make("ul", { class: "reasons" }, one.reasons.map((reason) => make("li", {}, because(reason))))
      : make("p", {}, because(one.reason)),
    make("p", { class: "note" }, readingWords(agreement, one.reading)),
    make("p", { class: "note" }, make("code", {}, one.short_id)),
  );
}

function findings(answer) {
  const none = make("p", {}, say("findings_none"));
  const others = answer.not_applicable.map(finding);
  return make(
    "section",
    { "aria-labelledby": "panel-findings" },
    heading("panel-findings", "findings"),
    make("p", { class: "note" }, say("findings_note")),
    answer.findings.length ? answer.findings.map(finding) : none,
    others.length ? make("details", {}, make("summary", {}, say("not_applicable", { count: count(others.length) })), others) : null,
  );
}

function attribution(record) {
  const reasons = (record?.reasons ?? []).map((code) => term("unattributed", code));
  return make(
    "section",
    { "aria-labelledby": "panel-attribution" },
    heading("panel-attribution", "attribution"),
    make("p", {}, make("strong", {}, term("attribution", record?.outcome)), reasons.length ? `: ${list(reasons)}.` : ""),
  );
}

// Instrument readings by name, the unit in the name.
function measures(observation) {
  const pairs = Object.entries(observation.measures);
  return pairs.length ? make("small", {}, pairs.map(([name, value]) => `${name} ${count(value)}`).join(" · ")) : null;
}

function observations(answer) {
  const items = answer.observations.map((one) =>
    make(
      "li",
      {},
      make("strong", {}, term("source", one.source)),
      ` · ${term("means", one.means)} · ${interval(one.began_us, one.ended_us)}`,
      one.words ? make("span", { class: "quoted", translate: "no" }, ` “${one.words}”`) : null,
      measures(one),
      originalsOf(one.id),
    ),
  );
  return make("section", { "aria-labelledby": "panel-observations" }, heading("panel-observations", "observations"), make("ol", { class: "observations" }, items));
}

async function show() {
  const panel = byId("panel");
  const id = state.selected;
  const wasOpen = !panel.hidden;
  panel.hidden = !id;
  document.body.classList.toggle("with-panel", Boolean(id));
  if (!id) {
    panel.replaceChildren();
    return;
  }
  try {
    const answer = await api.incident(id);
    if (state.selected !== id) return;
    fillWith(panel, top(answer.incident), disputed(answer), facts(answer.incident), ledger(answer.incident), explanation(answer), coverage(answer.coverage), findings(answer), attribution(answer.attribution), observations(answer));
    panel.dataset.incident = id;
    panel.scrollTop = 0;
    if (!wasOpen) byId("panel-title").focus({ preventScroll: true });
  } catch (error) {
    fillWith(panel, make("p", { class: "trouble" }, error.message));
  }
}

function close() {
  set({ selected: null });
  (opener?.isConnected ? opener : byId("list")).focus();
}

export function startPanel() {
  on(["selected"], () => {
    if (state.selected && byId("panel").hidden) {
      opener = document.activeElement === document.body ? null : document.activeElement;
    }
    show();
  });
  on(["language"], () => state.selected && show());
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.selected) close();
  });
}

