/**
 * The map by keyboard: one stop of the Tab key, then arrows from neighbour to neighbour. Enter takes a practice up, arrows go
 * on, Enter drops it on the network under it, Escape puts it back.
 *
 * @import {PlanMap} from "./map.js"
 * @import {Practice} from "./types.js"
 */

import { practicesOf } from "./land.js";
import { change } from "./moves.js";
import { say } from "./say.js";
import { now, put } from "./store.js";
import { called, whole, wouldHold } from "./words.js";

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
// A practice counts as lying in a direction within this angle of it: cosine of 60 degrees.
const WITHIN = 0.5;
const PAN = 80;

/**
 * @param {PlanMap} map
 */
export function listen(map) {
  map.svg.addEventListener("focus", () => {
    if (!now().cursor) put({ cursor: first() });
  });
  map.svg.addEventListener("blur", () => {
    if (now().carried && now().over) putBack();
  });
  map.svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (act(event, map)) event.preventDefault();
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {PlanMap} map
 * @returns {boolean}  whether the key meant something here
 */
function act(event, map) {
  const arrow = ARROWS[event.key];
  if (arrow && event.shiftKey) map.view.panBy(-arrow[0] * PAN, -arrow[1] * PAN);
  else if (arrow) step(arrow, map);
  else if (event.key === "+" || event.key === "=") map.view.zoomBy(1, cursorPoint());
  else if (event.key === "-") map.view.zoomBy(-1, cursorPoint());
  else if (event.key === "0") map.view.all();
  else if (event.key === "Enter") now().carried ? drop() : take();
  else if (event.key === " ") choose();
  else if (event.key === "Escape") return putBack();
  else return false;
  return true;
}

/** The largest practice: a place that everybody knows. */
function first() {
  const practices = [...(now().land?.ground.practices ?? [])];
  return practices.sort((a, b) => b.list_size - a.list_size)[0]?.code ?? null;
}

function cursorPoint() {
  const { land, cursor } = now();
  return cursor ? land?.byCode.get(cursor) : undefined;
}

/**
 * @param {[number, number]} direction
 * @param {PlanMap} map
 */
function step(direction, map) {
  const { land, cursor, carried } = now();
  const here = land && cursor ? land.byCode.get(cursor) : undefined;
  if (!land || !here) return put({ cursor: first() });
  const next = inDirection(here, practicesOf(land, here.neighbours), direction) ?? inDirection(here, land.ground.practices, direction);
  if (!next) return say("No practice lies further that way.");
  put({ cursor: next.code, over: carried ? networkAt(next.code) : null });
  map.view.reveal(next.x, next.y);
}

/**
 * Of the practices that lie in a direction the one that is most in it and nearest.
 *
 * @param {Practice} here
 * @param {Practice[]} practices
 * @param {[number, number]} direction
 */
export function inDirection(here, practices, [dx, dy]) {
  /** @type {Practice|null} */
  let best = null;
  let least = Infinity;
  for (const practice of practices) {
    let [x, y] = [practice.x - here.x, practice.y - here.y];
    // Practices of one building have no direction: by their order, so that each can be reached and left.
    if (x === 0 && y === 0 && practice.code !== here.code) [x, y] = practice.code > here.code ? [1e-6, 1e-6] : [-1e-6, -1e-6];
    const away = Math.hypot(x, y);
    if (!away) continue;
    const along = (x * dx + y * dy) / away;
    const cost = away / along ** 2;
    if (along >= WITHIN && cost < least) [best, least] = [practice, cost];
  }
  return best;
}

/** @param {string} code */
const networkAt = (code) => now().plan?.networks.find(({ members }) => members.includes(code))?.id ?? null;

function take() {
  const { cursor, chosen, land } = now();
  if (!cursor || !land || now().preview) return;
  const carried = chosen.has(cursor) ? [...chosen] : [cursor];
  put({ carried, over: networkAt(cursor) });
  const what = carried.length > 1 ? `${carried.length} practices` : land.byCode.get(cursor)?.name;
  say(`Took ${what}. Arrow keys choose where to, Enter drops it there, Escape puts it back.`);
}

function drop() {
  const { carried, cursor, plan } = now();
  if (!carried || !cursor) return;
  const to = networkAt(cursor);
  const inside = new Set(plan?.networks.find(({ id }) => id === to)?.members);
  const codes = carried.filter((code) => !inside.has(code));
  put({ carried: null, over: null });
  if (to === null) say("That practice is in no network: nothing was moved. Use Move to network for a new one.");
  else if (!codes.length) say("Put back where it was.");
  else void change("move", { codes, to });
}

/** Nothing of a move that was not finished stays. */
function putBack() {
  if (!now().carried) return false;
  put({ carried: null, over: null });
  say("Put back where it was.");
  return true;
}

/** The space bar adds the practice to those chosen, or takes it out. */
function choose() {
  const { cursor, chosen, land } = now();
  if (!cursor) return;
  const next = new Set(chosen);
  const was = next.delete(cursor);
  if (!was) next.add(cursor);
  put({ chosen: next });
  say(`${land?.byCode.get(cursor)?.name ?? cursor} ${was ? "is no longer chosen" : "is chosen"}: ${next.size} chosen.`);
}

/**
 * What the keyboard is on, in words; while something is carried, what its network would come to.
 *
 * @param {import("./store.js").State} state
 */
export function cursorLine({ land, plan, cursor, carried }) {
  const practice = cursor ? land?.byCode.get(cursor) : undefined;
  if (!land || !practice || !plan) return "";
  const network = plan.networks.find(({ members }) => members.includes(practice.code));
  const where = network ? `in ${called(network)}` : plan.excluded.includes(practice.code) ? "left out" : "in no network";
  if (!carried) return `${practice.name}, ${whole(practice.list_size)} patients, ${where}${network?.hub === practice.code ? ", its hub" : ""}`;
  const held = network ? wouldHold(plan, network, practicesOf(land, carried)) + (network.locked ? ", but is locked" : "") : "";
  return `Over ${practice.name}, ${where}${held ? `: it would hold ${held}` : ""}`;
}
