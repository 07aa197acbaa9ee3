/**
 * What can be done with the practices that are chosen: the way to every move and demand that needs no dragging.
 *
 * @import {State} from "./store.js"
 */

import { byId, fill, h, write } from "./dom.js";
import { patientsOf, practicesOf } from "./land.js";
import { change } from "./moves.js";
import { now, on, put } from "./store.js";
import { called, plural, some, whole, wouldHold } from "./words.js";

export function start() {
  on(["chosen", "plan", "preview"], show);
  byId("move").addEventListener("click", async () => {
    const to = /** @type {HTMLSelectElement} */ (byId("move-to")).value;
    await change("move", { codes: codes(), to: to === "none" ? null : to });
  });
  byId("together").addEventListener("click", () => void change("together", { codes: codes() }));
  byId("apart").addEventListener("click", () => void change("apart", { codes: codes() }));
  byId("exclude").addEventListener("click", () => {
    const excluded = !codes().every((code) => now().plan?.excluded.includes(code));
    void change("exclude", { codes: codes(), excluded });
  });
  byId("hub").addEventListener("click", () => {
    const [code] = codes();
    void change("hub", { code, hub: !now().plan?.rules.hub_must.includes(code) });
  });
  byId("choose-none").addEventListener("click", () => {
    put({ chosen: new Set() });
    document.getElementById("map")?.focus();
  });
}

const codes = () => [...now().chosen];

/** @param {Readonly<State>} state */
function show({ chosen, land, plan, preview }) {
  const bar = byId("chosen");
  bar.hidden = !chosen.size || !land || !plan || preview;
  if (!land || !plan || bar.hidden) return;
  const practices = practicesOf(land, chosen);
  const names = some(practices.map(({ name }) => name), 2);
  write(byId("chosen-words"), `${plural(practices.length, "practice")} chosen, ${whole(patientsOf(practices))} patients: ${names}`);
  const to = /** @type {HTMLSelectElement} */ (byId("move-to"));
  const held = to.value;
  fill(to,
    ...[...plan.networks].sort((a, b) => a.number - b.number).map((network) =>
      h("option", { value: network.id, disabled: network.locked }, `${called(network)}${network.locked ? " (locked)" : `: ${wouldHold(plan, network, practices)}`}`)),
    h("option", { value: "new" }, "a new network"), h("option", { value: "none" }, "no network"));
  if ([...to.options].some(({ value, disabled }) => value === held && !disabled)) to.value = held;
  const several = practices.length > 1;
  byId("together").hidden = byId("apart").hidden = !several;
  byId("hub").hidden = several;
  write(byId("hub"), plan.rules.hub_must.includes([...chosen][0]) ? "Need not be a hub" : "Must be a hub");
  write(byId("exclude"), [...chosen].every((code) => plan.excluded.includes(code)) ? "Bring back" : "Leave out");
}
