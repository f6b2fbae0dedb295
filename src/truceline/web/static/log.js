// The health of the signed log: its head, which mirrors hold it, who speaks in it, what is disputed.

import * as api from "./api.js";
import { byId, fillWith, make } from "./dom.js";
import { on, state } from "./state.js";
import { count, instant, say, term } from "./words.js";

const US_PER_S = 1e6;

const fact = (name, ...value) => [make("dt", {}, say(name)), make("dd", {}, value)];
const items = (rows) => make("ul", { class: "log" }, rows);
const item = (name, words, kind = "") =>
  make("li", { class: kind }, make("p", {}, make("strong", {}, name)), make("p", { class: "note" }, words));

function journals(told) {
  if (!told) return say("log_journals_none");
  if (told.damaged.length) return say("log_journals_damaged", { names: told.damaged.join(", ") });
  return say("log_journals_whole", { beyond: count(told.beyond) });
}

function mirror(one) {
  if (one.size === null) return item(one.name, say("log_mirror_silent", { why: one.why }), "silent");
  const when = instant(one.cosigned_s * US_PER_S);
  const words = one.lag ? say("log_mirror_behind", { lag: count(one.lag), when }) : say("log_mirror_whole", { when });
  return item(one.name, words, one.lag ? "behind" : "whole");
}

function policy(told) {
  if (!told) return say("log_no_policy");
  return say("log_policy", {
    counted: count(told.counted),
    tolerated: count(told.tolerated),
    c: count(told.needed.C),
    d: count(told.needed.D),
    c_size: count(told.reached.C),
    d_size: count(told.reached.D),
    when: instant(told.asked_s * US_PER_S),
  });
}

function actor(one) {
  const numbers = { statements: count(one.statements), seq: count(one.seq), index: count(one.index) };
  const when = instant(one.signed_us);
  if (one.ahead === null) return item(one.actor, say("log_actor", { ...numbers, when }));
  return item(one.actor, say("log_actor_gap", { ...numbers, when, ahead: count(one.ahead) }), "doubted");
}

function disputes(log) {
  const rows = [
    ...log.disputes.map((one) => say("log_dispute", { actor: one.actor, since: count(one.since_index), until: count(one.until_index) })),
    ...log.frauds.map((one) => say("log_fraud", { culprit: one.culprit, index: count(one.index) })),
  ];
  if (!rows.length) return make("p", {}, say("log_no_disputes"));
  return items(rows.map((words) => make("li", { class: "doubted" }, make("p", {}, words))));
}

function page(log) {
  return [
    make("h3", {}, say("log")),
    make("p", { class: "note" }, say("log_note")),
    make(
      "dl",
      { class: "facts" },
      fact("log_origin", log.origin),
      fact("log_size", count(log.size)),
      fact("log_root", log.root ? make("code", {}, log.root) : term("value", "not_known")),
      fact("log_level", say(`log_level_${log.level.toLowerCase()}`)),
      fact("log_signed", instant(log.signed_us)),
      fact("log_journals", journals(log.journals)),
    ),
    make("h3", {}, say("log_mirrors")),
    make("p", { class: "note" }, policy(log.policy)),
    items(log.mirrors.map(mirror)),
    make("h3", {}, say("log_disputes")),
    disputes(log),
    make("h3", {}, say("log_actors")),
    items(log.actors.map(actor)),
  ];
}

async function draw() {
  if (state.tab !== "log") return;
  try {
    fillWith(byId("log"), page(await api.log()));
  } catch (error) {
    fillWith(byId("log"), make("p", { class: "trouble" }, error.message));
  }
}

export function startLog() {
  on(["tab", "language"], draw);
  draw();
}
