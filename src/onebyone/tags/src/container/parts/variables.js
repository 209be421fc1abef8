/** The kinds of variables, beside those of a file each: a function of the variable's fields and what it may ask. */
import { lookUp } from "./model.js";

function cookie({ name, decode }) {
  const found = document.cookie.split("; ").find((each) => each.slice(0, each.indexOf("=")) === name);
  const value = found && found.slice(name.length + 1);
  return value && decode ? decodeURIComponent(value) : value;
}

export const PLAIN = {
  constant: ({ value }, ask) => ask.text(value),
  data_layer: ({ name, version }, ask) => (version === 1 ? ask.message[name] : lookUp(ask.model, name)),
  global: ({ name }) => name.split(".").reduce((at, key) => (at == null ? undefined : at[key]), window),
  cookie,
  element({ selector, attribute }) {
    const found = document.querySelector(selector);
    return found && (attribute ? found.getAttribute(attribute) : found.textContent);
  },
  event_element({ attribute }, { message: { "gtm.element": found } }) {
    return found && (attribute ? found.getAttribute(attribute) : found.textContent);
  },
  lookup({ rows = [], input }, ask) {
    const found = rows.find(({ key }) => key === String(ask.text(input)));
    return found && ask.text(found.value);
  },
  random: () => Math.floor(Math.random() * 2147483647),
  event: (_, ask) => ask.message.event,
  container_version: (_, ask) => String(ask.container.version),
  container_id: (_, ask) => ask.container.id,
  javascript: ({ code }, ask) => CODE[code](ask.value),
  debug: (_, ask) => ask.debug,
  undefined: () => undefined,
  permission: ({ name }, ask) => (ask.granted(name) ? "granted" : "denied"),
  event_id: (_, ask) => ask.id(),
};

export function formatted(value, { format: f = {}, default: otherwise }) {
  if (value === undefined) value = otherwise;
  const text = typeof value === "string";
  if (text && f.case) value = f.case === "upper" ? value.toUpperCase() : value.toLowerCase();
  if (value === null && "null_to" in f) return f.null_to;
  if (value === undefined && "undefined_to" in f) return f.undefined_to;
  if (value === true && "true_to" in f) return f.true_to;
  if (value === false && "false_to" in f) return f.false_to;
  if (f.number && text && value.trim() && !isNaN(value)) return Number(value);
  if (f.boolean && /^(true|false)$/i.test(value)) return /^t/i.test(value);
  return value;
}
