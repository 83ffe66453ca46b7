// The scatter and the parallel coordinates in a real Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import type { Browser, Locator, Page } from "playwright-core";
import { launch, on as onPage } from "./support/browser";
import { output, page } from "./support/page";
import * as sample from "./support/sample";
import type { Panel } from "../payload";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const SEARCH = { n: 24 };
const pageOf = (...panels: Panel[]) => page([output(sample.payload({ type: "stack", children: panels }, SEARCH))]);

const on = (html: string, options: Parameters<typeof onPage>[2], body: (page: Page) => Promise<void>) => onPage(browser, html, options, async page => {
  await page.waitForFunction(() => [...document.querySelectorAll(".mlb-params")].every(panel => panel.querySelector("path[data-row]")));
  await body(page);
});

/** The rows that have a dot, and how strongly each is drawn. */
const dots = (page: Page): Promise<[number, number][]> => page.locator(".mlb-scatter .mlb-plotly").evaluate((plot: any) =>
  plot.drawn.flatMap((trace: any) => trace.customdata.map((row: number, i: number) => [row, trace.marker.opacity[i]])).sort((a: number[], b: number[]) => a[0] - b[0]));
const count = (page: Page) => page.locator(".mlb-bar .mlb-count").first();
const said = (page: Page, text: string) => page.waitForFunction(text => document.querySelector(".mlb-bar .mlb-count")!.textContent === text, text);
const lines = (page: Page, kind: string) => page.locator(`.mlb-params path.mlb-${kind}[data-row]`).count();

/** Where a run's dot is. */
async function dotAt(page: Page, row: number): Promise<{ x: number; y: number }> {
  return page.locator(".mlb-scatter .mlb-plotly").evaluate((plot: any, row) => {
    const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
    for (const trace of plot.drawn) {
      const i = trace.customdata.indexOf(row);
      if (i >= 0) return { x: box.left + xaxis._offset + xaxis.d2p(trace.x[i]), y: box.top + yaxis._offset + yaxis.d2p(trace.y[i]) };
    }
    throw new Error(`no dot of row ${row}`);
  }, row);
}

test("a dot for each run that has both values, coloured by the legend, and hover says run and setting", () => on(pageOf(sample.scatter({ x: { key: "decay", log: true } })), {}, async page => {
  assert.equal((await dots(page)).length, 24);
  const at = await dotAt(page, 7);
  await page.mouse.move(at.x, at.y);
  const hover = page.locator(".hoverlayer .hovertext");
  await hover.waitFor();
  const text = await hover.textContent();
  assert.match(text!, /amber-heron-7/);
  assert.match(text!, /lr=0.03/);
  assert.match(text!, /last\(Accuracy\)/);
  await page.getByLabel("Legend by", { exact: true }).selectOption("optimizer");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.map((trace: any) => trace.name).sort().join() === "optimizer=adam,optimizer=sgd");
}));

test("runs without a value have no dot; a filter takes dots away, a hidden legend entry too", () => on(pageOf(sample.scatter(), { type: "table", board: 0, columns: null, sort: [] }), {}, async page => {
  assert.deepEqual((await dots(page)).map(([row]) => row).includes(3), false, "run 3 has no lr");
  assert.equal((await dots(page)).length, 23);
  await page.getByLabel("Filter width", { exact: true }).fill("32");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.flatMap((trace: any) => trace.customdata).every((row: number) => row % 3 === 0));
  await page.locator(".mlb-chip").filter({ hasText: /^lr=0.01$/ }).click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.flatMap((trace: any) => trace.customdata).every((row: number) => row % 4 !== 2));
}));

