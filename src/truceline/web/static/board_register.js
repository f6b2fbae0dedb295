// The register: who takes part, what each text says, what each procedure takes, what is pledged.

import { ask } from "./asking.js";
import { refusalNote } from "./sheet.js";
import { count, day } from "./words.js";
import { facts, grid, isNothing, items, learn, listed, locale, make, mark, name, notKnown, note, or, seconds, section, source, t, when, word } from "./board_kit.js";

const dayOr = (iso) => (isNothing(iso) ? notKnown() : day(iso));

// ------------------------------------------------------------------------------ who
function participant(one) {
  const positions = one.positions.map((said) => [mark(word("position", said.kind)), " ", make("span", { translate: "no" }, said.words), source(said.source)]);
  return [make("strong", {}, name(one.code)), " · ", word("standing", one.standing), source(one.source), positions.length ? items(positions, "log") : null];
}

function participants(answer) {
  const named = answer.participants.filter((one) => one.name !== "not known");
  const unnamed = answer.participants.filter((one) => one.name === "not known");
  const all = answer.participants.filter((one) => one.standing === "participant").length;
  const more = unnamed.length ? make("details", {}, make("summary", {}, t("unnamed", { count: unnamed.length })), items(unnamed.map((one) => [make("code", {}, one.code), " · ", notKnown(), " · ", word("standing", one.standing), source(one.source)]), "log")) : null;
  return section("participants", `${t("participants")} (${count(answer.participants.length)})`, note(t("participants_note", { count: all })), items(named.map(participant), "log"), more);
}

const instrument = (one) => ({ cells: [one.title, word("instrument", one.kind), dayOr(one.day), or(one.ends), or(one.source)] });

// ------------------------------------------------------------------------------ commitments
const step = (one) => [mark(word("ratification_step", one.step)), " ", isNothing(one.day) ? t("day_not_known") : day(one.day), one.words ? [" ", make("q", { translate: "no" }, one.words)] : null, source(one.source)];
const limit = (table) => (one) => [mark(word(table, one.kind)), " ", make("q", { translate: "no" }, one.words), source(one.source)];

function version(one, whole) {
  return make(
    "div",
    { class: one.standing === "withdrawn" ? "version unwound" : "version" },
    make("p", { class: "eyebrow" }, one.id, one.standing === "withdrawn" ? [" · ", mark(t("withdrawn"))] : null),
    make("blockquote", { translate: "no" }, one.words),
    source(one.source),
    facts([
      [t("legal_force"), word("legal_force", one.legal_force)],
      [t("ratification"), one.steps.length ? items(one.steps.map(step), "log") : t("no_step_known")],
      [t("conditions"), one.conditions.length ? items(one.conditions.map(limit("condition")), "log") : t("none_known")],
      whole ? [t("caveats"), one.caveats.length ? items(one.caveats.map(limit("caveat")), "log") : t("none_known")] : null,
    ]),
  );
}

function commitment(one, answer) {
  const standing = answer.standings[one.id];
  return make(
    "article",
    { class: "card" },
    make("h3", {}, one.state ? name(one.state) : t("all_together"), " · ", one.title),
    make("p", {}, word("component", one.component), " · ", mark(word("commitment", standing), standing), one.versions.length > 1 ? [" ", mark(t("texts_differ", { texts: one.versions.length }))] : null),
    make("div", { class: "versions" }, one.versions.map((text) => version(text, answer.whole))),
    make("p", { class: "note" }, make("code", {}, one.id), " · ", t("stands_in"), " ", one.instrument),
  );
}

