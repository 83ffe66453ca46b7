// The patches of src/engine/live/patch.rs, applied.

import assert from "node:assert/strict";
import { test } from "node:test";
import { apply } from "../src/patch";
import { widen, widenCurve } from "../src/wire";
import * as sample from "./support/sample";

test("each form of a patch", () => {
  const old = { a: [1, 2, 3], b: { c: [{ y: [1] }, { y: [5] }], gone: 1 }, d: [0, 1, 2, 3] };
  const now = apply(old, { o: { a: { a: [3, 0, [4, 5]] }, b: { o: { c: { e: [[0], [{ o: { y: { a: [1, 0, [2]] } } }]] } }, d: ["gone"] }, d: { s: [[1, 3], [9, null]] }, e: { "=": "new" } } });
  assert.deepEqual(now, { a: [1, 2, 3, 4, 5], b: { c: [{ y: [1, 2] }, { y: [5] }] }, d: [0, 9, 2, null], e: "new" });
  assert.deepEqual(old.a, [1, 2, 3], "the old one is not touched");
  assert.deepEqual(apply([3, 2, 1], { a: [0, 3, [4]] }), [4, 3, 2, 1]);
  assert.deepEqual(apply([3, 2, 1], { a: [1, 0, []] }), [3]);
});

test("what did not change stays the same object, packed and widened", () => {
  const curve = (y: number[]) => ({ run: 0, dx: y.map((_, i) => (i ? 1 : 0)), y, n: y.length });
  const plot = { ...sample.plot("Loss", { n: 1 }), series: [curve([1, 2]), curve([3, 4])] } as any;
  const packed = sample.payload({ type: "stack", children: [plot, sample.plot("Accuracy", { n: 1 })] }, { n: 1 });
  const grown = apply(packed, { o: { panel: { o: { children: { e: [[0], [{ o: { series: { e: [[1], [{ o: { dx: { a: [2, 0, [1]] }, y: { a: [2, 0, [5]] }, n: { "=": 3 } } }]] } } }]] } } } } });
  const before = widen(packed).panel as any, after = widen(grown).panel as any;
  assert.equal(after.children[1], before.children[1]);
  assert.equal(after.children[0].series[0], before.children[0].series[0]);
  assert.deepEqual(after.children[0].series[1], { run: 0, x: [0, 1, 2], y: [3, 4, 5], n: 3 });
  assert.deepEqual(before.children[0].series[1].x, [0, 1]);
});

test("where points are is reckoned when somebody looks", () => {
  const packed = { run: 0, dx: [5, 1, 2], dwall: { i: [0, 2], t: [1000, 300] }, y: [1, 2, 3], n: 3 };
  const curve = widenCurve(packed as any, "step"), made = (name: string) => Object.getOwnPropertyDescriptor(curve, name)!.get === undefined;
  assert.deepEqual(["x" in curve, "wall" in curve, "step" in curve], [true, true, false]);
  assert.deepEqual([made("x"), made("wall")], [false, false]);
  assert.deepEqual(curve.x, [5, 6, 8]);
  assert.deepEqual([made("x"), made("wall")], [true, false]);
  assert.deepEqual(curve.wall, [1000, 1100, 1300]);
  assert.equal(curve.x, curve.x, "once");
});