test("click selects a run, Shift adds one, a second click lets go; the others are dimmed", () => on(pageOf(sample.scatter({ x: { key: "decay", log: true } })), {}, async page => {
  const click = async (row: number, modifiers: "Shift"[] = []) => {
    const at = await dotAt(page, row);
    for (const key of modifiers) await page.keyboard.down(key);
    // Drawing again lets go of the dot under the pointer: it comes anew.
    await page.mouse.move(5, 5);
    await page.locator(".hoverlayer .hovertext").waitFor({ state: "detached" });
    await page.mouse.move(at.x, at.y);
    await page.locator(".hoverlayer .hovertext").waitFor();
    await page.mouse.down();
    await page.mouse.up();
    for (const key of modifiers) await page.keyboard.up(key);
  };
  const bright = (n: number) => page.waitForFunction(n => (document.querySelector(".mlb-plotly") as any).drawn.flatMap((trace: any) => trace.marker.opacity).filter((each: number) => each > 0.5).length === n, n);
  await click(2);
  await said(page, "24 runs, 1 selected");
  await bright(1);
  assert.deepEqual((await dots(page)).filter(([, opacity]) => opacity > 0.5).map(([row]) => row), [2]);
  await click(9, ["Shift"]);
  await said(page, "24 runs, 2 selected");
  await bright(2);
  await click(2);
  await said(page, "24 runs, 1 selected");
  await bright(1);
  await click(2);
  await said(page, "24 runs");
}));

test("by the keyboard alone: from dot to dot along either axis, and each is selected", () => on(pageOf(sample.scatter({ x: { key: "decay", log: true } })), {}, async page => {
  const sorted = (key: string) => {
    const values = sample.columns(SEARCH).find(column => column.key === key)!.values as number[];
    return values.map((_, row) => row).sort((a, b) => values[a] - values[b]);
  };
  const chosen = () => page.evaluate(() => [...(window as any).__mlb_stores_1.get("board-1").selected].map((id: string) => Number(id.split("-")[1])));
  await page.locator(".mlb-figure").focus();
  for (const key of ["Shift+ArrowRight", "Shift+ArrowRight", "Enter"]) await page.keyboard.press(key);
  const second = sorted("decay")[1], byHeight = sorted("last(Accuracy)");
  assert.deepEqual(await chosen(), [second]);
  await page.locator(".hoverlayer .hovertext").waitFor();
  const up = byHeight.indexOf(second) < byHeight.length - 1;
  for (const key of [up ? "Shift+ArrowUp" : "Shift+ArrowDown", " "]) await page.keyboard.press(key);
  assert.deepEqual(await chosen(), [second, byHeight[byHeight.indexOf(second) + (up ? 1 : -1)]]);
  await page.keyboard.press("Escape");
  assert.deepEqual(await chosen(), []);
}));

test("a box selects the runs in it, Escape lets them go", () => on(pageOf(sample.scatter({ x: { key: "decay", log: true } })), {}, async page => {
  const box = (await page.locator(".mlb-plotly .nsewdrag").boundingBox())!;
  await page.mouse.move(box.x + 5, box.y + 5);
  await page.mouse.down();
  await page.mouse.move(box.x + 100, box.y + 100);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 5, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => /selected/.test(document.querySelector(".mlb-bar .mlb-count")!.textContent!));
  const places = await Promise.all((await dots(page)).map(async ([row]) => [row, (await dotAt(page, row)).x] as const));
  const inside = places.filter(([, x]) => x > box.x + 5 && x < box.x + box.width / 2).length;
  assert.ok(inside > 3 && inside < 21);
  await said(page, `24 runs, ${inside} selected`);
  await page.waitForFunction(() => !document.querySelector(".mlb-plotly .selectionlayer path"), null, { timeout: 3000 });
  await page.locator(".mlb-figure").focus();
  await page.keyboard.press("Escape");
  await said(page, "24 runs");
}));

const axis = (page: Page, name: string): Locator => page.locator(".mlb-axis").filter({ has: page.locator(".mlb-axis-name", { hasText: name }) });

async function brush(page: Page, name: string, from: number, to: number) {
  const line = (await axis(page, name).locator(".mlb-axis-line").boundingBox())!;
  const y = (at: number) => line.y + line.height * (1 - at);
  await page.mouse.move(line.x, y(from));
  await page.mouse.down();
  await page.mouse.move(line.x + 1, y((from + to) / 2));
  await page.mouse.move(line.x + 1, y(to));
  await page.mouse.up();
}

