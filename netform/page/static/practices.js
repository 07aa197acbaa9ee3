/**
 * The practices as a list to search and to choose several from, wherever they lie on the map.
 *
 * @import {PlanMap} from "./map.js"
 * @import {Land} from "./land.js"
 * @import {Plan} from "./types.js"
 */

import { byId, fill, h, write } from "./dom.js";
import { now, on, put } from "./store.js";
import { called, plural, whole } from "./words.js";

/** @type {Map<string, {row: HTMLElement, box: HTMLInputElement, where: HTMLElement, text: string}>} */
const rows = new Map();

/** @param {PlanMap} map */
export function start(map) {
  const search = /** @type {HTMLInputElement} */ (byId("search"));
  const only = /** @type {HTMLSelectElement} */ (byId("only"));
  search.addEventListener("input", filter);
  only.addEventListener("change", filter);
  byId("choose-found").addEventListener("click", () =>
    put({ chosen: new Set([...now().chosen, ...[...rows].filter(([, { row }]) => !row.hidden).map(([code]) => code)]) }));
  byId("find-chosen").addEventListener("click", () => map.zoomTo(now().chosen));
  on(["land"], ({ land }) => land && build(land));
  on(["areas"], ({ areas }) => {
    const notes = areas?.notes ?? [];
    byId("list-notes").hidden = !notes.length;
    fill(byId("list-notes-list"), ...notes.map((note) => h("li", {}, note)));
  });
  on(["plan"], update);
  on(["chosen"], ({ chosen }) => {
    for (const [code, { box }] of rows) box.checked = chosen.has(code);
    filter();
  });
}

/** @param {Land} land */
function build(land) {
  rows.clear();
  const sorted = [...land.ground.practices].sort((a, b) => (a.name < b.name ? -1 : 1));
  fill(byId("practice-rows"), ...sorted.map((practice) => {
    const { code } = practice;
    const box = h("input", { type: "checkbox", onchange: () => {
      const chosen = new Set(now().chosen);
      if (box.checked) chosen.add(code);
      else chosen.delete(code);
      put({ chosen, cursor: code });
    } });
    const where = h("span", {});
    const today = practice.today_name ?? practice.today;
    const row = h("tr", {},
      h("th", { scope: "row" }, h("label", { class: "check" }, box, h("span", {}, practice.name, h("small", {}, `${code}, ${practice.postcode}`)))),
      h("td", { class: "n" }, whole(practice.list_size)),
      h("td", {}, where, today ? h("small", {}, `today ${today}`) : null));
    rows.set(code, { row, box, where, text: `${practice.name} ${code} ${practice.postcode} ${today ?? ""}`.toLowerCase() });
    return row;
  }));
}

function update() {
  const { plan } = now();
  if (!plan) return;
  const networkOf = new Map(plan.networks.flatMap((network) => network.members.map((code) => [code, network])));
  const excluded = new Set(plan.excluded);
  for (const [code, { where }] of rows) {
    const network = networkOf.get(code);
    write(where, network ? called(network) : excluded.has(code) ? "left out" : "none yet");
  }
  showChoices(plan);
  filter();
}

/** @type {string} */
let choices = "";

/**
 * The networks to narrow the list to, drawn again only when they are others.
 *
 * @param {Plan} plan
 */
function showChoices(plan) {
  const networks = [...plan.networks].sort((a, b) => a.number - b.number);
  const said = JSON.stringify(networks.map(({ id, number, name }) => [id, number, name]));
  if (said === choices) return;
  choices = said;
  const only = /** @type {HTMLSelectElement} */ (byId("only"));
  const held = only.value;
  fill(only, h("option", { value: "" }, "all"), h("option", { value: "chosen" }, "chosen"), h("option", { value: "none" }, "in no network"),
    ...networks.map((network) => h("option", { value: `network ${network.id}` }, called(network))));
  only.value = [...only.options].some(({ value }) => value === held) ? held : "";
}

function filter() {
  const { plan, land, chosen } = now();
  if (!plan || !land) return;
  const words = /** @type {HTMLInputElement} */ (byId("search")).value.toLowerCase().split(/\s+/).filter(Boolean);
  const only = /** @type {HTMLSelectElement} */ (byId("only")).value;
  const networkOf = new Map(plan.networks.flatMap(({ id, members }) => members.map((code) => [code, id])));
  let found = 0;
  for (const [code, { row, text }] of rows) {
    const network = networkOf.get(code);
    const fits = only === "" || (only === "chosen" && chosen.has(code)) || (only === "none" && network === undefined) || only === `network ${network}`;
    row.hidden = !fits || !words.every((word) => text.includes(word));
    found += Number(!row.hidden);
  }
  write(byId("found"), `${plural(found, "practice")} found, ${chosen.size} chosen`);
}
