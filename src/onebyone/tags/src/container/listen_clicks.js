/** Clicks, clicks on links, and forms that are sent. Nothing is held back: the page goes on as it would. */
LISTENERS.clicks = (heard, push, tag) => {
  const of = (kind) => heard.filter((each) => each[1].on === kind).map((each) => each[0]);
  const [click, link, form] = ["click", "link_click", "form_submit"].map(of);
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

  if (click.length || link.length)
    tag.on(
      document,
      "click",
      (event) => {
        const element = (event.composedPath && event.composedPath()[0]) || event.target;
        if (!element || !element.closest) return;
        const anchor = element.closest("a[href],area[href]");
        if (click.length) told("gtm.click", element, click, element.href || attribute(element, "href"));
        if (link.length && anchor) told("gtm.linkClick", anchor, link, anchor.href);
      },
      true,
    );
  if (form.length)
    tag.on(document, "submit", (event) => told("gtm.formSubmit", event.target, form, attribute(event.target, "action") && new URL(attribute(event.target, "action"), location.href).href), true);
};
