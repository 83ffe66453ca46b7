import assert from "node:assert/strict";
import style from "../src/style.css";
import { test } from "node:test";
import { matches } from "../src/dashboard";
import { clock, MISSING, number, plain, short } from "../src/format";
import { densities } from "../src/histogram-time";
import { latest } from "../src/images";
import { Legend } from "../src/legend";
import { flip, isolate } from "../src/legend-strip";
import { category, missing, positions, scale } from "../src/palette";
import { Runs, sortRows } from "../src/runs";
import type { Board, Column } from "../payload";
import { gaussian, smooth } from "../src/smooth";
import { board } from "./support/sample";

test("short numbers read as people write them", () => {
  const cases: [number | null, string][] = [[0.001, "0.001"], [1e-5, "1e-5"], [0.0003, "0.0003"], [0.30000000000000004, "0.3"], [123456, "123456"], [1234567.8, "1.2346e6"], [0, "0"], [-2.5, "-2.5"], [NaN, "NaN"], [Infinity, "∞"], [-Infinity, "−∞"], [null, "–"]];
  for (const [value, text] of cases) assert.equal(short(value), text);
});

test("numbers that JSON has no word for", () => {
  assert.deepEqual((["NaN", "inf", "-inf", 1.5, null] as const).map(number), [NaN, Infinity, -Infinity, 1.5, null]);
});

test("a time says as much as is needed to know the day", () => {
  const now = new Date(2026, 10, 23, 15, 0).getTime();
  assert.equal(clock(new Date(2026, 10, 23, 14, 2).getTime(), now), "14:02");
  assert.equal(clock(new Date(2026, 10, 22, 14, 2).getTime(), now), "22 Nov 14:02");
  assert.equal(clock(new Date(2025, 10, 22, 4, 2).getTime(), now), "22 Nov 2025 04:02");
});

test("plotly reads no tags and entities out of names", () => {
  assert.equal(plain("<a href='x'>&lt;\nb"), "&lt;a href='x'&gt;&amp;lt; b");
});

test("smoothing is debiased and leaves what is not finite where it is", () => {
  assert.deepEqual(smooth([5, 5, 5], 0.9).map(value => +value!.toFixed(9)), [5, 5, 5]);
  const values = [1, 2, NaN, Infinity, null, 3];
  const smoothed = smooth(values, 0.5);
  assert.equal(smoothed[0], 1);
  // (0.5·1 + 1·2·0.5…) by hand: averages 0.5, 1.25, 2.125 over biases 0.5, 0.75, 0.875.
  assert.ok(Math.abs(smoothed[1]! - 1.25 / 0.75) < 1e-12);
  assert.deepEqual(smoothed.slice(2, 5), [NaN, Infinity, null]);
  assert.ok(Math.abs(smoothed[5]! - 2.125 / 0.875) < 1e-12);
  assert.equal(smooth(values, 0), values);
  const constant = Array(50).fill(0.1);
  assert.equal(smooth(constant, 0.9), constant);
});

test("a Gaussian weighs by distance in x and skips what is no number", () => {
  const smoothed = gaussian([0, 1, 2, 100], [0, 3, Infinity, 7], 1);
  const beside = Math.exp(-0.5);
  assert.ok(Math.abs(smoothed[0]! - (3 * beside) / (1 + beside)) < 1e-12);
  assert.deepEqual(smoothed.slice(2), [Infinity, 7]);
});

test("a legend by several parameters has the order of their numbers and says each by its name", () => {
  const column = (key: string, kind: "number" | "text", group: "run" | "param", values: (number | string | null)[], parts?: { keys: string[]; order: number[] }) => ({ key, kind, group, values, shown: true, parts }) as Column;
  const board: Board = { id: "b", title: "", n: 4, total: 4, legend: "lr, batch", columns: [
    column("id", "text", "run", ["a", "b", "c", "d"]),
    column("optim.lr", "number", "param", [0.1, 0.01, 0.01, null]),
    column("batch", "number", "param", [8, 16, 8, null]),
    column("lr, batch", "text", "param", ["0.1, 8", "0.01, 16", "0.01, 8", null], { keys: ["optim.lr", "batch"], order: [2, 1, 0, 3] }),
  ] };
  const legend = new Legend(new Runs(board), "lr, batch", false);
  assert.deepEqual(legend.entries.map(entry => entry.label), ["optim.lr=0.01, batch=8", "optim.lr=0.01, batch=16", "optim.lr=0.1, batch=8", `lr, batch=${MISSING}`]);
  assert.equal(legend.of(1).value, "0.01, 16");
});

