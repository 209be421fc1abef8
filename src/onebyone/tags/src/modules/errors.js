/** What went wrong on the page: each fault once, ten at most. Addresses without their queries. */
const MOST = 10;

MODULES.push((tag) => {
  const seen = {};
  let left = MOST;

  function add(kind, description, stack, source, line) {
    description = String(description).slice(0, 300);
    source = String(source || "").split(/[?#]/)[0];
    const key = kind + description + (stack || source + line);
    if (seen[key] || !left) return;
    seen[key] = left--;
    tag.add("exception", { kind, description, source, line });
  }

  tag.on(window, "error", (event) => {
    const target = event.target;
    if (target === window) add("script", event.message, event.error?.stack, event.filename, event.lineno);
    else add("resource", target.tagName, "", target.src || target.href);
  });
  tag.on(window, "unhandledrejection", ({ reason }) => add("promise", reason?.message || reason, reason?.stack));
  tag.on(document, "securitypolicyviolation", (event) =>
    add("policy", event.effectiveDirective, "", event.blockedURI, event.lineNumber || undefined),
  );
  // what else the browser says of the page, where it says it: a policy's violations are told above
  new ReportingObserver(
    (reports) => reports.forEach(({ type, body }) => add(type, body.message, "", body.sourceFile, body.lineNumber)),
    { buffered: true, types: ["deprecation", "intervention"] },
  ).observe();
});
