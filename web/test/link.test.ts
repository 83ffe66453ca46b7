// Stores of one board follow one another across frames, tabs and versions of the runtime. Each runtime here is a bundle of its own, as on a page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { link } from "../src/link";
import { settingsOf } from "../src/settings";
import { Store } from "../src/store";

/** Waits for what comes by a channel. */
async function until(holds: () => boolean) {
  for (let i = 0; i < 2000 && !holds(); i++) await new Promise(next => setTimeout(next, 5));
  assert.ok(holds());
}

function linked(board: string): Store {
  const store = new Store();
  link(store, board);
  return store;
}

test("what is set in one is set in the other, both ways, told once and without an echo", async () => {
  const a = linked("both"), b = linked("both"), other = linked("other");
  const told: string[] = [];
  for (const [name, store] of [["a", a], ["b", b]] as const) {
    for (const change of ["rows", "selection", "legend", "axes", "set"] as const) store.addEventListener(change, () => told.push(`${name} ${change}`));
  }
  a.setFilter("lr", ">0.1");
  await until(() => b.filters.get("lr") === ">0.1");
  b.select(["x", "y"]);
  await until(() => a.selected.size === 2);
  b.setMode("highlight");
  b.setSmooth(0.6);
  b.setX("wall");
  b.setLog("y", "Loss", true);
  b.setHidden("lr", ["0.1"]);
  b.setLegend("lr");
  await until(() => a.legend === "lr");
  assert.deepEqual(a.settings(), b.settings());
  const sent = told.filter(each => each.endsWith("set"));
  assert.deepEqual(sent, ["a set", ...Array(7).fill("b set")], "only where it was set");
  a.clear();
  await until(() => !b.filters.size);
  assert.deepEqual([b.selected.size, b.hiddenOf("lr").size, b.smooth], [0, 0, 0.6]);
  assert.equal(other.filters.size + other.selected.size, 0, "another board stays as it is");
});

test("who comes late gets what was set, and of two who set at once all end with the same", async () => {
  const early = linked("late");
  early.setFilter("lr", "0.1");
  const late = linked("late");
  await until(() => late.filters.get("lr") === "0.1");
  const stores = [early, late, linked("late"), linked("late")];
  await until(() => stores.every(store => store.filters.size === 1));
  stores.forEach((store, i) => store.setFilter("lr", `>${i}`));
  await until(() => new Set(stores.map(store => store.filters.get("lr"))).size === 1);
  await new Promise(next => setTimeout(next, 50));
  assert.equal(new Set(stores.map(store => JSON.stringify(store.settings()))).size, 1);
});

test("messages of strangers and of other versions do no harm", async () => {
  const store = linked("odd");
  const channel = new BroadcastChannel("ml_board 1 odd");
  for (const odd of [null, 7, "x", {}, { from: 1, at: 2 }, { from: "z", at: 5, settings: { filters: { lr: 7, width: " 3 " }, selected: [1, "a"], hidden: { lr: [] }, mode: "?", smooth: 7, x: "y", log: { a: 1 }, more: {} } }]) channel.postMessage(odd);
  await until(() => store.filters.size === 1);
  channel.close();
  assert.deepEqual(store.settings(), { filters: { width: "3" }, selected: ["a"], legend: null, hidden: {}, mode: "filter", smooth: null, x: null, log: {}, step: null });
  assert.deepEqual(settingsOf(store.settings()), store.settings());
});

test("a click on a run selects it alone or lets it go; adding joins it to the others", () => {
  const store = new Store();
  store.pick("a", false);
  store.pick("b", true);
  assert.deepEqual([...store.selected], ["a", "b"]);
  store.pick("a", true);
  assert.deepEqual([...store.selected], ["b"]);
  store.pick("c", false);
  assert.deepEqual([...store.selected], ["c"]);
  store.pick("c", false);
  assert.equal(store.selected.size, 0);
});
