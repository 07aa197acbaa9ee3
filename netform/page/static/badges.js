/**
 * The number of each network on its ground, with a padlock when it is locked and a sign for what is broken.
 *
 * @import {Land} from "./land.js"
 * @import {Picture, Shown} from "./picture.js"
 * @import {View} from "./view.js"
 */

import { fill, s } from "./dom.js";
import { sign } from "./signs.js";

// Pixels of a badge.
const HEIGHT = 16;
const PER_DIGIT = 7.2;
const PADDING = 3.5;
const PER_SIGN = 13;
// What a place costs, in pixels further from the middle that are as bad: off a site, over a dot, over another badge.
const ASIDE = 4;
const ON_DOT = 60;
const ON_BADGE = 400;

/** @typedef {{x: number, y: number, width: number}} Spot   the middle in pixels of the window, and the width */

/** @param {Shown} network */
const widthOf = (network) =>
  2 * PADDING + PER_DIGIT * String(network.number).length + PER_SIGN * (network.signs.length + Number(network.locked));

/**
 * Draw all badges anew: they are few, and where one stands depends on the others and on the zoom.
 *
 * @param {SVGGElement} group
 * @param {Land} land
 * @param {Picture} picture
 * @param {View} view
 */
export function drawBadges(group, land, picture, view) {
  /** @type {Spot[]} */
  const taken = [];
  const scale = 1 / view.unit;
  const growth = view.growth;
  const dots = land.ground.practices.map(({ code, x, y }) => {
    const aside = land.aside.get(code) ?? { dx: 0, dy: 0 };
    return { x: x * scale + aside.dx * growth, y: y * scale + aside.dy * growth };
  });
  const largest = [...picture.networks.values()].sort((a, b) => b.patients - a.patients || a.number - b.number);
  fill(group, ...largest.map((network) => {
    const spot = place(land, picture, network, { taken, dots, scale, growth });
    if (!spot) return null;
    taken.push(spot);
    return badge(network, spot.x / scale, spot.y / scale, spot.width);
  }));
}

/**
 * The best of some spots on the network's own ground: near its middle, clear of dots and of other badges.
 *
 * @param {Land} land
 * @param {Picture} picture
 * @param {Shown} network
 * @param {{taken: Spot[], dots: {x: number, y: number}[], scale: number, growth: number}} on
 * @returns {Spot|null}
 */
function place(land, picture, network, { taken, dots, scale, growth }) {
  const own = land.ground.cells.filter((_, at) => picture.cells[at] === network.id);
  const places = own.length ? own : network.members.flatMap((code) => land.byCode.get(code) ?? []);
  if (!places.length) return null;
  const middle = { x: mean(places.map(({ x }) => x)) * scale, y: mean(places.map(({ y }) => y)) * scale };
  const [width, height] = [widthOf(network) * growth, HEIGHT * growth];
  let [best, least] = [/** @type {Spot|null} */ (null), Infinity];
  for (const at of places) {
    for (const [dx, dy] of [[0, 0], [0, -1], [0, 1], [-1, 0], [1, 0]]) {
      const [x, y] = [at.x * scale + dx * (width / 2 + 8), at.y * scale + dy * (height / 2 + 8)];
      let cost = Math.hypot(x - middle.x, y - middle.y) + ASIDE * Number(dx !== 0 || dy !== 0);
      for (const spot of taken) if (Math.abs(spot.x - x) < (spot.width * growth + width) / 2 && Math.abs(spot.y - y) < height) cost += ON_BADGE;
      if (cost >= least) continue;
      for (const dot of dots) if (Math.abs(dot.x - x) < width / 2 + 3 && Math.abs(dot.y - y) < height / 2 + 3) cost += ON_DOT;
      if (cost < least) [best, least] = [{ x, y, width: width / growth }, cost];
    }
  }
  return best;
}

/**
 * @param {Shown} network
 * @param {number} x
 * @param {number} y
 * @param {number} width
 */
function badge(network, x, y, width) {
  const signs = [...(network.locked ? [/** @type {const} */ ("lock")] : []), ...network.signs];
  const start = -width / 2 + PADDING + PER_DIGIT * String(network.number).length;
  return s("g", { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})` }, s("g", { class: "steady" },
    s("g", { class: network.signs.length ? "badge off" : "badge" },
      s("rect", { x: -width / 2, y: -HEIGHT / 2, width, height: HEIGHT, rx: 3 }),
      s("text", { x: -width / 2 + PADDING, y: 4.1 }, network.number),
      ...signs.map((name, at) => sign(name, start + 2 + at * PER_SIGN, -6)))));
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
