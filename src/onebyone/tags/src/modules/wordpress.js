/** The WP Consent API: no choice before one of its cookies is there. */
MODULES.push((tag) => {
  const { permissions, reader, until } = tag.consent;
  const say = reader("wordpress");

  function read() {
    const has = window.wp_has_consent;
    if (!has || !/wp_consent_[a-z-]+=/.test(document.cookie)) return;
    say(permissions({ preferences: has("preferences"), statistics: has("statistics"), marketing: has("marketing") }));
  }

  tag.on(document, "wp_listen_for_consent_change", () => setTimeout(tag.safely(read)));
  until(() => window.wp_has_consent, read);
});
