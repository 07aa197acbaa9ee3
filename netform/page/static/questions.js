/**
 * Asking for plans: solve the rest, the trade-off curve, other plans, which borders are firm. One question at a time runs on
 * the server; its progress is told here, and cancelling keeps the best plan found.
 *
 * @import {PlanMap} from "./map.js"
 * @import {Border, Question} from "./types.js"
 */

import { get, post } from "./api.js";
import { byId, fill, h, write } from "./dom.js";
import { complain } from "./moves.js";
import { say, warn } from "./say.js";
import { now, on, put } from "./store.js";
import { percent, plural, tenths, whole } from "./words.js";

// Progress is also sent by events; asking in between keeps the seconds and the bound fresh, and needs no event to arrive.
const EVERY = 700;

// An axis that is a sum of terms, by the name that the command line has for it.
const WORKFORCE = { name: "workforce", label: "Workforce: staff travel, stranded posts, cover" };

const NAMES = { solve: "Solve the rest", front: "Trade-off curve", alternatives: "Other good plans", borders: "Borders" };

/** @param {PlanMap} map */
export function start(map) {
  const form = /** @type {HTMLFormElement} */ (byId("ask-form"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask(new FormData(form));
  });
  form.addEventListener("change", () => showFields(form));
  byId("cancel").addEventListener("click", cancel);
  on(["land"], ({ land }) => {
    if (!land) return;
    const axes = [...land.ground.terms, WORKFORCE];
    for (const [id, first] of [["axis-x", "patient_travel"], ["axis-y", WORKFORCE.name]])
      fill(byId(id), ...axes.map(({ name, label }) => h("option", { value: name, selected: name === first }, label)));
  });
  on(["plan"], ({ plan }) => {
    const locked = plan?.networks.filter((network) => network.locked).length ?? 0;
    write(byId("locks-words"), locked
      ? `${plural(locked, "network")} locked: ${locked === 1 ? "it stays as it is, and the rest is planned around it" : "they stay as they are, and the rest is planned around them"}.`
      : "No network is locked: everything may change. Lock what is agreed in the Networks tab.");
  });
  on(["question", "area"], ({ question }) => {
    showProgress(question);
    showBorders(question?.borders ?? []);
  });
  on(["plan"], () => void freshen());
  on(["question", "land", "layers"], ({ question, layers }) => {
    const borders = layers.has("borders") ? (question?.borders ?? []) : [];
    byId("borders-key").hidden = !borders.length;
    map.drawBorders(borders);
  });
  showFields(form);
}

/** @param {HTMLFormElement} form */
function showFields(form) {
  const kind = new FormData(form).get("kind");
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-for]"))) part.hidden = !part.dataset.for?.split(" ").includes(String(kind));
}

/** @param {FormData} given */
async function ask(given) {
  const { plan, area } = now();
  if (!plan || now().question?.state === "running") return;
  const kind = /** @type {Question["kind"]} */ (given.get("kind"));
  const number = (/** @type {string} */ name) => Number(given.get(name));
  const fields = {
    solve: {},
    front: { x: given.get("x"), y: given.get("y") },
    alternatives: { count: number("count"), within: number("within") / 100, different: number("different") },
    borders: { within: number("within") / 100 },
  }[kind];
  put({ preview: false });
  try {
    const { question } = await post("ask", { n: plan.n, area, kind, seconds: number("seconds"), ...fields });
    say(`Asked: ${NAMES[kind]}.`);
    await follow(question);
  } catch (error) {
    complain(error);
  }
}

/**
 * Ask after a question until it has ended.
 *
 * @param {string} id
 */
export async function follow(id) {
  const { area } = now();
  for (;;) {
    /** @type {Question} */
    const question = await get(`questions/${encodeURIComponent(id)}`);
    if (now().area !== area) return;
    put({ question, choice: 0 });
    if (question.state !== "running") return ended(question);
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

/**
 * A question that was asked in another window, or here before the page was loaded anew.
 *
 * @param {string} id
 */
export async function overheard(id) {
  const { question, area } = now();
  if (question?.id === id || question?.state === "running" || area === null) return;
  try {
    /** @type {Question} */
    const other = await get(`questions/${encodeURIComponent(id)}`);
    if (other.area === area && other.state === "running" && now().question?.state !== "running") await follow(id);
  } catch (error) {
    complain(error);
  }
}

/** Whether the tab is open: an answer beside a plan that has changed is asked for again only for who looks at it. */
let opened = false;

/** @param {boolean} shown */
export function look(shown) {
  opened = shown;
  if (shown) void freshen();
}

/** What an answer would change is told of the plan as it is now. */
async function freshen() {
  const { question, plan } = now();
  if (!opened || !plan || !question?.choices.length || question.state === "running") return;
  try {
    /** @type {Question} */
    const fresh = await get(`questions/${encodeURIComponent(question.id)}`);
    if (now().question === question && now().plan === plan) put({ question: fresh });
  } catch (error) {
    complain(error);
  }
}

/** @param {Question} question */
function ended(question) {
  if (question.state === "failed") return warn(question.error ?? "The question failed.");
  const { choices, borders, front } = question;
  const found = borders ? `${plural(borders.length, "border")} on the map.`
    : choices.length ? `${plural(choices.length, "plan")} found. ${front?.sentence ?? choices[0].sentence}` : "No plan was found.";
  say(`${question.state === "cancelled" ? "Cancelled; the best so far is kept. " : ""}${NAMES[question.kind]}: ${found}`);
}

async function cancel() {
  const { question } = now();
  if (question?.state !== "running") return;
  try {
    await post(`questions/${encodeURIComponent(question.id)}/cancel`);
    say("Cancelling: the best plan so far is kept.");
  } catch (error) {
    complain(error);
  }
}

/** @param {Question|null} question */
function showProgress(question) {
  const running = question?.state === "running";
  byId("progress").hidden = !running;
  byId("ask").setAttribute("aria-disabled", String(running));
  if (!question || !running) return;
  const { best, stage, seconds } = question;
  write(byId("stage"), `${NAMES[question.kind]}: ${stage}`);
  const gap = best && best.bound !== null && best.cost > 0 ? Math.max(0, (best.cost - best.bound) / best.cost) : null;
  write(byId("progress-words"), [
    `${whole(seconds)} seconds${question.limit && seconds > question.limit ? ", finishing" : ""}`,
    best ? `best so far ${tenths(best.cost)} hours` : "no plan yet",
    gap === null ? "" : `at most ${percent(gap)} above the best possible`,
    best?.exceptions ? `${plural(best.exceptions, "network")} outside the band` : "",
  ].filter(Boolean).join("; "));
}

/**
 * What the map shows of borders, in words: those that are not firm by name, for they are what can be talked about.
 *
 * @param {Border[]} borders
 */
function showBorders(borders) {
  byId("borders").hidden = !borders.length;
  const { land } = now();
  if (!borders.length || !land) return;
  const of = (/** @type {Border["kind"]} */ kind) => borders.filter((border) => border.kind === kind);
  write(byId("borders-words"), `Of ${plural(borders.length, "pair")} of neighbours that a border can part, ${of("firm").length} are parted in every plan near the best, `
    + `${of("soft").length} in some, and of ${of("open").length} it is not known yet.`);
  const name = (/** @type {string} */ code) => land.byCode.get(code)?.name ?? code;
  fill(byId("borders-list"), ...[...of("soft"), ...of("open")].map(({ a, b, kind }) => h("li", {}, `${name(a)} and ${name(b)}: ${kind}`)));
}
