import assert from "node:assert/strict";
import { test } from "node:test";
import { Along } from "../src/along";
import { parseFilter, type Kind, type Value } from "../src/filter";
import { nudge } from "../src/params";
import { hasPlace } from "../src/scatter";

const along = (values: Value[], { kind = "number" as Kind, log = false } = {}) => new Along({ key: "c", kind, group: "param", shown: true, values }, log);
const passing = (axis: Along, filter: string) => {
  const test = parseFilter(filter, axis.column.kind);
  assert.equal(typeof test, "function", filter);
  return axis.column.values.filter(value => (test as (value: Value) => boolean)(value));
};

test("numbers lie by size or by logarithm, what is no number has no place", () => {
  const linear = along([0, 5, 10, null, NaN, Infinity]), log = along([1e-4, 1e-2, 1, 0, -1], { log: true });
  assert.deepEqual(linear.column.values.map(value => linear.at(value)), [0, 0.5, 1, null, null, null]);
  assert.deepEqual(log.column.values.map(value => log.at(value)), [0, 0.5, 1, null, null]);
  assert.ok(linear.gaps && log.gaps && !along([1, 2]).gaps);
  assert.equal(along([3, 3]).at(3), 0.5);
  assert.equal(Math.round(along([3, 3], { log: true }).at(3)! * 1e9) / 1e9, 0.5);
});

test("text lies in order, numbers in it by size", () => {
  const axis = along(["run 10", "run 9", null, "run 9"], { kind: "text" });
  assert.deepEqual(axis.column.values.map(value => axis.at(value)), [0.75, 0.25, null, 0.25]);
  assert.deepEqual(axis.ticks(10).map(tick => tick.label), ["run 9", "run 10"]);
});

test("few values are the ticks, many get round ones, and none of them crowd", () => {
  assert.deepEqual(along([128, 32, 64, 32]).ticks(10).map(tick => tick.label), ["32", "64", "128"]);
  const many = Array.from({ length: 100 }, (_, i) => 0.85 + i * 0.0014);
  assert.deepEqual(along(many).ticks(12).map(tick => tick.label), ["0.86", "0.88", "0.9", "0.92", "0.94", "0.96", "0.98"]);
  const decades = along(many.map((_, i) => 10 ** (-5 + i / 33)), { log: true });
  assert.deepEqual(decades.ticks(12).map(tick => tick.label), ["1e-5", "1e-4", "0.001", "0.01"]);
});

test("a brush is the filter for what lies in it, and is read back as where it was", () => {
  const numbers = Array.from({ length: 200 }, (_, i) => +(10 ** (-5 + (i * 5) / 199)).toPrecision(5));
  for (const log of [true, false]) {
    const axis = along(numbers, { log });
    for (const [from, to] of [[0, 1], [0.2, 0.7], [0.5, 0.5], [0.93, 1], [0, 0.04]] as [number, number][]) {
      const filter = axis.filter([from, to], 240)!;
      const inside = numbers.filter(value => axis.at(value)! >= from && axis.at(value)! <= to);
      const passed = passing(axis, filter);
      assert.ok(inside.every(value => passed.includes(value)), `${filter}: what was touched stays in`);
      const back = axis.stretch(filter)!;
      assert.ok(Math.abs(back[0] - from) < 0.012 && Math.abs(back[1] - to) < 0.012, `${filter}: ${back}`);
    }
  }
});

test("a brush over the place of what is missing lets that through as well", () => {
  const axis = along([1, 2, 3, null, NaN, -Infinity]);
  const filter = axis.filter([0.4, 1], 200, true)!;
  assert.deepEqual(passing(axis, filter), [2, 3, null, NaN, -Infinity]);
  assert.ok(axis.stretch(filter));
  assert.deepEqual(passing(axis, axis.filter([-0.2, -0.1], 200, true)!), [null, NaN, -Infinity]);
});

test("categories are filtered by their whole text, whatever it is", () => {
  const nasty = ["adam", "adamw", "a|b", " spaced ", "/x/", "(a+b)*", "", "line\nbreak", "–", "!no", null];
  const axis = along(nasty, { kind: "text" });
  for (const name of nasty.filter((name): name is string => name !== null)) {
    const at = axis.at(name)!;
    assert.deepEqual(passing(axis, axis.filter([at, at], 200)!), [name]);
  }
  assert.deepEqual(passing(axis, axis.filter([0, 1], 200, true)!), nasty);
  assert.equal(axis.filter([0.01, 0.02], 200), null, "between two categories there is nothing");
});

test("a filter that is typed shows as a brush if it is one stretch", () => {
  const numbers = along([0, 10]), names = along(["a", "b", "c"], { kind: "text" });
  assert.deepEqual(numbers.stretch("2..8"), [0.2, 0.8]);
  assert.deepEqual(numbers.stretch("..5"), [0, 0.5]);
  assert.equal(numbers.stretch("!3"), null);
  assert.equal(numbers.stretch(undefined), null);
  assert.deepEqual(names.stretch("=b | =c"), [1 / 3, 1]);
  assert.equal(names.stretch("=a | =c"), null);
});

test("arrow keys begin, move and resize a brush, never beyond the axis", () => {
  assert.deepEqual(nudge(null, 1, false, 0.05), [0.5, 1]);
  assert.deepEqual(nudge(null, -1, false, 0.05), [0, 0.5]);
  assert.deepEqual(nudge([0.5, 0.75], 1, false, 0.5), [0.75, 1]);
  assert.deepEqual(nudge([0.25, 0.5], 1, true, 0.25), [0.25, 0.75]);
  assert.deepEqual(nudge([0.5, 1], 1, true, 0.05), [0.5, 1]);
});

test("what has a place on a scatter's axis", () => {
  assert.deepEqual([1, 0, NaN, null, "sgd"].map(value => hasPlace(value, { log: true })), [true, false, false, false, true]);
  assert.ok(hasPlace(0, { log: false }));
});
