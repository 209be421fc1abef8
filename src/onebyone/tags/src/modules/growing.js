/**
 * Reports that grow as long as a page is seen. Should the page end without a word, a browser that has fetchLater sends
 * the last draft of each; what is told in time has the draft's id, so that of both one counts. Where the browser has
 * no room for drafts they are told in time or not at all, as everywhere else. It begins at once, not in an idle moment:
 * the first answer may be there before that.
 */
import { ID } from "../entry.js";

const TICK_MS = 5000;

MODULES.push((tag) => {
  const told = {}; // name -> what was told last, as text
  let drafts = {}; // name -> entry
  let control;
  let known; // an answer came: choice and cookie are settled

  function defer() {
    control?.abort();
    control = new AbortController();
    const entries = Object.values(drafts);
    if (!known || !entries[0]) return;
    tag.tell("draft", entries);
    tag.post(tag.body(entries), tag.url.href, control.signal, fetchLater);
  }

  /** `last`: to be told now. */
  tag.report = (name, props, last) => {
    const id = drafts[name]?.[ID];
    const text = tag.ascii(props);
    if (text === told[name]) return;
    if (last) {
      told[name] = text;
      delete drafts[name];
      tag.add(name, props, id);
    } else {
      drafts[name] = tag.make(name, props, id, true);
    }
    defer();
  };

  setInterval(() => tag.tell("tick"), TICK_MS);
  tag.hear("answer", () => (known = true));
  tag.hear("permit", () => {
    drafts = {};
    known = false;
    defer();
  });
});
