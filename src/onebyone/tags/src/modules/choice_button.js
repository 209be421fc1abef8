/** A small button on every page that opens the banner again: withdrawing is as easy as allowing. */
MODULES.push((tag) => {
  const { labels } = CONFIG.banner;
  const host = document.createElement("onebyone-choices");
  const button = document.createElement("button");
  const wanted = [document.documentElement.lang].concat(navigator.languages || [], Object.keys(labels));
  const spoken = wanted.map((each) => each.slice(0, 2).toLowerCase()).find((each) => labels[each]);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    ":host{all:initial}button{position:fixed;z-index:2147483646;bottom:12px;left:12px;min-height:32px;padding:4px 12px;" +
      "border:1px solid #767676;border-radius:16px;background:#fff;color:#1a1a1a;font:14px system-ui,sans-serif;" +
      "cursor:pointer}button:focus-visible{outline:3px solid #0b57d0}@media print{button{display:none}}",
  );
  button.textContent = labels[spoken];
  button.lang = spoken;
  tag.on(button, "click", () => tag.tell("consent", ["consent", "show"]));
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(button);
  tag.hear("start", () => document.documentElement.append(host));
});
