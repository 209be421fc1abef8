/** The data layer's model: what pushes of a page add up to. */
const FORBIDDEN = /^(__proto__|constructor|prototype)$/;
const own = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

/** Also of another frame's objects; no array, function, element or instance of a class. */
export function isPlain(value) {
  if (Object.prototype.toString.call(value) !== "[object Object]") return false;
  const above = Object.getPrototypeOf(value);
  return !above || (own(above, "isPrototypeOf") && own(above, "hasOwnProperty"));
}

/** As it is now: a page may change what it has pushed, or push the same object again. */
export function copy(value) {
  if (Array.isArray(value)) return value.map(copy);
  if (Object.prototype.toString.call(value) === "[object Arguments]") return called(...Array.from(value, copy));
  if (!isPlain(value)) return value;
  const all = {};
  Object.keys(value).forEach((key) => FORBIDDEN.test(key) || (all[key] = copy(value[key])));
  return all;
}
function called() {
  return arguments;
}

/** Lists and plain objects go into their like by index and name, all else takes the place of what was there. */
export function merge(from, to) {
  const alone = from._clear === true && own(from, "_clear");
  Object.keys(from).forEach((key) => {
    const value = from[key];
    if (FORBIDDEN.test(key) || (alone && key === "_clear")) return;
    const list = Array.isArray(value);
    if (!list && !isPlain(value)) return (to[key] = value);
    const before = own(to, key) && !alone ? to[key] : 0;
    to[key] = list ? (Array.isArray(before) ? before : []) : isPlain(before) ? before : {};
    merge(value, to[key]);
  });
}

/** "a.b" and 1 as {a: {b: 1}}. */
export function expand(path, value) {
  return path.split(".").reduceRight((inner, key) => ({ [key]: inner }), value);
}

export function lookUp(model, path) {
  return path
    .split(".")
    .reduce((at, key) => (at != null && !FORBIDDEN.test(key) && own(Object(at), key) ? at[key] : undefined), model);
}

/** One thing that was pushed. */
export function take(model, pushed) {
  if (typeof pushed === "function") {
    pushed.call({
      get: (path) => lookUp(model, path),
      set: (path, value) => merge(expand(path, value), model),
      reset: () => Object.keys(model).forEach((key) => delete model[key]),
    });
  } else if (Array.isArray(pushed)) {
    const path = String(pushed[0]).split(".");
    const method = path.pop();
    const target = path.length ? lookUp(model, path.join(".")) : model;
    if (target != null && typeof target[method] === "function") target[method](...pushed.slice(1));
  } else if (isPlain(pushed)) {
    Object.keys(pushed).forEach((key) => {
      const made = expand(key, pushed[key]);
      if (pushed._clear === true) {
        if (key === "_clear") return;
        made._clear = true;
      }
      merge(made, model);
    });
  } else if (pushed && pushed[0] === "set") {
    merge(isPlain(pushed[1]) ? pushed[1] : expand(String(pushed[1]), pushed[2]), model);
  }
}
