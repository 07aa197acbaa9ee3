/**
 * What the page knows, in one place: views read it and are told when a part of it that they show has changed.
 *
 * @import {Areas, Plan, Question} from "./types.js"
 * @import {Land} from "./land.js"
 *
 * @typedef {object} State
 * @property {Areas|null} areas       the list of areas
 * @property {string|null} area       the one that is open
 * @property {Land|null} land         what does not change there
 * @property {Plan|null} plan         the judgement of the plan as it is
 * @property {Plan|null} before       of one step earlier, for the change since
 * @property {ReadonlySet<string>} chosen    codes of practices
 * @property {string|null} cursor     the practice the keyboard is on
 * @property {readonly string[]|null} carried    practices taken up, by mouse or keyboard
 * @property {string|null} over       id of the network they would be dropped on
 * @property {string|null} network    id of the one that is looked at
 * @property {Question|null} question the last one asked
 * @property {number} choice          which of its answers is looked at
 * @property {boolean} preview        whether the map shows that answer instead of the plan
 * @property {ReadonlySet<string>} layers    ids of the second layers shown
 * @property {boolean} online
 */

/** @type {State} */
const state = {
  areas: null, area: null, land: null, plan: null, before: null, chosen: new Set(), cursor: null, carried: null, over: null,
  network: null, question: null, choice: 0, preview: false, layers: new Set(["towns", "borders"]), online: true,
};

/** @type {{keys: ReadonlySet<keyof State>, listener: (state: Readonly<State>) => void}[]} */
const listeners = [];

/** The state as it is now; only `put` changes it. */
export const now = () => /** @type {Readonly<State>} */ (state);

/**
 * Be told whenever one of these has changed.
 *
 * @param {(keyof State)[]} keys
 * @param {(state: Readonly<State>) => void} listener
 */
export function on(keys, listener) {
  listeners.push({ keys: new Set(keys), listener });
}

/**
 * Change parts of the state at once: each listener is told once, in the order they came.
 *
 * @param {Partial<State>} parts
 */
export function put(parts) {
  const changed = /** @type {(keyof State)[]} */ (Object.keys(parts)).filter((key) => state[key] !== parts[key]);
  if (!changed.length) return;
  Object.assign(state, parts);
  for (const { keys, listener } of listeners) if (changed.some((key) => keys.has(key))) listener(state);
}
