// Parallel coordinates: an axis for each parameter and result, a line for each run. What is brushed on an axis is a filter on its
// column, here and wherever the board is shown; a click on a line selects its run.

import type { Params } from "../payload";
import { Along, type Stretch } from "./along";
import { h, inFrame, s } from "./dom";
import { cut, grouped, short } from "./format";
import { RUN_NAME } from "./legend";
import { legendStrip } from "./legend-strip";
import { missing, positions, scale } from "./palette";
import { card, emptyNote, notesOf } from "./parts";
import { legendCall, literal } from "./rust";
import type { View } from "./view";

const MOST_LINES = 2_000;
/** Of an axis's name, in pixels. */
const HALF_LETTER = 3.7;
const HEIGHT = 320, TOP = 34, BOTTOM = 14, LEFT = 34, RIGHT = 78;
/** Between the axes and the place of runs without a value. */
const BELOW = 24;
/** The least between two axes: below it one scrolls. */
const SPACING = 92;
const REACH = 14;

interface Axis { key: string; log: boolean; along: Along; x: number; group: SVGElement; brush: SVGElement; gaps: boolean }

export class ParamsPanel {
  readonly element: HTMLElement;
  private readonly stage = h("div", { class: "mlb-parallel" });
  private readonly tip = h("div", { class: "mlb-tip", hidden: true });
  private readonly left = h("span", { class: "mlb-note", hidden: true });
  private readonly empty: HTMLElement;
  private readonly bar = h("div", { class: "mlb-colours" });
  private readonly strip: HTMLElement;
  private readonly axes: Axis[];
  private svg: SVGElement | null = null;
  private lines = new Map<number, SVGElement>();
  private back: SVGElement | null = null;
  private front: SVGElement | null = null;
  private width = 0;
  private lit: number | null = null;
  private emphasised: string | null = null;
  /** What is being brushed: a filter only when the pointer lets go. */
  private brushing: { axis: Axis; stretch: Stretch; gaps: boolean } | null = null;
  private readonly paintSoon = inFrame(() => this.view.alive() && this.paint());

  constructor(private readonly view: View, private readonly params: Params) {
    const known = params.axes.filter(axis => view.runs.columns.has(axis.key));
    this.axes = known.map(({ key, log }) => {
      const along = new Along(view.runs.columns.get(key)!, log);
      return { key, log, along, x: 0, group: s("g"), brush: s("g"), gaps: along.gaps };
    });
    this.empty = emptyNote(view);
    this.strip = legendStrip(view, params.legend, () => view.rows, value => {
      this.emphasised = value;
      this.paintSoon();
    });
    const stage = h("div", { class: "mlb-stage" }, this.stage, this.tip, this.empty);
    const help = h("span", { class: "mlb-count mlb-help" }, "Drag along an axis to filter");
    this.element = card("params", "Parameters and results", [help], this.strip, this.bar, stage, notesOf(params.notes, this.left));
    const size = new ResizeObserver(inFrame(() => {
      if (view.alive() && this.stage.clientWidth && this.stage.clientWidth !== this.width) this.build();
    }));
    size.observe(this.stage);
    view.signal.addEventListener("abort", () => size.disconnect());
    view.on(["theme"], () => this.svg && this.build());
    view.on(["data"], () => {
      for (const axis of this.axes) {
        const column = view.runs.columns.get(axis.key);
        if (column) axis.along = new Along(column, axis.log);
      }
      // Not under the pointer of whoever is brushing.
      if (this.svg && !this.brushing) this.build();
    });
    view.on(["rows", "selection", "legend"], this.paintSoon);
  }

  /** What makes it. */
  rust(board: string): string {
    const { axes, colour, legend } = this.params;
    return `${board}.params().columns([${axes.map(axis => literal(axis.key)).join(", ")}])${colour ? `.color_by(${literal(colour)})` : legendCall(this.view, legend)}`;
  }

  // ---------------------------------------------------------------------------------------------------------------- drawing

  private get foot(): number {
    return HEIGHT - BOTTOM - (this.axes.some(axis => axis.gaps) ? BELOW : 0);
  }

