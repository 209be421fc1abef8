/** Complianz: no choice before its banner was dismissed. */
MODULES.push((tag) => {
  const { permissions, reader, until } = tag.consent;
  const say = reader("complianz");

  function read() {
    const has = window.cmplz_has_consent;
    if (!has || !/cmplz_banner-status=dismissed/.test(document.cookie)) return;
    say(permissions({ preferences: has("preferences"), statistics: has("statistics"), marketing: has("marketing") }));
  }

  for (const name of ["cmplz_status_change", "cmplz_fire_categories"]) tag.on(document, name, read);
  until(() => window.cmplz_has_consent, read);
});
