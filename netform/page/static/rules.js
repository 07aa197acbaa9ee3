/**
 * The rules: each field posts its change when it is left, and shows the rule in force again when the server refuses.
 *
 * @import {Plan, Rules, Term} from "./types.js"
 */

import { byId, fill, h } from "./dom.js";
import { practicesOf } from "./land.js";
import { change } from "./moves.js";
import { now, on } from "./store.js";

/** @typedef {{id: keyof Rules, label: string, unit: string, least: number, most: number, step: number, share?: boolean}} Field */

/** @type {{legend: string, fields: Field[]}[]} */
const GROUPS = [
  { legend: "Size of a network", fields: [
    { id: "least", label: "Least", unit: "patients", least: 0, most: 10_000_000, step: 500 },
    { id: "most", label: "Most", unit: "patients", least: 1, most: 10_000_000, step: 500 },
    { id: "least_practices", label: "Least practices", unit: "a network", least: 1, most: 1000, step: 1 },
    { id: "most_practices", label: "Most practices", unit: "a network", least: 1, most: 1000, step: 1 },
    { id: "networks", label: "Networks in all", unit: "exactly", least: 1, most: 1000, step: 1 },
  ] },
  { legend: "Journeys and shape", fields: [
    { id: "longest_to_hub", label: "Longest to the hub", unit: "minutes", least: 0, most: 600, step: 1 },
    { id: "longest_between", label: "Longest between two practices", unit: "minutes", least: 0, most: 600, step: 1 },
    { id: "aligned", label: "In the main neighbourhood, at least", unit: "per cent of patients", least: 0, most: 100, step: 5, share: true },
  ] },
];

// A slider reaches so far; a number field takes any weight.
const SLIDER_MOST = 10;

/** @type {Map<string, (plan: Plan) => void>} */
const shows = new Map();

export function start() {
  const form = /** @type {HTMLFormElement} */ (byId("rules-form"));
  form.addEventListener("submit", (event) => event.preventDefault());
  fill(byId("rules-fields"), ...GROUPS.map(({ legend, fields }) => h("fieldset", {}, h("legend", {}, legend), h("div", { class: "fields" }, ...fields.map(field)))));
  const doughnuts = /** @type {HTMLInputElement} */ (byId("no-doughnuts"));
  doughnuts.addEventListener("change", () => void send({ no_doughnuts: doughnuts.checked }));
  shows.set("no_doughnuts", ({ rules }) => (doughnuts.checked = rules.no_doughnuts));
  on(["land"], ({ land }) => land && weights(land.ground.terms));
  on(["plan"], ({ plan }) => {
    if (!plan) return;
    for (const show of shows.values()) show(plan);
    demands(plan);
  });
}

/** @param {object} rules */
async function send(rules) {
  const made = await change("rules", rules);
  const { plan } = now();
  if (!made && plan) for (const show of shows.values()) show(plan);
}

/** @param {Field} field */
function field({ id, label, unit, least, most, step, share }) {
  const times = share ? 100 : 1;
  const needed = id === "least" || id === "most";
  const input = h("input", { type: "number", id: `rule-${id}`, min: least, max: most, step: "any", inputmode: "decimal", required: needed, placeholder: needed ? null : "none", "aria-describedby": `unit-${id}` });
  input.step = String(step);
  input.addEventListener("change", () => {
    const value = input.value === "" ? null : Number(input.value);
    if (input.validity.badInput || (needed && value === null)) return void (now().plan && shows.get(id)?.(/** @type {Plan} */ (now().plan)));
    void send({ [id]: value === null ? null : value / times });
  });
  shows.set(id, ({ rules }) => {
    const value = /** @type {number|null} */ (rules[id]);
    if (document.activeElement !== input || input.value === "") input.value = value === null || value === undefined ? "" : String(Math.round(value * times * 100) / 100);
  });
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input, h("span", { id: `unit-${id}`, class: "unit" }, unit));
}

/** @param {Term[]} terms */
function weights(terms) {
  fill(byId("weights"), ...terms.map(({ name, label, kind }) => {
    const slider = h("input", { type: "range", min: 0, max: SLIDER_MOST, step: 0.1, "aria-label": `Weight of ${label}, slider` });
    const number = h("input", { type: "number", id: `weight-${name}`, min: 0, step: "any", inputmode: "decimal" });
    const post = (/** @type {string} */ value) => value !== "" && void send({ weights: { [name]: Number(value) } });
    slider.addEventListener("input", () => (number.value = slider.value));
    slider.addEventListener("change", () => post(slider.value));
    number.addEventListener("change", () => post(number.value));
    shows.set(`weight ${name}`, ({ rules }) => {
      const weight = rules.weights[name] ?? 0;
      number.value = String(weight);
      slider.value = String(Math.min(SLIDER_MOST, weight));
      slider.setAttribute("aria-valuetext", String(weight));
    });
    return h("div", { class: "weight" }, h("label", { for: number.id }, label, h("small", {}, kind === "hours" ? "hours" : "penalty")), slider, number);
  }));
}

/**
 * What is demanded of practices, each with a way to let it go.
 *
 * @param {Plan} plan
 */
function demands({ rules }) {
  const { land } = now();
  if (!land) return;
  const names = (/** @type {string[]} */ codes) => practicesOf(land, codes).map(({ name }) => name).join(", ") || codes.join(", ");
  const item = (/** @type {string} */ words, /** @type {(() => void)|null} */ go) =>
    h("li", {}, h("span", {}, words), go && h("button", { type: "button", class: "small", "aria-label": `Let go: ${words}`, onclick: go }, "Let go"));
  const given = "in the rules that it was opened with";
  const items = [
    ...(rules.pins ?? []).map((codes) => item(`A network as it is, ${given}: ${names(codes)}`, null)),
    ...(rules.merge ?? []).map((codes) => item(`About to become one, ${given}: ${names(codes)}`, null)),
    ...rules.together.map((codes) => item(`Together: ${names(codes)}`, () => void change("free", { demand: "together", codes }))),
    ...rules.apart.map((codes) => item(`Apart: ${names(codes)}`, () => void change("free", { demand: "apart", codes }))),
    ...rules.exclude.map((code) => item(`Left out: ${names([code])}`, () => void change("exclude", { codes: [code], excluded: false }))),
    ...rules.hub_must.map((code) => item(`A hub: ${names([code])}`, () => void change("hub", { code, hub: false }))),
  ];
  fill(byId("demands"), ...(items.length ? items : [h("li", { class: "quiet" }, "None. Choose practices on the map or in the list to keep them together or apart, to leave them out, or to make one a hub.")]));
}
