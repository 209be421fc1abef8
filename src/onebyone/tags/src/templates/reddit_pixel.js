/** Reddit: `conversionId` is the conversion id that its Conversions API sends. */
import { loaded, queue, unknown } from "./parts/queue.js";

TEMPLATES.reddit_pixel = ({ id, event = "PageVisit", parameters, user_data: user, event_id: same }, api) => {
  const rdt = queue("rdt", "callQueue", "sendEvent");
  if (unknown(rdt, api, "reddit " + id)) rdt("init", id, user || {});
  rdt("track", event, { ...parameters, conversionId: same || api.id });
  return loaded(rdt, api, "https://www.redditstatic.com/ads/pixel.js");
};
