/** How far the page was scrolled; each threshold once. */
LISTENERS.scroll = (heard, push, tag) => {
  const reached = {};
  let waits = 0;
  function look() {
    waits = 0;
    const page = document.documentElement;
    const seen = { vertical: scrollY + innerHeight, horizontal: scrollX + innerWidth };
    const whole = { vertical: page.scrollHeight, horizontal: page.scrollWidth };
    heard.forEach(([index, trigger]) =>
      ["vertical", "horizontal"].forEach((direction) =>
        (trigger[direction] || []).forEach((threshold) => {
          const key = index + direction + threshold;
          const pixels = trigger.unit === "pixels";
          const needed = pixels ? threshold : (threshold / 100) * whole[direction];
          if (reached[key] || seen[direction] + 1 < needed || needed > whole[direction] + 1) return;
          reached[key] = 1;
          push({
            event: "gtm.scrollDepth",
            "gtm.scrollThreshold": threshold,
            "gtm.scrollUnits": pixels ? "pixels" : "percent",
            "gtm.scrollDirection": direction,
            "gtm.triggers": [index],
          });
        }),
      ),
    );
  }
  const soon = () => (waits = waits || setTimeout(tag.safely(look), 200));
  tag.on(window, "scroll", soon, { passive: true });
  tag.on(window, "resize", soon, { passive: true });
  if (document.readyState === "complete") soon();
  else tag.on(window, "load", soon);
};
