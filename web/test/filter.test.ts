import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFilter, type Kind, type Value } from "../src/filter";

function passing(text: string, kind: Kind, values: Value[]): Value[] {
  const parsed = parseFilter(text, kind);
  assert.equal(typeof parsed, "function", `${text} should be a filter, not ${JSON.stringify(parsed)}`);
  return values.filter(parsed as (value: Value) => boolean);
}

const wrong = (text: string, kind: Kind) => {
  const parsed = parseFilter(text, kind);
  assert.ok(parsed && "error" in parsed, `${text} should be refused`);
  return parsed.error;
};

const NUMBERS: Value[] = [-1, 0, 1e-3, 0.1, 0.5, 0.9, 0.95, 3, Infinity, -Infinity, NaN, null];

test("comparisons of numbers", () => {
  assert.deepEqual(passing(">0.9", "number", NUMBERS), [0.95, 3, Infinity]);
  assert.deepEqual(passing(">=0.9", "number", NUMBERS), [0.9, 0.95, 3, Infinity]);
  assert.deepEqual(passing("< 1e-3", "number", NUMBERS), [-1, 0, -Infinity]);
  assert.deepEqual(passing("<=1e-3", "number", NUMBERS), [-1, 0, 1e-3, -Infinity]);
  assert.deepEqual(passing("=3", "number", NUMBERS), [3]);
  assert.deepEqual(passing("3", "number", NUMBERS), [3]);
  assert.deepEqual(passing("inf", "number", NUMBERS), [Infinity]);
  assert.deepEqual(passing("<-1", "number", NUMBERS), [-Infinity]);
});

test("ranges, closed and open", () => {
  assert.deepEqual(passing("0.1..0.5", "number", NUMBERS), [0.1, 0.5]);
  assert.deepEqual(passing("0.95 ..", "number", NUMBERS), [0.95, 3, Infinity]);
  assert.deepEqual(passing("..0", "number", NUMBERS), [-1, 0, -Infinity]);
});

test("a comma is and, a bar is or, an exclamation mark is not", () => {
  assert.deepEqual(passing(">0, <0.5", "number", NUMBERS), [1e-3, 0.1]);
  assert.deepEqual(passing("<0 | >0.9,<2", "number", NUMBERS), [-1, 0.95, -Infinity]);
  assert.deepEqual(passing("!>0", "number", NUMBERS), [-1, 0, -Infinity, NaN, null]);
});

test("NaN is a value, unequal to all; a comparison with a missing value is false", () => {
  assert.deepEqual(passing("nan", "number", NUMBERS), [NaN]);
  assert.deepEqual(passing("–", "number", NUMBERS), [null]);
  assert.deepEqual(passing("missing", "number", NUMBERS), [null]);
  assert.deepEqual(passing("!nan", "number", NUMBERS), NUMBERS.filter(value => !Number.isNaN(value)));
  assert.deepEqual(passing("!=3", "number", NUMBERS), [-1, 0, 1e-3, 0.1, 0.5, 0.9, 0.95, Infinity, -Infinity, NaN]);
});

test("what the table shows as 0.1 is found by 0.1", () => {
  assert.deepEqual(passing("0.1", "number", [Math.fround(0.1), 0.1000002]), [Math.fround(0.1)]);
  assert.deepEqual(passing(">0.1", "number", [Math.fround(0.1), 0.1000002]), [0.1000002]);
});

const TEXTS: Value[] = ["adam", "AdamW", "sgd", "a|b", "", null];

test("text: a part, the whole, a regular expression, not", () => {
  assert.deepEqual(passing("ADAM", "text", TEXTS), ["adam", "AdamW"]);
  assert.deepEqual(passing("=adam", "text", TEXTS), ["adam"]);
  assert.deepEqual(passing("=adam | sgd", "text", TEXTS), ["adam", "sgd"]);
  assert.deepEqual(passing("!adam", "text", TEXTS), ["sgd", "a|b", "", null]);
  assert.deepEqual(passing("/^a.*w$|^s/i", "text", TEXTS), ["AdamW", "sgd"]);
  assert.deepEqual(passing("–", "text", TEXTS), [null]);
});

test("times: a day is all of its moments", () => {
  const at = (...p: [number, number, number, number?]) => new Date(p[0], p[1] - 1, p[2], p[3] ?? 0).getTime();
  const times = [at(2026, 10, 31, 23), at(2026, 11, 1), at(2026, 11, 23, 14), at(2026, 11, 24), null];
  assert.deepEqual(passing("2026-11", "time", times), times.slice(1, 4));
  assert.deepEqual(passing("2026-11-23", "time", times), [times[2]]);
  assert.deepEqual(passing(">2026-11-23", "time", times), [times[3]]);
  assert.deepEqual(passing("<2026-11", "time", times), [times[0]]);
  assert.deepEqual(passing("2026-11-01..2026-11-23", "time", times), times.slice(1, 3));
});

test("nothing typed filters nothing", () => {
  for (const text of ["", "  ", "|", " , "]) assert.equal(parseFilter(text, "number"), null);
});

test("mistakes are said, with what would do", () => {
  assert.match(wrong("abc", "number"), /cannot read “abc”.*>0\.9/);
  assert.match(wrong(">0.9, <x", "number"), /“<x”/);
  assert.match(wrong("yesterday", "time"), /2026-11-23/);
  wrong(">", "number");
  wrong("1..x", "number");
  wrong("/(/", "text");
  wrong("!", "number");
});

test("whole numbers are told apart to the last digit, others as far as a cell shows them", () => {
  const passing = (text: string, values: number[]) => values.filter(parseFilter(text, "number") as (value: number) => boolean);
  const days = [20240101, 20240102, 20240103];
  assert.deepEqual(passing("20240101", days), [20240101]);
  assert.deepEqual(passing(">=20240103", days), [20240103]);
  assert.deepEqual(passing("<20240103", days), [20240101, 20240102]);
  assert.deepEqual(passing("0.1", [0.1, 0.10000000149011612, 0.1001]), [0.1, 0.10000000149011612]);
  assert.deepEqual(passing("3", [3, 2.9999999, 2.99]), [3, 2.9999999]);
});
