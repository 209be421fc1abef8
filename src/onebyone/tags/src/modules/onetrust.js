/** OneTrust: groups C0002 performance, C0003 functional, C0004 targeting; no choice before its alert box was closed. */
MODULES.push((tag) => {
  const { permissions, reader, until } = tag.consent;
  const say = reader("onetrust");

  function read() {
    const groups = window.OnetrustActiveGroups;
    if (!groups || !/OptanonAlertBoxClosed=./.test(document.cookie)) return;
    const has = (group) => groups.indexOf(`,${group},`) >= 0;
    say(permissions({ statistics: has("C0002"), preferences: has("C0003"), marketing: has("C0004") }));
  }

  tag.on(window, "OneTrustGroupsUpdated", read);
  until(() => window.OnetrustActiveGroups, read);
});
