/** What the container made of each message, in the developer tools: which tag fired, and why the others did not. */
MODULES.push((tag) => {
  if (!CONFIG.debug && !/[?&]onebyone_debug\b/.test(location.search)) return;
  const say = (...what) => console.log(CONFIG.name, ...what);
  const tags = {};
  let messages = 0;
  tag.debug = true;

  const WHY = {
    fired: () => "fired",
    schedule: () => "did not fire: outside its schedule",
    limit: () => "did not fire: it did already, and its limit says no more",
    killed: () => "did not fire: it is stopped",
    waits: (each) => "waits for a grant of " + missing(each),
    consent: (each) => "did not fire: not granted is " + missing(each),
    setup: () => "did not fire: its set-up did not succeed",
  };

  const missing = ({ consent }) => consent.filter((name) => !tag.granted(name)).join(", ");
  const shown = (value) => (typeof value === "string" ? JSON.stringify(value) : String(value));

  tag.hear("looked", ([ask, matched, might]) => {
    const { variables, triggers, tags: all, id, version } = ask.container;
    if (!messages) say("container", id, "version", version);
    say(`message ${++messages}:`, ask.message.event, ask.message, "data layer:", { ...ask.model });

    /** As the document has it. */
    const written = (given) => {
      const parts = (given && given.$) || [given];
      return parts.length === 1 && parts[0] === +parts[0] && given.$
        ? variables[parts[0]].title
        : parts.map((part) => (typeof part === "number" && given.$ ? `{{${variables[part].title}}}` : shown(part))).join("");
    };
    const why = (trigger) => {
      const place = (trigger.when || []).findIndex((each) => !ask.all([each]));
      if (place < 0) return "";
      const { value, is, to, not } = trigger.when[place];
      const words = `${not ? "not " : ""}${is.replace(/_/g, " ")} ${shown(ask.text(to))}`;
      return `condition ${place + 1}, ${written(value)} ${words}: was ${shown(ask.text(value))}`;
    };

    all.forEach((each) => {
      tags[each.title] = each;
      const fires = each.fire_on.some((index) => matched[index]);
      each[fires ? "except_on" : "fire_on"].forEach((index) => {
        const trigger = triggers[index];
        if (fires) return matched[index] && say(each.title, `did not fire: the exception ${shown(trigger.title)} holds`);
        const reason = might(trigger, index, ask) && why(trigger);
        if (reason) say(each.title, `did not fire: trigger ${shown(trigger.title)}, ${reason}`);
      });
    });
  });

  tag.hear("decision", ([title, what]) => WHY[what] && say(title, WHY[what](tags[title])));
});
