/** What is sent, when, why not, and the answer, in the developer tools: with ?onebyone_debug, or always. */
MODULES.push((tag) => {
  if (!CONFIG.debug && !/[?&]onebyone_debug\b/.test(location.search)) return;
  const names = {};
  const say = (...what) => console.log(CONFIG.name, ...what);

  tag.hear("made", ([entry, held]) => {
    const event = JSON.parse(entry[4]);
    names[event.id] = event.name;
    say(held ? "waits for a choice:" : "will be sent:", event.name, event);
  });
  tag.hear("batch", (batch) => say("sends", ...batch.map((entry) => names[entry[0]] || entry[0]), batch[0][3]));
  tag.hear("answer", (results) => results.forEach(({ id, status, reason }) => say(status, names[id] || id, reason)));
  tag.hear("later", (why) => say("not taken, [status, again in ms]:", why));
  tag.hear("decided", (choice) => say("consent, [choices, may be known again]:", choice));
});
