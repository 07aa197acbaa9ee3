/**
 * Elements made without any text ever being read as markup: names of practices come from files of strangers, so text goes
 * in as text nodes and attributes only, and there is no `innerHTML` anywhere on the page.
 *
 * @typedef {Node|string|number|null|undefined|false} Child
 * @typedef {string|number|boolean|null|undefined|((event: any) => void)} Value
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Give attributes to an element; functions become listeners, `true` an attribute without a value.
 *
 * @param {Element} element
 * @param {Record<string, Value>} attributes
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * @param {Child[]} children
 * @returns {Node[]}
 */
function nodes(children) {
  /** @type {Node[]} */
  const made = [];
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    made.push(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return made;
}

/**
 * Make an HTML element.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, Value>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  set(element, attributes);
  element.append(...nodes(children));
  return element;
}

/**
 * Make an SVG element.
 *
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, Value>} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function s(name, attributes = {}, ...children) {
  const element = /** @type {SVGElementTagNameMap[K]} */ (document.createElementNS(SVG, name));
  set(element, attributes);
  element.append(...nodes(children));
  return element;
}

/**
 * Put new children in the place of the old.
 *
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
}

/**
 * Write text where it differs: a screen reader is not told again what has not changed.
 *
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * The element of the page with an id.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * Hold the children of an element to a list of things, by key: elements stay, and with them focus and what is open.
 *
 * @template T
 * @param {Element} parent
 * @param {Map<string, {element: Element, update: (thing: T) => void}>} kept  what is there, changed in place
 * @param {T[]} things
 * @param {(thing: T) => string} keyOf
 * @param {(thing: T) => {element: Element, update: (thing: T) => void}} make
 */
export function keyed(parent, kept, things, keyOf, make) {
  const wanted = new Set(things.map(keyOf));
  for (const [key, { element }] of kept) {
    if (wanted.has(key)) continue;
    element.remove();
    kept.delete(key);
  }
  let at = parent.firstElementChild;
  while (at?.tagName === "THEAD") at = at.nextElementSibling;
  for (const thing of things) {
    const key = keyOf(thing);
    let row = kept.get(key);
    if (!row) kept.set(key, (row = make(thing)));
    row.update(thing);
    // An element that is where it belongs is not touched: moving it would take the focus from it.
    if (row.element === at) at = at.nextElementSibling;
    else parent.insertBefore(row.element, at);
  }
}
