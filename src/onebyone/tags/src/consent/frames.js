/** A consent API of the page: its function, or inside a frame the same by messages to the frame that has it. */
export function locate(name) {
  if (typeof window[name] === "function") return window[name];
  const holder = ancestorWith(name + "Locator");
  if (!holder) return undefined;
  const waiting = {};
  addEventListener("message", ({ data }) => {
    let answer;
    try {
      answer = (typeof data === "string" ? JSON.parse(data) : data)[name + "Return"];
    } catch (foreign) {}
    if (answer && waiting[answer.callId]) waiting[answer.callId](answer.returnValue, answer.success);
  });
  return (command, version, callback, parameter) => {
    const callId = Math.random() + "";
    waiting[callId] = callback;
    holder.postMessage({ [name + "Call"]: { command, version, parameter, callId } }, "*");
  };
}

function ancestorWith(locator) {
  for (let frame = window; frame !== frame.parent; ) {
    frame = frame.parent;
    try {
      if (frame.frames[locator]) return frame;
    } catch (foreign) {}
  }
  return undefined;
}
