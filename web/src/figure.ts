// A plotly.js figure that is drawn when it comes into sight, keeps its zoom when it is drawn again, and follows its box.

import { h } from "./dom";
import { released } from "./drag";
import { Clicks } from "./figure-clicks";
import { moveOf } from "./figure-keys";
import { plain } from "./format";
import type { Places } from "./reading";
import { extent, Strokes, type Stroke } from "./strokes";
import { inTurn } from "./turns";
import type { View } from "./view";

/** plotly.js; build.mjs puts it around this code. */
declare const Plotly: any;

export type Trace = Record<string, unknown>;
/** `strokes`: curves that we draw, beneath the traces; `over`: a person's own layout, which lies over ours. */
export interface Drawing { strokes?: Stroke[]; traces: Trace[]; layout: Record<string, any>; over?: Record<string, any> }
/** What a figure has beyond zooming: buttons of plotly.js, what to do at its events and at other keys. `clicks`: a quick second click is a second pick. */
export interface Extras { buttons?: string[]; clicks?: boolean; events?: Record<string, (event: any) => void>; keys?: Record<string, () => void>; /** What those keys do. */ words?: string }

/** The keys that take what is marked: alone, or beside what is selected. */
export const taking = (take: (adding: boolean) => void) => ({ Enter: () => take(false), "Shift+Enter": () => take(true), " ": () => take(true) });

/** Where the axes of a drawn figure lie, in pixels of the figure, and what is where. */
export interface Axes {
  left: number; top: number; width: number; height: number;
  xAt: (pixel: number) => number;
  yAt: (pixel: number) => number;
  /** The pixels of a value. */
  place: Places;
  /** How much of x so many pixels are, near this one. */
  reach: (pixel: number, pixels: number) => number;
}

const ROOM_FOR_TITLE = { t: 40 };
/** How wide a letter of a label is at most, with what stands between two labels, as a part of its height. */
const LETTER = 0.9;

/** Margins in which the labels of the axes have room, and the labels for which they were measured. */
interface Room { of: string; margin: { l: number; r: number; t: number; b: number }; labels: number[] }

export class Figure {
  readonly element: HTMLElement;
  private readonly plot: HTMLElement;
  private drawn = false;
  private inSight = false;
  private stale = true;
  private held = false;
  private readonly clicks: Clicks;
  private readonly strokes = new Strokes();
  private room: Room | null = null;
  /** What plotly.js drew last: the traces and the axes. */
  private around: string | null = null;
  private bright: ((nth: number) => boolean) | null = null;
  private readonly soon = inTurn(() => this.draw());

  constructor(private readonly view: View, private readonly title: string, private readonly make: () => Drawing, private readonly extras: Extras = {}) {
    this.plot = h("div", { class: "mlb-plotly" });
    this.element = h("div", { class: "mlb-figure", role: "figure", tabindex: 0, "aria-label": `${[`${title}. Arrow keys move, plus and minus zoom, 0 resets.`, extras.words].filter(Boolean).join(" ")}` }, this.plot);
    this.element.addEventListener("keydown", event => this.key(event));
    this.clicks = new Clicks(view.store);
    this.plot.addEventListener("pointerdown", () => {
      this.clicks.press();
      this.holdWhileDragged();
    }, true);
    const sight = new IntersectionObserver(entries => {
      this.inSight = entries[entries.length - 1].isIntersecting;
      if (this.inSight && this.stale) this.soon();
    }, { rootMargin: "300px" });
    sight.observe(this.element);
    const size = new ResizeObserver(() => {
      if (this.drawn && this.plot.clientWidth) Plotly.Plots.resize(this.plot);
      else if (this.inSight && this.stale) this.soon();
    });
    size.observe(this.plot);
    const now = () => this.forPrint();
    addEventListener("beforeprint", now);
    view.signal.addEventListener("abort", () => {
      sight.disconnect();
      size.disconnect();
      removeEventListener("beforeprint", now);
      if (this.drawn) Plotly.purge(this.plot);
    });
  }

  /** Something changed: draws again, now if it can be seen, else later. */
  update() {
    this.stale = true;
    if (this.inSight && !this.held) this.soon();
  }

  /** Back from a zoom. */
  whole() {
    if (this.drawn) Plotly.relayout(this.plot, { "xaxis.autorange": true, "yaxis.autorange": true });
  }

