/** A part of others: links that a person opens, by whichever button or key, in whichever tab. */
LATER.push((tag) => {
  tag.onLink = (opened) =>
    tag.on(document, "click auxclick", (event) => {
      if (event.button > 1) return; // the keyboard's Enter arrives as a click, too
      const link = event.composedPath().find((each) => /^http/.test(each.protocol));
      if (!link) return;
      tag.soon(() => {
        const text = link.textContent.trim().slice(0, 100);
        opened(link, { link_url: link.href, link_domain: link.hostname, ...(text && { link_text: text }) });
      });
    });
});
