// Opens a page of the guarantors' board: its top, who is logged in, and the page of this address.

import { byId } from "./dom.js";
import { startLogin } from "./login.js";
import { ask, Refusal, ruleWords } from "./asking.js";
import { refusalNote } from "./sheet.js";
import { LANGUAGES, speak, told } from "./words.js";
import { picker, recall, remember, wishedLanguage } from "./wishes.js";
import { fillWith, learn, make, note, startTicking, t } from "./board_kit.js";
import { lookAtBoard } from "./board_now.js";
import { lookAtCell } from "./board_cell.js";
import { lookAtGap } from "./board_gap.js";
import { lookAtRefused } from "./board_refused.js";
import { lookAtRegister } from "./board_register.js";

// Add a page here: its address, the name of its answers, and what asks for them and draws.
const PAGES = [
  ["/", "cell", lookAtCell],
  ["/board", "board", lookAtBoard],
  ["/gap", "gap", lookAtGap],
  ["/register", "register", lookAtRegister],
  ["/refused", "refused", lookAtRefused],
];

let who = { actor: "", roles: [], states: [], seats: [], pages: [] };

function links(here) {
  return PAGES.map(([address, name]) => make("li", {}, make("a", { href: address, "aria-current": name === here ? "page" : null }, t(`page_${name}`))));
}

function top(here, redraw) {
  const changeLanguage = async (chosen) => {
    remember("language", chosen);
    await speak(chosen);
    await redraw();
    byId("language").focus();
  };
  const changeTheme = (chosen) => {
    document.documentElement.dataset.theme = chosen;
    remember("theme", chosen);
  };
  fillWith(
    byId("top"),
    make("p", { class: "name" }, make("a", { href: "/" }, "Truceline"), make("span", {}, who.title ?? "")),
    make("nav", { "aria-label": t("nav") }, make("ul", {}, links(here))),
    make(
      "div",
      { class: "tools" },
      picker("language", t("language"), LANGUAGES, document.documentElement.lang, changeLanguage),
      picker("theme", t("theme"), ["auto", "light", "dark"].map((one) => [one, told(`console.theme_${one}`)]), document.documentElement.dataset.theme, changeTheme),
    ),
    make("div", { id: "who", class: "who" }),
  );
  document.querySelector(".skip").textContent = t("skip");
  fillWith(byId("foot"), note(t("promise")), note(t("deployment")));
  startLogin(byId("who"), who);
}

function trouble(error) {
  const place = byId("trouble");
  place.hidden = !error;
  place.textContent = error ? (error instanceof Refusal ? ruleWords(error.answer) : error.message) : "";
}

async function open() {
  document.documentElement.dataset.theme = recall("theme") ?? "auto";
  const [, here, look] = PAGES.find(([address]) => address === location.pathname) ?? PAGES[0];
  const title = () => make("h1", {}, t(`page_${here}`));
  const render = async () => {
    trouble(null);
    try {
      const draw = await look(render, trouble);
      fillWith(byId("main"), title(), draw());
    } catch (error) {
      if (!(error instanceof Refusal)) {
        trouble(error);
        fillWith(byId("main"), title(), note(t("not_known")));
        return;
      }
      const others = who.pages.length ? make("p", {}, t("yours"), " ", who.pages.map((name, at) => [at ? ", " : null, make("a", { href: PAGES.find(([, one]) => one === name)[0] }, t(`page_${name}`))])) : null;
      fillWith(byId("main"), title(), refusalNote(error.answer, t("refused")), others);
    }
  };
  const redraw = async () => {
    top(here, redraw);
    document.title = `${t(`page_${here}`)} · Truceline`;
    await render();
  };
  await speak(wishedLanguage(new URLSearchParams(location.search).get("language")));
  who = await ask("/api/who").catch((error) => ({ ...who, login: true, refused: error.answer }));
  learn({});
  await redraw();
  startTicking();
}

// `window.truceline.ready` is kept when the page stands for the first time.
window.truceline = { ready: open() };
window.truceline.ready.catch(trouble);
