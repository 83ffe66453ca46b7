// Made-up runs that look like a real search.

import type { Board, Column, Coverage, Curve, Dashboard, Diff, Histograms, Images, Importance, Num, Panel, Params, Payload, Plot, Scatter, Thoughts } from "../../payload";

/** The same numbers every time (mulberry32). */
export function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const LRS = [0.001, 0.003, 0.01, 0.03];
const START = Date.UTC(2026, 10, 23, 6, 0, 0);

export interface Search { n: number; steps?: number; seed?: number; extraColumns?: number }

/** `n` runs over learning rates, widths and seeds; run 3 has no `lr`, run 5 failed. */
export function columns({ n, seed = 1, extraColumns = 0 }: Search): Column[] {
  const next = random(seed);
  const rows = Array.from({ length: n }, (_, row) => row);
  const lr = rows.map(row => (row === 3 ? null : LRS[row % LRS.length]));
  const column = (key: string, kind: Column["kind"], group: Column["group"], values: Column["values"], shown = true): Column => ({ key, kind, group, values, shown });
  return [
    column("id", "text", "run", rows.map(row => `0192f3c4a5b6-${String(row).padStart(6, "0")}`), false),
    column("name", "text", "run", rows.map(row => `${["brisk", "quiet", "amber", "polar", "lunar"][row % 5]}-${["otter", "heron", "maple"][row % 3]}-${row}`)),
    column("started", "time", "run", rows.map(row => START + row * 61_000)),
    column("status", "text", "run", rows.map(row => (row === 5 ? "failed" : row === n - 1 ? "running" : "finished"))),
    column("duration", "number", "run", rows.map(() => Math.round(next() * 4000) / 10)),
    column("lr", "number", "param", lr),
    column("width", "number", "param", rows.map(row => [32, 64, 128][row % 3])),
    column("seed", "number", "param", rows.map(row => row % 3)),
    column("decay", "number", "param", rows.map(() => +(10 ** (-5 + 3 * next())).toPrecision(4))),
    column("optimizer", "text", "param", rows.map(row => (row % 4 ? "adam" : "sgd"))),
    column("last(Loss)", "number", "metric", rows.map(row => (row === 5 ? "NaN" : +(0.08 + 0.4 * next() + (row % 4) * 0.02).toPrecision(4)) as Num)),
    column("last(Accuracy)", "number", "metric", rows.map(() => +(0.85 + 0.14 * next()).toPrecision(4))),
    ...Array.from({ length: extraColumns }, (_, i) => column(`metric_${i}`, "number", "metric", rows.map(() => +next().toPrecision(4)))),
  ];
}

/** A falling loss, or a rising accuracy; run 5 breaks off with NaN and an infinity. */
export function plot(tag: string, { n, steps = 200, seed = 2 }: Search, more: Partial<Plot> = {}): Plot {
  const next = random(seed);
  const series: Curve[] = Array.from({ length: n }, (_, run) => {
    const rate = 0.004 + LRS[run % 4], noise = 0.04 + (run % 3) * 0.015;
    const y: Num[] = Array.from({ length: steps }, (_, step) => {
      const loss = 0.12 + (run % 3) * 0.03 + 2.1 * Math.exp(-rate * step * 3) + (next() - 0.5) * noise;
      return +(tag.includes("Acc") ? 1 - loss / 2.6 : Math.max(0.01, loss)).toPrecision(4);
    });
    if (run === 5) y.splice(Math.floor(steps * 0.6), steps, "NaN", "inf", "NaN");
    return { run, x: y.map((_, step) => step), y, n: y.length };
  });
  return { type: "plot", board: 0, tag, layout: { xaxis: { title: { text: "step" } }, yaxis: { title: { text: tag } } }, legend: null, x: "step", smooth: 0, series, higher: tag.includes("Acc"), notes: [], ...more };
}

/** A grey blob for each run and step, as a data: URI. */
export function images(tag: string, n: number): Images {
  const steps = [0, 50, 100, 150];
  const sources: string[] = [];
  const items: Images["items"] = [];
  for (let run = 0; run < n; run++) {
    for (const step of steps) {
      // Every other run logged its images at half of the steps only.
      if (run % 2 && step % 100) continue;
      items.push({ run, step, t: START + step * 1000, w: 8, h: 8, src: sources.length });
      sources.push(bitmap(8, (x, y) => 255 * Math.exp(-((x - 3.5 - Math.sin(step + run)) ** 2 + (y - 3.5 - Math.cos(step * 2 + run)) ** 2) / (2 + run % 4))));
    }
  }
  return { type: "images", board: 0, tag, legend: null, steps, items, sources, notes: [] };
}

