/**
 * The site's container. The collector's first answer in this page says which version holds and what is stopped; without
 * an answer within a second, the last one known does. A container that fails takes nothing else with it.
 */
import { TEXT } from "../entry.js";
import { address, load } from "../load.js";

const WAIT_MS = 1000;
const KEY = "ob_k";
const MAX_EARLY = 100;

MODULES.push((tag) => {
  let told = CONFIG.container; // {v: grows, hash, kill}
  let may = !CONFIG.consent && CONFIG.container.keep;
  let choices; // undefined: none is known yet
  let begun = false;
  const name = CONFIG.name + "_container";
  tag.early = []; // events from before the container runs, for it: an order is often one; the view is its "page_view"

  const saved = tag.safely((value) => (value ? localStorage.setItem(KEY, value) : JSON.parse(localStorage.getItem(KEY))));

  tag.granted = (permission) =>
    !!choices && (tag.consent ? tag.consent.granted(permission) : choices[permission] === "granted");
  tag.killed = ({ title, vendor }) => told.kill.indexOf(title) >= 0 || told.kill.indexOf("vendor:" + vendor) >= 0;
  tag.address = (url) => address(tag, url);

  function failed() {
    tag.add("container_error", { where: "file", hash: told.hash });
  }

  function begin() {
    if (begun) return;
    begun = true;
    const last = may && saved();
    if (last && last.v > told.v) told = last;
    if (!told.hash) return;
    let came = false;
    window[name] = (run) => {
      if (!came) tag.safely(run)(tag);
      came = true;
    };
    const script = load(tag, `${tag.url.href.slice(0, -4)}c/${told.hash}.js`);
    script.onload = tag.safely(() => came || failed());
    script.onerror = tag.safely(failed);
  }

  tag.hear("made", ([entry]) => {
    if (tag.early && tag.early.length < MAX_EARLY && JSON.parse(entry[TEXT]).name !== "page_view") tag.early.push(entry);
  });
  tag.hear("container", (answer) => {
    if (answer.v < told.v) return;
    told = answer;
    if (may) saved(tag.ascii(told));
    begin();
  });
  tag.hear("decided", ([given, allowed]) => {
    choices = given;
    may = allowed && CONFIG.container.keep;
    tag.tell("granted");
  });
  tag.hear("start", () => setTimeout(tag.safely(begin), WAIT_MS));
});
