/** vanilla-cookieconsent: its events name the accepted categories; a page that uses it as a module has no global. */
MODULES.push((tag) => {
  const { kinds, permissions, reader } = tag.consent;
  const say = reader("cookieconsent");

  function read(cookie) {
    if (!cookie || !cookie.categories) return;
    const accepted = {};
    const said = {};
    cookie.categories.forEach((category) => (accepted[category] = true));
    Object.values(kinds).forEach((kind) => kind.forEach((each) => (said[each] = "denied"))); // what it does not name
    say(Object.assign(said, permissions(accepted)), { at: Date.parse(cookie.lastConsentTimestamp) || undefined });
  }

  for (const name of ["cc:onConsent", "cc:onChange"]) tag.on(window, name, (event) => read(event.detail.cookie));
  const stored = /(?:^|; )cc_cookie=([^;]+)/.exec(document.cookie);
  if (stored) tag.safely(() => read(JSON.parse(decodeURIComponent(stored[1]))))();
});
