/** Links to other sites. Nothing is held up: the page's own way of opening them stays as it is. */
import { onLink } from "../links.js";

MODULES.push((tag) => {
  const own = (host) =>
    host === location.hostname || CONFIG.hosts.some((each) => host === each || host.endsWith("." + each));
  onLink(tag, (link, props) => own(link.hostname) || tag.add("click", { ...props, outbound: true }));
});
