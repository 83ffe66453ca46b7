// What every curve says where the pointer is: a rule at its x, and a list with the best first. A click takes the curve beneath it. By the keyboard
// the reading goes along a curve, and from one to the next.

import { h, inFrame } from "./dom";
import { released } from "./drag";
import type { Axes } from "./figure";
import { cut, grouped, short } from "./format";
import { stroke } from "./parts";
import type { Style } from "./palette";
import { between, nearest, ranked, type Line } from "./reading";

/** A curve that can be read. */
export interface Readable extends Line, Style {
  run: number;
  name: string;
  /** What the legend says of it, at a point; empty: its name says that. */
  setting: (point: number) => string;
  /** As it was logged; the line may be smoothed. */
  raw: (number | null)[];
  step: number[] | null;
  /** Not in focus: a click can take it, but it is not read. */
  dimmed: boolean;
}

export interface Reading {
  lines: Readable[];
  /** Whether high values are the good ones. */
  higher: boolean;
  smoothed: boolean;
  /** What an x is called: `step 120`. */
  place: (x: number) => string;
  /** Whether x is the step. */
  bySteps: boolean;
}

/** Pixels: how far from a curve a click still means it, how far beyond its end it is still read, and what no click is any more. */
const NEAR = 16, BEYOND = 6, DRAG = 4;
const ROW = 17, MOST_ROWS = 14;

/** Where it is read, in pixels of the stage. By keys also a dimmed curve is: that is how one finds it. */
interface At { x: number; y: number; byKeys?: boolean }
type Adding = Pick<PointerEvent, "shiftKey" | "ctrlKey" | "metaKey">;

export class Hover {
  private readonly rule = h("div", { class: "mlb-rule", hidden: true });
  private readonly spot = h("div", { class: "mlb-spot", hidden: true });
  private readonly tip = h("div", { class: "mlb-tip mlb-reading", hidden: true });
  private at: At | null = null;
  /** plotly.js says something of its own: a mark. */
  private silent = false;
  private readonly soon = inFrame(() => this.draw());

  /** `stage` holds the figure; `axes` is null before it is drawn. */
  constructor(private readonly stage: HTMLElement, private readonly axes: () => Axes | null, private readonly read: () => Reading, private readonly taken: (run: number, event: Adding) => void) {
    stage.append(this.rule, this.spot, this.tip);
    stage.addEventListener("pointermove", event => {
      if (event.buttons) return this.hide();
      this.at = this.place(event);
      this.soon();
    });
    stage.addEventListener("pointerleave", () => this.hide());
    stage.addEventListener("pointerdown", event => {
      const from = event.button === 0 ? this.place(event) : null;
      // plotly.js lays a cover over the page as long as a button is down: the end is not heard in the stage.
      if (from) released(up => up.type === "pointerup" && this.click(from, up));
    }, true);
  }

  /** A mark under the pointer speaks instead. */
  silence(silent: boolean) {
    this.silent = silent;
    this.soon();
  }

  hide() {
    this.at = null;
    this.soon();
  }

  /** Moves the reading by the keyboard along its curve: `by` of the width of the plot, from its middle at first. */
  move(by: number) {
    const axes = this.axes();
    if (!axes) return;
    const { left, width, top, height } = axes, { at } = this;
    if (!at) return this.go({ x: left + width / 2, y: top + height / 2 });
    const { lines } = this.read(), hit = this.closest(lines, at);
    const x = Math.min(left + width, Math.max(left, at.x + by * width));
    this.go({ x, y: (hit && this.height(lines[hit.line], x, axes)) ?? at.y });
  }

  /** Moves the reading to the next curve above (-1) or below (1). */
  change(way: 1 | -1) {
    const axes = this.axes(), { at } = this;
    if (!axes || !at) return this.move(0);
    const { lines } = this.read(), from = this.closest(lines, at)?.y ?? at.y;
    const beyond = lines.flatMap(line => this.height(line, at.x, axes) ?? []).filter(y => (y - from) * way > 0);
    if (beyond.length) this.go({ x: at.x, y: way * Math.min(...beyond.map(y => y * way)) });
  }

  /** Takes the curve that the reading is at; where nothing is read yet, reads. */
  take(adding: boolean) {
    if (!this.at) return this.move(0);
    const { lines } = this.read(), hit = this.closest(lines, this.at);
    if (hit) this.taken(lines[hit.line].run, { shiftKey: adding, ctrlKey: false, metaKey: false });
  }

  private go(at: { x: number; y: number }) {
    this.at = { ...at, byKeys: true };
    this.soon();
  }

  private place(event: PointerEvent): { x: number; y: number } | null {
    const axes = this.axes();
    const box = this.stage.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    const inside = axes && x >= axes.left && x <= axes.left + axes.width && y >= axes.top && y <= axes.top + axes.height;
    return inside && !(event.target as Partial<Element>).closest?.(".modebar") ? { x, y } : null;
  }

