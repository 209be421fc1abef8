/**
 * What a browser shows of itself that tells people from machines, and nothing that tells one person from another. Kept
 * for this page alone. `seen()`: whether it was visible yet. Gives a function that says what is known now.
 */
export function facts(on, seen) {
  let moved = false;
  ["pointerdown", "keydown", "wheel", "touchmove"].forEach((name) =>
    on(document, name, (event) => (moved = moved || event.isTrusted), { passive: true }),
  );
  return () =>
    [
      outerWidth * outerHeight ? 0 : "no_size",
      navigator.languages + "" ? 0 : "no_languages",
      seen() ? 0 : "never_visible",
      moved && "interaction",
    ].filter(Boolean);
}
