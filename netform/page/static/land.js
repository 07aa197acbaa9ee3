/**
 * The ground of an area, with what is looked up in it again and again.
 *
 * @import {Ground, Practice} from "./types.js"
 *
 * @typedef {object} Land
 * @property {Ground} ground
 * @property {Map<string, Practice>} byCode
 * @property {Map<string, {dx: number, dy: number}>} aside    how far a practice stands aside of its site, in pixels
 * @property {Map<number, Set<number>>} touching              cells by the cells they share a line with
 */

// Practices of one building stand on a ring around it, so that each can be seen and taken.
const RING = 9;

/**
 * @param {Ground} ground
 * @returns {Land}
 */
export function landOf(ground) {
  const byCode = new Map(ground.practices.map((practice) => [practice.code, practice]));
  /** @type {Map<number, Set<number>>} */
  const touching = new Map();
  const add = (/** @type {number} */ a, /** @type {number} */ b) => touching.set(a, (touching.get(a) ?? new Set()).add(b));
  for (const { a, b } of ground.lines) {
    if (b < 0) continue;
    add(a, b);
    add(b, a);
  }
  return { ground, byCode, aside: aside(ground.practices), touching };
}

/**
 * @param {Practice[]} practices
 */
function aside(practices) {
  /** @type {Map<string, Practice[]>} */
  const places = new Map();
  for (const practice of practices) {
    const place = `${practice.x} ${practice.y}`;
    places.set(place, [...(places.get(place) ?? []), practice]);
  }
  /** @type {Map<string, {dx: number, dy: number}>} */
  const found = new Map();
  for (const together of places.values()) {
    const reach = together.length === 1 ? 0 : RING * Math.max(1, together.length / 4);
    together.forEach(({ code }, at) => {
      const turn = (2 * Math.PI * at) / together.length;
      found.set(code, { dx: reach * Math.cos(turn), dy: reach * Math.sin(turn) });
    });
  }
  return found;
}

/**
 * The practices of some codes, those that are not of this area left out.
 *
 * @param {Land} land
 * @param {Iterable<string>} codes
 * @returns {Practice[]}
 */
export function practicesOf(land, codes) {
  return [...codes].flatMap((code) => land.byCode.get(code) ?? []);
}

/**
 * @param {Practice[]} practices
 */
export const patientsOf = (practices) => practices.reduce((sum, { list_size }) => sum + list_size, 0);
