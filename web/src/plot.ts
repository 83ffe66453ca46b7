// The curves of one metric.

import type { Curve, Plot } from "../payload";
import { logToggle, smoothSlider } from "./axes";
import { h, toggle } from "./dom";
import { Figure, type Drawing, type Trace } from "./figure";
import { asLocal, grouped, number, plain, short } from "./format";
import { bandTraces, counts, isGrouped, overAll, words } from "./groups";
import { RUN_NAME, type Legend } from "./legend";
import { legendStrip } from "./legend-strip";
import { card, emptyNote, notesOf } from "./parts";
import { bulkRange } from "./range";
import type { Runs } from "./runs";
import { smooth } from "./smooth";
import type { View } from "./view";

/** Plotly's time grows with the number of curves, not of points. */
const MOST_CURVES = 100;

interface Band { lower: (number | null)[]; upper: (number | null)[] }

interface Points {
  x: number[];
  /** As it was logged. */
  raw: (number | null)[];
  /** As a line takes it: null where it is not finite. Arrays are kept, because plotly.js tells by them what has changed. */
  line: (number | null)[];
  smoothed: { weight: number; line: (number | null)[] };
  /** The ends of a group's band. */
  band: Band | null;
  smoothedBand: { weight: number; band: Band | null };
  step: number[] | null;
}

export class PlotPanel {
  readonly element: HTMLElement;
  private readonly figure: Figure;
  private readonly points = new Map<Curve, Points>();
  private readonly left = h("span", { class: "mlb-note", hidden: true });
  private readonly beyond = h("span", { class: "mlb-note", role: "status", hidden: true });
  private readonly over = h("span", { class: "mlb-note", role: "status", hidden: true });
  /** Whether the curves are means of groups of runs. */
  private readonly grouped: boolean;
  private readonly empty: HTMLElement;
  private readonly ownLog: boolean;
  /** Whether the axis reaches to values that stand far off all others, and the switch for it: shown where there are such. */
  private outliers = false;
  private readonly outliersSwitch: HTMLElement;
  /** Of each trace: the legend entry that it belongs to. */
  private owners: string[] = [];

  /** `own`: with its own legend and slider, else those of the dashboard serve it. */
  constructor(private readonly view: View, readonly plot: Plot, own: boolean) {
    this.grouped = isGrouped(plot);
    this.ownLog = (plot.layout as any)?.yaxis?.type === "log";
    this.figure = new Figure(view, plot.tag, () => this.make());
    this.empty = emptyNote(view);
    this.outliersSwitch = toggle("outliers", "Show the values that stand far off all others", false, on => {
      this.outliers = on;
      this.figure.update();
    });
    this.outliersSwitch.hidden = true;
    const controls = [
      own && smoothSlider(view, plot.smooth),
      logToggle(view, "y", plot.tag, this.ownLog),
      this.outliersSwitch,
    ].filter((part): part is HTMLElement => part !== false);
    const strip = own && legendStrip(view, plot.legend, () => plot.series.map(curve => curve.run), value => this.emphasise(value), this.grouped ? legend => counts(plot, run => legend.of(run).value) : undefined);
    this.element = card("plot", plot.tag, controls, strip, h("div", { class: "mlb-stage" }, this.figure.element, this.empty), notesOf(plot.notes, this.left, this.beyond, this.over));
    view.on(["rows", "selection", "legend", "axes", "theme"], () => this.figure.update());
  }

  private get weight(): number {
    return this.view.store.smooth ?? this.plot.smooth;
  }

  private get log(): boolean {
    return this.view.store.isLog("y", this.plot.tag) ?? this.ownLog;
  }

  /** Dims all curves but those of one legend entry. */
  emphasise(value: string | null) {
    this.figure.emphasise(value === null ? null : trace => this.owners[trace] === value);
  }

