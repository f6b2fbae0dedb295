// The gap analysis: what would be there after each horizon, what is missing and why, and what if.

import { ask } from "./asking.js";
import { count, instant, term } from "./words.js";
import { because, differing, facts, grid, items, learn, make, mark, name, note, or, section, t, when, word } from "./board_kit.js";

const HOUR_S = 3600;
const DAY_S = 86400;

let wanted = null;

function startWanted() {
  const given = new URLSearchParams(location.search);
  wanted ??= { scenario: given.get("scenario") ?? "", from: given.get("from") ?? "", what_if: given.getAll("what_if") };
}

function query() {
  const asked = new URLSearchParams();
  if (wanted.scenario) asked.set("scenario", wanted.scenario);
  if (wanted.from) asked.set("from", wanted.from);
  for (const step of wanted.what_if) asked.append("what_if", step);
  return asked.size ? `?${asked}` : "";
}

// ------------------------------------------------------------------------------ the question
function step(one) {
  const id = `step-${one.id}`;
  const box = make("input", { type: "checkbox", id, name: "what_if", value: one.id, checked: wanted.what_if.includes(one.id) });
  return make("label", { for: id, class: "choice" }, box, make("span", {}, make("strong", {}, word("procedure_step", one.step)), " · ", one.who === "not known" ? t("not_known") : one.who));
}

function paths(steps) {
  const groups = Map.groupBy(steps, (one) => `${one.state}\n${one.procedure}`);
  return [...groups.values()].map((group) => make("fieldset", {}, make("legend", {}, name(group[0].state), " · ", group[0].procedure), group.map(step)));
}

function form(answer, render) {
  const scenario = make("select", { id: "scenario", name: "scenario" }, answer.scenarios.map((one) => make("option", { value: one.id }, one.title)));
  if (answer.gap) scenario.value = answer.gap.scenario;
  const since = make("input", { type: "datetime-local", id: "from", name: "from", step: "1", value: wanted.from.replace("Z", "") });
  const declared = answer.declared ? t("from_declared", { time: instant(answer.declared.instant_us) }) : t("from_nothing");
  const send = async (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    const from = given.get("from");
    wanted = { scenario: given.get("scenario") ?? "", from: from ? `${from.length === 16 ? `${from}:00` : from}Z` : "", what_if: given.getAll("what_if") };
    history.replaceState(null, "", `/gap${query()}`);
    await render();
    document.getElementById("ask")?.focus();
  };
  const clear = async () => {
    wanted = { scenario: "", from: "", what_if: [] };
    history.replaceState(null, "", "/gap");
    await render();
    document.getElementById("ask")?.focus();
  };
  return make(
    "form",
    { class: "question", on: { submit: send } },
    make("div", { class: "fields" }, make("label", { for: "scenario" }, make("span", {}, t("scenario")), scenario), make("label", { for: "from" }, make("span", {}, t("from_utc")), since)),
    note(declared),
    make("details", { id: "what-if", open: wanted.what_if.length > 0 }, make("summary", {}, t("what_if")), note(t("what_if_note")), answer.steps.length ? paths(answer.steps) : note(t("no_steps"))),
    make("p", { class: "tools-row" }, make("button", { type: "submit", id: "ask" }, t("ask")), make("button", { type: "button", on: { click: clear } }, t("clear"))),
  );
}

// ------------------------------------------------------------------------------ the answer
export function horizon(after_s) {
  const words = after_s % DAY_S === 0 && after_s > 3 * DAY_S ? t("days", { days: after_s / DAY_S }) : t("hours", { hours: after_s / HOUR_S });
  return `T+${words}`;
}

function contribution(one, refs) {
  const texts = differing(refs.filter((ref) => one.differing.includes(ref.id)));
  const reasons = one.reasons.length ? items(one.reasons.map(because), "log") : null;
  return [make("strong", {}, name(one.state)), " · ", make("span", { class: "number" }, count(one.count)), " · ", mark(word("answer", one.answer), one.answer), make("small", {}, make("code", {}, one.pledge)), reasons, texts];
}

function why(row, refs) {
  if (!row.contributions.length) return t("nobody_pledged");
  const says = row.contributions.filter((one) => one.reasons.length).length;
  return make("details", {}, make("summary", {}, t("reasons_of", { pledges: row.contributions.length, reasons: says })), items(row.contributions.map((one) => contribution(one, refs)), "log"));
}

// What is shown beside a number that the question "what if" has changed.
const before = (now, was) => (was === undefined || was === now ? null : make("small", { class: "was" }, t("was", { number: was })));

function cells(row, old, refs) {
  const number = (key) => [make("span", { class: "number" }, count(row[key])), before(row[key], old?.[key])];
  const what = [make("strong", {}, word("component", row.component)), make("small", {}, row.domain ? word("domain", row.domain) : t("no_domain"), " · ", row.capability)];
  return { kind: row.missing ? "gap" : "filled", cells: [what, number("required"), number("there"), number("not_known"), number("missing"), why(row, refs)] };
}

function horizons(answer) {
  const columns = [t("column_component"), t("column_required"), t("column_there"), t("column_not_known"), t("column_missing"), t("column_why")];
  const groups = [...new Set(answer.gap.rows.map((one) => one.after_s))];
  const same = (row) => answer.without?.rows.find((one) => one.after_s === row.after_s && one.component === row.component && one.domain === row.domain && one.capability === row.capability);
  return groups.map((after_s) => {
    const rows = answer.gap.rows.filter((one) => one.after_s === after_s);
    const instantly = answer.gap.declared_us + after_s * 1e6;
    return section(`after-${after_s}`, horizon(after_s), make("p", { class: "note" }, when(instantly)), grid(columns, rows.map((row) => cells(row, same(row), answer.gap.differing))));
  });
}

function result(answer) {
  if (!answer.scenarios.length) return note(t("no_scenarios"));
  if (!answer.gap) return note(t("no_instant"));
  const scenario = answer.scenarios.find((one) => one.id === answer.gap.scenario);
  return [
    answer.gap.what_if.length ? make("p", { class: "warning", role: "status" }, make("strong", {}, t("supposed")), " ", answer.gap.what_if.join(", "), ". ", t("supposed_note")) : null,
    make("p", { class: "none-decided" }, t("no_activation")),
    facts([
      [t("counted_from"), when(answer.gap.declared_us)],
      [t("trigger"), term("trigger", scenario.trigger)],
      [t("ceasefire"), t(scenario.ceasefire_in_force ? "in_force_yes" : "in_force_no")],
      [t("least_readiness"), word("readiness", scenario.least_readiness)],
      [t("tolerates"), scenario.tolerates.length ? scenario.tolerates.map((one) => word("caveat", one)).join(", ") : t("none")],
      [t("ended_pledges"), answer.gap.ended.length ? answer.gap.ended.join(", ") : t("none")],
      [t("source"), or(scenario.source)],
    ]),
    horizons(answer),
    note(t("kept_back")),
  ];
}

export async function lookAtGap(render) {
  startWanted();
  const answer = await ask(`/api/gap${query()}`);
  return () => {
    learn(answer);
    return [form(answer, render), result(answer)];
  };
}

