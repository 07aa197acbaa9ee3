/**
 * The page: opens the list, then an area of it, and joins the views to the one state that they share.
 */

import { areaOfAddress, start as startAreas } from "./areas.js";
import { get } from "./api.js";
import { start as startChoices } from "./choices.js";
import { start as startChosen } from "./chosen.js";
import { look as lookAtComparison, start as startCompare } from "./compare.js";
import { byId, write } from "./dom.js";
import { listen as dragging } from "./drag.js";
import { cursorLine, listen as keys } from "./keyboard.js";
import { landOf } from "./land.js";
import { switches } from "./layers.js";
import { start as startLeave } from "./leave.js";
import { areasAgain, start as startListening } from "./listening.js";
import { PlanMap } from "./map.js";
import { complain } from "./moves.js";
import { start as startNetworks } from "./networks.js";
import { pictureOf, pictureOfChoice } from "./picture.js";
import { start as startPractices } from "./practices.js";
import { look as lookAtAnswer, start as startQuestions } from "./questions.js";
import { start as startRules } from "./rules.js";
import { dismiss } from "./say.js";
import { start as startStatus } from "./status.js";
import { now, on, put } from "./store.js";
import { tabs } from "./tabs.js";

const map = new PlanMap(/** @type {any} */ (byId("map")));

/** The map comes first: the tables take their colours from it. */
function drawn() {
  /** @type {import("./picture.js").Picture|null} */
  let picture = null;
  on(["land"], ({ land }) => {
    if (!land) return;
    map.open(land);
    map.drawLayers(now().layers);
  });
  on(["land", "question"], ({ land, question }) => land && switches(byId("switches"), land.ground, Boolean(question?.borders?.length)));
  on(["land", "plan", "preview", "choice", "question"], ({ land, plan, preview, choice, question }) => {
    if (!land || !plan) return;
    const answer = preview ? question?.choices[choice] : undefined;
    picture = answer ? pictureOfChoice(land, plan, answer) : pictureOf(land, plan);
    map.svg.setAttribute("aria-label", `Map of ${land.ground.practices.length} practices in ${picture.networks.size} networks`);
    byId("work").classList.toggle("is-preview", Boolean(answer));
    map.show(picture, now());
  });
  on(["network", "over", "chosen", "cursor", "carried"], (state) => {
    if (picture && state.land && state.plan) map.show(picture, state);
  });
  on(["layers"], ({ layers }) => map.drawLayers(layers));
  on(["cursor", "over", "carried", "plan"], (state) => write(byId("cursor"), cursorLine(state)));
}

/** Buttons beside the map. */
function tools() {
  byId("nearer").addEventListener("click", () => map.view.zoomBy(1));
  byId("farther").addEventListener("click", () => map.view.zoomBy(-1));
  byId("all").addEventListener("click", () => map.view.all());
  byId("refused-close").addEventListener("click", dismiss);
}

/** Go where the address says: the page of areas, or an area. */
async function route() {
  const { areas } = now();
  if (!areas) return;
  const only = areas.areas.length === 1 ? areas.areas[0].area : null;
  const named = areaOfAddress();
  const area = areas.areas.some((row) => row.area === named) ? named : only;
  byId("areas").hidden = area !== null;
  byId("work").hidden = area === null;
  byId("line").hidden = area === null;
  byId("to-areas").hidden = areas.areas.length < 2 || area === null;
  if (area === null) {
    put({ area: null, plan: null, before: null, land: null, question: null });
    document.title = `${areas.title}: networks`;
    write(byId("title"), areas.title);
    return areasAgain();
  }
  if (area === now().area) return;
  await open(area);
}

/** @param {string} area */
async function open(area) {
  const areas = now().areas;
  const row = areas && areas.areas.length > 1 ? areas.areas.find((each) => each.area === area) : undefined;
  put({ area, plan: null, before: null, land: null, chosen: new Set(), cursor: null, carried: null, network: null, question: null, preview: false });
  const title = row?.label || areas?.title || "Networks";
  document.title = `${title}: networks`;
  write(byId("title"), title);
  byId("work").setAttribute("aria-busy", "true");
  try {
    const [ground, plan] = await Promise.all([get("ground", { area }), get("plan", { area })]);
    if (now().area !== area) return;
    put({ land: landOf(ground), plan });
  } catch (error) {
    complain(error);
  } finally {
    byId("work").removeAttribute("aria-busy");
  }
}

async function begin() {
  drawn();
  keys(map);
  dragging(map);
  tools();
  startStatus();
  startChosen();
  startNetworks(map);
  startPractices(map);
  startRules();
  startQuestions(map);
  startChoices();
  startCompare();
  startLeave();
  startAreas();
  tabs(byId("tabs"), (panel) => {
    lookAtComparison(panel === "panel-compare");
    lookAtAnswer(panel === "panel-questions");
  }).open("panel-networks");
  window.addEventListener("hashchange", () => void route());
  startListening();
  await areasAgain();
  await route();
  // A server that was away at the start is waited for, and the page then opens as if it had been there.
  on(["areas"], () => now().area === null && now().land === null && areaOfAddress() !== null && void route());
}

void begin();
