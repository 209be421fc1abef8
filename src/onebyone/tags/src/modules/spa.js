/** Applications that load no pages: one view for each distinct address, once its route has settled. */
MODULES.push((tag) => {
  const { query, hash } = CONFIG.spa;
  const place = () => location.pathname + (query ? location.search : "") + (hash ? location.hash : "");
  let at = place();
  let path = location.pathname;
  let from = location.href;

  /** Where the entry was only replaced, it is another page if the path is another. */
  const settle = (how) =>
    setTimeout(
      tag.safely(() => {
        const moved = place() !== at && !(/^replace/.test(how) && path === location.pathname);
        const before = from;
        at = place();
        path = location.pathname;
        from = location.href;
        if (moved) tag.view("spa", before);
      }),
    );

  const api = window.navigation;
  if (api?.addEventListener) {
    let type;
    tag.on(api, "navigate", (event) => (type = event.navigationType));
    tag.on(api, "navigatesuccess", () => settle(type));
    return;
  }
  ["pushState", "replaceState"].forEach((name) => {
    const original = history[name];
    history[name] = function () {
      const result = original.apply(this, arguments);
      settle(name);
      return result;
    };
  });
  tag.on(window, "popstate hashchange", () => settle());
});
