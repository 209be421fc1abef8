/** Links to other sites. Nothing is held up: the page's own way of opening them stays as it is. */
LATER.push((tag) => {
  const own = (host) =>
    host === location.hostname || CONFIG.hosts.some((each) => ("." + host).endsWith("." + each));
  tag.onLink((link, props) => own(link.hostname) || tag.add("click", { ...props, outbound: true }));
});
