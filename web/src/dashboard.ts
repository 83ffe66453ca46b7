// The whole board: one bar with the legend for all, then sections that fold.

import type { Dashboard, Histograms, Images, Plot } from "../payload";
import { smoothSlider, xChooser } from "./axes";
import { bar } from "./bar";
import { freshId, h, inFrame } from "./dom";
import { HistogramPanel } from "./histograms";
import { ImagesPanel } from "./images";
import { legendStrip } from "./legend-strip";
import { PlotPanel } from "./plot";
import { Lines } from "./points";
import { legendCall } from "./rust";
import { RunTable } from "./table";
import { ThoughtsPanel } from "./thoughts";
import type { View } from "./view";

export class DashboardPart {
  readonly element: HTMLElement;
  private readonly plots: Several<Plot, PlotPanel>;
  private readonly images: Several<Images, ImagesPanel>;
  private readonly histograms: Several<Histograms, HistogramPanel>;
  private readonly thoughts: ThoughtsPanel;
  private readonly table: RunTable;
  private readonly sections: Record<"runs" | "plots" | "images" | "histograms" | "thoughts", Section>;
  private readonly smooth: HTMLElement;
  private readonly found = h("span", { class: "mlb-count", role: "status" });
  private readonly search = h("input", { type: "search", placeholder: "Find plots", "aria-label": "Find plots by tag" });

  /** `tools` stand in its bar. */
  constructor(private readonly view: View, panel: Dashboard, tools: HTMLElement[]) {
    this.plots = new Several(h("div", { class: "mlb-row" }), plot => new PlotPanel(view, plot, false, thoughtsOf(panel)));
    this.images = new Several(h("div", { class: "mlb-stack" }), images => new ImagesPanel(view, images));
    this.histograms = new Several(h("div", { class: "mlb-row" }), each => new HistogramPanel(view, each));
    this.thoughts = new ThoughtsPanel(view, panel.thoughts);
    this.smooth = smoothSlider(view, panel.plots[0]?.smooth ?? 0);
    const strip = legendStrip(view, null, () => view.rows, value => this.plots.parts.forEach(plot => plot.emphasise(value)));
    const kinds = panel.plots.length ? panel.plots.map(plot => new Lines(plot, view.runs).kinds).reduce((all, kinds) => all.filter(kind => kinds.includes(kind))) : [];
    const x = xChooser(view, kinds, panel.plots[0]?.x ?? "step", "metric");
    const top = h("div", { class: "mlb-top" }, bar(view, null, true, this.smooth, ...(x ? [x] : []), ...tools), strip);
    this.search.addEventListener("input", inFrame(() => this.find()));
    this.search.addEventListener("keydown", event => event.stopPropagation());
    this.table = new RunTable(view, panel.table, { legend: null, plots: panel.plots });
    this.sections = {
      runs: section("Runs", [], this.table.element),
      plots: section("Plots", [h("span", { class: "mlb-field" }, this.found, this.search)], this.plots.element),
      images: section("Images", [], this.images.element),
      histograms: section("Histograms", [], this.histograms.element),
      thoughts: section("Thoughts", [], this.thoughts.element),
    };
    this.element = h("div", { class: "mlb-dashboard" }, top, ...Object.values(this.sections).map(each => each.element));
    view.on(["data"], () => this.sections.runs.count(view.runs.n));
    this.draw(panel);
  }

  /** Takes newer data: plots and the like that came are put where they belong. */
  refresh(panel: Dashboard) {
    this.thoughts.refresh(panel.thoughts);
    this.table.sparks(panel.table, panel.plots);
    this.draw(panel);
    const thoughts = thoughtsOf(panel);
    this.plots.parts.forEach(plot => plot.remark(thoughts));
  }

  /** What makes it. */
  rust(board: string): string {
    return `${board}${legendCall(this.view, null)}`;
  }

  private draw(panel: Dashboard) {
    this.plots.refresh(panel.plots);
    this.images.refresh(panel.images);
    this.histograms.refresh(panel.histograms);
    this.smooth.hidden = !panel.plots.length;
    const { runs, plots, images, histograms, thoughts } = this.sections;
    runs.count(this.view.runs.n);
    for (const [part, items] of [[plots, panel.plots], [images, panel.images], [histograms, panel.histograms], [thoughts, panel.thoughts.items]] as const) {
      part.count(items.length);
      part.element.hidden = !items.length;
    }
    this.find();
  }

  /** Finds plots by their tags. */
  private find() {
    const plots = this.plots.parts, text = this.search.value;
    for (const panel of plots) panel.element.hidden = !matches(panel.plot, text);
    const n = plots.filter(panel => !panel.element.hidden).length;
    this.found.textContent = n === plots.length ? "" : `${n} of ${plots.length}`;
  }
}

/** Thoughts that stand on curves: those of runs that are here. */
const thoughtsOf = (panel: Dashboard) => panel.thoughts.items.flatMap(item => (item.run === null ? [] : [{ ...item, run: item.run }]));

/** Parts that are told apart by their tags. */
class Several<P extends { tag: string }, K extends { element: HTMLElement; refresh(panel: P): void | false }> {
  private readonly byTag = new Map<string, { panel: P; part: K }>();

  constructor(readonly element: HTMLElement, private readonly make: (panel: P) => K) {}

  get parts(): K[] {
    return [...this.byTag.values()].map(({ part }) => part);
  }

  refresh(panels: P[]) {
    const tags = new Set(panels.map(panel => panel.tag));
    for (const [tag, { part }] of this.byTag) {
      if (tags.has(tag)) continue;
      part.element.remove();
      this.byTag.delete(tag);
    }
    panels.forEach((panel, place) => {
      let known = this.byTag.get(panel.tag);
      if (known && known.panel !== panel && known.part.refresh(panel) === false) {
        known.part.element.remove();
        known = undefined;
      }
      const part = known?.part ?? this.make(panel);
      this.byTag.set(panel.tag, { panel, part });
      // Those that are where they belong are not touched: moving one would end what a person does in it.
      const there = this.element.children[place];
      if (there !== part.element) this.element.insertBefore(part.element, there ?? null);
    });
  }
}

interface Section { element: HTMLElement; count(n: number): void }

/** A heading that folds what is under it. */
function section(title: string, tools: HTMLElement[], body: HTMLElement): Section {
  const count = h("span", { class: "mlb-count" });
  const id = freshId("section");
  body.id = id;
  const button = h("button", { type: "button", class: "mlb-fold", "aria-expanded": "true", "aria-controls": id }, h("span", { class: "mlb-chevron", "aria-hidden": "true" }), title, count);
  const toolbox = h("div", { class: "mlb-controls" }, ...tools);
  button.addEventListener("click", () => {
    body.hidden = !body.hidden;
    toolbox.hidden = body.hidden;
    button.setAttribute("aria-expanded", String(!body.hidden));
  });
  const element = h("section", { class: "mlb-section", "aria-label": title }, h("div", { class: "mlb-section-head" }, button, toolbox), body);
  return { element, count: n => (count.textContent = String(n)) };
}

/** Every word must be part of the tag. */
export function matches(plot: Pick<Plot, "tag">, text: string): boolean {
  const tag = plot.tag.toLowerCase();
  return text.toLowerCase().split(/\s+/).every(word => tag.includes(word));
}
