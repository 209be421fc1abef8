/** Meta: the event id is the one that the Conversions API sends. */
import { loaded, queue } from "./parts/queue.js";

const FIELDS = { loaded: true, version: "2.0" };

/** Meta's function; where the page has none of Meta's, its calls go to the own collector alone (modules/fbq.js). */
function pixel() {
  const fbq = queue("fbq", "queue", "callMethod", FIELDS);
  if (!fbq.queue && !fbq.callMethod && !fbq.getState) Object.assign(fbq, FIELDS, { queue: [], ours: true });
  if (fbq.ours) {
    fbq.push = fbq;
    window._fbq = window._fbq || fbq;
  }
  return fbq;
}

/** As Meta's own function does it: one around it may listen to the page's calls, and this is none. */
function call(fbq, ...given) {
  if (fbq.callMethod) fbq.callMethod(...given);
  else fbq.queue.push(given);
}

function knows(fbq, id) {
  if (fbq.getState) return (fbq.getState().pixels || []).some((each) => each.id === String(id));
  return (fbq.queue || []).some((each) => each[0] === "init" && String(each[1]) === String(id));
}

TEMPLATES.meta_pixel = ({ id, event = "PageView", custom, parameters, user_data: user, event_id: same, data_processing: limits }, api) => {
  const fbq = pixel();
  if (api.once("meta " + id) && !knows(fbq, id)) {
    if (limits) call(fbq, "dataProcessingOptions", ...limits);
    call(fbq, "init", id, user || {});
    if (fbq.ours) api.follow(() => call(fbq, "consent", api.may() ? "grant" : "revoke"));
  }
  call(fbq, custom ? "trackSingleCustom" : "trackSingle", id, event, parameters || {}, { eventID: same || api.id });
  return loaded(fbq, api, "https://connect.facebook.net/en_US/fbevents.js");
};
