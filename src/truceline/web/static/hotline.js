// The incident room: calls and how soon they were acknowledged, notified orders, windows, the log.

import { ask, code, t, word } from "./asking.js";
import { make } from "./dom.js";
import { actsList, apart, caseLink, items, lengthOf, note, openPage, section, when } from "./sheet.js";
import { count, instant, list, partyName, told } from "./words.js";

const HOUR_S = 3600;
const LATEST = 50;
const quoted = (text) => (text ? make("blockquote", { translate: "no" }, text) : null);
const hours = (s) => count(Math.round(s / HOUR_S));

function call(one, limits) {
  const limit = limits.find((known) => known.subject === one.id);
  const heard =
    one.acknowledged_us === null
      ? [make("strong", {}, t("unacknowledged")), limit ? [` · ${t("ack_limit", { at: instant(limit.due_us) })} (${apart(limit.due_us)}) · ${word("deadline_standing", limit.standing)}`] : null]
      : t("acknowledged", { length: lengthOf(one.acknowledged_us - one.at_us), actor: one.acknowledged_by });
  return [
    make("strong", {}, t("call_line", { from: one.from_state ? partyName(one.from_state) : t("mechanism"), to: partyName(one.to) })),
    quoted(one.text),
    make("p", {}, when(one.at_us)),
    make("p", { class: one.acknowledged_us === null ? "silence" : "" }, heard),
    note(one.by, " · ", code(one.id), one.case ? [" · ", caseLink(one.case)] : ""),
  ];
}

const order = (one) => [
  make("strong", {}, partyName(one.party)),
  ` · ${t("ordered_by", { who: one.ordered_by })}`,
  quoted(one.text),
  make("p", {}, when(one.at_us)),
  make("p", {}, t(one.tried_first ? "tried_yes" : "tried_no")),
];

const window_ = (one) => [
  make("strong", {}, `${told(`cases.window.${one.kind}`)}: ${one.place}`),
  ` · ${one.result ? told(`cases.window.${one.result}`) : t("window_open")}`,
  quoted(one.purpose),
  make("p", {}, when(one.from_us), " – ", when(one.until_us)),
  note(t("window_agreed", { parties: one.agreed_by.length ? list(one.agreed_by.map(partyName)) : t("nobody") })),
];

const uptime = (one) => t("uptime_line", { place: one.place, planned: hours(one.planned_s), held: hours(one.held_s), broken: hours(one.broken_s), unknown: hours(one.unknown_s) });

function page(room, acts) {
  const shown = (those, draw, none) => (those.length ? items(those.map(draw), "log") : note(t(none)));
  return [
    make("h1", {}, t("hotline")),
    section("calls", t("calls"), room.total > room.calls.length ? note(t("newest_of", { shown: room.calls.length, total: room.total })) : null, shown(room.calls, (one) => call(one, room.deadlines), "no_calls")),
    section("return-fire", t("return_fire"), note(t("return_fire_note")), shown(room.return_fire, order, "return_fire_none")),
    section("windows", t("windows"), shown(room.windows, window_, "windows_none")),
    room.uptime.length ? section("uptime", t("uptime"), items(room.uptime.map(uptime), "log")) : null,
    section("latest", t("latest"), actsList(acts.acts.toReversed().slice(0, LATEST), t("latest_none"))),
  ];
}

openPage("hotline", async () => {
  const [room, acts] = await Promise.all([ask("/api/hotline"), ask("/api/acts")]);
  return () => page(room, acts);
});