  private y(at: number | null): number {
    return at === null ? this.foot + BELOW - 4 : this.foot - at * (this.foot - TOP);
  }

  private build() {
    const focused = this.axes.findIndex(axis => axis.group === document.activeElement);
    this.width = this.stage.clientWidth;
    const gaps = Math.max(1, this.axes.length - 1);
    const width = Math.max(this.width, LEFT + RIGHT + gaps * SPACING);
    const spacing = (width - LEFT - RIGHT) / gaps;
    this.axes.forEach((axis, i) => (axis.x = LEFT + i * spacing));
    this.back = s("g", { class: "mlb-lines", fill: "none" });
    this.front = s("g", { class: "mlb-lines", fill: "none" });
    this.lines = new Map();
    this.layLines(this.passing());
    for (const axis of this.axes) this.drawAxis(axis, spacing);
    this.svg = s("svg", { class: "mlb-parallel-svg", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "group", "aria-label": `Parallel coordinates of ${grouped(this.view.runs.n)} runs: ${this.axes.map(axis => axis.key).join(", ")}` },
      this.back, this.front, ...this.axes.map(axis => axis.group));
    this.listen(this.svg);
    this.stage.replaceChildren(this.svg);
    if (focused >= 0) this.axes[focused].group.focus();
    this.paint();
  }

  /** Of more runs than there are lines, those that pass have one first: a brush shows runs that had none before. */
  private layLines(passing: number[]) {
    const { n } = this.view.runs;
    if (this.lines.size === n) return;
    const wanted = new Set(n > MOST_LINES ? passing.slice(0, MOST_LINES) : []);
    for (let row = 0; wanted.size < Math.min(n, MOST_LINES); row++) wanted.add(row);
    for (const [row, line] of this.lines) {
      if (wanted.has(row)) continue;
      line.remove();
      this.lines.delete(row);
    }
    // The newest runs come first; they are drawn last, so on top.
    for (const row of [...wanted].reverse()) {
      if (this.lines.has(row)) continue;
      const line = s("path", { d: this.path(row), "data-row": row });
      this.lines.set(row, line);
      this.back!.append(line);
    }
  }

  private path(row: number): string {
    const points = this.axes.map(axis => `${axis.x.toFixed(1)} ${this.y(axis.along.at(this.view.runs.value(axis.key, row))).toFixed(1)}`);
    return `M${points.join("L")}${points.length === 1 ? "h-8" : ""}`;
  }

  private drawAxis(axis: Axis, spacing: number) {
    const { along, key, x } = axis;
    const text = (words: string, props: Record<string, string | number>) => {
      const element = s("text", props);
      element.textContent = words;
      return element;
    };
    const room = Math.floor((spacing - 10) / 6.2);
    // In the middle over its axis, unless that would cut it off at the end of the picture.
    const words = cut(key, Math.max(8, room)), half = words.length * HALF_LETTER, end = this.axes[this.axes.length - 1].x + RIGHT;
    const name = text(words, { class: "mlb-axis-name", x: Math.max(half, Math.min(end - half, x)), y: 14, "text-anchor": "middle" });
    const full = s("title");
    full.textContent = `${key}\nDrag along the axis to filter, double click to show all.`;
    const ticks = along.ticks(Math.floor((this.foot - TOP) / 20)).flatMap(tick => [
      s("line", { x1: x - 3, x2: x + 3, y1: this.y(tick.at), y2: this.y(tick.at) }),
      text(cut(tick.label, Math.max(6, room - 1)), { class: "mlb-axis-tick", x: x + 7, y: this.y(tick.at) + 3.5 }),
    ]);
    axis.brush = s("g");
    const below = axis.gaps ? [text("–", { class: "mlb-axis-tick", x: x + 7, y: this.y(null) + 3.5 })] : [];
    const group = s("g", {
      class: "mlb-axis", tabindex: 0, role: "slider", "aria-orientation": "vertical", "aria-valuemin": 0, "aria-valuemax": 100,
      "aria-label": `${key}: arrow keys move the filter, with Shift they resize it, Delete shows all`,
    }, full, s("rect", { class: "mlb-reach", x: x - REACH, y: TOP - 8, width: 2 * REACH, height: HEIGHT - TOP + 8 }),
      s("line", { class: "mlb-axis-line", x1: x, x2: x, y1: TOP, y2: this.foot }), axis.brush, ...ticks, ...below, name);
    group.addEventListener("keydown", event => this.key(axis, event as KeyboardEvent));
    axis.group = group;
  }

