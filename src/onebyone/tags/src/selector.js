/** An element in words: where it stands, and what it says; nothing that a person typed. */
const PRIVATE = "[data-ps-mask],[contenteditable],input,textarea,select";

export const isPrivate = (element) => !element.closest || !!element.closest(PRIVATE);

export function selector(element) {
  const parts = [];
  for (let each = element; each && each.tagName && parts.length < 5; each = each.parentElement) {
    const classes = Array.from(each.classList).slice(0, 2);
    parts.unshift(each.tagName.toLowerCase() + (each.id ? "#" + each.id : classes.map((name) => "." + name).join("")));
    if (each.id) break;
  }
  return parts.join(" > ").slice(0, 200);
}

export function words(element) {
  if (element.querySelector(PRIVATE)) return "";
  return (element.getAttribute("aria-label") || element.textContent).replace(/\s+/g, " ").trim().slice(0, 100);
}
