/**
 * The trade-off curve: each point a plan than which none is better in both. A slider below says the same to the keyboard.
 */

import { s } from "./dom.js";
import { whole } from "./words.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [460, 260, 62, 40, 14];

/**
 * @param {{x: number, y: number, choice: number}[]} points   from left to right
 * @param {number} here     index of the point looked at
 * @param {string} xLabel
 * @param {string} yLabel
 * @param {(choice: number) => void} look
 */
export function curve(points, here, xLabel, yLabel, look) {
  const x = scale(points.map((point) => point.x), LEFT + 10, WIDTH - 14);
  const y = scale(points.map((point) => point.y), HEIGHT - BOTTOM - 8, TOP);
  const steps = points.map((point, at) => `${at ? "L" : "M"}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`).join("");
  const [xs, ys] = [points.map((point) => point.x), points.map((point) => point.y)];
  return s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "curve", "aria-hidden": "true", focusable: "false" },
    s("path", { class: "axes", d: `M${LEFT} ${TOP - 6}V${HEIGHT - BOTTOM}H${WIDTH - 4}` }),
    s("path", { class: "steps", d: steps }),
    ...points.map((point, at) => s("circle", { class: at === here ? "here" : "point", cx: x(point.x), cy: y(point.y), r: at === here ? 8 : 6, onclick: () => look(point.choice) })),
    ...[Math.min(...xs), Math.max(...xs)].map((value, end) => s("text", { x: x(value), y: HEIGHT - BOTTOM + 15, "text-anchor": end ? "end" : "start" }, whole(value))),
    ...[Math.min(...ys), Math.max(...ys)].map((value) => s("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, whole(value))),
    s("text", { class: "axis", x: (LEFT + WIDTH) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, xLabel),
    s("text", { class: "axis", x: 12, y: (HEIGHT - BOTTOM) / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${(HEIGHT - BOTTOM) / 2})` }, yLabel));
}

/**
 * @param {number[]} values
 * @param {number} from
 * @param {number} to
 */
function scale(values, from, to) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least || 1;
  return (/** @type {number} */ value) => from + ((value - least) / span) * (to - from);
}
