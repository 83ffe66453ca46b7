// Undoes what makes the payload small on its way: whole numbers that follow one another cross as their differences.

import type { Curve, Panel, Payload } from "../payload";

interface Packed extends Curve {
  /** Instead of `x`: the first, then each one's distance from the one before. Seconds cross as milliseconds. */
  dx?: number[];
  /** Instead of `step`, the same way. */
  dstep?: number[];
  /** Instead of `wall`: moments at some points, as differences; between them time runs evenly with the steps. */
  dwall?: { i: number[]; t: number[] };
}

/** The payload as `payload.ts` has it. */
export function widen(payload: Payload): Payload {
  visit(payload.panel);
  return payload;
}

function visit(panel: Panel) {
  if (panel.type === "row" || panel.type === "stack") panel.children.forEach(visit);
  else if (panel.type === "dashboard") panel.plots.forEach(visit);
  else if (panel.type === "plot") {
    for (const curve of panel.series as Packed[]) {
      if (curve.dx) curve.x = sums(curve.dx, panel.x === "relative" ? 1000 : 1);
      if (curve.dstep) curve.step = sums(curve.dstep, 1);
      if (curve.dwall) {
        curve.wall = moments(sums(curve.dwall.i, 1), sums(curve.dwall.t, 1), curve.step ?? curve.x);
      }
      delete curve.dx;
      delete curve.dstep;
      delete curve.dwall;
    }
  }
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
