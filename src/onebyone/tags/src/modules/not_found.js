/** Pages that are an error: as the server answered, or as the page says with <meta name="ps-status" content="404">. */
LATER.push((tag) => {
  let told;
  tag.hear("view", () => {
    if (told) return; // the next view of an application is another page
    told = true;
    const meta = document.querySelector("meta[name=ps-status]");
    const status = meta ? +meta.content : performance.getEntriesByType("navigation")[0]?.responseStatus;
    if (status >= 400) tag.add("page_error", { status });
  });
});
