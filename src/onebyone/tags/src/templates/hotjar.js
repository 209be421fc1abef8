/** Hotjar: its script records; with an event, marks it. */
import { loaded, queue } from "./parts/queue.js";

TEMPLATES.hotjar = ({ id, event, path, user_id: user, attributes }, api) => {
  const hj = queue("hj", "q", null);
  window._hjSettings = window._hjSettings || { hjid: Number(id), hjsv: 6 };
  if (user) hj("identify", user, attributes || {});
  if (path) hj("stateChange", path);
  if (event) hj("event", event);
  return loaded(hj, api, `https://static.hotjar.com/c/hotjar-${encodeURIComponent(id)}.js?sv=6`);
};
