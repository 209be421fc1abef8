/**
 * Delivery: an entry waits until the server has acknowledged its id.
 *
 * One request at a time, so that two answers never set two visitor cookies. When the page is hidden it may be the
 * last we see of it: everything is stored and sent once more as beacons, which nobody acknowledges, so it stays
 * stored until a later request is answered. The server knows the ids and counts a copy once.
 *
 * Without permission to know the browser again nothing is stored or read here, and no request carries a cookie.
 */
import { BATCH_BYTES, CONSENT, FIRST, ID, TEXT, ascii, bytesOf, limited, nextBatch } from "./entry.js";
import { forget, mark, save, saved, takeOver } from "./store.js";

const KEEPALIVE_BYTES = 49152; // of the 64 KiB that all scripts of a page share
const WINDOW_MS = 1000;
const TIMEOUT_MS = 5000;
const MAX_WAIT_MS = 60000;

/** Of choices as text. */
export const refuses = (consent) => consent.includes('"analytics":"denied"');

export function delivery(url, tell) {
  let waiting = [];
  let stored;
  let beaconed = new Set(); // ids
  let started;
  let answered; // in this tab, as far as is known
  let more = true; // a page that was left may still have written, or been at it when this one asked
  let may = true; // store, and send the cookie
  let withdrawn; // until a request has taken the cookie back to be ended
  let sending = false;
  let hidden;
  let failures = 0;
  let status; // of the last answer
  let pausedUntil = 0;
  let timer;
  let timerAt = Infinity;

  const bodyOf = (batch) =>
    `{"site":${ascii(CONFIG.site)},"sent_at":${Date.now()},` +
    (batch[0][CONSENT] && `"consent":${batch[0][CONSENT]},`) +
    `"events":[${batch.map((entry) => entry[TEXT])}]}`;

  const post = (body, to = url, signal, by = fetch) =>
    by(to, {
      method: "POST",
      body, // a string travels as text/plain: no preflight
      keepalive: body.length < KEEPALIVE_BYTES,
      credentials: may || withdrawn ? "include" : "omit",
      signal,
    });

  function keep(entries) {
    waiting = limited(entries);
    stored = may && save(waiting);
  }

  /** What other pages left goes first; but a browser that is slow with its locks holds nothing up for long. */
  function drain() {
    const go = () => {
      started = true;
      schedule(0);
    };
    if (!may) return go();
    setTimeout(go, WINDOW_MS);
    takeOver((entries) => keep(entries.concat(waiting)))
      .then((busy) => (more ||= busy))
      .then(go, go);
  }

  function schedule(ms) {
    const at = Math.max(Date.now() + ms, pausedUntil);
    if (!started || at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(flush, at - Date.now());
  }

  function flush() {
    timerAt = Infinity;
    waiting = limited(waiting);
    const batch = nextBatch(waiting);
    if (sending || !batch.length || !navigator.onLine) return;
    sending = true;
    status = 0;
    tell("batch", batch);
    post(bodyOf(batch), url, AbortSignal.timeout?.(TIMEOUT_MS))
      .then((answer) => read(answer, batch))
      .catch(() => 0)
      .then((waitMs) => {
        sending = false;
        if (waitMs !== undefined) {
          const jitterMs = Math.random() * Math.min(MAX_WAIT_MS, WINDOW_MS * 2 ** failures++);
          waitMs = Math.max(waitMs, jitterMs);
          pausedUntil = Date.now() + waitMs;
          tell("later", [status, waitMs]);
        } else failures = 0;
        if (waiting.length) schedule(0);
      });
  }

  /** Forget what is settled. Gives undefined, or the milliseconds to wait at least before the next attempt. */
  async function read(answer, batch) {
    status = answer.status;
    if (/^(5..|408|425|429)$/.test(status)) {
      return retryAfterMs(answer.headers.get("Retry-After"));
    }
    let done = batch.map((entry) => entry[ID]); // any other refusal would be repeated for ever
    if (answer.ok) {
      const { results, container } = await answer.json(); // throws for an answer that is not ours: tried again
      done = results.filter((result) => result.status !== "retry").map((result) => result.id);
      answered = true;
      withdrawn = false;
      if (may) mark("1");
      tell("answer", results);
      if (container) tell("container", container);
      if (more) {
        more = false;
        drain();
      }
    }
    const left = waiting.filter((entry) => !done.includes(entry[ID]));
    const settled = left.length < waiting.length;
    keep(left);
    return settled ? undefined : 0;
  }

  /** The page is hidden, frozen or closed. May be called again: an entry goes out as a beacon once. */
  function leave() {
    hidden = true;
    answered ||= may && mark();
    keep(waiting);
    // before the first answer one request in all; later as much as one page may have on its way
    for (let chunks = (answered ? 3 : 1) - sending; chunks > 0; chunks--) {
      const batch = nextBatch(waiting.filter((entry) => !beaconed.has(entry[ID])));
      if (!batch.length) return;
      tell("batch", batch);
      const body = bodyOf(batch);
      batch.forEach((entry) => beaconed.add(entry[ID]));
      if (!may || !navigator.sendBeacon?.(url, body)) post(body).catch(() => {});
    }
  }

  return {
    post,
    body: bodyOf,

    add(entry, urgent) {
      keep(waiting.concat([entry]));
      if (hidden) leave();
      schedule(urgent || entry[FIRST] || bytesOf(waiting) > BATCH_BYTES ? 0 : WINDOW_MS);
    },

    /** Nothing leaves the machine before this. */
    start: drain,

    /** Whether the browser may be known again. A withdrawal reaches what waits, and what is stored goes. */
    permit(now, consent) {
      const before = may;
      may = now;
      tell("permit");
      if (before && !now) {
        withdrawn = answered || (consent && mark());
        waiting.forEach((entry) => (entry[CONSENT] = consent || ""));
        stored = false;
      }
      if (!now && consent && (before || refuses(consent))) forget();
      if (now && !before && started) drain();
    },

    leave,

    /** The page is seen again, or the network is back. */
    resume(restored) {
      hidden = document.hidden;
      if (!restored) return schedule(0);
      if (stored) waiting = saved();
      drain(); // it may be the page after one that left something
    },
  };
}

function retryAfterMs(header) {
  return (header >= 0 ? header * 1000 : Date.parse(header) - Date.now()) || 0;
}
