import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plot } from "../payload";
import { Lines } from "../src/points";
import { between, crosses, nearest, ranked } from "../src/reading";
import { Runs } from "../src/runs";
import { stretch } from "../src/window";
import { widen } from "../src/wire";
import { board, payload, plot } from "./support/sample";

test("the nearest point of a curve; beyond its ends there is none", () => {
  const line = { x: [0, 10, 20, 20, 40], y: [1, 2, 3, 4, null] };
  assert.deepEqual([-3, 4, 6, 19, 25, 41, 43].map(at => nearest(line, at, 2)), [-1, 0, 1, 3, 3, 4, -1]);
  assert.equal(nearest({ x: [], y: [] }, 0, 5), -1);
  // Halfway on logarithms is 10 and not 50.
  assert.deepEqual([9, 11].map(at => nearest({ x: [1, 100], y: [1, 2] }, at, 0, Math.log10)), [0, 1]);
  assert.deepEqual([9, 11].map(at => nearest({ x: [100, 1], y: [1, 2] }, at, 0, Math.log10)), [1, 0]);
});

test("steps that decrease are read as well", () => {
  assert.equal(nearest({ x: [0, 10, 5, 7], y: [1, 2, 3, 4] }, 6.8, 0), 3);
  assert.equal(nearest({ x: [0, 10, 5, 7], y: [1, 2, 3, 4] }, 12, 1), -1);
});

const same = (value: number) => value;
const LINEAR = { x: same, y: same };
/** As plotly.js has it: upwards are less pixels, and what is not above 0 has no place. */
const LOG = { x: (value: number) => 100 * Math.log10(value), y: (value: number) => (value > 0 ? 300 - 100 * Math.log10(value) : NaN) };

test("between two points a curve is read along its line, but not across a gap", () => {
  const line = { x: [0, 10, 20], y: [0, 100, null] };
  assert.equal(between(line, 2.5, 0, LINEAR), 25);
  assert.equal(between(line, 14, 0, LINEAR), 100);
  assert.equal(between(line, 19, 0, LINEAR), null);
});

test("on a logarithm a curve is read, and hit by a box, where its line is on the screen", () => {
  const logY = { x: same, y: LOG.y }, two = { x: [0, 10], y: [1000, 0.1] };
  assert.equal(between(two, 5, 0, logY), 200, "at 10: half way on the screen");
  assert.equal(between({ x: [1, 100], y: [1, 100] }, 10, 0, LOG), 200);
  assert.equal(between({ x: [0, 10], y: [100, -1] }, 2, 0, logY), 100, "to a value that has no place no line leads");
  assert.ok(crosses(two, [4, 6], [5, 20], logY));
  assert.ok(!crosses(two, [4, 6], [400, 600], logY), "where a line of numbers would be");
  assert.ok(!crosses({ x: [0, 10], y: [100, -1] }, [4, 6], [0.1, 1000], logY));
});

test("a stretch of another x is one of the points' own, as far as the lines that lead through it", () => {
  const curves = [{ x: [0, 10, 20, 30], at: [100, 101, 102, 103] }, { x: [5, 50], at: [101.5, 200] }];
  assert.deepEqual(stretch(curves.slice(0, 1), [100.5, 101.5]), [0, 20]);
  assert.deepEqual(stretch(curves.slice(0, 1), [101.2, 101.4]), [10, 20], "between two points");
  assert.deepEqual(stretch(curves, [101.6, 101.8]), [5, 50], "of all curves");
  assert.deepEqual(stretch([{ x: [0, 3, 2, 9], at: [0, 1, 2, 3] }], [0.9, 1.1]), [0, 3], "steps may decrease");
  assert.equal(stretch(curves, [300, 400]), null);
  assert.equal(stretch([], [0, 1]), null);
});

test("the best come first, what is no number last", () => {
  const values = [3, null, NaN, 1, Infinity, 2];
  assert.deepEqual(ranked(values, false), [3, 5, 0, 4, 1, 2]);
  assert.deepEqual(ranked(values, true), [4, 0, 5, 3, 1, 2]);
});

test("a curve goes through a box by a point or by a stretch between two", () => {
  const line = { x: [0, 10], y: [0, 10] };
  assert.ok(crosses(line, [-1, 1], [-1, 1], LINEAR));
  assert.ok(crosses(line, [4, 6], [4, 6], LINEAR), "between its points");
  assert.ok(!crosses(line, [4, 6], [7, 9], LINEAR));
  assert.ok(!crosses({ x: [0, 5, 10], y: [0, null, 10] }, [4, 6], [0, 10], LINEAR), "a gap is not crossed");
});

test("x can be the step, the time since the start, and the time, where it is known", () => {
  const search = { n: 2, steps: 4 }, made = plot("Loss", search), runs = new Runs(board(search));
  assert.deepEqual(new Lines(made, runs).kinds, ["step"]);
  const started = runs.value("started", 0) as number;
  for (const curve of made.series) (curve as any).dwall = { i: [0, 2, 1], t: [started + 500, 1000, 1000] };
  const wide = widen(payload(made, search)).panel as Plot;
  const lines = new Lines(wide, runs);
  assert.deepEqual(lines.kinds, ["step", "relative", "wall"]);
  assert.deepEqual(lines.x(wide.series[0], "relative"), [0.5, 1, 1.5, 2.5]);
  assert.deepEqual(lines.x(wide.series[0], "step"), [0, 1, 2, 3]);
  assert.equal(lines.x(wide.series[0], "wall"), lines.x(wide.series[0], "wall"), "the same array each time");
  const relative = plot("Loss", search, { x: "relative" });
  for (const curve of relative.series) curve.step = curve.x.map(x => x * 10);
  const others = new Lines(relative, runs);
  assert.deepEqual(others.kinds, ["step", "relative", "wall"]);
  assert.deepEqual(others.x(relative.series[1], "step"), [0, 10, 20, 30]);
});
