/**
 * Our own banner's half in the tag: what was chosen, kept in one cookie of the site, and the banner's file, loaded only
 * where a choice is needed or asked for: by onebyone("consent", "show") or an element [data-privacy-choices], or a link
 * to #privacy-choices. Google's tags on the page hear of it as one default and one update for each decision.
 */
import { load } from "../load.js";

const DAY_S = 86400;
const GOOGLE = {
  security_storage: () => true,
  functionality_storage: (said) => said.functional,
  personalization_storage: (said) => said.personalize_site,
  analytics_storage: (said) => said.analytics,
  ad_storage: (said) => said.ads_storage,
  ad_user_data: (said) => said.ads_share,
  ad_personalization: (said) => said.ads_personalize,
};
const OPENERS = "[data-privacy-choices],a[href$='#privacy-choices']";

MODULES.push((tag) => {
  const own = CONFIG.banner;
  const { consent } = tag;
  const say = consent.reader();
  const base = tag.url.href.slice(0, -4); // without "v1/e"
  let kept = read();
  let show; // the banner's file has come
  let asked; // whether the visitor opened it

  /** ob_c: revision, time, first letters of what is granted, whether the server has it, the record's id. */
  function read() {
    const found = /(?:^|; )ob_c=(\d+)\.(\w+)\.([a-z]*)\.([01])\.([\w-]*)/.exec(document.cookie);
    if (!found || +found[1] !== own.revision) return undefined;
    const at = parseInt(found[2], 36);
    if (Date.now() - at > own.days * DAY_S * 1000) return undefined;
    return { at, letters: found[3], posted: +found[4], id: found[5] };
  }

  function write() {
    const id = kept.letters || !kept.posted ? kept.id : ""; // who refused everything keeps no number of ours
    const value = [own.revision, kept.at.toString(36), kept.letters, kept.posted, id].join(".");
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `ob_c=${value};path=/;max-age=${own.days * DAY_S};samesite=lax${secure}`;
  }

  /** What was not offered stays denied. */
  function chosen() {
    const said = {};
    for (const kind of Object.keys(consent.kinds)) {
      const state = own.purposes.includes(kind) && kept.letters.includes(kind[0]) ? "granted" : "denied";
      consent.kinds[kind].forEach((permission) => (said[permission] = state));
    }
    if (own.purposes.includes("marketing")) said.sell_share = said.ads_share;
    return said;
  }

  function google(command, said, more) {
    if (!own.google) return;
    const layer = (window[own.google] = window[own.google] || []);
    const settings = { ...more };
    for (const type of Object.keys(GOOGLE)) {
      const word = GOOGLE[type](said);
      const optedOut = consent.gpc && /^ad_(user|pers)/.test(type);
      settings[type] = (word === true || word === "granted") && !optedOut ? "granted" : "denied";
    }
    (function () {
      layer.push(arguments); // as gtag() does
    })("consent", command, settings);
  }

  function apply() {
    const said = chosen();
    google("update", said);
    say(said, { at: kept.at, record_id: kept.id || undefined });
  }

  function post(more) {
    const body = { id: kept.id, at: kept.at, choices: chosen(), page: location.origin + location.pathname, ...more };
    const credentials = tag.url.origin === location.origin ? "same-origin" : "include";
    fetch(base + "v1/consent", { method: "POST", body: JSON.stringify(body), keepalive: true, credentials }).then(
      ({ ok }) => {
        if (!ok || (read() || kept).posted) return; // set by HTTP, it outlives Safari's seven days
        kept.posted = 1;
        write();
      },
      () => {}, // the next page tries again
    );
  }

  /** From the banner: the first letters of what was granted, the button, the banner's version and language. */
  function choose(letters, more) {
    if (kept && kept.letters === letters) return;
    const at = Date.now();
    kept = { at, letters, posted: 0, id: tag.newId(at) };
    write();
    apply();
    post(more);
  }

  function open(byVisitor) {
    asked = byVisitor;
    if (show) return show({ letters: kept && kept.letters, asked, gpc: consent.gpc, choose: tag.safely(choose) });
    const wanted = [document.documentElement.lang].concat(navigator.languages || []);
    const spoken = wanted.map((each) => each.slice(0, 2).toLowerCase()).find((each) => own.languages.includes(each));
    return load(tag, `${base}b-${spoken || own.languages[0]}.js`);
  }

  tag.hear("banner", (args) => {
    if (show) return;
    show = args[1];
    open(asked);
  });
  tag.hear("consent", (args) => args[1] === "show" && open(true));
  tag.on(document, "click", (event) => {
    if (!event.target.closest || !event.target.closest(OPENERS)) return;
    event.preventDefault();
    open(true);
  });

  google("default", {}, { wait_for_update: 500 });
  if (kept) {
    apply();
    tag.hear("start", () => kept.posted || post());
  }
  tag.hear("region", (region) => {
    if (kept) return;
    if (region.ask !== false) return open();
    google("update", region.permissions || {});
    consent.wait(0); // nobody will be asked here
  });
});
