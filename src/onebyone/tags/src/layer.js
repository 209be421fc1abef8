/** What a page has pushed on its dataLayer, and what it will. A page that replaces the array is not followed. */
export function watch(tag, name, read) {
  const layer = (window[name] ||= []);
  const heard = tag.safely(read);
  const each = (entries) => Array.from(entries).forEach((entry) => heard(entry));
  each(layer);
  const push = layer.push;
  layer.push = function () {
    const result = push.apply(this, arguments);
    each(arguments);
    return result;
  };
}
