/** Google's tag on a layer of its own, so that the page's data layer stays the page's. */
const LAYER = "onebyone_google";

export function google(id, api, config) {
  const owned = (window.google_tag_manager || {})[id] && window.gtag;
  if (owned) return { gtag: (...given) => api.silently(() => owned(...given)), ready: true };
  const layer = (window[LAYER] = window[LAYER] || []);
  const gtag = function () {
    layer.push(arguments);
  };
  const state = (name) => (api.granted(name) ? "granted" : "denied");
  const consent = {
    ad_storage: state("ads_storage"),
    analytics_storage: state("analytics"),
    ad_user_data: state("ads_share"),
    ad_personalization: state("ads_personalize"),
  };
  if (api.once("gtag")) {
    gtag("consent", "default", consent);
    gtag("js", new Date());
  } else gtag("consent", "update", consent);
  if (api.once("gtag " + id)) gtag("config", id, config);
  return { gtag, ready: api.load(`https://www.googletagmanager.com/gtag/js?id=${encodeURIComponent(id)}&l=${LAYER}`) };
}
