// The histograms of one tag. At the step of the slider or the nearest before it: laid over one another, or one for each run; or over all
// steps, a picture for each run.

import type { Histograms } from "../payload";
import { h, s, toggle } from "./dom";
import { Figure, type Drawing, type Trace } from "./figure";
import { grouped, plain, short } from "./format";
import { densities, heatMap, ridgelines } from "./histogram-time";
import { latest } from "./images";
import { RUN_NAME } from "./legend";
import { captionOf, card, emptyNote, keepFocus, noted, picks } from "./parts";
import { legendCall, literal } from "./rust";
import { span } from "./span";
import { PanelStep } from "./steps";
import type { View } from "./view";

type Item = Histograms["items"][number];

const TILES = 60;
/** Pictures over all steps: each is many histograms. */
const OVER_STEPS = 24;
/** More curves over one another cannot be told apart. */
const OVERLAID = 40;
/** More translucent fills make a solid one. */
const FILLED = 5;

type Mode = "overlay" | "each" | "ridges" | "heat";

const MODES: { mode: Mode; text: string; title: string }[] = [
  { mode: "each", text: "each run", title: "One histogram for each run, instead of all in one picture" },
  { mode: "ridges", text: "ridgelines", title: "All steps of each run, one behind the other" },
  { mode: "heat", text: "heat map", title: "All steps of each run, a column for each" },
];

export class HistogramPanel {
  readonly element: HTMLElement;
  private readonly overlay: Figure;
  private readonly tiles = h("div", { class: "mlb-tiles mlb-histograms", role: "list", hidden: true });
  private readonly left = h("span", { class: "mlb-note", hidden: true });
  private readonly far = h("span", { class: "mlb-note", hidden: true });
  private readonly empty: HTMLElement;
  private readonly byRun = new Map<number, Item[]>();
  private mode: Mode = "overlay";
  private readonly step: PanelStep;
  private notes: HTMLElement;

  constructor(private readonly view: View, private histograms: Histograms) {
    this.sortOut();
    this.notes = noted(histograms.notes, this.left, this.far);
    this.empty = emptyNote(view);
    this.step = new PanelStep(view, histograms.steps, () => this.update());
    this.overlay = new Figure(view, histograms.tag, () => this.makeOverlay(), {
      events: { plotly_click: ({ points: [point], event }) => point && view.pick(+point.data.uid.slice("run".length), event) },
    });
    const { element: slider } = this.step;
    const modes = MODES.filter(({ mode }) => slider || mode === "each").map(({ mode, text, title }) => {
      const button = toggle(text, title, false, on => {
        this.mode = on ? mode : "overlay";
        for (const other of modes) other.setAttribute("aria-pressed", String(other === button && on));
        this.update();
      });
      return button;
    });
    const controls = slider ? [slider, ...modes] : modes;
    this.element = card("histogram", histograms.tag, controls, h("div", { class: "mlb-stage" }, this.overlay.element, this.tiles, this.empty), this.notes);
    view.on(["rows", "selection", "legend", "theme"], () => this.update());
    this.update();
  }

  /** Takes newer histograms. */
  refresh(histograms: Histograms): void | false {
    if (!this.step.refresh(histograms.steps)) return false;
    this.histograms = histograms;
    this.sortOut();
    const notes = noted(histograms.notes, this.left, this.far);
    this.notes.replaceWith(notes);
    this.notes = notes;
    this.update();
  }

  private sortOut() {
    this.byRun.clear();
    for (const item of this.histograms.items) {
      if (!this.byRun.has(item.run)) this.byRun.set(item.run, []);
      this.byRun.get(item.run)!.push(item);
    }
    for (const items of this.byRun.values()) items.sort((a, b) => a.step - b.step);
  }

  /** What makes it. */
  rust(board: string): string {
    return `${board}.histogram(${literal(this.histograms.tag)})${legendCall(this.view, this.histograms.legend)}`;
  }

  /** What is to be drawn: the item of each visible run, in the order of the legend. */
  private items(most: number): Item[] {
    const { view, histograms } = this;
    const legend = view.legend(histograms.legend);
    const order = new Map(legend.entries.map((entry, i) => [entry.value, i]));
    const items = view.visible().map(row => latest(this.byRun.get(row) ?? [], this.step.now)).filter((item): item is Item => item !== null);
    const place = (item: Item) => order.get(legend.of(item.run).value) ?? 0;
    items.sort((a, b) => place(a) - place(b) || a.run - b.run);
    this.empty.hidden = items.length > 0;
    this.left.hidden = items.length <= most;
    this.left.textContent = `${most} of ${grouped(items.length)} runs drawn: filter or select to see others`;
    return items.slice(0, most);
  }

  /** From where to where all of them are drawn, so that they compare; says what lies outside. */
  private span(items: Item[], more = "") {
    const { range, said } = span(items);
    this.far.hidden = !said;
    this.far.textContent = said + more;
    return { range, said };
  }

  private update() {
    const { mode } = this, over = mode === "ridges" || mode === "heat";
    this.overlay.element.hidden = mode !== "overlay";
    this.tiles.hidden = mode === "overlay";
    this.tiles.classList.toggle("mlb-over-steps", over);
    if (over) this.drawOverSteps();
    else if (mode === "each") this.drawTiles();
    else this.overlay.update();
  }

