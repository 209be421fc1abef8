/** The store: localStorage, one key per page, so that two tabs never write the same key. Only what still waits. */
import { ascii } from "./entry.js";
import { newId } from "./id.js";
import { safely } from "./safely.js";

const PREFIX = "ob:" + CONFIG.site + ":";
const MINE = PREFIX + newId(Date.now());

/** Replace what this page has stored. Not true: storage is blocked or full, and the page's memory is all there is. */
export const save = safely((entries) => {
  if (entries.length) localStorage.setItem(MINE, ascii(entries));
  else localStorage.removeItem(MINE);
  return true;
});

/** What a page has saved under `key`, this one unless another is named, and nobody has taken over. */
export const saved = (key = MINE) =>
  safely(() => JSON.parse(localStorage.getItem(key)).filter((entry) => entry.length === 5))() || [];

/**
 * Give `adopt` what other pages have left, then forget it there. One page at a time where the browser has locks: true
 * says that another is at it. A page that is still open may lose its entries to this one, and the server then sees a
 * second copy of the same id.
 */
export async function takeOver(adopt) {
  let found;
  const others = (work) => each((key) => key !== MINE && work(key));
  const take = (lock) => {
    if (!lock) return true;
    others((key) => {
      adopt(saved(key));
      localStorage.removeItem(key);
    });
  };
  others(() => (found = true)); // a lock takes its time
  return found && (navigator.locks ? navigator.locks.request(PREFIX, { ifAvailable: true }, take) : take(true));
}

/** Leave nothing of ours on the device. */
export const forget = safely(() => {
  each((key) => localStorage.removeItem(key));
  sessionStorage.removeItem(PREFIX);
});

const each = safely((work) => Object.keys(localStorage).forEach((key) => key.indexOf(PREFIX) || work(key)));

/** Whether this tab has had an answer: its visitor cookie, if there is one, is set. With `text` it is so from now on. */
export const mark = safely((text) => {
  if (text) sessionStorage.setItem(PREFIX, text);
  return sessionStorage.getItem(PREFIX);
});
