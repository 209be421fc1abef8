/** Google Consent Mode: what the page says with gtag("consent", ...) on its dataLayer. Defaults are no choice. */
MODULES.push((tag) => {
  const { permissions, reader, region, wait } = tag.consent;
  const name = CONFIG.consent.data_layer;
  const layer = (window[name] = window[name] || []);
  const say = reader("google");
  const defaults = [];
  const updates = {};
  let updated = false;

  /** How well a default's regions match the visitor's: 0 not at all. Without knowing, all of them count. */
  function match(regions) {
    const { region: here } = region() || {};
    if (!regions || !here) return 1;
    return Math.max(0, ...regions.map((each) => (each === here ? 3 : each === here.split("-")[0] ? 2 : 0)));
  }

  /** Only its denials: a page that grants by default has not asked anybody. */
  function denied() {
    const best = Math.max(0, ...defaults.map((each) => match(each.region)));
    const found = {};
    for (const each of defaults) {
      if (match(each.region) !== best) continue;
      for (const type of Object.keys(each)) if (each[type] === "denied") found[type] = "denied";
    }
    return found;
  }

  function read(entry) {
    if (!entry || entry[0] !== "consent") return;
    const said = entry[2] || {};
    if (entry[1] === "default") {
      defaults.push(said);
      if (said.wait_for_update >= 0) wait(+said.wait_for_update);
    } else if (entry[1] === "update") {
      updated = true;
      for (const type of Object.keys(said)) if (/^(granted|denied)$/.test(said[type])) updates[type] = said[type];
    } else return;
    if (updated) say(permissions({ ...denied(), ...updates }));
  }

  Array.prototype.forEach.call(layer, tag.safely(read));
  const push = layer.push;
  layer.push = function () {
    const result = push.apply(this, arguments);
    Array.prototype.forEach.call(arguments, tag.safely(read));
    return result;
  };
});
