// Plays a vendor's script: takes over what waits in its queue, and asks the vendor's host as the vendor's own would.
(() => {
  const send = (url) => (new Image().src = url);
  const query = (fields) => Object.keys(fields).filter((key) => fields[key] !== undefined).map((key) => key + "=" + encodeURIComponent(typeof fields[key] === "object" ? JSON.stringify(fields[key]) : fields[key])).join("&");
  const take = (name, list, later, play) => {
    const stub = window[name];
    const waiting = stub[list].splice(0);
    if (later) stub[later] = play;
    else stub[list].push = (call) => play(...call);
    waiting.forEach((call) => play(...call));
  };
  const googleEvents = () => {
    const ids = [];
    const read = (entry) => {
      if (entry[0] === "event") {
        const { send_to: to, ...rest } = entry[2];
        if (/^AW-/.test(to)) send("https://www.googleadservices.com/pagead/conversion/" + to.slice(3).split("/")[0] + "/?" + query({ label: to.split("/")[1], oid: rest.transaction_id, value: rest.value }));
        else send("https://www.google-analytics.com/g/collect?" + query({ v: 2, tid: to, en: entry[1], "ep.transaction_id": rest.transaction_id }));
      }
    };
    const layer = window.onebyone_google;
    if (layer.taken) return;
    layer.taken = true;
    layer.forEach(read);
    layer.push = read;
  };
  ({
    "connect.facebook.net": () => { let id; take("fbq", "queue", "callMethod", (verb, ...rest) => { if (verb === "init") id = rest[0]; else if (/^track/.test(verb)) send("https://www.facebook.com/tr/?" + query({ id: rest[0], ev: rest[1], eid: (rest[3] || {}).eventID })); }); },
    "www.googletagmanager.com": googleEvents,
    "analytics.tiktok.com": () => { Object.keys(ttq._i).forEach((id) => ttq._i[id].forEach(([verb, event, props, more]) => navigator.sendBeacon("https://analytics.tiktok.com/api/v2/pixel", JSON.stringify({ event: verb === "page" ? "Pageview" : event, event_id: (more || {}).event_id, context: { pixel: { code: id } } })))); },
    "snap.licdn.com": () => take("lintrk", "q", null, (verb, { conversion_id: id, event_id: same }) => send("https://px.ads.linkedin.com/collect?" + query({ pid: _linkedin_partner_id, conversionId: id, eventId: same }))),
    "s.pinimg.com": () => { let id; take("pintrk", "queue", null, (verb, first, more) => { if (verb === "load") id = first; else send("https://ct.pinterest.com/v3/?" + query({ tid: id, event: first, ed: more })); }); },
    "sc-static.net": () => { let id; take("snaptr", "queue", "handleRequest", (verb, first, more) => { if (verb === "init") id = first; else send("https://tr.snapchat.com/p?" + query({ pid: id, ev: first, cdid: more.client_dedup_id })); }); },
    "www.redditstatic.com": () => { let id; take("rdt", "callQueue", "sendEvent", (verb, first, more) => { if (verb === "init") id = first; else send("https://alb.reddit.com/rp.gif?" + query({ id, event: first, "m.conversionId": more.conversionId })); }); },
    "static.ads-twitter.com": () => { let id; take("twq", "queue", "exe", (verb, first, more) => { if (verb === "config") id = first; else send("https://t.co/1/i/adsct?" + query({ txn_id: id, event_id: first, conversion_id: more.conversion_id })); }); },
    "bat.bing.com": () => { window.UET = function ({ ti, q }) { const play = (verb, first, more) => { if (verb === "event") send("https://bat.bing.com/action/0?" + query({ ti, evt: "custom", ea: first, event_id: more.event_id })); }; this.push = play; while (q.length) { const verb = q.shift(); play(verb, q.shift(), q.shift()); } }; },
    "static.hotjar.com": () => take("hj", "q", null, (verb, name) => navigator.sendBeacon("https://content.hotjar.io/?" + query({ id: _hjSettings.hjid, event: name }))),
    "www.clarity.ms": () => take("clarity", "q", null, (verb, name) => verb === "event" && navigator.sendBeacon("https://a.clarity.ms/collect?" + query({ event: name }))),
  })[new URL(document.currentScript.src).host]();
})();
