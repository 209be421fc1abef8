/** Google Analytics 4; it takes no event id, and knows a purchase again by its transaction_id. */
import { google } from "./parts/gtag.js";

TEMPLATES.ga4 = ({ id, event = "page_view", parameters, config }, api) => {
  const { gtag, ready } = google(id, api, { send_page_view: false, ...config });
  gtag("event", event, { ...parameters, send_to: id });
  return ready;
};
