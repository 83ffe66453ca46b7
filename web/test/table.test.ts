// The table of runs, with real clicks and keys.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { framed, launch, on as onPage } from "./support/browser";
import { output, page } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
const on = (html: string, options: Parameters<typeof onPage>[2], body: (page: Page) => Promise<void>) => onPage(browser, html, options, body);

const SEARCH = { n: 24, extraColumns: 12 };
const tablePage = (search: sample.Search = SEARCH) => page([output(sample.payload({ type: "table", board: 0, columns: null, sort: [] }, search))]);
const head = (page: Page, name: string) => page.getByRole("columnheader", { name, exact: true });
const left = async (page: Page, name: string) => {
  await framed(page);
  return Math.round((await head(page, name).boundingBox())!.x);
};
const scroll = (page: Page, x: number, y = 0) => page.locator(".mlb-grid").evaluate((grid, [x, y]) => grid.scrollTo(x, y), [x, y]);

/** Opens the menu of a column and takes an item of it. */
async function choose(page: Page, column: string, item: string) {
  await head(page, column).hover();
  await page.getByRole("button", { name: `Column ${column}`, exact: true }).click();
  await page.getByRole("menuitem", { name: item }).or(page.getByRole("menuitemcheckbox", { name: item })).click();
}

test("columns stay in place up to one that is chosen, as far as there is room", () => on(tablePage(), {}, async page => {
  const before = [await left(page, "run"), await left(page, "started"), await left(page, "status")];
  await choose(page, "status", "Freeze up to here");
  await scroll(page, 600);
  await page.waitForFunction(() => document.querySelector<HTMLElement>(".mlb-grid")!.scrollLeft > 500);
  assert.deepEqual([await left(page, "run"), await left(page, "started"), await left(page, "status")], before);
  const cell = page.locator(".mlb-grid-row").first().locator(".mlb-pane > .mlb-cell");
  assert.equal(await cell.count(), 3);
  assert.equal(Math.round((await cell.nth(2).boundingBox())!.x), before[2]);
  await choose(page, "status", "Freeze up to here");
  await page.waitForFunction(() => document.querySelector(".mlb-grid-row .mlb-pane")?.children.length === 2);
  await scroll(page, 0);
  await choose(page, "optimizer", "Freeze up to here");
  // Rows are put anew: for a moment there is none.
  await page.waitForFunction(() => (document.querySelector<HTMLElement>(".mlb-grid-row .mlb-pane")?.offsetWidth ?? Infinity) < document.querySelector<HTMLElement>(".mlb-grid")!.clientWidth * 0.62);
}));

/** Where the head and the rows of the frozen column begin, in each frame from now on until `stop()`. */
const watchFrozen = (page: Page) => page.evaluate(() => {
  const places = new Set<string>(), look = () => {
    for (const pane of document.querySelectorAll(".mlb-grid .mlb-pane")) places.add(String(pane.getBoundingClientRect().left));
    if ((window as any).watching) requestAnimationFrame(look);
  };
  Object.assign(window, { watching: true, stop: () => ((window as any).watching = false, [...places]) });
  look();
});

test("turning the wheel sideways and down, and typing into the frozen column's filter then, moves neither it nor what was scrolled to", () => on(tablePage({ n: 300, extraColumns: 40 }), {}, async page => {
  const grid = page.locator(".mlb-grid"), at = () => grid.evaluate(grid => [grid.scrollLeft, grid.scrollTop]);
  await grid.hover({ position: { x: 500, y: 200 } });
  await watchFrozen(page);
  for (let turn = 1; turn <= 12; turn++) {
    await page.mouse.wheel(90, turn % 3 ? 0 : 60);
    await page.waitForFunction(least => document.querySelector(".mlb-grid")!.scrollLeft >= least, turn * 90);
  }
  await page.waitForFunction(() => document.querySelector(".mlb-grid")!.scrollTop >= 240);
  assert.equal((await page.evaluate(() => (window as any).stop() as string[])).length, 1, "in every frame it stood where it stands");
  const scrolled = await at();
  assert.deepEqual(scrolled, [1080, 240]);
  // By the mouse alone: nothing here scrolls what is pressed into sight.
  const press = async (what: ReturnType<Page["locator"]>) => {
    const { x, y } = (await what.boundingBox())!;
    await page.mouse.click(x + 6, y + 6);
  };
  await press(page.getByLabel("Filter name", { exact: true }));
  assert.deepEqual(await at(), scrolled, "a click into its filter");
  await page.keyboard.type("o");
  assert.deepEqual(await at(), scrolled, "a key");
  await press(grid.locator(".mlb-grid-row .mlb-box").nth(5));
  assert.deepEqual(await at(), scrolled, "a click on a box");
  await press(head(page, "run").getByRole("button").first());
  assert.deepEqual(await at(), scrolled, "a sort by it");
}));

