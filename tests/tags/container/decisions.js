// Runs one compiled container on a page that is made up. Defines `decide(given)`: a promise of what came of it.
// Counts the tasks that are asked for, and gives what waits until none is left.
const post = globalThis.scheduler ? scheduler.postTask.bind(scheduler) : (work) => setImmediate(work);
const tasks = () => {
  let left = 0;
  const postTask = (work) => (left++, post(() => (left--, work())));
  Object.defineProperty(globalThis, "scheduler", { configurable: true, value: { postTask } });
  return async () => {
    do await new Promise((resolve) => setTimeout(resolve, 0));
    while (left);
  };
};
globalThis.decide = async (given) => {
  const heard = {};
  const out = { decisions: [], set: {}, errors: [] };
  let granted = given.granted || [];
  const kill = given.kill || [];
  const over = new AbortController(); // the next case begins on a page where nobody listens
  const { signal } = over;
  const tag = {
    script: null,
    early: (given.early || []).map((event) => ["", 0, 0, "", JSON.stringify(event)]),
    hear: (what, listener) => (heard[what] = heard[what] || []).push(listener),
    tell: (what, value) => (what === "decision" ? out.decisions.push(value) : (heard[what] || []).forEach((each) => each(value))),
    on: (target, name, listener, how) => target.addEventListener(name, listener, typeof how === "object" ? { ...how, signal } : { capture: !!how, signal }),
    safely: (work) => work,
    newId: () => "made-id",
    add: (name, props) => (name === "container_error" ? out.errors.push(props.where) : out.decisions.push([name, props])),
    granted: (name) => granted.indexOf(name) >= 0,
    killed: (each) => kill.indexOf(each.title) >= 0,
    address: (url) => url,
  };
  window.dataLayer = (given.before || []).slice();
  window.set = (name, value) => (out.set[name] = value === undefined ? "undefined" : value);
  Object.assign(window, given.globals);
  if (given.page !== undefined) document.body.innerHTML = given.page;
  window.onebyone_container = (begin) => begin(tag);
  const settled = tasks();
  new Function(given.file)();
  await settled();
  for (const step of given.steps || []) {
    if (step.do) await new Function("kill", step.do)(kill);
    for (let turns = 0; step.until && out.decisions.length < step.until && turns < 400; turns++)
      await new Promise((resolve) => setTimeout(resolve, 25));
    if (step.push) window.dataLayer.push(step.push);
    if (step.grant) tag.tell("granted", (granted = step.grant));
    if (step.own) tag.tell("made", [["", 0, 0, "", JSON.stringify(step.own)]]);
    await settled();
  }
  over.abort();
  return out;
};
