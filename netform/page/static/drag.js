/**
 * The map by mouse, pen and finger: a practice is dragged onto the ground of another network or onto its row in the list, the
 * ground is dragged to pan, and shift with a drag draws a box that chooses all within.
 *
 * @import {PlanMap} from "./map.js"
 */

import { byId, s, set, write } from "./dom.js";
import { patientsOf, practicesOf } from "./land.js";
import { change } from "./moves.js";
import { say } from "./say.js";
import { now, put } from "./store.js";
import { called, plural, whole, wouldHold } from "./words.js";

// Pixels that a pointer may tremble before a press becomes a drag.
const TREMBLE = 4;

/** @typedef {{kind: "practice"|"ground"|"box", x: number, y: number, lastX: number, lastY: number, code: string|null, moving: boolean}} Press */

/** @type {Press|null} */
let press = null;

/** @param {PlanMap} map */
export function listen(map) {
  const { svg } = map;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || press) return;
    const code = map.marks.hit(event.clientX, event.clientY, map.view);
    const kind = code && !event.shiftKey ? "practice" : event.shiftKey ? "box" : "ground";
    press = { kind, code, x: event.clientX, y: event.clientY, lastX: event.clientX, lastY: event.clientY, moving: false };
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (press) drag(press, event, map);
    else hover(event, map);
  });
  svg.addEventListener("pointerup", (event) => {
    const ended = press;
    press = null;
    if (ended?.moving) release(ended, event, map);
    else if (ended) click(ended, event, map);
    tidy();
  });
  svg.addEventListener("pointercancel", () => {
    press = null;
    tidy();
  });
  svg.addEventListener("pointerleave", () => !press && write(byId("pointed"), ""));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !press) return;
    press = null;
    tidy();
    say("Put back where it was.");
  });
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    map.view.zoomBy(event.deltaY < 0 ? 0.6 : -0.6, map.view.ground(event.clientX, event.clientY));
  }, { passive: false });
}

/** What a drag left on the screen goes. */
function tidy() {
  byId("ghost").hidden = true;
  document.getElementById("box")?.remove();
  if (now().carried) put({ carried: null, over: null });
}

/**
 * @param {Press} at
 * @param {PointerEvent} event
 * @param {PlanMap} map
 */
function drag(at, event, map) {
  if (!at.moving && Math.hypot(event.clientX - at.x, event.clientY - at.y) < TREMBLE) return;
  at.moving = true;
  if (at.kind === "ground") map.view.panBy(event.clientX - at.lastX, event.clientY - at.lastY);
  else if (at.kind === "box") drawBox(at, event, map);
  else carry(at, event, map);
  [at.lastX, at.lastY] = [event.clientX, event.clientY];
}

/**
 * @param {Press} at
 * @param {PointerEvent} event
 * @param {PlanMap} map
 */
function carry(at, event, map) {
  const { chosen, land, plan, preview } = now();
  if (!at.code || !land || !plan || preview) return;
  const carried = now().carried ?? (chosen.has(at.code) ? [...chosen] : [at.code]);
  const target = targetAt(event, map);
  put({ carried, over: target });
  const practices = practicesOf(land, carried);
  const network = plan.networks.find(({ id }) => id === target);
  const what = practices.length === 1 ? practices[0].name : plural(practices.length, "practice");
  const where = target === "new" ? "a new network" : target === "none" ? "no network" : network ? called(network) : null;
  const held = network ? `: ${wouldHold(plan, network, practices)}` : "";
  const ghost = byId("ghost");
  write(ghost, `${what}, ${whole(patientsOf(practices))}${where ? ` → ${where}${network?.locked ? " (locked)" : held}` : ""}`);
  ghost.hidden = false;
  const room = document.documentElement.clientWidth - ghost.offsetWidth - 8;
  ghost.style.transform = `translate(${Math.max(4, Math.min(event.clientX + 14, room))}px, ${event.clientY + 16}px)`;
}