  private make(): Drawing {
    const { view, plot } = this;
    const legend = this.legend();
    const dims = this.grouped ? () => false : view.dims();
    // Those in focus first: what is too much is of the others. They are drawn last, over the others.
    const all = this.visible(legend).sort((a, b) => Number(dims(a.run)) - Number(dims(b.run)));
    const curves = all.slice(0, MOST_CURVES).reverse().sort((a, b) => Number(dims(b.run)) - Number(dims(a.run)) || a.run - b.run);
    this.left.hidden = all.length === curves.length;
    this.left.textContent = `${curves.length} of ${grouped(all.length)} curves drawn: filter or select to see others`;
    this.empty.hidden = curves.length > 0;
    const over = overAll(plot, view);
    this.over.hidden = over === null;
    this.over.textContent = over;

    const traces: Trace[] = [];
    this.owners = [];
    const add = (value: string, trace: Trace) => {
      this.owners.push(value);
      traces.push(trace);
    };
    const named = new Set<string>();
    // All bands first, so that no band covers a mean.
    for (const curve of curves) {
      const entry = legend.of(curve.run);
      const points = this.pointsOf(curve);
      const band = this.smoothedBand(points);
      if (band) for (const end of bandTraces(entry, `band${curve.run}`, points.x, band.lower, band.upper, view.theme.dark)) add(entry.value, end);
    }
    const behind = counts(plot, run => legend.of(run).value);
    if (this.weight > 0) {
      for (const curve of curves) {
        if (dims(curve.run)) continue;
        const { colour, value } = legend.of(curve.run);
        const { x, line } = this.pointsOf(curve);
        add(value, { ...LINE, x, y: line, line: { color: colour, width: 1 }, opacity: 0.22, hoverinfo: "skip", showlegend: false, uid: `raw${curve.run}_${curve.rank ?? 0}` });
      }
    }
    for (const curve of curves) {
      const entry = legend.of(curve.run);
      const points = this.pointsOf(curve);
      if (dims(curve.run)) {
        add(entry.value, { ...LINE, x: points.x, y: this.smoothed(points), uid: uidOf(curve), line: { color: entry.colour, width: 1 }, opacity: DIMMED, hoverinfo: "skip", showlegend: false });
        continue;
      }
      add(entry.value, {
        ...LINE,
        x: points.x,
        y: this.smoothed(points),
        name: plain(entry.label + (behind.get(entry.value) ?? "")),
        legendgroup: entry.value,
        showlegend: !named.has(entry.value),
        uid: uidOf(curve),
        line: { color: entry.colour, width: 1.75, dash: dashOf(entry.dash, curve.rank) },
        meta: [plain(titleOf(view.runs, curve)), plain(entry.label)],
        customdata: curve.group ? this.wordsOf(curve, points) : this.customdata(points),
        hovertemplate: curve.group ? this.hoverOfGroup() : this.hover(legend),
      });
      named.add(entry.value);
    }
    const range = this.bulk(curves);
    const marks = this.marks(curves.filter(curve => !dims(curve.run)), legend, range);
    if (marks) add("", marks);
    return { traces, layout: this.layout(range) };
  }

  /** What of the y axis is shown, where some values stand far off all others. A logarithm shows them anyway. */
  private bulk(curves: Curve[]): [number, number] | null {
    const range = this.log ? null : bulkRange(curves.map(curve => this.smoothed(this.pointsOf(curve))));
    this.outliersSwitch.hidden = range === null;
    const beyond = (value: number | null) => value !== null && (value < range![0] || value > range![1]);
    const off = range && !this.outliers ? curves.filter(curve => this.smoothed(this.pointsOf(curve)).some(beyond)).length : 0;
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
    const { view, plot } = this;
    if (this.grouped) {
      const hidden = view.store.hiddenOf(legend.key);
      return plot.series.filter(curve => !hidden.has(legend.of(curve.run).value));
    }
    const visible = new Set(view.visible(legend));
    return plot.series.filter(curve => visible.has(curve.run));
  }

  private layout(range: [number, number] | null): Record<string, any> {
    const layout = this.plot.layout as Record<string, any>;
    // A zoom on one kind of axis means nothing on the other.
    const kind = this.log ? "log" : range ? "bulk" : "linear";
    return {
      ...layout,
      xaxis: { ...layout.xaxis, ...(this.plot.x === "wall" ? { type: "date" } : {}) },
      // The card's heading says the tag already.
      yaxis: { ...layout.yaxis, title: "", type: this.log ? "log" : "linear", uirevision: kind, ...(range ? { range } : {}), ...(this.log ? { dtick: undefined, exponentformat: "power" } : {}) },
    };
  }

  private pointsOf(curve: Curve): Points {
    let points = this.points.get(curve);
    if (!points) {
      const raw = curve.y.map(number);
      const line = finite(raw);
      const { group } = curve;
      const band = group?.lower.length ? { lower: finite(group.lower.map(number)), upper: finite(group.upper.map(number)) } : null;
      points = { x: this.plot.x === "wall" ? curve.x.map(asLocal) : curve.x, raw, line, smoothed: { weight: 0, line }, band, smoothedBand: { weight: 0, band }, step: curve.step ?? null };
      this.points.set(curve, points);
    }
    return points;
  }

  private smoothed(points: Points): (number | null)[] {
    const { weight } = this;
    if (points.smoothed.weight !== weight) points.smoothed = { weight, line: weight > 0 ? finite(smooth(points.raw, weight)) : points.line };
    return points.smoothed.line;
  }

  /** The average of a sum is the sum of the averages, so that the mean stays where it was in its band. */
  private smoothedBand(points: Points): Band | null {
    const { weight } = this;
    const { band } = points;
    if (!band) return null;
    if (points.smoothedBand.weight !== weight) {
      points.smoothedBand = { weight, band: weight > 0 ? { lower: smooth(band.lower, weight), upper: smooth(band.upper, weight) } : band };
    }
    return points.smoothedBand.band;
  }

