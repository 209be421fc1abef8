/** LCP, CLS, INP, FCP and TTFB of the page, measured again when it comes back from the back/forward cache. */
const SESSION_GAP_MS = 1000;
const SESSION_MS = 5000;

LATER.push((tag) => {
  let found, session, durations;
  let entry = performance.getEntriesByType("navigation")[0] || {};
  const since = (ms) => Math.max(0, Math.round(ms - (entry.activationStart || 0)));

  function reset() {
    found = { cls: 0 };
    session = {};
    durations = {}; // by interaction, each the longest of its events
  }

  /** Another browser may not know the type: the others are measured. */
  const observe = tag.safely((type, each, more) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...more }),
  );

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
    durations[interactionId] = Math.max(durations[interactionId] || 0, duration);
    const slowest = Object.values(durations).sort((one, other) => other - one);
    found.inp = Math.round(slowest[Math.floor(slowest.length / 50)]);
  }

  reset();
  observe("largest-contentful-paint", (paint) => entry && (found.lcp = since(paint.startTime)));
  observe("paint", (paint) => /content/.test(paint.name) && (found.fcp = since(paint.startTime)));
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

  function report(last) {
    if (entry?.responseStart) found.ttfb = since(entry.responseStart);
    if (found.fcp >= 0) tag.report("web_vitals", found, last);
  }

  tag.hear("leave", () => report(true));
  tag.hear("tick", () => report());
});
