/** Microsoft Advertising: a queue until the vendor's script has come, then its object. */
TEMPLATES.microsoft_uet = ({ id, event, parameters, user_data: user, event_id: same }, api) => {
  const foreign = window.uetq && !window.uetq.ours && api.once("uet foreign") ? window.uetq : 0;
  if (!window.uetq) {
    window.uetq = [];
    window.uetq.ours = true;
  }
  const first = !foreign && window.uetq.ours && api.once("uet " + id);
  if (first) window.uetq.push("consent", "default", { ad_storage: api.granted("ads_storage") ? "granted" : "denied" });
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
