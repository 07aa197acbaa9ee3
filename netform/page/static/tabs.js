/**
 * The tabs of the panel, by the pattern every screen reader knows: arrows, Home and End go between them, Tab goes inside.
 */

/**
 * @param {HTMLElement} list   with the role tablist
 * @param {(id: string) => void} opened   told which panel is shown
 */
export function tabs(list, opened) {
  const all = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role="tab"]')]);
  const open = (/** @type {HTMLElement} */ tab) => {
    for (const each of all) {
      const shown = each === tab;
      each.setAttribute("aria-selected", String(shown));
      each.tabIndex = shown ? 0 : -1;
      panelOf(each).hidden = !shown;
    }
    opened(panelOf(tab).id);
  };
  for (const tab of all) tab.addEventListener("click", () => open(tab));
  list.addEventListener("keydown", (event) => {
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    /** @type {Record<string, number>} */
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 };
    if (at < 0 || !(event.key in to)) return;
    event.preventDefault();
    const next = all[(to[event.key] + all.length) % all.length];
    open(next);
    next.focus();
  });
  return { open: (/** @type {string} */ panel) => all.filter((tab) => panelOf(tab).id === panel).forEach(open) };
}

/** @param {HTMLElement} tab */
function panelOf(tab) {
  const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
  if (!panel) throw new Error(`${tab.id} controls nothing`);
  return panel;
}
