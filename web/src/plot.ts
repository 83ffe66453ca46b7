// The curves of one metric.

import type { Curve, Plot } from "../payload";
import { boxes, type Range } from "./box";
import { logToggle, smoothSlider, xChooser, xTitle } from "./axes";
import { h, toggle } from "./dom";
import { Figure, taking, type Drawing, type Trace } from "./figure";
import { asLocal, exactTime, grouped, plain, short, wrapped } from "./format";
import { bandTraces, counts, isGrouped, overAll, words } from "./groups";
import { Hover, type Readable, type Reading } from "./hover";
import { RUN_NAME, type Legend } from "./legend";
import { legendStrip } from "./legend-strip";
import { marks, thinking, type Marked, type Thinking } from "./marks";
import { card, emptyNote, NOTHING, notesOf } from "./parts";
import type { Style } from "./palette";
import { Lines } from "./points";
import { bulkRange } from "./range";
import { crosses, nearest, ranked } from "./reading";
import type { Runs } from "./runs";
import { float, legendCall, literal } from "./rust";
import type { XKind } from "./settings";
import { smooths, type Smoothing } from "./smooth";
import type { Stroke } from "./strokes";
import type { View } from "./view";
import { stretch, Window } from "./window";

/** More cannot be told apart, and take their time. */
const MOST_CURVES = 100;

export class PlotPanel {
  readonly element: HTMLElement;
  readonly lines: Lines;
  private readonly figure: Figure;
  private readonly hover: Hover;
  private readonly left = h("span", { class: "mlb-note", role: "status", hidden: true });
  private readonly beyond = h("span", { class: "mlb-note", role: "status", hidden: true });
  private readonly over = h("span", { class: "mlb-note", role: "status", hidden: true });
  /** Whether the curves are means of groups of runs. */
  private grouped: boolean;
  private notes: HTMLElement;
  private readonly window: Window;
  private readonly empty: HTMLElement;
  /** Why nothing is drawn. */
  private readonly why = h("span", {});
  /** What the other metric on the x axis is called, if one is. */
  private readonly metric: string;
  /** Whether the axis reaches to values that stand far off all others, and the switch for it: shown where there are such. */
  private outliers = false;
  private readonly outliersSwitch: HTMLElement;
  /** Of each trace: the legend entry that it belongs to. */
  private owners: string[] = [];
  /** The curves that are drawn, and whether they are dimmed. */
  private shown: Curve[] = [];
  private dims: (row: number) => boolean = () => false;
  /** A drag draws a box around curves, instead of zooming. */
  private boxing = false;
  private most = MOST_CURVES;

  /** `own`: with its own legend, slider and x chooser, else those of the dashboard serve it. */
  constructor(private readonly view: View, public plot: Plot, own: boolean, private thoughts: NonNullable<Plot["thoughts"]> = plot.thoughts ?? []) {
    this.grouped = isGrouped(plot);
    this.metric = String((plot.layout as any)?.xaxis?.title?.text ?? "metric");
    this.lines = new Lines(plot, view.runs);
    this.window = new Window(view, () => this.plot, () => this.figure.update());
    const stage = h("div", { class: "mlb-stage" });
    this.hover = new Hover(stage, () => this.figure.axes(), () => this.reading(), (run, event) => this.take([run], event));
    this.figure = new Figure(view, plot.tag, () => this.make(), {
      events: { plotly_relayout: () => this.zoomed(), plotly_hover: () => this.hover.silence(true), plotly_unhover: () => this.hover.silence(false) },
      keys: { "Shift+ArrowLeft": () => this.hover.move(-0.02), "Shift+ArrowRight": () => this.hover.move(0.02), "Shift+ArrowUp": () => this.hover.change(-1), "Shift+ArrowDown": () => this.hover.change(1), ...taking(adding => this.hover.take(adding)), Escape: () => this.escape() },
      words: "Shift and an arrow key read the curves: left and right along one, up and down the next one; Enter selects its run, Space adds it, Escape lets all go.",
    });
    boxes(stage, () => this.boxing, () => this.figure.axes(), (range, down) => this.box(range, down));
    this.figure.element.addEventListener("blur", () => this.hover.hide());
    this.empty = emptyNote(view, this.why);
    stage.prepend(this.figure.element, this.empty);
    this.outliersSwitch = toggle("outliers", "Show the values that stand far off all others", false, on => {
      this.outliers = on;
      this.figure.update();
    });
    this.outliersSwitch.hidden = true;
    this.notes = notesOf(plot.notes, this.left, this.beyond, this.over) as HTMLElement;
    const controls = [
      own && smoothSlider(view, plot.smooth, plot.gaussian),
      own && xChooser(view, this.lines.kinds, plot.x, this.metric),
      toggle("box", "Drag a box around curves to select their runs, instead of zooming. Shift: add to the selection", false, on => {
        this.boxing = on;
        stage.classList.toggle("mlb-boxing", on);
        this.figure.update();
      }),
      logToggle(view, "x", plot.tag, this.ownLog("x")),
      logToggle(view, "y", plot.tag, this.ownLog("y")),
      this.outliersSwitch,
    ].filter((part): part is HTMLElement => part !== false);
    const strip = own && legendStrip(view, plot.legend, () => this.plot.series.map(curve => curve.run), value => this.emphasise(value), this.grouped ? legend => counts(this.plot, run => legend.of(run).value) : undefined);
    this.element = card("plot", plot.tag, controls, strip, stage, this.notes);
    view.on(["rows", "selection", "legend", "axes", "theme", "wishes"], () => this.figure.update());
  }

