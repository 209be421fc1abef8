/**
 * What a page says with gtag(): its events and who somebody is, for the own collector. Nothing of Google's is loaded.
 * Page views stay the tag's own. The e-commerce module leaves these calls to this one.
 */
MODULES.push((tag) => {
  const name = CONFIG.data_layer;
  tag.gtag = 1; // whoever else reads the layer need not take its calls
  window.gtag =
    window.gtag ||
    function () {
      (window[name] ||= []).push(arguments);
    };

  const identify = (from) => {
    const { user_id, user_data } = from || {};
    const { email, phone_number, external_id } = user_data || {};
    const known = user_data && { email, phone: phone_number, external_id };
    if (user_id || known) tag.add("identify", { user_id, user_data: known });
  };

  function report(event, given) {
    const { event_callback, event_timeout, send_to, ...props } = given || {};
    if (event !== "page_view") tag.add(event, props);
    // a page may wait for this to go on; where Google's script runs it makes the call itself
    if (event_callback) setTimeout(() => window.google_tag_manager || event_callback());
  }

  function read(entry) {
    if (!entry || entry.push) return; // only calls: not what a page pushed as a list
    const [verb, what, given] = entry.length ? Array.from(entry) : [];
    if (verb === "event") report(what, given);
    else if (verb === "config") identify(given);
    else if (verb === "set") identify(Object(what) === what ? what : { [what]: given });
  }

  tag.hear("start", () => tag.watch(read));
});
