/**
 * What lies over the map to find one's way: towns, local authorities, neighbourhoods. Each is switched on and off.
 *
 * @import {Ground} from "./types.js"
 */

import { fill, h, s } from "./dom.js";
import { now, put } from "./store.js";

// Kinds of line for layers, told apart by dashes as well as by colour.
const STYLES = 4;

/**
 * @param {SVGGElement} group
 * @param {SVGGElement} towns
 * @param {Ground} ground
 * @param {ReadonlySet<string>} shown
 */
export function drawLayers(group, towns, ground, shown) {
  fill(group, ...ground.layers.flatMap(({ id, paths, labels }, at) => {
    if (!shown.has(id)) return [];
    return [
      ...paths.map((d) => s("path", { class: `layer l${at % STYLES}`, d })),
      ...labels.map(({ text, x, y }) => steadyText(`layer-name l${at % STYLES}`, text, x, y)),
    ];
  }));
  fill(towns, ...(shown.has("towns") ? ground.towns.map(({ name, x, y }) => steadyText("town", name, x, y)) : []));
}

/**
 * @param {string} kind
 * @param {string} text
 * @param {number} x
 * @param {number} y
 */
function steadyText(kind, text, x, y) {
  return s("g", { transform: `translate(${x} ${y})` }, s("g", { class: "steady" }, s("text", { class: kind }, text)));
}

/**
 * The switches, one for each layer that this area has.
 *
 * @param {HTMLElement} place
 * @param {Ground} ground
 * @param {boolean} borders   whether it has been asked which borders are firm
 */
export function switches(place, ground, borders) {
  const all = [{ id: "towns", name: "Towns" }, ...ground.layers, ...(borders ? [{ id: "borders", name: "Borders" }] : [])];
  fill(place, ...all.map(({ id, name }) => {
    const box = h("input", { type: "checkbox", checked: now().layers.has(id), onchange: () => {
      const layers = new Set(now().layers);
      if (box.checked) layers.add(id);
      else layers.delete(id);
      put({ layers });
    } });
    return h("label", { class: "check" }, box, name);
  }));
}
