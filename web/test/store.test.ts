import assert from "node:assert/strict";
import { test } from "node:test";
import { MISSING } from "../src/format";
import { Runs } from "../src/runs";
import { Store } from "../src/store";
import { board } from "./support/sample";

const signal = new AbortController().signal;

test("filters of several columns all have to pass, and a wrong one filters nothing", () => {
  const runs = new Runs(board({ n: 24 })), store = new Store();
  store.attach(runs, signal);
  store.setFilter("lr", ">=0.01");
  store.setFilter("optimizer", "adam");
  assert.ok(store.rows(runs).length > 0);
  for (const row of store.rows(runs)) {
    assert.ok((runs.value("lr", row) as number) >= 0.01);
    assert.equal(runs.value("optimizer", row), "adam");
  }
  store.setFilter("lr", "");
  store.setFilter("optimizer", "");
  assert.equal(store.rows(runs).length, 24);
});

test("the same filter twice is one filter, and told once", () => {
  const runs = new Runs(board({ n: 24 })), store = new Store();
  let told = 0;
  store.on(["rows"], () => told++, signal);
  store.setFilter("lr", "0.01");
  const once = store.rows(runs);
  store.setFilter("lr", "0.01");
  assert.deepEqual(store.rows(runs), once);
  assert.equal(told, 1);
});

test("a filter on a column that only another output has goes by the runs' ids", () => {
  const narrow = board({ n: 12 }), store = new Store();
  narrow.columns = narrow.columns.filter(column => column.key !== "optimizer");
  const runs = new Runs(board({ n: 24 })), other = new Runs(narrow);
  store.attach(other, signal);
  store.setFilter("optimizer", "sgd");
  assert.equal(store.rows(other).length, 12, "nobody knows the column");
  store.attach(runs, signal);
  assert.deepEqual(store.rows(other), [0, 4, 8]);
});

test("what any legend switched off is off in every output, also where the column is another output's", () => {
  const narrow = board({ n: 12 }), store = new Store();
  narrow.columns = narrow.columns.filter(column => column.key !== "optimizer");
  const runs = new Runs(board({ n: 24 })), other = new Runs(narrow);
  for (const each of [runs, other]) store.attach(each, signal);
  store.setHidden("optimizer", ["adam"]);
  store.setHidden("lr", [MISSING]);
  store.setHidden("name", [runs.ids[4], "a run of no output"]);
  const left = (of: Runs, but?: string) => of.ids.flatMap((_, row) => (store.hides(of, but)(row) ? [] : [row]));
  assert.deepEqual(left(runs), [0, 8, 12, 16, 20]);
  assert.deepEqual(left(other), [0, 8]);
  assert.deepEqual(left(other, "name"), [0, 4, 8]);
});

test("clear brings back everything", () => {
  const runs = new Runs(board({ n: 24 })), store = new Store();
  const told: string[] = [];
  for (const change of ["rows", "selection", "legend"] as const) store.on([change], () => told.push(change), signal);
  store.setFilter("lr", "0.01");
  store.select([runs.ids[2]]);
  store.setHidden("lr", ["0.01"]);
  told.length = 0;
  store.clear();
  assert.equal(store.rows(runs).length, 24);
  assert.equal(store.selected.size + store.hiddenOf("lr").size, 0);
  assert.deepEqual(told, ["rows", "selection", "legend"]);
});
