/** A consent platform that we do not know: the page raises "onebyone:consent" with its permissions in `detail`. */
MODULES.push((tag) => {
  const { permissions, reader } = tag.consent;
  const say = reader("event");
  tag.on(window, CONFIG.name + ":consent", (event) => say(permissions(event.detail)));
});
