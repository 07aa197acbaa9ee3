/**
 * What has happened, in words: one line that is read out when it changes, and one for what was refused.
 */

import { byId, write } from "./dom.js";

/** @param {string} sentence */
export function say(sentence) {
  dismiss();
  const said = byId("said");
  write(said, sentence);
  // What is too long to be seen at once can be scrolled by keyboard; else it is no stop of the Tab key.
  if (said.scrollHeight > said.clientHeight) said.tabIndex = 0;
  else said.removeAttribute("tabindex");
}

/** @param {string} sentence */
export function warn(sentence) {
  write(byId("refused-words"), sentence);
  byId("refused").hidden = false;
}

/** Take the refusal away: it has been read, or another step was made. */
export function dismiss() {
  byId("refused").hidden = true;
  write(byId("refused-words"), "");
}
