/**
 * A part of others, for a site that counts in frames of other sites: a consent API of the page, its function, or the
 * same by messages to the page above that has it.
 */
function locate(name) {
  if (typeof window[name] === "function") return window[name];
  const holder = ancestorWith(name + "Locator");
  if (!holder) return undefined;
  const waiting = {};
  addEventListener("message", ({ data }) => {
    let answer;
    try {
      answer = (typeof data === "string" ? JSON.parse(data) : data)[name + "Return"];
    } catch {}
    if (answer && waiting[answer.callId]) waiting[answer.callId](answer.returnValue, answer.success);
  });
  return (command, ...rest) => {
    const callId = Math.random() + "";
    const version = rest.length > 1 ? rest.shift() : "1.1"; // the call of GPP has none
    waiting[callId] = rest[0];
    holder.postMessage({ [name + "Call"]: { command, version, callId } }, "*");
  };
}

function ancestorWith(locator) {
  for (let frame = window; frame !== frame.parent; ) {
    frame = frame.parent;
    try {
      if (frame.frames[locator]) return frame;
    } catch {}
  }
  return undefined;
}

MODULES.push((tag) => (tag.locate = locate));
