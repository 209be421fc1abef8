/** Every click on something that can be pressed. Never of fields, nor inside [data-ps-mask] or editable text. */
LATER.push((tag) =>
  tag.onPress((event, on) =>
    tag.soon(() => {
      const element = tag.pressable(on) || on;
      const role = element.getAttribute("role") || element.tagName.toLowerCase();
      tag.add("element_click", { selector: tag.selector(element), role, text: tag.words(element) });
    }),
  ),
);
