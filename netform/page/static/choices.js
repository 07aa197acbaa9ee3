/**
 * The answers to a question, one at a time: what each would change is shown, in words and on the map, before it is taken.
 *
 * @import {State} from "./store.js"
 * @import {Choice, Question} from "./types.js"
 */

import { byId, fill, h, write } from "./dom.js";
import { curve } from "./front.js";
import { change } from "./moves.js";
import { now, on, put } from "./store.js";
import { plural, signed, tenths, whole } from "./words.js";

export function start() {
  byId("earlier").addEventListener("click", () => step(-1));
  byId("later").addEventListener("click", () => step(1));
  const preview = /** @type {HTMLInputElement} */ (byId("preview"));
  preview.addEventListener("change", () => put({ preview: preview.checked }));
  byId("preview-off").addEventListener("click", () => put({ preview: false }));
  byId("take").addEventListener("click", take);
  const slide = /** @type {HTMLInputElement} */ (byId("slide"));
  slide.addEventListener("input", () => {
    const point = sorted(now().question)[Number(slide.value)];
    if (point) put({ choice: point.choice, preview: true });
  });
  on(["question", "choice", "preview"], show);
}

/** @param {number} by */
function step(by) {
  const { question, choice } = now();
  const count = question?.choices.length ?? 0;
  if (count) put({ choice: (choice + by + count) % count, preview: true });
}

async function take() {
  const { question, choice } = now();
  if (!question) return;
  put({ preview: false });
  await change("take", { question: question.id, choice });
}

/**
 * Points of the curve from left to right: as the slider goes.
 *
 * @param {Question|null} question
 */
const sorted = (question) => [...(question?.front?.points ?? [])].sort((a, b) => a.x - b.x);

/** @param {Readonly<State>} state */
function show({ question, choice: at, preview }) {
  const choices = question?.state === "running" ? [] : (question?.choices ?? []);
  const choice = choices[at];
  byId("answer").hidden = !choice;
  byId("previewing").hidden = !preview || !choice;
  if (!question || !choice) return;
  write(byId("answer-title"), choices.length > 1 ? `${at + 1} of ${choices.length}: ${choice.title}` : choice.title);
  write(byId("answer-words"), choice.sentence);
  write(byId("front-words"), question.front?.sentence ?? "");
  byId("outdated").hidden = !question.outdated;
  write(byId("previewing-words"), `The map shows an answer, not the plan: ${choice.title}.`);
  byId("steps").hidden = choices.length < 2;
  /** @type {HTMLInputElement} */ (byId("preview")).checked = preview;
  showCurve(question, at);
  showDifference(choice);
}

/**
 * @param {Question} question
 * @param {number} at
 */
function showCurve(question, at) {
  const points = sorted(question);
  byId("front").hidden = points.length < 2;
  if (points.length < 2 || !question.front) return;
  const { x_label, y_label } = question.front;
  const here = points.findIndex(({ choice }) => choice === at);
  fill(byId("curve"), curve(points, here, x_label, y_label, (choice) => put({ choice, preview: true })));
  const slide = /** @type {HTMLInputElement} */ (byId("slide"));
  slide.max = String(points.length - 1);
  slide.value = String(Math.max(0, here));
  const point = points[here];
  slide.setAttribute("aria-valuetext", point ? `${x_label} ${tenths(point.x)}, ${y_label} ${tenths(point.y)}` : "");
}

/** @param {Choice} choice */
function showDifference({ cost, hours, penalties, difference }) {
  fill(byId("answer-figures"),
    h("div", {}, h("dt", {}, "Cost"), h("dd", {}, `${tenths(cost)} (${signed(difference.cost)})`)),
    h("div", {}, h("dt", {}, "Hours a week"), h("dd", {}, tenths(hours))),
    h("div", {}, h("dt", {}, "Penalties"), h("dd", {}, tenths(penalties))),
    h("div", {}, h("dt", {}, "Would move"), h("dd", {}, `${plural(difference.practices, "practice")}, ${whole(difference.patients)} patients`)));
  byId("answer-moves").hidden = !difference.moves.length;
  fill(byId("answer-rows"), ...difference.moves.map(({ code, name, patients, from, to }) =>
    h("tr", {}, h("th", { scope: "row" }, name, h("small", {}, code)), h("td", { class: "n" }, whole(patients)), h("td", {}, from), h("td", {}, to))));
}
