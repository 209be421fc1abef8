/**
 * A click on what looks as if it could be pressed, after which nothing came: no change of the document, its address,
 * scroll position, selection, focus or fields, and no request that began. One click is judged at a time, and in doubt
 * it was answered: also by what changed since the pointer went down. A link that the browser follows has its answer
 * elsewhere.
 */
const WITHIN_MS = 3000;

LATER.push((tag) => {
  const own = tag.url.href.slice(0, -1);
  let down; // where the pointer went down: from then on any answer counts
  let url;
  let click;
  let timer;

  function end() {
    clearTimeout(timer);
    changes.disconnect();
    requests.disconnect();
    down = click = 0;
  }

  const changes = new MutationObserver(end);
  const requests = new PerformanceObserver((list) =>
    list.getEntries().forEach((each) => each.startTime > down.timeStamp && each.name.indexOf(own) && end()),
  );

  tag.on(document, "pointerdown", (event) => {
    if (click) return;
    end();
    down = event;
    url = location.href;
    event.composedPath().forEach((each) => {
      // the document, and each shadow root on the way
      if (each.nodeType > 8) changes.observe(each, { childList: true, subtree: true, attributes: true, characterData: true });
    });
    requests.observe({ type: "resource" });
  });
  tag.onPress((event, on) => {
    if (click || !down || !event.detail) return; // answered, or pressed by a key
    const link = on.closest("a[href]");
    click = event;
    timer = setTimeout(
      tag.safely(() => {
        const followed = link && !event.defaultPrevented && !/^(#|javascript:)/.test(link.getAttribute("href"));
        const pressed = tag.pressable(on) || getComputedStyle(on).cursor === "pointer";
        if (pressed && !followed && location.href === url) tag.add("dead_click", { selector: tag.selector(on) });
        end();
      }),
      WITHIN_MS,
    );
  });
  tag.on(window, "scroll selectionchange focus blur input submit visibilitychange", () => click && end());
});
