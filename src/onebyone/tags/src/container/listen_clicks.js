/** Clicks, clicks on links, and forms that are sent. Nothing is held back: the page goes on as it would. */
LISTENERS.clicks = (heard, push, tag) => {
  const attribute = (element, name) => element.getAttribute(name) || "";

  const told = (event, element, triggers, url) =>
    push({
      event,
      "gtm.element": element,
      "gtm.elementClasses": attribute(element, "class"),
      "gtm.elementId": attribute(element, "id"),
      "gtm.elementTarget": attribute(element, "target"),
      "gtm.elementUrl": url || "",
      "gtm.elementText": (element.textContent || "").trim().slice(0, 500),
      "gtm.triggers": triggers,
    });

  /** Before the page's own listeners; or with `unless_prevented` after them, and not where one held it back. */
  [false, true].forEach((last) => {
    const of = (kind) => heard.filter(([, each]) => each.on === kind && !!each.unless_prevented === last).map((each) => each[0]);
    const [click, link, form] = ["click", "link_click", "form_submit"].map(of);
    const on = (name, listener) =>
      tag.on(last ? window : document, name, (event) => (last && event.defaultPrevented) || listener(event), !last);
    if (click.length || link.length)
      on("click", (event) => {
        const path = event.composedPath(); // also out of a shadow tree
        const [element] = path;
        if (!element.matches) return;
        const anchor = path.find((each) => each.matches && each.matches("a[href],area[href]"));
        if (click.length) told("gtm.click", element, click, element.href || attribute(element, "href"));
        if (link.length && anchor) told("gtm.linkClick", anchor, link, anchor.href);
      });
    if (form.length)
      on("submit", ({ target }) => {
        const action = attribute(target, "action");
        told("gtm.formSubmit", target, form, action && new URL(action, location.href).href);
      });
  });
};
