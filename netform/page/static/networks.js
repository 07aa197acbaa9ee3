/**
 * The networks as a table: what the map says by colour and sign stands here in words and numbers.
 *
 * @import {PlanMap} from "./map.js"
 * @import {Network, Plan} from "./types.js"
 */

import { byId, fill, h, keyed, s, write } from "./dom.js";
import { practicesOf } from "./land.js";
import { change } from "./moves.js";
import { inlineSign, swatch } from "./signs.js";
import { now, on, put } from "./store.js";
import { called, percent, plural, tenths, whole } from "./words.js";

/** @type {Record<string, (a: Network, b: Network) => number>} */
const ORDERS = {
  number: (a, b) => a.number - b.number,
  broken: (a, b) => b.breaches.length - a.breaches.length || a.number - b.number,
  patients: (a, b) => b.patients - a.patients,
  hours: (a, b) => b.hours - a.hours,
};

/** @type {Map<string, {element: Element, update: (network: Network) => void}>} */
const rows = new Map();

/** @param {PlanMap} map */
export function start(map) {
  const order = /** @type {HTMLSelectElement} */ (byId("order"));
  const show = () => {
    const { plan } = now();
    if (!plan) return;
    const sorted = [...plan.networks].sort(ORDERS[order.value] ?? ORDERS.number);
    keyed(byId("network-rows"), rows, sorted, ({ id }) => id, () => makeRow(map));
    showRest(plan);
  };
  order.addEventListener("change", show);
  on(["plan"], show);
  on(["network", "over"], ({ network, over }) => {
    for (const [id, { element }] of rows) {
      element.classList.toggle("is-looked", id === network);
      element.classList.toggle("is-over", id === over);
      element.querySelector(".look")?.setAttribute("aria-pressed", String(id === network));
    }
    for (const row of document.querySelectorAll(".rest [data-network]")) row.classList.toggle("is-over", row.getAttribute("data-network") === over);
    if (network) rows.get(network)?.element.scrollIntoView({ block: "nearest" });
  });
  on(["carried"], ({ carried }) => byId("panel-networks").classList.toggle("is-dropping", Boolean(carried)));
  byId("lock-good").addEventListener("click", () => lock(({ breaches, locked }) => !breaches.length && !locked, true));
  byId("lock-none").addEventListener("click", () => lock(({ locked }) => locked, false));
}

/**
 * @param {(network: Network) => boolean} which
 * @param {boolean} locked
 */
function lock(which, locked) {
  const networks = (now().plan?.networks ?? []).filter(which).map(({ id }) => id);
  if (networks.length) void change("lock", { networks, locked });
}

/** @param {PlanMap} map */
function makeRow(map) {
  /** @type {Network} */
  let network;
  const box = h("input", { type: "checkbox", onchange: async () => {
    const made = await change("lock", { networks: [network.id], locked: box.checked });
    if (!made) box.checked = network.locked;
  } });
  const label = h("span", { class: "unseen" });
  const mark = h("span", { class: "swatch-place" });
  const name = h("span", {});
  const look = h("button", { type: "button", class: "look", "aria-pressed": "false", onclick: () => put({ network: now().network === network.id ? null : network.id }) }, mark, name);
  const facts = h("small", {});
  const broken = h("ul", { class: "breaches" });
  const zoom = h("button", { type: "button", class: "small", onclick: () => zoomTo(map, network) });
  const members = h("div", { class: "members" });
  const more = h("details", {}, h("summary", {}, "Practices, hours"), members);
  more.addEventListener("toggle", () => more.open && showMembers(members, network));
  const patients = h("td", { class: "n" });
  const hours = h("td", { class: "n" });
  // Two rows a network, in a body of their own: figures in columns, and what is said of it over the whole width.
  const element = h("tbody", {},
    h("tr", {}, h("td", { class: "lock-cell" }, h("label", { class: "target" }, box, label)), h("th", { scope: "rowgroup" }, look), patients, hours),
    h("tr", { class: "says" }, h("td", { colspan: 4 }, facts, broken, h("div", { class: "row-tools" }, zoom, more))));
  let [drawn, colour] = ["", -1];
  const update = (/** @type {Network} */ fresh) => {
    network = fresh;
    // The colour comes from the map and may change without the network.
    const own = map.colours.get(fresh.id) ?? -1;
    if (own !== colour) fill(mark, swatch((colour = own)));
    const { least, most } = /** @type {Plan} */ (now().plan).rules;
    // Most of a plan is as it was: what says the same is not drawn again.
    const said = JSON.stringify([fresh, least, most]);
    if (said === drawn) return;
    drawn = said;
    element.setAttribute("data-network", fresh.id);
    element.classList.toggle("off", fresh.breaches.length > 0);
    element.classList.toggle("is-locked", fresh.locked);
    box.checked = fresh.locked;
    write(label, `Lock ${called(fresh)}`);
    write(name, called(fresh));
    write(facts, factsOf(fresh));
    fill(broken, ...fresh.breaches.map(({ kind, sentence }) => h("li", {}, inlineSign(signOf(kind, fresh)), sentence)));
    write(zoom, fresh.pieces.length > 1 ? "Zoom to the broken piece" : "Zoom to it");
    zoom.setAttribute("aria-label", `${zoom.textContent}: ${called(fresh)}`);
    fill(patients, whole(fresh.patients), bar(fresh));
    write(hours, tenths(fresh.hours));
    if (more.open) showMembers(members, fresh);
  };
  return { element, update };
}

