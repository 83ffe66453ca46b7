// Images and histograms, with real clicks and keys.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Images } from "../payload";
import { differences } from "../src/compare";
import { span } from "../src/span";
import { placeOf, spread } from "../src/steps";
import { launch, on as onPage } from "./support/browser";
import { output, page } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
const on = (html: string, options: Parameters<typeof onPage>[2], body: (page: Page) => Promise<void>) => onPage(browser, html, options, body);

const SEARCH = { n: 6 };
const imagesPage = (change: (images: Images) => void = () => {}) => {
  const images = sample.images("Filters", SEARCH.n);
  change(images);
  return page([output(sample.payload({ type: "stack", children: [images, sample.histograms("weights", SEARCH.n)] }, SEARCH))]);
};
const step = (page: Page, panel: string) => page.locator(`.mlb-${panel} output`).first().textContent();

test("one step for images and histograms, whichever slider is moved", () => on(imagesPage(), { height: 1400 }, async page => {
  assert.deepEqual([await step(page, "images"), await step(page, "histogram")], ["150", "200"]);
  await page.locator(".mlb-images input[type=range]").fill("2");
  await page.waitForFunction(() => document.querySelector(".mlb-histogram output")!.textContent === "100");
  await page.locator(".mlb-histogram input[type=range]").focus();
  await page.keyboard.press("Home");
  await page.waitForFunction(() => document.querySelector(".mlb-images output")!.textContent === "0");
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.querySelector(".mlb-images output")!.textContent === "150");
}));

test("images by run and step; the head of a column moves all to its step", () => on(imagesPage(), { height: 1400 }, async page => {
  await page.getByRole("button", { name: "by step" }).click();
  const table = page.getByRole("table", { name: "Images by run and step" });
  assert.deepEqual(await table.getByRole("columnheader").allTextContents(), ["step", "0", "50", "100", "150"]);
  assert.equal(await table.getByRole("row").count(), 7);
  // Every other run logged at half of the steps only.
  assert.equal(await table.locator("img").count(), 3 * 4 + 3 * 2);
  await table.getByRole("button", { name: "50", exact: true }).click();
  await page.waitForFunction(() => document.querySelector(".mlb-images output")!.textContent === "50");
  await table.locator(".mlb-picture").nth(1).click();
  await page.getByRole("dialog").getByText("step 50").waitFor();
}));

test("two runs side by side, and what differs between them", () => on(imagesPage(), { height: 1000 }, async page => {
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Compare Filters" });
  assert.equal(await dialog.locator("img").count(), 2);
  assert.notEqual(await dialog.locator("img").nth(0).getAttribute("src"), await dialog.locator("img").nth(1).getAttribute("src"));
  await dialog.getByRole("button", { name: "difference" }).click();
  await dialog.getByText(/the greatest difference is 0\.\d+ of the whole range/).waitFor();
  const most = await dialog.locator("canvas").evaluate((canvas: HTMLCanvasElement) => Math.max(...canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data.filter((_, i) => i % 4 < 3)));
  assert.equal(most, 255);
  await dialog.getByLabel("Second run").selectOption({ index: 0 });
  await dialog.getByText("no difference").waitFor();
  await dialog.locator("input[type=range]").focus();
  await page.keyboard.press("Home");
  await dialog.getByText("step 0: no difference").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
}));

test("a picture is made larger in whole pixels, by keys and buttons", () => on(imagesPage(), { height: 1000 }, async page => {
  await page.locator(".mlb-picture").first().click();
  const image = page.getByRole("dialog").locator("img");
  const width = () => image.evaluate(each => each.getBoundingClientRect().width);
  const fitted = await width();
  assert.equal(fitted % 8, 0);
  assert.equal(await image.evaluate(each => getComputedStyle(each).imageRendering), "pixelated");
  await page.keyboard.press("-");
  assert.ok(await width() < fitted);
  await page.keyboard.press("0");
  assert.equal(await width(), fitted);
  await page.getByRole("button", { name: "Smaller (minus)" }).click();
  assert.ok(await width() < fitted);
}));

test("a tile shows the thumbnail, the dialog the picture itself, or says that there is none", () => on(imagesPage(images => {
  const whole = images.sources.length;
  images.sources.push(images.sources[5]);
  for (const item of images.items) Object.assign(item, { w: 900, h: 900, thumb: true });
  images.items.filter(item => item.step === 150 && item.run === 0).forEach(item => (item.full = whole));
}), { height: 1000 }, async page => {
  const tile = page.locator(".mlb-picture img").first();
  const small = await tile.getAttribute("src");
  await tile.click();
  const image = page.getByRole("dialog").locator("img");
  assert.notEqual(await image.getAttribute("src"), small);
  await page.keyboard.press("ArrowLeft");
  await page.getByText("900 × 900 pixels; only a thumbnail is in this output").waitFor();
}));

