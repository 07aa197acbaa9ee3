/**
 * Which part of the ground is seen: a viewBox that is zoomed, panned and fitted. It moves at once, with no animation.
 *
 * Marks and words keep their size in pixels: they are scaled by `--unit`, the ground's units in a pixel, and grow a little
 * as one comes nearer.
 */

import { set } from "./dom.js";

// As near as a street, as far as all of it with some room.
const NEAREST = 60;
const STEP = 1.35;
// Room around what is fitted, as a share of it.
const MARGIN = 0.03;
// How quickly marks grow with the zoom: not at all would be 0, as the ground does 1.
const GROWTH = 0.35;

/** @typedef {{x: number, y: number, width: number, height: number}} Box */

export class View {
  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.svg = svg;
    /** @type {Box} */
    this.whole = { x: 0, y: 0, width: 1, height: 1 };
    /** @type {Box} */
    this.box = this.whole;
    /** @type {(() => void)[]} */
    this.listeners = [];
    new ResizeObserver(() => this.show(this.box)).observe(svg);
  }

  /** @param {{width: number, height: number}} ground */
  open({ width, height }) {
    this.whole = { x: 0, y: 0, width, height };
    this.fit(this.whole);
  }

  /** Ground units in a pixel. */
  get unit() {
    const { width, height } = this.svg.getBoundingClientRect();
    if (!width || !height) return 1;
    return Math.max(this.box.width / width, this.box.height / height);
  }

  /** How much larger marks are drawn than on the whole map. */
  get growth() {
    return Math.max(1, this.zoom) ** GROWTH;
  }

  get zoom() {
    return Math.min(this.whole.width / this.box.width, this.whole.height / this.box.height);
  }

  /** @param {Box} box */
  fit(box) {
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const least = Math.max(this.whole.width, this.whole.height) / NEAREST;
    const grown = 1 + 2 * MARGIN;
    const [width, height] = [Math.max(box.width * grown, least), Math.max(box.height * grown, least)];
    this.show({ x: x - width / 2, y: y - height / 2, width, height });
  }

  all() {
    this.fit(this.whole);
  }

  /**
   * @param {number} steps   nearer when positive
   * @param {{x: number, y: number}} [about]   the point of the ground that stays where it is
   */
  zoomBy(steps, about) {
    const factor = STEP ** -steps;
    const { x, y, width, height } = this.box;
    const widest = Math.max(this.whole.width, this.whole.height) * 2;
    const least = Math.max(this.whole.width, this.whole.height) / NEAREST;
    if ((width * factor < least && steps > 0) || (width * factor > widest && steps < 0)) return;
    const point = about ?? { x: x + width / 2, y: y + height / 2 };
    this.show({
      x: point.x - (point.x - x) * factor, y: point.y - (point.y - y) * factor, width: width * factor, height: height * factor,
    });
  }

  /**
   * @param {number} dx   pixels to the right
   * @param {number} dy
   */
  panBy(dx, dy) {
    this.show({ ...this.box, x: this.box.x - dx * this.unit, y: this.box.y - dy * this.unit });
  }

  /**
   * Bring a point into sight, with as little movement as it takes.
   *
   * @param {number} x
   * @param {number} y
   */
  reveal(x, y) {
    const seen = this.seen();
    const [mx, my] = [seen.width * 0.1, seen.height * 0.1];
    const dx = Math.min(0, x - seen.x - mx) + Math.max(0, x - seen.x - seen.width + mx);
    const dy = Math.min(0, y - seen.y - my) + Math.max(0, y - seen.y - seen.height + my);
    if (dx || dy) this.show({ ...this.box, x: this.box.x + dx, y: this.box.y + dy });
  }

  /** What is really in sight: the box and what the window's shape adds to it. */
  seen() {
    const { width, height } = this.svg.getBoundingClientRect();
    const unit = this.unit;
    const [cx, cy] = [this.box.x + this.box.width / 2, this.box.y + this.box.height / 2];
    return { x: cx - (width * unit) / 2, y: cy - (height * unit) / 2, width: width * unit, height: height * unit };
  }

  /**
   * The point of the ground under a point of the window.
   *
   * @param {number} clientX
   * @param {number} clientY
   */
  ground(clientX, clientY) {
    const frame = this.svg.getBoundingClientRect();
    const seen = this.seen();
    return { x: seen.x + (clientX - frame.left) * this.unit, y: seen.y + (clientY - frame.top) * this.unit };
  }

  /** @param {Box} box */
  show(box) {
    const { x, y, width, height } = this.whole;
    const cx = Math.min(x + width, Math.max(x, box.x + box.width / 2));
    const cy = Math.min(y + height, Math.max(y, box.y + box.height / 2));
    this.box = { x: cx - box.width / 2, y: cy - box.height / 2, width: box.width, height: box.height };
    set(this.svg, { viewBox: [this.box.x, this.box.y, this.box.width, this.box.height].map((v) => v.toFixed(2)).join(" ") });
    this.svg.style.setProperty("--unit", String(this.unit * this.growth));
    this.svg.style.setProperty("--pixel", String(this.unit));
    for (const listener of this.listeners) listener();
  }
}
