// The board: declarations and their clocks, assessments, consultations, and what each state did.

import { ask, code } from "./asking.js";
import { percent, term } from "./words.js";
import { anchor, because, card, differing, facts, grid, ids, items, learn, listed, make, mark, name, nameAll, notKnown, note, or, part, quoted, seconds, section, t, ticking, when, word } from "./board_kit.js";

const HALTED = ["paused", "stopped", "unwound"];

function declaration(one) {
  return card(
    one.id,
    [term("trigger", one.trigger), " · ", name(one.body)],
    { unwoundBy: one.unwound_by },
    facts([
      [t("declared_instant"), when(one.instant_us)],
      [t("declared_at"), when(one.declared_us)],
      [t("signed_by"), one.signed_by],
      [t("carried_by"), code(one.carried_by)],
      [t("proof"), ids(one.proof)],
      [t("reasons"), one.why],
      one.replaces ? [t("replaces"), code(one.replaces)] : null,
    ]),
    quoted("", one.article),
  );
}

// ------------------------------------------------------------------------------ clocks
function remaining(one) {
  if (one.state === "elapsed") return [t("run_out"), " ", ticking(one.due_us, false)];
  if (one.terms.lasts_s === null) return t("no_length");
  if (one.left_s === null) return t("does_not_run");
  return HALTED.includes(one.state) || one.due_us === null ? seconds(one.left_s) : ticking(one.due_us, true);
}

function halt(one) {
  const until = one.until_us === null ? t("halt_open") : [t("until"), " ", when(one.until_us)];
  const by = one.state ? name(one.state) : one.by;
  return [make("strong", {}, word("halt", one.kind)), " · ", by, " · ", t("since"), " ", when(one.from_us), " · ", until, make("p", {}, one.why), note(t(one.stops ? "halt_stops" : "halt_stops_nothing"))];
}

function clock(one) {
  const ended = one.stopped_by ? [t(one.met ? "met_by" : "stopped_by"), [code(one.stopped_by), " ", when(one.stopped_us)]] : null;
  return card(
    one.id,
    [term("due_name", one.terms.id), " ", mark(term("clock_state", one.state), one.state)],
    { unwoundBy: one.unwound_by },
    facts([
      [t("runs_from"), when(one.started_us)],
      [t("lasts"), one.terms.lasts_s === null ? t("no_length") : seconds(one.terms.lasts_s)],
      [t("elapsed"), seconds(one.elapsed_s)],
      [t("remaining"), remaining(one)],
      [t("runs_out"), one.due_us === null ? t("does_not_run") : when(one.due_us)],
      ended,
      one.met_late_by ? [t("met_late_by"), code(one.met_late_by)] : null,
      [t("declaration"), make("a", { href: `#${anchor(one.declaration)}` }, code(one.declaration))],
    ]),
    quoted(one.terms.words, one.terms.article),
    make("h4", {}, t("halts")),
    one.halts.length ? items(one.halts.map(halt), "log") : note(t("no_halts")),
  );
}

// ------------------------------------------------------------------------------ assessments
function chances(one) {
  if (one.probability_ppm === null) return notKnown();
  return [percent(one.probability_ppm), make("small", {}, t("bounds", { low_ppm: one.low_ppm, high_ppm: one.high_ppm }))];
}

const reasons = (title, rows, empty) => [make("h4", {}, title), rows.length ? items(rows.map(because), "log") : note(empty)];

function someOf(one, kind) {
  const shown = one[kind].length;
  const total = one.totals[kind];
  return [ids(one[kind]), total > shown ? [" (", t("first_of", { shown, total }), ")"] : null];
}

function assessment(one) {
  return card(
    one.id,
    [term("trigger", one.trigger), " · ", one.party ? term("party", one.party) : t("nobody_named")],
    { unwoundBy: one.unwound_by },
    make("p", { class: "none-decided" }, t("no_decision")),
    facts([
      [t("by_findings"), mark(term("trigger_met", one.by_findings), one.by_findings)],
      [t("probability"), chances(one)],
      [t("by_determinations"), mark(term("trigger_met", one.by_determinations), one.by_determinations)],
      [t("window_from"), when(one.window_from_us)],
      [t("stands_on"), ["findings", "determinations", "remedies"].map((kind, at) => [at ? make("br") : null, t(kind), ": ", someOf(one, kind)])],
    ]),
    make("details", { open: one.by_findings === "met" || one.by_determinations === "met" }, make("summary", {}, t("why")), reasons(t("compared"), one.compared, t("nothing_compared")), reasons(t("missing_known"), one.missing, t("nothing_missing")), reasons(t("would_change"), one.would_change, t("nothing_would_change"))),
    quoted("", one.article),
  );
}

// ------------------------------------------------------------------------------ consultations
function attendance(one) {
  const receipts = new Map(one.receipts);
  const came = (state) => {
    if (one.present.includes(state)) return t("came");
    if (one.excused.includes(state)) return t("excused");
    return one.no_shows.includes(state) ? mark(t("no_show"), "late") : t("not_yet");
  };
  const rows = one.states.map((state) => ({ kind: one.no_shows.includes(state) ? "late" : null, cells: [name(state), receipts.has(state) ? when(receipts.get(state)) : t("no_receipt"), came(state)] }));
  return grid([t("column_state"), t("column_receipt"), t("column_attendance")], rows);
}

