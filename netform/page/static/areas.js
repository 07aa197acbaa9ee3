/**
 * The first page of a list with several areas: where each stands, and the way into it.
 *
 * @import {Areas, AreaRow} from "./types.js"
 */

import { byId, fill, h, keyed, write } from "./dom.js";
import { on } from "./store.js";
import { plural, STATUS, tenths, whole } from "./words.js";

/** @type {Map<string, {element: Element, update: (row: AreaRow) => void}>} */
const rows = new Map();

export function start() {
  const search = /** @type {HTMLInputElement} */ (byId("area-search"));
  search.addEventListener("input", () => filter(search.value));
  on(["areas"], ({ areas }) => {
    // The only area is opened at once: this page is not seen then.
    if (!areas || areas.areas.length < 2) return;
    show(areas);
    filter(search.value);
  });
}

/** @param {string} area */
export const addressOf = (area) => `#area=${encodeURIComponent(area)}`;

/** The area that the address names, or null. */
export function areaOfAddress() {
  const named = /^#area=(.*)$/.exec(location.hash);
  if (!named) return null;
  try {
    return decodeURIComponent(named[1]);
  } catch {
    return null;
  }
}

/** @param {Areas} areas */
function show({ areas, notes }) {
  keyed(byId("area-rows"), rows, areas, ({ area }) => area, makeRow);
  const sum = (/** @type {(row: AreaRow) => number} */ of) => areas.reduce((total, row) => total + of(row), 0);
  const done = areas.filter(({ status }) => status === "keeps the rules" || status === "proven best").length;
  write(byId("areas-words"), `${plural(areas.length, "area")}, ${plural(sum((row) => row.practices), "practice")}, ${whole(sum((row) => row.patients))} patients. `
    + `${done} of ${areas.length} keep the rules; ${whole(sum((row) => row.in_band))} of ${whole(sum((row) => row.networks))} networks are in the band.`);
  byId("notes").hidden = !notes.length;
  fill(byId("notes-list"), ...notes.map((note) => h("li", {}, note)));
}

/** @param {string} words */
function filter(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  for (const { element } of rows.values()) {
    const text = element.textContent?.toLowerCase() ?? "";
    /** @type {HTMLElement} */ (element).hidden = !wanted.every((word) => text.includes(word));
  }
}

function makeRow() {
  const element = h("tr", {});
  const update = (/** @type {AreaRow} */ row) => {
    const { sign, word, tone } = STATUS[row.status] ?? { sign: "?", word: row.status, tone: "open" };
    const number = (/** @type {number} */ value) => h("td", { class: "n" }, whole(value));
    fill(element,
      h("th", { scope: "row" }, h("a", { href: addressOf(row.area) }, row.label || row.area || "The whole list")),
      h("td", {}, h("span", { class: `status ${tone}` }, h("span", { class: "status-sign", "aria-hidden": "true" }, sign), word)),
      number(row.practices), number(row.patients), h("td", { class: "n" }, `${row.in_band} of ${row.networks}`),
      number(row.unplaced), number(row.broken), number(row.locked), h("td", { class: "n" }, row.cost === null ? "" : tenths(row.cost)));
  };
  return { element, update };
}
