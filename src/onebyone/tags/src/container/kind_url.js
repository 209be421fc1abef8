/** Addresses and their parts: of the page, of another one, of where the person came from. */
function partOf(address, given) {
  const { component = "url", query, strip_www: bare } = given;
  let url;
  try {
    url = new URL(address, location.href);
  } catch {
    return undefined;
  }
  const host = url.hostname;
  return {
    url: () => url.href.replace(/#.*/, ""),
    protocol: () => url.protocol.slice(0, -1),
    host: () => (bare ? host.replace(/^www\d*\./, "") : host),
    port: () => url.port || (url.protocol === "https:" ? "443" : "80"),
    path: () => url.pathname,
    query() {
      if (!query) return url.search.slice(1);
      const found = [].concat(query).find((each) => url.searchParams.has(each));
      return found === undefined ? found : url.searchParams.get(found);
    },
    extension: () => (url.pathname.match(/\.([^./]+)$/) || [])[1],
    fragment: () => url.hash.slice(1),
  }[component]();
}

KINDS.url = (given, ask) => {
  const address = given.source ? ask.text(given.source) : ask.url;
  return address === undefined ? address : partOf(address, given);
};
KINDS.referrer = (given) => (document.referrer ? partOf(document.referrer, given) : "");
