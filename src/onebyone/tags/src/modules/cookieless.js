/** No cookie and nothing in the browser's storage, whatever was chosen; what waits, waits in memory. */
MODULES.push((tag) => {
  const settle = tag.settle;
  tag.settle = (choices) => settle(choices, false);
  if (CONFIG.consent) return;
  const given = {};
  tag.settle(given);
  tag.hear("consent", (args) => tag.settle(Object.assign(given, args[args.length - 1])));
});
