/**
 * Changes to the plan: posted one after another, each upon the state that the one before left.
 *
 * @import {Plan} from "./types.js"
 */

import { Gone, get, post, Refused, TAB } from "./api.js";
import { say, warn } from "./say.js";
import { now, put } from "./store.js";

/** @type {Promise<unknown>} */
let last = Promise.resolve();

/**
 * Ask for a change; when it was made, the new plan is in the store and what it did has been said.
 *
 * @param {string} kind
 * @param {object} [fields]
 * @returns {Promise<boolean>}  whether it was made
 */
export function change(kind, fields = {}) {
  const made = last.then(() => send(kind, fields));
  last = made;
  return made;
}

/**
 * @param {string} kind
 * @param {object} fields
 */
async function send(kind, fields) {
  const { plan, area } = now();
  if (!plan) return false;
  try {
    const answer = await post("change", { n: plan.n, area, tab: TAB, kind, ...fields });
    accept(answer.plan, answer.said);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/**
 * Take a fresh plan in; the one before stays for the difference.
 *
 * @param {Plan} plan
 * @param {string} said
 */
export function accept(plan, said) {
  const { plan: before, network, land } = now();
  const known = new Set(plan.networks.map(({ id }) => id));
  put({ plan, before: before?.area === plan.area ? before : null, network: network && known.has(network) ? network : null });
  if (said && land) say(said);
}

/**
 * Say of any failure what it means; what was there stays as it is.
 *
 * @param {unknown} error
 */
export function complain(error) {
  if (error instanceof Gone) return put({ online: false });
  if (!(error instanceof Refused)) throw error;
  if (error.status === 409 && error.plan) {
    accept(error.plan, "");
    return warn(`${error.message} ${lastStep(error.plan)}`);
  }
  warn(error.message);
}

/** @param {Plan} plan */
const lastStep = (plan) => (plan.undo ? `The last step now: ${plan.undo}` : "");

/**
 * Fetch the plan anew because another window, or another server, may have changed it.
 *
 * @param {(plan: Plan) => void} told   called when the fresh plan is shown
 */
export async function refresh(told) {
  const { area, plan: before } = now();
  if (area === null) return;
  try {
    /** @type {Plan} */
    const plan = await get("plan", { area });
    // An answer that was on its way while a change was made here is older than what is shown.
    if (now().area !== area || (before && now().plan !== before && (now().plan?.n ?? 0) >= plan.n)) return;
    accept(plan, "");
    told(plan);
  } catch (error) {
    complain(error);
  }
}
