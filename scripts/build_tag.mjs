// Builds the script's parts. npm run build [-- folder]
import { writeFileSync } from "node:fs";
import { bundled, files, lettersOf, named, tried } from "./tag_parts.mjs";

const out = process.argv[2] || "src/onebyone/tags/dist";
const letters = tried();

for (const [name, file] of Object.entries(files())) {
  writeFileSync(`${out}/${name}.js`, (await named(await bundled(file), lettersOf(letters, name))) + "\n");
}
