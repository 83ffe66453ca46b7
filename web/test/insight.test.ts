// What compares runs (importance, diff, coverage) in a real Chromium.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Panel } from "../payload";
import { product } from "../src/coverage";
import { launch, on as onPage } from "./support/browser";
import { output, page } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const SEARCH = { n: 24 };
const TABLE: Panel = { type: "table", board: 0, columns: null, sort: [] };

const on = (panel: Panel, body: (page: Page) => Promise<void>, dark = false) =>
  onPage(browser, page([output(sample.payload({ type: "stack", children: [panel, TABLE] }, SEARCH))]), { dark }, body);

test("a bar for each parameter, as long as its importance; a click makes it the legend", () => on(sample.importance, async page => {
  const widths = await page.locator(".mlb-weigh .mlb-track > i").evaluateAll(bars => bars.map(bar => bar.getBoundingClientRect().width));
  assert.ok(Math.abs(widths[0] / widths[1] - 4) < 0.1, String(widths));
  assert.ok(widths[2] <= 1, "less than nothing is nothing");
  assert.match((await page.locator(".mlb-importance").textContent())!, /optimizer.*0\.3 ± 0\.02.*–.*rough guide/s);
  await page.locator(".mlb-importance").getByRole("button", { name: "optimizer", exact: true }).click();
  const box = page.locator(".mlb-box").first();
  await page.waitForFunction(() => new Set([...document.querySelectorAll<HTMLElement>(".mlb-box")].map(box => getComputedStyle(box).borderColor)).size === 2);
  assert.ok(await box.isVisible());
}));

test("a diff follows the table: of two selected runs only what differs between them is left", () => on(sample.diff, async page => {
  const said = page.locator(".mlb-diff .mlb-note");
  assert.equal(await said.textContent(), "4 things differ between 24 runs");
  await page.getByLabel("Filter width", { exact: true }).fill("=32");
  await page.waitForFunction(() => document.querySelector(".mlb-diff .mlb-note")!.textContent === "3 things differ between 8 runs");
  const names = await page.locator(".mlb-diff tbody th[scope=row]").allTextContents();
  assert.deepEqual(names, ["lr", "optimizer", "last(Loss)"]);
  // Rows 0 and 12 have the same rate and optimizer.
  const box = (row: number) => page.locator(".mlb-grid-row:not([hidden])").filter({ has: page.locator(".mlb-run", { hasText: new RegExp(`-${row}$`) }) }).locator(".mlb-box");
  await box(0).click();
  await box(12).click();
  await page.waitForFunction(() => document.querySelector(".mlb-diff .mlb-note")!.textContent === "1 thing differs between 2 runs selected");
}));

test("a cell for each combination says what its runs came to, and selects them", () => on(sample.coverage(SEARCH), async page => {
  const cell = (name: string) => page.getByRole("button", { name });
  assert.equal(await page.locator(".mlb-combination").count(), 16);
  assert.equal(await cell("lr 0.001, width 32: 2").textContent(), "2");
  assert.equal(await page.locator(".mlb-combination:disabled").count(), 4, "nobody ran a width of 256");
  assert.equal(await cell("lr 0.003, width 128: 1, 1 failed").getAttribute("data-state"), "finished");
  assert.match((await page.locator(".mlb-coverage .mlb-count").textContent())!, /^12 of 16 finished, 4 missing$/);
  await cell("lr 0.001, width 32: 2").click();
  await page.waitForFunction(() => document.querySelector(".mlb-bar .mlb-count")!.textContent === "24 runs, 2 selected");
  assert.equal(await cell("lr 0.001, width 32: 2").getAttribute("aria-pressed"), "true");
  await page.getByLabel("Filter width", { exact: true }).fill("=64");
  await page.waitForFunction(() => document.querySelectorAll(".mlb-combination:disabled").length === 12);
}, true));

test("what a legend has switched off is counted in no cell", () => on({ type: "row", children: [sample.plot("Loss", SEARCH, { legend: "lr" }), sample.coverage(SEARCH)] }, async page => {
  const missing = () => page.locator(".mlb-combination:disabled").count();
  assert.equal(await missing(), 4);
  await page.locator(".mlb-chip").first().click();
  await page.waitForFunction(() => document.querySelectorAll(".mlb-combination:disabled").length > 4);
  const off = await missing();
  assert.ok(off === 4 + 3 || off === 16 - 3, `a line of three cells, or all but one: ${off}`);
  await page.locator(".mlb-chip").first().click();
  await page.waitForFunction(() => document.querySelectorAll(".mlb-combination:disabled").length === 4);
}));

test("every combination, the last list fastest", () => {
  assert.deepEqual(product([["a", "b"], ["1", "2"]]), [["a", "1"], ["a", "2"], ["b", "1"], ["b", "2"]]);
  assert.deepEqual(product([]), [[]]);
});
