/**
 * The gate: before a choice is known, or the time for one is over, nothing is stored, read or sent that could know the
 * browser again. Readers (modules of their own) say what the page's consent platform was told; the first of them in
 * the order of their standing that has an answer decides. Without an answer the default of the region does, which the
 * collector knows (GET /v1/privacy), and without that: no.
 *
 *   onebyone("consent", {analytics: "granted"})   onebyone("consent", "update", {...})
 */
import { TEXT } from "../entry.js";
import { KINDS, permissions } from "../consent/names.js";

const MAX_WAIT_MS = 2000;
const REGION_MS = 3000;
const POLL_MS = 100;
const POLLS = 600;

/** An event of somebody who may not be known: no user, of an address the campaign alone, of a referrer the host. */
function redact(tag, entry) {
  const { user_id, user_data, ...event } = JSON.parse(entry[TEXT]);
  const { page } = event;
  page.url = page.url.replace(/[?#].*/, (rest) => "?" + (rest.match(/\butm_\w+=[^&#]*/g) || []).join("&"));
  page.referrer = page.referrer.replace(/([^:/]\/).*/, "$1");
  entry[TEXT] = tag.ascii(event);
}

MODULES.push((tag) => {
  const settings = CONFIG.consent;
  const answers = []; // by the standing of their readers
  const strings = {}; // what goes to the server as it is
  const gpc = navigator.globalPrivacyControl;
  const refused = settings.dnt && navigator.doNotTrack === "1";
  let open; // whether what names a person or a click may be sent
  let region; // what the collector says of it; undefined: not known yet
  let started;
  let over; // the time to wait for a choice
  let timer;
  tag.hold();

  function granted(name) {
    return !refused && (answers.find(Boolean)?.choices[name] || region?.permissions?.[name]) === "granted";
  }

  function decide() {
    const answer = answers.find(Boolean);
    if (!started || !(answer || (over && region))) return;
    const { choices = {}, local, ...evidence } = answer || {};
    const may = granted("analytics");
    open = may || granted("ads_storage"); // then the collector tells apart what may be kept
    if (!answer && !may && settings.strict) return; // nothing before the choice
    tag.settle({ ...(!local && choices), ...evidence, ...strings, ...(gpc && { gpc: true }) }, may);
  }

  function wait(ms) {
    clearTimeout(timer);
    timer = setTimeout(
      tag.safely(() => {
        over = true;
        decide();
      }),
      Math.min(ms, MAX_WAIT_MS),
    );
  }

  tag.consent = {
    kinds: KINDS,
    permissions,
    wait,
    gpc,
    region: () => region,
    granted,

    /**
     * A new reader, below those before it. What it gives back says what was chosen: permissions (undefined: nothing
     * yet) and what goes beside them. `local`: the choices are for the tag alone, the server reads the strings.
     */
    reader(cmp) {
      const standing = answers.push(undefined) - 1;
      return (choices, more, texts) => {
        answers[standing] = choices && { choices, cmp, ...more };
        Object.assign(strings, texts);
        decide();
      };
    },

    /** Ask again and again until `find` gives something, then hand it on. */
    until(find, found, polls = POLLS) {
      const seek = tag.safely(find);
      const thing = seek();
      if (thing) tag.safely(found)(thing);
      else if (polls) setTimeout(() => tag.consent.until(find, found, polls - 1), POLL_MS);
    },
  };

  const say = tag.consent.reader();
  const given = {};
  tag.hear("consent", (args) => {
    const chosen = permissions(args[args.length - 1]);
    if (args[1] !== "default" && Object.keys(chosen).length) say(Object.assign(given, chosen));
  });

  const know = (found) => {
    if (region) return;
    region = found || {};
    tag.tell("region", region);
    decide();
  };

  tag.hear("start", () => {
    started = true;
    if (!timer) wait(settings.wait);
    decide();
    if (answers.find(Boolean)) return;
    fetch(tag.url.href.slice(0, -1) + "privacy", { credentials: "omit" })
      .then((answer) => answer.json())
      .catch(() => {})
      .then(know);
    setTimeout(know, REGION_MS);
  });

  const clean = (entries) => open || entries.forEach((entry) => redact(tag, entry));
  tag.hear("batch", clean);
  tag.hear("draft", clean);

  /** The page may be gone after this: what waits leaves by the region's default, or stays unsent. */
  tag.hear("hide", () => {
    if (!started) return;
    over = true;
    know();
    decide();
  });
});