  /** Colours, brushes, and which lines stand out. */
  private paint() {
    if (!this.svg) return;
    const { view } = this;
    const colour = this.colouring();
    const legend = view.legend(this.params.legend);
    const byLegend = !this.scaled();
    const hides = view.hides();
    const rows = this.passing();
    this.layLines(rows);
    const passing = new Set(rows);
    const chosen = new Set(view.selectedRows());
    let drawn = 0, shown = 0;
    for (const [row, line] of this.lines) {
      const gone = hides(row);
      const on = passing.has(row) && !gone;
      const bright = on && (!chosen.size || chosen.has(row)) && (this.emphasised === null || legend.of(row).value === this.emphasised);
      if (on) drawn++;
      shown++;
      line.setAttribute("class", gone ? "mlb-gone" : bright ? "mlb-on" : on ? "mlb-dim" : "mlb-off");
      line.setAttribute("stroke", on ? colour(row) : "currentColor");
      if (byLegend && on) line.setAttribute("stroke-dasharray", { solid: "", dash: "6 3", dot: "2 3", dashdot: "6 3 2 3" }[legend.of(row).dash]);
      else line.removeAttribute("stroke-dasharray");
    }
    this.svg.classList.toggle("mlb-many", drawn > 120);
    this.light(this.lit !== null && this.lines.get(this.lit)?.classList.contains("mlb-on") ? this.lit : null);
    for (const axis of this.axes) this.paintBrush(axis);
    this.empty.hidden = this.axes.length > 0 && view.runs.n > 0;
    this.left.hidden = shown >= view.runs.n;
    this.left.textContent = `${grouped(shown)} of ${grouped(view.runs.n)} lines drawn, the newest${passing.size < view.runs.n ? " that pass first" : ""}`;
    this.strip.hidden = !byLegend;
    this.paintBar();
  }

  private paintBrush(axis: Axis) {
    const { brush, group, along } = axis;
    const live = this.brushing?.axis === axis ? this.brushing : null;
    const typed = this.view.store.filters.get(axis.key);
    const stretch = live ? live.stretch : along.stretch(typed);
    brush.replaceChildren();
    if (stretch && stretch[1] >= 0) {
      const top = this.y(Math.min(1, stretch[1])), height = Math.max(3, this.y(Math.max(0, stretch[0])) - top);
      brush.append(s("rect", { class: "mlb-brush", x: axis.x - 7, y: top, width: 14, height, rx: 3 }));
    }
    if (axis.gaps && (live ? live.gaps : typed?.includes("–"))) brush.append(s("circle", { class: "mlb-brush", cx: axis.x, cy: this.y(null), r: 7 }));
    const whole: Stretch = stretch ?? [0, 1];
    group.setAttribute("aria-valuenow", String(Math.round((whole[0] + whole[1]) * 50)));
    group.setAttribute("aria-valuetext", stretch ? along.says(stretch) : typed ? `filtered: ${typed}` : "all");
    group.classList.toggle("mlb-set", typed !== undefined || live !== null);
  }

  /** Rows that pass, with what is being brushed instead of that column's own filter. */
  private passing(): number[] {
    const { view, brushing } = this;
    if (!brushing) return view.rows;
    const { axis, stretch, gaps } = brushing;
    return view.rows.filter(row => {
      const at = axis.along.at(view.runs.value(axis.key, row));
      return at === null ? gaps : at >= stretch[0] && at <= stretch[1];
    });
  }

  // ---------------------------------------------------------------------------------------------------------------- colours

  /** The column whose numbers are the colours; none: the legend's entries are. A legend chosen on the page comes first. */
  private scaled(): string | null {
    const { view, params } = this;
    if (view.store.legend !== undefined || !params.colour) return null;
    return view.runs.columns.get(params.colour)?.kind === "number" ? params.colour : null;
  }

