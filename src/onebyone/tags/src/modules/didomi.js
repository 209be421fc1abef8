/** Didomi: purposes by their ids. */
MODULES.push((tag) => {
  const { permissions, reader } = tag.consent;
  const say = reader("didomi");

  const read = tag.safely(() => {
    if (window.Didomi.shouldUserStatusBeCollected()) return;
    const { purposes } = window.Didomi.getCurrentUserStatus();
    const states = {};
    Object.keys(purposes).forEach((id) => (states[id] = purposes[id].enabled));
    say(permissions(states));
  });

  (window.didomiOnReady = window.didomiOnReady || []).push(read);
  (window.didomiEventListeners = window.didomiEventListeners || []).push({ event: "consent.changed", listener: read });
});
