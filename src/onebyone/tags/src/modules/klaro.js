/** Klaro: services by name. */
MODULES.push((tag) => {
  const { permissions, reader, until } = tag.consent;
  const say = reader("klaro");
  until(
    () => window.klaro && window.klaro.getManager(),
    (manager) => {
      const read = () => manager.confirmed && say(permissions(manager.consents));
      manager.watch({ update: tag.safely((from) => from && read()) });
      read();
    },
  );
});
