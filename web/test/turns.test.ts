// Figures that take turns.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inTurn } from "../src/turns";

const frames: (() => void)[] = [];
(globalThis as any).requestAnimationFrame = (frame: () => void) => frames.push(frame);
const spend = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end;);
};

test("what is quick is drawn in one frame, what is slow in one each", () => {
  const drawn: string[] = [];
  const of = (name: string, ms: number) => inTurn(() => {
    drawn.push(name);
    spend(ms);
  });
  const all = [of("a", 0), of("b", 0), of("slow", 30), of("c", 30), of("d", 0)];
  for (const soon of [...all, ...all]) soon();
  assert.equal(frames.length, 1);
  frames.shift()!();
  assert.deepEqual(drawn, ["a", "b", "slow"]);
  // Asked again while it waits: it keeps its place.
  all[3]();
  frames.shift()!();
  assert.deepEqual(drawn, ["a", "b", "slow", "c"]);
  frames.shift()!();
  assert.deepEqual([drawn, frames.length], [["a", "b", "slow", "c", "d"], 0]);
});

test("one that would not end in time waits for the next frame", () => {
  const drawn: string[] = [];
  for (const name of ["a", "b"]) inTurn(() => {
    drawn.push(name);
    spend(15);
  })();
  frames.shift()!();
  assert.deepEqual(drawn, ["a"]);
  frames.shift()!();
  assert.deepEqual([drawn, frames.length], [["a", "b"], 0]);
});

test("one that fails holds up no other", () => {
  const drawn: string[] = [];
  inTurn(() => {
    throw Error("no");
  })();
  inTurn(() => drawn.push("next"))();
  assert.throws(frames.shift()!, /no/);
  frames.shift()!();
  assert.deepEqual([drawn, frames.length], [["next"], 0]);
});
