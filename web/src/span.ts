// From where to where histograms are drawn: all of it, unless a few values far away would press the others into a line.

import { short } from "./format";

interface Bins { edges: number[]; counts: number[] }

export interface Span {
  range: [number, number];
  /** What is said of values that lie outside; empty: none does. */
  said: string;
}

/** Share of the values that may lie outside at either end. */
const TAIL = 0.005;
/** From how many times the width of the others on they do. */
const FAR = 3;

/** Each histogram counts as much as any other. */
export function span(histograms: Bins[]): Span {
  const bins = histograms.flatMap(({ edges, counts }) => {
    const total = counts.reduce((sum, count) => sum + count, 0) || 1;
    return counts.map((count, i) => ({ from: edges[i], to: edges[i + 1], share: count / total / histograms.length }));
  });
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const all: [number, number] = [least(bins.map(({ from }) => from)), -least(bins.map(({ to }) => -to))];
  const end = (sorted: typeof bins) => {
    let outside = 0;
    return sorted.find(({ share }) => (outside += share) > TAIL);
  };
  const most: [number, number] = [end([...bins].sort((a, b) => a.from - b.from))?.from ?? all[0], end([...bins].sort((a, b) => b.to - a.to))?.to ?? all[1]];
  if (most[1] <= most[0] || all[1] - all[0] <= FAR * (most[1] - most[0])) return { range: all, said: "" };
  const outside = bins.reduce((sum, { from, to, share }) => sum + (to <= most[0] || from >= most[1] ? share : 0), 0);
  return { range: most, said: `${short(100 * outside, 2)} % of the values lie outside, from ${short(all[0], 3)} to ${short(all[1], 3)}` };
}
