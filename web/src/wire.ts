// Undoes what makes the payload small on its way: whole numbers that follow one another cross as their differences.

import type { Curve, Panel, Payload, Plot } from "../payload";

export interface Packed extends Curve {
  /** Instead of `x`: the first, then each one's distance from the one before. Seconds cross as milliseconds. */
  dx?: number[];
  /** Instead of `step`, the same way. */
  dstep?: number[];
  /** Instead of `wall`: moments at some points, as differences; between them time runs evenly with the steps. */
  dwall?: { i: number[]; t: number[] };
}

/** What was widened already: what did not change from one payload to the next stays the same object. */
const known = new WeakMap<object, object>();

/** The payload as `payload.ts` has it. */
export function widen(payload: Payload): Payload {
  return { ...payload, panel: visit(payload.panel) };
}

function once<T extends object>(packed: T, make: () => T): T {
  let wide = known.get(packed);
  if (!wide) known.set(packed, (wide = make()));
  return wide as T;
}

function visit<P extends Panel>(panel: P): P {
  return once(panel, (): any => {
    if (panel.type === "row" || panel.type === "stack") return { ...panel, children: panel.children.map(visit) };
    if (panel.type === "dashboard") return { ...panel, plots: panel.plots.map(visit) };
    return panel.type === "plot" ? { ...panel, series: panel.series.map(curve => widenCurve(curve, panel.x)) } : panel;
  });
}

export function widenCurve(packed: Packed, x: Plot["x"]): Curve {
  return once<Curve>(packed, () => {
    const { dx, dstep, dwall, ...curve } = packed;
    if (dx) later(curve, "x", () => sums(dx, x === "relative" ? 1000 : 1));
    if (dstep) later(curve, "step", () => sums(dstep, 1));
    if (dwall) later(curve, "wall", () => moments(sums(dwall.i, 1), sums(dwall.t, 1), curve.step ?? curve.x));
    return curve;
  });
}

/** Reckoned when it is asked for: a page has more curves than anybody looks at. */
function later(curve: Curve, name: "x" | "step" | "wall", reckon: () => number[]) {
  const settle = (value: number[]) => {
    Object.defineProperty(curve, name, { value, enumerable: true });
    return value;
  };
  Object.defineProperty(curve, name, { get: () => settle(reckon()), enumerable: true, configurable: true });
}

/** The moments of all points, from those at the points `at`. */
function moments(at: number[], t: number[], steps: number[]): number[] {
  const wall = [t[0]];
  for (let knot = 1; knot < at.length; knot++) {
    const from = at[knot - 1], to = at[knot], run = steps[to] - steps[from];
    for (let i = from + 1; i <= to; i++) wall.push(i === to ? t[knot] : t[knot - 1] + ((t[knot] - t[knot - 1]) * (steps[i] - steps[from])) / run);
  }
  return wall;
}

function sums(differences: number[], unit: number): number[] {
  let sum = 0;
  return differences.map(difference => (sum += difference) / unit);
}
