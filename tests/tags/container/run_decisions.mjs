// node run_decisions.mjs < cases: answers of decisions.js, one after the other, as a browser without a document.
import { readFileSync } from "node:fs";
globalThis.window = globalThis;
globalThis.innerHeight = 0;
globalThis.location = new URL("https://www.shop.example/cart/list.html?a=1&b=2#top");
globalThis.history = {};
globalThis.addEventListener = () => {};
globalThis.document = { referrer: "https://news.example/x", cookie: "one=1; two=a%20b", readyState: "complete", addEventListener() {}, querySelector: () => null, querySelectorAll: () => [] };
(0, eval)(readFileSync(new URL("decisions.js", import.meta.url), "utf8"));
const answers = [];
for (const each of JSON.parse(readFileSync(0, "utf8"))) answers.push(await decide(each));
process.stdout.write(JSON.stringify(answers));
process.exit(0);
