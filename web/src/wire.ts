// Undoes what makes the payload small on its way: whole numbers that follow one another cross as their differences.

import type { Curve, Panel, Payload } from "../payload";

interface Packed extends Curve {
  /** Instead of `x`: the first, then each one's distance from the one before. Seconds cross as milliseconds. */
  dx?: number[];
  /** Instead of `step`, the same way. */
  dstep?: number[];
  /** Instead of `wall`: the first moment, how many milliseconds a tick has, and each point's distance from the one before in ticks. */
  dwall?: { from: number; tick: number; d: number[] };
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
        const { from, tick, d } = curve.dwall;
        curve.wall = sums(d, 1).map(ticks => from + ticks * tick);
      }
      delete curve.dx;
      delete curve.dstep;
      delete curve.dwall;
    }
  }
}

function sums(differences: number[], unit: number): number[] {
  let sum = 0;
  return differences.map(difference => (sum += difference) / unit);
}
