/** Other scripts, under the page's policy: its nonce, and Trusted Types where they are required. */

/** For a script's `src`: the collector's own files, and what begins with one of `tag.allowed`; else "". */
export function address(tag, asked) {
  const own = tag.url.href.slice(0, -4);
  tag.policy =
    tag.policy ||
    (window.trustedTypes || { createPolicy: (name, rules) => rules }).createPolicy("pxs", {
      createScriptURL: (url) => ([own].concat(tag.allowed || []).some((each) => !url.indexOf(each)) ? url : ""),
    });
  return tag.policy.createScriptURL(asked);
}

/** Another file of the collector's. */
export function load(tag, url) {
  const script = document.createElement("script");
  script.src = address(tag, url);
  script.async = true;
  if (tag.script) script.nonce = tag.script.nonce;
  document.head.append(script);
  return script;
}
