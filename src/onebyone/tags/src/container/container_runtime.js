/**
 * Executes a compiled container: CONTAINER (data), CODE (its functions), TEMPLATES, LISTENERS and KINDS (the parts in use)
 * stand in front of this file. It begins when the site's script hands it the tag.
 *
 * A message is anything pushed on the page's data layer, or seen by a listener. Messages are taken one after the
 * other: the tags of one have begun before the next is looked at.
 */
import { holds } from "./parts/conditions.js";
import { isPlain, lookUp, take } from "./parts/model.js";
import { PLAIN, formatted } from "./parts/variables.js";

const MAX_REPORTS = 10;
const LAYER_ENTRIES = 300;

const kinds = { ...KINDS, ...PLAIN };

function begin(tag) {
  const { variables, triggers, tags, listeners, layer: layerName } = CONTAINER;
  const model = {};
  tag.allowed = CONTAINER.scripts;
  const queue = []; // [what was pushed, whether the page did]
  const waiting = []; // for a grant: [tag, context, settings]
  const fired = {}; // tags of once_per_page
  const members = triggers.map((trigger) => (trigger.members || []).slice());
  const loaded = {};
  const reported = {};
  let reports = 0;
  let busy = false;
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
  function orderId({ event }) {
    const order = event === "purchase" && lookUp(model, "ecommerce.transaction_id");
    return order && !/^(undefined|null|none|nan|0|-1)$/i.test(order) ? "purchase:" + order : "";
  }

  /** What variables are asked with: one for each message, so that each is evaluated once. */
  function contextOf(message, theirs) {
    const known = {};
    let id;
    const ask = {
      message,
      theirs,
      model,
      container: CONTAINER,
      debug: !!tag.debug,
      granted: tag.granted,
      done: {}, // tags that this message fired
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

  /** A tag that may run now, with its set-up before and its tear-down after it. Gives whether it succeeded. */
  function run(each, ask, settings) {
    const [now, { start, end }] = [Date.now(), each.schedule || {}];
    if ((start && now < start) || (end && now >= end)) return no(each, "schedule");
    if (each.limit !== "unlimited" && (each.limit ? fired : ask.done)[each.title]) return no(each, "limit");
    if (tag.killed(each)) return no(each, "killed");
    if (!each.consent.every(tag.granted)) {
      if (each.wait) waiting.push([each, ask, settings || ask.text(each.settings)]);
      return no(each, each.wait ? "waits" : "consent");
    }
    ask.done[each.title] = fired[each.title] = 1;
    const { setup, teardown } = each;
    const before = setup ? run(tags[setup[0]], ask) : Promise.resolve(true);
    const main = setup ? before.then((ok) => (ok || !setup[1] ? fire(each, ask, settings) : no(each, "setup"))) : fire(each, ask, settings);
    return main.then((ok) => {
      if (teardown && (ok || !teardown[1])) return run(tags[teardown[0]], ask).then(() => ok);
      return ok;
    });
  }

  function no(each, why) {
    decided(each, why);
    return Promise.resolve(false);
  }

  function fire(each, ask, settings) {
    decided(each, "fired");
    try {
      return Promise.resolve(TEMPLATES[each.type](settings || ask.text(each.settings), api(each, ask))).then(
        (answer) => answer !== false,
        (error) => (fault(each.title, error), false),
      );
    } catch (error) {
      fault(each.title, error);
      return Promise.resolve(false);
    }
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

      /** What this pushes on the page's data layer is no message here: the tag would start itself. */
      silently(work) {
        deaf = true;
        work();
        deaf = false;
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
      if (!left.length) queue.push([{ event: "gtm.triggerGroup", "gtm.triggers": [index] }]);
    });
  }

  function takeOne([pushed, theirs]) {
    try {
      take(model, pushed);
    } catch (error) {
      fault("data layer", error);
    }
    let message = pushed;
    if (pushed && pushed[0] === "event" && !Array.isArray(pushed)) message = { ...pushed[2], event: pushed[1] };
    if (!isPlain(message) || message.event === undefined) return;
    message = { ...message, "gtm.uniqueEventId": ++made };
    const ask = contextOf(message, theirs);
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

  function push(pushed, theirs) {
    queue.push([pushed, theirs]);
    if (busy) return;
    busy = true;
    while (queue.length) takeOne(queue.shift());
    busy = false;
  }

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
  const theirs = tag.safely((pushed) => push(pushed, true));
  const followed = tag.safely(follow);
  const again = () => (followed() || []).forEach(theirs);

  function listen() {
    const heard = {};
    listeners.forEach(([part, index]) => {
      const trigger = triggers[index];
      const key = part + "," + (trigger.start || "");
      if (contextOf({}).all(trigger.enable_when)) (heard[key] = heard[key] || []).push([index, trigger]);
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

  tag.hear("made", ([entry]) => {
    if (quiet) return;
    const { name, id, event_id, props, order } = JSON.parse(entry[4]);
    if (name !== "container_error") seen({ ...props, order, event: "onebyone." + name, event_id: event_id || id });
  });
  tag.hear("granted", () => waiting.splice(0).forEach(([each, ask, settings]) => run(each, ask, settings)));
}

if (window[CONTAINER.name]) window[CONTAINER.name](begin);
