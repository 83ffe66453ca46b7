// The address of a view.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, settingsIn } from "../src/page";
import { settingsOf } from "../src/settings";

test("an address holds what was set, and nothing else", () => {
  assert.equal(hashOf(settingsOf({})), "");
  const set = settingsOf({ filters: { "max(`a#b`)": ">0.9 & <1" }, selected: ["0192f3c4"], legend: "optim.name", smooth: 0.6 });
  const hash = `#${hashOf(set)}`;
  assert.deepEqual(settingsIn(hash), set);
  assert.equal(new URL(`http://board.test/?d=a${hash}`).hash, hash, "it survives the address bar");
});

test("an address that was cut or made up sets nothing", () => {
  for (const hash of ["", "#", "#set=", "#set=%7B", "#other", "#set=%E0%A4%A"]) assert.equal(settingsIn(hash), null, hash);
  assert.deepEqual(settingsIn("#set=[1]"), settingsOf({}));
});
