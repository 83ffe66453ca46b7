// The part of the y axis that is worth its place: one run that diverged must not press all others into a line.

/** How many times the height of the bulk a value may stand off it. */
const OFF = 8;
/** Space above and below what is shown, as plotly.js leaves it. */
const MARGIN = 0.055;

/**
 * Where the y axis begins and ends so that the bulk of the values can be told apart; null if all of them can be shown as they are.
 *
 * The bulk lies between the 5th and the 95th percentile (TensorBoard's choice for `ignore outliers`). An axis is cut only where a value
 * stands off it by many times its height: the high loss of the first steps is no outlier.
 */
export function bulkRange(curves: Iterable<(number | null)[]>): [number, number] | null {
  const values: number[] = [];
  for (const curve of curves) for (const value of curve) if (value !== null && Number.isFinite(value)) values.push(value);
  if (values.length < 20) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))];
  const low = at(0.05), high = at(0.95), reach = (high - low) * OFF;
  if (!(reach > 0) || !Number.isFinite(reach)) return null;
  const tooHigh = sorted[sorted.length - 1] > high + reach, tooLow = sorted[0] < low - reach;
  if (!tooHigh && !tooLow) return null;
  // The farthest that does not stand off: what would be shown if the others had not been logged.
  const top = tooHigh ? sorted[lastAtMost(sorted, high + reach)] : sorted[sorted.length - 1];
  const bottom = tooLow ? sorted[lastAtMost(sorted, low - reach) + 1] : sorted[0];
  const margin = (top - bottom) * MARGIN;
  return [bottom - margin, top + margin];
}

/** The last index whose value is at most `limit`; -1 if there is none. */
function lastAtMost(sorted: Float64Array, limit: number): number {
  let from = 0, to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] <= limit) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
