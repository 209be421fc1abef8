/** Three clicks within a second on one spot: something does not answer. */
const CLICKS = 3;
const WITHIN_MS = 1000;
const APART_PX = 30;

LATER.push((tag) => {
  let last = [];
  tag.onPress((event, on) => {
    const near = (each) =>
      event.timeStamp - each.timeStamp < WITHIN_MS &&
      Math.hypot(event.clientX - each.clientX, event.clientY - each.clientY) < APART_PX;
    last = last.filter(near).concat(event);
    if (last.length === CLICKS) tag.soon(() => tag.add("rage_click", { selector: tag.selector(on) }));
  });
});
