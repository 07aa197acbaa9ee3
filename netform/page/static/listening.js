/**
 * What happens elsewhere: another window changes the plan, a question goes on, the server goes away and comes back.
 */

import { events, get, Refused, TAB } from "./api.js";
import { byId } from "./dom.js";
import { refresh } from "./moves.js";
import { overheard } from "./questions.js";
import { say, warn } from "./say.js";
import { now, on, put } from "./store.js";

// While the server is away it is asked so often whether it is back.
const AGAIN = 2000;

/** @type {EventSource|null} */
let source = null;

export function start() {
  listen();
  let waiting = 0;
  on(["online"], ({ online }) => {
    byId("gone").hidden = online;
    clearTimeout(waiting);
    if (online) return;
    source?.close();
    source = null;
    const look = async () => {
      try {
        put({ areas: await get("areas") });
        await refresh((plan) => say(plan.undo ? `The server is back. The last step it has: ${plan.undo}` : "The server is back."));
        put({ online: true });
        listen();
      } catch (error) {
        // Started anew, it has another address: what answers at this one says no.
        byId("moved-away").hidden = !(error instanceof Refused);
        waiting = window.setTimeout(look, AGAIN);
      }
    };
    waiting = window.setTimeout(look, AGAIN);
  });
}

function listen() {
  source = events();
  // What was changed between the plan's being fetched and this stream's being open, nobody else tells of.
  source.addEventListener("open", () => void get("areas").then(({ n }) => {
    if (now().plan && n !== now().plan?.n) return refresh((plan) => warn(elsewhere(plan)));
  }, () => {}));
  source.addEventListener("plan", (event) => {
    const told = JSON.parse(event.data);
    if (told.tab === TAB) return;
    const here = told.area === now().area;
    // A step elsewhere in the list moves the journal on as well: the next change here must stand on it.
    void refresh((plan) => {
      if (here) warn(elsewhere(plan));
    });
  });
  source.addEventListener("question", (event) => {
    const told = JSON.parse(event.data);
    if (told.state === "running") void overheard(told.id);
  });
  source.addEventListener("error", () => {
    // The browser tries again by itself, unless the server has too many windows to tell; whether it is there is asked.
    const closed = source?.readyState === EventSource.CLOSED;
    get("areas").then((areas) => {
      put({ areas });
      if (closed) window.setTimeout(listen, AGAIN * 5);
    }, () => put({ online: false }));
  });
}

/** @param {import("./types.js").Plan} plan */
const elsewhere = (plan) => `Another window changed the plan, and you see it as it is now. ${plan.undo ? `The last step: ${plan.undo}` : ""}`;

/** Ask for the list of areas anew: it is what the first page shows. */
export async function areasAgain() {
  try {
    put({ areas: await get("areas") });
  } catch {
    put({ online: false });
    say("The server does not answer.");
  }
}
