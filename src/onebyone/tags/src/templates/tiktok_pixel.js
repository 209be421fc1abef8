/** TikTok: the event id is the one that the Events API sends. */
const METHODS =
  "page track identify instances debug on off once ready alias group enableCookie disableCookie holdConsent revokeConsent grantConsent".split(" ");

function stub(id) {
  const ttq = (window.ttq = []);
  window.TiktokAnalyticsObject = "ttq";
  const give = (target) =>
    METHODS.forEach((name) => (target[name] = (...given) => target.push([name].concat(given))));
  give(ttq);
  ttq.ours = true;
  ttq._i = {};
  ttq._t = {};
  ttq._o = {};
  ttq.instance = (each) => ttq._i[each] || [];
  ttq.begin = (each) => {
    ttq._i[each] = [];
    ttq._i[each]._u = "https://analytics.tiktok.com/i18n/pixel/events.js";
    ttq._t[each] = Date.now();
    ttq._o[each] = {};
    give(ttq._i[each]);
  };
  return ttq;
}

TEMPLATES.tiktok_pixel = ({ id, event, parameters, user_data: user, event_id: same }, api) => {
  const ttq = window.ttq || stub(id);
  const first = api.once("tiktok " + id);
  if (first && ttq.begin) {
    ttq.begin(id);
    api.follow(() => (api.may() ? window.ttq.grantConsent() : window.ttq.revokeConsent()));
  }
  const own = (ttq._i && ttq._i[id]) || ttq;
  if (user) own.identify(user);
  if (event) own.track(event, parameters || {}, { event_id: same || api.id });
  else own.page();
  return ttq.ours ? api.load(`https://analytics.tiktok.com/i18n/pixel/events.js?sdkid=${encodeURIComponent(id)}&lib=ttq`) : true;
};
