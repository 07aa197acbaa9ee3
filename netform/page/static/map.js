/**
 * The map: one SVG, made once for an area, then changed only where the picture has changed.
 *
 * @import {Land} from "./land.js"
 * @import {Picture} from "./picture.js"
 * @import {Border} from "./types.js"
 */

import { drawBadges } from "./badges.js";
import { colours } from "./colours.js";
import { fill, s } from "./dom.js";
import { drawLayers } from "./layers.js";
import { Marks } from "./marks.js";
import { touchingNetworks } from "./picture.js";
import { View } from "./view.js";

const LAYERS = /** @type {const} */ (["cells", "hatches", "lines", "borders", "layers", "towns", "marks", "badges", "tools"]);

export class PlanMap {
  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.svg = svg;
    this.view = new View(svg);
    this.groups = Object.fromEntries(LAYERS.map((name) => [name, s("g", { class: name, "aria-hidden": "true" })]));
    svg.append(...Object.values(this.groups));
    this.marks = new Marks(this.groups.marks);
    /** @type {Map<string, number>} */
    this.colours = new Map();
    /** @type {{path: SVGPathElement, words: string}[]} */
    this.cells = [];
    /** @type {{path: SVGPathElement, words: string}[]} */
    this.lines = [];
    /** @type {Map<string, {path: SVGPathElement, cells: string}>} */
    this.hatches = new Map();
    let waiting = 0;
    this.view.listeners.push(() => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => this.drawBadges());
    });
  }

  /** @param {Land} land */
  open(land) {
    this.land = land;
    this.picture = undefined;
    this.colours = new Map();
    this.hatches.clear();
    fill(this.groups.hatches);
    fill(this.groups.borders);
    this.cells = land.ground.cells.map(({ d }, at) => ({ path: s("path", { d, "data-cell": at }), words: "" }));
    this.lines = land.ground.lines.map(({ d }) => ({ path: s("path", { d }), words: "" }));
    fill(this.groups.cells, ...this.cells.map(({ path }) => path));
    fill(this.groups.lines, ...this.lines.map(({ path }) => path));
    this.marks.open(land);
    this.view.open(land.ground);
  }

  /**
   * @param {Picture} picture
   * @param {import("./store.js").State} state
   */
  show(picture, state) {
    if (!this.land) return;
    const fresh = picture !== this.picture;
    this.picture = picture;
    if (fresh) this.colours = colours(touchingNetworks(this.land, picture), this.colours);
    this.drawGround(picture, state);
    if (fresh) {
      this.drawHatches(picture);
      this.drawBadges();
    }
    this.marks.update(picture, state);
  }

  /**
   * @param {Picture} picture
   * @param {import("./store.js").State} state
   */
  drawGround(picture, { network, over }) {
    picture.cells.forEach((id, at) => {
      const words = [id === null ? "cx" : `c${this.colours.get(id) ?? 0}`, id !== null && id === over && "is-over"];
      write(this.cells[at], words);
    });
    this.land?.ground.lines.forEach(({ a, b }, at) => {
      const [here, there] = [picture.cells[a], b < 0 ? null : picture.cells[b]];
      const kind = b < 0 ? "edge" : here === there ? "inner" : "border";
      const looked = (/** @type {string|null} */ id) => kind !== "inner" && id !== null && (here === id || there === id);
      write(this.lines[at], [kind, looked(network) && "is-looked", looked(over) && "is-target"]);
    });
  }

  /**
   * Networks that break a rule are hatched.
   *
   * @param {Picture} picture
   */
  drawHatches(picture) {
    for (const [id, { path }] of this.hatches) {
      if (picture.networks.get(id)?.signs.length) continue;
      path.remove();
      this.hatches.delete(id);
    }
    for (const [id, { signs }] of picture.networks) {
      if (!signs.length) continue;
      const own = picture.cells.flatMap((of, at) => (of === id ? [at] : []));
      const cells = own.join(" ");
      const kept = this.hatches.get(id) ?? { path: s("path", { class: "hatch" }), cells: "" };
      if (!this.hatches.has(id)) this.groups.hatches.append(kept.path);
      this.hatches.set(id, kept);
      if (kept.cells === cells) continue;
      kept.cells = cells;
      kept.path.setAttribute("d", own.map((at) => this.land?.ground.cells[at].d ?? "").join(""));
    }
  }

  drawBadges() {
    if (this.land && this.picture) drawBadges(this.groups.badges, this.land, this.picture, this.view);
  }

  /**
   * @param {ReadonlySet<string>} shown
   */
  drawLayers(shown) {
    if (this.land) drawLayers(this.groups.layers, this.groups.towns, this.land.ground, shown);
  }

  /**
   * Lines between the ground of two practices by what was found of them.
   *
   * @param {Border[]} borders
   */
  drawBorders(borders) {
    const between = (/** @type {number} */ a, /** @type {number} */ b) => `${Math.min(a, b)} ${Math.max(a, b)}`;
    const lineOf = new Map((this.land?.ground.lines ?? []).map(({ a, b, d }) => [between(a, b), d]));
    fill(this.groups.borders, ...borders.map(({ a, b, kind }) => {
      const [here, there] = [this.land?.byCode.get(a)?.cell, this.land?.byCode.get(b)?.cell];
      const d = here === null || here === undefined || there === null || there === undefined ? undefined : lineOf.get(between(here, there));
      return d ? s("path", { class: kind, d }) : null;
    }));
  }

  /**
   * Bring some practices with their ground into sight.
   *
   * @param {Iterable<string>} codes
   */
  zoomTo(codes) {
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const code of codes) {
      const practice = this.land?.byCode.get(code);
      if (!practice) continue;
      const cell = practice.cell === null ? null : this.cells[practice.cell].path.getBBox();
      const box = cell ?? { x: practice.x, y: practice.y, width: 0, height: 0 };
      [x0, y0] = [Math.min(x0, box.x, practice.x), Math.min(y0, box.y, practice.y)];
      [x1, y1] = [Math.max(x1, box.x + box.width, practice.x), Math.max(y1, box.y + box.height, practice.y)];
    }
    if (x0 <= x1) this.view.fit({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 });
  }
}

/**
 * @param {{path: SVGPathElement, words: string}} kept
 * @param {(string|false)[]} parts
 */
function write(kept, parts) {
  const words = parts.filter(Boolean).join(" ");
  if (words !== kept.words) kept.path.setAttribute("class", (kept.words = words));
}
