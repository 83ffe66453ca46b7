// A run's histograms over its steps: as ridgelines, one behind the other, or as a heat map, a column for each step.

import type { Histograms } from "../payload";
import { h, s } from "./dom";
import { grouped, short } from "./format";
import { scale } from "./palette";
import { spread } from "./steps";

type Item = Histograms["items"][number];

export interface Over {
  items: Item[];
  tag: string;
  /** Of the run, in words. */
  title: string;
  colour: string;
  dark: boolean;
  /** Values at the left and right end (ridgelines), or at the bottom and the top (heat map). */
  range: [number, number];
  /** The step that the slider is at. */
  now: number;
  choose(step: number): void;
}

const WIDTH = 320, HEIGHT = 190, FOOT = 16, RIGHT = 46;
/** Ridges of a picture; more cannot be told apart. */
const RIDGES = 24;
/** How far a ridge reaches over those behind it, in its own distances. */
const OVERLAP = 3;
/** Rows of pixels of a heat map. */
const ROWS = 96;

/** Share of the values per unit of x: bins of different widths, and runs of different sizes, compare. */
export function densities(item: { edges: number[]; counts: number[] }): number[] {
  const total = item.counts.reduce((sum, count) => sum + count, 0) || 1;
  return item.counts.map((count, i) => count / total / (item.edges[i + 1] - item.edges[i] || 1));
}

const text = (x: number, y: number, anchor: string, words: string) => {
  const element = s("text", { x, y, "text-anchor": anchor });
  element.textContent = words;
  return element;
};

const label = (over: Over, kind: string) => `${over.tag} of ${over.title}, ${kind} of ${over.items.length} steps, ${over.items[0].step} to ${over.items[over.items.length - 1].step}; at last from ${short(over.items.at(-1)!.min as number, 3)} to ${short(over.items.at(-1)!.max as number, 3)}`;

/** The oldest step at the back, at the top; the newest in front. The step of the slider is drawn stronger. */
export function ridgelines(over: Over): Element {
  const { items, range: [low, high] } = over;
  const wanted = new Set(spread(items.map(item => item.step), RIDGES));
  const shown = items.filter(item => wanted.has(item.step));
  const heights = shown.map(densities), top = Math.max(...heights.flat(), Number.MIN_VALUE);
  const distance = (HEIGHT - FOOT) / (shown.length + OVERLAP - 1);
  const x = (value: number) => Math.max(0, Math.min(1, (value - low) / (high - low || 1))) * (WIDTH - RIGHT);
  const near = at(shown, over.now);
  const ridges = shown.map((item, i) => {
    const ground = (i + OVERLAP) * distance, rise = (value: number) => ground - (value / top) * distance * OVERLAP;
    let path = `M${tenth(x(item.edges[0]))} ${tenth(ground)}`;
    heights[i].forEach((value, bin) => {
      const y = tenth(rise(value));
      path += `L${tenth(x(item.edges[bin]))} ${y}L${tenth(x(item.edges[bin + 1]))} ${y}`;
    });
    path += `L${tenth(x(item.edges[item.edges.length - 1]))} ${tenth(ground)}`;
    const tip = s("title");
    tip.textContent = facts(item);
    const ridge = s("path", { d: path, class: i === near ? "mlb-ridge mlb-now" : "mlb-ridge", stroke: over.colour, fill: over.colour }, tip);
    ridge.addEventListener("click", () => over.choose(item.step));
    return ridge;
  });
  // As many of the steps in words as have room.
  const every = Math.max(1, Math.ceil(12 / distance));
  const words = shown.flatMap((item, i) => ((shown.length - 1 - i) % every ? [] : [text(WIDTH - RIGHT + 5, (i + OVERLAP) * distance, "start", String(item.step))]));
  return s("svg", { class: "mlb-over", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label(over, "ridgelines") }, ...ridges, ...words,
    text(0, HEIGHT - 3, "start", short(low, 3)), text(WIDTH - RIGHT, HEIGHT - 3, "end", short(high, 3)));
}

/** A column for each step, the darker (on dark ground: the lighter) the denser. */
export function heatMap(over: Over): Element {
  const { items, range: [low, high] } = over;
  const canvas = h("canvas", { class: "mlb-heat", width: items.length, height: ROWS, role: "img", "aria-label": label(over, "a heat map") });
  const context = canvas.getContext("2d")!, picture = context.createImageData(items.length, ROWS);
  const heights = items.map(densities), top = Math.max(...heights.flat(), Number.MIN_VALUE);
  items.forEach((item, column) => {
    let bin = 0;
    for (let row = 0; row < ROWS; row++) {
      const value = low + ((row + 0.5) / ROWS) * (high - low);
      while (bin < item.counts.length - 1 && value >= item.edges[bin + 1]) bin++;
      const inside = value >= item.edges[0] && value <= item.edges[item.edges.length - 1];
      const density = inside ? heights[column][bin] ?? 0 : 0;
      if (density <= 0) continue;
      // The root of it: tails are seen, too. On light ground the scale is turned around, so that much is dark.
      const part = Math.sqrt(density / top), colour = scale(over.dark ? part : 1 - part, over.dark).colour;
      const pixel = ((ROWS - 1 - row) * items.length + column) * 4;
      for (let channel = 0; channel < 3; channel++) picture.data[pixel + channel] = parseInt(colour.slice(1 + channel * 2, 3 + channel * 2), 16);
      picture.data[pixel + 3] = 255;
    }
  });
  context.putImageData(picture, 0, 0);
  const place = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    const column = Math.min(items.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * items.length)));
    const value = low + (1 - (event.clientY - box.top) / box.height) * (high - low);
    return { item: items[column], value };
  };
  canvas.addEventListener("pointermove", event => {
    const { item, value } = place(event);
    const bin = item.edges.findIndex((edge, i) => value >= edge && value < item.edges[i + 1]);
    canvas.title = bin < 0 ? facts(item) : `step ${item.step}\n${short(item.edges[bin], 3)} to ${short(item.edges[bin + 1], 3)}: ${grouped(item.counts[bin])}`;
  });
  canvas.addEventListener("click", event => over.choose(place(event).item.step));
  const near = at(items, over.now), mark = h("div", { class: "mlb-heat-now" });
  mark.style.left = `${((near + 0.5) / items.length) * 100}%`;
  const tick = (words: string, place: string) => h("span", { class: `mlb-tick mlb-${place}` }, words);
  return h("div", { class: "mlb-heat-box" }, h("div", { class: "mlb-heat-stage" }, canvas, mark), tick(short(high, 3), "high"), tick(short(low, 3), "low"),
    h("div", { class: "mlb-heat-steps" }, h("span", {}, `step ${items[0].step}`), h("span", {}, String(items[items.length - 1].step))));
}

/** Place of the last item at or before a step; the first if there is none. */
function at(items: Item[], step: number): number {
  let place = 0;
  while (place + 1 < items.length && items[place + 1].step <= step) place++;
  return place;
}

const facts = (item: Item) => `step ${item.step}: n ${grouped(item.n)}, from ${short(item.min as number, 3)} to ${short(item.max as number, 3)}, mean ${short(item.mean as number, 3)}`;

const tenth = (value: number) => Math.round(value * 10) / 10;
