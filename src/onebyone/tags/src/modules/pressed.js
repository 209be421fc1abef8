/** A part of others: an element in words, where it stands and what it says; nothing that a person typed. */
const PRIVATE = "[data-ps-mask],[contenteditable],input,textarea,select";
const PRESSED = "a,button,summary,[role=button],[role=link],[role=tab],[role=menuitem],[onclick]";

LATER.push((tag) => {
  /** Clicks on what is not private: the event, and on what. */
  tag.onPress = (pressed) =>
    tag.on(document, "click", (event) => {
      const on = event.composedPath()[0];
      if (on.closest && !on.closest(PRIVATE)) pressed(event, on);
    });

  /** What can be pressed and holds the element. */
  tag.pressable = (element) => element.closest(PRESSED);

  tag.selector = (element) => {
    const parts = [];
    for (let each = element; each?.tagName && parts.length < 5; each = each.parentElement) {
      const classes = Array.from(each.classList).slice(0, 2);
      const name = each.tagName.toLowerCase();
      parts.unshift(each.id ? name + "#" + each.id : [name, ...classes].join("."));
      if (each.id) break;
    }
    return parts.join(" > ").slice(0, 200);
  };

  tag.words = (element) => {
    if (element.querySelector(PRIVATE)) return "";
    return (element.getAttribute("aria-label") || element.textContent).replace(/\s+/g, " ").trim().slice(0, 100);
  };
});
