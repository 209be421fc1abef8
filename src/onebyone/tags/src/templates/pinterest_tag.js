/** Pinterest: the event id is the one that its Conversions API sends. */
import { loaded, queue, unknown } from "./parts/queue.js";

TEMPLATES.pinterest_tag = ({ id, event = "pagevisit", parameters, user_data: user, event_id: same }, api) => {
  const pintrk = queue("pintrk", "queue", undefined, { version: "3.0" });
  if (unknown(pintrk, api, "pinterest " + id)) pintrk("load", id, user || {});
  pintrk("track", event, { ...parameters, event_id: same || api.id });
  return loaded(pintrk, api, "https://s.pinimg.com/ct/core.js");
};
