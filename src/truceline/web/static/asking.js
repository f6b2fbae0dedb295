// What a page of the commission asks its own server, and how it is told no: always with the rule.

import { make } from "./dom.js";
import { term, told } from "./words.js";

const clock = { nowUs: 0 };
export const nowUs = () => clock.nowUs;

// A sentence of these pages; names and numbers in it are written as everywhere.
export const t = (key, values = {}) => told(`cases.${key}`, values) ?? key;
// A word for a code that the case file has too.
export const word = (table, code) => (code === "" || code === null || code === undefined ? t("not_known") : term(`case_file.${table}`, code));
export const actName = (name) => term("cases.act_name", name.replaceAll(".", "_"));
// A key's name; the public is not told names.
export const named = (name) => name || t("not_named");
export const short = (id) => id.replace(/\b([0-9a-f]{10})[0-9a-f]{54}\b/g, "$1");
export const code = (id) => make("code", { title: id }, short(id));

export class Refusal extends Error {
  constructor(answer) {
    super(answer.error);
    this.answer = answer;
  }
}

export async function ask(address, options = {}) {
  const response = await fetch(address, { headers: { Accept: "application/json", "Content-Type": "application/json" }, ...options });
  const answer = await response.json();
  if (answer.now_us) clock.nowUs = answer.now_us;
  if (response.status === 403 || response.status === 401) throw new Refusal(answer);
  if (!response.ok) throw new Error(answer.error ?? `${address}: ${response.status}`);
  return answer;
}

// The rule that refused, in words: what forbids, or what the nearest permission asks for.
export function ruleWords({ rule, nearest, asks }) {
  if (rule !== "default") return told(`access.${rule}`) ?? told(`login.${rule}`) ?? rule;
  if (!nearest) return told("access.default");
  const conditions = asks.map((key) => told(`access.asks.${key}`) ?? key).join(", ");
  return told("access.nearest", { policy: told(`access.${nearest}`) ?? nearest, conditions });
}

