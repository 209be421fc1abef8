/** Whether `left` is to `right` as the operator says. What is not there is the text "undefined". */
const TEXT = {
  equals: (left, right) => left === right,
  contains: (left, right) => left.indexOf(right) >= 0,
  starts_with: (left, right) => left.slice(0, right.length) === right,
  ends_with: (left, right) => left.length >= right.length && left.slice(left.length - right.length) === right,
};
const NUMBER = {
  greater: (left, right) => left > right,
  greater_or_equals: (left, right) => left >= right,
  less: (left, right) => left < right,
  less_or_equals: (left, right) => left <= right,
};

export function holds(left, operator, right, ignoreCase) {
  if (operator === "matches_css") return !!left && !!left.matches && left.matches(String(right));
  if (NUMBER[operator]) {
    const numeric = (value) => (value === "" || value === null || typeof value === "boolean" ? NaN : Number(value));
    return NUMBER[operator](numeric(left), numeric(right));
  }
  if (operator === "matches_regex") return new RegExp(right, ignoreCase ? "i" : "").test(String(left));
  const same = (value) => (ignoreCase ? String(value).toLowerCase() : String(value));
  return TEXT[operator](same(left), same(right));
}
