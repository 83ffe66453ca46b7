// The whole board: one bar with the legend for all, then sections that fold.

import type { Dashboard, Histograms, Images, Plot } from "../payload";
import { smoothSlider, xChooser } from "./axes";
import { bar } from "./bar";
import { freshId, h, inFrame } from "./dom";
import { HistogramPanel } from "./histograms";
import { ImagesPanel } from "./images";
import { legendStrip } from "./legend-strip";
import { PlotPanel } from "./plot";
import { legendCall } from "./rust";
import type { XKind } from "./settings";
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
  /** The chooser of what x means: another one, where newer plots know of other kinds. */
  private readonly x = { element: h("span", { hidden: true }), kinds: "", ending: new AbortController() };
  private readonly found = h("span", { class: "mlb-count", role: "status" });
  private readonly search = h("input", { type: "search", placeholder: "Find plots", "aria-label": "Find plots by tag" });

  /** `tools` stand in its bar. */
  constructor(private readonly view: View, private panel: Dashboard, tools: HTMLElement[]) {
    this.plots = new Several(view, h("div", { class: "mlb-row mlb-plots" }), (plot, view) => new PlotPanel(view, plot, false, thoughtsOf(panel)));
    this.images = new Several(view, h("div", { class: "mlb-stack" }), (images, view) => new ImagesPanel(view, images));
    this.histograms = new Several(view, h("div", { class: "mlb-row" }), (each, view) => new HistogramPanel(view, each));
    this.thoughts = new ThoughtsPanel(view, panel.thoughts);
    this.smooth = smoothSlider(view, panel.plots[0]?.smooth ?? 0);
    const strip = legendStrip(view, null, () => view.rows, value => this.plots.parts.forEach(plot => plot.emphasise(value)));
    const top = h("div", { class: "mlb-top" }, bar(view, null, true, this.smooth, this.x.element, ...tools), strip);
    this.search.addEventListener("input", inFrame(() => this.find()));
    this.search.addEventListener("keydown", event => event.stopPropagation());
    this.table = new RunTable(view, panel.table, { legend: null, plots: () => this.panel.plots });
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
    this.panel = panel;
    this.thoughts.refresh(panel.thoughts);
    this.table.refresh(panel.table);
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
    this.chooseX(panel.plots[0]?.x ?? "step");
    const { runs, plots, images, histograms, thoughts } = this.sections;
    runs.count(this.view.runs.n);
    for (const [part, items] of [[plots, panel.plots], [images, panel.images], [histograms, panel.histograms], [thoughts, panel.thoughts.items]] as const) {
      part.count(items.length);
      part.element.hidden = !items.length;
    }
    this.find();
  }

  private chooseX(own: XKind) {
    const { x, view } = this, all = this.plots.parts.map(plot => plot.lines.kinds);
    const kinds = all.length ? all.reduce((common, kinds) => common.filter(kind => kinds.includes(kind))) : [];
    if (x.kinds === kinds.join()) return;
    x.kinds = kinds.join();
    x.ending.abort();
    x.ending = new AbortController();
    const chooser = xChooser(view.until(x.ending.signal), kinds, own, "metric");
    x.element.replaceChildren(...(chooser ? [chooser] : []));
    x.element.hidden = !chooser;
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
  private readonly byTag = new Map<string, { panel: P; part: K; ending: AbortController }>();

  /** `make` gets a view for that part alone. */
  constructor(private readonly view: View, readonly element: HTMLElement, private readonly make: (panel: P, view: View) => K) {}

  get parts(): K[] {
    return [...this.byTag.values()].map(({ part }) => part);
  }

  refresh(panels: P[]) {
    const tags = new Set(panels.map(panel => panel.tag));
    for (const tag of this.byTag.keys()) if (!tags.has(tag)) this.end(tag);
    panels.forEach((panel, place) => {
      const { tag } = panel, known = this.byTag.get(tag);
      if (known && known.panel !== panel && known.part.refresh(panel) === false) this.end(tag);
      const { part, ending } = this.byTag.get(tag) ?? this.begin(panel);
      this.byTag.set(tag, { panel, part, ending });
      // Those that are where they belong are not touched: moving one would end what a person does in it.
      const there = this.element.children[place];
      if (there !== part.element) this.element.insertBefore(part.element, there ?? null);
    });
  }

  private begin(panel: P) {
    const ending = new AbortController();
    return { ending, part: this.make(panel, this.view.until(ending.signal)) };
  }

  private end(tag: string) {
    const { part, ending } = this.byTag.get(tag)!;
    ending.abort();
    part.element.remove();
    this.byTag.delete(tag);
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
