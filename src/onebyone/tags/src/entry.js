/**
 * An entry is one event that waits for its acknowledgement, as it is kept in memory and in the store:
 *   [id, at, first, consent, text]
 * `first` is 1 for a conversion, `consent` the choices known when it happened (JSON or ""), `text` the event as
 * ASCII JSON, so that its length is its size in bytes.
 */
export const ID = 0;
export const AT = 1;
export const FIRST = 2;
export const CONSENT = 3;
export const TEXT = 4;

const MAX_ENTRIES = 200;
const MAX_BYTES = 262144; // 256 KiB
export const BATCH_BYTES = 16384;
const MAX_AGE_MS = 604800000; // 7 days

/** JSON in ASCII, also on a page whose library has its own idea of it: `toJSON` of lists and texts from before 2010. */
export function ascii(value) {
  const back = [Array, String, Number].map(({ prototype: each }) => {
    const own = each.toJSON;
    delete each.toJSON;
    return () => own && (each.toJSON = own);
  });
  try {
    return JSON.stringify(value).replace(
      /[^\0-\x7f]/g,
      (char) => "\\u" + (char.charCodeAt(0) + 0x10000).toString(16).slice(1),
    );
  } finally {
    back.forEach((each) => each());
  }
}

export const bytesOf = (entries) => entries.reduce((sum, entry) => sum + entry[TEXT].length, 0);

/** What is kept of these: nothing too old, and under the limits; the oldest that is no conversion goes first. */
export function limited(entries) {
  const kept = entries.filter((entry) => Date.now() - entry[AT] < MAX_AGE_MS);
  while (kept.length > MAX_ENTRIES || (bytesOf(kept) > MAX_BYTES && kept.length > 1)) {
    kept.splice(Math.max(kept.findIndex((entry) => !entry[FIRST]), 0), 1);
  }
  return kept;
}

/** The next batch: conversions before the rest, one state of consent, no larger than 16 KB, but never empty. */
export function nextBatch(entries) {
  const ordered = Array.from(entries).sort((one, other) => other[FIRST] - one[FIRST]);
  let bytes = 0;
  return ordered.filter((entry, i) => {
    if (entry[CONSENT] !== ordered[0][CONSENT]) return false;
    bytes += entry[TEXT].length;
    return !i || bytes <= BATCH_BYTES;
  });
}
