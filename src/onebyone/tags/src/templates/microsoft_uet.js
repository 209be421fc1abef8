/** Microsoft Advertising: a queue until the vendor's script has come, then its object; one for each id. */
const made = {}; // by id, what our queue for it is called

/** The page's own queue, whose id is not known, or one of ours. */
function queueOf(id) {
  const ours = Object.keys(made).length;
  if (made[id] || (window.uetq && !ours)) return made[id] || "uetq";
  made[id] = ours ? "uetq_" + id : "uetq";
  window[made[id]] = [];
  return made[id];
}

TEMPLATES.microsoft_uet = ({ id, event, parameters, user_data: user, event_id: same }, api) => {
  const name = queueOf(id);
  const say = (...given) => window[name].push(...given);
  const consent = (verb) => say("consent", verb, { ad_storage: api.granted("ads_storage") ? "granted" : "denied" });
  const first = made[id] && api.once("uet " + id);
  if (first) {
    consent("default");
    api.follow(() => consent("update"));
  }
  if (user) say("set", { pid: user });
  if (event) say("event", event, { ...parameters, event_id: same || api.id });
  if (!first) return true;
  return api.load("https://bat.bing.com/bat.js").then((came) => {
    if (!came || !window.UET) return false;
    window[name] = new window.UET({ ti: String(id), q: window[name], enableAutoSpaTracking: false });
    say("pageLoad");
    return true;
  });
};
