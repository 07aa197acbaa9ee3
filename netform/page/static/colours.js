/**
 * A colour class for each network: those that touch differ, and one that has a colour keeps it while it can.
 *
 * Colour only tells neighbours apart; numbers, patterns and lines say the same.
 */

const PALETTE = 6;

/**
 * @param {Map<string, Set<string>>} touching   networks by those beside them
 * @param {Map<string, number>} before          classes of the last drawing
 * @returns {Map<string, number>}
 */
export function colours(touching, before) {
  /** @type {Map<string, number>} */
  const given = new Map();
  const used = new Array(PALETTE).fill(0);
  const give = (/** @type {string} */ key, /** @type {number} */ colour) => {
    given.set(key, colour);
    used[colour] += 1;
  };
  // Those that had a colour first, in a fixed order, so that a new one gives way to them; then those most hemmed in.
  const keys = [...touching.keys()].sort();
  const old = keys.filter((key) => before.has(key));
  const fresh = keys.filter((key) => !before.has(key)).sort((a, b) => sizeOf(touching, b) - sizeOf(touching, a));
  for (const key of old) {
    const colour = /** @type {number} */ (before.get(key));
    if (!around(touching, given, key).has(colour)) give(key, colour);
    else fresh.push(key);
  }
  for (const key of fresh) give(key, best(touching, given, used, key));
  return given;
}

/**
 * @param {Map<string, Set<string>>} touching
 * @param {string} key
 */
const sizeOf = (touching, key) => touching.get(key)?.size ?? 0;

/**
 * @param {Map<string, Set<string>>} touching
 * @param {Map<string, number>} given
 * @param {string} key
 * @returns {Map<number, number>}  how often each class stands around a network
 */
function around(touching, given, key) {
  /** @type {Map<number, number>} */
  const found = new Map();
  for (const other of touching.get(key) ?? []) {
    const colour = given.get(other);
    if (colour !== undefined) found.set(colour, (found.get(colour) ?? 0) + 1);
  }
  return found;
}

/**
 * The class that stands least around a network, then the one used least.
 *
 * @param {Map<string, Set<string>>} touching
 * @param {Map<string, number>} given
 * @param {number[]} used
 * @param {string} key
 */
function best(touching, given, used, key) {
  const beside = around(touching, given, key);
  const classes = used.map((_, colour) => colour);
  return classes.sort((a, b) => (beside.get(a) ?? 0) - (beside.get(b) ?? 0) || used[a] - used[b] || a - b)[0];
}
