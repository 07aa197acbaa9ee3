/**
 * Numbers and sentences as a planner reads them.
 *
 * @import {Network, Plan, Practice, Status} from "./types.js"
 */

const WHOLE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number} value */
export const whole = (value) => WHOLE.format(value);

/** @param {number} value */
export const tenths = (value) => TENTHS.format(value);

/**
 * A difference with its sign; one that rounds to nothing has none.
 *
 * @param {number} value
 * @param {(value: number) => string} [format]
 */
export function signed(value, format = tenths) {
  const size = format(Math.abs(value));
  if (size === format(0)) return size;
  return (value < 0 ? "−" : "+") + size;
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export const plural = (count, one, many = `${one}s`) => `${whole(count)} ${count === 1 ? one : many}`;

/** @param {number} share */
export const percent = (share) => `${Math.round(share * 100)}%`;

/**
 * Some of many names, and how many more.
 *
 * @param {string[]} names
 * @param {number} [most]
 */
export function some(names, most = 3) {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${whole(names.length - most)} more`;
}

/**
 * "5 Solihull South", or only "Network 5" where the name says no more.
 *
 * @param {{number: number, name: string}} network
 */
export function called(network) {
  const name = network.name;
  return name && name !== String(network.number) ? `${network.number} ${name}` : `Network ${network.number}`;
}

/**
 * What a network would hold with practices more, and where that leaves it in the band: told before a practice is let go.
 *
 * @param {Plan} plan
 * @param {Network} network
 * @param {Practice[]} practices
 */
export function wouldHold(plan, network, practices) {
  const inside = new Set(network.members);
  const more = practices.filter(({ code }) => !inside.has(code)).reduce((sum, each) => sum + each.list_size, 0);
  const patients = network.patients + more;
  return `${whole(patients)} patients, ${bandWord(patients, plan.rules)}`;
}

/**
 * @param {number} patients
 * @param {{least: number, most: number}} rules
 */
export function bandWord(patients, rules) {
  if (patients > rules.most) return `${whole(patients - rules.most)} above the band`;
  if (patients < rules.least) return `${whole(rules.least - patients)} below the band`;
  return "in the band";
}

/** @type {Record<Status, {sign: string, word: string, tone: "good"|"warn"|"open"}>} */
export const STATUS = {
  "unfinished": { sign: "…", word: "Unfinished", tone: "open" },
  "breaks rules": { sign: "!", word: "Breaks rules", tone: "warn" },
  "exceptions": { sign: "▲", word: "Outside the band", tone: "open" },
  "keeps the rules": { sign: "✓", word: "Keeps the rules", tone: "good" },
  "proven best": { sign: "★", word: "Proven best", tone: "good" },
};
