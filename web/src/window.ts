// Zooming to the truth: where a curve shows fewer points than were logged, those of the part that is zoomed into are asked for. Away from the
// engine the points that were saved stay.

import type { Curve, Plot } from "../payload";
import type { View } from "./view";
import { widenCurve, type Packed } from "./wire";

/** Between two questions while a zoom goes on moving (the first is asked at once), and between two looks at what grows. */
const PAUSE_MS = 200;
const AGAIN_MS = 2_000;

/** The stretch of the x that points came with, of curves that are drawn by another `at`: from the least to the greatest of what leads through it. */
export function stretch(curves: { x: number[]; at: number[] }[], [from, to]: [number, number]): [number, number] | null {
  let low = Infinity, high = -Infinity;
  for (const { x, at } of curves) {
    for (let i = 0; i < x.length; i++) {
      const next = Math.min(i + 1, x.length - 1);
      if (Math.max(at[i], at[next]) < from || Math.min(at[i], at[next]) > to) continue;
      low = Math.min(low, x[i], x[next]);
      high = Math.max(high, x[i], x[next]);
    }
  }
  return low < high ? [low, high] : null;
}

export class Window {
  private range: [number, number] | null = null;
  /** The points of the range, by run and rank. */
  private fine = new Map<string, Curve>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private movedAt = -Infinity;
  private asked = 0;
  /** Curves with the points of the range in them. */
  private readonly merged = new WeakMap<Curve, Curve>();

  constructor(private readonly view: View, private readonly plot: () => Plot, private readonly changed: () => void) {}

  /** The range on the axis is another one; null: all. */
  moved(range: [number, number] | null) {
    clearTimeout(this.timer);
    if (range === this.range || (range && this.range && range[0] === this.range[0] && range[1] === this.range[1])) return;
    this.range = range;
    if (!range) return this.put(new Map());
    if (!this.isReduced()) return;
    const now = performance.now(), moving = now - this.movedAt < PAUSE_MS;
    this.movedAt = now;
    if (moving) this.timer = setTimeout(() => void this.ask(), PAUSE_MS);
    else void this.ask();
  }

  /** There are newer points. */
  renew() {
    if (this.range && this.fine.size && performance.now() - this.asked > AGAIN_MS) void this.ask();
  }

  /** The plot's curves. */
  series(): Curve[] {
    const { series } = this.plot();
    return this.fine.size ? series.map(curve => this.merge(curve)) : series;
  }

  private isReduced(): boolean {
    return this.plot().series.some(curve => curve.n > curve.y.length);
  }

  private async ask() {
    const { view, range } = this, plot = this.plot();
    if (!view.zoom || !range) return;
    this.asked = performance.now();
    try {
      const series: (Packed & { id: string })[] = await view.zoom(plot, range);
      if (range === this.range) this.put(new Map(series.map(curve => [`${curve.id} ${curve.rank ?? 0}`, widenCurve(curve, plot.x)])));
    } catch {
      // Out of reach: what was saved stays.
    }
  }

  private put(fine: Map<string, Curve>) {
    if (!fine.size && !this.fine.size) return;
    this.fine = fine;
    this.changed();
  }

  /** The points that are there outside of the range, those that were asked for within. */
  private merge(curve: Curve): Curve {
    const fine = this.fine.get(`${this.view.runs.ids[curve.run]} ${curve.rank ?? 0}`);
    if (!fine || !fine.x.length) return curve;
    const known = this.merged.get(fine);
    if (known && (known as any).of === curve) return known;
    // Where x is a metric that falls, the range says nothing of where the points belong.
    if (!ascends(fine.x) || !ascends(curve.x)) return curve;
    const [from, to] = [fine.x[0], fine.x[fine.x.length - 1]];
    const before = curve.x.map((x, i) => (x < from ? i : -1)).filter(i => i >= 0), after = curve.x.map((x, i) => (x > to ? i : -1)).filter(i => i >= 0);
    const join = <T>(coarse: T[] | undefined, of: T[] | undefined) => (coarse && of ? [...before.map(i => coarse[i]), ...of, ...after.map(i => coarse[i])] : undefined);
    const { group } = curve;
    const merged: Curve & { of: Curve } = {
      ...curve, of: curve, x: join(curve.x, fine.x)!, y: join(curve.y, fine.y)!, step: join(curve.step, fine.step), wall: join(curve.wall, fine.wall),
      ...(group && fine.group ? { group: { ...group, n: join(group.n, fine.group.n)!, lower: group.lower.length ? join(group.lower, fine.group.lower)! : [], upper: group.upper.length ? join(group.upper, fine.group.upper)! : [] } } : {}),
    };
    this.merged.set(fine, merged);
    return merged;
  }
}

const ascends = (x: number[]) => x.every((value, i) => i === 0 || value >= x[i - 1]);
