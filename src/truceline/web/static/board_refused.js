// Acts that stand in the log and have no effect, each with the rule that refused it.

import { ask } from "./asking.js";
import { told } from "./words.js";
import { grid, make, note, t } from "./board_kit.js";

const row = (one) => ({
  cells: [
    make("code", {}, one.name),
    one.actor,
    [told(`refusal.${one.rule}`) ?? one.rule, make("small", {}, make("code", {}, one.rule), one.article ? ` · ${t("article", { article: one.article })}` : ` · ${t("house_rule")}`)],
    make("span", { lang: "en" }, one.why),
    String(one.index),
  ],
});

export async function lookAtRefused() {
  const answer = await ask("/api/refused");
  const columns = () => [t("column_act"), t("column_actor"), t("column_rule"), t("column_why"), t("column_entry")];
  return () => [note(t("refused_note")), answer.refused.length ? grid(columns(), answer.refused.map(row)) : note(t("nothing_refused"))];
}
