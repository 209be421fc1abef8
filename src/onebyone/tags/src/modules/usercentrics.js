/** Usercentrics, versions 2 and 3: by the owner's names of services, else by their category. */
MODULES.push((tag) => {
  const { permissions, reader } = tag.consent;
  const say = reader("usercentrics");
  const stated = (services, isGiven) => {
    const states = {};
    for (const service of services) {
      const name = service.name in CONFIG.consent.categories ? service.name : service.categorySlug || service.category;
      states[name] = states[name] !== false && isGiven(service);
    }
    return permissions(states);
  };

  function read() {
    const two = window.UC_UI;
    const three = window.__ucCmp;
    if (three) {
      Promise.resolve(three.getConsentDetails()).then(
        tag.safely(({ consent, services }) => {
          if (consent.type !== "EXPLICIT") return;
          say(stated(Object.values(services), (service) => service.consent.given));
        }),
      );
    } else if (two && two.isInitialized() && !two.isConsentRequired()) {
      say(stated(two.getServicesBaseInfo(), (service) => service.consent.status));
    }
  }

  for (const name of ["UC_UI_INITIALIZED", "UC_UI_CMP_EVENT", "UC_CMP_API_READY", "UC_CONSENT"]) tag.on(window, name, read);
  tag.safely(read)();
});
