// Runs the cases of golden/data_layer.json; in node, and as a module of a page. Gives what came out otherwise.
const opaque = {};
class Thing {}

export function made(value) {
  if (Array.isArray(value)) return value.map(made);
  if (!value || typeof value !== "object") return value;
  if (value.$ === "undefined") return undefined;
  if (value.$ === "NaN") return NaN;
  if (value.$ === "opaque") return (opaque[value.is] = opaque[value.is] || new Thing());
  if (value.$ === "function") return new Function(value.body);
  if (value.$ === "arguments") return (function () { return arguments; })(...value.of.map(made));
  if (value.$ === "sparse") return Object.keys(value.at).reduce((list, key) => ((list[key] = made(value.at[key])), list), new Array(value.length));
  return Object.fromEntries(Object.keys(value).map((key) => [key, made(value[key])]));
}

// `undefined` in an expected list may be a hole: the cases were written for a comparison that takes both as the same.
export function same(left, right) {
  if (Object.is(left, right)) return true;
  if (!left || !right || typeof left !== "object" || left instanceof Thing) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  if (Array.isArray(left)) return left.length === right.length && Array.from(left).every((each, i) => same(each, right[i]));
  const [keys, others] = [Object.keys(left), Object.keys(right)];
  return keys.length === others.length && keys.every((key) => key in right && same(left[key], right[key]));
}

export function wrong({ merge, expand, take }, cases) {
  return cases.filter((each) => {
    let found = made(each.to || each.model || {});
    if (each.do === "merge") merge(made(each.from), found);
    if (each.do === "expand") found = expand(each.key, made(each.value));
    if (each.do === "command") take(found, made(each.command));
    if (each.do === "process")
      each.pushed.forEach((pushed) => {
        try {
          take(found, made(pushed));
        } catch {}
      });
    return !same(found, made(each.out)) || Object.prototype.bad;
  });
}