function consultation(one) {
  return card(
    one.id,
    [term("trigger", one.trigger), " ", mark(term("consultation_state", one.state), one.state)],
    { unwoundBy: one.unwound_by },
    facts([
      [t("agenda"), or(one.agenda)],
      [t("components"), listed(one.components.map((component) => word("component", component)))],
      [t("convened_by"), [one.convened_by, " ", when(one.convened_us)]],
      [t("meets"), when(one.meets_us)],
      [t("quorum"), t("quorum_of", { quorum: one.quorum, present: one.present.length, invited: one.states.length })],
      [t("opened"), one.opened_us === null ? t("not_opened") : when(one.opened_us)],
      [t("closed"), one.closed_us === null ? t("not_closed") : when(one.closed_us)],
      one.closed_us === null ? null : [t("no_shows"), nameAll(one.no_shows)],
      [t("outcome"), or(one.outcome, t("none"))],
    ]),
    attendance(one),
  );
}

// ------------------------------------------------------------------------------ states
function standings(rows, refs) {
  const texts = (one) => differing(refs.filter((ref) => ref.state === one.state && ref.component === one.component));
  // What a state activated stays its own: only its ground is gone. What was merely reached is gone.
  const fell = (one) => (one.stood_on_corrected.length ? [t("stood_on"), " ", ids(one.stood_on_corrected)] : one.unwound_by ? [t("unwound_by"), " ", code(one.unwound_by)] : null);
  const status = (one) => [mark(term("guarantee_status", one.status), one.status), fell(one) && make("small", { class: "unwound-by" }, fell(one))];
  const by = (one) => (one.by ? code(one.by) : t("by_register"));
  const since = (one) => (one.since_us === null ? t("by_register") : when(one.since_us));
  return grid([t("column_state"), t("column_component"), t("column_status"), t("column_since"), t("column_by")], rows.map((one) => ({ kind: one.unwound_by || one.stood_on_corrected.length ? "unwound" : null, cells: [one.state ? name(one.state) : t("all_together"), [word("component", one.component), texts(one)], status(one), since(one), by(one)] })));
}

function decision(one) {
  return card(
    one.id,
    [name(one.state), " ", mark(word("decision", one.decision), one.decision)],
    { stoodOn: one.stood_on_corrected },
    facts([
      [t("components"), listed(one.components.map((component) => word("component", component)))],
      [t("decided_at"), when(one.decided_us)],
      [t("procedures"), listed(one.procedures)],
      [t("procedures_seen"), listed(one.procedures_seen)],
      [t("own_law"), or(one.article)],
      one.replaced_by ? [t("replaced_by"), code(one.replaced_by)] : null,
    ]),
  );
}

function activation(one, refs) {
  return card(
    one.id,
    [name(one.state), " · ", word("component", one.component), one.stood_down_by ? [" ", mark(t("stood_down"))] : null],
    { stoodOn: one.stood_on_corrected },
    facts([
      [t("commitment"), [one.commitment, differing(refs.filter((ref) => ref.id === one.commitment))]],
      [t("recorded_at"), when(one.activated_us)],
      [t("own_law"), or(one.article)],
      one.stood_down_by ? [t("stood_down"), [code(one.stood_down_by), " ", when(one.stood_down_us)]] : null,
    ]),
  );
}

function measure(one) {
  return card(
    one.id,
    [name(one.state), " · ", one.measure],
    { stoodOn: one.stood_on_corrected },
    facts([
      [t("components"), word("component", one.component)],
      one.ladder ? [t("ladder"), t("ladder_step", { ladder: word("ladder", one.ladder), step: one.step })] : [t("stage"), word("measure_stage", one.stage)],
      one.against ? [t("against"), term("party", one.against)] : null,
      [t("stands_on"), ids(one.stands_on)],
      one.ladder ? [t("carve_outs"), listed(one.carve_outs)] : null,
      one.ladder ? [t("relief"), or(one.relief)] : null,
      [t("from"), when(one.from_us)],
      [t("until"), one.until_us === null ? t("open_end") : when(one.until_us)],
      one.ended_by ? [t("ended_by"), [code(one.ended_by), " ", when(one.ended_us)]] : null,
    ]),
  );
}

const notice = (one) => [because(one.reason), make("small", {}, one.whom.length ? nameAll(one.whom) : t("everybody"), " · ", code(one.about))];

export async function lookAtBoard() {
  const answer = await ask("/api/board");
  return () => {
    learn(answer);
    const hidden = answer.not_shown;
    const sanctions = answer.measures.filter((one) => one.ladder);
    const responses = answer.measures.filter((one) => !one.ladder);
    const measures = hidden.find((one) => one.part === "measures");
    const also = measures ? [...hidden, { ...measures, part: "sanctions" }] : hidden;
    const guarantees = answer.guarantees.length ? [standings(answer.guarantees, answer.differing)] : [];
    return [
      make("p", { class: "note" }, t("as_of"), " ", when(answer.now_us)),
      note(t("notifies_only")),
      part("declarations", t("declarations"), hidden, answer.declarations.map(declaration), t("no_declarations")),
      part("clocks", t("clocks"), hidden, answer.clocks.map(clock), t("no_clocks")),
      part("notices", t("notices"), hidden, answer.notices.length ? [items(answer.notices.map(notice), "log")] : [], t("no_notices")),
      part("assessments", t("assessments"), hidden, answer.assessments.map(assessment), t("no_assessments")),
      part("consultations", t("consultations"), hidden, answer.consultations.map(consultation), t("no_consultations")),
      part("guarantees", t("guarantees"), hidden, guarantees, t("no_guarantees")),
      part("decisions", t("decisions"), hidden, answer.decisions.map(decision), t("no_decisions")),
      part("activations", t("activations"), hidden, answer.activations.map((one) => activation(one, answer.differing)), t("no_activations")),
      part("measures", t("responses"), hidden, responses.map(measure), t("no_responses")),
      part("sanctions", t("sanctions"), also, sanctions.map(measure), t("no_sanctions")),
    ];
  };
}
