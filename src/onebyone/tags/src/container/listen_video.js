/**
 * Videos that play: the page's own elements, and YouTube's frames, which are asked over messages as YouTube's own
 * script does it; that script is not loaded. A frame answers only with `enablejsapi=1` in its address.
 */
LISTENERS.video = (heard, push, tag) => {
  const FRAME = /^https:\/\/www\.youtube(-nocookie)?\.com\/embed\//;
  const ASKS = 20;
  const known = new Map(); // element -> {url, title, at, duration, playing, done}

  const stateOf = (element, provider) => {
    if (!known.has(element)) known.set(element, { element, provider, title: "", at: 0, duration: 0, done: {} });
    return known.get(element);
  };

  function isSeen(element) {
    const { top, bottom, left, right } = element.getBoundingClientRect();
    return bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  }

  function told(state, status, index, percent) {
    push({
      event: "gtm.video",
      "gtm.videoProvider": state.provider,
      "gtm.videoStatus": status,
      "gtm.videoUrl": state.url,
      "gtm.videoTitle": state.title,
      "gtm.videoDuration": Math.round(state.duration),
      "gtm.videoCurrentTime": Math.round(state.at),
      "gtm.videoPercent": percent,
      "gtm.videoVisible": isSeen(state.element),
      "gtm.element": state.element,
      "gtm.triggers": [index],
    });
  }

  const share = (state) => (state.duration > 0 ? Math.floor((state.at / state.duration) * 100) : 0);

  const changed = (state, status) =>
    heard.forEach(([index, { capture }]) => capture.indexOf(status) < 0 || told(state, status, index, share(state)));

  /** Each threshold once a video. */
  const moved = (state) =>
    heard.forEach(([index, { progress = [], unit }]) =>
      progress.forEach((threshold) => {
        const key = index + "," + threshold;
        const reached = unit === "seconds" ? state.at >= threshold : state.duration > 0 && share(state) >= threshold;
        if (!reached || state.done[key]) return;
        state.done[key] = 1;
        told(state, "progress", index, unit === "seconds" ? share(state) : threshold);
      }),
    );

  function played(state, playing, ended) {
    if (playing === state.playing) return;
    state.playing = playing;
    if (playing) changed(state, "start");
    else changed(state, ended ? "complete" : "pause");
  }

  ["playing", "pause", "ended", "timeupdate"].forEach((name) =>
    tag.on(
      document,
      name,
      ({ target: video }) => {
        if (!/^(VIDEO|AUDIO)$/.test(video.tagName)) return;
        const state = stateOf(video, "html5");
        Object.assign(state, { url: video.currentSrc, title: video.title, at: video.currentTime, duration: video.duration || 0 });
        if (name === "timeupdate") return moved(state);
        if (name === "pause" && video.ended) return; // its end is told
        if (name === "ended") moved(state);
        played(state, name === "playing", name === "ended");
      },
      true,
    ),
  );

  function ask(frame) {
    const state = stateOf(frame, "youtube");
    if (state.asked) return;
    state.asked = 1;
    const adds = heard.some(([, each]) => each.add_api);
    if (adds && !/[?&]enablejsapi=1/.test(frame.src)) {
      const url = new URL(frame.src);
      url.searchParams.set("enablejsapi", 1);
      url.searchParams.set("origin", location.origin);
      frame.src = url.href;
    }
    if (!/[?&]enablejsapi=1/.test(frame.src)) return;
    const { origin } = new URL(frame.src);
    state.origin = origin;
    let left = ASKS;
    const asking = setInterval(
      tag.safely(() => {
        if (state.heard || !left-- || !frame.contentWindow) return clearInterval(asking);
        frame.contentWindow.postMessage(JSON.stringify({ event: "listening", id: 1, channel: "widget" }), origin);
      }),
      500,
    );
  }

  tag.on(window, "message", (event) => {
    known.forEach((state) => {
      if (state.origin !== event.origin || state.element.contentWindow !== event.source) return;
      const { info } = JSON.parse(event.data);
      state.heard = 1;
      if (!info) return;
      if (info.videoData) {
        state.title = info.videoData.title;
        state.url = "https://www.youtube.com/watch?v=" + info.videoData.video_id;
      }
      if (info.duration) state.duration = info.duration;
      if (info.currentTime !== undefined) state.at = info.currentTime;
      const { playerState: now } = info;
      if (now === 0 && state.duration) state.at = state.duration;
      moved(state);
      if (now === 1) played(state, true);
      if (state.playing && (now === 0 || now === 2)) played(state, false, now === 0);
    });
  });

  const look = tag.safely(() =>
    document.querySelectorAll("iframe").forEach((frame) => FRAME.test(frame.src) && ask(frame)),
  );
  look();
  if (document.readyState === "loading") tag.on(document, "DOMContentLoaded", look);
  if (heard.some(([, each]) => each.watch_dom))
    new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
};