  /** null: not drawn yet. */
  axes(): Axes | null {
    const layout = (this.plot as any)._fullLayout;
    if (!this.drawn || !layout?.xaxis?.l2p) return null;
    const { xaxis, yaxis } = layout;
    const xAt = (pixel: number) => xaxis.l2c(xaxis.p2l(pixel - xaxis._offset)) as number;
    return {
      left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length, xAt,
      yAt: pixel => yaxis.l2c(yaxis.p2l(pixel - yaxis._offset)) as number,
      place: { x: value => xaxis._offset + xaxis.c2p(value), y: value => yaxis._offset + yaxis.c2p(value) },
      reach: (pixel, pixels) => Math.abs(xAt(pixel + pixels) - xAt(pixel)),
    };
  }

  /** The stretches of x and y in sight that a person chose, as values (a time as plotly.js has it); null: as they come. */
  zoom(): { x: [number, number] | null; y: [number, number] | null } {
    const layout = (this.plot as any)._fullLayout;
    const of = (axis: any): [number, number] | null => (this.drawn && axis && !axis.autorange ? axis.range.map((end: any) => axis.l2c(axis.r2l(end))) : null);
    return { x: of(layout?.xaxis), y: of(layout?.yaxis) };
  }

  /** What plotly.js says of a point, as if the pointer was there; null: nothing. */
  point(at: { curveNumber: number; pointNumber: number } | null) {
    if (this.drawn) at ? Plotly.Fx.hover(this.plot, [at]) : Plotly.Fx.unhover(this.plot);
  }

  /** Dims all strokes and traces but these, counted in this order, also of what is drawn later; null, or where there are none of these: none. */
  emphasise(which: ((nth: number) => boolean) | null) {
    this.bright = which;
    this.shine();
  }

  private shine() {
    const all = [...this.strokes.paths, ...this.plot.querySelectorAll<SVGElement>(".scatterlayer > .trace")], { bright } = this;
    const which = bright && all.some((_, i) => bright(i)) ? bright : () => true;
    all.forEach((trace, i) => (trace.style.opacity = which(i) ? "" : "0.12"));
  }

  private draw() {
    if (!this.stale || this.held || !this.plot.clientWidth || !this.view.alive()) return;
    this.stale = false;
    const { strokes = [], traces, layout, over } = this.make();
    const frame = this.frame(layout), reach = extent(strokes);
    const of = JSON.stringify([frame.font, this.plot.clientWidth, this.plot.clientHeight, ...[frame.xaxis, frame.yaxis].map(axis => [axis.type, axis.title.text])]);
    if (this.room?.of !== of || over) this.room = null;
    this.strokes.set(strokes);
    (this.plot as any).drawn = [...strokes, ...traces];
    const around = reach && JSON.stringify([traces, reach, frame]);
    // Other curves in the same axes, as after a zoom that was asked about: plotly.js has nothing to do.
    if (this.room && around !== null && around === this.around) return this.curves();
    this.around = around;
    // To measure its labels, plotly.js draws the axes once more.
    if (this.room) {
      frame.margin = this.room.margin;
      frame.xaxis.automargin = frame.yaxis.automargin = false;
    }
    Plotly.react(this.plot, reach ? [...traces, reach] : traces, over ? laid(frame, withTitle(over)) : frame, config(this.extras));
    if (!this.room) this.room = this.measured(of);
    if (!this.drawn) this.listen();
    this.drawn = true;
  }

  private curves() {
    this.strokes.draw((this.plot as any)._fullLayout._plots.xy);
    if (this.bright) this.shine();
  }

  private listen() {
    const { clicks, events: { plotly_click, ...events } = {} } = this.extras;
    const on = (name: string, listener: (event: any) => void) => (this.plot as any).on(name, listener);
    for (const [name, listener] of Object.entries(events)) on(name, listener);
    on("plotly_afterplot", () => this.curves());
    on("plotly_afterplot", () => this.fit());
    // Of the first time, plotly.js told before anybody could listen.
    this.curves();
    if (!clicks) on("plotly_doubleclick", () => this.clicks.unpick());
    if (plotly_click) on("plotly_click", event => this.clicks.doubled || plotly_click(event));
  }

  private measured(of: string): Room {
    const { _size: { l, r, t, b } } = (this.plot as any)._fullLayout;
    return { of, margin: { l, r, t, b }, labels: this.labels() };
  }

  /** What of the labels takes room: the longest along either axis, and all along x where they could touch, and so would be turned. */
  private labels(): number[] {
    const { xaxis, yaxis, font } = (this.plot as any)._fullLayout;
    const lengths = (axis: any): number[] => (axis?._vals ?? []).map((tick: { text?: string }) => tick.text?.length ?? 0);
    const along = lengths(xaxis), all = along.reduce((sum, length) => sum + length, 0), beside = all * font.size * LETTER < xaxis?._length;
    return [Math.max(0, ...along), beside ? 0 : all, Math.max(0, ...lengths(yaxis))];
  }

