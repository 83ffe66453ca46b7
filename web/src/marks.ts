// What a line cannot show: NaN and infinities where they happened, a point alone, and what was thought there.

import type { Curve } from "../payload";
import type { Trace } from "./figure";
import { short } from "./format";

/** A curve, as it is drawn. */
export interface Marked { curve: Curve; x: number[]; raw: (number | null)[]; colour: string; /** Its words before the value, at a point. */ words: (point: number) => string[] }

/** `range`: what of the y axis is in sight, if it is cut. */
export function marks(curves: Marked[], log: boolean, range: [number, number] | null): Trace | null {
  const x: number[] = [], y: number[] = [], text: string[] = [], symbol: string[] = [], color: string[] = [], size: number[] = [], customdata: number[] = [];
  let low = Infinity, high = -Infinity;
  const usable = (value: number | null) => value !== null && Number.isFinite(value) && (!log || value > 0);
  for (const { raw } of curves) {
    for (const value of raw) {
      if (!usable(value)) continue;
      low = Math.min(low, value!);
      high = Math.max(high, value!);
    }
  }
  if (low > high) [low, high] = log ? [1, 1] : [0, 0];
  const onAxis = (value: number) => (range ? Math.min(range[1], Math.max(range[0], value)) : value);
  for (const { curve, x: places, raw, colour, words } of curves) {
    let last: number | null = null;
    raw.forEach((value, i) => {
      const ok = usable(value);
      if (ok) last = value;
      const alone = ok && !usable(raw[i - 1] ?? null) && !usable(raw[i + 1] ?? null);
      const odd = value !== null && !Number.isFinite(value);
      if (!alone && !odd) return;
      x.push(places[i]);
      if (alone) y.push(onAxis(value!));
      else if (Number.isNaN(value!)) y.push(onAxis(last ?? raw.find(usable) ?? low));
      else y.push(onAxis(value! > 0 ? high : low));
      symbol.push(alone ? "circle" : Number.isNaN(value!) ? "x-thin-open" : value! > 0 ? "triangle-up" : "triangle-down");
      size.push(alone ? 6 : 9);
      color.push(colour);
      customdata.push(curve.run);
      text.push([...words(i), `<b>${short(value)}</b>`].filter(Boolean).join("<br>"));
    });
  }
  if (!x.length) return null;
  return { type: "scatter", mode: "markers", x, y, text, customdata, marker: { symbol, color, size, line: { width: 2, color } }, hovertemplate: "%{text}<extra></extra>", showlegend: false, uid: "marks", cliponaxis: false };
}

/** Of a thought: where on its curve it stands. */
export interface Thinking { x: number; y: number; colour: string; run: number; words: string[] }

/** A sign at each thought; hover reads it. */
export function thinking(thoughts: Thinking[], ground: string): Trace | null {
  if (!thoughts.length) return null;
  const colour = thoughts.map(thought => thought.colour);
  return {
    type: "scatter", mode: "markers", x: thoughts.map(thought => thought.x), y: thoughts.map(thought => thought.y), customdata: thoughts.map(thought => thought.run),
    text: thoughts.map(thought => thought.words.filter(Boolean).join("<br>")),
    marker: { symbol: "diamond", size: 10, color: colour, line: { width: 1.5, color: ground } },
    hovertemplate: "%{text}<extra></extra>", showlegend: false, uid: "thoughts", cliponaxis: false,
  };
}
