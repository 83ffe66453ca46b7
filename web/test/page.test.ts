// The address of a view, and the page that the engine serves.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { hashOf, settingsIn } from "../src/page";
import { settingsOf } from "../src/settings";
import { launch, show } from "./support/browser";
import { page as html, served } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

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

test("the step of images is in the address, and is there again for whoever opens it", async () => {
  const { page } = await show(browser, html([served()]), { before: 'localStorage.setItem("ml_board token", "t0ken")' });
  const board = { ...sample.payload(sample.images("Filters", 4), { n: 4 }), live: { port: 0, token: "t0ken", session: "s", view: "v", version: 1 } };
  await page.route("http://board.test/places?*", route => route.fulfill({ json: { databases: { digits: ["lr_search"] }, database: null, folder: null } }));
  await page.route("http://board.test/board?*", route => route.fulfill({ json: board }));
  await page.route("http://board.test/?d=*", route => route.fulfill({ contentType: "text/html; charset=utf-8", body: html([served()]) }));
  await page.reload();
  const step = page.getByLabel("Step", { exact: true });
  await step.fill("1");
  await page.waitForURL(/step%22%3A50/);
  await page.reload();
  await page.locator(".mlb-tile").first().waitFor();
  assert.equal(await step.inputValue(), "1");
  await page.context().close();
});
