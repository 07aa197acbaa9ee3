/**
 * What the map is to show: the plan as it is, or an answer that has not been taken yet. The map draws either in one way.
 *
 * @import {Choice, Plan} from "./types.js"
 * @import {Land} from "./land.js"
 *
 * @typedef {"above"|"below"|"pieces"|"rule"} Sign
 *
 * @typedef {object} Shown
 * @property {string} id
 * @property {number} number
 * @property {string} name
 * @property {string[]} members
 * @property {number} patients
 * @property {string|null} hub
 * @property {boolean} locked
 * @property {Sign[]} signs      what is broken, for the eye; the words stand in the table
 *
 * @typedef {object} Picture
 * @property {Map<string, Shown>} networks     by id
 * @property {Map<string, string>} networkOf   practice to network
 * @property {Set<string>} moved               practices that are elsewhere than in the plan
 * @property {(string|null)[]} cells           the network of each cell
 */

import { patientsOf, practicesOf } from "./land.js";

/**
 * @param {Land} land
 * @param {Plan} plan
 * @returns {Picture}
 */
export function pictureOf(land, plan) {
  /** @type {Shown[]} */
  const shown = plan.networks.map((network) => ({ ...network, signs: signsOf(network) }));
  return assemble(land, shown, new Set());
}

/**
 * @param {import("./types.js").Network} network
 * @returns {Sign[]}
 */
function signsOf(network) {
  /** @type {Sign[]} */
  const signs = [];
  if (network.band !== "in") signs.push(network.band);
  if (network.pieces.length > 1) signs.push("pieces");
  if (!signs.length && network.breaches.length) signs.push("rule");
  return signs;
}

/**
 * An answer, each network with the number and colour of the one in the plan that it shares most patients with.
 *
 * @param {Land} land
 * @param {Plan} plan
 * @param {Choice} choice
 * @returns {Picture}
 */
export function pictureOfChoice(land, plan, choice) {
  const partner = partners(land, plan, choice.networks);
  let number = plan.networks.reduce((most, each) => Math.max(most, each.number), 0);
  /** @type {Shown[]} */
  const shown = choice.networks.map((members, at) => {
    const old = partner.get(at);
    const patients = patientsOf(practicesOf(land, members));
    return {
      id: old?.id ?? `answer ${at}`, number: old?.number ?? (number += 1), name: old?.name ?? "", members, patients, hub: null,
      locked: old?.locked ?? false,
      signs: patients > plan.rules.most ? ["above"] : patients < plan.rules.least ? ["below"] : [],
    };
  });
  const before = new Map(plan.networks.flatMap(({ id, members }) => members.map((code) => [code, id])));
  const picture = assemble(land, shown, new Set());
  for (const [code, id] of picture.networkOf) if (before.get(code) !== id) picture.moved.add(code);
  return picture;
}

/**
 * @param {Land} land
 * @param {Plan} plan
 * @param {string[][]} groups
 */
function partners(land, plan, groups) {
  const old = new Map(plan.networks.flatMap((network) => network.members.map((code) => [code, network])));
  /** @type {{at: number, network: import("./types.js").Network, patients: number}[]} */
  const pairs = [];
  groups.forEach((members, at) => {
    /** @type {Map<import("./types.js").Network, number>} */
    const shared = new Map();
    for (const { code, list_size } of practicesOf(land, members)) {
      const network = old.get(code);
      if (network) shared.set(network, (shared.get(network) ?? 0) + list_size);
    }
    for (const [network, patients] of shared) pairs.push({ at, network, patients });
  });
  pairs.sort((a, b) => b.patients - a.patients || a.at - b.at);
  /** @type {Map<number, import("./types.js").Network>} */
  const found = new Map();
  const taken = new Set();
  for (const { at, network } of pairs) {
    if (found.has(at) || taken.has(network.id)) continue;
    found.set(at, network);
    taken.add(network.id);
  }
  return found;
}

/**
 * @param {Land} land
 * @param {Shown[]} shown
 * @param {Set<string>} moved
 * @returns {Picture}
 */
function assemble(land, shown, moved) {
  const networks = new Map(shown.map((network) => [network.id, network]));
  const networkOf = new Map(shown.flatMap(({ id, members }) => members.map((code) => [code, id])));
  const cells = land.ground.cells.map(({ practices }) => mainOf(land, networkOf, practices));
  return { networks, networkOf, moved, cells };
}

/**
 * A site's ground belongs to the network that has most of its patients.
 *
 * @param {Land} land
 * @param {Map<string, string>} networkOf
 * @param {string[]} codes
 * @returns {string|null}
 */
function mainOf(land, networkOf, codes) {
  /** @type {Map<string, number>} */
  const patients = new Map();
  for (const { code, list_size } of practicesOf(land, codes)) {
    const id = networkOf.get(code);
    if (id !== undefined) patients.set(id, (patients.get(id) ?? 0) + list_size);
  }
  const ranked = [...patients].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return ranked[0]?.[0] ?? null;
}

/**
 * Networks by those they share a line with.
 *
 * @param {Land} land
 * @param {Picture} picture
 */
export function touchingNetworks(land, picture) {
  /** @type {Map<string, Set<string>>} */
  const found = new Map([...picture.networks.keys()].map((id) => [id, new Set()]));
  for (const [a, others] of land.touching) {
    for (const b of others) {
      const [here, there] = [picture.cells[a], picture.cells[b]];
      if (here !== null && there !== null && here !== there) found.get(here)?.add(there);
    }
  }
  return found;
}
