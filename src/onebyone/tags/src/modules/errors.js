/** What went wrong on the page: each fault once, ten at most. Addresses without their queries. */
const MOST = 10;

MODULES.push((tag) => {
  const seen = {};
  let left = MOST;

  function add(kind, description, source, line) {
    description = String(description).slice(0, 300);
    source = String(source || "").split(/[?#]/)[0];
    const key = kind + description + source + line;
    if (seen[key] || !left) return;
    seen[key] = left--;
    tag.add("exception", { kind, description, source, line });
  }

  tag.on(
    window,
    "error",
    (event) => {
      const target = event.target;
      if (target === window) return add("script", event.message, event.filename, event.lineno);
      add("resource", target.tagName, target.src || target.href);
    },
  );
  tag.on(window, "unhandledrejection", ({ reason }) => add("promise", reason?.message || reason));
  tag.on(document, "securitypolicyviolation", (event) =>
    add("policy", event.effectiveDirective, event.blockedURI, event.lineNumber || undefined),
  );
});
