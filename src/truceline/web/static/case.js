// One case whole: what is due, both parties side by side, the evidence, the votes, what was decided,
// and what became of it. What somebody may not see stands there with the rule that refused it.

import { ask, code, named, short, t, word } from "./asking.js";
import { make } from "./dom.js";
import { motions } from "./motions.js";
import { actLink, actsList, apart, caseLink, facts, items, note, openPage, refusalNote, refusedList, section, table, when } from "./sheet.js";
import { chance, instant, list, partyName, told } from "./words.js";

const f = (key, values = {}) => told(`case_file.${key}`, values) ?? key;
const title = (name) => f(`section.${name}`);
const empty = (key) => note(f(key));
const names = (those) => (those.length ? list(those.map(partyName)) : t("none"));
const quoted = (text, lang = null) => (text ? make("blockquote", { translate: "no", lang }, text) : null);

function head(view, mandate) {
  const line = view.line;
  const body = mandate.bodies.find((one) => one.id === line.body)?.name ?? line.body;
  return [
    make("p", { class: "eyebrow" }, t("case"), " ", make("code", { title: line.id }, line.short_id), ` · ${told(`access.tier.${view.tier}`) ?? view.tier}`),
    make("h1", {}, line.title),
    make("p", { class: "standing" }, make("strong", {}, word("status", line.status)), ` · ${word("severity", line.severity)}`),
    make("p", {}, t("opened_line", { at: instant(line.opened_us), actor: named(view.opened_by), body })),
    make("p", {}, line.assigned_to === null ? "" : line.assigned_to ? t("assigned_line", { actor: line.assigned_to }) : t("assigned_nobody")),
    quoted(view.claim),
    make("p", { class: "tools-here" }, actLink("case", line.id, { class: "button" }), make("button", { type: "button", on: { click: () => print() } }, t("print"))),
  ];
}

function warning(view, mandate) {
  if (!view.warnings.length) return null;
  const told_ = mandate.standstills.filter((one) => one.body === view.line.body).map((one) => make("ol", { class: "steps" }, one.told[document.documentElement.lang].map((line) => make("li", {}, line))));
  const paths = told_.length ? make("details", { id: "standstill" }, make("summary", {}, t("standstill_path")), told_) : null;
  return make("div", { class: "warning", role: "note" }, make("p", {}, "⚠ ", t("standstill_case", { rules: view.warnings.join(", ") })), paths);
}

const subjectOf = (one, view) => (!one.subject ? f("whole_case") : view.concerns.includes(one.subject) ? partyName(one.subject) : short(one.subject));

function deadline(one, view) {
  return [
    make("strong", {}, word("deadline", one.deadline)),
    ` · ${subjectOf(one, view)} · ${word("deadline_standing", one.standing)}`,
    make("p", {}, when(one.due_us), ["running", "passed"].includes(one.standing) ? make("em", {}, apart(one.due_us)) : null),
    one.default ? note(t("default", { default: word("default", one.default) }), " · ", one.certified_by ? [t("certified"), " ", code(one.certified_by)] : t("uncertified")) : null,
    one.article ? note(t("article", { article: one.article })) : null,
  ];
}

function next(view) {
  const open = view.deadlines.filter((one) => one.standing === "running" || one.standing === "passed");
  const first = open.filter((one) => one.standing === "passed").concat(open.filter((one) => one.standing === "running").sort((a, b) => a.due_us - b.due_us));
  return section("next", t("next"), first.length ? items(first.map((one) => deadline(one, view)), "log") : note(t("next_none")), note(t("due_note")));
}

// Both sides answer the same questions in the same place.
function party(one, at) {
  const [last, ...earlier] = one.positions.toReversed();
  const said = last
    ? [make("p", {}, make("strong", {}, word("stance", last.stance)), last.late ? ` ${f("late")}` : ""), quoted(last.text), note(instant(last.at_us), " · ", code(last.id))]
    : make("p", { class: one.standing === "silent" ? "silence" : "" }, one.standing === "silent" ? t("silence") : t("no_position"));
  return make(
    "article",
    { class: `party ${["one", "two"][at] ?? "none"}`, "aria-labelledby": `party-${one.party}` },
    make("h3", { id: `party-${one.party}` }, make("span", { class: `swatch ${["one", "two"][at] ?? ""}`, "aria-hidden": "true" }), partyName(one.party)),
    facts([[f("standing_is"), word("party_standing", one.standing)], [f("notified"), when(one.notified_us)], [f("reply_due"), when(one.due_us)]]),
    said,
    earlier.length ? make("details", { id: `earlier-${one.party}` }, make("summary", {}, t("earlier", { count: earlier.length })), earlier.map((old) => [make("p", {}, word("stance", old.stance), " · ", instant(old.at_us)), quoted(old.text)])) : null,
  );
}

