/** LCP, CLS, INP, FCP and TTFB of the page, measured again when it comes back from the back/forward cache. */
const SESSION_GAP_MS = 1000;
const SESSION_MS = 5000;
const LONGEST = 10;

MODULES.push((tag) => {
  let found, told, session, slow, ids;
  let entry = performance.getEntriesByType("navigation")[0] || {};
  const since = (ms) => Math.max(0, Math.round(ms - (entry.activationStart || 0)));

  function reset() {
    found = { cls: 0 };
    told = "";
    session = { value: 0 };
    slow = []; // [interaction, duration], the longest first
    ids = new Set();
  }

  function observe(type, each, more) {
    try {
      new PerformanceObserver((list) => list.getEntries().forEach(tag.safely(each))).observe({
        type,
        buffered: true,
        ...more,
      });
    } catch {} // another browser: the others are measured
  }

  function shifted({ hadRecentInput, startTime, value }) {
    if (hadRecentInput) return;
    if (!(startTime - session.last < SESSION_GAP_MS && startTime - session.first < SESSION_MS)) {
      session = { value: 0, first: startTime };
    }
    session.last = startTime;
    session.value += value;
    found.cls = Math.max(found.cls, Math.round(session.value * 1e4) / 1e4);
  }

  /** The slowest interaction, or of many the one that 2 per cent are slower than. */
  function interacted({ interactionId, duration }) {
    if (!interactionId) return;
    ids.add(interactionId);
    const known = slow.find((each) => each[0] === interactionId);
    if (known) known[1] = Math.max(known[1], duration);
    else slow.push([interactionId, duration]);
    slow = slow.sort((one, other) => other[1] - one[1]).slice(0, LONGEST);
    found.inp = Math.round(slow[Math.min(slow.length - 1, Math.floor(ids.size / 50))][1]);
  }

  reset();
  observe("largest-contentful-paint", (paint) => entry && (found.lcp = since(paint.startTime)));
  observe("paint", (paint) => paint.name === "first-contentful-paint" && (found.fcp = since(paint.startTime)));
  observe("layout-shift", shifted);
  observe("event", interacted, { durationThreshold: 40 });

  tag.on(window, "pageshow", ({ persisted, timeStamp }) => {
    if (!persisted) return;
    reset();
    entry = undefined;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => (found.lcp = found.fcp = Math.round(performance.now() - timeStamp))),
    );
  });

  tag.hear("leave", () => {
    if (entry?.responseStart) found.ttfb = since(entry.responseStart);
    const text = JSON.stringify(found);
    if (text === told || found.fcp === undefined) return;
    told = text;
    tag.add("web_vitals", { ...found });
  });
});