  private colouring(): (row: number) => string {
    const { view } = this;
    const { dark } = view.theme;
    const key = this.scaled();
    if (key === null) {
      const legend = view.legend(this.params.legend);
      return row => legend.of(row).colour;
    }
    const at = positions(this.finite(key));
    return row => {
      const value = view.runs.value(key, row);
      return typeof value === "number" && Number.isFinite(value) ? scale(at(value), dark).colour : missing(dark).colour;
    };
  }

  private finite(key: string): number[] {
    return (this.view.runs.columns.get(key)!.values as number[]).filter(value => typeof value === "number" && Number.isFinite(value));
  }

  private paintBar() {
    const key = this.scaled();
    this.bar.hidden = key === null;
    if (key === null) return;
    const values = this.finite(key), low = Math.min(...values), high = Math.max(...values);
    const { dark } = this.view.theme;
    const stops = Array.from({ length: 12 }, (_, i) => scale(i / 11, dark).colour).join(", ");
    const ramp = h("span", { class: "mlb-ramp", "aria-hidden": "true" });
    ramp.style.background = `linear-gradient(to right, ${stops})`;
    this.bar.replaceChildren(h("span", { class: "mlb-ramp-name", dir: "auto" }, key), h("span", {}, values.length ? short(low, 4) : short(null)), ramp, h("span", {}, values.length ? short(high, 4) : short(null)));
  }

  // ------------------------------------------------------------------------------------------------------------------ pointer

  private listen(svg: SVGElement) {
    svg.addEventListener("pointermove", event => !this.brushing && this.hover(event as PointerEvent));
    svg.addEventListener("pointerleave", () => this.light(null));
    svg.addEventListener("pointerdown", event => this.press(event as PointerEvent));
    svg.addEventListener("dblclick", event => {
      const axis = this.axisAt(this.point(event as PointerEvent).x);
      if (axis) this.view.store.setFilter(axis.key, "");
    });
  }

