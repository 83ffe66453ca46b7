// The legend as a strip of buttons: click hides or shows, double click (or Alt and click, Alt and Enter) shows only this one.

import { colourBar } from "./colour-bar";
import { h, inFrame } from "./dom";
import { stroke } from "./parts";
import type { Entry, Legend } from "./legend";
import type { View } from "./view";

const MOST = 120;

/**
 * `own`: the panel's legend column, if it asked for one. `rows`: runs that it could draw. `hovered` is told the entry under the
 * pointer or focus. `groups`: for a plot whose curves are those of its own column, always and all of them, what follows each label.
 */
export function legendStrip(view: View, own: string | null, rows: () => number[], hovered: (value: string | null) => void, groups?: (legend: Legend) => Map<string, string>): HTMLElement {
  const current = () => (groups && own ? view.legendBy(own) : view.legend(own));
  const strip = h("div", { class: "mlb-legend", role: "group" });
  const rest = h("span", { class: "mlb-note" });
  const back = h("button", { type: "button", class: "mlb-link" }, "show all");
  back.addEventListener("click", () => view.store.setHidden(current().key, []));
  // A chip stays the same element from one drawing to the next, so that focus and a double click survive.
  let chips = new Map<string, HTMLElement>();
  let of: Legend | null = null;
  // Of many numbers the bar says enough; whoever wants to switch single ones off opens the list.
  let listed = false;
  const list = h("button", { type: "button", class: "mlb-link", "aria-expanded": "false" }, "values");
  list.addEventListener("click", () => {
    listed = !listed;
    list.setAttribute("aria-expanded", String(listed));
    draw();
  });
  let bar: HTMLElement | null = null, barOf = "";

  const draw = inFrame(() => {
    if (!view.alive()) return;
    const legend = current();
    if (legend !== of) chips = new Map();
    of = legend;
    const hidden = view.store.hiddenOf(legend.key);
    const drawn = new Set(view.drawn());
    const more = groups?.(legend);
    // What another legend has switched off is no matter of this one.
    const hides = view.hides(legend.key);
    const present = new Set(rows().filter(row => more || (drawn.has(row) && !hides(row))).map(row => legend.of(row).value));
    const all = legend.entries.filter(entry => present.has(entry.value));
    const scale = legend.scale && all.some(entry => entry.number !== undefined) ? legend.scale : null;
    const now = scale ? `${legend.key} ${all.map(entry => `${entry.value}${entry.colour}`).join()}` : "";
    if (now !== barOf) bar = scale && colourBar(legend, scale, present, hovered);
    barOf = now;
    const entries = scale && !listed ? all.filter(entry => entry.number === undefined || hidden.has(entry.value)) : all;
    const shown = entries.slice(0, MOST).map(entry => {
      let button = chips.get(entry.value);
      if (!button) chips.set(entry.value, (button = chip(view, legend, entry, entry.label + (more?.get(entry.value) ?? ""), hovered)));
      button.setAttribute("aria-pressed", String(!hidden.has(entry.value)));
      return button;
    });
    rest.textContent = `and ${entries.length - MOST} more`;
    strip.setAttribute("aria-label", `Legend by ${legend.key}`);
    const wanted: Element[] = [...(bar ? [bar, list] : []), ...shown, ...(entries.length > MOST ? [rest] : []), ...(entries.some(entry => hidden.has(entry.value)) ? [back] : [])];
    if (wanted.length !== strip.children.length || wanted.some((part, i) => part !== strip.children[i])) strip.replaceChildren(...wanted);
  });

  view.on(["rows", "selection", "legend", "theme", "data"], draw);
  draw();
  return strip;
}

function chip(view: View, legend: Legend, entry: Entry, label: string, hovered: (value: string | null) => void): HTMLElement {
  const { value } = entry;
  const title = `${label}\nClick: hide or show. Double click, or Alt and click: only this one.`;
  const button = h("button", { type: "button", class: "mlb-chip", title, "data-value": value }, stroke(entry), h("span", { dir: "auto" }, label));
  const values = legend.entries.map(each => each.value);
  const alone = (hidden: ReadonlySet<string>) => view.store.setHidden(legend.key, isolate(values, hidden, value));
  let before: ReadonlySet<string> = new Set();
  button.addEventListener("click", event => {
    if (event.detail > 2) return;
    // A double click comes as a click first, which must not count.
    if (event.detail === 2) return alone(before);
    before = view.store.hiddenOf(legend.key);
    if (event.altKey) alone(before);
    else view.store.setHidden(legend.key, flip(values, before, value));
  });
  button.addEventListener("keydown", event => {
    if (event.key !== "Enter" || !event.altKey) return;
    event.preventDefault();
    alone(view.store.hiddenOf(legend.key));
  });
  button.addEventListener("pointerenter", () => hovered(value));
  button.addEventListener("pointerleave", () => hovered(null));
  button.addEventListener("focus", () => button.matches(":focus-visible") && hovered(value));
  button.addEventListener("blur", () => hovered(null));
  return button;
}

/** What is hidden after a value was switched: the last one that is seen takes nothing away, it brings back all. */
export function flip(all: string[], hidden: ReadonlySet<string>, value: string): Set<string> {
  const now = new Set(hidden);
  if (!now.delete(value)) now.add(value);
  return all.every(each => now.has(each)) ? new Set() : now;
}

/** What is hidden after a value was isolated: all others, or nothing if it was alone already. */
export function isolate(all: string[], hidden: ReadonlySet<string>, value: string): string[] {
  const others = all.filter(other => other !== value);
  const alone = others.length > 0 && !hidden.has(value) && others.every(other => hidden.has(other));
  return alone ? [] : others;
}
