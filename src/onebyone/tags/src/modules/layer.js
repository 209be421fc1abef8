/**
 * A part of others: what a page has pushed on its dataLayer, and what it will. A page that replaces the array is not
 * followed.
 */
MODULES.push((tag) => {
  tag.watch = (read) => {
    const layer = (window[CONFIG.data_layer] ||= []);
    const heard = tag.safely(read);
    const each = (entries) => Array.from(entries).forEach(heard);
    each(layer);
    const push = layer.push;
    layer.push = function () {
      const result = push.apply(this, arguments);
      each(arguments);
      return result;
    };
  };
});
