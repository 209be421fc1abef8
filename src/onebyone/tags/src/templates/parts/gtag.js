/** Google's tag on a layer of its own, so that the page's data layer stays the page's. */
const LAYER = "onebyone_google";

/** Whether the page has set the id up itself, also where Google's script is still on its way. */
function owned(id) {
  if (!window.gtag) return false;
  if ((window.google_tag_manager || {})[id]) return true;
  const theirs = (each) => each.src.indexOf("l=" + LAYER) < 0;
  const coming = Array.from(document.querySelectorAll('script[src*="/gtag/js?id="]')).some(theirs);
  return coming && Array.from(window.dataLayer || []).some((each) => each && each[0] === "config" && each[1] === id);
}

export function google(id, api, config) {
  if (owned(id)) return { gtag: (...given) => api.silently(() => window.gtag(...given)), ready: true };
  const layer = (window[LAYER] = window[LAYER] || []);
  const gtag = function () {
    layer.push(arguments);
  };
  const state = (name) => (api.granted(name) ? "granted" : "denied");
  const consent = (verb) =>
    gtag("consent", verb, {
      ad_storage: state("ads_storage"),
      analytics_storage: state("analytics"),
      ad_user_data: state("ads_share"),
      ad_personalization: state("ads_personalize"),
    });
  if (api.once("gtag")) {
    consent("default");
    api.follow(() => consent("update"));
    gtag("js", new Date());
  }
  if (api.once("gtag " + id)) gtag("config", id, config);
  return { gtag, ready: api.load(`https://www.googletagmanager.com/gtag/js?id=${encodeURIComponent(id)}&l=${LAYER}`) };
}
