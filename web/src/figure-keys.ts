// What keys do to the axes of a figure: arrows move them, plus and minus zoom about the middle.

type Name = "xaxis" | "yaxis";
/** What plotly.js has as its `_fullLayout`. */
type Layout = Record<Name, { range: unknown[]; r2l(end: any): number; l2r(end: number): unknown }>;
/** The ranges to be set. */
type Move = (layout: Layout) => Record<string, unknown>;

/** Of the length of an axis. */
const SHIFT = 0.1;
const ZOOM = 0.7;

/** What this key means; undefined: nothing. */
export const moveOf = (key: string): Move | undefined => MOVES[key];

const both = (grow: number): Move => layout => ({ ...moved(layout, "xaxis", 0, grow), ...moved(layout, "yaxis", 0, grow) });

const MOVES: Record<string, Move> = {
  ArrowLeft: layout => moved(layout, "xaxis", -SHIFT, 1),
  ArrowRight: layout => moved(layout, "xaxis", SHIFT, 1),
  ArrowUp: layout => moved(layout, "yaxis", SHIFT, 1),
  ArrowDown: layout => moved(layout, "yaxis", -SHIFT, 1),
  "+": both(ZOOM),
  "=": both(ZOOM),
  "-": both(1 / ZOOM),
};

/** `r`: as plotly.js takes a range, `l`: linear. */
function moved(layout: Layout, name: Name, shift: number, grow: number): Record<string, unknown> {
  const axis = layout[name], [from, to] = axis.range.map(end => axis.r2l(end));
  const margin = (to - from) * (grow - 1) / 2, by = (to - from) * shift;
  return { [`${name}.range`]: [axis.l2r(from + by - margin), axis.l2r(to + by + margin)] };
}
