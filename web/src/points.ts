// The points of curves as they are drawn: by what x means, smoothed or as they were logged. Arrays are kept: most curves are drawn again as they were.

import type { Curve, Plot } from "../payload";
import { asLocal, number } from "./format";
import { isGrouped } from "./groups";
import type { Runs } from "./runs";
import type { XKind } from "./settings";
import { smoothed, smooths, type Smoothing } from "./smooth";

export interface Band { lower: (number | null)[]; upper: (number | null)[] }

export interface Points {
  /** As it was logged. */
  raw: (number | null)[];
  /** As a line takes it: null where it is not finite. */
  line: (number | null)[];
  /** The ends of a group's band. */
  band: Band | null;
  /** null: x is the step, or nobody knows. */
  step: number[] | null;
}

export class Lines {
  private readonly points = new WeakMap<Curve, Points>();
  private readonly xs = new WeakMap<Curve, Map<XKind, number[]>>();
  private readonly smooths = new WeakMap<Curve, { by: Smoothing; line: (number | null)[]; band: Band | null }>();
  /** What x can mean here. */
  kinds: XKind[];

  constructor(private plot: Plot, private readonly runs: Runs) {
    this.kinds = this.known();
  }

  /** Takes newer curves. */
  refresh(plot: Plot) {
    this.plot = plot;
    this.kinds = this.known();
  }

  private known(): XKind[] {
    const { plot } = this;
    return isGrouped(plot) ? [plot.x] : KINDS.filter(kind => plot.series.length > 0 && plot.series.every(curve => this.has(curve, kind)));
  }

  /** Whether x can mean this; without reckoning where the points then are. */
  private has(curve: Curve, kind: XKind): boolean {
    if (kind === this.plot.x) return true;
    if (kind === "step") return "step" in curve;
    if (kind === "metric") return false;
    const started = typeof this.runs.value("started", curve.run) === "number";
    if (this.plot.x === "relative") return started;
    return (this.plot.x === "wall" || "wall" in curve) && (kind === "wall" || started);
  }

  of(curve: Curve): Points {
    let points = this.points.get(curve);
    if (!points) {
      const raw = curve.y.map(number);
      const { group } = curve;
      const band = group?.lower.length ? { lower: finite(group.lower.map(number)), upper: finite(group.upper.map(number)) } : null;
      points = { raw, line: finite(raw), band, step: stepsOf(this.plot, curve) };
      this.points.set(curve, points);
    }
    return points;
  }

  /** Where the points are; times so that plotly.js reads them as local ones. */
  x(curve: Curve, kind: XKind): number[] {
    let kinds = this.xs.get(curve);
    if (!kinds) this.xs.set(curve, (kinds = new Map()));
    let x = kinds.get(kind);
    if (!x) {
      const place = this.place(curve, kind) ?? curve.x;
      kinds.set(kind, (x = kind === "wall" ? place.map(asLocal) : place));
    }
    return x;
  }

  /** The line, smoothed. */
  smoothed(curve: Curve, by: Smoothing): (number | null)[] {
    return smooths(by) ? this.smooth(curve, by).line : this.of(curve).line;
  }

  /** The average of a sum is the sum of the averages, so that the mean stays where it was in its band. */
  smoothedBand(curve: Curve, by: Smoothing): Band | null {
    return smooths(by) ? this.smooth(curve, by).band : this.of(curve).band;
  }

  private smooth(curve: Curve, by: Smoothing) {
    let kept = this.smooths.get(curve);
    if (kept?.by.weight !== by.weight || kept.by.sigma !== by.sigma) {
      const { raw, band } = this.of(curve);
      const of = (values: (number | null)[]) => smoothed(curve.x, values, by);
      kept = { by, line: finite(of(raw)), band: band && { lower: of(band.lower), upper: of(band.upper) } };
      this.smooths.set(curve, kept);
    }
    return kept;
  }

  private place(curve: Curve, kind: XKind): number[] | null {
    if (kind === this.plot.x) return curve.x;
    if (kind === "step") return stepsOf(this.plot, curve);
    if (kind === "metric") return null;
    const started = this.runs.value("started", curve.run);
    const wall = this.plot.x === "wall" ? curve.x : curve.wall ?? null;
    if (kind === "wall" && this.plot.x !== "relative") return wall;
    if (typeof started !== "number") return null;
    return kind === "wall" ? curve.x.map(seconds => started + seconds * 1000) : wall?.map(ms => (ms - started) / 1000) ?? null;
  }
}

const KINDS: XKind[] = ["step", "relative", "wall", "metric"];

const stepsOf = (plot: Plot, curve: Curve) => (plot.x === "step" ? curve.x : curve.step ?? null);

export const finite = (values: (number | null)[]) => values.map(value => (value !== null && Number.isFinite(value) ? value : null));
