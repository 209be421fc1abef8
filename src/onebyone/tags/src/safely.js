/** A fault of ours, or an argument that is no JSON, is not the page's problem: what faults gives undefined. */
export function safely(work) {
  return (...given) => {
    try {
      return work(...given);
    } catch {}
  };
}
