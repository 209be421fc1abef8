/** The store: localStorage, one key per page, so that two tabs never write the same key. Only what still waits. */
import { ascii } from "./entry.js";
import { newId } from "./id.js";

const PREFIX = "ob:" + CONFIG.site + ":";
const MINE = PREFIX + newId(Date.now());

/** Replace what this page has stored. False: storage is blocked or full, and the page's memory is all there is. */
export function save(entries) {
  try {
    if (entries.length) localStorage.setItem(MINE, ascii(entries));
    else localStorage.removeItem(MINE);
    return true;
  } catch {
    return false;
  }
}

/** What this page has saved and no other page has taken over. */
export function saved() {
  return parsed(localStorage.getItem(MINE));
}

/**
 * Give `adopt` what other pages have left, then forget it there. One page at a time where the browser has locks; a
 * page that is still open may lose its entries to this one, and the server then sees a second copy of the same id.
 */
export function takeOver(adopt) {
  const take = (lock) =>
    lock &&
    each((key) => {
      if (key === MINE) return;
      adopt(parsed(localStorage.getItem(key)));
      localStorage.removeItem(key);
    });
  if (navigator.locks) return navigator.locks.request(PREFIX, { ifAvailable: true }, take).catch(() => {});
  return Promise.resolve(take(true));
}

/** Leave nothing of ours on the device. */
export function forget() {
  each((key) => localStorage.removeItem(key));
  mark("");
}

function each(work) {
  try {
    Object.keys(localStorage).forEach((key) => key.indexOf(PREFIX) || work(key));
  } catch {}
}

function parsed(text) {
  try {
    return JSON.parse(text).filter((entry) => entry.length === 5);
  } catch {
    return [];
  }
}

/** Whether this tab has had an answer: its visitor cookie, if there is one, is set. With `text` it is so from now on. */
export function mark(text) {
  try {
    if (text === "") sessionStorage.removeItem(PREFIX);
    else if (text) sessionStorage.setItem(PREFIX, text);
    return sessionStorage.getItem(PREFIX);
  } catch {}
}
