/**
 * The line on top: whether the plan is finished and keeps the rules, what it costs, what the last step did, undo and redo.
 *
 * @import {State} from "./store.js"
 */

import { byId, fill, h, write } from "./dom.js";
import { change } from "./moves.js";
import { now, on } from "./store.js";
import { plural, signed, STATUS, tenths, whole } from "./words.js";

export function start() {
  byId("undo").addEventListener("click", () => step("undo"));
  byId("redo").addEventListener("click", () => step("redo"));
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || typing(event.target)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    step(key === "y" || event.shiftKey ? "redo" : "undo");
  });
  on(["plan", "before"], show);
}

/**
 * In a field Ctrl+Z takes back what was typed there.
 *
 * @param {EventTarget|null} target
 */
const typing = (target) => target instanceof HTMLInputElement && (target.type === "number" || target.type === "search" || target.type === "text");

/** @param {"undo"|"redo"} kind */
function step(kind) {
  if (now().plan?.[kind]) void change(kind);
}

/** @param {Readonly<State>} state */
function show({ plan, before }) {
  if (!plan) return;
  const { sign, word, tone } = STATUS[plan.status] ?? { sign: "?", word: plan.status, tone: "open" };
  const { totals } = plan;
  const status = byId("status");
  status.className = `status ${tone}`;
  fill(status, h("span", { class: "status-sign", "aria-hidden": "true" }, sign), word);
  write(byId("sentence"), plan.sentence);
  fill(byId("figures"),
    figure("In the band", `${totals.in_band} of ${totals.networks}`, totals.in_band < totals.networks ? "warn" : "good"),
    figure("Cost", `${tenths(totals.cost)}`, "", "hours a week, weighted"),
    figure("Hours", tenths(totals.hours), "", "a week"),
    figure("Last step", before ? signed(totals.cost - before.totals.cost) : "none", "", before ? "cost" : "in this window"),
    totals.moved_practices === null ? null
      : figure("Moved from today", plural(totals.moved_practices, "practice"), "", `${whole(totals.moved_patients ?? 0)} patients`));
  button("undo", "Undo", plan.undo);
  button("redo", "Redo", plan.redo);
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} tone
 * @param {string} [unit]
 */
function figure(name, value, tone, unit) {
  return h("div", { class: tone }, h("dt", {}, name), h("dd", {}, value, unit ? h("small", {}, ` ${unit}`) : null));
}

/**
 * A button that has nothing to do stays where it is, and says so: focus is not lost from it.
 *
 * @param {string} id
 * @param {string} verb
 * @param {string|null} words
 */
function button(id, verb, words) {
  const element = byId(id);
  element.setAttribute("aria-disabled", String(!words));
  element.title = words ? `${verb}: ${words}` : "";
  fill(element, h("b", {}, verb), h("span", {}, words ?? "nothing"));
}