// ------------------------------------------------------------------------------ procedures
function lawful(found, title) {
  if (!found) return null;
  const answers = { on: t("lawful_on"), not_before: t("lawful_not_before"), no_way: t("lawful_no_way") };
  const said = [make("strong", {}, answers[found.answer]), " ", found.day ? day(found.day) : ""];
  const columns = [t("column_step"), t("column_who"), t("column_from"), t("column_day"), t("source")];
  const rows = found.path.map((one) => ({ kind: one.done ? "done" : null, cells: [[word("procedure_step", one.kind), make("small", {}, one.done ? t("done") : t("not_done"))], or(one.who), dayOr(one.from_day), [one.known || one.done ? "" : `${t("lawful_not_before")} `, dayOr(one.day)], or(one.source)] }));
  const unknown = found.not_known.map((one) => [make("code", {}, one.step), " · ", word("not_known", one.what), source(one.source)]);
  return [
    make("h4", {}, title),
    make("p", { class: "lead" }, said),
    make("p", { class: "note" }, t("asked_at"), " ", when(found.asked_us), " · ", t("latest_day"), " ", dayOr(found.latest_day)),
    found.refused.length ? make("p", { class: "warning" }, t("refused_steps"), " ", found.refused.join(", ")) : null,
    found.unsupported.length ? make("p", { class: "warning" }, t("unsupported_steps"), " ", found.unsupported.join(", ")) : null,
    rows.length ? make("details", {}, make("summary", {}, t("critical_path", { steps: rows.length })), grid(columns, rows)) : null,
    unknown.length ? make("details", {}, make("summary", {}, t("not_exact", { count: unknown.length })), items(unknown, "log")) : null,
  ];
}

function procedure(one, answer) {
  const found = answer.lawful[one.id];
  return make("article", { class: "card" }, make("h3", {}, name(one.state), " · ", one.title), found ? [lawful(found.usual, t("earliest")), lawful(found.emergency, t("earliest_emergency"))] : note(t("dates_not_shown")), source(one.source), make("p", { class: "note" }, make("code", {}, one.id)));
}

