/** Three clicks within a second on one spot: something does not answer. */
import { isPrivate, selector } from "../selector.js";

const CLICKS = 3;
const WITHIN_MS = 1000;
const APART_PX = 30;

MODULES.push((tag) => {
  let last = [];
  tag.on(
    document,
    "click",
    (event) => {
      const near = (each) =>
        event.timeStamp - each.timeStamp < WITHIN_MS && Math.hypot(event.clientX - each.clientX, event.clientY - each.clientY) < APART_PX;
      last = last.filter(near).concat(event);
      const target = event.composedPath()[0];
      if (last.length === CLICKS && !isPrivate(target)) tag.add("rage_click", { selector: selector(target) });
    },
  );
});
