/** A part of others: a consent API of the page, or of a page of the same site that holds this one in a frame. */
MODULES.push((tag) => {
  tag.locate = (name, frame = window) =>
    typeof frame[name] === "function" ? frame[name] : frame !== frame.parent && tag.locate(name, frame.parent);
});
