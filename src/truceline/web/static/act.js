// Composes an act, asks the rules whether it would be refused, and shows the command that signs it.
// Nothing is signed here: a key stays on its owner's machine, and so does how he votes.

import { actName, ask, Refusal, ruleWords, t } from "./asking.js";
import { byId, fillWith, make } from "./dom.js";
import { note, openPage, section } from "./sheet.js";
import { told } from "./words.js";

const wanted = new URLSearchParams(location.search);
const TALL = new Set(["text", "text or empty", "proposal"]);

function control(field, id) {
  const described = `${id}-note`;
  if (field.words.length) return make("select", { id, name: field.name, "aria-describedby": described }, make("option", { value: "" }, "–"), field.words.map((one) => make("option", {}, one)));
  const more = { id, name: field.name, autocomplete: "off", spellcheck: "false", "aria-describedby": described, "aria-required": field.required ? "true" : null };
  if (field.is_list || field.is_table || TALL.has(field.kind)) return make("textarea", { ...more, rows: field.is_table ? "8" : "3" });
  return make("input", { type: "text", ...more });
}

function hint(field) {
  const own = field.is_table ? t("table_note", { file: `${field.name}.toml` }) : field.is_list ? t("lists_note") : field.kind === "instant" ? t("instant_note") : "";
  return [make("span", { lang: "en" }, `${field.meaning[0].toUpperCase()}${field.meaning.slice(1)}. `), own, ` (${t(field.required ? "required" : "optional")})`];
}

function fieldOf(field) {
  const id = `field-${field.name}`;
  return make("div", { class: "field" }, make("label", { for: id }, make("code", {}, field.name)), control(field, id), make("p", { class: "note", id: `${id}-note` }, hint(field)));
}

// The texts of the fields: a list is one a line, and one that must be there is given even if empty.
function given(form) {
  const fields = {};
  for (const field of form.fields) {
    const text = byId(`field-${field.name}`).value;
    if (!text && !field.required) continue;
    fields[field.name] = field.is_list ? text.split("\n").map((one) => one.trim()).filter(Boolean) : [text];
    if (!fields[field.name].length) fields[field.name] = [""];
  }
  return fields;
}

function verdict(answer, form) {
  const refused = answer.refused;
  if (!refused) return make("p", {}, make("strong", {}, t(form.name === "vote.open" ? "would_pass_open" : "would_pass")));
  const by = { access: () => ruleWords(refused), fold: () => told(`refusal.${refused.rule}`) ?? refused.rule, form: () => refused.why };
  const numbers = refused.by === "fold" ? [" · ", make("span", { lang: "en" }, refused.why)] : "";
  return [make("p", {}, make("strong", {}, t("would_refuse"))), make("p", {}, t(`refused_${refused.by}`, { why: by[refused.by]() })), note(make("code", {}, refused.rule), refused.article ? ` · ${t("article", { article: refused.article })}` : "", numbers)];
}

function commandOf(answer) {
  if (!answer.command) return null;
  const said = make("span", { role: "status" });
  const copy = async () => {
    await navigator.clipboard.writeText(answer.command);
    said.textContent = ` ${t("copied")}`;
  };
  return section("command", t("command"), make("pre", { tabindex: "0" }, make("code", { id: "command-text" }, answer.command)), make("p", {}, make("button", { type: "button", on: { click: copy } }, t("copy")), said), note(t("keys_note")));
}

async function tried(event, form) {
  event.preventDefault();
  const place = byId("verdict");
  try {
    const body = JSON.stringify({ name: form.name, about: byId("about")?.value.trim() ?? "", fields: given(form) });
    const answer = await ask("/api/check", { method: "POST", body });
    fillWith(place, make("div", { class: answer.refused ? "refusal" : "allowed" }, verdict(answer, form)), commandOf(answer));
  } catch (error) {
    const why = error instanceof Refusal ? ruleWords(error.answer) : error.message;
    fillWith(place, make("div", { class: "refusal" }, make("p", {}, why)));
  }
}

function formOf(form) {
  const about = form.about
    ? make("div", { class: "field" }, make("label", { for: "about" }, t("about", { kind: form.about })), make("input", { type: "text", id: "about", autocomplete: "off", spellcheck: "false", value: wanted.get("about") ?? "" }))
    : null;
  return [
    make("p", { lang: "en" }, form.does),
    note(t("who_may", { who: "" }).replace(/\s*\.$/, " "), make("span", { lang: "en" }, `${form.who}.`)),
    form.is_own ? make("p", { class: "warning" }, t("vote_note")) : null,
    make("form", { class: "act", on: { submit: (event) => tried(event, form) } }, about, form.fields.map(fieldOf), make("p", {}, make("button", { type: "submit" }, t("ask")))),
    make("div", { id: "verdict", "aria-live": "polite" }),
  ];
}

// A page that was reached from a motion offers what can be done on a motion.
const offered = (forms) => forms.filter((one) => !wanted.get("kind") || one.about === wanted.get("kind"));

function page(all) {
  const forms = offered(all);
  const chosen = forms.find((one) => one.name === wanted.get("name")) ?? forms.find((one) => one.name === "case.position") ?? forms[0];
  const choose = (event) => {
    wanted.set("name", event.target.value);
    history.replaceState(null, "", `/act?${wanted}${location.hash}`);
    fillWith(byId("form"), formOf(forms.find((one) => one.name === event.target.value)));
  };
  const groups = Map.groupBy(forms, (one) => one.name.split(".")[0]);
  const options = [...groups].map(([group, those]) => make("optgroup", { label: group }, those.map((one) => make("option", { value: one.name, selected: one === chosen }, `${one.name} – ${actName(one.name)}`))));
  return [
    make("h1", {}, t("act")),
    make("p", { class: "lead" }, t("keys_note")),
    make("div", { class: "field" }, make("label", { for: "name" }, t("choose_act")), make("select", { id: "name", on: { change: choose } }, options)),
    make("div", { id: "form" }, formOf(chosen)),
    note(t("english_note")),
  ];
}

openPage("act", async () => {
  const { forms } = await ask("/api/forms");
  return () => page(forms);
}, { live: false });
