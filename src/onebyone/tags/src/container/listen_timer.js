/** Every so many milliseconds. */
LISTENERS.timer = (heard, push, tag) =>
  heard.forEach(([index, { event, every_ms: every, limit }]) => {
    const from = Date.now();
    let count = 0;
    const ticking = setInterval(
      tag.safely(() => {
        const now = Date.now();
        if (limit && ++count >= limit) clearInterval(ticking);
        else if (!limit) count++;
        push({
          event,
          "gtm.timerEventNumber": count,
          "gtm.timerInterval": every,
          "gtm.timerLimit": limit || 0,
          "gtm.timerStartTime": from,
          "gtm.timerCurrentTime": now,
          "gtm.timerElapsedTime": now - from,
          "gtm.triggers": [index],
        });
      }),
      every,
    );
  });
