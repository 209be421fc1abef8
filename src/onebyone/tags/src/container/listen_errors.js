/** Errors that a page does not catch. */
LISTENERS.errors = (heard, push, tag) =>
  tag.on(window, "error", (event) => {
    if (event.message === undefined) return;
    push({
      event: "gtm.pageError",
      "gtm.errorMessage": event.message,
      "gtm.errorUrl": event.filename,
      "gtm.errorLineNumber": event.lineno,
      "gtm.triggers": heard.map((each) => each[0]),
    });
  });