  /** Takes newer curves: what is drawn goes on. */
  refresh(plot: Plot) {
    this.plot = plot;
    this.grouped = isGrouped(plot);
    this.lines.refresh(plot);
    if (plot.thoughts) this.thoughts = plot.thoughts;
    const notes = notesOf(plot.notes, this.left, this.beyond, this.over) as HTMLElement;
    this.notes.replaceWith(notes);
    this.notes = notes;
    this.window.renew();
    this.figure.update();
  }

  /** Other thoughts stand on the curves now. */
  remark(thoughts: NonNullable<Plot["thoughts"]>) {
    if (JSON.stringify(thoughts) === JSON.stringify(this.thoughts)) return;
    this.thoughts = thoughts;
    this.figure.update();
  }

  /** Where fewer points are drawn than were logged, the zoomed stretch gets those that it has room for. */
  private zoomed() {
    const { x } = this.figure.zoom(), own = this.x === this.plot.x;
    this.window.moved(x && (!own ? stretch(this.shown.map(curve => ({ x: curve.x, at: this.xOf(curve) })), x) : this.x === "wall" ? [fromLocal(x[0]), fromLocal(x[1])] : x));
  }

  get weight(): number {
    return this.view.store.smooth ?? this.plot.smooth;
  }

  /** A Gaussian as long as no weight was chosen on the page. */
  get smoothing(): Smoothing {
    return this.view.store.smooth === undefined ? { weight: this.plot.smooth, sigma: this.plot.gaussian } : { weight: this.weight };
  }

  /** What x means: as chosen on the page, if these curves know it. */
  get x(): XKind {
    return this.lines.kinds.find(kind => kind === this.view.store.x) ?? this.plot.x;
  }

  isLog(axis: "x" | "y"): boolean {
    // A time has no logarithm.
    if (axis === "x" && this.x === "wall") return false;
    return this.view.store.isLog(axis, this.plot.tag) ?? this.ownLog(axis);
  }

  /** What makes it: `board.plot("Loss").log_y()`. */
  rust(board: string): string {
    const { plot, view, smoothing: { weight, sigma }, x } = this;
    const time = (ends: [number, number] | null) => ends && (x === "wall" ? (ends.map(fromLocal) as [number, number]) : ends);
    const zoom = this.figure.zoom();
    const range = (call: string, ends: [number, number] | null) => (ends ? `.${call}(${ends.map(end => float(+end.toPrecision(digits(ends)))).join(", ")})` : "");
    return [
      `${board}.plot(${literal(plot.tag)})`,
      this.grouped && plot.legend !== null ? this.groupCalls(plot.legend) : legendCall(view, plot.legend),
      x === "step" ? "" : `.x(${{ relative: "X::Relative", wall: "X::Wall", metric: `X::metric(${literal(this.metric)})` }[x]})`,
      sigma !== undefined ? `.smooth_gaussian(${float(sigma)})` : weight > 0 ? `.smooth(${float(+weight.toFixed(3))})` : "",
      this.isLog("x") ? ".log_x()" : "", this.isLog("y") ? ".log_y()" : "",
      range("x_range", time(zoom.x)), range("y_range", zoom.y),
      plot.runs !== undefined ? `.runs(${plot.runs})` : this.most > MOST_CURVES ? `.runs(${plot.total ?? plot.series.length})` : "",
      ownLayout(plot.extra?.layout, zoom),
      ...(plot.extra?.traces ?? []).map(trace => `.add_trace(${literal(JSON.stringify(trace))})`),
    ].join("");
  }

