// The script's parts from their sources: esbuild bundles a file each, terser makes it small.
import { readFileSync, readdirSync } from "node:fs";
import { build } from "esbuild";
import { minify } from "terser";

const SOURCES = "src/onebyone/tags/src/";
const FOLDERS = ["modules", "container", "templates"];

const compress = {
  passes: 4,
  pure_getters: true, // reading a property does nothing else, here
  unsafe_arrows: true, // no function of ours is called with new
  keep_fargs: false,
  hoist_funs: true,
  lhs_constants: false,
  inline: 1,
  reduce_funcs: false, // functions in one piece repeat better than their bodies
};

// In the parts of a site's script the tag has one name, which no frequency changes: its calls repeat each other, too.
const TAG = "_";

// In which order each part's names take the letters. Any order is right; of most parts it was tried which one lets
// the parts of a script repeat each other best (scripts/tag_letters.mjs).
export const LETTERS = "scripts/tag_letters.json";
export const lettersOf = (tried, name) => tried[name] || tried[""];

/** Each part's file, by its name. */
export function files() {
  const found = { tag: "main.js", banner: "banner/banner.js" };
  for (const folder of FOLDERS) {
    const names = readdirSync(SOURCES + folder).filter((name) => name.endsWith(".js"));
    for (const name of names) found[name.slice(0, -3)] = `${folder}/${name}`;
  }
  return found;
}

function withOneTag(text) {
  const quoted = text.match(/"(?:[^"\\\n]|\\.)*"/g) || [];
  if (quoted.some((each) => /\btag\b/.test(each))) throw new Error(`a text says "tag": ${text.slice(0, 200)}`);
  return text.replace(/(?<![\w.-])tag(?![\w-])/g, TAG);
}

/** What stands above a part's only function moves into it: else a second function is around both. */
function inOne(text) {
  return text.replace(
    /^(\(\(\) => \{\n)([^]+?\n)(  (?:MODULES|LATER)\.push\(\(\w+\) => \{\n)/,
    (all, open, above, push) => open + push + above.replace(/^  var /gm, "  let "),
  );
}

/** A file in one piece, without what it does not need; its names are the source's. */
export async function bundled(file) {
  const { outputFiles } = await build({
    entryPoints: [SOURCES + file],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2021",
    minifySyntax: true,
  });
  const part = file === "main.js" || file.startsWith("modules/");
  const text = part ? inOne(withOneTag(outputFiles[0].text)) : outputFiles[0].text;
  const { code } = await minify(text, { ecma: 2021, compress, mangle: false, format: { ascii_only: true } });
  return code;
}

/** A file's outermost names leave the first letter to what stands inside: most functions there take one argument. */
function naming(letters) {
  const name = (n) => (n < letters.length ? "" : name(Math.floor(n / letters.length) - 1)) + letters[n % letters.length];
  let scopes = 0; // terser names one scope after the other, the outermost first, and counts from 0 in each
  return { get: (n) => name(n || scopes++ ? n + (scopes < 2) : 1) };
}

/** With short names in the order of `letters`. */
export async function named(code, letters) {
  const mangle = { nth_identifier: naming(letters), reserved: [TAG] };
  return (await minify(code, { ecma: 2021, compress: false, mangle, format: { ascii_only: true } })).code;
}

export const tried = () => JSON.parse(readFileSync(LETTERS));