test("what is brushed on an axis is a filter, for all that shows the board", () => on(pageOf(sample.params(), sample.scatter({ x: { key: "decay", log: true } }), { type: "table", board: 0, columns: null, sort: [] }), { height: 1500 }, async page => {
  assert.equal(await lines(page, "on"), 24);
  await brush(page, "width", 0.8, 1.1);
  await said(page, "8 of 24 runs");
  assert.equal(await lines(page, "on"), 8);
  assert.equal(await lines(page, "off"), 16, "the others stay as a shadow");
  assert.match(await page.getByLabel("Filter width", { exact: true }).inputValue(), /^\d+\.?\d*\.\.128$/);
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.flatMap((trace: any) => trace.customdata).length === 8);
  await brush(page, "optimizer", 0.6, 0.9);
  await said(page, "2 of 24 runs");
  assert.equal(await page.getByLabel("Filter optimizer", { exact: true }).inputValue(), "=sgd");
  await axis(page, "optimizer").dblclick();
  await said(page, "8 of 24 runs");
  await page.getByLabel("Filter width", { exact: true }).fill("");
  await said(page, "24 runs");
  assert.equal(await page.locator(".mlb-brush").count(), 0);
}));

test("runs without a value have their place below, and can be brushed there", () => on(pageOf(sample.params()), {}, async page => {
  await brush(page, "lr", -0.02, -0.12);
  await said(page, "1 of 24 runs");
  assert.equal(await page.locator(".mlb-params path.mlb-on[data-row]").getAttribute("data-row"), "3");
}));

test("axes by keys: arrows make, move and resize the brush, Delete takes it away, and it is said", () => on(pageOf(sample.params()), {}, async page => {
  const width = axis(page, "width");
  await width.focus();
  assert.equal(await width.getAttribute("aria-valuetext"), "all");
  await page.keyboard.press("ArrowUp");
  await said(page, "8 of 24 runs");
  assert.equal(await width.getAttribute("aria-valuetext"), "80 to 128");
  for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowDown");
  await said(page, "16 of 24 runs");
  for (let i = 0; i < 10; i++) await page.keyboard.press("Shift+ArrowUp");
  await said(page, "24 runs");
  await page.keyboard.press("Delete");
  await page.locator('.mlb-axis[aria-label^="width"][aria-valuetext="all"]').waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await axis(page, "lr").evaluate(axis => axis === document.activeElement), true);
}));

test("a line says its run and setting, a click selects it, a second one lets go", () => on(pageOf(sample.params()), {}, async page => {
  const at = await page.locator('path[data-row="7"]').evaluate((line: any) => {
    const place = line.getPointAtLength(line.getTotalLength() * 0.97), box = line.ownerSVGElement.getBoundingClientRect();
    return { x: box.left + place.x, y: box.top + place.y };
  });
  await page.mouse.move(at.x, at.y);
  const tip = page.locator(".mlb-tip");
  await tip.waitFor();
  const name = await tip.locator("b").first().textContent();
  assert.match(name!, /-\d+$/);
  await page.mouse.click(at.x, at.y);
  await said(page, "24 runs, 1 selected");
  assert.equal(await lines(page, "on"), 1);
  assert.equal(await lines(page, "dim"), 23);
  await page.mouse.click(at.x, at.y);
  await said(page, "24 runs");
  assert.match(await count(page).textContent() ?? "", /^24 runs$/);
}));

test("lines are coloured along the result, or by the legend that was asked for or is chosen", () => on(pageOf(sample.params(), sample.params({ colour: null, legend: "optimizer" })), { height: 1000 }, async page => {
  const colours = (panel: number) => page.locator(".mlb-params").nth(panel).locator("path[data-row]").evaluateAll(lines => new Set(lines.map(line => line.getAttribute("stroke"))).size);
  assert.ok(await colours(0) > 15);
  assert.equal(await colours(1), 2);
  assert.equal(await page.locator(".mlb-colours:visible").count(), 1);
  assert.equal(await page.locator(".mlb-params").nth(0).locator(".mlb-legend").isVisible(), false);
  await page.getByLabel("Legend by", { exact: true }).selectOption("width");
  await page.waitForFunction(() => !document.querySelector(".mlb-colours:not([hidden])"));
  assert.deepEqual([await colours(0), await colours(1)], [3, 3]);
  await page.locator(".mlb-params").nth(0).locator(".mlb-chip").filter({ hasText: /^width=32$/ }).click();
  await page.waitForFunction(() => document.querySelector(".mlb-params")!.querySelectorAll("path.mlb-gone").length === 8);
}));

