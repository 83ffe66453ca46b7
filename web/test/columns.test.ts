import assert from "node:assert/strict";
import { test } from "node:test";
import { varies } from "../src/columns";
import { csvOf } from "../src/csv";
import type { Column } from "../src/runs";

const column = (key: string, kind: Column["kind"], values: Column["values"]): Column => ({ key, kind, group: "param", shown: true, values });

test("CSV says numbers in full, missing values as nothing, and quotes what needs it", () => {
  const columns = [
    column("name", "text", ["a,b", 'say "hi"', "two\nlines", "", null]),
    column("lr", "number", [0.1 + 0.2, NaN, -Infinity, 1e-300, null]),
    column("started", "time", [Date.UTC(2026, 10, 23, 6), null, null, null, null]),
  ];
  assert.equal(csvOf([0, 1, 2, 3, 4], columns), [
    "name,lr,started",
    '"a,b",0.30000000000000004,2026-11-23T06:00:00.000Z',
    '"say ""hi""",NaN,',
    '"two\nlines",-inf,',
    '"",1e-300,',
    ",,",
    "",
  ].join("\r\n"));
  assert.equal(csvOf([2, 0], columns.slice(1, 2)), "lr\r\n-inf\r\n0.30000000000000004\r\n");
});

test("a column varies if two runs differ in it, be it that one has none", () => {
  assert.equal(varies(column("x", "number", [1, 1, 1])), false);
  assert.equal(varies(column("x", "number", [NaN, NaN])), false);
  assert.equal(varies(column("x", "number", [1, null])), true);
  assert.equal(varies(column("x", "text", ["a", "b"])), true);
  assert.equal(varies(column("x", "text", [])), false);
});