  private groupCalls(key: string): string {
    const { plot, view } = this;
    const parts = view.runs.columns.get(key)?.parts?.keys;
    const centre = plot.centre ? `.${plot.centre.replace(" ", "_")}()` : "", band = plot.band && bandOf(plot.band);
    return `.group_by(${parts ? `[${parts.map(literal).join(", ")}]` : literal(key)})${centre}${band ? `.band(Band::${band})` : ""}`;
  }

  private ownLog(axis: "x" | "y"): boolean {
    return (this.plot.layout as any)?.[`${axis}axis`]?.type === "log";
  }

  /** Dims all curves but those of one legend entry. */
  emphasise(value: string | null) {
    this.figure.emphasise(value === null ? null : trace => this.owners[trace] === value);
  }

  private make(): Drawing {
    const { view, plot } = this;
    const legend = this.legend();
    const dims = this.grouped ? () => false : view.dims();
    const all = this.visible(legend);
    // Those in focus are drawn last, over the others.
    const curves = this.mattering(all, dims).sort((a, b) => Number(dims(b.run)) - Number(dims(a.run)) || a.run - b.run);
    const lacking = this.lacking();
    this.sayLeft(curves.length, all.length, lacking);
    this.empty.hidden = curves.length > 0;
    this.why.textContent = !lacking ? NOTHING : view.reach ? "The curves of these runs are on their way. " : "The curves of these runs are not in this output: run its cell again. ";
    const over = overAll(plot, view);
    this.over.hidden = over === null;
    this.over.textContent = over;

    const strokes: Stroke[] = [];
    this.owners = [];
    const add = (value: string, stroke: Stroke) => {
      this.owners.push(value);
      strokes.push(stroke);
    };
    const named = new Set<string>();
    // All bands first, so that no band covers a mean.
    for (const curve of curves) {
      const entry = legend.of(curve.run);
      const band = this.lines.smoothedBand(curve, this.smoothing);
      if (band) for (const end of bandTraces(entry, `band${curve.run}`, this.xOf(curve), band.lower, band.upper, view.theme.dark)) add(entry.value, end);
    }
    const behind = counts(plot, run => legend.of(run).value);
    if (smooths(this.smoothing)) {
      for (const curve of curves) {
        if (dims(curve.run)) continue;
        const { colour, value } = legend.of(curve.run);
        add(value, { ...LINE, x: this.xOf(curve), y: this.lines.of(curve).line, line: { color: colour, width: 1 }, opacity: 0.22, showlegend: false, uid: `raw${curve.run}_${curve.rank ?? 0}` });
      }
    }
    for (const curve of curves) {
      const entry = legend.of(curve.run);
      const line = { ...LINE, x: this.xOf(curve), y: this.lines.smoothed(curve, this.smoothing) };
      if (dims(curve.run)) {
        add(entry.value, { ...line, uid: uidOf(curve), line: { color: entry.colour, width: 1 }, opacity: DIMMED, showlegend: false });
        continue;
      }
      add(entry.value, {
        ...line,
        name: plain(entry.label + (behind.get(entry.value) ?? "")),
        legendgroup: entry.value,
        showlegend: !named.has(entry.value),
        uid: uidOf(curve),
        line: { color: entry.colour, width: 1.75, dash: dashOf(entry.dash, curve.rank) },
      });
      named.add(entry.value);
    }
    this.shown = curves;
    this.dims = dims;
    const focus = curves.filter(curve => !dims(curve.run));
    const range = this.bulk(curves);
    const odd = marks(focus.map(curve => this.marked(curve, legend)), this.isLog("y"), range);
    const thought = thinking(focus.flatMap(curve => this.thinking(curve, legend)), view.theme.ground);
    const traces = [odd, thought].filter((trace): trace is Trace => trace !== null), layout = this.layout(range);
    if (!plot.extra) return { strokes, traces, layout };
    // What a person adds of plotly.js's own may speak of any trace: plotly.js draws them all.
    return { traces: [...strokes, ...traces, ...structuredClone(plot.extra.traces ?? [])], layout, over: plot.extra.layout };
  }

