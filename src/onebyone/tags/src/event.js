/** Events: what the page says and what the tag adds, in the wire shape of POST /v1/e. */
import { ascii } from "./entry.js";
import { newId } from "./id.js";
import { safely } from "./safely.js";

const MAX_BYTES = 49152; // what a beacon may carry with room to spare
export const NO_ID = /^\s*(|null|undefined|none|nan|0|-1|\(not set\)|\[object object\]|.*[{$]{.*)\s*$/i; // a template gone wrong
const ORDER_KEYS = "id currency coupon adjustment_id value tax shipping items".split(" ");

/**
 * Makes the entries of one page view after the other: `seq` counts within it, `page.id` names it, `nav` says how the
 * page came.
 */
export function events(on) {
  let consent = "";
  let nav;
  let seq = 0;
  let life;
  let referrer = document.referrer;
  let visible; // ever
  let touched; // by a person, not by a script
  let left; // the address of a page that was, while events of it are made

  on(window, "pointerdown pointermove keydown", (event) => (touched ||= event.isTrusted));

  /** What tells people from machines: wire.FACTS. A tab in the background has no size. */
  function facts() {
    visible ||= !document.hidden;
    return [
      visible ? !outerWidth && "no_size" : "never_visible",
      !navigator.languages?.[0] && "no_languages",
      touched && "interaction",
    ].filter(Boolean);
  }

  return {
    /** The choices that go with what is made from now on, as text: the given ones, added to the old or alone. */
    said(choices, alone) {
      consent = ascii(Object.assign(consent && !alone ? JSON.parse(consent) : {}, choices));
      return consent;
    },

    /** What `work` makes belongs to the page at `url`. */
    during(url, work) {
      left = url;
      safely(work)();
      left = "";
    },

    /** Another page view begins, of who was at `from`. */
    turn(how, from) {
      nav = how;
      seq = 0;
      life = "";
      if (from) referrer = from;
    },

    /** With `id` that one. A draft takes no number: whether it is ever sent is not known. */
    make(name, given, known, draft) {
      nav ||= navigation();
      const at = Date.now();
      const id = known || newId(at);
      life ||= id;
      const { event_id, user_id, user_data, ...props } = given || {};
      const event = {
        name,
        id,
        event_id,
        user_id,
        user_data,
        at,
        seq: draft ? seq : seq++,
        nav,
        page: { url: left || location.href, referrer, title: document.title, id: life },
        webdriver: navigator.webdriver || undefined,
        facts: facts(),
        props,
      };
      if (name === "purchase") addOrder(event);
      const first = event.order || CONFIG.conversions.includes(name) ? 1 : 0;
      let text = ascii(event);
      if (text.length > MAX_BYTES) {
        if (event.order) delete event.order.items;
        text = ascii({ ...event, props: { cut: true } });
      }
      return [id, at, first, consent, text];
    },
  };
}

/** What belongs to the order leaves the properties. Its id makes the event id that every copy of it shares. */
function addOrder(event) {
  const { transaction_id, ...props } = event.props;
  const order = { id: transaction_id };
  ORDER_KEYS.forEach((key, place) => {
    const value = props[key];
    delete props[key];
    if (value != null) order[key] = place > 3 ? value : "" + value; // the first four are texts, whatever they are
  });
  order.id += ""; // of whichever of its two names
  if (NO_ID.test(order.id)) delete order.id;
  else event.event_id ||= "purchase:" + order.id;
  event.order = order;
  event.props = props;
}

function navigation() {
  if (document.wasDiscarded) return "reload_discarded"; // the browser threw the page away, and loads it again
  const entry = performance.getEntriesByType("navigation")[0];
  return entry?.activationStart > 0 ? "prerender" : entry?.type || "navigate";
}
