/**
 * Files to take away. Each is fetched by script: when the server refuses one, its reason stands beside the button.
 */

import { download } from "./api.js";
import { byId, fill, h } from "./dom.js";
import { complain } from "./moves.js";
import { say } from "./say.js";
import { now, on } from "./store.js";

/** Each file, what it is for, and whether an unfinished plan has it. */
const FILES = [
  { kind: "plan.zip", name: "Plan folder (zip)", use: "everything: map layers, tables, report, rules, the plan itself", whole: true },
  { kind: "networks.xlsx", name: "Workbook (Excel)", use: "networks and practices as sheets", whole: true },
  { kind: "report.pdf", name: "Board report (PDF)", use: "for the papers of a meeting", whole: true },
  { kind: "report.html", name: "Report (web page)", use: "one file that opens in any browser", whole: true },
  { kind: "networks.geojson", name: "Map layer (GeoJSON)", use: "for QGIS and other mapping software", whole: true },
  { kind: "networks.csv", name: "Networks (CSV)", use: "who is in which network; can be imported again here", whole: false },
  { kind: "rules.toml", name: "Rules with the moves (TOML)", use: "netform solve --rules with this file gives the same plan", whole: false },
  { kind: "journal.jsonl", name: "Journal", use: "every step that was made, in order", whole: false },
];

export function start() {
  fill(byId("files"), ...FILES.map(({ kind, name, use, whole }) =>
    h("li", { "data-whole": String(whole) },
      h("button", { type: "button", "data-kind": kind, onclick: () => void take(kind, name), "aria-describedby": `use-${kind}` }, name),
      h("span", { id: `use-${kind}` }, `${kind}: ${use}`))));
  byId("print").addEventListener("click", () => window.print());
  on(["plan"], ({ plan }) => {
    byId("unfinished").hidden = plan?.status !== "unfinished";
  });
  on(["areas"], ({ areas }) => { byId("leave-of").hidden = (areas?.areas.length ?? 0) < 2; });
  on(["areas"], ({ areas }) => fill(byId("journal-words"), areas ? `Every step is kept in ${areas.journal}, beside the list. Closing this window, or the server, loses nothing.` : ""));
}

/**
 * @param {string} kind
 * @param {string} title
 */
async function take(kind, title) {
  // The rules of an area alone are used with a list of that area alone; those of the whole list with the list.
  const whole = /** @type {HTMLSelectElement} */ (byId("leave-area")).value === "all";
  say(`Making: ${title}.`);
  try {
    const { name, blob } = await download(kind, whole ? "" : now().area ?? "");
    const address = URL.createObjectURL(blob);
    h("a", { href: address, download: name }).click();
    // The browser reads the address after this turn; a minute is more than it needs.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    say(`${title}: ${name} is in your downloads.`);
  } catch (error) {
    say("");
    complain(error);
  }
}