  /** The curves that matter, where there are too many: of those in focus, half the newest, half the best by their last values. */
  private mattering(all: Curve[], dims: (row: number) => boolean): Curve[] {
    const focus = all.filter(curve => !dims(curve.run)), most = this.most;
    if (all.length <= most) return [...all];
    if (focus.length <= most) return [...focus, ...all.filter(curve => dims(curve.run)).slice(0, most - focus.length)];
    const newest = focus.slice(0, Math.ceil(most / 2)), others = focus.slice(newest.length);
    const last = others.map(curve => [...this.lines.of(curve).line].reverse().find(value => value !== null) ?? null);
    return [...newest, ...ranked(last, this.plot.higher === true).slice(0, most - newest.length).map(i => others[i])];
  }

  /** How many of the runs that were chosen on the page logged this, and have no curve here. */
  private lacking(): number {
    const { view, plot } = this, { filters, selected } = view.store;
    if (!view.board.more || this.grouped || !(filters.size || selected.size)) return 0;
    const drawn = new Set(plot.series.map(curve => curve.run)), last = view.runs.columns.get(`last(${plot.tag})`)?.values;
    const hides = view.hides();
    return view.focus().filter(row => !drawn.has(row) && !hides(row) && (!last || last[row] !== null)).length;
  }

  private sayLeft(drawn: number, all: number, lacking: number) {
    const { total, higher } = this.plot, reach = this.grouped ? null : this.view.reach;
    const half = Math.ceil(MOST_CURVES / 2);
    const say = (text: string, button?: string, most = MOST_CURVES) => {
      this.left.hidden = false;
      this.left.replaceChildren(text, button === undefined ? "" : h("button", { type: "button", class: "mlb-link", onclick: () => {
        this.most = most;
        reach?.want(most > MOST_CURVES);
        this.figure.update();
      } }, button));
    };
    this.left.hidden = true;
    if (drawn < all) say(`${grouped(drawn)} of ${grouped(all)} curves drawn: the ${half} newest, and the ${MOST_CURVES - half} with the ${higher ? "highest" : "lowest"} last values of the others. `, "Draw all", Infinity);
    else if (drawn > MOST_CURVES) say(`${total === undefined ? "all " : ""}${grouped(all)} curves drawn. `, `Only ${MOST_CURVES}`);
    else if (lacking && !reach) say(`${grouped(lacking)} of the runs that are chosen have no curve in this output: run its cell again.`);
    else if (lacking && !reach!.pending) say(`${grouped(lacking)} more of the runs that are chosen are left out. `, "Draw all", Infinity);
    else if (total !== undefined && reach) say("", `Draw all ${grouped(total)}`, Infinity);
  }

  /** What of the y axis is shown, where some values stand far off all others. A logarithm shows them anyway. */
  private bulk(curves: Curve[]): [number, number] | null {
    const lines = curves.map(curve => this.lines.smoothed(curve, this.smoothing));
    const range = this.isLog("y") ? null : bulkRange(lines);
    this.outliersSwitch.hidden = range === null;
    const beyond = (value: number | null) => value !== null && (value < range![0] || value > range![1]);
    const off = range && !this.outliers ? lines.filter(line => line.some(beyond)).length : 0;
    this.beyond.hidden = off === 0;
    this.beyond.textContent = `${grouped(off)} ${off === 1 ? "curve leaves" : "curves leave"} the axis`;
    return off ? range : null;
  }

  /** The means are of the plot's own column, whatever the page's legend says. */
  private legend(): Legend {
    const { view, plot } = this;
    return this.grouped && plot.legend !== null ? view.legendBy(plot.legend) : view.legend(plot.legend);
  }

  /** A group is drawn as long as its legend entry is switched on: a mean does not follow the table. */
  private visible(legend: Legend): Curve[] {
    const { view } = this;
    if (this.grouped) {
      const hidden = view.store.hiddenOf(legend.key);
      return this.window.series().filter(curve => !hidden.has(legend.of(curve.run).value));
    }
    const visible = new Set(view.visible());
    return this.window.series().filter(curve => visible.has(curve.run));
  }

