/** Cookiebot. */
MODULES.push((tag) => {
  const { permissions, reader } = tag.consent;
  const say = reader("cookiebot");

  function read() {
    const bot = window.Cookiebot;
    if (!bot || !bot.hasResponse) return;
    const { preferences, statistics, marketing } = bot.consent;
    say(permissions({ preferences, statistics, marketing }));
  }

  for (const name of ["ConsentReady", "Accept", "Decline"]) tag.on(window, "CookiebotOn" + name, read);
  read();
});
