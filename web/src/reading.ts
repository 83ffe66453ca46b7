// What the curves say at one x: each one's nearest point, the best first.

/** A line that can be read. Its x usually ascend, but steps may be repeated or decrease. */
export interface Line { x: number[]; y: (number | null)[] }

/**
 * The index of the point whose x is nearest, as seen at `place`; -1 if `at` lies more than `reach` beyond the line's ends. Of several at one x,
 * the last.
 */
export function nearest({ x }: Line, at: number, reach: number, place = (value: number) => value): number {
  const n = x.length;
  if (!n) return -1;
  if (!ascends(x)) return scan(x, at, reach, place);
  if (at < x[0] - reach || at > x[n - 1] + reach) return -1;
  const after = firstAbove(x, at);
  if (after === 0) return firstAbove(x, x[0]) - 1;
  if (after === n) return n - 1;
  return place(at) - place(x[after - 1]) <= place(x[after]) - place(at) ? after - 1 : firstAbove(x, x[after]) - 1;
}

/** Where on the screen a value is: lines are straight there, whatever the axes say. NaN: nowhere. */
export interface Places { x: (value: number) => number; y: (value: number) => number }

/** Where the line is at `at`, along the straight stretch between its neighbours; null where there is no line. */
export function between(line: Line, at: number, reach: number, place: Places): number | null {
  const i = nearest(line, at, reach);
  if (i < 0) return null;
  const { x, y } = line;
  const j = x[i] < at ? i + 1 : i - 1;
  const height = (point: number) => (y[point] == null ? NaN : place.y(y[point]!));
  const here = height(i), there = height(j);
  if (Number.isNaN(here)) return null;
  const from = place.x(x[i]), part = (place.x(at) - from) / (place.x(x[j]) - from);
  return part >= 0 && part <= 1 && !Number.isNaN(there) ? here + (there - here) * part : here;
}

/** Whether a line goes through a box: one of its points lies in it, or a stretch between two crosses it. */
export function crosses(line: Line, x: [number, number], y: [number, number], place: Places): boolean {
  const ends = (range: number[]) => [Math.min(...range), Math.max(...range)];
  const [x0, x1] = ends(x.map(place.x)), [y0, y1] = ends(y.map(place.y));
  let before: [number, number] | null = null;
  return line.x.some((_, i) => {
    const value = line.y[i], at: [number, number] = [place.x(line.x[i]), value === null ? NaN : place.y(value)];
    const from: [number, number] = before ?? at;
    before = Number.isNaN(at[0] + at[1]) ? null : at;
    return before !== null && cuts(...from, ...at, x0, x1, y0, y1);
  });
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

function scan(x: number[], at: number, reach: number, place: (value: number) => number): number {
  let best = -1, low = Infinity, high = -Infinity;
  const far = (value: number) => {
    const far = Math.abs(place(value) - place(at));
    return Number.isNaN(far) ? Infinity : far; // Logarithms have no place for it.
  };
  x.forEach((value, i) => {
    [low, high] = [Math.min(low, value), Math.max(high, value)];
    if (best < 0 || far(value) <= far(x[best])) best = i;
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
