// What the parties claim, beside what was found and how well anyone could have noticed.

import * as api from "./api.js";
import { byId, fillWith, make, swatch } from "./dom.js";
import { originalsOf } from "./originals.js";
import { FILTERS, hueOf, matched, on, parties, state, watchedOver, WINDOW } from "./state.js";
import { chances, count, day, interval, partyName, say, term, told } from "./words.js";

// Claims and evidence are held side by side for one day: the last of the window.
const chosenDay = () => state.mission.days[state.to];

function found() {
  const rows = matched().filter((one) => one.dayIndex === state.to);
  const lines = parties().map(({ code }) => {
    const watched = watchedOver(state.to, state.to, code);
    return make(
      "li",
      {},
      swatch(hueOf(code)),
      say(watched.low === null ? "found_ground_unwatched" : "found_ground", {
        holder: partyName(code),
        count: count(rows.filter((one) => one.held_by === code).length),
        chance: chances(watched.low, watched.high),
      }),
    );
  });
  return make(
    "section",
    { class: "found" },
    make("h3", {}, say("found_title", { day: day(chosenDay()) })),
    make("ul", {}, lines),
    make("p", { class: "note" }, say("found_note")),
  );
}

function verdict(claim) {
  const { result, text_key: key, numbers = [], notes = [] } = claim.assessment;
  const sentence = told(key, numbers) ?? say(`claim_${result}`);
  return make(
    "div",
    { class: "assessment" },
    make("p", {}, make("strong", {}, `${term("claim_result", result)}. `), sentence),
    notes.map((note) => make("p", { class: "note" }, told(note.key, note.numbers))),
  );
}

function card(claim) {
  const accused = parties().some((party) => party.code === claim.accused)
    ? [swatch(hueOf(claim.accused)), partyName(claim.accused)]
    : [claim.accused === "both" ? term("party", "both") : term("party", "none")];
  const value = claim.count === null ? claim.value : count(claim.count);
  return make(
    "li",
    { class: "claim" },
    make("p", { class: "said" }, make("strong", { class: "value" }, value), ` ${term("claim_metric", claim.metric)}`),
    make("p", {}, say("claim_said_by", { who: claim.claimant }), " ", make("span", { class: "accused" }, accused)),
    make("p", { class: "note" }, [claim.outlet, claim.as_of, claim.began_us === null ? say("claim_no_time") : interval(claim.began_us, claim.ended_us)].join(" · ")),
    verdict(claim),
    make("div", {}, originalsOf(`c:${claim.document_sha256}:${claim.line}`)),
  );
}

async function draw() {
  if (state.tab !== "claims") return;
  const room = byId("claims");
  try {
    const wanted = chosenDay();
    const { claims } = await api.claims(wanted);
    if (wanted !== chosenDay()) return;
    fillWith(
      room,
      found(),
      make("h3", {}, say("claims_title", { day: day(wanted) })),
      claims.length ? make("ul", { class: "claims" }, claims.map(card)) : make("p", {}, say("claims_none")),
    );
  } catch (error) {
    fillWith(room, make("p", { class: "trouble" }, error.message));
  }
}

export function startClaims() {
  on(["tab", "language", ...WINDOW, ...FILTERS], draw);
  draw();
}