// ------------------------------------------------------------------------------ pledges
function money(minor, currency) {
  const format = new Intl.NumberFormat(locale(), { style: "currency", currency, currencyDisplay: "code" });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

const amount = (one) => [money(one.amount_minor, one.currency), make("small", {}, isNothing(one.year) ? t("year_not_known") : t("for_year", { year: String(one.year) }), " · ", isNothing(one.horizon_year) ? t("horizon_not_known") : t("until_year", { year: String(one.horizon_year) }))];
const force = (one) => [count(one.count), " × ", one.capability, " · ", one.domain ? word("domain", one.domain) : t("no_domain"), make("small", {}, t("within"), " ", seconds(one.within_s))];

function stages(one) {
  if (!one.stages) return mark(word("stage", one.stage), one.stage);
  return make("ol", { class: "stages" }, one.stages.map((reached) => make("li", {}, mark(word("stage", reached.stage), reached.stage), make("small", {}, reached.at_us === null ? t("by_register") : when(reached.at_us)))));
}

function pledge(one) {
  const more = one.stages
    ? [
        one.force.length ? items(one.force.map(force)) : null,
        one.stock.length ? items(one.stock.map((held) => `${count(held.count)} × ${held.item}`)) : null,
        make("small", {}, t("readiness"), ": ", word("readiness", one.readiness), " · ", t("visits", { visits: one.visits.length })),
        one.leads.length ? make("small", {}, t("leads"), " ", listed(one.leads.map(name))) : null,
        one.supports.length ? make("small", {}, t("supports"), " ", listed(one.supports.map(name))) : null,
        one.stationed_in ? make("small", {}, t("stationed_in"), " ", name(one.stationed_in)) : null,
        one.sealed_site ? make("small", {}, t("sealed_site")) : null,
        one.caveats.length ? items(one.caveats.map(limit("caveat")), "log") : null,
      ]
    : null;
  const within = one.counts_within ? make("small", {}, t("counts_within"), " ", make("code", {}, one.counts_within)) : null;
  return { cells: [[make("strong", {}, name(one.state)), make("small", {}, one.title)], [word("pledge_kind", one.kind), make("small", {}, word("component", one.component))], stages(one), [one.money.length ? items(one.money.map(amount)) : one.stages && one.force.length ? t("in_kind") : t("not_known"), within], [more, make("small", { class: "source" }, t("source"), " ", or(one.source)), make("code", {}, one.id)]] };
}

function totals(found) {
  const columns = [t("column_currency"), t("column_announced"), t("column_committed"), t("column_allocated"), t("column_pledges")];
  const rows = found.totals.map((one) => ({ cells: [one.currency, money(one.announced_minor, one.currency), money(one.committed_minor, one.currency), money(one.allocated_minor, one.currency), listed(one.pledges)] }));
  const left = [["unknown", "money_unknown"], ["other_currency", "money_other"], ["exceeds", "money_exceeds"]].filter(([key]) => found[key].length);
  return [note(t("money_note")), rows.length ? grid(columns, rows) : note(t("no_money")), left.map(([key, words]) => note(t(words), " ", listed(found[key])))];
}

function forces(table) {
  const columns = [t("column_component"), t("column_required"), t("column_pledged"), t("column_verified"), t("column_in_service"), t("column_presence"), t("column_pledges")];
  const number = (value) => make("span", { class: "number" }, count(value));
  const rows = table.lines.map((one) => ({ kind: one.pledged < one.required ? "gap" : null, cells: [[word("component", one.component), make("small", {}, one.domain ? word("domain", one.domain) : t("no_domain"), " · ", one.capability)], number(one.required), number(one.pledged), number(one.verified), number(one.in_service), number(one.presence), listed(one.pledges)] }));
  return [make("h3", {}, table.title), note(t("least_readiness"), ": ", word("readiness", table.least_readiness)), rows.length ? grid(columns, rows) : note(t("no_forces")), source(table.source)];
}

const contents = (parts) => make("nav", { class: "contents", "aria-label": t("contents") }, make("ul", {}, parts.map(([id, title]) => make("li", {}, make("a", { href: `#${id}` }, title)))));

export async function lookAtRegister() {
  const answer = await ask("/api/register");
  return () => {
    learn(answer);
    const instruments = [t("column_title"), t("column_kind"), t("column_signed"), t("column_ends"), t("source")];
    const pledges = [t("column_state"), t("column_kind"), t("column_stage"), t("column_money"), t("column_more")];
    const request = (one) => [word("component", one.component), " · ", mark(word("request", one.standing)), " ", when(one.at_us)];
    const parts = [
      ["participants", t("participants")], ["instruments", t("instruments")], ["commitments", t("commitments")], ["procedures", t("procedures_title")], ["pledges", t("pledges")], ["money", t("money")],
      ...(answer.forces.length ? [["forces", t("forces")]] : []),
    ];
    return [
      make("p", { class: "lead" }, answer.title),
      make("p", { class: "note" }, t("as_of"), " ", when(answer.now_us)),
      answer.whole ? null : make("div", { class: "public" }, note(t("public_view")), answer.not_shown.map((one) => refusalNote(one))),
      contents(parts),
      participants(answer),
      section("instruments", `${t("instruments")} (${count(answer.instruments.length)})`, grid(instruments, answer.instruments.map(instrument))),
      section("commitments", `${t("commitments")} (${count(answer.commitments.length)})`, note(t("commitments_note")), answer.whole && answer.requests.length ? [make("h3", {}, t("requests")), items(answer.requests.map(request))] : null, answer.commitments.map((one) => commitment(one, answer))),
      section("procedures", `${t("procedures_title")} (${count(answer.procedures.length)})`, note(t("procedures_note")), answer.procedures.map((one) => procedure(one, answer))),
      section("pledges", `${t("pledges")} (${count(answer.pledges.length)})`, answer.pledges.length ? grid(pledges, answer.pledges.map(pledge)) : note(t("no_pledges"))),
      section("money", t("money"), totals(answer.money)),
      answer.forces.length ? section("forces", t("forces"), note(t("forces_note")), answer.forces.map(forces)) : null,
      section("sources", t("sources"), items(answer.sources.map((one) => make("span", { translate: "no" }, one)))),
    ];
  };
}
