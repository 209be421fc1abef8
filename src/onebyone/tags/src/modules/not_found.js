/** Pages that are an error: as the server answered, or as the page says with <meta name="ps-status" content="404">. */
MODULES.push((tag) => {
  tag.hear("start", () => {
    const meta = document.querySelector("meta[name=ps-status]");
    const entry = performance.getEntriesByType("navigation")[0];
    const status = meta ? +meta.content : entry && entry.responseStatus;
    let told = status < 400 || !status;
    tag.hear("view", () => {
      if (!told) tag.add("page_error", { status });
      told = true; // the next view of an application is another page
    });
  });
});
