/** CookieYes. */
MODULES.push((tag) => {
  const { permissions, reader, until } = tag.consent;
  const say = reader("cookieyes");

  function read() {
    const { isUserActionCompleted, categories } = window.getCkyConsent();
    if (isUserActionCompleted) say(permissions(categories));
  }

  tag.on(document, "cookieyes_consent_update", read);
  until(() => window.getCkyConsent, read);
});
