// The curves of groups: a mean line each, a pale band around it, and what is said of them.

import type { Curve, Plot } from "../payload";
import { grouped, short } from "./format";
import type { Entry } from "./legend";
import type { Stroke } from "./strokes";
import type { View } from "./view";

export const isGrouped = (plot: Plot) => plot.series.some(curve => curve.group);

/** By legend entry: what stands behind its label, `(n=3)`. */
export function counts(plot: Plot, valueOf: (run: number) => string): Map<string, string> {
  return new Map(plot.series.flatMap(curve => (curve.group ? [[valueOf(curve.run), ` (n=${curve.group.runs.length})`]] : [])));
}

/** The two ends of a band: lines that are not seen, with the space between them filled. They have to follow one another. */
export function bandTraces(entry: Entry, uid: string, x: number[], lower: (number | null)[], upper: (number | null)[], dark: boolean): Stroke[] {
  const end = { type: "scatter", mode: "lines", x, line: { width: 0, color: entry.colour }, hoverinfo: "skip", showlegend: false, legendgroup: entry.value };
  return [
    { ...end, y: lower, uid: `lower${uid}` },
    { ...end, y: upper, uid: `upper${uid}`, fill: "tonexty" as const, fillcolor: pale(entry.colour, dark ? 0.24 : 0.18) },
  ];
}

/** What hover says of a group at each of its points: how many of its runs count there, and from where to where its band goes. */
export function words(curve: Curve, lower: (number | null)[], upper: (number | null)[], band: string | undefined): [string, string][] {
  const { runs, n } = curve.group!;
  const range = (i: number) => (band && lower.length ? `, ${band} ${short(lower[i], 4)} to ${short(upper[i], 4)}` : "");
  return n.map((count, i) => [`n = ${count === runs.length ? count : `${count} of ${runs.length}`}`, range(i)]);
}

/** Means are made of all runs, whatever the table hides: said as long as it hides any. */
export function overAll(plot: Plot, view: View): string | null {
  const focus = view.focus();
  if (!isGrouped(plot) || (focus.length === view.runs.n && !focus.some(view.hides(plot.legend ?? undefined)))) return null;
  const runs = new Set(plot.series.flatMap(curve => curve.group?.runs ?? []));
  return `groups over all ${grouped(runs.size)} runs`;
}

/** A colour `#rrggbb`, or `rgb(…)`, that lets the grid through. */
export function pale(colour: string, opacity: number): string {
  const channels = colour.startsWith("#") ? [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16)) : colour.match(/\d+/g)!.slice(0, 3);
  return `rgba(${channels.join(",")},${opacity})`;
}