/**
 * @param {string} kind
 * @param {Network} network
 */
function signOf(kind, network) {
  if (/piece|contig|connect/.test(kind)) return "pieces";
  if (/band|size|patients/.test(kind) && network.band !== "in") return network.band;
  return "rule";
}

/** @param {Network} network */
function factsOf(network) {
  const { land } = now();
  const hub = network.hub ? land?.byCode.get(network.hub)?.name : null;
  const far = network.minutes_to_hub ? `, at most ${Math.round(network.minutes_to_hub)} minutes` : "";
  const home = network.aligned !== null && network.neighbourhood ? `; ${percent(network.aligned)} in ${network.neighbourhood}` : "";
  return `${plural(network.members.length, "practice")}${hub ? `; hub ${hub}${far}` : ""}${home}`;
}

/**
 * @param {PlanMap} map
 * @param {Network} network
 */
function zoomTo(map, network) {
  put({ network: network.id });
  // The pieces come with the largest first: what is broken off is the rest.
  map.zoomTo(network.pieces.length > 1 ? network.pieces.slice(1).flat() : network.members);
}

/**
 * @param {HTMLElement} place
 * @param {Network} network
 */
function showMembers(place, network) {
  const { land } = now();
  if (!land) return;
  const practices = practicesOf(land, network.members).sort((a, b) => b.list_size - a.list_size);
  fill(place,
    h("ul", {}, ...practices.map((practice) => h("li", {},
      h("button", { type: "button", class: "small", "aria-label": `Choose ${practice.name}`, onclick: () => choose(practice.code) }, "Choose"),
      ` ${practice.name} `, h("small", {}, `${practice.code}, ${whole(practice.list_size)}${practice.code === network.hub ? ", hub" : ""}`)))),
    h("dl", { class: "terms" }, ...land.ground.terms.filter(({ name }) => network.terms[name]).map(({ name, label }) =>
      h("div", {}, h("dt", {}, label), h("dd", {}, tenths(network.terms[name]))))));
}

/** @param {string} code */
function choose(code) {
  put({ chosen: new Set([...now().chosen, code]), cursor: code });
}

/**
 * The list size as a bar against the band.
 *
 * @param {Network} network
 */
function bar(network) {
  const rules = /** @type {Plan} */ (now().plan).rules;
  const [width, height] = [76, 10];
  const most = Math.max(rules.most * 1.6, 1);
  const at = (/** @type {number} */ patients) => Math.min(width, (width * patients) / most);
  return s("svg", { class: network.band === "in" ? "bar" : "bar off", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", focusable: "false" },
    s("rect", { class: "band", x: at(rules.least), y: 0, width: Math.max(1, at(rules.most) - at(rules.least)), height }),
    s("rect", { class: "length", x: 0, y: 3, width: at(network.patients), height: 4 }),
    network.patients > most ? s("path", { class: "beyond", d: `M${width - 7} 0 ${width - 4} 5 ${width - 7} 10` }) : null);
}

/**
 * What is in no network, and what no network breaks but the plan as a whole.
 *
 * @param {Plan} plan
 */
function showRest(plan) {
  const { land } = now();
  if (!land) return;
  write(byId("unplaced-words"), plan.unplaced.length
    ? `${plural(plan.unplaced.length, "practice")} in no network yet`
    : "Every practice is in a network");
  const pick = byId("choose-unplaced");
  pick.hidden = !plan.unplaced.length;
  pick.onclick = () => put({ chosen: new Set(plan.unplaced) });
  fill(byId("plan-breaches"), ...plan.breaches.map(({ sentence }) => h("li", {}, inlineSign("rule"), sentence)));
  write(byId("excluded-words"), plan.excluded.length
    ? `${plural(plan.excluded.length, "practice")} left out: ${practicesOf(land, plan.excluded).map(({ name }) => name).join(", ")}.`
    : "");
}
