/** Google Consent Mode: what the page says with gtag("consent", ...) on its dataLayer. Defaults are no choice. */
MODULES.push((tag) => {
  const { permissions, reader, region, wait } = tag.consent;
  const say = reader("google");
  const defaults = [];
  let updates;

  /** How well a default's regions match the visitor's: 0 not at all. Without knowing, all of them count. */
  function match(regions) {
    const here = region()?.region;
    if (!regions || !here) return 1;
    return Math.max(0, ...regions.map((each) => (here.startsWith(each) ? each.length : 0))); // "US-CA" before "US"
  }

  /** Only its denials: a page that grants by default has not asked anybody. */
  function denied() {
    const best = Math.max(0, ...defaults.map((each) => match(each.region)));
    const found = {};
    defaults.forEach((each) => {
      if (match(each.region) !== best) return;
      Object.keys(each).forEach((type) => each[type] === "denied" && (found[type] = "denied"));
    });
    return found;
  }

  function read(entry) {
    if (entry?.[0] !== "consent") return;
    const said = entry[2] || {};
    if (entry[1] === "default") {
      defaults.push(said);
      if (said.wait_for_update >= 0) wait(+said.wait_for_update);
    } else if (entry[1] === "update") {
      updates = { ...updates, ...said };
    }
    if (updates) say(permissions({ ...denied(), ...updates }));
  }

  tag.watch(read);
});
