// What the curves say at one x: each one's nearest point, the best first.

/** A line that can be read. Its x usually ascend, but steps may be repeated or decrease. */
export interface Line { x: number[]; y: (number | null)[] }

/** The index of the point whose x is nearest; -1 if `at` lies more than `reach` beyond the line's ends. Of several at one x, the last. */
export function nearest({ x }: Line, at: number, reach: number): number {
  const n = x.length;
  if (!n) return -1;
  if (!ascends(x)) return scan(x, at, reach);
  if (at < x[0] - reach || at > x[n - 1] + reach) return -1;
  const after = firstAbove(x, at);
  if (after === 0) return firstAbove(x, x[0]) - 1;
  if (after === n) return n - 1;
  return at - x[after - 1] <= x[after] - at ? after - 1 : firstAbove(x, x[after]) - 1;
}

/** y at `at`, along the straight line between its neighbours; null where there is no line. */
export function between(line: Line, at: number, reach: number): number | null {
  const i = nearest(line, at, reach);
  if (i < 0) return null;
  const { x, y } = line;
  const j = x[i] < at ? i + 1 : i - 1;
  const here = y[i], there = y[j] ?? null;
  if (here === null || there === null || x[i] === x[j]) return here;
  const part = (at - x[i]) / (x[j] - x[i]);
  return part >= 0 && part <= 1 ? here + (there - here) * part : here;
}

/** Whether a line goes through a box: one of its points lies in it, or a stretch between two crosses it. */
export function crosses({ x, y }: Line, x0: number, x1: number, y0: number, y1: number): boolean {
  const inside = (i: number) => y[i] !== null && x[i] >= x0 && x[i] <= x1 && y[i]! >= y0 && y[i]! <= y1;
  return x.some((_, i) => inside(i) || (i > 0 && y[i] !== null && y[i - 1] !== null && cuts(x[i - 1], y[i - 1]!, x[i], y[i]!, x0, x1, y0, y1)));
}

/** Whether the stretch from a to b has a part in the box (Liang and Barsky's clipping). */
function cuts(ax: number, ay: number, bx: number, by: number, x0: number, x1: number, y0: number, y1: number): boolean {
  let from = 0, to = 1;
  for (const [distance, room] of [[ax - bx, ax - x0], [bx - ax, x1 - ax], [ay - by, ay - y0], [by - ay, y1 - ay]]) {
    if (distance === 0) {
      if (room < 0) return false;
    } else if (distance < 0) from = Math.max(from, room / distance);
    else to = Math.min(to, room / distance);
  }
  return from <= to;
}

/** The places of these values, best first; NaN and what is missing last. */
export function ranked(values: (number | null)[], higher: boolean): number[] {
  const worst = higher ? -Infinity : Infinity;
  const key = values.map(value => (value === null || Number.isNaN(value) ? null : value));
  return key.map((_, i) => i).sort((a, b) => Number(key[a] === null) - Number(key[b] === null) || (higher ? -1 : 1) * compare(key[a] ?? worst, key[b] ?? worst) || a - b);
}

const compare = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0);

const ascending = new WeakMap<number[], boolean>();
function ascends(x: number[]): boolean {
  let known = ascending.get(x);
  if (known === undefined) ascending.set(x, (known = x.every((at, i) => i === 0 || at >= x[i - 1])));
  return known;
}

function scan(x: number[], at: number, reach: number): number {
  let best = -1, low = Infinity, high = -Infinity;
  x.forEach((place, i) => {
    [low, high] = [Math.min(low, place), Math.max(high, place)];
    if (best < 0 || Math.abs(place - at) <= Math.abs(x[best] - at)) best = i;
  });
  return at < low - reach || at > high + reach ? -1 : best;
}

/** The first index whose value is above `at`; the length if there is none. */
function firstAbove(x: number[], at: number): number {
  let from = 0, to = x.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (x[middle] <= at) from = middle + 1;
    else to = middle;
  }
  return from;
}
