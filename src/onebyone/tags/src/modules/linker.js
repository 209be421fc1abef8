/**
 * Links and forms that lead to another of the site's domains carry who follows them: a token of the collector's, for
 * one use within two minutes. It is asked for when somebody comes near; a link is never held up for it.
 */
MODULES.push((tag) => {
  const TOKEN = /([?&])_ob=([^&#]*)(&?)/;
  let last; // what somebody is near: each time they come they get a fresh token
  let begun; // whether anything may be sent yet
  let came = TOKEN.exec(location.search);

  const without = (url) => url.replace(TOKEN, (whole, before, token, after) => after && before);
  const domain = (host) => CONFIG.linked.find((each) => ("." + host).endsWith("." + each));

  /** A form that is sent by GET loses the query of its address, so there it is a field. */
  function give(target, name, token) {
    if (target.method === "get") {
      const field = target.elements._ob || document.createElement("input");
      target.append(Object.assign(field, { type: "hidden", name: "_ob", value: token, disabled: !token }));
      return;
    }
    const add = (query) => query + (token && (query ? "&" : "?") + "_ob=" + token);
    target[name] = without(target[name]).replace(/(\?[^#]*)?(?=#|$)/, add);
  }

  function near(event) {
    const target = event.composedPath().find((each) => each.href || each.action);
    if (!begun || target === last) return;
    last = target;
    const name = target.href ? "href" : "action"; // throws where there is none, and nobody hears of it
    const { hostname } = new URL(target[name]);
    const there = domain(hostname);
    if (!there || there === domain(location.hostname)) return;
    tag
      .post(`{"to":"${hostname}","consent":${tag.said()}}`, tag.url.href.slice(0, -1) + "d")
      .then((answer) => answer.json())
      .then(({ token }) => give(target, name, token))
      .catch(() => {});
  }

  if (came) history.replaceState(history.state, "", without(location.href));
  tag.hear("made", ([entry]) => {
    if (came) entry[4] = entry[4].slice(0, -1) + `,"link":${tag.ascii(came[2])}}`;
    came = 0;
  });
  tag.hear("batch", () => (begun = true));
  tag.on(document, "pointerdown pointerover focusin", near);
});
