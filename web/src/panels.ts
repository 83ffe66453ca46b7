// From the payload's panels to elements.

import type { Group, Insight, Message, Panel, Plot } from "../payload";
import { bar } from "./bar";
import { CoveragePanel } from "./coverage";
import { DashboardPart } from "./dashboard";
import { DiffPanel } from "./diff";
import { h } from "./dom";
import { isGrouped } from "./groups";
import { HistogramPanel } from "./histograms";
import { ImagesPanel } from "./images";
import { importance } from "./importance";
import { Kept, type Part } from "./kept";
import { ParamsPanel } from "./params";
import { PlotPanel } from "./plot";
import { copyAsRust, expression, literal } from "./rust";
import { ScatterPanel } from "./scatter";
import { RunTable } from "./table";
import { ThoughtsPanel } from "./thoughts";
import type { View } from "./view";

/** The whole output: a bar for each board that needs one, then the panels; and what brings those up to date. */
export function output(views: View[], panel: Panel): { elements: HTMLElement[]; refresh: (panel: Panel) => void } {
  let panels = leaves(panel);
  let said: (boards: string[]) => string = () => "";
  const owns = views.map((_, board) => ownLegend(panels.filter(leaf => isOf(leaf, board))));
  const rust = copyAsRust(() => expression(views, panels.filter(leaf => leaf.type !== "message").length, boards => said(boards)));
  let first = true;
  const tools = () => (first ? ((first = false), [rust.button]) : []);
  const bars = views.flatMap((view, board) => {
    const own = panels.filter(leaf => isOf(leaf, board));
    // A dashboard brings its own bar.
    if (!own.length || own.some(leaf => leaf.type === "dashboard")) return [];
    return [bar(view, owns[board], own.some(followsLegend), ...tools())];
  });
  const kept = new Kept(panel, (panel, signal, child) => part(views.map(view => view.until(signal)), panel, () => panels, child, tools));
  said = boards => kept.rust(boards);
  const refresh = (panel: Panel) => {
    panels = leaves(panel);
    kept.refresh(panel);
    for (const view of views) view.tell("panels");
  };
  return { elements: [...bars, rust.shown, kept.element], refresh };
}

function part(views: View[], panel: Panel, all: () => Leaf[], child: (panel: Panel) => Kept, tools: () => HTMLElement[]): Part<any> {
  switch (panel.type) {
    case "row":
    case "stack": return { element: h("div", { class: `mlb-${panel.type}${ofPlots(panel) ? " mlb-plots" : ""}` }, ...panel.children.map(each => child(each).element)) };
    case "insight": return { element: h("div", { class: "mlb-stack" }, ...panel.children.map(each => child(each).element)), rust: board => `${board}.${panel.method}(${literal(panel.argument)})` };
    case "dashboard": return new DashboardPart(views[panel.board], panel, tools());
    case "plot": return new PlotPanel(views[panel.board], panel, true);
    // The boxes of a table have the colours of the plots beside it, and its small curves are theirs.
    case "table": return new RunTable(views[panel.board], panel, { legend: ownLegend(all().filter(leaf => isOf(leaf, panel.board))), plots: () => all().filter(leaf => leaf.type === "plot") });
    case "images": return new ImagesPanel(views[panel.board], panel);
    case "histogram": return new HistogramPanel(views[panel.board], panel);
    case "thoughts": return new ThoughtsPanel(views[panel.board], panel);
    case "scatter": return new ScatterPanel(views[panel.board], panel);
    case "params": return new ParamsPanel(views[panel.board], panel);
    case "importance": return importance(views[panel.board], panel);
    case "diff": return new DiffPanel(views[panel.board], panel);
    case "coverage": return new CoveragePanel(views[panel.board], panel);
    case "message": return { element: h("p", { class: "mlb-message", "data-level": panel.level, dir: "auto" }, panel.text) };
  }
}

const ofPlots = (panel: Group) => panel.type === "row" && panel.children.every(child => child.type === "plot");

/** Which panels there are: an output of others is laid out anew. */
export function shapeOf(panel: Panel): string {
  if (panel.type === "row" || panel.type === "stack" || panel.type === "insight") return `${panel.type}(${panel.children.map(shapeOf).join()})`;
  return panel.type === "message" ? panel.type : `${panel.type}${(panel as Exclude<Leaf, Message>).board}`;
}

/** Which of the plots of its tag a plot is. */
export function placeOf(panel: Panel, plot: Plot): number {
  const all = leaves(panel).flatMap(leaf => (leaf.type === "dashboard" ? leaf.plots : [leaf])).filter(leaf => leaf.type === "plot" && leaf.tag === plot.tag);
  return Math.max(0, all.indexOf(plot));
}

/** Whether the legend chosen on the page changes it: groups keep the column that made them. */
const followsLegend = (leaf: Leaf) => !["thoughts", "table", "importance", "diff", "coverage", "message"].includes(leaf.type) && !(leaf.type === "plot" && isGrouped(leaf));

type Leaf = Exclude<Panel, Group | Insight>;

function leaves(panel: Panel): Leaf[] {
  return panel.type === "row" || panel.type === "stack" || panel.type === "insight" ? panel.children.flatMap(leaves) : [panel as Leaf];
}

const isOf = (leaf: Leaf, board: number) => leaf.type !== "message" && leaf.board === board;

/** The legend column that all of the panels that have one asked for; null if they differ. */
function ownLegend(panels: Leaf[]): string | null {
  const asked = new Set(panels.filter(leaf => followsLegend(leaf) && !(leaf.type === "params" && leaf.colour)).flatMap(panel => ("legend" in panel ? [panel.legend] : [])));
  return asked.size === 1 ? [...asked][0] : null;
}