test("the palette goes on with dashes, and a scale spans its numbers", () => {
  assert.notDeepEqual(category(0, false), category(8, false));
  assert.equal(category(0, false).colour, category(8, false).colour);
  assert.equal(new Set(Array.from({ length: 32 }, (_, i) => JSON.stringify(category(i, true)))).size, 32);
  assert.notEqual(scale(0, false).colour, scale(1, false).colour);
  const log = positions([1e-4, 1e-3, 1e-2]), linear = positions([1, 2, 3]);
  assert.ok(Math.abs(log(1e-3) - 0.5) < 1e-9);
  assert.ok(Math.abs(linear(2) - 0.5) < 1e-9);
  assert.equal(positions([7, 7])(7), 0.5);
});

const runs = new Runs(board({ n: 12 }));

test("a legend says the setting, and a dash where a run has none", () => {
  const legend = new Legend(runs, "lr", false);
  assert.deepEqual(legend.entries.map(entry => entry.label), ["lr=0.001", "lr=0.003", "lr=0.01", "lr=0.03", "lr=–"]);
  assert.equal(legend.of(3).label, "lr=–");
  assert.equal(legend.of(3).colour, missing(false).colour);
  assert.equal(legend.of(1), legend.of(5), "runs of one value share one entry");
});

test("a legend over many numbers is a scale", () => {
  const legend = new Legend(runs, "decay", false);
  assert.equal(legend.entries.length, 12);
  assert.equal(new Set(legend.entries.map(entry => entry.colour)).size, 12);
  const values = legend.entries.map(entry => +entry.value);
  assert.deepEqual(values, [...values].sort((a, b) => a - b));
});

test("runs of the same name are told apart, values that round alike stay apart", () => {
  const twins = board({ n: 2 });
  twins.columns.find(column => column.key === "name")!.values = ["twin", "twin"];
  twins.columns.find(column => column.key === "lr")!.values = [0.0100001, 0.0100002];
  const labels = (key: string) => new Legend(new Runs(twins), key, false).entries.map(entry => entry.label);
  assert.equal(new Set(labels("name")).size, 2);
  assert.deepEqual(labels("lr"), ["lr=0.0100001", "lr=0.0100002"]);
});

test("hiding and isolating", () => {
  assert.deepEqual([...flip(["a", "b", "c"], new Set(["a"]), "b")], ["a", "b"]);
  assert.deepEqual([...flip(["a", "b", "c"], new Set(["a"]), "a")], []);
  assert.deepEqual([...flip(["a", "b", "c"], new Set(["a", "c"]), "b")], [], "never nothing at all");
  assert.deepEqual(isolate(["a", "b", "c"], new Set(), "b"), ["a", "c"]);
  assert.deepEqual(isolate(["a", "b", "c"], new Set(["a", "c"]), "b"), [], "alone already: show all");
  assert.deepEqual(isolate(["a", "b", "c"], new Set(["b"]), "b"), ["a", "c"]);
});

test("sorting: several columns, missing and NaN last in both directions", () => {
  const rows = Array.from({ length: runs.n }, (_, row) => row);
  const lr = (sorted: number[]) => sorted.map(row => runs.value("lr", row));
  assert.equal(lr(sortRows(rows, runs, [{ column: "lr", descending: false }])).at(-1), null);
  assert.equal(lr(sortRows(rows, runs, [{ column: "lr", descending: true }])).at(-1), null);
  assert.equal(sortRows(rows, runs, [{ column: "last(Loss)", descending: true }]).at(-1), 5);
  const two = sortRows(rows, runs, [{ column: "optimizer", descending: true }, { column: "width", descending: true }]).map(row => [runs.value("optimizer", row), runs.value("width", row)]);
  assert.deepEqual(two.slice(0, 3), [["sgd", 128], ["sgd", 64], ["sgd", 32]]);
  assert.deepEqual(sortRows(rows, runs, [{ column: "no such", descending: true }]), rows);
});

test("the item of a step is the nearest before it", () => {
  const items = [{ step: 0 }, { step: 50 }];
  assert.equal(latest(items, 49)!.step, 0);
  assert.equal(latest(items, 50)!.step, 50);
  assert.equal(latest([{ step: 10 }], 5), null);
});

test("densities do not depend on the bins", () => {
  assert.deepEqual(densities({ edges: [0, 1, 3], counts: [2, 4] }), [2 / 6, 4 / 6 / 2]);
});

test("finding plots by words of their tags", () => {
  assert.ok(matches({ tag: "train/Loss" }, "LOSS tr"));
  assert.ok(!matches({ tag: "train/Loss" }, "loss valid"));
});

// With one rule `:has(> :not(.mlb-plot))` on a row of twenty plots, styles took a quarter of a live page's time.
test("no style asks what is inside: each change there would have the browser style all of it again", () => {
  const rules = style.replace(/\/\*[^]*?\*\//g, "");
  assert.ok(rules.includes(".mlb-plots"), "this is the style sheet");
  assert.doesNotMatch(rules, /:has\(/);
});
