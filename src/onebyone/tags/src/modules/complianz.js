/** Complianz: no choice before its banner was dismissed. */
MODULES.push((tag) => {
  const { permissions, reader, until } = tag.consent;
  const say = reader("complianz");

  function read() {
    const has = window.cmplz_has_consent;
    if (!has || !/cmplz_banner-status=dismissed/.test(document.cookie)) return;
    say(permissions({ preferences: has("preferences"), statistics: has("statistics"), marketing: has("marketing") }));
  }

  tag.on(document, "cmplz_status_change cmplz_fire_categories", read);
  until(() => window.cmplz_has_consent, read);
});
