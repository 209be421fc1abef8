/** The kinds of variables: a function of the variable's fields and what it may ask. */
import { lookUp } from "./model.js";

function partOf(address, given) {
  const { component = "url", query, strip_www: bare } = given;
  let url;
  try {
    url = new URL(address, location.href);
  } catch {
    return undefined;
  }
  const host = url.hostname;
  return {
    url: () => url.href.replace(/#.*/, ""),
    protocol: () => url.protocol.slice(0, -1),
    host: () => (bare ? host.replace(/^www\d*\./, "") : host),
    port: () => url.port || (url.protocol === "https:" ? "443" : "80"),
    path: () => url.pathname,
    query: () => (query ? (url.searchParams.has(query) ? url.searchParams.get(query) : undefined) : url.search.slice(1)),
    extension: () => (url.pathname.match(/\.([^./]+)$/) || [])[1],
    fragment: () => url.hash.slice(1),
  }[component]();
}

function cookie({ name, decode }) {
  const found = document.cookie.split("; ").find((each) => each.slice(0, each.indexOf("=")) === name);
  const value = found && found.slice(name.length + 1);
  return value && decode ? decodeURIComponent(value) : value;
}

function row({ rows = [] }, ask, test) {
  const found = rows.find((each) => test(each.key));
  return found && ask.text(found.value);
}

export const KINDS = {
  constant: ({ value }, ask) => ask.text(value),
  data_layer: ({ name, version }, ask) => (version === 1 ? ask.message[name] : lookUp(ask.model, name)),
  global: ({ name }) => name.split(".").reduce((at, key) => (at == null ? undefined : at[key]), window),
  cookie,
  url: (given, ask) => partOf(given.source ? ask.text(given.source) : location.href, given),
  referrer: (given) => (document.referrer ? partOf(document.referrer, given) : ""),
  element({ selector, attribute }) {
    const found = document.querySelector(selector);
    return found && (attribute ? found.getAttribute(attribute) : found.textContent);
  },
  lookup: (given, ask) => row(given, ask, (key) => key === String(ask.text(given.input))),
  regex_table(given, ask) {
    const input = String(ask.text(given.input));
    const made = (key) =>
      new RegExp(given.full_match === false ? key : `^(?:${key})$`, given.ignore_case === false ? "" : "i");
    const found = (given.rows || []).find((each) => made(each.key).test(input));
    if (!found) return undefined;
    const value = ask.text(found.value);
    const caught = made(found.key).exec(input);
    if (given.replace === false || typeof value !== "string") return value;
    return value.replace(/\$(\d|&)/g, (_, which) => caught[which === "&" ? 0 : which] || "");
  },
  random: () => Math.floor(Math.random() * 2147483647),
  event: (_, ask) => ask.message.event,
  container_version: (_, ask) => String(ask.container.version),
  container_id: (_, ask) => ask.container.id,
  javascript: ({ code }, ask) => CODE[code](ask.value),
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
