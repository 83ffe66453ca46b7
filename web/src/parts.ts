// Parts that several panels have.

import { freshId, h, s } from "./dom";
import type { Entry } from "./legend";
import type { Style } from "./palette";
import type { View } from "./view";

/** A panel with its heading, its controls at the right of it, and its body. */
export function card(kind: string, title: string, controls: HTMLElement[], ...body: (HTMLElement | false)[]): HTMLElement {
  const id = freshId("h");
  const head = h("div", { class: "mlb-card-head" }, h("div", { class: "mlb-card-title", id, dir: "auto", title }, title), h("div", { class: "mlb-controls" }, ...controls));
  return h("div", { class: `mlb-card mlb-${kind}`, role: "group", "aria-labelledby": id }, head, ...body);
}

/** What has to be said on a picture: how much was left out, and the like. */
export function notesOf(notes: string[], ...more: HTMLElement[]): HTMLElement | false {
  if (!notes.length && !more.length) return false;
  return h("div", { class: "mlb-notes" }, ...notes.map(note => h("span", { class: "mlb-note", dir: "auto" }, note)), ...more);
}

/** The same, there also while there is nothing to say. */
export const noted = (notes: string[], ...more: HTMLElement[]): HTMLElement => notesOf(notes, ...more) || h("div", { class: "mlb-notes", hidden: true });

/** Why nothing is left to be drawn, most often. */
export const NOTHING = "Nothing to draw: the runs are filtered out, hidden, or did not log this. ";

/** Said where nothing is left to be drawn, with the way back. */
export function emptyNote(view: View, why: HTMLElement = h("span", {}, NOTHING)): HTMLElement {
  const back = h("button", { type: "button", class: "mlb-link", onclick: () => view.store.clear() }, "Show all runs");
  return h("div", { class: "mlb-empty", hidden: true }, why, back);
}

/** A short stroke in the colour and dash of a curve. */
export function stroke({ colour, dash }: Style): SVGElement {
  const dashes = { solid: "", dash: "5 3", dot: "2 2", dashdot: "6 2 2 2" }[dash];
  return s("svg", { class: "mlb-stroke", width: 16, height: 6, viewBox: "0 0 16 6", "aria-hidden": "true" }, s("line", { x1: 0, y1: 3, x2: 16, y2: 3, stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dashes }));
}

/** Makes an element of one run select it: by a click, or Enter and Space; with Ctrl or Shift it joins those that are selected. */
export function picks<E extends HTMLElement>(element: E, view: View, row: number): E {
  element.classList.add("mlb-picks");
  element.setAttribute("role", "button");
  element.tabIndex = 0;
  element.dataset.run = String(row);
  element.setAttribute("aria-pressed", String(view.store.selected.has(view.runs.ids[row])));
  element.onclick = event => view.pick(row, event);
  element.onkeydown = event => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    view.pick(row, event);
  };
  return element;
}

/** Draws again what `picks` elements are in; the focus stays on the same run. */
export function keepFocus(container: HTMLElement, draw: () => void) {
  const { activeElement } = document;
  const run = activeElement instanceof HTMLElement && container.contains(activeElement) ? activeElement.dataset.run : undefined;
  draw();
  if (run !== undefined && document.activeElement !== activeElement) container.querySelector<HTMLElement>(`.mlb-picks[data-run="${run}"]`)?.focus();
}

/** The value of the legend beside its colour, for what is not a curve. */
export function captionOf(entry: Entry): HTMLElement {
  const dot = h("span", { class: "mlb-dot" });
  dot.style.background = entry.colour;
  return h("div", { class: "mlb-label", title: entry.label }, dot, h("span", { dir: "auto" }, entry.label));
}
