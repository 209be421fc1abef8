/** E-commerce that the page already reports on its dataLayer: GA4's events, gtag's calls, and the older shapes. */
const EVENTS = /^(view_(item|cart|promo)|select_|add_|remove_from_cart|begin_checkout|purchase$|refund$)/;
const OLDER = {
  detail: "view_item",
  impressions: "view_item_list",
  click: "select_item",
  add: "add_to_cart",
  remove: "remove_from_cart",
  checkout: "begin_checkout",
  purchase: 0, // as they are
  refund: 0,
};
const ITEM = /^(id|name|brand|category|variant)$/;

LATER.push((tag) => {
  let last = {}; // what the page pushed before the event that means it

  const item = (product) => {
    const made = {};
    Object.keys(product).forEach((key) => (made[key.replace(ITEM, "item_$1")] = product[key]));
    return made;
  };

  function older(shop, name, action) {
    const { id, revenue, ...field } = action.actionField || {};
    const products = action.products || Array.from(action);
    const currency = action.currencyCode || shop.currencyCode;
    tag.add(name, { ...field, transaction_id: id, value: revenue && +revenue, currency, items: products.map(item) });
  }

  function read(entry) {
    if (!entry) return;
    if (entry[0] === "event" && EVENTS.test(entry[1])) return tag.gtag || tag.add(entry[1], { ...entry[2] });
    if (entry.ecommerce === null) last = {};
    const shop = entry.ecommerce || {};
    const old = Object.keys(OLDER).filter((key) => Object(shop[key]) === shop[key]);
    if (old.length) return old.forEach((key) => older(shop, OLDER[key] || key, shop[key]));
    last = entry.ecommerce || last;
    if (EVENTS.test(entry.event)) tag.add(entry.event, { ...last });
  }

  tag.hear("start", () => tag.watch(read));
});
