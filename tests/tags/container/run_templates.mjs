// node run_templates.mjs < cases: what each template leaves on a page and asks for, one after the other.
// `before` has by name what the page brings: a function with its list, a list, an object's fields, or its methods.
import { readFileSync } from "node:fs";

const plain = (value) => {
  if (value instanceof Date) return "a date";
  if (Object.prototype.toString.call(value) === "[object Arguments]") return Array.from(value, plain);
  if (Array.isArray(value)) return value._i ? { ...(value.length ? { queue: value.map(plain) } : {}), ...plain(value._i) } : value.map(plain);
  if (typeof value === "function") {
    const lists = Object.keys(value).filter((key) => Array.isArray(value[key]));
    return Object.fromEntries(lists.map((key) => [key, plain(value[key])]));
  }
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).filter((key) => typeof value[key] !== "function").map((key) => [key, plain(value[key])]));
};

const answers = [];
for (const { file, template, granted, before = {}, scripts = [], later, runs } of JSON.parse(readFileSync(0, "utf8"))) {
  const page = {}; // `before`: functions of the page's own, with what waits in their lists
  Object.entries(before).forEach(([name, given]) => {
    if (given.methods) {
      const calls = [];
      page[name] = { calls };
      return given.methods.forEach((method) => (page[name][method] = (...what) => calls.push([method, ...what])));
    }
    if (!Array.isArray(given)) return (page[name] = given.list || given.fields);
    const [list, waiting] = given;
    page[name] = (...given) => page[name][list].push(given);
    page[name][list] = waiting;
  });
  const out = { loads: [], images: [], own: [], answers: [] };
  const [seen, templates, told] = [{}, {}, []];
  let allowed = granted;
  const document = { querySelectorAll: () => scripts.map((src) => ({ src })) };
  const api = {
    id: "e1",
    once: (key) => !seen[key] && (seen[key] = true),
    load: (url) => Promise.resolve(out.loads.indexOf(url) < 0 && out.loads.push(url), true).then(() => true),
    image: (url) => Promise.resolve(!!out.images.push(url)),
    granted: (name) => allowed.indexOf(name) >= 0,
    may: () => allowed.length > 0,
    follow: (tell) => told.push(tell),
    silently: (work) => work(),
    own: (name, props) => void out.own.push([name, props]),
    code: (index) => "of function " + index,
  };
  new Function("window", "document", "TEMPLATES", "Math", file)(page, document, templates, { floor: Math.floor, random: () => 0.5 });
  for (const settings of runs) out.answers.push(plain(await templates[template](settings, api)));
  allowed = later || granted; // what the person says afterwards
  if (later) told.forEach((tell) => tell());
  Object.keys(page).forEach((key) => (out[key] = plain(page[key])));
  Object.keys(out).forEach((key) => Array.isArray(out[key]) && !out[key].length && delete out[key]);
  answers.push(out);
}
process.stdout.write(JSON.stringify(answers, (_, value) => (value === undefined ? null : value)));
