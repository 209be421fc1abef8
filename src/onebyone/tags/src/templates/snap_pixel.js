/** Snap: `client_dedup_id` is the event id that its Conversions API sends. */
import { loaded, queue, unknown } from "./parts/queue.js";

TEMPLATES.snap_pixel = ({ id, event = "PAGE_VIEW", parameters, user_data: user, event_id: same }, api) => {
  const snaptr = queue("snaptr", "queue", "handleRequest");
  if (unknown(snaptr, api, "snap " + id)) snaptr("init", id, user || {});
  snaptr("track", event, { ...parameters, client_dedup_id: same || api.id });
  return loaded(snaptr, api, "https://sc-static.net/scevent.min.js");
};