/**
 * The network under a point of the window: by its ground, or by its row in the list; "new" and "none" are rows as well.
 *
 * @param {PointerEvent} event
 * @param {PlanMap} map
 * @returns {string|null}
 */
function targetAt(event, map) {
  const under = document.elementFromPoint(event.clientX, event.clientY);
  const row = under?.closest("[data-network]");
  if (row) return row.getAttribute("data-network");
  const cell = under?.closest("[data-cell]")?.getAttribute("data-cell");
  return cell ? (map.picture?.cells[Number(cell)] ?? null) : null;
}

/**
 * @param {Press} ended
 * @param {PointerEvent} event
 * @param {PlanMap} map
 */
function release(ended, event, map) {
  if (ended.kind === "box") return chooseBox(ended, event, map);
  const { carried, plan } = now();
  if (ended.kind !== "practice" || !carried || !plan) return;
  const id = targetAt(event, map);
  const inside = new Set(plan.networks.find((network) => network.id === id)?.members);
  const codes = carried.filter((code) => !inside.has(code));
  if (id === null) say("That is the ground of no network: put back where it was.");
  else if (codes.length) void change("move", { codes, to: id === "none" ? null : id });
}

/**
 * A press without a drag: on a practice it is chosen, on the ground its network is looked at.
 *
 * @param {Press} ended
 * @param {PointerEvent} event
 * @param {PlanMap} map
 */
function click({ code }, event, map) {
  const { chosen } = now();
  if (code) {
    const several = event.shiftKey || event.ctrlKey || event.metaKey;
    const next = new Set(several ? chosen : []);
    if (chosen.has(code) && (several || chosen.size === 1)) next.delete(code);
    else next.add(code);
    return put({ chosen: next, cursor: code });
  }
  const network = targetAt(event, map);
  put({ network: network === now().network ? null : network, chosen: event.shiftKey ? chosen : new Set() });
}

/**
 * @param {Press} from
 * @param {PointerEvent} to
 * @param {PlanMap} map
 */
function drawBox(from, to, map) {
  const [a, b] = [map.view.ground(from.x, from.y), map.view.ground(to.clientX, to.clientY)];
  const box = document.getElementById("box") ?? map.groups.tools.appendChild(s("rect", { id: "box" }));
  set(box, { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) });
}

/**
 * @param {Press} from
 * @param {PointerEvent} to
 * @param {PlanMap} map
 */
function chooseBox(from, to, map) {
  const [a, b] = [map.view.ground(from.x, from.y), map.view.ground(to.clientX, to.clientY)];
  const within = (/** @type {number} */ v, /** @type {number} */ p, /** @type {number} */ q) => v >= Math.min(p, q) && v <= Math.max(p, q);
  const found = (now().land?.ground.practices ?? []).filter(({ x, y }) => within(x, a.x, b.x) && within(y, a.y, b.y));
  const chosen = new Set([...now().chosen, ...found.map(({ code }) => code)]);
  put({ chosen });
  say(`${plural(chosen.size, "practice")} chosen, with ${whole(patientsOf(practicesOf(/** @type {any} */ (now().land), chosen)))} patients.`);
}

/**
 * The practice under the mouse in words, below the map.
 *
 * @param {PointerEvent} event
 * @param {PlanMap} map
 */
function hover(event, map) {
  const { land, plan } = now();
  const code = map.marks.hit(event.clientX, event.clientY, map.view, 8);
  const practice = code ? land?.byCode.get(code) : undefined;
  map.svg.classList.toggle("can-take", Boolean(practice));
  if (!plan) return;
  if (!practice) {
    const id = targetAt(event, map);
    const network = plan.networks.find((each) => each.id === id);
    return write(byId("pointed"), network ? `${called(network)}: ${whole(network.patients)} patients` : "");
  }
  const network = plan.networks.find(({ members }) => members.includes(practice.code));
  write(byId("pointed"), `${practice.name}, ${practice.postcode}: ${whole(practice.list_size)} patients, ${network ? `in ${called(network)}` : "in no network"}`);
}
