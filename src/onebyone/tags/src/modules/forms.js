/** Forms: begun, sent, answered or given up. Names of forms and fields, never what is in them. */
const ANSWER_MS = 30000;

LATER.push((tag) => {
  const mark = "data-ps-success";
  const known = new Map(); // form -> {field, sent, leaves}

  const named = (form) => ({
    form_id: form.getAttribute("id") || undefined, // a field called "id" would hide the property
    form_name: form.getAttribute("name") || undefined,
    form_destination: (form.getAttribute("action") || "").split(/[?#]/)[0],
  });

  function touched(event) {
    const field = event.target;
    const form = field.form;
    if (!form || form.closest("[data-ps-mask]")) return;
    const before = known.get(form);
    const name = field.name || field.id || "";
    if (!before) tag.add("form_start", { ...named(form), first_field: name });
    known.set(form, { ...before, field: name });
  }

  function sent(event) {
    const form = event.target;
    if (form.closest("[data-ps-mask]")) return;
    const state = { ...known.get(form), sent: true };
    known.set(form, state);
    tag.add("form_submit", named(form));
    setTimeout(() => (state.leaves = !event.defaultPrevented));
    const succeeded = tag.safely(() => {
      if (!document.querySelector(`[${mark}]`)) return;
      watch.disconnect();
      state.leaves = false;
      tag.add("form_success", named(form));
    });
    const watch = new MutationObserver(succeeded);
    watch.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: [mark] });
    setTimeout(() => watch.disconnect(), ANSWER_MS);
  }

  tag.on(document, "input change", touched);
  tag.on(document, "submit", sent);
  tag.hear("leave", () => {
    known.forEach((state, form) => {
      if (state.leaves) tag.add("form_success", named(form));
      else if (!state.sent) tag.add("form_abandon", { ...named(form), last_field: state.field });
    });
    known.clear();
  });
});
