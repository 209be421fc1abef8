/** The value of the first pattern that matches. */
KINDS.regex_table = (given, ask) => {
  const input = String(ask.text(given.input));
  const made = (key) =>
    new RegExp(given.full_match === false ? key : `^(?:${key})$`, given.ignore_case === false ? "" : "i");
  const found = (given.rows || []).find((each) => made(each.key).test(input));
  if (!found) return undefined;
  const value = ask.text(found.value);
  const caught = made(found.key).exec(input);
  if (given.replace === false || typeof value !== "string") return value;
  return value.replace(/\$(\d|&)/g, (_, which) => caught[which === "&" ? 0 : which] || "");
};
