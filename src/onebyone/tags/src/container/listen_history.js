/** Another address without another page. */
LISTENERS.history = (heard, push, tag) => {
  let url = location.href;
  let state = history.state;
  const fragment = (address) => (address.split("#")[1] || "");
  function changed(source) {
    const [was, had] = [url, state];
    url = location.href;
    state = history.state;
    if (source === "popstate" && was === url && had === state) return;
    push({
      event: "gtm.historyChange",
      "gtm.historyChangeSource": source,
      "gtm.newUrl": url,
      "gtm.oldUrl": was,
      "gtm.newUrlFragment": fragment(url),
      "gtm.oldUrlFragment": fragment(was),
      "gtm.newHistoryState": state,
      "gtm.oldHistoryState": had,
      "gtm.triggers": heard.map((each) => each[0]),
    });
  }
  ["pushState", "replaceState"].forEach((name) => {
    const before = history[name];
    history[name] = function (...given) {
      const result = before.apply(this, given);
      tag.safely(changed)(name);
      return result;
    };
  });
  tag.on(window, "popstate", () => changed("popstate"));

  // a page that put its own function in the place of ours, or calls the one below it
  const told = ({ navigationType: type }) =>
    setTimeout(tag.safely(() => location.href === url || changed(type === "replace" ? "replaceState" : "pushState")));
  if (window.navigation) tag.on(navigation, "currententrychange", told);
};
