// Small curves in the table: one for each run, all of a column on one scale, so that they compare.

import type { Plot, Table } from "../payload";
import { s } from "./dom";
import { number, tenth } from "./format";
import { bulkRange } from "./range";
import type { Column, Runs } from "./runs";

/** A column as the table has it: of numbers, text and times, or of small curves. */
export interface TableColumn extends Column {
  /** What its head says. */
  title: string;
  spark?: Spark;
}

export interface Spark {
  /** Path of an SVG of WIDTH × HEIGHT by row; null where the run has no such curve. */
  path(row: number): string | null;
}

const WIDTH = 96, HEIGHT = 20, MARGIN = 2;
/** Points of a curve. */
const POINTS = 32;

/** Where the curves come from: the table brings some, and plots of the same output bring theirs. */
export type Source = { tag: string; curves: { run: number; y: (number | null)[] }[] };

export function sourcesOf(table: Table, plots: Plot[]): Source[] {
  const found = new Map<string, Source>();
  for (const { tag, curves } of table.sparks ?? []) found.set(tag, { tag, curves: curves.map(curve => ({ run: curve.run, y: curve.y.map(number) })) });
  for (const plot of plots) {
    if (found.has(plot.tag) || plot.board !== table.board || plot.series.some(curve => curve.group)) continue;
    found.set(plot.tag, { tag: plot.tag, curves: plot.series.filter(curve => !curve.rank).map(curve => ({ run: curve.run, y: thinned(curve.y).map(number) })) });
  }
  return [...found.values()];
}

/** A column of the table for each source. Its values are the curves' last ones, so that it sorts. */
export function sparkColumns(sources: Source[], runs: Runs): TableColumn[] {
  return sources.map(({ tag, curves }) => {
    const byRun = new Map(curves.map(curve => [curve.run, curve.y]));
    const values = Array.from({ length: runs.n }, (_, row) => byRun.get(row)?.at(-1) ?? null);
    return { key: `curve(${tag})`, title: `${tag} ∿`, kind: "number", group: "metric", shown: true, values, spark: sparkOf(byRun) };
  });
}

function sparkOf(byRun: Map<number, (number | null)[]>): Spark {
  const paths = new Map<number, string>();
  // Reckoned when a cell is drawn: most columns are not shown.
  let range: [number, number] | null = null;
  return {
    path(row) {
      const curve = byRun.get(row);
      if (!curve) return null;
      let path = paths.get(row);
      if (path === undefined) {
        const [low, high] = (range ??= bulkRange(byRun.values()) ?? wholeRange(byRun.values()));
        paths.set(row, (path = draw(curve, low, high - low || 1)));
      }
      return path;
    },
  };
}

function wholeRange(curves: Iterable<(number | null)[]>): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const curve of curves) for (const y of curve) {
    if (y === null || !Number.isFinite(y)) continue;
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  return [low, high];
}

/** A line with gaps where there is no finite number. */
function draw(curve: (number | null)[], low: number, span: number): string {
  const last = Math.max(1, curve.length - 1);
  let path = "", pen = "M";
  curve.forEach((y, i) => {
    if (y === null || !Number.isFinite(y)) return void (pen = "M");
    const part = Math.min(1, Math.max(0, (y - low) / span));
    path += `${pen}${tenth(MARGIN + (i / last) * (WIDTH - 2 * MARGIN))} ${tenth(HEIGHT - MARGIN - part * (HEIGHT - 2 * MARGIN))}`;
    pen = "L";
  });
  // A point alone: a short stroke.
  return path.includes("L") || !path ? path : `${path}h2`;
}

/** As few as a small picture needs: of each stretch the last. */
function thinned<T>(curve: T[]): T[] {
  if (curve.length <= POINTS) return curve;
  return Array.from({ length: POINTS }, (_, i) => curve[Math.round(((i + 1) * curve.length) / POINTS) - 1]);
}

/** Puts the curve of a row into a cell. */
export function fillSpark(cell: HTMLElement, spark: Spark, row: number, colour: string, label: string) {
  const path = spark.path(row);
  let picture = cell.firstElementChild;
  if (picture?.tagName !== "svg") {
    picture = s("svg", { class: "mlb-spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" }, s("path", { fill: "none", "stroke-width": 1.4, "vector-effect": "non-scaling-stroke" }));
    cell.replaceChildren(picture);
  }
  picture.setAttribute("aria-label", path === null ? "no curve here" : label);
  const line = picture.firstElementChild!;
  line.setAttribute("d", path ?? "");
  line.setAttribute("stroke", colour);
}
