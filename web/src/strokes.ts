// The curves of a plot, as paths of our own within plotly.js's axes. plotly.js takes about a millisecond for each trace whenever it draws, however few
// its points are; fifty curves that grow every second would hold up the page.

import { s } from "./dom";
import { tenth } from "./format";

/** A curve, as plotly.js would take it. With `fill`, what lies between it and the one before it is filled. */
export interface Stroke {
  x: number[];
  /** null: a gap. */
  y: (number | null)[];
  line: { color: string; width: number; dash?: string };
  opacity?: number;
  fill?: "tonexty";
  fillcolor?: string;
  [more: string]: unknown;
}

/** What of a subplot of plotly.js is used here. An axis takes a value to a pixel of the plot. */
interface Subplot { plot: { node(): SVGElement }; layerClipId: string | null; xaxis: Axis; yaxis: Axis }
interface Axis { _length: number; c2p(value: number): number }
type Place = (value: number) => number;

/** Pixels: further out a browser's drawing is not exact any more. */
const FAR = 1e5;

export class Strokes {
  private readonly group = s("g", { class: "mlb-strokes" });
  private strokes: Stroke[] = [];

  /** From now on these. */
  set(strokes: Stroke[]) {
    this.strokes = strokes;
  }

  /** Draws them where the axes are now, beneath whatever plotly.js draws. */
  draw(subplot: Subplot | undefined) {
    if (!subplot || (!this.strokes.length && !this.group.firstChild)) return;
    const { group } = this, { plot, layerClipId, xaxis, yaxis } = subplot, layer = plot.node();
    if (group.parentNode !== layer) layer.prepend(group);
    put(group, "clip-path", layerClipId && `url(#${layerClipId})`);
    while (group.childElementCount < this.strokes.length) group.append(s("path"));
    while (group.childElementCount > this.strokes.length) group.lastElementChild!.remove();
    const x: Place = value => clamp(xaxis.c2p(value)), y: Place = value => clamp(yaxis.c2p(value));
    this.strokes.forEach((stroke, i) => {
      const path = group.children[i], { line: { color, width, dash } } = stroke;
      const lower = stroke.fill ? this.strokes[i - 1].y : null;
      put(path, "d", lower ? between(stroke, lower, x, y) : width ? along(stroke, x, y, xaxis._length) : null);
      put(path, "fill", lower ? stroke.fillcolor! : "none");
      put(path, "stroke", width ? color : null);
      put(path, "stroke-width", width ? String(width) : null);
      put(path, "stroke-dasharray", width ? dashes(dash, width) : null);
      put(path, "opacity", stroke.opacity === undefined ? null : String(stroke.opacity));
    });
  }

  /** Their paths, in their order. */
  get paths(): SVGElement[] {
    return [...this.group.children] as SVGElement[];
  }
}

/** A trace that cannot be seen and reaches as far as all of these: plotly.js makes its axes for it. null: there is no point. */
export function extent(strokes: Stroke[]): Record<string, unknown> | null {
  const x = new Reach(), y = new Reach();
  for (const stroke of strokes) {
    for (const value of stroke.x) x.take(value);
    for (const value of stroke.y) if (value !== null) y.take(value);
  }
  if (x.low > x.high || y.low > y.high) return null;
  return { type: "scatter", mode: "lines", x: x.ends(), y: y.ends(), line: { width: 0 }, hoverinfo: "skip", showlegend: false, uid: "extent" };
}

/** From where to where values reach, also on an axis that has no place for 0 and less. */
class Reach {
  low = Infinity;
  high = -Infinity;
  private positive = Infinity;

  take(value: number) {
    if (!Number.isFinite(value)) return;
    if (value < this.low) this.low = value;
    if (value > this.high) this.high = value;
    if (value > 0 && value < this.positive) this.positive = value;
  }

  ends(): number[] {
    return [this.low, Number.isFinite(this.positive) ? this.positive : this.high, this.high];
  }
}

/** A line through the points. Of those beyond an end of the axis no more is drawn than leads to the next one in sight. */
function along({ x: xs, y: ys }: Stroke, x: Place, y: Place, width: number): string {
  let path = "", from: string | null = null, side = 0, down = false;
  for (let i = 0; i < xs.length; i++) {
    const value = ys[i], px = x(xs[i]), py = value === null ? NaN : y(value);
    if (Number.isNaN(px) || Number.isNaN(py)) {
      from = null;
      down = false;
      continue;
    }
    const at = `${tenth(px)},${tenth(py)}`, now = px < 0 ? -1 : px > width ? 1 : 0;
    if (from === null || (now !== 0 && now === side)) down = false;
    else {
      path += down ? `L${at}` : `M${from}L${at}`;
      down = true;
    }
    from = at;
    side = now;
  }
  return path;
}

/** What lies between a line and another one of the same x: a closed piece for each stretch in which both go on. */
function between({ x: xs, y: upper }: Stroke, lower: (number | null)[], x: Place, y: Place): string {
  let path = "", above: string[] = [], below: string[] = [];
  const close = () => {
    if (above.length > 1) path += `M${above.join("L")}L${below.reverse().join("L")}Z`;
    [above, below] = [[], []];
  };
  for (let i = 0; i < xs.length; i++) {
    const high = upper[i], low = lower[i];
    const px = x(xs[i]), [py, qy] = high === null || low === null ? [NaN, NaN] : [y(high), y(low)];
    if (Number.isNaN(px + py + qy)) close();
    else {
      above.push(`${tenth(px)},${tenth(py)}`);
      below.push(`${tenth(px)},${tenth(qy)}`);
    }
  }
  close();
  return path;
}

/** The lengths that plotly.js gives to a dash of this name. */
function dashes(name: string | undefined, width: number): string | null {
  const unit = Math.max(width, 3);
  const lengths: Record<string, number[]> = { dot: [1, 1], dash: [3, 3], dashdot: [3, 1, 1, 1] };
  return (name && lengths[name]?.map(length => length * unit).join(" ")) || null;
}

function put(element: Element, name: string, value: string | null) {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** NaN where the axis has no place for a value. */
const clamp = (pixel: number | undefined) => (pixel === undefined ? NaN : Math.max(-FAR, Math.min(FAR, pixel)));
