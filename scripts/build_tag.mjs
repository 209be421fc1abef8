// Builds the script's parts: esbuild bundles a file each, terser makes it small. npm run build [-- folder]
import { readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { minify } from "terser";

const SOURCES = "src/onebyone/tags/src/";
const FOLDERS = ["modules", "container", "templates"];
const out = process.argv[2] || "src/onebyone/tags/dist";

const files = { tag: "main.js", banner: "banner/banner.js" };
for (const folder of FOLDERS) {
  const names = readdirSync(SOURCES + folder).filter((name) => name.endsWith(".js"));
  for (const name of names) files[name.slice(0, -3)] = `${folder}/${name}`;
}

// The same names in the same order in each file: the parts of a script repeat each other, which is what makes it small.
const LETTERS = "etnrioascludpfmhgvybwxkqjzETNRIOASCLUDPFMHGVYBWXKQJZ";
const names = {
  get: (n) => (n < LETTERS.length ? "" : names.get(Math.floor(n / LETTERS.length) - 1)) + LETTERS[n % LETTERS.length],
};

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

function withOneTag(text) {
  const quoted = text.match(/"(?:[^"\\\n]|\\.)*"/g) || [];
  if (quoted.some((each) => /\btag\b/.test(each))) throw new Error(`a text says "tag": ${text.slice(0, 200)}`);
  return text.replace(/(?<![\w.-])tag(?![\w-])/g, TAG);
}

for (const [name, file] of Object.entries(files)) {
  const bundled = await build({
    entryPoints: [SOURCES + file],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2021",
    minifySyntax: true,
  });
  const part = name === "tag" || file.startsWith("modules/");
  const text = part ? withOneTag(bundled.outputFiles[0].text) : bundled.outputFiles[0].text;
  const mangle = { nth_identifier: names, reserved: part ? [TAG] : [] };
  const small = await minify(text, { ecma: 2021, compress, mangle, format: { ascii_only: true } });
  writeFileSync(`${out}/${name}.js`, small.code + "\n");
}
