/**
 * What the page says of itself, with each page view: canonical address, language, Open Graph in all its namespaces,
 * and of a product what its linked data say, by schema.org's names. The view waits until the page has said all of it,
 * or is left.
 */
MODULES.push((tag) => {
  const all = (selector, each) => document.querySelectorAll(selector).forEach(tag.safely(each));
  let waits; // a view that is not told yet

  function tell() {
    const say = waits;
    waits = 0;
    if (!say) return;
    const found = { page_language: document.documentElement.lang };
    all("link[rel=canonical]", (link) => (found.page_canonical = link.href.split(/[?#]/)[0]));
    all("meta[property*=':']", (meta) => (found[meta.getAttribute("property").replace(/\W/g, "_")] = meta.content));
    all("script[type='application/ld+json']", (script) => {
      const said = JSON.parse(script.textContent);
      const product = [].concat(said["@graph"] || said).find((each) => /Product/.test(each["@type"]));
      const item = { ...[].concat(product.offers)[0], ...product };
      "sku name brand category price lowPrice priceCurrency availability".split(" ").forEach((key) => (found["product_" + key] = item[key]?.name || item[key]));
    });
    say(found);
  }

  tag.page = (say) => {
    waits = say;
    if (document.readyState !== "loading") tell();
  };
  tag.on(document, "DOMContentLoaded", tell);
  tag.hear("leave", tell);
});
