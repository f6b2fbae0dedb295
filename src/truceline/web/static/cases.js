// The cases: which there are, what is due and who works on it; what was refused; who decides.

import { make } from "./dom.js";
import { ask, Refusal, short, t, word } from "./asking.js";
import { apart, caseLink, items, note, openPage, refusalNote, refusedList, section, who } from "./sheet.js";
import { count, instant, partyName, told } from "./words.js";

const FILTERS = ["text", "status", "party", "severity", "assigned", "due"];
const wanted = new URLSearchParams(location.search);

const askOrRefusal = (address) => ask(address).catch((error) => (error instanceof Refusal ? { refusal: error.answer } : Promise.reject(error)));

// Keeps the choice in the address, and asks again.
async function choose(name, value) {
  if (value) wanted.set(name, value);
  else wanted.delete(name);
  if (name !== "page") wanted.delete("page");
  history.replaceState(null, "", `/cases${wanted.size ? `?${wanted}` : ""}${location.hash}`);
  const answer = await ask(`/api/cases?${wanted}`);
  document.getElementById("found").replaceWith(found(answer));
}

function filters(answer, mandate) {
  const options = {
    status: mandate.statuses.map((one) => [one, `${word("status", one)} (${count(answer.statuses[one] ?? 0)})`]),
    party: mandate.parties.map((one) => [one, partyName(one)]),
    severity: mandate.severities.map((one) => [one, word("severity", one)]),
    assigned: answer.assigned.map((one) => [one, one]),
    due: ["passed", "running"].map((one) => [one, t(`due_${one}`)]),
  };
  const field = (name) => {
    const id = `filter-${name}`;
    const hear = { on: { [name === "text" ? "input" : "change"]: (event) => choose(name, event.target.value) } };
    const control =
      name === "text"
        ? make("input", { type: "search", id, autocomplete: "off", spellcheck: "false", value: wanted.get(name), ...hear })
        : make("select", { id, ...hear }, make("option", { value: "" }, t("any")), options[name].map(([key, text]) => make("option", { value: key, selected: wanted.get(name) === key }, text)));
    return make("label", { for: id }, make("span", {}, t(`filter_${name}`)), control);
  };
  return make("form", { class: "filters", role: "search", "aria-label": t("filter"), on: { submit: (event) => event.preventDefault() } }, FILTERS.map(field));
}

function row(one) {
  const due = one.next_due_us === null ? (one.passed ? null : "–") : make("span", {}, instant(one.next_due_us), make("small", {}, apart(one.next_due_us)));
  return make(
    "tr",
    { class: one.passed ? "late" : null },
    make("th", { scope: "row" }, caseLink(one.id, one.title), make("small", {}, make("code", {}, one.short_id))),
    make("td", { "data-name": t("column_status") }, word("status", one.status), one.warned ? make("small", {}, `⚠ ${t("standstill")}`) : null),
    make("td", { "data-name": t("column_severity") }, word("severity", one.severity)),
    make("td", { "data-name": t("column_parties") }, one.concerns.join(" · ") || t("none")),
    make("td", { "data-name": t("column_due") }, due, one.passed ? make("strong", { class: "passed" }, t("passed_count", { count: one.passed })) : null),
    make("td", { "data-name": t("column_assigned") }, one.assigned_to === null ? t("not_named") : one.assigned_to || t("nobody")),
    make("td", { "data-name": t("column_opened") }, instant(one.opened_us)),
  );
}

function found(answer) {
  const names = ["case", "status", "severity", "parties", "due", "assigned", "opened"];
  const turn = (word_, page, off) => make("button", { type: "button", disabled: off, on: { click: () => choose("page", String(page)) } }, t(word_));
  const pages = make("p", { class: "pages" }, turn("before", answer.page - 1, answer.page === 0), " ", t("pages", { page: answer.page + 1, pages: answer.pages }), " ", turn("after", answer.page + 1, answer.page + 1 >= answer.pages));
  const list = make(
    "table",
    { class: "cases" },
    make("caption", { role: "status" }, t("found", { found: answer.found, total: answer.total })),
    make("thead", {}, make("tr", {}, names.map((name) => make("th", { scope: "col" }, t(`column_${name}`))))),
    make("tbody", {}, answer.cases.map(row)),
  );
  return make("div", { id: "found" }, answer.cases.length ? [list, answer.pages > 1 ? pages : null] : make("p", { role: "status" }, t(answer.total ? "no_match" : "no_cases")));
}

function notice(one) {
  const name = told(`cases.notice.${one.kind}`, { rule: word("deadline", one.rule), subject: one.subject }) ?? one.kind;
  return [
    make("strong", {}, name),
    one.due_us === null ? null : [" · ", instant(one.due_us), ` (${apart(one.due_us)})`],
    make("small", {}, one.case ? caseLink(one.case) : null, one.subject && one.subject !== one.case ? ` ${short(one.subject)}` : "", one.article ? ` · ${t("article", { article: one.article })}` : ""),
  ];
}

function due(answer) {
  if (answer.refusal) return section("due", t("what_is_due"), refusalNote(answer.refusal));
  return section("due", t("what_is_due"), note(t("due_note")), answer.notices.length ? items(answer.notices.slice(0, 50).map(notice), "log") : note(t("nothing_due")), answer.total > 50 ? note(t("newest_of", { shown: 50, total: answer.total })) : null);
}

function refused(answer) {
  const title = t("refused_acts");
  if (answer.refusal) return section("refused", title, refusalNote(answer.refusal));
  return section("refused", title, note(t("refused_acts_note")), answer.refused.length ? refusedList(answer.refused) : note(t("refused_none")));
}

function standstills(mandate) {
  if (!mandate.standstills.length) return null;
  const told_ = mandate.standstills.map((one) => make("ol", { class: "steps" }, one.told[document.documentElement.lang].map((line) => make("li", {}, line))));
  return make("div", { class: "warning" }, make("p", {}, make("strong", {}, `⚠ ${t("standstill")}`)), make("details", { id: "standstills" }, make("summary", {}, t("standstill_path")), told_));
}

function bodies(mandate) {
  const one = (body) => [
    make("h3", {}, body.name),
    note(t("article", { article: body.article }), body.words ? make("q", { translate: "no" }, body.words) : ""),
    items(
      mandate.rules.filter((rule) => rule.body === body.id).map((rule) => [make("strong", {}, told(`cases.rule.${rule.kind}`)), ` · ${rule.questions.map((name) => (name === "any" ? t("any") : word("question", name))).join(", ")}`, make("small", {}, t("rule_line", { rule: rule.id, article: rule.article }), rule.words ? [" ", make("q", { translate: "no" }, rule.words)] : "")]),
      "log",
    ),
  ];
  return section("who-decides", t("who_decides"), mandate.bodies.map(one));
}

// The public has no part in what is due or refused: nothing is asked in vain.
const inside = (address) => (who.actor ? askOrRefusal(address) : Promise.resolve(null));

openPage("cases", async () => {
  const [answer, mandate, notices, rejected] = await Promise.all([ask(`/api/cases?${wanted}`), ask("/api/mandate"), inside("/api/deadlines"), inside("/api/refused")]);
  return () => [make("h1", {}, t("cases")), standstills(mandate), filters(answer, mandate), found(answer), notices && due(notices), rejected && refused(rejected), bodies(mandate)];
});
