/**
 * Signs drawn as shapes, so that no font is needed for them and a screen reader does not spell them.
 */

import { s } from "./dom.js";

/** Each in a square of 12 by 12. */
const SHAPES = {
  above: "M6 1 11 10H1Z",
  below: "M6 11 1 2h10Z",
  pieces: "M1 1h4v10H1ZM8 3h3v6H8Z",
  rule: "M4.7 1h2.6l-.5 6.4H5.2ZM6 8.6a1.3 1.3 0 1 1 0 2.6a1.3 1.3 0 1 1 0-2.6Z",
  lock: "M3 5.5V4a3 3 0 0 1 6 0v1.5h1V11H2V5.5ZM4.4 5.5h3.2V4a1.6 1.6 0 0 0-3.2 0Z",
};

/** @typedef {keyof typeof SHAPES} SignName */

/**
 * @param {SignName} name
 * @param {number} [x]
 * @param {number} [y]
 */
export function sign(name, x = 0, y = 0) {
  return s("path", { class: `sign ${name}`, d: SHAPES[name], transform: x || y ? `translate(${x} ${y})` : null, "fill-rule": "evenodd" });
}

/**
 * A sign in a line of text.
 *
 * @param {SignName} name
 */
export function inlineSign(name) {
  return s("svg", { class: "inline-sign", viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true", focusable: "false" }, sign(name));
}

/**
 * The colour and pattern of a network in a line of text.
 *
 * @param {number|undefined} colour
 */
export function swatch(colour) {
  return s("svg", { class: "swatch", viewBox: "0 0 22 16", width: 22, height: 16, "aria-hidden": "true", focusable: "false" },
    s("rect", { class: `c${colour ?? "x"}`, x: 0.5, y: 0.5, width: 21, height: 15 }));
}
