/** LinkedIn: a conversion if there is one's id, else the visit, which the vendor's script reports by itself. */
import { loaded, queue } from "./parts/queue.js";

TEMPLATES.linkedin_insight = ({ id, conversion_id: conversion, value, currency, user_data: user, event_id: same }, api) => {
  window._linkedin_partner_id = window._linkedin_partner_id || String(id);
  const ids = (window._linkedin_data_partner_ids = window._linkedin_data_partner_ids || []);
  if (ids.indexOf(String(id)) < 0) ids.push(String(id));
  const lintrk = queue("lintrk", "q");
  if (user) lintrk("setUserData", user);
  if (conversion) {
    const more = value === undefined ? {} : { conversion_value: value, currency };
    lintrk("track", { conversion_id: conversion, ...more, event_id: same || api.id });
  }
  return loaded(lintrk, api, "https://snap.licdn.com/li.lms-analytics/insight.min.js");
};