test("a filter that the Tab key goes back to comes out from under the frozen column", () => on(tablePage(), {}, async page => {
  await scroll(page, 700);
  await page.waitForFunction(() => document.querySelector(".mlb-grid")!.scrollLeft === 700);
  const covered = () => page.evaluate(() => {
    const field = document.activeElement!.getBoundingClientRect(), pane = document.querySelector(".mlb-filter-row .mlb-pane")!.getBoundingClientRect();
    return pane.right - field.left;
  });
  const inSight = page.locator(".mlb-filter-row > .mlb-head-cell > input");
  const beyond = await page.locator(".mlb-filter-row .mlb-pane").evaluate(pane => pane.getBoundingClientRect().right);
  const first = (await Promise.all((await inSight.all()).map(async field => ({ field, x: (await field.boundingBox())!.x })))).find(({ x }) => x >= beyond)!;
  await first.field.focus();
  for (let back = 0; back < 3; back++) {
    await page.keyboard.press("Shift+Tab");
    assert.ok((await covered()) <= 0, `${await covered()} pixels of it are under the frozen column`);
  }
  assert.notEqual(await page.locator(".mlb-grid").evaluate(grid => grid.scrollLeft), 700);
}));

test("a band over the columns says what they belong to", () => on(tablePage(), { width: 1900 }, async page => {
  assert.deepEqual(await page.locator(".mlb-band").allTextContents(), ["Run", "Run", "Parameters", "Results"]);
  const band = (await page.locator(".mlb-band", { hasText: "Parameters" }).boundingBox())!;
  assert.equal(Math.round(band.x), await left(page, "lr"));
  assert.equal(Math.round(band.x + band.width), await left(page, "last(Loss)"));
}));

test("a column's menu by keys: colours by value, sort, hide; Escape gives the keyboard back", () => on(tablePage(), { width: 1900 }, async page => {
  const button = head(page, "decay").getByRole("button").first();
  await button.focus();
  await page.keyboard.press("Alt+ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement!.textContent), "Sort: least first");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll(".mlb-cell[style*=background]").length > 8);
  const shades = await page.evaluate(() => new Set([...document.querySelectorAll<HTMLElement>(".mlb-cell[style*=background]")].map(cell => getComputedStyle(cell).backgroundColor)).size);
  assert.ok(shades > 5, `${shades} shades`);
  await button.focus();
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("[role=menu]") && document.activeElement!.closest("[role=columnheader]")?.getAttribute("aria-label") === "decay");
  await choose(page, "decay", "Sort: greatest first");
  assert.equal(await head(page, "decay").getAttribute("aria-sort"), "descending");
  await choose(page, "decay", "Hide");
  assert.equal(await head(page, "decay").count(), 0);
}));

test("help stands under an empty filter, and what is wrong with one that cannot be read", () => on(tablePage(), {}, async page => {
  const input = page.getByLabel("Filter lr", { exact: true });
  await input.focus();
  await page.locator(".mlb-hint").getByText("0.1..0.5").waitFor();
  await page.keyboard.type("0.01 oops");
  await page.locator(".mlb-hint.mlb-is-wrong").getByText("cannot read").waitFor();
  await input.fill("0.01");
  await input.press("Enter");
  await page.locator(".mlb-hint").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Filter help" }).click();
  const help = page.getByRole("dialog", { name: "Filter help" });
  const box = (await help.boundingBox())!;
  assert.ok(box.x >= 0 && box.x + box.width <= 1100, "inside of the window");
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
}));

test("small curves of the plots beside the table, sorted by how they ended", () => on(page([output(sample.payload({ type: "stack", children: [{ type: "table", board: 0, columns: null, sort: [] }, sample.plot("Loss", { n: 8 })] }, { n: 8 }))]), { width: 1500 }, async page => {
  const paths = () => page.locator(".mlb-grid-row:not([hidden]) .mlb-spark path").evaluateAll(all => all.map(path => path.getAttribute("d")!));
  assert.equal((await paths()).length, 8);
  assert.ok((await paths()).every(path => path.startsWith("M") && path.split("L").length > 10));
  assert.match(await page.locator(".mlb-spark").first().getAttribute("aria-label") ?? "", /^Loss of .*, at last 0\.\d+/);
  await head(page, "Loss ∿").getByRole("button").first().click();
  assert.equal(await head(page, "Loss ∿").getAttribute("aria-sort"), "ascending");
}));

test("small curves that a table alone brings", () => {
  const table = { type: "table" as const, board: 0, columns: ["lr", "last(Loss)"], sort: [], sparks: [{ tag: "Loss", curves: [{ run: 0, y: [3, 2, "NaN" as const, 1] }, { run: 2, y: [1] }] }] };
  return on(page([output(sample.payload(table, { n: 4 }))]), {}, async page => {
    const paths = await page.locator(".mlb-grid-row:not([hidden]) .mlb-spark path").evaluateAll(all => all.map(path => path.getAttribute("d")!));
    assert.equal(paths.length, 4);
    assert.equal(paths[0].split("M").length, 3, "NaN is a gap");
    assert.deepEqual([paths[1], paths[3]], ["", ""]);
  });
});

test("30,000 runs and 300 columns: only what is seen is in the page, and the keyboard reaches the last cell", () => on(tablePage({ n: 30_000, extraColumns: 300 }), {}, async page => {
  assert.ok(await page.locator(".mlb-b *").count() < 2500);
  await page.locator(".mlb-grid").focus();
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.querySelector(".mlb-active")?.getAttribute("aria-rowindex") === "30003");
  await scroll(page, 1e6, 1e7);
  await head(page, "metric_299").waitFor();
  await page.getByLabel("Filter metric_299", { exact: true }).fill(">0.5");
  await page.waitForFunction(() => /^1[45],\d\d\d of 30,000 runs/.test(document.querySelector(".mlb-bar .mlb-count")!.textContent!));
}));