  private makeOverlay(): Drawing {
    const legend = this.view.legend(this.histograms.legend);
    const named = new Set<string>();
    const dims = this.view.dims();
    const items = this.items(OVERLAID).filter(item => item.counts.length);
    const traces = items.map((item): Trace => {
      const entry = legend.of(item.run);
      const first = !named.has(entry.value);
      named.add(entry.value);
      const heights = densities(item);
      return {
        type: "scatter",
        mode: "lines",
        x: [item.edges[0], ...item.edges],
        y: [0, ...heights, 0],
        line: { shape: "hv", color: entry.colour, width: 1.5, dash: entry.dash },
        ...(items.length <= FILLED ? { fill: "tozeroy", fillcolor: `${entry.colour}22` } : {}),
        name: plain(entry.label),
        legendgroup: entry.value,
        showlegend: first,
        uid: `run${item.run}`,
        opacity: dims(item.run) ? 0.15 : 1,
        meta: [plain(this.view.runs.title(item.run)), legend.key === RUN_NAME ? "" : `<br>${plain(entry.label)}`, item.step],
        customdata: [[""], ...item.counts.map((count, i) => [`${short(item.edges[i], 3)} to ${short(item.edges[i + 1], 3)}: ${grouped(count)}`]), [""]],
        hovertemplate: "%{meta[0]}%{meta[1]}<br>step %{meta[2]}<br><b>%{customdata[0]}</b><extra></extra>",
      };
    });
    const { range, said } = this.span(items, " (double click: all)");
    return { traces, layout: { xaxis: { title: "value", ...(said ? { range } : {}) }, yaxis: { title: "density", rangemode: "tozero" } } };
  }

  private drawTiles() {
    const legend = this.view.legend(this.histograms.legend);
    const items = this.items(TILES);
    const { range: [low, high] } = this.span(items);
    const dims = this.view.dims();
    keepFocus(this.tiles, () => this.tiles.replaceChildren(...items.map(item => {
      const entry = legend.of(item.run);
      const facts = [legend.key === RUN_NAME ? "" : this.view.runs.names[item.run], `step ${item.step}`, `n ${grouped(item.n)}`, item.nan ? `${grouped(item.nan)} NaN` : ""].filter(Boolean).join(" · ");
      const caption = picks(h("div", { class: "mlb-caption" }, captionOf(entry), h("div", { class: "mlb-second", dir: "auto", title: facts }, facts)), this.view, item.run);
      return h("div", { class: `mlb-tile${dims(item.run) ? " mlb-dimmed" : ""}`, role: "listitem" }, this.bars(item, entry.colour, low, high), caption);
    })));
  }

  /** All steps of each run. The runs have one range of values, so that they compare. */
  private drawOverSteps() {
    const { view, mode } = this, legend = view.legend(this.histograms.legend);
    const runs = this.items(OVER_STEPS).map(item => this.byRun.get(item.run)!.filter(each => each.counts.length)).filter(items => items.length);
    const { range } = this.span(runs.flat());
    const dims = view.dims();
    keepFocus(this.tiles, () => this.tiles.replaceChildren(...runs.map(items => {
      const { run } = items[0], entry = legend.of(run);
      const over = { items, tag: this.histograms.tag, title: view.runs.title(run), colour: entry.colour, dark: view.theme.dark, range, now: this.step.now, choose: (step: number) => this.step.set(step) };
      const facts = [legend.key === RUN_NAME ? "" : view.runs.names[run], `${grouped(items.length)} steps`].filter(Boolean).join(" · ");
      const caption = picks(h("div", { class: "mlb-caption" }, captionOf(entry), h("div", { class: "mlb-second", dir: "auto", title: facts }, facts)), view, run);
      return h("div", { class: `mlb-tile${dims(run) ? " mlb-dimmed" : ""}`, role: "listitem" }, mode === "ridges" ? ridgelines(over) : heatMap(over), caption);
    })));
  }

  private bars(item: Item, colour: string, low: number, high: number): SVGElement {
    const width = 200, height = 70, span = high - low || 1;
    const x = (value: number) => Math.max(0, Math.min(1, (value - low) / span)) * width;
    const heights = densities(item), top = Math.max(...heights, Number.MIN_VALUE);
    const bars = heights.map((value, i) => {
      const bar = s("rect", { x: x(item.edges[i]), y: height - (value / top) * height, width: Math.max(0.75, x(item.edges[i + 1]) - x(item.edges[i]) - 0.4), height: (value / top) * height, fill: colour });
      const tip = s("title");
      tip.textContent = `${short(item.edges[i], 3)} to ${short(item.edges[i + 1], 3)}: ${grouped(item.counts[i])}`;
      bar.append(tip);
      return bar;
    });
    const label = `${this.histograms.tag} of ${this.view.runs.title(item.run)} at step ${item.step}: from ${short(item.min, 3)} to ${short(item.max, 3)}, mean ${short(item.mean, 3)}`;
    const text = (at: number, anchor: string, value: number) => {
      const tick = s("text", { x: at, y: height + 12, "text-anchor": anchor });
      tick.textContent = short(value, 3);
      return tick;
    };
    return s("svg", { class: "mlb-bars", viewBox: `0 0 ${width} ${height + 15}`, role: "img", "aria-label": label }, ...bars,
      s("line", { x1: 0, x2: width, y1: height, y2: height }), ...(Number.isFinite(high - low) ? [text(0, "start", low), text(width, "end", high)] : []));
  }
}