  private wordsOf(curve: Curve, points: Points): unknown[] {
    const { lower, upper } = points.band ?? { lower: [], upper: [] };
    return words(curve, lower, upper, this.plot.band).map((said, i) => [...said, short(points.raw[i], 5)]);
  }

  private hoverOfGroup(): string {
    const mean = this.weight > 0 ? "<br><b>%{y:.5~g}</b> smoothed, mean %{customdata[2]}" : "<br><b>%{y:.5~g}</b> mean";
    return `%{meta[1]}${PLACE[this.plot.x]}${mean}%{customdata[1]}<br>%{customdata[0]}<extra></extra>`;
  }

  private customdata({ step, raw }: Points): unknown[] | undefined {
    if (this.weight > 0) return raw.map((value, i) => [step ? step[i] : 0, short(value)]);
    return step?.map(value => [value]);
  }

  private hover(legend: Legend): string {
    const { x } = this.plot;
    const place = PLACE[x];
    const step = "<br>step %{customdata[0]}";
    const setting = legend.key === RUN_NAME ? "" : "<br>%{meta[1]}";
    const value = this.weight > 0 ? "<br><b>%{y:.5~g}</b> smoothed, %{customdata[1]} logged" : "<br><b>%{y:.5~g}</b>";
    return `%{meta[0]}${setting}${place}${x === "step" || !this.plot.series.some(curve => curve.step) ? "" : step}${value}<extra></extra>`;
  }

  /** What a line cannot show: NaN and infinities where they happened, and a point alone. */
  private marks(curves: Curve[], legend: Legend, range: [number, number] | null): Trace | null {
    const x: number[] = [], y: number[] = [], text: string[] = [], symbol: string[] = [], color: string[] = [], size: number[] = [];
    let low = Infinity, high = -Infinity;
    const usable = (value: number | null) => value !== null && Number.isFinite(value) && (!this.log || value > 0);
    for (const curve of curves) {
      for (const value of this.pointsOf(curve).raw) {
        if (!usable(value)) continue;
        low = Math.min(low, value!);
        high = Math.max(high, value!);
      }
    }
    if (low > high) [low, high] = this.log ? [1, 1] : [0, 0];
    const onAxis = (value: number) => (range ? Math.min(range[1], Math.max(range[0], value)) : value);
    for (const curve of curves) {
      const points = this.pointsOf(curve);
      const entry = legend.of(curve.run);
      let last: number | null = null;
      points.raw.forEach((value, i) => {
        const ok = usable(value);
        if (ok) last = value;
        const alone = ok && !usable(points.raw[i - 1] ?? null) && !usable(points.raw[i + 1] ?? null);
        const odd = value !== null && !Number.isFinite(value);
        if (!alone && !odd) return;
        const where = points.step ? `step ${points.step[i]}` : this.plot.x === "step" ? `step ${points.x[i]}` : "";
        x.push(points.x[i]);
        if (alone) y.push(onAxis(value!));
        else if (Number.isNaN(value!)) y.push(onAxis(last ?? points.raw.find(usable) ?? low));
        else y.push(onAxis(value! > 0 ? high : low));
        symbol.push(alone ? "circle" : Number.isNaN(value!) ? "x-thin-open" : value! > 0 ? "triangle-up" : "triangle-down");
        size.push(alone ? 6 : 9);
        color.push(entry.colour);
        text.push([curve.group ? "" : plain(titleOf(this.view.runs, curve)), legend.key === RUN_NAME ? "" : plain(entry.label), where, `<b>${short(value)}</b>`].filter(Boolean).join("<br>"));
      });
    }
    if (!x.length) return null;
    return { type: "scatter", mode: "markers", x, y, text, marker: { symbol, color, size, line: { width: 2, color } }, hovertemplate: "%{text}<extra></extra>", showlegend: false, uid: "marks", cliponaxis: false };
  }
}

/** Where a point is, for hover. */
const PLACE = { step: "<br>step %{x}", relative: "<br>%{x:.4~g} s", wall: "<br>%{x|%d %b %H:%M:%S}", metric: "<br>x %{x:.5~g}" };
/** The run, the rank if it has several, and its status if that is not what one expects. */
const titleOf = (runs: Runs, { run, rank }: Curve) => runs.title(run) + (rank === undefined ? "" : `, rank ${rank}`) + runs.trouble(run);
/** Ranks above 0 are told from rank 0 where the legend needs no dashes. */
const dashOf = (dash: string, rank = 0) => (rank && dash === "solid" ? ["dash", "dot", "dashdot"][(rank - 1) % 3] : dash);
/** plotly.js makes a class name of it. */
const uidOf = ({ run, rank }: Curve) => `run${run}_${rank ?? 0}`;
/** Of the curves that are not in focus. */
const DIMMED = 0.13;
const LINE = { type: "scatter", mode: "lines", connectgaps: false };
const finite = (values: (number | null)[]) => values.map(value => (value !== null && Number.isFinite(value) ? value : null));
