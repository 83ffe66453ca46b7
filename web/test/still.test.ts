// What a person acts on does not move away under the pointer.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch, on } from "./support/browser";
import { output, page as html } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const SEARCH = { n: 24 };
const plot = () => sample.payload(sample.plot("Loss", SEARCH, { legend: "lr" }), SEARCH);
const images = () => sample.payload({ ...sample.images("filters", 24), legend: "lr" }, SEARCH);
/** JupyterLab scrolls in a box of its own, where the browser does not hold what is seen. */
const UNANCHORED = "addEventListener('DOMContentLoaded', () => document.documentElement.style.overflowAnchor = 'none')";

for (const before of ["", UNANCHORED]) {
  test(`outputs above grow and shrink by what is set below, which stays where it is${before && ", though the browser does not see to it"}`, () => on(browser, html([output(images()), output(plot()), "<div style=\"height: 900px\"></div>"]), { before, height: 700 }, async page => {
    const chip = page.locator(".mlb-legend .mlb-chip", { hasText: "lr=–" }), tiles = page.locator(".mlb-images");
    await chip.evaluate(chip => scrollBy(0, chip.getBoundingClientRect().top - 300));
    await page.locator(".mlb-plotly .main-svg").first().waitFor();
    const height = async () => (await tiles.boundingBox())!.height, top = async () => (await chip.boundingBox())!.y;
    const high = await height(), was = await top();
    await chip.dblclick();
    await page.waitForFunction(high => document.querySelector(".mlb-images")!.getBoundingClientRect().height < high - 20, high);
    await page.waitForFunction(was => Math.abs([...document.querySelectorAll(".mlb-chip")].find(chip => chip.textContent!.includes("lr=–"))!.getBoundingClientRect().top - was) < 2, was);
    await chip.dblclick();
    await page.waitForFunction(high => document.querySelector(".mlb-images")!.getBoundingClientRect().height === high, high);
    await page.waitForFunction(was => Math.abs([...document.querySelectorAll(".mlb-chip")].find(chip => chip.textContent!.includes("lr=–"))!.getBoundingClientRect().top - was) < 2, was);
  }));
}

for (const width of [1100, 700, 420]) {
  test(`the bar has one size whatever is set, ${width} wide`, () => on(browser, html([output(sample.payload(sample.dashboard(SEARCH), SEARCH))]), { width }, async page => {
    const bar = page.locator(".mlb-bar").first(), height = async () => (await bar.boundingBox())!.height;
    const was = await height();
    await page.getByLabel("Filter lr", { exact: true }).fill("0.001..0.01");
    await page.getByLabel("Filter width", { exact: true }).fill(">1");
    await page.getByLabel("Filter optimizer", { exact: true }).fill("adam");
    await page.locator(".mlb-grid-row").nth(1).click();
    await page.locator(".mlb-legend .mlb-chip").first().click();
    await page.locator(".mlb-set-chip").nth(4).waitFor();
    assert.equal(await height(), was);
    const clear = page.getByRole("button", { name: "Clear", exact: true }), box = (await clear.boundingBox())!, outer = (await bar.boundingBox())!;
    assert.ok(box.x >= outer.x && box.x + box.width <= outer.x + outer.width + 1, "the way back is seen");
    await clear.click();
    await page.locator(".mlb-set-chip").first().waitFor({ state: "detached" });
    assert.equal(await height(), was);
  }));
}

for (const width of [1300, 900, 800]) {
  test(`plots beside one another have their axes on one line, whatever their heads take, ${width} wide`, () => on(browser, html([output(sample.payload({
    type: "row", children: [sample.plot("Loss", SEARCH, { legend: "lr", notes: ["one note"] }), sample.plot("Accuracy of the validation set with a name that takes a line", SEARCH, { legend: "name" })],
  }, SEARCH))]), { width }, async page => {
    await page.locator(".mlb-plotly .main-svg").first().waitFor();
    const boxes = (selector: string) => page.locator(selector).evaluateAll(all => all.map(each => (({ top, bottom, left }) => ({ top, bottom, left }))(each.getBoundingClientRect())));
    const [one, two] = await boxes(".mlb-stage"), [first, second] = await boxes(".mlb-card"), legends = await boxes(".mlb-legend");
    assert.ok(two.left > one.left, "beside one another");
    assert.deepEqual([one.top, one.bottom], [two.top, two.bottom]);
    assert.deepEqual([first.top, first.bottom], [second.top, second.bottom]);
    assert.notEqual(legends[0].bottom - legends[0].top, legends[1].bottom - legends[1].top, "or nothing was to be held");
    for (const [i, stage] of [one, two].entries()) assert.ok(legends[i].bottom <= stage.top, "nothing lies over another");
    assert.ok(two.top - Math.max(...legends.map(legend => legend.bottom)) < 12, "no more room than is needed");
  }));
}