test("histograms over all steps, as ridgelines and as heat maps, follow and move the step", () => on(imagesPage(), { height: 1600 }, async page => {
  await page.getByRole("button", { name: "ridgelines" }).click();
  assert.equal(await page.locator(".mlb-over").count(), 6);
  assert.equal(await page.locator(".mlb-over").first().locator(".mlb-ridge").count(), 3);
  await page.locator(".mlb-over").first().locator(".mlb-ridge").nth(1).click({ position: { x: 60, y: 40 }, force: true });
  await page.waitForFunction(() => document.querySelector(".mlb-histogram output")!.textContent !== "200");
  await page.getByRole("button", { name: "heat map" }).click();
  assert.equal(await page.getByRole("button", { name: "ridgelines" }).getAttribute("aria-pressed"), "false");
  const canvas = page.locator(".mlb-heat").first();
  const box = (await canvas.boundingBox())!;
  await canvas.click({ position: { x: box.width * 0.1, y: box.height / 2 } });
  await page.waitForFunction(() => document.querySelector(".mlb-histogram output")!.textContent === "0");
  assert.match(await canvas.getAttribute("aria-label") ?? "", /heat map of 3 steps, 0 to 200/);
  await canvas.hover({ position: { x: box.width * 0.5, y: box.height * 0.5 } });
  assert.match(await canvas.getAttribute("title") ?? "", /^step 100\n/);
  const drawn = await canvas.evaluate((canvas: HTMLCanvasElement) => canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data.filter((value, i) => i % 4 === 3 && value).length);
  assert.ok(drawn > 50, `${drawn} pixels`);
  await page.getByRole("button", { name: "heat map" }).click();
  await page.locator(".mlb-histogram .mlb-figure").waitFor();
}));

test("steps: the last one at or before, and few of many", () => {
  assert.deepEqual([placeOf([0, 10, 20], -5), placeOf([0, 10, 20], 10), placeOf([0, 10, 20], 19), placeOf([0, 10, 20], 99)], [0, 1, 1, 2]);
  assert.deepEqual(spread([1, 2, 3, 4, 5, 6, 7], 3), [1, 4, 7]);
  assert.deepEqual(spread([1, 2], 3), [1, 2]);
});

test("a difference is scaled to its greatest, and opaque", () => {
  const a = Uint8ClampedArray.from([10, 0, 30, 0, 50, 50, 50, 255]), b = Uint8ClampedArray.from([0, 0, 40, 255, 50, 50, 49, 255]);
  assert.equal(differences(a, b), 10);
  assert.deepEqual([...a], [255, 0, 255, 255, 0, 0, 26, 255]);
  assert.equal(differences(b, b.slice()), 0);
});

test("a few values far away do not press the others into a line, and it is said where they are", () => {
  const near = { edges: [-1, 0, 1], counts: [500, 500] };
  assert.deepEqual(span([near, { edges: [-2, -1, 1], counts: [10, 990] }]), { range: [-2, 1], said: "" });
  assert.deepEqual(span([near, { edges: [-9, -1, 1, 8], counts: [4, 990, 6] }]), { range: [-1, 1], said: "0.5 % of the values lie outside, from -9 to 8" });
  assert.deepEqual(span([near, { edges: [-9, -1, 1], counts: [40, 960] }]).range, [-9, 1], "many are no few");
  assert.deepEqual(span([{ edges: [3, 3], counts: [7] }]), { range: [3, 3], said: "" });
});

const FAR = () => {
  const histograms = sample.histograms("weights", SEARCH.n);
  const item = histograms.items.find(item => item.run === 1 && item.step === 200)!;
  item.edges.push(50);
  item.counts.push(1);
  return page([output(sample.payload(histograms, SEARCH))]);
};
test("one weight far away: histograms are drawn without it, in every way, and a double click shows all", () => on(FAR(), {}, async page => {
  const high = () => page.locator(".mlb-plotly").evaluate((plot: any) => plot._fullLayout.xaxis.range[1] as number);
  const note = page.locator(".mlb-note", { hasText: "of the values lie outside, from" });
  assert.ok(await high() < 2);
  assert.match((await note.textContent())!, /to 50 \(double click: all\)$/);
  // On a curve, whose run the first click selects: that run alone may have no weight far away.
  const at = await page.locator(".mlb-plotly").evaluate((plot: any) => {
    const box = plot.getBoundingClientRect(), { xaxis, yaxis } = plot._fullLayout, trace = plot.drawn.find((trace: any) => trace.uid === "run0");
    const place = trace.y.length >> 1;
    return { x: box.left + xaxis._offset + xaxis.c2p(trace.x[place]), y: box.top + yaxis._offset + yaxis.c2p(trace.y[place]) };
  });
  // plotly.js takes two clicks for one within 300 ms: another try where a busy machine was slower.
  for (let tries = 0; tries < 20 && (await high()) < 50; tries++) {
    await page.mouse.move(at.x + 40, at.y - 40);
    await page.mouse.dblclick(at.x, at.y);
    await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.xaxis.range[1] >= 50, null, { timeout: 2000 }).catch(() => {});
  }
  assert.ok(await high() >= 50);
  assert.equal(await page.locator(".mlb-set-strip:visible").count(), 0, "nothing is selected");
  for (const mode of ["each run", "ridgelines", "heat map"]) {
    await page.getByRole("button", { name: mode }).click();
    assert.match((await note.textContent())!, /to 50$/);
  }
  assert.ok(Number((await page.locator(".mlb-tick.mlb-high").first().textContent())!) < 2);
}));
