// From the payload's panels to elements.

import type { Group, Insight, Message, Panel } from "../payload";
import { bar } from "./bar";
import { CoveragePanel } from "./coverage";
import { dashboard } from "./dashboard";
import { DiffPanel } from "./diff";
import { h } from "./dom";
import { isGrouped } from "./groups";
import { HistogramPanel } from "./histograms";
import { ImagesPanel } from "./images";
import { importance } from "./importance";
import { ParamsPanel } from "./params";
import { PlotPanel } from "./plot";
import { copyAsRust, expression, legendCall, literal, type Says } from "./rust";
import { ScatterPanel } from "./scatter";
import { RunTable } from "./table";
import { ThoughtsPanel } from "./thoughts";
import type { View } from "./view";

/** The whole output: a bar for each board that needs one, then the panels. */
export function output(views: View[], panel: Panel): HTMLElement[] {
  const panels = leaves(panel);
  const says = new Map<Panel, Says>();
  const owns = views.map((_, board) => ownLegend(panels.filter(leaf => isOf(leaf, board))));
  const rust = copyAsRust(() => expression(views, owns, panels.filter(leaf => leaf.type !== "message").length, boards => said(panel, boards, says)));
  let first = true;
  const tools = () => (first ? ((first = false), [rust.button]) : []);
  const bars = views.flatMap((view, board) => {
    const own = panels.filter(leaf => isOf(leaf, board));
    // A dashboard brings its own bar.
    if (!own.length || own.some(leaf => leaf.type === "dashboard")) return [];
    return [bar(view, owns[board], own.some(followsLegend), ...tools())];
  });
  const body = element(views, panel, panels, says, tools);
  return [...bars, rust.shown, body];
}

function element(views: View[], panel: Panel, all: Leaf[], says: Map<Panel, Says>, tools: () => HTMLElement[]): HTMLElement {
  const made = <P extends { element: HTMLElement; rust: Says }>(part: P) => {
    says.set(panel, board => part.rust(board));
    return part.element;
  };
  switch (panel.type) {
    case "row":
    case "stack": return h("div", { class: `mlb-${panel.type}` }, ...panel.children.map(child => element(views, child, all, says, tools)));
    case "insight": return h("div", { class: "mlb-stack" }, ...panel.children.map(child => element(views, child, all, says, tools)));
    case "dashboard": return made({ element: dashboard(views[panel.board], panel, tools()), rust: board => `${board}${legendCall(views[panel.board], null)}` });
    case "plot": return made(new PlotPanel(views[panel.board], panel, true));
    // The boxes of a table have the colours of the plots beside it, and its small curves are theirs.
    case "table": return made(new RunTable(views[panel.board], panel, { legend: ownLegend(all.filter(leaf => isOf(leaf, panel.board))), plots: all.filter(leaf => leaf.type === "plot") }));
    case "images": return made(new ImagesPanel(views[panel.board], panel));
    case "histogram": return made(new HistogramPanel(views[panel.board], panel));
    case "thoughts": return made(new ThoughtsPanel(views[panel.board], panel));
    case "scatter": return made(new ScatterPanel(views[panel.board], panel));
    case "params": return made(new ParamsPanel(views[panel.board], panel));
    case "importance": return made(importance(views[panel.board], panel));
    case "diff": return made(new DiffPanel(views[panel.board], panel));
    case "coverage": return made(new CoveragePanel(views[panel.board], panel));
    case "message": return h("p", { class: "mlb-message", "data-level": panel.level, dir: "auto" }, panel.text);
  }
}

/** The panels as Rust composes them; what is only to be read is no part of it. */
function said(panel: Panel, boards: string[], says: Map<Panel, Says>): string {
  if (panel.type === "message") return "";
  if (panel.type === "insight") return `${boards[panel.board]}.${panel.method}(${literal(panel.argument)})`;
  if (panel.type !== "row" && panel.type !== "stack") return says.get(panel)!(boards[(panel as Exclude<Leaf, Message>).board]);
  const children = (panel as Group).children.map(child => said(child, boards, says)).filter(Boolean);
  return children.length === 1 ? children[0] : children.length ? `${panel.type}![${children.join(", ")}]` : "";
}

/** Whether the legend chosen on the page changes it: groups keep the column that made them. */
const followsLegend = (leaf: Leaf) => !["thoughts", "table", "importance", "diff", "coverage", "message"].includes(leaf.type) && !(leaf.type === "plot" && isGrouped(leaf));

type Leaf = Exclude<Panel, Group | Insight>;

function leaves(panel: Panel): Leaf[] {
  return panel.type === "row" || panel.type === "stack" || panel.type === "insight" ? panel.children.flatMap(leaves) : [panel as Leaf];
}

const isOf = (leaf: Leaf, board: number) => leaf.type !== "message" && leaf.board === board;

/** The legend column that all of the panels asked for; null if they differ. */
function ownLegend(panels: Panel[]): string | null {
  const asked = new Set(panels.flatMap(panel => ("legend" in panel ? [panel.legend] : [])));
  return asked.size === 1 ? [...asked][0] : null;
}
