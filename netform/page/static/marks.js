/**
 * The practices on the map: a circle whose area goes with the list, a diamond for a hub.
 *
 * @import {Land} from "./land.js"
 * @import {Picture} from "./picture.js"
 */

import { fill, s } from "./dom.js";

// A list of 1,000 has this radius in pixels where there is room; circles shrink where sites are many.
const RADIUS_OF_1000 = 1.9;
const SMALLEST = 2.6;
const SITES_AT_FULL_SIZE = 90;
// A diamond looks as large as a circle when it reaches further.
const HUB_REACH = 1.35;

export class Marks {
  /** @param {SVGGElement} group */
  constructor(group) {
    this.group = group;
    /** @type {Map<string, {mark: SVGGElement, words: string, dx: number, dy: number, radius: number}>} */
    this.kept = new Map();
  }

  /** @param {Land} land */
  open(land) {
    this.land = land;
    this.kept.clear();
    const dense = Math.sqrt(Math.min(1, SITES_AT_FULL_SIZE / Math.max(1, land.ground.cells.length)));
    // Small ones last, so that a large neighbour does not hide them.
    const order = [...land.ground.practices].sort((a, b) => b.list_size - a.list_size);
    fill(this.group, ...order.map((practice) => {
      const radius = Math.max(SMALLEST, dense ** 0.5 * RADIUS_OF_1000 * Math.sqrt(practice.list_size / 1000));
      const { dx, dy } = land.aside.get(practice.code) ?? { dx: 0, dy: 0 };
      const reach = radius * HUB_REACH + 1;
      const mark = s("g", { class: "mark", "data-code": practice.code },
        s("path", { class: "hub", d: `M${-reach} 0 0 ${-reach} ${reach} 0 0 ${reach}Z` }),
        s("circle", { class: "ring", r: radius + 4 }), s("circle", { class: "dot", r: radius }));
      this.kept.set(practice.code, { mark, words: "", dx, dy, radius });
      // The outer group holds the place on the ground, the one inside keeps its size in pixels, the mark stands aside.
      stepAside(mark, dx, dy);
      return s("g", { transform: `translate(${practice.x} ${practice.y})` }, s("g", { class: "steady" }, mark));
    }));
  }

  /**
   * Bring the marks to a picture and a state, each only where something about it changed.
   *
   * @param {Picture} picture
   * @param {import("./store.js").State} state
   */
  update(picture, { chosen, cursor, carried }) {
    const hubs = new Set([...picture.networks.values()].map(({ hub }) => hub));
    const taken = new Set(carried ?? []);
    for (const [code, kept] of this.kept) {
      const network = picture.networkOf.get(code);
      const cell = this.land?.byCode.get(code)?.cell;
      const stray = network !== undefined && cell !== null && cell !== undefined && picture.cells[cell] !== network;
      const words = [
        "mark", hubs.has(code) && "is-hub", network === undefined && "is-unplaced", chosen.has(code) && "is-chosen",
        cursor === code && "is-cursor", taken.has(code) && "is-carried", picture.moved.has(code) && "is-moved", stray && "is-stray",
      ].filter(Boolean).join(" ");
      if (words !== kept.words) kept.mark.setAttribute("class", (kept.words = words));
    }
  }

  /**
   * The practice nearest to a point of the window, if it is within reach of a finger or a shaky hand.
   *
   * @param {number} clientX
   * @param {number} clientY
   * @param {import("./view.js").View} view
   * @param {number} [least]   pixels around the centre that count as the mark, however small it is
   */
  hit(clientX, clientY, view, least = 12) {
    const at = view.ground(clientX, clientY);
    const [unit, growth] = [view.unit, view.growth];
    let [best, nearest] = [/** @type {string|null} */ (null), Infinity];
    for (const { code, x, y } of this.land?.ground.practices ?? []) {
      const kept = this.kept.get(code);
      if (!kept) continue;
      const away = Math.hypot((x - at.x) / unit + kept.dx * growth, (y - at.y) / unit + kept.dy * growth);
      if (away <= Math.max(least, kept.radius * growth) && away < nearest) [best, nearest] = [code, away];
    }
    return best;
  }
}

/**
 * @param {SVGGElement} mark
 * @param {number} dx
 * @param {number} dy
 */
function stepAside(mark, dx, dy) {
  if (dx || dy) mark.setAttribute("transform", `translate(${dx.toFixed(1)} ${dy.toFixed(1)})`);
}
