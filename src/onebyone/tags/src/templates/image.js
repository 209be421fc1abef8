/** An image's address is asked for. */
TEMPLATES.image = ({ url, cache_buster: name }, api) =>
  api.image(name ? `${url}${url.indexOf("?") < 0 ? "?" : "&"}${name}=${Math.floor(Math.random() * 1e15)}` : url);
