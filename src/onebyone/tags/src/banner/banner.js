/**
 * The banner: asks once for the purposes that the site names, refusing as easy as allowing. CONFIG ({name, language,
 * rtl, version, purposes, texts, policy}) stands in front of this file. It draws into a shadow root with constructed
 * style sheets, so that no policy of the page forbids its look and no style of the page reaches it.
 */
import { STYLE } from "./style.js";

const { texts, purposes } = CONFIG;
let host;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const key of Object.keys(attributes || {})) {
    if (typeof attributes[key] === "function") made.addEventListener(key, attributes[key]);
    else if (attributes[key] !== false) made.setAttribute(key, attributes[key]);
  }
  made.append(...children.filter(Boolean));
  return made;
}

function show({ letters, asked, gpc, choose }) {
  if (host) return host.shadowRoot.querySelector("section").focus();
  const before = document.activeElement;
  const boxes = purposes.map((purpose) =>
    element("input", { type: "checkbox", id: purpose, checked: !!letters && letters.includes(purpose[0]) && "" }),
  );

  function close() {
    host.remove();
    host = undefined;
    if (before && before.focus) before.focus();
  }

  function decide(button, granted) {
    close();
    choose(granted.map((purpose) => purpose[0]).join(""), {
      button,
      banner: CONFIG.version,
      language: CONFIG.language,
    });
  }

  const row = (purpose, box) =>
    element(
      "label",
      {},
      box,
      element("span", {}, element("b", {}, texts[purpose]), element("span", {}, texts[purpose + "_about"])),
    );
  const more = element(
    "fieldset",
    { id: "more", hidden: !asked && "" },
    element("legend", {}, texts.purposes),
    row("necessary", element("input", { type: "checkbox", checked: "", disabled: "" })),
    ...purposes.map((purpose, n) => row(purpose, boxes[n])),
  );

  const button = (name, click, attributes) => element("button", { type: "button", click, ...attributes }, texts[name]);
  const save = button("save", () => decide("save", purposes.filter((_, n) => boxes[n].checked)), {
    hidden: !asked && "",
  });
  const open = button(
    "choose",
    () => {
      more.hidden = save.hidden = false;
      open.remove();
      (boxes[0] || save).focus();
    },
    { "aria-expanded": "false", "aria-controls": "more", class: "quiet" },
  );

  const section = element(
    "section",
    { role: "dialog", "aria-labelledby": "title", "aria-describedby": "about", tabindex: -1, lang: CONFIG.language },
    element("h2", { id: "title" }, texts.title),
    element("p", { id: "about" }, texts.about, " ", purposes.map((purpose) => texts[purpose]).join(" · "), "."),
    gpc && element("p", {}, texts.gpc),
    more,
    element(
      "div",
      {},
      button("accept", () => decide("accept", purposes)),
      button("reject", () => decide("reject", [])),
      save,
      !asked && open,
      CONFIG.policy && element("a", { href: CONFIG.policy }, texts.policy),
      asked && letters !== undefined && button("close", close, { class: "quiet" }),
    ),
  );
  if (CONFIG.rtl) section.dir = "rtl";
  section.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && letters !== undefined) close(); // what was chosen before stays
  });

  host = element("onebyone-choice");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(section);
  document.documentElement.insertBefore(host, document.body); // before the page's own first stop
  if (asked || before === document.body || !before) section.focus();
  return undefined;
}

window[CONFIG.name + "_1"]("banner", show);
