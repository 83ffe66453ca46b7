// What a result depends on: a bar for each parameter. A click on one makes it the legend of everything that shows the board.

import type { Importance } from "../payload";
import { h } from "./dom";
import { MISSING, short } from "./format";
import { category } from "./palette";
import { card, notesOf } from "./parts";
import { literal, type Says } from "./rust";
import type { View } from "./view";

export function importance(view: View, panel: Importance): { element: HTMLElement; rust: Says } {
  const most = Math.max(0.05, ...panel.items.map(item => item.importance));
  const share = (value: number) => `${(Math.min(1, Math.max(0, value / most)) * 100).toFixed(1)}%`;
  const rows = panel.items.map(({ key, importance: value, spread, correlation, n }) => {
    const name = h("button", { type: "button", class: "mlb-link", title: `Make ${key} the legend`, onclick: () => view.store.setLegend(key) }, key);
    const bar = h("i", { "data-colour": 0 }), whisker = h("b");
    bar.style.cssText = `left:0;width:max(1px,${share(value)})`;
    whisker.style.cssText = `left:${share(value - spread)};width:calc(${share(value + spread)} - ${share(value - spread)})`;
    const rho = h("i", { "data-colour": (correlation ?? 0) < 0 ? 1 : 0 });
    const half = Math.abs(correlation ?? 0) * 50;
    rho.style.cssText = `left:${(correlation ?? 0) < 0 ? 50 - half : 50}%;width:${half}%`;
    return h("tr", {},
      h("th", { scope: "row", title: key }, name),
      h("td", { class: "mlb-weigh" }, h("div", { class: "mlb-track" }, bar, whisker)),
      h("td", { class: "mlb-number" }, `${short(value, 2)} ± ${short(spread, 1)}`),
      h("td", { class: "mlb-rho" }, h("div", { class: "mlb-track" }, rho)),
      h("td", { class: "mlb-number" }, correlation === null ? MISSING : short(correlation, 2)),
      h("td", { class: "mlb-number" }, String(n)));
  });
  const head = (text: string, title: string, props = {}) => h("th", { scope: "col", title, ...props }, text);
  const table = h("table", {},
    h("thead", {}, h("tr", {},
      head("parameter", "A click makes it the legend"),
      head("importance", "The share of the variance that a random forest predicts no more when this parameter is shuffled", { colspan: 2 }),
      head("ρ", "Spearman's rank correlation with the result", { colspan: 2 }),
      head("runs", "Runs that have both", { class: "mlb-number" }))),
    h("tbody", {}, ...rows));
  const element = card("importance", `What ${panel.of} depends on`, [], h("div", { class: "mlb-sheet" }, table), notesOf(panel.notes));
  const paint = () => {
    for (const bar of element.querySelectorAll<HTMLElement>("[data-colour]")) bar.style.setProperty("--mlb-bar", category(Number(bar.dataset.colour), view.theme.dark).colour);
  };
  paint();
  view.on(["theme"], paint);
  return { element, rust: board => `${board}.importance(${literal(panel.of)})` };
}
