// Who is logged in, and the ways in: a passkey, an invitation for one, and the development login.

import { fillWith, make } from "./dom.js";
import { ask, ruleWords, t } from "./asking.js";
import { list, term } from "./words.js";

const post = (address, body = {}) => ask(address, { method: "POST", body: JSON.stringify(body) });

async function enter() {
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(await post("/api/login/passkey"));
  const answer = await navigator.credentials.get({ publicKey: options });
  await post("/api/login/passkey/answer", answer.toJSON());
}

async function register(invitation) {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(await post("/api/login/registration", { invitation }));
  const answer = await navigator.credentials.create({ publicKey: options });
  await post("/api/login/registration/answer", answer.toJSON());
}

export async function startLogin(place, who) {
  const said = make("span", { role: "status" });
  const tell = (error) => {
    said.textContent = error.answer ? ruleWords(error.answer) : error.message;
  };
  const act = (does) => async () => {
    try {
      await does();
      location.reload();
    } catch (error) {
      tell(error);
    }
  };
  const button = (word, does) => make("button", { type: "button", on: { click: act(does) } }, t(word));
  if (who.actor) {
    const roles = list(who.roles.map((role) => term("access.role", role)));
    const seats = who.seats.map((one) => `${one.body}/${one.seat}`);
    said.textContent = [t("logged_in", { actor: who.actor, roles }), ...who.states, ...seats].join(" · ");
    fillWith(place, said, button("log_out", () => post("/api/login/end")));
    return;
  }
  said.textContent = who.refused ? ruleWords(who.refused) : t("public");
  if (!who.login) return fillWith(place, said);
  const invitation = make("input", { type: "text", id: "invitation", autocomplete: "off" });
  const parts = [said, button("log_in", enter), make("details", {}, make("summary", {}, t("invited")), make("label", {}, t("invitation"), " ", invitation), button("register", () => register(invitation.value.trim())))];
  fillWith(place, parts);
  const { offered = [] } = who.refused ? {} : await ask("/api/login");
  if (!offered.length) return;
  const actor = make("select", { id: "log-in-as" }, offered.map((one) => make("option", {}, one)));
  place.append(make("label", {}, t("log_in_as"), " ", actor), button("log_in_development", () => post("/api/login/development", { actor: actor.value })));
}
