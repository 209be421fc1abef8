// For scripts/tag_letters.py: a line {name, letters} in, a line with that part's text out, its names in that order.
import { createInterface } from "node:readline";
import { bundled, files, named } from "./tag_parts.mjs";

const sources = files();
const codes = {};
for await (const line of createInterface({ input: process.stdin })) {
  const { name, letters } = JSON.parse(line);
  codes[name] ||= await bundled(sources[name]);
  process.stdout.write(JSON.stringify(await named(codes[name], letters)) + "\n");
}
