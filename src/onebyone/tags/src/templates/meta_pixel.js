/** Meta: the event id is the one that the Conversions API sends. */
import { loaded, queue } from "./parts/queue.js";

TEMPLATES.meta_pixel = ({ id, event = "PageView", custom, parameters, user_data: user, event_id: same, data_processing: limits }, api) => {
  const fbq = queue("fbq", "queue", "callMethod", { loaded: true, version: "2.0" });
  if (fbq.ours) {
    fbq.push = fbq;
    window._fbq = window._fbq || fbq;
  }
  const known = fbq.getState
    ? (fbq.getState().pixels || []).some((pixel) => pixel.id === String(id))
    : (fbq.queue || []).some((call) => call[0] === "init" && String(call[1]) === String(id));
  if (api.once("meta " + id) && !known) {
    if (limits) fbq("dataProcessingOptions", ...limits);
    fbq("init", id, user || {});
  }
  fbq(custom ? "trackSingleCustom" : "trackSingle", id, event, parameters || {}, { eventID: same || api.id });
  return loaded(fbq, api, "https://connect.facebook.net/en_US/fbevents.js");
};
