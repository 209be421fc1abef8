/** Elements that are seen, by share and time. */
LISTENERS.visibility = (heard, push, tag) => {
  let failed;
  const listen = ([index, trigger]) => {
    const { selector, ratio = 50, duration_ms: needed = 0, frequency = "once", watch_dom: watches } = trigger;
    const known = new Map(); // element -> {since, sum, done, timer, ratio}
    let over = false;

    function tell(element, state) {
      state.done = true;
      if (frequency === "once") over = true;
      if (over) observer.disconnect();
      push({
        event: "gtm.elementVisibility",
        "gtm.element": element,
        "gtm.elementId": element.id || "",
        "gtm.elementClasses": element.getAttribute("class") || "",
        "gtm.elementText": (element.textContent || "").trim().slice(0, 500),
        "gtm.visibleRatio": Math.round(state.ratio * 100),
        "gtm.visibleTime": needed,
        "gtm.visibleFirstTime": state.first,
        "gtm.visibleLastTime": state.since,
        "gtm.triggers": [index],
      });
    }

    function seen(entry) {
      const state = known.get(entry.target);
      const now = Date.now();
      const is = entry.isIntersecting && entry.intersectionRatio * 100 >= ratio - 0.01;
      clearTimeout(state.timer);
      if (state.since) state.sum += now - state.since;
      state.since = 0;
      if (!is) {
        if (frequency === "many_per_element" && state.done) Object.assign(state, { done: false, sum: 0 });
        return;
      }
      state.since = now;
      state.first = state.first || now;
      state.ratio = entry.intersectionRatio;
      if (state.done || over) return;
      const left = needed - state.sum;
      const done = tag.safely(() => over || tell(entry.target, state));
      if (left <= 0) done();
      else state.timer = setTimeout(done, left);
    }

    const observer = new IntersectionObserver(tag.safely((entries) => entries.forEach(seen)), {
      threshold: [0, Math.min(1, Math.max(0.001, ratio / 100))],
    });
    function look() {
      if (over) return;
      document.querySelectorAll(selector).forEach((element) => {
        if (known.has(element)) return;
        known.set(element, { since: 0, sum: 0 });
        observer.observe(element);
      });
    }
    look();
    if (document.readyState === "loading") tag.on(document, "DOMContentLoaded", look);
    if (watches) new MutationObserver(tag.safely(look)).observe(document.documentElement, { childList: true, subtree: true });
  };

  heard.forEach((each) => {
    try {
      listen(each);
    } catch (error) {
      failed = error; // a selector that is none; the others listen all the same
    }
  });
  if (failed) throw failed;
};
