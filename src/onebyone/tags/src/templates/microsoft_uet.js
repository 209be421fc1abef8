/** Microsoft Advertising: a queue until the vendor's script has come, then its object. */
TEMPLATES.microsoft_uet = ({ id, event, parameters, user_data: user, event_id: same }, api) => {
  window.uetq = window.uetq || Object.assign([], { ours: true });
  const first = window.uetq.ours && api.once("uet " + id); // an object of the vendor's, or the page's own: no second one
  const consent = (verb) =>
    window.uetq.push("consent", verb, { ad_storage: api.granted("ads_storage") ? "granted" : "denied" });
  if (first) {
    consent("default");
    api.follow(() => consent("update"));
  }
  if (user) window.uetq.push("set", { pid: user });
  if (event) window.uetq.push("event", event, { ...parameters, event_id: same || api.id });
  if (!first) return true;
  return api.load("https://bat.bing.com/bat.js").then((came) => {
    if (!came || !window.UET) return false;
    window.uetq = new window.UET({ ti: String(id), q: window.uetq, enableAutoSpaTracking: false });
    window.uetq.push("pageLoad");
    return true;
  });
};
