/**
 * IAB GPP and its forerunner us_privacy: the strings go to the server, which decodes them. A European section is a TC
 * string, whose purposes the TCF reader hears.
 */
MODULES.push((tag) => {
  const { reader, until } = tag.consent;
  const say = reader("gpp");
  const read = tag.safely((ping) => {
    if (ping?.signalStatus === "ready") say(0, 0, { gpp: ping.gppString });
  });

  until(
    () => tag.locate("__gpp"),
    (api) => {
      api("addEventListener", (event) => read(event?.pingData));
      api("ping", read);
    },
  );
  until(
    () => window.__uspapi,
    (api) => api("getUSPData", 1, (seen) => seen && say(0, 0, { us_privacy: seen.uspString })),
  );
});
