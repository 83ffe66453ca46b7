// From the payload's panels to elements.

import type { Group, Panel } from "../payload";
import { bar } from "./bar";
import { dashboard } from "./dashboard";
import { h } from "./dom";
import { isGrouped } from "./groups";
import { HistogramPanel } from "./histograms";
import { ImagesPanel } from "./images";
import { ParamsPanel } from "./params";
import { PlotPanel } from "./plot";
import { ScatterPanel } from "./scatter";
import { RunTable } from "./table";
import { ThoughtsPanel } from "./thoughts";
import type { View } from "./view";

/** The whole output: a bar for each board that needs one, then the panels. */
export function output(views: View[], panel: Panel): HTMLElement[] {
  const panels = leaves(panel);
  const bars = views.flatMap((view, board) => {
    const own = panels.filter(leaf => isOf(leaf, board));
    // A dashboard brings its own bar.
    if (!own.length || own.some(leaf => leaf.type === "dashboard")) return [];
    return [bar(view, ownLegend(own), own.some(followsLegend))];
  });
  return [...bars, element(views, panel, panels)];
}

function element(views: View[], panel: Panel, all: Leaf[]): HTMLElement {
  switch (panel.type) {
    case "row":
    case "stack": return h("div", { class: `mlb-${panel.type}` }, ...panel.children.map(child => element(views, child, all)));
    case "dashboard": return dashboard(views[panel.board], panel);
    case "plot": return new PlotPanel(views[panel.board], panel, true).element;
    // The boxes of a table have the colours of the plots beside it.
    case "table": return new RunTable(views[panel.board], panel, ownLegend(all.filter(leaf => isOf(leaf, panel.board)))).element;
    case "images": return new ImagesPanel(views[panel.board], panel).element;
    case "histogram": return new HistogramPanel(views[panel.board], panel).element;
    case "thoughts": return new ThoughtsPanel(views[panel.board], panel).element;
    case "scatter": return new ScatterPanel(views[panel.board], panel).element;
    case "params": return new ParamsPanel(views[panel.board], panel).element;
    case "message": return h("p", { class: "mlb-message", "data-level": panel.level, dir: "auto" }, panel.text);
  }
}

/** Whether the legend chosen on the page changes it: groups keep the column that made them. */
const followsLegend = (leaf: Leaf) => leaf.type !== "thoughts" && leaf.type !== "table" && !(leaf.type === "plot" && isGrouped(leaf));

type Leaf = Exclude<Panel, Group>;

function leaves(panel: Panel): Leaf[] {
  return panel.type === "row" || panel.type === "stack" ? panel.children.flatMap(leaves) : [panel as Leaf];
}

const isOf = (leaf: Leaf, board: number) => leaf.type !== "message" && leaf.board === board;

/** The legend column that all of the panels asked for; null if they differ. */
function ownLegend(panels: Panel[]): string | null {
  const asked = new Set(panels.flatMap(panel => ("legend" in panel ? [panel.legend] : [])));
  return asked.size === 1 ? [...asked][0] : null;
}
