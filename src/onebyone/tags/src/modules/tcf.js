/** IAB TCF 2.2 and 2.3: the string goes to the server, which decodes it; the purposes decide here about storage. */
MODULES.push((tag) => {
  const { reader, until } = tag.consent;
  const say = reader("tcf");
  until(
    () => tag.locate("__tcfapi"),
    (api) => {
      const heard = tag.safely((seen, success) => {
        if (!success) return;
        if (seen.gdprApplies === false) return say(); // the region decides
        if (!/^(tcloaded|useraction)/.test(seen.eventStatus)) return;
        const analytics = [1, 8, 9].every((id) => seen.purpose?.consents?.[id]) ? "granted" : "denied";
        say({ analytics }, { local: true }, { tcf: seen.tcString });
      });
      api("addEventListener", 2, heard);
    },
  );
});
