/** Every click on something that can be pressed. Never of fields, nor inside [data-ps-mask] or editable text. */
import { isPrivate, selector, words } from "../selector.js";

const PRESSED = "a,button,summary,[role=button],[role=link],[role=tab],[role=menuitem],[onclick]";

MODULES.push((tag) => {
  tag.on(
    document,
    "click",
    (event) => {
      const target = event.composedPath()[0];
      if (isPrivate(target)) return;
      const element = target.closest(PRESSED) || target;
      const role = element.getAttribute("role") || element.tagName.toLowerCase();
      tag.add("element_click", { selector: selector(element), role, text: words(element) });
    },
  );
});
