// The votes of a case: each motion with its ballots, what they add up to, and who dissents.

import { code, named, t, word } from "./asking.js";
import { make } from "./dom.js";
import { actLink, facts, items, note, refusalNote, table, when } from "./sheet.js";
import { instant, partyName, told } from "./words.js";

const f = (key, values = {}) => told(`case_file.${key}`, values) ?? key;
const quoted = (text) => (text ? make("blockquote", { translate: "no" }, text) : null);
const label = (name) => (f(`proposal.${name}`) === `proposal.${name}` ? name : f(`proposal.${name}`));

function plain(name, value) {
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (name.endsWith("_us")) return when(value);
  if (["severity", "standard", "consequence"].includes(name)) return word(name, value);
  if (name === "kind") return word("remedy", value);
  if (name === "addressee") return partyName(value);
  if (name === "levels") return items(value.map((one) => `${word("level", one.level)}: ${word("attributed", one.outcome)} (${one.party ? partyName(one.party) : f("nobody_named")})`));
  if (Array.isArray(value)) return value.length ? value.map((one) => [typeof one === "string" ? code(one) : JSON.stringify(one), " "]).flat() : t("none");
  if (value && typeof value === "object") return facts(Object.entries(value).map(([key, inner]) => [label(key), plain(key, inner)]));
  return /^[0-9a-f]{64}$/.test(value) ? code(value) : String(value);
}

function ballots(motion) {
  const rows = motion.ballots.map((one) => [
    one.seat,
    one.state ? partyName(one.state) : t("independent"),
    word("ballot", one.standing),
    one.vote ? make("strong", {}, word("vote", one.vote)) : "–",
    one.reasons || "–",
  ]);
  return table([f("seat"), f("state"), f("standing_is"), f("vote_is"), f("reasons")], rows, f("ballots"));
}

function tally(motion) {
  const sum = motion.tally;
  if (!sum) return make("p", {}, f("no_result_yet"));
  return [
    make("p", {}, make("strong", {}, word("result", sum.result)), ` · ${t("tally", sum)}`),
    sum.then ? make("p", {}, f("then_is"), ": ", word("then", sum.then)) : null,
    sum.default_by ? make("p", {}, f("default_by"), " ", code(sum.default_by)) : null,
    make("p", { class: "note", lang: "en" }, sum.why),
  ];
}

function motion(one, mandate) {
  const rule = mandate.rules.find((known) => known.id === one.rule);
  const name = [make("strong", {}, word("question", one.question)), ` · ${word("phase", one.phase)}`];
  const under = note(t("rule_line", { rule: one.rule, article: one.article }), rule ? ` · ${told(`cases.rule.${rule.kind}`)}` : "", rule?.words ? [" ", make("q", { translate: "no" }, rule.words)] : "");
  if (one.refused) return [name, under, note(instant(one.put_us)), refusalNote(one.refused, t("hidden_motion"))];
  const dissents = one.dissents.map((said) => [make("strong", {}, `${f("declared.dissent")}: ${said.seat}`), quoted(said.text), note(`${named(said.by)}, ${instant(said.at_us)}`)]);
  return [
    name,
    under,
    note(`${f("put_by")}: ${named(one.by)}, ${instant(one.put_us)}`, one.closed_us === null ? "" : ` · ${f("closed_at")}: ${instant(one.closed_us)}`, " · ", code(one.id), " · ", actLink("motion", one.id)),
    make("details", { id: `proposal-${one.id.slice(0, 12)}` }, make("summary", {}, t("proposal")), facts(Object.entries(one.proposal).map(([key, value]) => [label(key), plain(key, value)]))),
    one.votes_refused ? refusalNote(one.votes_refused, t("hidden_votes")) : null,
    ballots(one),
    tally(one),
    one.used_by ? note(f("carried_act"), ": ", code(one.used_by)) : null,
    dissents.length ? items(dissents, "log") : note(f("no_dissents")),
  ];
}

export const motions = (view, mandate) => items(view.motions.map((one) => motion(one, mandate)), "log");
