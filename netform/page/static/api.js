/**
 * The one door to the server: paths below the page's own address, which carries the token.
 */

/** The server understood and said no: the message is its sentence; `plan` the fresh state when another was first. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} sentence
   * @param {import("./types.js").Plan|null} plan
   */
  constructor(status, sentence, plan) {
    super(sentence);
    this.status = status;
    this.plan = plan;
  }
}

/** No answer at all: the server has ended, or the machine sleeps. */
export class Gone extends Error {}

/** This window, among several of one plan. */
export const TAB = Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join("");

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { cache: "no-store", credentials: "same-origin", ...options });
  } catch {
    throw new Gone("The server does not answer.");
  }
  if (answer.ok) return answer;
  /** @type {{error?: string, plan?: import("./types.js").Plan}} */
  const said = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, said.error ?? `The server answered ${answer.status}.`, said.plan ?? null);
}

/**
 * @param {string} path
 * @param {Record<string, string>} [query]
 * @returns {Promise<any>}
 */
export async function get(path, query) {
  const tail = query ? `?${new URLSearchParams(query)}` : "";
  return (await ask(`api/${path}${tail}`)).json();
}

/**
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function post(path, body = {}) {
  const headers = { "X-Netform": "1", "Content-Type": "application/json" };
  return (await ask(`api/${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

/**
 * @param {File} file
 * @param {string} area
 * @returns {Promise<import("./types.js").Imported>}
 */
export async function upload(file, area) {
  const headers = { "X-Netform": "1", "Content-Type": "application/octet-stream" };
  const tail = new URLSearchParams({ name: file.name, area });
  return (await ask(`api/import?${tail}`, { method: "POST", headers, body: file })).json();
}

/**
 * A file to take away, asked for by script so that a refusal is a sentence and not a page.
 *
 * @param {string} kind
 * @param {string} area
 */
export async function download(kind, area) {
  const answer = await ask(`api/download/${kind}?${new URLSearchParams({ area })}`);
  const named = /filename="?([^";]+)"?/.exec(answer.headers.get("Content-Disposition") ?? "");
  return { name: named?.[1] ?? kind, blob: await answer.blob() };
}

/** The stream of what happens elsewhere. */
export const events = () => new EventSource("api/events");
