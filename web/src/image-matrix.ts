// Images as runs by steps: a row for each run, a column for each step.

import { h } from "./dom";
import type { Item } from "./picture";
import { spread } from "./steps";

/** Columns; more steps are spread over them. */
const COLUMNS = 10;

export interface Matrix {
  rows: number[];
  steps: number[];
  /** The step that the slider is at. */
  now: number;
  items(row: number): Item[];
  caption(row: number): HTMLElement;
  /** A picture that enlarges when it is pressed. */
  picture(row: number, item: Item): HTMLElement;
  /** The head of a column was pressed. */
  choose(step: number): void;
}

/** The picture of each run at a step, or the last before it and after the column before. Says how many of the steps are shown. */
export function matrix({ rows, steps, now, items, caption, picture, choose }: Matrix): { element: HTMLElement; note: string } {
  const shown = spread(steps, COLUMNS);
  const head = (step: number) => {
    const button = h("button", { type: "button", class: "mlb-link", title: "Move all to this step", "aria-pressed": String(step === now) }, String(step));
    button.addEventListener("click", () => choose(step));
    return h("div", { role: "columnheader" }, button);
  };
  const cell = (row: number, i: number) => {
    const after = i ? shown[i - 1] : -Infinity;
    const item = items(row).filter(each => each.step <= shown[i] && each.step > after).at(-1);
    return h("div", { role: "cell" }, ...(item ? [picture(row, item)] : [h("span", { class: "mlb-none" }, "–")]));
  };
  const element = h("div", { class: "mlb-matrix", role: "table", "aria-label": "Images by run and step" },
    h("div", { role: "row" }, h("div", { role: "columnheader" }, "step"), ...shown.map(head)),
    ...rows.map(row => h("div", { role: "row" }, h("div", { role: "rowheader" }, caption(row)), ...shown.map((_, i) => cell(row, i)))));
  element.style.setProperty("--mlb-steps", String(shown.length));
  return { element, note: shown.length < steps.length ? `${shown.length} of ${steps.length} steps` : "" };
}
