// The coordination cell's one page: what is due on a day, of whom, and what is late.

import { ask } from "./asking.js";
import { count, day as dayWords, term, told } from "./words.js";
import { grid, learn, make, nameAll, note, section, t, ticking, when } from "./board_kit.js";

let day = "";

function what(one) {
  const name = told(`due_name.${one.name}`) ?? term("trigger", one.name || "not known");
  return [make("strong", {}, told(`board_word.due.${one.what}`) ?? one.what), " · ", name, make("small", {}, one.article ? t("article", { article: one.article }) : t("house_default"))];
}

function rows(found, kind) {
  return found.map((one) => ({
    kind,
    cells: [what(one), one.of.length ? nameAll(one.of) : t("not_known"), when(one.due_us), [t(kind === "late" ? "late_by" : "left"), " ", ticking(one.due_us, kind !== "late")]],
  }));
}

const columns = () => [t("column_what"), t("column_of"), t("column_due"), t("column_left")];

function tools(answer, render) {
  const chosen = make("input", { type: "date", id: "day", value: answer.day, on: { change: (event) => move(event.target.value, render) } });
  const step = (by, word) => make("button", { type: "button", id: word, on: { click: () => move(shifted(answer.day, by), render) } }, t(word));
  const calendar = make("a", { class: "button", href: `/api/calendar.ics?language=${document.documentElement.lang}`, download: "truceline-due.ics" }, t("calendar"));
  return make("div", { class: "tools-row" }, step(-1, "day_before"), make("label", { for: "day" }, make("span", {}, t("day_utc")), chosen), step(1, "day_after"), calendar);
}

const shifted = (iso, days) => new Date(Date.parse(iso) + days * 86400000).toISOString().slice(0, 10);

async function move(chosen, render) {
  const held = document.activeElement?.id;
  day = chosen;
  await render();
  document.getElementById(held)?.focus();
}

export async function lookAtCell(render) {
  const answer = await ask(`/api/cell${day ? `?day=${day}` : ""}`);
  return () => {
    learn(answer);
    const late = answer.late.length ? grid(columns(), rows(answer.late, "late")) : note(t("nothing_late"));
    const due = answer.due.length ? grid(columns(), rows(answer.due, "due")) : note(t("nothing_due"));
    return [
      tools(answer, render),
      make("p", { class: "lead", role: "status" }, t("cell_summary", { day: dayWords(answer.day), late: count(answer.late.length), due: count(answer.due.length), later: count(answer.later) })),
      note(t("notifies_only")),
      section("late", t("late"), late),
      section("due", t("due"), due),
      make("p", { class: "note" }, t("as_of"), " ", when(answer.now_us)),
    ];
  };
}
