/**
 * Delivery: an entry waits until the server has acknowledged its id.
 *
 * One request at a time, so that two answers never set two visitor cookies. When the page is hidden it may be the
 * last we see of it: everything is stored and sent once more as beacons, which nobody acknowledges, so it stays
 * stored until a later request is answered. The server knows the ids and counts a copy once.
 *
 * Without permission to know the browser again nothing is stored or read here, and no request carries a cookie.
 */
import { CONSENT, FIRST, ID, TEXT, ascii, bytesOf, limited, nextBatch } from "./entry.js";
import { forget, mark, save, saved, takeOver } from "./store.js";

const BATCH_BYTES = 16384;
const KEEPALIVE_BYTES = 49152; // of the 64 KiB that all scripts of a page share
const WINDOW_MS = 1000;
const TIMEOUT_MS = 5000;
const MAX_WAIT_MS = 60000;

export function delivery(url, tell) {
  let waiting = [];
  let stored = false;
  let beaconed = new Set(); // ids
  let started = false;
  let answered = false;
  let may = true; // store, and send the cookie
  let withdrawn = false; // until a request has taken the cookie back to be ended
  let sending = false;
  let hidden = false;
  let failures = 0;
  let status = 0; // of the last answer
  let pausedUntil = 0;
  let timer = 0;
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
    waiting = limited(entries, Date.now());
    stored = may && save(waiting);
  }

  /** What other pages left goes first. */
  async function adopt() {
    if (!may) return;
    answered ||= mark();
    await takeOver((entries) => keep(entries.concat(waiting)));
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
    if (sending || !waiting.length || !navigator.onLine) return;
    waiting = limited(waiting, Date.now());
    const batch = nextBatch(waiting, BATCH_BYTES);
    if (!batch.length) return;
    sending = true;
    status = 0;
    tell("batch", batch);
    post(bodyOf(batch), url, AbortSignal.timeout?.(TIMEOUT_MS))
      .then((answer) => read(answer, batch))
      .catch(() => 0)
      .then((waitMs) => {
        sending = false;
        if (waitMs === undefined) {
          failures = 0;
        } else {
          const jitterMs = Math.random() * Math.min(MAX_WAIT_MS, WINDOW_MS * 2 ** failures++);
          pausedUntil = Date.now() + Math.max(waitMs, jitterMs);
          tell("later", [status, pausedUntil - Date.now()]);
        }
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
    }
    const left = waiting.filter((entry) => !done.includes(entry[ID]));
    const settled = left.length < waiting.length;
    keep(left);
    return settled ? undefined : 0;
  }

  /** The page is hidden, frozen or closed. May be called again: an entry goes out as a beacon once. */
  function leave() {
    hidden = true;
    keep(waiting);
    // before the first answer one request in all; later as much as one page may have on its way
    for (let chunks = (answered ? 3 : 1) - sending; chunks > 0; chunks--) {
      const batch = nextBatch(
        waiting.filter((entry) => !beaconed.has(entry[ID])),
        BATCH_BYTES,
      );
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
    start() {
      adopt().then(() => {
        started = true;
        schedule(0);
      });
    },

    /** Whether the browser may be known again. A withdrawal reaches what waits, and what is stored goes. */
    permit(now, consent) {
      const before = may;
      may = now;
      tell("permit");
      if (before && !now) {
        withdrawn = answered;
        waiting.forEach((entry) => (entry[CONSENT] = consent || ""));
        stored = false;
      }
      if (!now && consent && (before || consent.includes('"analytics":"denied"'))) forget();
      if (now && !before && started) adopt().then(() => schedule(0));
    },

    leave,

    /** The page is seen again, or the network is back. */
    resume(restored) {
      hidden = document.hidden;
      if (restored && stored) waiting = saved();
      schedule(0);
    },
  };
}

function retryAfterMs(header) {
  return (header >= 0 ? header * 1000 : Date.parse(header) - Date.now()) || 0;
}
