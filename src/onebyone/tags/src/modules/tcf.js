/** IAB TCF 2.2 and 2.3: the string goes to the server, which decodes it; the purposes decide here about storage. */
import { locate } from "../consent/frames.js";

MODULES.push((tag) => {
  const { reader, until } = tag.consent;
  const say = reader("tcf");
  until(
    () => locate("__tcfapi"),
    (api) => {
      const heard = tag.safely(([seen, success]) => {
        if (!success || !seen) return;
        if (seen.gdprApplies === false) return say(undefined); // the region decides
        if (!/^(tcloaded|useractioncomplete)$/.test(seen.eventStatus)) return;
        const allowed = (seen.purpose && seen.purpose.consents) || {};
        const all = (...ids) => (ids.every((id) => allowed[id]) ? "granted" : "denied");
        say({ analytics: all(1, 8, 9), ads_storage: all(1) }, { local: true }, { tcf: seen.tcString });
      });
      api("addEventListener", 2, (...answer) => heard(answer));
    },
  );
});
