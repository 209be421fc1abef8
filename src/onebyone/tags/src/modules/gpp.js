/** IAB GPP and its forerunner us_privacy: the strings go to the server, which decodes them. */
import { locate } from "../consent/frames.js";

MODULES.push((tag) => {
  const { reader, until } = tag.consent;
  const say = reader("gpp");

  const read = tag.safely((ping) => {
    if (!ping || ping.signalStatus !== "ready" || !ping.gppString) return;
    const european = ping.parsedSections && ping.parsedSections.tcfeuv2;
    const purposes = [].concat(european || [])[0] && [].concat(european)[0].PurposeConsents;
    const applies = (ping.applicableSections || []).indexOf(2) >= 0 && purposes;
    const all = (...ids) => (ids.every((id) => purposes[id - 1]) ? "granted" : "denied");
    const choices = applies ? { analytics: all(1, 8, 9), ads_storage: all(1) } : undefined;
    say(choices, { local: true }, { gpp: ping.gppString });
  });

  until(
    () => locate("__gpp"),
    (api) => {
      // the page's own function takes no version; the one by messages ignores it
      const ask = (command, callback) => (api === window.__gpp ? api(command, callback) : api(command, "1.1", callback));
      ask("addEventListener", (event) => read(event && event.pingData));
      ask("ping", read);
    },
  );
  until(
    () => window.__uspapi,
    (api) => api("getUSPData", 1, (seen, success) => success && say(undefined, {}, { us_privacy: seen.uspString })),
  );
});