  private click(from: { x: number; y: number }, event: PointerEvent) {
    const to = this.place(event);
    if (!to || Math.hypot(from.x - to.x, from.y - to.y) > DRAG) return;
    const { lines } = this.read();
    const hit = this.closest(lines, to);
    if (hit && hit.distance <= NEAR) this.taken(lines[hit.line].run, event);
  }

  /** The line that is nearest above or below the pointer. */
  private closest(lines: Readable[], at: { x: number; y: number }): { line: number; distance: number; y: number } | null {
    const axes = this.axes();
    if (!axes) return null;
    let best: { line: number; distance: number; y: number } | null = null;
    lines.forEach((line, i) => {
      const y = this.height(line, at.x, axes);
      if (y === null) return;
      const distance = Math.abs(y - at.y);
      if (!best || distance < best.distance) best = { line: i, distance, y };
    });
    return best;
  }

  /** Where a line is at this x of the stage. */
  private height(line: Line, x: number, { xAt, reach, place }: Axes): number | null {
    return between(line, xAt(x), reach(x, BEYOND), place);
  }

  private draw() {
    const { at, rule, spot, tip } = this;
    const axes = this.axes();
    const reading = at && axes && !this.silent ? this.read() : null;
    const shown = reading !== null && reading.lines.some(line => !line.dimmed);
    rule.hidden = spot.hidden = tip.hidden = !shown;
    if (!shown || !at || !axes) return;
    const reached = at.byKeys ? this.closest(reading!.lines, at)?.line : undefined;
    const lines = reading!.lines.filter((line, i) => !line.dimmed || i === reached);
    const x = axes.xAt(at.x), reach = axes.reach(at.x, BEYOND);
    const points = lines.map(line => nearest(line, x, reach, axes.place.x));
    const there = lines.map((_, i) => i).filter(i => points[i] >= 0);
    if (!there.length) {
      rule.hidden = spot.hidden = tip.hidden = true;
      return;
    }
    const hit = this.closest(lines, at);
    this.list({ ...reading!, lines }, there, points, hit?.line ?? -1, x, axes.height + axes.top);
    rule.style.cssText = `left:${at.x}px;top:${axes.top}px;height:${axes.height}px`;
    spot.hidden = !hit || hit.y < axes.top || hit.y > axes.top + axes.height;
    if (hit) spot.style.cssText = `left:${at.x}px;top:${hit.y}px;background:${lines[hit.line].colour}`;
    const room = this.stage.clientWidth, width = tip.offsetWidth, gap = 14;
    const right = at.x + gap + width <= room || at.x < room / 2;
    tip.style.left = `${Math.max(0, right ? Math.min(at.x + gap, room - width) : at.x - gap - width)}px`;
    tip.style.top = `${Math.max(0, Math.min(at.y - tip.offsetHeight / 2, this.stage.clientHeight - tip.offsetHeight))}px`;
  }

  private list({ lines, higher, smoothed, place, bySteps }: Reading, there: number[], points: number[], near: number, x: number, height: number) {
    const order = ranked(there.map(i => value(lines[i], points[i])), higher).map(place => there[place]);
    const most = Math.max(4, Math.min(MOST_ROWS, Math.floor((height - 34) / ROW)));
    const rows = order.slice(0, order.length <= most ? most : most - 1);
    // The one under the pointer is always said, with its place.
    if (near >= 0 && !rows.includes(near)) rows.splice(-1, 1, near);
    // What most of them have is said once.
    const common = bySteps && new Set(there.map(i => lines[i].x[points[i]])).size === 1;
    const settings = rows.some(i => lines[i].setting(points[i]) !== "");
    const rank = new Map(order.map((i, place) => [i, place + 1]));
    const numbered = order.length > rows.length;
    const body = rows.map(i => {
      const line = lines[i], point = points[i];
      const now = value(line, point), step = line.step?.[point];
      return h("tr", { class: i === near ? "mlb-near" : "" },
        numbered && h("td", { class: "mlb-rank" }, String(rank.get(i))),
        h("td", {}, stroke(line)),
        h("td", { dir: "auto" }, cut(line.name, 26)),
        settings && h("td", { dir: "auto" }, cut(line.setting(point), 44)),
        h("td", { class: "mlb-number" }, h("b", {}, short(now))),
        smoothed && h("td", { class: "mlb-number" }, short(line.raw[point])),
        !common && h("td", { class: "mlb-number" }, step === undefined ? "" : `@ ${step}`));
    });
    const first = order[0];
    const where = place(common ? lines[first].x[points[first]] : x);
    const counted = order.length > 1 ? `${grouped(order.length)} curves, ${higher ? "highest" : "lowest"} first${smoothed ? ", smoothed and logged" : ""}` : smoothed ? "smoothed and logged" : "";
    const left = order.length - rows.length;
    this.tip.replaceChildren(
      h("div", {}, h("b", {}, where), counted ? ` · ${counted}` : ""),
      h("table", {}, h("tbody", {}, ...body)),
      ...(left ? [h("div", {}, `and ${grouped(left)} more`)] : []));
  }
}

/** What the line says; where it has a gap, what was logged there. */
const value = (line: Readable, point: number) => line.y[point] ?? line.raw[point];
