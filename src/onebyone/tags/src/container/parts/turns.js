/**
 * Whose turn it is. Messages are taken one after the other, and all tags of one have begun before the next is looked
 * at. Every tag begins in a task of its own: ten of them are ten short tasks, between which the page answers a person.
 */
function soon(work) {
  try {
    scheduler.postTask(work);
  } catch {
    setTimeout(work);
  }
}

/** `take` gets what `message` got. Neither it nor what `start` gets may throw. */
export function turns(take) {
  const messages = [];
  const starts = [];
  let busy = false;
  let asked = false;

  function during(work, ...given) {
    busy = true;
    work(...given);
    busy = false;
  }

  function takeAll() {
    while (!starts.length && messages.length) during(take, ...messages.shift());
  }

  function next() {
    if (busy) return;
    takeAll();
    if (document.hidden) return rest(); // nobody waits for the page, and it may be gone after this
    if (!starts.length || asked) return;
    asked = true;
    soon(() => {
      asked = false;
      if (starts.length) during(starts.shift());
      next();
    });
  }

  /** All that is left, now. */
  function rest() {
    while (!busy && starts.length) {
      during(starts.shift());
      takeAll();
    }
  }

  return {
    message(...given) {
      messages.push(given);
      next();
    },
    start(work) {
      starts.push(work);
      next();
    },
    rest,
  };
}