  private layout(range: [number, number] | null): Record<string, any> {
    const layout = this.plot.layout as Record<string, any>;
    const { x } = this, logX = this.isLog("x"), logY = this.isLog("y");
    const scale = (log: boolean) => (log ? { type: "log", dtick: undefined, exponentformat: "power" } : { type: "linear" });
    const seen = (ends: [number, number] | undefined, log: boolean) => (ends && (!log || ends[0] > 0) ? { range: log ? ends.map(Math.log10) : ends, autorange: false } : {});
    const zoom = this.plot.zoom ?? {};
    const zoomX = x === this.plot.x ? zoom.x : undefined;
    return {
      ...layout,
      ...(this.boxing ? { dragmode: false } : {}),
      hoverdistance: 10,
      // A zoom on one kind of axis means nothing on the other.
      xaxis: { ...layout.xaxis, title: { text: xTitle(x, this.metric) }, ...(x === "wall" ? { type: "date" } : scale(logX)), uirevision: `${x} ${logX}`, ...seen(x === "wall" ? (zoomX?.map(asLocal) as typeof zoomX) : zoomX, logX) },
      // The card's heading says the tag already.
      yaxis: { ...layout.yaxis, title: "", ...scale(logY), uirevision: logY ? "log" : range ? "bulk" : "linear", ...(range ? { range } : {}), ...seen(zoom.y, logY) },
    };
  }

  private xOf(curve: Curve): number[] {
    return this.lines.x(curve, this.x);
  }

  private marked(curve: Curve, legend: Legend): Marked {
    const entry = legend.of(curve.run), { raw, step } = this.lines.of(curve);
    const who = [curve.group ? "" : plain(titleOf(this.view.runs, curve)), legend.key === RUN_NAME ? "" : plain(entry.label)];
    return { curve, x: this.xOf(curve), raw, colour: entry.colour, words: point => [...who, step ? `step ${step[point]}` : ""] };
  }

  /** The thoughts of a curve's run, on its points: by their steps, else by their times. */
  private thinking(curve: Curve, legend: Legend): Thinking[] {
    if (curve.group || curve.rank) return [];
    const { lines, view, smoothing } = this;
    const time = lines.kinds.includes("wall") ? lines.x(curve, "wall") : null;
    const entry = legend.of(curve.run), x = this.xOf(curve), y = lines.smoothed(curve, smoothing), { step } = lines.of(curve);
    return this.thoughts.filter(thought => thought.run === curve.run).flatMap(({ step: at, t, text }) => {
      const point = at !== null && step ? nearest({ x: step, y }, at, Infinity) : time ? nearest({ x: time, y }, asLocal(t), Infinity) : -1;
      // Beside a gap it stands at the last value before it.
      const value = point < 0 ? null : y.slice(0, point + 1).reverse().find(value => value !== null) ?? y.find(value => value !== null) ?? null;
      if (value === null || (this.isLog("y") && value <= 0)) return [];
      const who = [plain(titleOf(view.runs, curve)), legend.key === RUN_NAME ? "" : plain(entry.label), [at === null ? "" : `step ${at}`, exactTime(t)].filter(Boolean).join(" · ")];
      return [{ x: x[point], y: value, colour: entry.colour, run: curve.run, words: [...wrapped(text, 56, 12).map(line => `<b>${plain(line)}</b>`), ...who] }];
    });
  }

  // -------------------------------------------------------------------------------------------------------------- reading and selecting

  private reading(): Reading {
    const { view, plot, x, smoothing } = this;
    const legend = this.legend();
    const lines = this.shown.map((curve): Readable => {
      const entry = legend.of(curve.run), { raw, step } = this.lines.of(curve);
      const { group } = curve;
      const said = group && words(curve, this.lines.of(curve).band?.lower ?? [], this.lines.of(curve).band?.upper ?? [], plot.band);
      return {
        run: curve.run, x: this.xOf(curve), y: this.lines.smoothed(curve, smoothing), raw, step: step?.length ? step : null, dimmed: this.dims(curve.run),
        colour: entry.colour, dash: dashOf(entry.dash, curve.rank),
        name: group ? entry.label : titleOf(view.runs, curve),
        setting: point => (said ? said[point].join("") : legend.key === RUN_NAME ? "" : entry.label),
      };
    });
    return { lines, higher: plot.higher === true, smoothed: smooths(smoothing), bySteps: x === "step", place: at => this.place(at) };
  }