  /** Longer labels than those that were measured get the room that they need. */
  private fit() {
    const { room } = this;
    if (!room || !this.labels().some((length, i) => length > room.labels[i])) return;
    this.room = null;
    this.update();
  }

  /** Paper has a width of its own: what was drawn for the screen is scaled to it (style.css), and drawn at last if it was not yet. */
  private forPrint() {
    if (this.stale) this.draw();
    for (const svg of this.plot.querySelectorAll(".main-svg")) svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
    addEventListener("afterprint", () => this.plot.querySelectorAll(".main-svg").forEach(svg => svg.removeAttribute("viewBox")), { once: true });
  }

  private frame(layout: Record<string, any>): Record<string, any> {
    const { ground, ink, muted, line } = this.view.theme;
    const { fontSize, fontFamily } = getComputedStyle(this.element);
    // As large as the text around it: style.css has 12 pixels, or more if a person has set more.
    const unit = parseFloat(fontSize) / 12;
    const axis = (given: Record<string, any> = {}) => ({
      gridcolor: line,
      linecolor: line,
      zeroline: false,
      tickfont: { color: muted },
      automargin: true,
      ...given,
      title: { ...titleOf(given.title), font: { color: muted, size: 11 * unit }, standoff: 6 },
    });
    return {
      margin: { l: 46, r: 14, t: 10, b: 16 },
      paper_bgcolor: ground,
      plot_bgcolor: ground,
      font: { color: ink, size: 11 * unit, family: fontFamily },
      hoverlabel: { bgcolor: ground, bordercolor: line, font: { color: ink, size: 12 * unit }, align: "left", namelength: -1 },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: muted, activecolor: ink },
      hovermode: "closest",
      dragmode: "zoom",
      showlegend: false,
      autosize: true,
      uirevision: "kept",
      meta: this.title,
      ...layout,
      title: undefined,
      xaxis: axis(layout.xaxis),
      yaxis: axis(layout.yaxis),
    };
  }

  /** Drawing again in the middle of a drag would end it. */
  private holdWhileDragged() {
    this.held = true;
    const free = () => setTimeout(() => {
      this.held = false;
      if (this.stale) this.soon();
    }, 50);
    released(free);
  }

  private key(event: KeyboardEvent) {
    const axes = (this.plot as any)._fullLayout;
    if (!axes || event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey) return;
    const whole = event.key === "0" || event.key === "Escape" ? () => this.whole() : undefined;
    const own = this.extras.keys?.[(event.shiftKey ? "Shift+" : "") + event.key] ?? whole, move = moveOf(event.key);
    if (!own && !move) return;
    event.preventDefault();
    event.stopPropagation();
    if (own) own();
    else if (move) Plotly.relayout(this.plot, move(axes));
  }
}

/** One over the other: objects are merged, everything else replaces what was there. plotly.js writes into what it is given: a copy. */
function laid(below: any, over: any): any {
  const object = (value: any) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (!object(over)) return structuredClone(over);
  const both = object(below) ? { ...below } : {};
  for (const [key, value] of Object.entries(over)) both[key] = laid(both[key], value);
  return both;
}

/** A person's own title needs room above the axes; a text alone plotly.js does not take for one any more. */
function withTitle(over: Record<string, any>): Record<string, any> {
  const { title } = over;
  return title ? laid({ margin: ROOM_FOR_TITLE }, { ...over, title: typeof title === "string" ? { text: title } : title }) : over;
}

/** As a picture of its own it needs a title and its legend inside. */
function download(plot: any) {
  const title = String(plot.layout.meta);
  const ours = { title: { text: plain(title), font: { size: 14 } }, margin: { ...plot.layout.margin, ...ROOM_FOR_TITLE } };
  const layout = { ...plot.layout, showlegend: true, ...(plot.layout.title?.text ? {} : ours) };
  const { width, height } = plot.getBoundingClientRect();
  Plotly.downloadImage({ data: plot.drawn, layout }, { format: "png", scale: 2, width, height, filename: title.replace(/[^\p{L}\p{N}._-]+/gu, "_") });
}

const config = ({ buttons = [], clicks = false }: Extras) => ({
  displaylogo: false,
  displayModeBar: "hover",
  modeBarButtons: [[...buttons, "zoom2d", "pan2d", "resetScale2d", { name: "download", title: "Download as PNG", icon: Plotly.Icons.camera, click: download }]],
  plotlyServerURL: "",
  responsive: false,
  ...(clicks ? { doubleClickDelay: 0 } : {}),
  // Plotly 4 would offer to upload the chart.
  showSendToCloud: false,
  showTips: false,
  typesetMath: false,
});

/** plotly.js would read markup in it. */
const titleOf = (title: any) => ({ text: plain(String((typeof title === "string" ? title : title?.text) ?? "")) });
