/** How much of an element is seen; the layout is read only when a tag or a trigger asks. */
KINDS.visibility = ({ selector, ratio }) => {
  const found = document.querySelector(selector);
  const { left = 0, right = 0, top = 0, bottom = 0, width = 0, height = 0 } = found ? found.getBoundingClientRect() : {};
  const [wide, high] = [Math.min(right, innerWidth) - Math.max(left, 0), Math.min(bottom, innerHeight) - Math.max(top, 0)];
  const seen = wide > 0 && high > 0 ? (100 * wide * high) / (width * height) : 0;
  return ratio ? seen >= ratio : Math.round(seen);
};
