/** Links to files: by their ending, or because the page says so. */
const ENDINGS = CONFIG.downloads.split(" ");

LATER.push((tag) => {
  tag.onLink((link, props) => {
    const name = link.pathname.split("/").pop();
    const ending = /\.(\w+)$/.exec(name)?.[1].toLowerCase() || "";
    if (!ENDINGS.includes(ending) && !link.hasAttribute("download")) return;
    tag.add("file_download", { ...props, file_name: name, file_extension: ending });
  });
});
