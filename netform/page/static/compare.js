/**
 * The plan beside today and beside plans from elsewhere: figures side by side, hours by term, every move.
 *
 * @import {Comparison, Compared} from "./types.js"
 */

import { get, upload } from "./api.js";
import { byId, fill, h, write } from "./dom.js";
import { change, complain, refresh } from "./moves.js";
import { areasAgain } from "./listening.js";
import { say } from "./say.js";
import { now, on } from "./store.js";
import { plural, some, tenths, whole } from "./words.js";

// Side by side there is room for three.
const MOST = 3;

let opened = false;

export function start() {
  const file = /** @type {HTMLInputElement} */ (byId("import-file"));
  file.addEventListener("change", async () => {
    const given = file.files?.[0];
    if (given) await bring(given);
    file.value = "";
  });
  byId("start-from").addEventListener("click", () => void change("start", { from: /** @type {HTMLSelectElement} */ (byId("start-plan")).value }));
  on(["areas"], showPlans);
  on(["plan"], () => opened && void compare());
}

/** The tab was opened or left: comparing costs time, and nobody looks at it elsewhere. */
export function look(/** @type {boolean} */ shown) {
  opened = shown;
  if (shown) void compare();
}

/** @param {File} given */
async function bring(given) {
  try {
    const imported = await upload(given, now().area ?? "");
    await areasAgain();
    // A plan of one area does not lack the practices of the others.
    const lacking = imported.missing.filter((code) => now().land?.byCode.has(code));
    const missing = lacking.length ? ` Not in it: ${some(lacking, 5)}.` : "";
    say(`Imported ${imported.name}: ${plural(imported.networks, "network")}, ${plural(imported.practices, "practice")}.${missing} ${imported.notes.join(" ")}`);
    await refresh(() => {});
    const box = /** @type {HTMLInputElement|null} */ (document.querySelector(`#compare-with input[value="${CSS.escape(imported.id)}"]`));
    if (box && checked().length < MOST) box.checked = true;
    if (opened) await compare();
  } catch (error) {
    complain(error);
  }
}

function showPlans() {
  const { areas } = now();
  // What it was opened with and today are among the server's imports, and named here by what they are.
  const imports = (areas?.imports ?? []).filter(({ id }) => id !== "today" && id !== "plan");
  const today = areas?.has_today ? [{ id: "today", name: "Today" }] : [];
  const held = new Set(checked());
  const all = [...today, ...imports, { id: "now", name: "The plan now" }];
  fill(byId("compare-with"), h("legend", {}, "Compare two or three"), ...all.map(({ id, name }) =>
    h("label", { class: "check" }, h("input", { type: "checkbox", value: id, checked: held.size ? held.has(id) : id === "today" || id === "now", onchange: () => void compare() }), name)));
  const from = [...today, { id: "plan", name: "the plan it was opened with" }, ...imports, { id: "none", name: "nothing: no practice in a network" }];
  fill(byId("start-plan"), ...from.map(({ id, name }) => h("option", { value: id }, name)));
}

const checked = () => [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("#compare-with input:checked"))].map(({ value }) => value);

async function compare() {
  const { area, land, plan } = now();
  const with_ = checked();
  const ready = area !== null && land && plan && with_.length >= 2 && with_.length <= MOST;
  byId("comparison").hidden = !ready;
  write(byId("compare-words"), ready ? "" : with_.length > MOST ? "Three at most fit beside each other." : "Choose at least two.");
  if (!ready) return;
  try {
    /** @type {Comparison} */
    const found = await get("compare", { area, with: with_.join(",") });
    if (now().plan === plan) show(found);
  } catch (error) {
    complain(error);
  }
}

/** @param {Comparison} comparison */
function show({ plans, moves, moved }) {
  const terms = now().land?.ground.terms ?? [];
  fill(byId("compare-head"), h("tr", {}, h("th", { scope: "col" }, "Figure"), ...plans.map(({ name }) => h("th", { scope: "col", class: "n" }, name))));
  /** @type {[string, (plan: Compared) => string, string?][]} */
  const lines = [
    ["Networks", ({ networks }) => whole(networks)],
    ["in the band", ({ in_band }) => whole(in_band)],
    ["that break a rule", ({ broken }) => whole(broken)],
    ["Cost, weighted hours a week", ({ cost }) => tenths(cost), "sum"],
    ["Hours a week", ({ hours }) => tenths(hours)],
    ...terms.map(({ name, label }) => /** @type {[string, (plan: Compared) => string, string]} */ ([label, ({ terms: given }) => tenths(given[name] ?? 0), "term"])),
    ["Penalties", ({ penalties }) => tenths(penalties)],
    ["Minutes to the hub, on average", ({ minutes }) => (minutes === null || minutes === undefined ? "" : tenths(minutes))],
  ];
  if (plans.some(({ money }) => money !== null && money !== undefined)) lines.push(["Pounds a year", ({ money }) => (money === null || money === undefined ? "" : whole(money))]);
  fill(byId("compare-rows"), ...lines.map(([name, value, kind]) =>
    h("tr", { class: kind ?? "" }, h("th", { scope: "row" }, name), ...plans.map((plan) => h("td", { class: "n" }, value(plan))))));
  const nameOf = new Map(plans.map(({ id, name }) => [id, name]));
  fill(byId("compare-moved"), ...moved.map(({ a, b, practices, patients }) =>
    h("li", {}, `From ${nameOf.get(a) ?? a} to ${nameOf.get(b) ?? b}: ${plural(practices, "practice")} with ${whole(patients)} patients move.`)));
  byId("compare-moves").hidden = !moves.length;
  fill(byId("moves-head"), h("tr", {}, h("th", { scope: "col" }, "Practice"), h("th", { scope: "col", class: "n" }, "Patients"), ...plans.map(({ name }) => h("th", { scope: "col" }, name))));
  fill(byId("moves-rows"), ...moves.map(({ code, name, patients, networks }) =>
    h("tr", {}, h("th", { scope: "row" }, name, h("small", {}, code)), h("td", { class: "n" }, whole(patients)), ...networks.map((label) => h("td", {}, label ?? "none")))));
}