function parties(view, mandate) {
  const side = (code_) => mandate.parties.indexOf(code_);
  return section("parties", t("parties"), view.parties.length ? make("div", { class: "sides" }, view.parties.map((one) => party(one, side(one.party)))) : empty("no_parties"));
}

// Late data may have revised or withdrawn a finding; the case stands as it was opened.
const revisedMark = (by) => make("p", { class: "warning" }, "⚠ ", by.length ? [f("finding_revised"), " ", by.map((id) => [code(id), " "]).flat()] : f("finding_withdrawn"));

function findings(view) {
  const one = (finding) => [
    make("a", { href: `/#incident=${encodeURIComponent(finding.incident)}&language=${document.documentElement.lang}` }, make("code", {}, finding.incident), ` ${t("in_console")}`),
    finding.facts
      ? make("p", {}, `${f("clause")} ${finding.facts.clause} · `, make("strong", {}, word("outcome", finding.facts.outcome)), ` · ${chance(finding.facts.probability_ppm)} · ${instant(finding.facts.began_us)}`)
      : note(t("finding_unknown")),
    finding.facts && finding.facts.superseded_by !== null ? revisedMark(finding.facts.superseded_by) : null,
    note(make("code", {}, finding.short_id)),
  ];
  return section("findings", title("findings"), view.findings.length ? [items(view.findings.map(one), "log"), note(f("findings_note"))] : empty("no_findings"));
}

function exhibit(one) {
  if (one.refused && !one.title) {
    return [
      make("strong", {}, one.withheld_from ? t("withheld_from", { parties: names(one.withheld_from) }) : t("hidden_exhibit")),
      one.summary ? [make("p", {}, f("summary")), quoted(one.summary), note(f("may_answer"))] : null,
      facts([[f("tier_is"), told(`access.tier.${one.tier}`)], one.weight === undefined ? null : [f("weight_is"), word("weight", one.weight)]]),
      refusalNote(one.refused),
    ];
  }
  return [
    make("strong", {}, one.title),
    facts([
      ["SHA-256", make("code", { class: "hash" }, one.sha256)],
      [f("tier_is"), told(`access.tier.${one.tier}`)],
      one.withheld_from.length ? [t("withheld_from", { parties: names(one.withheld_from) }), f("summary"), ": ", quoted(one.summary)] : null,
      [f("weight_is"), word("weight", one.weight)],
      one.admission ? [f("admission_is"), word("admission", one.admission)] : null,
      [f("custody"), one.custody.length ? one.custody.map((id) => [code(id), " "]).flat() : t("none")],
      [f("brought"), `${named(one.by)}, ${instant(one.at_us)}`],
    ]),
  ];
}

function requests(view) {
  const one = (asked) => [
    make("strong", {}, `${word("request", asked.what)}: ${partyName(asked.to)}`),
    quoted(asked.text),
    note(`${named(asked.by)}, ${instant(asked.asked_us)}`),
    asked.answer ? [make("p", {}, make("strong", {}, word("answer", asked.answer)), ` · ${instant(asked.answered_us)}`), quoted(asked.answer_text)] : make("p", {}, f("no_answer")),
  ];
  const refused = view.requests.length ? view.not_shown.requests : null;
  return section("requests", title("requests"), refused ? refusalNote(refused, t("not_shown")) : null, view.requests.length ? items(view.requests.map(one), "log") : empty("no_requests"));
}

function hats(view) {
  const shown = view.hats.filter((one) => one.is_party || one.owns_sensors || one.keeps_mirror || one.judges.length || one.recused.length || one.guarantees);
  const yes = (is) => (is === null ? t("not_known") : is ? t("yes") : "–");
  const names_ = ["party", "sensors", "mirror", "judge", "recused", "guarantor"].map((name) => f(`hat.${name}`));
  const rows = shown.map((one) => [partyName(one.state), yes(one.is_party), yes(one.owns_sensors), yes(one.keeps_mirror), one.judges.join(", ") || "–", one.recused.join(", ") || "–", yes(one.guarantees)]);
  return section("hats", title("hats"), note(f("hats_note")), table([f("state"), ...names_], rows, title("hats"), { titled: true }));
}

