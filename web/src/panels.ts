// From the payload's panels to elements.

import type { Panel, Payload } from "../payload";
import { bar } from "./bar";
import { h } from "./dom";
import { PlotPanel } from "./plot";
import type { View } from "./view";

/** The whole output. */
export function output(view: View): HTMLElement[] {
  const { panel } = view.payload as Payload;
  if (panel.type === "message") return [element(view, panel)];
  return [bar(view, ownLegend(panel), hasLegend(panel)), element(view, panel)];
}

function element(view: View, panel: Panel): HTMLElement {
  switch (panel.type) {
    case "row":
    case "stack":
      return h("div", { class: `mlb-${panel.type}` }, ...panel.children.map(child => element(view, child)));
    case "plot":
      return new PlotPanel(view, panel, true).element;
    case "message":
      return h("p", { class: "mlb-message", "data-level": panel.level, dir: "auto" }, panel.text);
    case "dashboard":
      return h("div", { class: "mlb-row" }, ...panel.plots.map(plot => element(view, plot)));
    default:
      return h("p", { class: "mlb-message" }, `This page cannot show ${panel.type} yet.`);
  }
}

function hasLegend(panel: Panel): boolean {
  if (panel.type === "row" || panel.type === "stack") return panel.children.some(hasLegend);
  return panel.type !== "thoughts" && panel.type !== "message";
}

/** The legend column that the first of the panels asked for. */
function ownLegend(panel: Panel): string | null {
  if (panel.type === "row" || panel.type === "stack") return panel.children.map(ownLegend).find(key => key !== null) ?? null;
  return "legend" in panel ? panel.legend : null;
}
