// The whole board: one bar with the legend for all, then sections that fold.

import type { Dashboard, Plot } from "../payload";
import { smoothSlider, xChooser } from "./axes";
import { bar } from "./bar";
import { freshId, h, inFrame } from "./dom";
import { HistogramPanel } from "./histograms";
import { ImagesPanel } from "./images";
import { legendStrip } from "./legend-strip";
import { PlotPanel } from "./plot";
import { RunTable } from "./table";
import { ThoughtsPanel } from "./thoughts";
import type { View } from "./view";

/** `tools` stand in its bar. */
export function dashboard(view: View, panel: Dashboard, tools: HTMLElement[]): HTMLElement {
  const thoughts = panel.thoughts.items.flatMap(item => (item.run === null ? [] : [{ ...item, run: item.run }]));
  const plots = panel.plots.map(plot => new PlotPanel(view, plot, false, thoughts));
  const smooth = smoothSlider(view, panel.plots[0]?.smooth ?? 0);
  const x = plots.length > 0 && xChooser(view, plots.map(plot => plot.lines.kinds).reduce((all, kinds) => all.filter(kind => kinds.includes(kind))), plots[0].plot.x, "metric");
  const strip = legendStrip(view, null, () => view.rows, value => plots.forEach(plot => plot.emphasise(value)));
  const top = h("div", { class: "mlb-top" }, bar(view, null, true, ...(plots.length ? [smooth] : []), ...(x ? [x] : []), ...tools), strip);
  const grid = h("div", { class: "mlb-row" }, ...plots.map(plot => plot.element));
  const pictures = panel.images.map(images => new ImagesPanel(view, images).element);
  const histograms = panel.histograms.map(each => new HistogramPanel(view, each).element);
  return h("div", { class: "mlb-dashboard" },
    top,
    section("Runs", view.runs.n, [], new RunTable(view, panel.table, { legend: null, plots: panel.plots }).element),
    plots.length > 0 && section("Plots", plots.length, [search(plots)], grid),
    pictures.length > 0 && section("Images", pictures.length, [], h("div", { class: "mlb-stack" }, ...pictures)),
    histograms.length > 0 && section("Histograms", histograms.length, [], h("div", { class: "mlb-row" }, ...histograms)),
    panel.thoughts.items.length > 0 && section("Thoughts", panel.thoughts.items.length, [], new ThoughtsPanel(view, panel.thoughts).element));
}

/** A heading that folds what is under it. */
function section(title: string, count: number, tools: HTMLElement[], body: HTMLElement): HTMLElement {
  const id = freshId("section");
  body.id = id;
  const button = h("button", { type: "button", class: "mlb-fold", "aria-expanded": "true", "aria-controls": id }, h("span", { class: "mlb-chevron", "aria-hidden": "true" }), title, h("span", { class: "mlb-count" }, String(count)));
  const toolbox = h("div", { class: "mlb-controls" }, ...tools);
  button.addEventListener("click", () => {
    body.hidden = !body.hidden;
    toolbox.hidden = body.hidden;
    button.setAttribute("aria-expanded", String(!body.hidden));
  });
  return h("section", { class: "mlb-section", "aria-label": title }, h("div", { class: "mlb-section-head" }, button, toolbox), body);
}

/** Finds plots by their tags. */
function search(plots: PlotPanel[]): HTMLElement {
  const found = h("span", { class: "mlb-count", role: "status" });
  const input = h("input", { type: "search", placeholder: "Find plots", "aria-label": "Find plots by tag" });
  input.addEventListener("input", inFrame(() => {
    for (const panel of plots) panel.element.hidden = !matches(panel.plot, input.value);
    const n = plots.filter(panel => !panel.element.hidden).length;
    found.textContent = n === plots.length ? "" : `${n} of ${plots.length}`;
  }));
  input.addEventListener("keydown", event => event.stopPropagation());
  return h("span", { class: "mlb-field" }, found, input);
}

/** Every word must be part of the tag. */
export function matches(plot: Pick<Plot, "tag">, text: string): boolean {
  const tag = plot.tag.toLowerCase();
  return text.toLowerCase().split(/\s+/).every(word => tag.includes(word));
}