function seats(view) {
  const rows = view.seats.map((one) => [
    one.id + (one.chairs ? ` (${t("seat_chairs")})` : ""),
    one.state ? partyName(one.state) : t("independent"),
    one.group || "–",
    one.votes ? t("yes") : t("no"),
    one.holder === null ? t("not_named") : one.holder || t("vacant"),
    one.alternates.join(", ") || "–",
  ]);
  const declared = [...view.recusals.map((one) => ["recusal", one]), ...view.conflicts.map((one) => ["interest", one])];
  const said = declared.map(([kind, one]) => [make("strong", {}, `${f(`declared.${kind}`)}: ${one.seat}`), one.scope ? ` · ${word("scope", one.scope)}` : "", quoted(one.text), note(`${named(one.by)}, ${instant(one.at_us)}`)]);
  return section("seats", t("seats"), table([f("seat"), f("state"), t("seat_group"), t("seat_votes"), t("seat_holder"), t("seat_alternates")], rows, t("seats"), { titled: true }), make("h3", {}, title("declared")), said.length ? items(said, "log") : empty("no_declared"));
}

function determination(one, view) {
  const gone = view.revised.filter((each) => each.determinations.includes(one.id));
  const rows = one.levels.map((level) => [word("level", level.level), word("attributed", level.outcome), level.party ? partyName(level.party) : f("nobody_named")]);
  return [
    make("strong", {}, word("determination_standing", one.standing)),
    one.replaced_by ? [" · ", f("replaced_by"), " ", code(one.replaced_by)] : null,
    gone.length ? make("p", { class: "warning" }, "⚠ ", f("stands_on_revised"), " ", gone.map((each) => [code(each.finding), " "]).flat()) : null,
    facts([
      [f("standard_is"), word("standard", one.standard)],
      [f("severity_is"), word("severity", one.severity)],
      [f("clauses"), one.clauses.join(", ") || t("none")],
      [f("began"), instant(one.began_us), " – ", instant(one.ended_us)],
      [f("decided"), when(one.decided_us)],
    ]),
    rows.length ? table([f("level_is"), f("attributed_is"), f("named")], rows, f("levels")) : null,
    note(code(one.id), " · ", actLink("determination", one.id)),
  ];
}

// A changed field may be anything that was proposed; an instant is written as one.
function value(name, plain) {
  if (plain === null) return f("withdrawn");
  if (name.endsWith("_us")) return instant(plain);
  if (name === "levels") return plain.length ? items(plain.map((one) => `${word("level", one.level)}: ${word("attributed", one.outcome)} (${one.party ? partyName(one.party) : f("nobody_named")})`)) : t("none");
  if (name === "severity" || name === "standard") return word(name, plain);
  if (Array.isArray(plain)) return plain.length ? plain.map((one) => short(String(one))).join(", ") : t("none");
  return typeof plain === "string" ? plain || t("none") : JSON.stringify(plain);
}

function correction(one) {
  const rows = one.differences.map((changed) => [f(`proposal.${changed.field}`) === `proposal.${changed.field}` ? changed.field : f(`proposal.${changed.field}`), value(changed.field, changed.old), value(changed.field, changed.new)]);
  return [
    make("p", {}, f("old_one"), " ", code(one.old), " · ", one.new ? [f("new_one"), " ", code(one.new)] : f("withdrawn"), ` · ${instant(one.at_us)}`),
    quoted(one.reasons),
    table([f("field"), f("old"), f("new")], rows, f("differences")),
  ];
}

function determinations(view) {
  const appeal = (one) => [make("strong", {}, `${partyName(one.party)}: ${word("appeal_standing", one.standing)}`), quoted(one.grounds), note(instant(one.at_us), " · ", f("against"), " ", code(one.determination))];
  return section(
    "determinations",
    title("determinations"),
    view.determinations.length ? [items(view.determinations.map((one) => determination(one, view)), "log"), note(f("determinations_note"))] : empty("no_determinations"),
    view.corrections.length ? [make("h3", {}, title("corrections")), items(view.corrections.map(correction), "log")] : null,
    view.appeals.length ? [make("h3", {}, title("appeals")), items(view.appeals.map(appeal), "log")] : null,
  );
}

