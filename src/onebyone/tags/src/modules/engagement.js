/**
 * How long the page was looked at: seen, in front, and not idle for more than half a minute. What is sent is the whole
 * so far, not a difference, so that a lost or repeated report does no harm.
 */
const IDLE_MS = 30000;
const FIRST_MS = 15000;

LATER.push((tag) => {
  const now = () => performance.now();
  let total = 0;
  let told = 0;
  let since = now();
  let touched = since;
  let counting;
  let next = FIRST_MS;

  function account() {
    if (counting) total += Math.max(0, Math.min(now(), touched + IDLE_MS) - since);
    since = now();
    counting = !document.hidden && document.hasFocus();
  }

  function report(last) {
    account();
    if (total - told < 1000) return;
    if (last) told = total;
    tag.report("user_engagement", { engagement_time_msec: Math.round(total), percent_scrolled: tag.scrolled }, last);
  }

  const touch = () => {
    if (now() > touched + IDLE_MS) account();
    touched = now();
  };

  tag.on(document, "pointerdown pointermove keydown scroll", touch);
  tag.on(window, "focus blur visibilitychange", account);
  tag.hear("leave", () => report(true));
  tag.hear("tick", () => {
    account();
    if (total < next) return report();
    next *= 2;
    report(true);
  });
  tag.hear("view", () => {
    account();
    total = told = 0;
    touched = since;
    next = FIRST_MS;
  });
});
