import assert from "node:assert/strict";
import { test } from "node:test";
import { bulkRange } from "../src/range";

const falling = (scale: number, n = 200) => Array.from({ length: n }, (_, step) => scale * (0.1 + 2.2 * Math.exp(-step / 20)));

test("curves of one size are shown whole, first steps and all", () => {
  assert.equal(bulkRange([falling(1), falling(1.5), falling(0.8)]), null);
  assert.equal(bulkRange([[1, 2, 3, 1e9]]), null, "too few to tell what is usual");
  assert.equal(bulkRange([Array(100).fill(0.5)]), null);
  assert.equal(bulkRange([[]]), null);
});

test("a run that diverged is left out of the axis, the others reach from its bottom to its top", () => {
  const bad = [...falling(1, 10), 1e3, 1e7, Infinity, NaN];
  const [low, high] = bulkRange([falling(1), falling(1.5), bad])!;
  assert.ok(low < 0.1 && low > -1, String(low));
  assert.ok(high > 3.45 && high < 4.5, String(high));
});

test("downwards as well, and missing values count for nothing", () => {
  const reward = Array.from({ length: 300 }, (_, step) => (step === 7 ? -1e6 : step % 3 ? Math.sqrt(step) : null));
  const [low, high] = bulkRange([reward])!;
  assert.ok(low < 1 && low > -3 && high > 17 && high < 20, `${low} ${high}`);
});
