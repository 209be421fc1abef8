/**
 * What a page says with fbq(), for the own collector, under the event id it gave. Nothing of Meta's is loaded; where
 * Meta's pixel is on the page, its calls reach it as before. Page views stay the tag's own.
 */
MODULES.push((tag) => {
  const waiting = [];
  let start;

  const item = ({ id, item_price, ...rest }) => ({ item_id: id, price: item_price, ...rest });

  function track(name, given, options) {
    if (name === "PageView") return;
    const { contents, content_ids, order_id, search_string, ...props } = given || {};
    if (order_id) props.transaction_id = order_id;
    if (search_string) props.search_term = search_string;
    if (contents) props.items = contents.map(item);
    else if (content_ids) props.items = [].concat(content_ids).map((id) => ({ item_id: id }));
    const { eventID } = options || {};
    if (eventID) props.event_id = eventID;
    tag.add(name === "Purchase" ? "purchase" : name, props); // the collector knows Meta's other names
  }

  const read = tag.safely((args) => {
    if (!start) return waiting.push(args);
    const [verb, ...rest] = args;
    if (/^track(Custom)?$/.test(verb)) track(...rest);
    else if (/^trackSingle/.test(verb)) track(...rest.slice(1)); // after the pixel's id
    else if (verb === "init" && rest[1]) {
      const { em, ph, external_id } = rest[1];
      tag.add("identify", { user_data: { email: em, phone: ph, external_id } });
    }
  });

  const theirs = window.fbq || function () {};
  Array.prototype.forEach.call(theirs.queue || [], read);
  window.fbq = new Proxy(theirs, {
    apply(to, self, args) {
      read(args);
      return Reflect.apply(to, self, args);
    },
  });

  tag.hear("start", () => {
    start = 1;
    waiting.forEach(read);
  });
});