function remedy(one, view) {
  const it = one.remedy;
  const exhibitName = (id) => view.exhibits.find((known) => known.id === id)?.title ?? code(id);
  const cited = (key, ids, nameOf) => (ids.length ? note(f(`proposal.${key}`), ": ", ids.map((id) => [nameOf(id), " "]).flat()) : null);
  const follow = one.follow_ups.map((up) => [make("strong", {}, word("remedy_standing", up.result)), ` · ${named(up.by)}, ${instant(up.at_us)}`, quoted(up.note), cited("findings", up.findings, code), cited("exhibits", up.exhibits, exhibitName)]);
  return [
    make("strong", {}, word("remedy", it.kind)),
    ` · ${partyName(it.addressee)} · ${word("remedy_standing", it.standing)}`,
    one.stood_on ? make("p", { class: "warning" }, "⚠ ", f(`stood_on.${one.stood_on}`)) : null,
    facts([[f("due"), when(it.due_us), make("em", {}, it.standing === "running" ? apart(it.due_us) : "")], [f("proposal.proportionality"), one.proportionality], [f("stands_on"), code(it.determination)]]),
    make("h3", {}, f("follow_up")),
    follow.length ? items(follow, "log") : empty("no_follow_up"),
    note(code(it.id), " · ", actLink("remedy", it.id)),
  ];
}

function related(view) {
  const pattern = (one) => [make("strong", {}, `${word("pattern", one.by)} ${one.key} · ${word("recurrence", one.recurrence)}`), make("p", {}, one.cases.filter((id) => id !== view.line.id).slice(0, 20).map((id) => [caseLink(id), " "]).flat())];
  const link = (one) => [caseLink(one.other), ` · ${word("pattern", one.by)}`, quoted(one.why)];
  const rows = [...view.patterns.map(pattern), ...view.links.map(link)];
  return section("patterns", title("patterns"), rows.length ? items(rows, "log") : empty("no_patterns"));
}

function handling(view) {
  const hand = ([at, giver, taker, said]) => [`${instant(at)} · ${giver} → ${taker}`, quoted(said)];
  const refused = view.not_shown.handovers;
  const hands = refused ? refusalNote(refused, t("not_shown")) : view.handovers.length ? items(view.handovers.map(hand), "log") : empty("no_handovers");
  return section(
    "handling",
    title("handling"),
    facts([[f("bodies"), view.bodies.join(" → ")], [f("published"), view.published.length ? view.published.map(([tier, at]) => `${told(`access.tier.${tier}`)}, ${instant(at)}`).join("; ") : t("none")]]),
    make("h3", {}, f("handovers")),
    hands,
  );
}

function log(view) {
  return [
    section("refused", t("refused_acts"), note(t("refused_acts_note")), view.refused.length ? refusedList(view.refused) : note(t("refused_none"))),
    section("done", t("log_of_case"), make("details", { id: "done-acts" }, make("summary", {}, t("acts", { count: view.acts.length })), actsList(view.acts.toReversed(), t("latest_none")))),
  ];
}

function page(view, mandate) {
  const past = view.deadlines.filter((one) => !["running", "passed"].includes(one.standing));
  return [
    head(view, mandate),
    warning(view, mandate),
    next(view),
    parties(view, mandate),
    findings(view),
    section("exhibits", title("exhibits"), view.exhibits.length ? items(view.exhibits.map(exhibit), "log") : empty("no_exhibits")),
    requests(view),
    hats(view),
    seats(view),
    section("motions", title("motions"), view.motions.length ? motions(view, mandate) : empty("no_motions")),
    determinations(view),
    section("remedies", title("remedies"), view.remedies.length ? items(view.remedies.map((one) => remedy(one, view)), "log") : empty("no_remedies")),
    section("deadlines", title("deadlines"), past.length ? items(past.map((one) => deadline(one, view)), "log") : note(t("none"))),
    related(view),
    handling(view),
    log(view),
  ].flat();
}

openPage("cases", async () => {
  const id = new URLSearchParams(location.search).get("id") ?? "";
  const [view, mandate] = await Promise.all([ask(`/api/case?id=${encodeURIComponent(id)}`), ask("/api/mandate")]);
  return () => page(view, mandate);
});
