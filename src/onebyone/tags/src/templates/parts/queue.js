/**
 * A vendor's function as its snippet would leave it: calls wait in `list` until the vendor's script takes them over by
 * the method `later`. One that is on the page already is used, and nothing is loaded for it.
 */
export function queue(name, list, later, fields) {
  const found = window[name];
  if (found) return found;
  const made = (window[name] = function (...given) {
    if (later && made[later]) made[later](...given);
    else made[list].push(later === undefined ? given : arguments);
  });
  made[list] = [];
  made.ours = true;
  return Object.assign(made, fields);
}

/** Whether it has to be told the id: once, and not where the page has set it up itself, which would count twice. */
export const unknown = (found, api, key) => api.once(key) && found.ours;

/** The vendor's script, unless the page brought its own. */
export const loaded = (found, api, url) => (found.ours ? api.load(url) : true);
