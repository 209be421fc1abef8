/**
 * The tag: one page view for each time a person sees the page, and what the page reports with
 *   onebyone("event", name, props)   onebyone("purchase", {id, value, currency, items})   onebyone("consent", {...})
 *
 * CONFIG ({site, url, name, conversions}) stands in front of this file when it is served. The tag stores no
 * identifier and never throws into the page. Calls made before it has loaded wait in window.onebyone.q.
 */
import { delivery } from "./delivery.js";
import { events } from "./event.js";

const VERSIONED = CONFIG.name + "_1";

function begin() {
  const script = document.currentScript;
  const url = new URL(CONFIG.url, script ? script.src : location.href);
  const made = events();
  const sent = delivery(url.href, url.origin === location.origin);
  const early = []; // calls while the page is prerendered
  let active = false;
  let seen = false;

  const add = (name, props) => sent.add(made.make(name, props), name === "page_view");

  function call(args) {
    if (args[0] === "consent") made.consent(args[args.length - 1]);
    else if (!active) early.push(args);
    else if (args[0] === "purchase") add("purchase", args[1]);
    else if (args[0] === "event") add(args[1], args[2]);
  }

  function view() {
    if (seen || !active || document.visibilityState === "hidden") return;
    seen = true;
    add("page_view");
  }

  function activate() {
    active = true;
    view();
    early.forEach(safely(call));
    sent.start();
  }

  const onVisibility = () => {
    if (document.visibilityState === "hidden") return sent.leave();
    view();
    sent.resume();
  };

  const onShow = (event) => {
    if (!event.persisted) return;
    made.restored();
    sent.resume(true);
    seen = false;
    view();
  };

  return {
    call: safely(call),
    listen() {
      const on = (target, name, listener) => target.addEventListener(name, safely(listener));
      on(document, "visibilitychange", onVisibility);
      on(document, "freeze", sent.leave);
      on(window, "pagehide", sent.leave);
      on(window, "pageshow", onShow);
      on(window, "online", () => sent.resume());
      if (document.prerendering) on(document, "prerenderingchange", activate);
      else activate();
    },
  };
}

function safely(work) {
  return (argument) => {
    try {
      return work(argument);
    } catch (ours) {} // a fault of ours, or an argument that is no JSON, is not the page's problem
  };
}

/** The first copy of the tag does the work; another one on the same page only hands over what waits for it. */
safely(() => {
  const stub = window[CONFIG.name];
  let api = window[VERSIONED];
  let tag;
  if (!api) {
    tag = begin();
    api = function () {
      tag.call(arguments);
    };
    Object.defineProperty(window, VERSIONED, { value: api });
  }
  if (stub !== api) {
    window[CONFIG.name] = api;
    ((stub && stub.q) || []).forEach((args) => api.apply(null, args));
  }
  if (tag) tag.listen();
})();
