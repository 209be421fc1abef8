/**
 * The tag: one page view for each time a person sees the page, and what the page reports with
 *   onebyone("event", name, props)   onebyone("purchase", {id, value, currency, items})   onebyone("consent", {...})
 *   onebyone("identify", {user_id, user_data})   onebyone("alias", {user_id, previous_id})   onebyone("reset")
 *
 * CONFIG ({site, url, name, conversions, ...}), MODULES (functions that take the tag) and LATER (those that a page view
 * does not need) stand in front of this file when it is served. The tag stores no identifier and never throws into the page. Calls made before it has loaded wait
 * in window.onebyone.q.
 */
import { delivery, refuses } from "./delivery.js";
import { CONSENT, ascii } from "./entry.js";
import { events } from "./event.js";
import { newId } from "./id.js";
import { safely } from "./safely.js";

const VERSIONED = CONFIG.name + "_1";
const IDLE_MS = 1000; // a busy page may keep the modules waiting

function begin() {
  const script = document.currentScript;
  const url = new URL(CONFIG.url, script?.src || location.href);
  const heard = {}; // what -> listeners
  const early = []; // calls while the page is prerendered
  let held; // entries that wait for a choice, while one is awaited
  let seen;

  const told = {}; // "start", and "view" of this page view, for who begins to listen later
  const tell = (what, value) => (heard[what] || []).forEach((listener) => listener(value));
  const sent = delivery(url.href, tell);

  /** `names` with spaces between them. Heard before the page's own listeners, which may stop an event. */
  const on = (target, names, listener, options = true) =>
    names.split(" ").forEach((name) => target.addEventListener(name, safely(listener), options));
  const made = events(on);

  function add(name, props, id) {
    const entry = made.make(name, props, id);
    tell("made", [entry, held]);
    if (held) held.push(entry);
    else sent.add(entry, name === "page_view");
  }

  /** What the modules get, and all that `made` and `sent` can. `hear`: "start", "view", "leave" (a page view ends or pauses), "hide",
   * "made", "batch", "answer", and the verbs of calls. */
  const tag = {
    ...made,
    ...sent,
    url,
    script,
    ascii,
    add,
    on,
    newId,
    safely,
    tell,
    view,
    page: (say) => say(),

    /** In a task of its own, so that no click waits for it, or before the page is left. */
    soon(work) {
      const { href } = location;
      LATER.push(() => made.during(href, work));
      setTimeout(rest);
    },

    hear(what, listener) {
      listener = safely(listener);
      (heard[what] ||= []).push(listener);
      if (told[what]) listener();
    },

    /** Until `settle`: nothing is stored, read or sent, events wait in memory. */
    hold() {
      held = [];
      sent.permit(false);
    },

    /** These are the choices from now on; `may`: whether this browser may be known again. */
    settle(choices, may) {
      const consent = made.said(choices, true);
      tell("decided", [choices, may]);
      const waited = held || [];
      held = 0;
      sent.permit(may, consent);
      waited.forEach((entry) => {
        entry[CONSENT] = consent;
        sent.add(entry, true);
      });
    },
  };

  function call(args) {
    const verb = args[0];
    if (heard[verb]) tell(verb, args);
    else if (verb === "consent") {
      const consent = made.said(args[args.length - 1]);
      sent.permit(!refuses(consent), consent);
    } else if (!told.start) early.push(args);
    else if (verb === "event") add(args[1], args[2]);
    else if (/^(purchase|identify|alias|reset)$/.test(verb)) add(verb, args[1]); // events of their own name
  }

  /** The page is seen, or with `nav` the next page of an application that loads none. */
  function view(nav, referrer) {
    if (nav) {
      made.during(referrer, () => tell("leave"));
      made.turn(nav, referrer);
      seen = told.view = false;
    }
    if (seen || !told.start || (document.hidden && !CONFIG.loaded)) return;
    seen = true;
    tag.page((props) => {
      add("page_view", props);
      told.view = true;
      tell("view");
    });
  }

  function activate() {
    told.start = true;
    tell("start");
    view();
    early.forEach(safely(call));
    sent.start();
  }

  /** What waits until the page has a moment, or is left. */
  function rest() {
    LATER.splice(0).forEach(start);
  }

  function leave() {
    rest();
    tell("leave");
    tell("hide");
    sent.leave();
  }

  function onVisibility() {
    if (document.hidden) return leave();
    view();
    sent.resume();
  }

  function listen() {
    on(document, "visibilitychange", onVisibility);
    on(window, "freeze pagehide", leave);
    on(window, "pageshow", ({ persisted }) => {
      if (!persisted) return;
      sent.resume(true);
      made.turn("bfcache");
      seen = told.view = false;
      view();
    });
    on(window, "online", () => sent.resume());
    document.prerendering ? on(document, "prerenderingchange", activate) : activate();
  }

  const start = (module) => safely(module)(tag);
  MODULES.forEach(start);
  setTimeout(safely(listen)); // a task of its own: together they would be a long one on a slow phone
  (window.requestIdleCallback || setTimeout)(rest, { timeout: IDLE_MS }); // for a timer that is no time: soon
  return safely((...args) => call(args));
}

/** The first copy of the tag does the work; another one on the same page only hands over what waits for it. */
safely(() => {
  // in a frame of another site's page, which may not be looked at: what happens here is not a visit to this one
  if (!CONFIG.frames && !safely(() => top.location.href)()) return (window[CONFIG.name] = () => {});
  const stub = window[CONFIG.name];
  let api = window[VERSIONED];
  if (!api) {
    api = begin();
    Object.defineProperty(window, VERSIONED, { value: api });
  }
  if (stub !== api) {
    window[CONFIG.name] = api;
    (stub?.q || []).forEach((args) => api(...args));
  }
})();