  private point(event: PointerEvent): { x: number; y: number } {
    const box = this.svg!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private axisAt(x: number): Axis | null {
    return this.axes.find(axis => Math.abs(axis.x - x) <= REACH) ?? null;
  }

  private press(event: PointerEvent) {
    if (event.button !== 0) return;
    const { x, y } = this.point(event);
    const axis = this.axisAt(x);
    if (!axis) {
      const row = this.nearest(x, y);
      if (row !== null) this.pick(row, event.shiftKey || event.ctrlKey || event.metaKey);
      return;
    }
    event.preventDefault();
    axis.group.focus({ preventScroll: true, focusVisible: false } as FocusOptions);
    this.light(null);
    const { along, key } = axis;
    const at = (y: number) => (this.foot - y) / (this.foot - TOP);
    const from = at(y), own = along.stretch(this.view.store.filters.get(key));
    // A press inside the brush takes it along.
    const grip = own && from > own[0] && from < own[1] && own[1] - own[0] < 0.98 ? from - own[0] : null;
    let moved = false;
    const target = this.svg!;
    target.setPointerCapture(event.pointerId);
    const move = (event: PointerEvent) => {
      const now = this.point(event).y;
      moved ||= Math.abs(now - y) > 3;
      if (!moved) return;
      const to = at(now);
      let stretch: Stretch = [Math.max(0, Math.min(from, to)), Math.min(1, Math.max(from, to))];
      if (grip !== null) {
        const start = Math.max(0, Math.min(1 - (own![1] - own![0]), to - grip));
        stretch = [start, start + own![1] - own![0]];
      }
      const gapAt = at(this.y(null));
      this.brushing = { axis, stretch, gaps: axis.gaps && Math.min(from, to) <= gapAt + 0.03 && grip === null };
      this.paintSoon();
    };
    const end = (event: Event) => {
      for (const name of ["pointermove", "pointerup", "pointercancel"]) target.removeEventListener(name, name === "pointermove" ? move as EventListener : end);
      const done = this.brushing;
      this.brushing = null;
      if (event.type === "pointerup" && done) this.filter(axis, done.stretch, done.gaps);
      // A press at one place takes the brush away, but not when it begins a double click.
      else if (event.type === "pointerup" && !moved && own && grip === null) this.view.store.setFilter(key, "");
      this.paintSoon();
    };
    target.addEventListener("pointermove", move as EventListener);
    target.addEventListener("pointerup", end);
    target.addEventListener("pointercancel", end);
  }

  private filter(axis: Axis, stretch: Stretch, gaps: boolean) {
    const text = axis.along.filter(stretch, this.foot - TOP, gaps);
    if (text !== null) this.view.store.setFilter(axis.key, text);
  }

  private key(axis: Axis, event: KeyboardEvent) {
    const { store } = this.view;
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Delete" || event.key === "Backspace" || event.key === "Escape") store.setFilter(axis.key, "");
    else if (up && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const now = axis.along.stretch(store.filters.get(axis.key));
      this.filter(axis, nudge(now, up, event.shiftKey, axis.along.step), false);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // -------------------------------------------------------------------------------------------------------------------- lines

  /** The line under the pointer. */
  private nearest(x: number, y: number): number | null {
    let best: number | null = null, least = 9;
    const right = this.axes.findIndex(axis => axis.x >= x);
    if (right <= 0) return null;
    const a = this.axes[right - 1], b = this.axes[right];
    const part = (x - a.x) / (b.x - a.x), { runs } = this.view;
    for (const [row, line] of this.lines) {
      if (!line.classList.contains("mlb-on") && !line.classList.contains("mlb-dim")) continue;
      const ya = this.y(a.along.at(runs.value(a.key, row))), yb = this.y(b.along.at(runs.value(b.key, row)));
      const far = Math.abs(ya + (yb - ya) * part - y) / Math.hypot(1, (yb - ya) / (b.x - a.x));
      if (far <= least) [best, least] = [row, far];
    }
    return best;
  }

  private hover(event: PointerEvent) {
    const { x, y } = this.point(event);
    const row = this.axisAt(x) ? null : this.nearest(x, y);
    this.light(row);
    if (row === null) return;
    const { runs } = this.view;
    const legend = this.view.legend(this.params.legend);
    const known = legend.key === RUN_NAME || this.axes.some(axis => axis.key === legend.key);
    this.tip.replaceChildren(h("b", { dir: "auto" }, runs.title(row)), ...(known ? [] : [h("div", {}, legend.of(row).label)]),
      ...this.axes.map(axis => h("div", {}, `${axis.key} `, h("b", {}, cut(runs.text(axis.key, row), 60)))));
    const inner = x - this.stage.scrollLeft;
    const beside = inner > this.stage.clientWidth / 2;
    this.tip.style.left = beside ? "" : `${inner + 14}px`;
    this.tip.style.right = beside ? `${this.stage.clientWidth - inner + 14}px` : "";
    this.tip.style.top = `${Math.max(0, Math.min(y - 10, HEIGHT - 40 - 18 * this.axes.length))}px`;
  }

  /** Draws this line once more, on top. */
  private light(row: number | null) {
    this.tip.hidden = row === null;
    this.svg?.classList.toggle("mlb-pointing", row !== null);
    if (row === this.lit && (row === null) === !this.front?.firstChild) return;
    this.lit = row;
    const line = row === null ? null : this.lines.get(row);
    this.front?.replaceChildren();
    if (!line) return;
    const copy = line.cloneNode() as SVGElement;
    copy.setAttribute("class", "mlb-lit");
    this.front?.append(copy);
  }

  private pick(row: number, adding: boolean) {
    const { store, runs } = this.view;
    const id = runs.ids[row];
    const now = new Set(adding ? store.selected : []);
    if (adding ? !now.delete(id) : !(store.selected.size === 1 && store.selected.has(id))) now.add(id);
    store.select(now);
  }
}

/** A brush after an arrow key: moved as a whole, or its upper end with Shift. Without a brush it begins as the half to that side. */
export function nudge(stretch: Stretch | null, up: number, resize: boolean, step: number): Stretch {
  if (!stretch) return up > 0 ? [0.5, 1] : [0, 0.5];
  const [from, to] = stretch;
  if (resize) return [from, Math.min(1, Math.max(from + step / 2, to + up * step))];
  const start = Math.max(0, Math.min(1 - (to - from), from + up * step));
  return [start, start + to - from];
}