  /** What an x is called. */
  private place(at: number): string {
    switch (this.x) {
      case "step": return `step ${short(Math.round(at))}`;
      case "relative": return `${short(at, 4)} s`;
      case "wall": return exactTime(fromLocal(at));
      case "metric": return `${this.metric} ${short(at)}`;
    }
  }

  private take(runs: number[], event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }) {
    if (this.grouped) {
      // A mean stands for its runs.
      const ids = this.plot.series.filter(curve => runs.includes(curve.run)).flatMap(curve => curve.group?.runs ?? []).map(row => this.view.runs.ids[row]);
      this.view.store.select(event.shiftKey || event.ctrlKey || event.metaKey ? [...this.view.store.selected, ...ids] : ids);
    } else {
      this.view.pick(runs[0], event);
    }
  }

  /** Selects the runs whose curves go through a box. */
  private box({ x, y }: Range, { shiftKey, ctrlKey, metaKey }: PointerEvent) {
    const { store, runs } = this.view, place = this.figure.axes()?.place;
    if (!place) return;
    const hit = this.shown.filter(curve => crosses({ x: this.xOf(curve), y: this.lines.smoothed(curve, this.smoothing) }, x, y, place));
    const ids = hit.flatMap(curve => curve.group?.runs ?? [curve.run]).map(row => runs.ids[row]);
    store.select(shiftKey || ctrlKey || metaKey ? [...store.selected, ...ids] : ids);
  }

  /** Lets the selection go; without one, back to the whole. */
  private escape() {
    if (this.view.store.selected.size) this.view.store.select([]);
    else this.figure.whole();
  }
}

/** A person's own layout; the ranges that are said already would lie over a later zoom. */
function ownLayout(layout: Record<string, any> | undefined, zoom: { x: unknown; y: unknown }): string {
  if (!layout) return "";
  const said = structuredClone(layout);
  for (const axis of ["x", "y"] as const) {
    const its = said[`${axis}axis`];
    if (!zoom[axis] || !its) continue;
    delete its.range;
    if (!Object.keys(its).length) delete said[`${axis}axis`];
  }
  return !Object.keys(said).length ? "" : `.layout(${literal(JSON.stringify(said))})`;
}

const BANDS: Record<string, string> = { "std dev": "StdDev", "std err": "StdErr", "min to max": "MinMax", "95% CI": "bootstrap_ci()" };
/** The band with these words, in Rust. */
function bandOf(words: string): string | undefined {
  const part = (percent: string) => float(+(+percent / 100).toPrecision(12));
  const quantiles = words.match(/^([\d.]+)% to ([\d.]+)%$/), interval = words.match(/^([\d.]+)% CI$/);
  if (quantiles) return `Quantiles(${part(quantiles[1])}, ${part(quantiles[2])})`;
  return BANDS[words] ?? (interval ? `BootstrapCi { level: ${part(interval[1])}, resamples: 1000, seed: 0 }` : undefined);
}
/** The run, the rank if it has several, and its status if that is not what one expects. */
const titleOf = (runs: Runs, { run, rank }: Curve) => runs.title(run) + (rank === undefined ? "" : `, rank ${rank}`) + runs.trouble(run);
/** Ranks above 0 are told from rank 0 where the legend needs no dashes. */
const dashOf = (dash: Style["dash"], rank = 0): Style["dash"] => (rank && dash === "solid" ? (["dash", "dot", "dashdot"] as const)[(rank - 1) % 3] : dash);
/** plotly.js makes a class name of it. */
const uidOf = ({ run, rank }: Curve) => `run${run}_${rank ?? 0}`;
/** Of the curves that are not in focus. */
const DIMMED = 0.13;
const LINE = { type: "scatter", mode: "lines", connectgaps: false, hoverinfo: "skip" };
/** Milliseconds of the clock whose reading a time of plotly.js is. */
const fromLocal = (ms: number) => ms + new Date(ms).getTimezoneOffset() * 60_000;

/** How many digits tell the ends of a range apart, to a hundred-thousandth of its width. */
function digits([from, to]: [number, number]): number {
  const parts = Math.max(Math.abs(from), Math.abs(to)) / Math.abs(to - from);
  return Math.max(5, Math.min(15, 5 + Math.ceil(Math.log10(parts)) || 5));
}
