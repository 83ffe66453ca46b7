// A column's numbers as colours behind them: where they lie between the least and the greatest of the whole column.

import { scale } from "./palette";
import type { Column } from "./runs";

/** Of the colour, mixed into the ground: so much that the text on it can be read. */
const SHARE = 34;

/** The background of a cell by its row; null where there is no finite number. */
export function heat({ values, kind }: Column, dark: boolean): ((row: number) => string | null) | null {
  if (kind === "text") return null;
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high > low)) return null;
  // By their logarithm where they are positive and span more than 30 times, as the colours of legends do.
  const log = low > 0 && high / low > 30;
  const at = (value: number) => (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  return row => {
    const value = values[row];
    if (typeof value !== "number" || !Number.isFinite(value)) return null;
    return `color-mix(in srgb, ${scale(at(value), dark).colour} ${SHARE}%, var(--mlb-ground))`;
  };
}
