/** How far down a page was seen, in per cent, once for each mark. The height is watched, not read while scrolling. */
LATER.push((tag) => {
  const root = document.documentElement;
  let height;
  let waiting;

  function look() {
    waiting = false;
    if (!height) return;
    const seen = Math.min(100, Math.round((100 * (scrollY + innerHeight)) / height));
    for (const mark of CONFIG.scroll_marks) {
      if (seen >= mark && tag.scrolled < mark) tag.add("scroll", { percent_scrolled: mark });
    }
    tag.scrolled = Math.max(tag.scrolled, seen);
  }

  const later = () => {
    if (!waiting) requestAnimationFrame(tag.safely(look));
    waiting = true;
  };

  tag.hear("view", () => {
    tag.scrolled = 0;
    later();
  });
  tag.on(window, "scroll", later);
  new ResizeObserver(() => {
    height = root.scrollHeight;
    later();
  }).observe(document.body || root);
});
