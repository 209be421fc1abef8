/**
 * Executes a compiled container: CONTAINER (data), CODE (its functions), TEMPLATES, LISTENERS and KINDS (the parts in use)
 * stand in front of this file. It begins when the site's script hands it the tag.
 *
 * A message is anything pushed on the page's data layer, or seen by a listener: parts/turns.js says in which order
 * messages are taken and tags begin.
 */
import { holds } from "./parts/conditions.js";
import { TEXT } from "../entry.js";
import { NO_ID } from "../event.js";
import { copy, isPlain, lookUp, take } from "./parts/model.js";
import { turns } from "./parts/turns.js";
import { PLAIN, formatted } from "./parts/variables.js";

const MAX_REPORTS = 10;
const LAYER_ENTRIES = 300;
const MAX_WAITING = 300;

const kinds = { ...KINDS, ...PLAIN };

function begin(tag) {
  const { variables, triggers, tags, listeners, layer: layerName } = CONTAINER;
  const model = {};
  tag.allowed = CONTAINER.scripts;
  const waiting = []; // for a grant: [tag, context, settings]
  const fired = {}; // by title, a promise of whether the tag succeeded
  const told = []; // what vendors hear when the choices change
  const members = triggers.map((trigger) => (trigger.members || []).slice());
  const loaded = {};
  const reported = {};
  let reports = 0;
  let made = 0;
  let deaf = false;
  let quiet = false; // while a tag reports an event of its own
  let layer;

  function fault(where, error) {
    if (reported[where] || reports++ >= MAX_REPORTS) return;
    reported[where] = 1;
    tag.add("container_error", { where, message: String((error && error.message) || error).slice(0, 200) });
  }

  /** A purchase has the id that the script gives it, and a server that reports it too. */
  function orderId(message) {
    const order =
      lookUp(message, "ecommerce.purchase.actionField.id") ||
      (message.event === "purchase" && (message.transaction_id || lookUp(model, "ecommerce.transaction_id")));
    return order && !NO_ID.test(order) ? "purchase:" + order : "";
  }

  /** What variables are asked with: one for each message, so that each is evaluated once. */
  function contextOf(message, theirs, url) {
    const known = {};
    let id;
    const ask = {
      message,
      theirs,
      url, // of the page then: a tag begins later
      model,
      container: CONTAINER,
      debug: !!tag.debug,
      granted: tag.granted,
      done: {}, // as `fired`, of this message
      id: () => (id = id || message.event_id || orderId(message) || tag.newId(Date.now())),
      value(index) {
        if (index in known) return known[index];
        known[index] = undefined;
        const variable = variables[index];
        let value;
        try {
          value = kinds[variable.type](variable, ask);
        } catch (error) {
          fault(variable.title, error);
        }
        return (known[index] = formatted(value, variable));
      },
      text(given) {
        if (Array.isArray(given)) return given.map(ask.text);
        if (!isPlain(given)) return given;
        const parts = given.$;
        if (!parts) {
          const all = {};
          Object.keys(given).forEach((key) => (all[key] = ask.text(given[key])));
          return all;
        }
        if (parts.length === 1) return ask.value(parts[0]);
        return parts.map((part) => (typeof part === "number" ? ask.value(part) : part)).join("");
      },
      all: (conditions) =>
        (conditions || []).every(
          (each) => holds(ask.text(each.value), each.is, ask.text(each.to), each.ignore_case) !== !!each.not,
        ),
    };
    return ask;
  }

  /** Whether it is the trigger's kind of message. Another tag manager's page life, pushed by the page, is not ours. */
  function might(trigger, index, { message, theirs }) {
    if (theirs && trigger.on !== "event") return false;
    if (trigger.regex ? !new RegExp(trigger.event).test(message.event) : trigger.event !== message.event) return false;
    return !trigger.own || (message["gtm.triggers"] || []).indexOf(index) >= 0;
  }

  function matches(trigger, index, ask) {
    try {
      return might(trigger, index, ask) && ask.all(trigger.when);
    } catch (error) {
      fault(trigger.title, error);
      return false;
    }
  }

  const decided = (each, what) => tag.tell("decision", [each.title, what]);

  const may = (each) => each.consent.every(tag.granted);

  /** A tag that may run now, with its set-up before and its tear-down after it. Gives whether it succeeded. */
  function run(each, ask, settings) {
    const [now, { start, end }] = [Date.now(), each.schedule || {}];
    if ((start && now < start) || (end && now >= end)) return no(each, "schedule");
    const before = each.limit !== "unlimited" && (each.limit ? fired : ask.done)[each.title];
    if (before) return no(each, "limit", before); // what it came to then
    if (tag.killed(each)) return no(each, "killed");
    if (!may(each)) {
      if (each.wait && waiting.push([each, ask, settings || ask.text(each.settings)]) > MAX_WAITING) waiting.shift();
      return no(each, each.wait ? "waits" : "consent");
    }
    const keep = (outcome) => (ask.done[each.title] = fired[each.title] = outcome);
    const { setup, teardown } = each;
    const main = !setup
      ? fire(each, ask, settings)
      : run(tags[setup[0]], ask).then((ok) => {
          if (ok || !setup[1]) return fire(each, ask, settings);
          keep(); // it did not fire
          return no(each, "setup");
        });
    return keep(
      main.then((ok) => (teardown && (ok || !teardown[1]) ? run(tags[teardown[0]], ask).then(() => ok) : ok)),
    );
  }

  function no(each, why, outcome) {
    decided(each, why);
    return Promise.resolve(outcome || false);
  }

  function fire(each, ask, settings) {
    return new Promise((resolve) =>
      turn.start(() => {
        decided(each, "fired");
        const failed = (error) => (fault(each.title, error), resolve(false));
        try {
          const answer = TEMPLATES[each.type](settings || ask.text(each.settings), api(each, ask));
          Promise.resolve(answer).then((given) => resolve(given !== false), failed);
        } catch (error) {
          failed(error);
        }
      }),
    );
  }

  /** What a template may do. */
  function api(each, ask) {
    return {
      id: ask.id(),
      once(key) {
        const first = !loaded[key];
        loaded[key] = 1;
        return first;
      },

      /** A vendor's own script, once a page. Gives whether it came. */
      load(url) {
        return (loaded[url] =
          loaded[url] ||
          new Promise((resolve) => {
            const script = document.createElement("script");
            script.async = true;
            script.fetchPriority = "low";
            if (tag.script) script.nonce = tag.script.nonce;
            script.onload = () => resolve(true);
            script.onerror = () => resolve(false);
            script.src = tag.address(url);
            document.head.append(script);
          }));
      },
      image(url) {
        return new Promise((resolve) => {
          const image = new Image();
          image.onload = () => resolve(true);
          image.onerror = () => resolve(false);
          image.src = url;
        });
      },
      granted: tag.granted,
      may: () => may(each),

      /** Is called whenever the choices may have changed: a vendor that is on the page hears of it. */
      follow: (tell) => told.push(tag.safely(tell)),

      /** What this pushes on the page's data layer is no message, and no event of the page's: a tag would start itself. */
      silently(work) {
        const { add } = tag;
        deaf = true;
        tag.add = () => {};
        try {
          work();
        } finally {
          deaf = false;
          tag.add = add;
        }
      },
      code: (index) => CODE[index](ask.value),
      own(name, props) {
        quiet = true;
        tag.add(name, { event_id: ask.id(), ...props });
        quiet = false;
      },
    };
  }

  function groups(matched) {
    triggers.forEach((trigger, index) => {
      const left = members[index];
      if (!trigger.members || !left.length) return;
      matched.forEach((is, place) => {
        const at = is ? left.indexOf(place) : -1;
        if (at >= 0) left.splice(at, 1);
      });
      if (!left.length) push({ event: "gtm.triggerGroup", "gtm.triggers": [index] });
    });
  }

  function takeOne(pushed, theirs, url) {
    try {
      take(model, pushed);
    } catch (error) {
      fault("data layer", error);
    }
    let message = pushed;
    if (pushed && pushed[0] === "event" && !Array.isArray(pushed)) message = { ...pushed[2], event: pushed[1] };
    if (!isPlain(message) || message.event === undefined) return;
    message = { ...message, "gtm.uniqueEventId": ++made };
    const ask = contextOf(message, theirs, url);
    const matched = triggers.map((trigger, index) => matches(trigger, index, ask));
    const runs = [];
    tag.tell("looked", [ask, matched, might]);
    tags.forEach((each) => {
      const is = (index) => matched[index];
      if (!each.fire_on.some(is)) return;
      if (each.except_on.some(is)) decided(each, "exception");
      else runs.push(run(each, ask));
    });
    groups(matched);
    const done = tag.safely(message.eventCallback);
    if (typeof message.eventCallback === "function") {
      let called;
      const call = () => called || ((called = 1), done(CONTAINER.id));
      Promise.all(runs).then(call);
      if (message.eventTimeout > 0) setTimeout(call, message.eventTimeout);
    }
  }

  const turn = turns(tag.safely(takeOne));
  const push = (pushed, theirs) => turn.message(pushed, theirs, location.href);

  /** The page's layer from now on, also one that took another's place. Gives what is on it already. */
  function follow() {
    const found = (window[layerName] = window[layerName] || []);
    if (found === layer || !Array.isArray(found)) return [];
    layer = found;
    const own = layer.push;
    layer.push = function (...pushed) {
      const result = own.apply(this, pushed);
      if (!deaf && this === layer) pushed.forEach(theirs);
      if (this.length > LAYER_ENTRIES) this.splice(0, this.length - LAYER_ENTRIES);
      return result;
    };
    return layer.slice();
  }
  const theirs = tag.safely((pushed) => {
    let kept = pushed;
    try {
      kept = copy(pushed);
    } catch {} // one that leads back to itself, or holds what may not be read
    push(kept, true);
  });
  const followed = tag.safely(follow);
  const again = () => (followed() || []).forEach(theirs);

  function listen() {
    const heard = {};
    listeners.forEach(([part, index]) => {
      const trigger = triggers[index];
      const key = part + "," + (trigger.start || "");
      if (contextOf({}, false, location.href).all(trigger.enable_when)) (heard[key] = heard[key] || []).push([index, trigger]);
    });
    Object.keys(heard).forEach((key) => {
      const [part, start] = key.split(",");
      const hear = () => {
        try {
          LISTENERS[part](heard[key], seen, tag);
        } catch (error) {
          fault(part, error);
        }
      };
      start ? later(start, hear) : hear();
    });
  }

  function seen(message) {
    again();
    push(message);
  }

  const later = (start, work) => {
    const [done, target, name] =
      start === "dom_ready"
        ? [document.readyState !== "loading", document, "DOMContentLoaded"]
        : [document.readyState === "complete", window, "load"];
    if (done) work();
    else tag.on(target, name, work);
  };

  const pushed = followed() || [];
  const first = pushed.findIndex((entry) => entry && (entry.event !== undefined || entry[0] === "event"));
  const before = first < 0 ? pushed : pushed.slice(0, first);
  before.forEach(theirs);
  ["gtm.init_consent", "gtm.init"].forEach((event) => push({ event }));
  listen();
  push({ event: "gtm.js" });
  pushed.slice(before.length).forEach(theirs);
  later("dom_ready", () => seen({ event: "gtm.dom" }));
  later("window_loaded", () => seen({ event: "gtm.load" }));

  function own([entry]) {
    if (quiet) return;
    const { name, id, event_id, props, order } = JSON.parse(entry[TEXT]);
    if (name !== "container_error") seen({ ...props, order, event: "onebyone." + name, event_id: event_id || id });
  }
  (tag.early || []).forEach((entry) => own([entry]));
  tag.early = 0;
  tag.hear("made", own);
  tag.hear("granted", () => {
    told.forEach((tell) => tell());
    waiting.splice(0).forEach(([each, ask, settings]) => run(each, ask, settings));
  });
  tag.hear("hide", turn.rest);
}

if (window[CONTAINER.name]) window[CONTAINER.name](begin);
