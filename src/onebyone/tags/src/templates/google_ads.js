/** Google Ads: a conversion if there is a label, else the visit. Known again by its transaction_id. */
import { google } from "./parts/gtag.js";

TEMPLATES.google_ads = ({ id, label, value, currency, transaction_id: order, parameters, user_data: user }, api) => {
  const { gtag, ready } = google(id, api, {});
  if (user) gtag("set", "user_data", user);
  if (label) gtag("event", "conversion", { ...parameters, send_to: `${id}/${label}`, value, currency, transaction_id: order });
  return ready;
};
