/** Clarity: its script records; with an event, marks it. It is told what is allowed. */
import { loaded, queue } from "./parts/queue.js";

TEMPLATES.clarity = ({ id, event, tags, user_id: user, upgrade }, api) => {
  const clarity = queue("clarity", "q", null);
  const state = (name) => (api.granted(name) ? "granted" : "denied");
  const consent = () => clarity("consentv2", { ad_Storage: state("ads_storage"), analytics_Storage: state("analytics") });
  if (api.once("clarity " + id)) {
    consent();
    api.follow(consent);
  }
  Object.keys(tags || {}).forEach((key) => clarity("set", key, String(tags[key])));
  if (user) clarity("identify", String(user));
  if (event) clarity("event", event);
  if (upgrade) clarity("upgrade", upgrade);
  return loaded(clarity, api, `https://www.clarity.ms/tag/${encodeURIComponent(id)}`);
};