test("a narrow page scrolls the axes, a wide one spreads them", async () => {
  await on(pageOf(sample.params()), { width: 420 }, async page => {
    const [room, all] = await page.locator(".mlb-parallel").evaluate(stage => [stage.clientWidth, stage.scrollWidth]);
    assert.ok(all > room);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    await page.setViewportSize({ width: 1200, height: 900 });
    await page.waitForFunction(() => document.querySelector(".mlb-parallel-svg")!.clientWidth > 1000);
  });
});

test("names full of markup stay text", async () => {
  const nasty = `<img src=x onerror="window.hit=1"></script>$x$ &lt;b&gt;`;
  const payload = sample.payload({ type: "stack", children: [sample.scatter({ x: { key: nasty, log: false }, y: { key: "optimizer", log: false } }), sample.params({ axes: [{ key: nasty, log: false }, { key: "name", log: false }] })] }, SEARCH);
  payload.boards[0].columns.push({ key: nasty, kind: "text", group: "param", shown: true, values: Array.from({ length: 24 }, (_, row) => `${nasty}${row % 2}`) });
  await on(page([output(payload)]), {}, async page => {
    const at = await dotAt(page, 0);
    await page.mouse.move(at.x, at.y);
    await page.locator(".hoverlayer .hovertext").waitFor();
    assert.equal(await page.evaluate(() => (window as any).hit), undefined);
    assert.equal(await page.locator("img").count(), 0);
    assert.ok((await page.locator(".mlb-axis title").first().textContent())!.startsWith(nasty));
  });
});

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
for (const dark of [false, true]) {
  test(`axe finds nothing, ${dark ? "dark" : "light"}`, () => on(pageOf(sample.scatter(), sample.params(), sample.params({ colour: null })), { dark, height: 1500 }, async page => {
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => (await (window as any).axe.run(".mlb-b")).violations.map((each: any) => `${each.id}: ${each.nodes.map((node: any) => node.html.slice(0, 160) + " " + node.failureSummary).join("\n")}`));
    assert.deepEqual(violations, []);
  }));
}

test("2,000 runs: the lines follow a brush, and what is left out is said", () => {
  const search = { n: 2_500 };
  return on(page([output(sample.payload(sample.params(), search))]), {}, async page => {
    assert.equal(await page.locator("path[data-row]").count(), 2_000);
    await page.getByText("2,000 of 2,500 lines drawn").waitFor();
    await axis(page, "width").focus();
    const took = await page.evaluate(async () => {
      const start = performance.now();
      document.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
      await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
      return performance.now() - start;
    });
    assert.ok(took < 1_500, `${took} ms`);
    console.log(`# 2,000 lines painted in ${Math.round(took)} ms`);
  });
});

test("the legend chooser says what the plots ask for; what has colours of its own, or groups, does not count", () => on(pageOf(sample.scatter({ legend: "optimizer" }), sample.params(), { ...sample.groupedPlot("Loss", SEARCH), legend: "lr" }), { height: 1600 }, async page => {
  assert.equal(await page.getByLabel("Legend by").first().inputValue(), "optimizer");
}));

test("long names of the first and the last axis are read in full", () => on(pageOf(sample.params({ axes: ["last(Accuracy)", "width", "last(Accuracy)"].map(key => ({ key, log: false })) })), { width: 700 }, async page => {
  const ends = await page.locator(".mlb-params svg").first().evaluate(svg => {
    const box = svg.getBoundingClientRect();
    return [...svg.querySelectorAll(".mlb-axis-name")].map(name => name.getBoundingClientRect()).map(name => [name.left - box.left, box.right - name.right]);
  });
  assert.ok(ends.flat().every(room => room >= 0), JSON.stringify(ends));
}));