/** An 8-bit grey BMP: the one image format that needs no library. */
function bitmap(size: number, grey: (x: number, y: number) => number): string {
  const header = 54 + 1024, bytes = Buffer.alloc(header + size * size);
  bytes.write("BM");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(header, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(size, 18);
  bytes.writeInt32LE(-size, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(8, 28);
  for (let i = 0; i < 256; i++) bytes.fill(i, 54 + i * 4, 54 + i * 4 + 3);
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) bytes[header + y * size + x] = Math.round(grey(x, y));
  return `data:image/bmp;base64,${bytes.toString("base64")}`;
}

export function histograms(tag: string, n: number): Histograms {
  const next = random(4), steps = [0, 100, 200];
  const items: Histograms["items"] = [];
  for (let run = 0; run < n; run++) {
    for (const step of steps) {
      const spread = 0.05 + (0.1 + 0.05 * (run % 4)) * (step / 200), bins = 30, from = -4 * spread, width = (8 * spread) / bins;
      const edges = Array.from({ length: bins + 1 }, (_, i) => +(from + i * width).toPrecision(4));
      const counts = Array.from({ length: bins }, (_, i) => Math.round(1500 * Math.exp(-(((from + (i + 0.5) * width) / spread) ** 2) / 2) * (0.9 + 0.2 * next())));
      items.push({ run, step, n: counts.reduce((a, b) => a + b), nan: run === 5 ? 3 : 0, min: from, max: -from, mean: 0.001, edges, counts });
    }
  }
  return { type: "histogram", board: 0, tag, legend: null, steps, items, notes: [] };
}

export function thoughts(n: number, runs: number): Thoughts {
  const texts = ["overfits after epoch 3", "lr 0.03 diverges at once; try a warm-up", "the same with decay 1e-4:\n  validation gains 0.4 points\n  training is slower", "שלום, this one reads from the right", "good enough 🎉"];
  const items = Array.from({ length: n }, (_, i) => {
    const other = i % 7 === 6;
    return { run: other ? null : i % runs, name: other ? "old-run" : `run-${i % runs}`, folder: other ? "warm_up" : "lr_search", step: i % 3 ? i * 10 : null, t: START + i * 47_000, text: texts[i % texts.length] };
  });
  return { type: "thoughts", board: 0, items, notes: [] };
}

export const scatter = (more: Partial<Scatter> = {}): Scatter => ({ type: "scatter", board: 0, x: { key: "lr", log: false }, y: { key: "last(Accuracy)", log: false }, legend: null, notes: [], ...more });

export function params(more: Partial<Params> = {}): Params {
  const axes = ["optimizer", "width", "lr", "decay", "last(Loss)", "last(Accuracy)"].map(key => ({ key, log: key === "decay" }));
  return { type: "params", board: 0, axes, legend: null, colour: "last(Accuracy)", notes: [], ...more };
}

export const importance: Importance = {
  type: "importance", board: 0, of: "last(Accuracy)", notes: ["24 runs only: a rough guide"],
  items: [
    { key: "lr", importance: 1.2, spread: 0.1, correlation: -0.8, n: 23 },
    { key: "optimizer", importance: 0.3, spread: 0.02, correlation: null, n: 24 },
    { key: "seed", importance: -0.01, spread: 0.01, correlation: 0.1, n: 24 },
  ],
};

export const diff: Diff = {
  type: "diff", board: 0, notes: [],
  sections: [{ title: "parameters", keys: ["lr", "width", "optimizer"] }, { title: "results", keys: ["last(Loss)"] }],
};

/** Which of the runs have which rate and width; nobody ran a width of 256. */
export function coverage({ n }: Search): Coverage {
  const lrs = LRS.map(String), widths = ["32", "64", "128", "256"], rows = Array.from({ length: n }, (_, row) => row);
  const cells = lrs.flatMap((_, i) => widths.map((_, j) => rows.filter(row => row !== 3 && row % 4 === i && row % 3 === j)));
  return { type: "coverage", board: 0, keys: ["lr", "width"], values: [lrs, widths], notes: [], cells };
}

export function dashboard(search: Search): Dashboard {
  return {
    type: "dashboard",
    board: 0,
    table: { type: "table", board: 0, columns: null, sort: [{ column: "started", descending: true }] },
    plots: ["train/Loss", "valid/Loss", "train/Accuracy", "valid/Accuracy"].map((tag, i) => plot(tag, { ...search, seed: i + 2 })),
    images: [images("Filters", search.n)],
    histograms: [histograms("weights/1", search.n), histograms("weights/2", search.n)],
    thoughts: thoughts(12, search.n),
  };
}

export function board(search: Search, more: Partial<Board> = {}): Board {
  return { id: "board-1", title: "digits / lr_search", columns: columns(search), n: search.n, total: search.n, legend: "lr", ...more };
}

export function payload(panel: Panel, search: Search, more: Partial<Board> = {}): Payload {
  return { v: 1, title: "digits / lr_search", read_at: Date.now(), boards: [board(search, more)], panel };
}

/** Means over three seeds for each learning rate that `columns` gives; run 3 has none and is a group of its own. */
export function groupedPlot(tag: string, search: Search, more: Partial<Plot> = {}): Plot {
  const single = plot(tag, search).series.map(curve => ({ ...curve, y: curve.y.map(y => (typeof y === "number" ? y : 1)) }));
  const lr = columns(search).find(column => column.key === "lr")!.values as (number | null)[];
  const values = [...new Set(lr)].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
  const series = values.map((value): Curve => {
    const runs = lr.flatMap((each, run) => (each === value ? [run] : []));
    const x = single[runs[0]].x;
    const at = (i: number) => runs.flatMap(run => single[run].y[i] ?? []) as number[];
    const mean = (of: number[]) => of.reduce((a, b) => a + b, 0) / of.length;
    const dev = (of: number[]) => (of.length > 1 ? Math.sqrt(of.reduce((sum, y) => sum + (y - mean(of)) ** 2, 0) / (of.length - 1)) : 0);
    const y = x.map((_, i) => mean(at(i)));
    return { run: runs[0], x, y, n: x.length, group: { runs, lower: y.map((mean, i) => mean - dev(at(i))), upper: y.map((mean, i) => mean + dev(at(i))), n: x.map((_, i) => at(i).length) } };
  });
  return { ...plot(tag, search), series, legend: "lr", band: "std dev", notes: ["mean ± std dev"], ...more };
}
