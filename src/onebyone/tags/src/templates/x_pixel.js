/** X: without an event the visit, which `config` reports. */
import { loaded, queue, unknown } from "./parts/queue.js";

TEMPLATES.x_pixel = ({ id, event, parameters, event_id: same }, api) => {
  const twq = queue("twq", "queue", "exe", { version: "1.1" });
  if (unknown(twq, api, "x " + id)) twq("config", id);
  if (event) twq("event", event, { ...parameters, conversion_id: same || api.id });
  return loaded(twq, api, "https://static.ads-twitter.com/uwt.js");
};
