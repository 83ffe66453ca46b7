// Plots of groups: the words, and the page in a real Chromium.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { bandTraces, counts, isGrouped, pale, words } from "../src/groups";
import { clientOf, launch, on as onPage } from "./support/browser";
import { output, page } from "./support/page";
import * as sample from "./support/sample";

const SEARCH = { n: 12 };
const { chip } = clientOf;

test("labels count runs, hover says band and n where fewer count", () => {
  const plot = sample.groupedPlot("Loss", SEARCH);
  assert.ok(isGrouped(plot) && !isGrouped(sample.plot("Loss", SEARCH)));
  assert.deepEqual([...counts(plot, String).values()], [" (n=3)", " (n=3)", " (n=3)", " (n=2)", " (n=1)"]);
  const curve = { run: 0, x: [0, 1], y: [1, 2], n: 2, group: { runs: [0, 4, 8], lower: [0.51234, 2], upper: [1.5, 2], n: [3, 1] } };
  assert.deepEqual(words(curve, [0.51234, 2], [1.5, 2], "std err"), [["n = 3", ", std err 0.5123 to 1.5"], ["n = 1 of 3", ", std err 2 to 2"]]);
  assert.deepEqual(words(curve, [], [], undefined), [["n = 3", ""], ["n = 1 of 3", ""]]);
});

test("a band is two lines that are not seen, filled between", () => {
  const [lower, upper] = bandTraces({ value: "0.1", label: "lr=0.1", colour: "#0072b2", dash: "solid" }, "7", [0, 1], [1, 2], [3, 4], false) as any[];
  assert.deepEqual([lower.y, upper.y, lower.fill, upper.fill, lower.line.width], [[1, 2], [3, 4], undefined, "tonexty", 0]);
  assert.equal(upper.fillcolor, "rgba(0,114,178,0.18)");
  assert.equal(pale("rgb(1, 2, 3)", 0.5), "rgba(1,2,3,0.5)");
});

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const tableAndGroups = (more: Partial<import("../payload").Plot> = {}) => page([output(sample.payload({ type: "stack", children: [{ type: "table", board: 0, columns: null, sort: [] }, sample.groupedPlot("Loss", SEARCH, more)] }, SEARCH))]);

const on = (html: string, options: Parameters<typeof onPage>[2], body: (page: Page) => Promise<void>) => onPage(browser, html, options, body);

interface Drawn { name?: string; uid: string; fill?: string; group: string }
const data = (page: Page): Promise<Drawn[]> => page.locator(".mlb-plotly").first().evaluate((plot: any) => plot.drawn.map((trace: any) => ({ name: trace.name, uid: trace.uid, fill: trace.fill, group: trace.legendgroup })));

test("each group is a line with a filled band, and its chip hides and isolates both", () => on(tableAndGroups(), {}, async page => {
  assert.deepEqual(await page.locator(".mlb-chip").allTextContents(), ["lr=0.001 (n=3)", "lr=0.003 (n=3)", "lr=0.01 (n=3)", "lr=0.03 (n=2)", "lr=– (n=1)"]);
  const traces = await data(page);
  // In the order of their first runs; run 3 has no rate.
  assert.deepEqual(traces.filter(trace => trace.name).map(trace => trace.name), ["lr=0.001 (n=3)", "lr=0.003 (n=3)", "lr=0.01 (n=3)", "lr=– (n=1)", "lr=0.03 (n=2)"]);
  assert.equal(traces.filter(trace => trace.fill === "tonexty").length, 5);
  assert.equal(await page.locator(".mlb-strokes path[fill^=rgba]").evaluateAll(fills => fills.filter(fill => (fill as SVGPathElement).getBBox().height > 5).length), 5);
  await chip(page, "lr=0\\.01 \\(n=3\\)").click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.every((trace: any) => trace.legendgroup !== "0.01"));
  assert.equal((await data(page)).length, 12);
  await page.getByRole("button", { name: "show all" }).click();
  await page.waitForTimeout(500);
  await chip(page, "lr=0\\.03 \\(n=2\\)").dblclick();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.every((trace: any) => trace.legendgroup === "0.03"));
  assert.equal((await data(page)).length, 3);
}));

test("a filter or selection leaves the groups as they are, and it is said", () => on(tableAndGroups(), {}, async page => {
  const note = page.getByText("groups over all 12 runs");
  assert.equal(await note.isVisible(), false);
  await page.getByLabel("Filter lr", { exact: true }).fill("0.01");
  await note.waitFor();
  assert.equal((await data(page)).length, 15);
  assert.equal(await page.locator(".mlb-chip").count(), 5);
  await page.getByLabel("Filter lr", { exact: true }).fill("");
  await note.waitFor({ state: "hidden" });
  await page.locator(".mlb-grid-row").nth(1).click();
  await note.waitFor();
  assert.equal((await data(page)).length, 15);
}));

test("the legend chosen for other plots does not regroup, and alone there is none to choose", async () => {
  await on(tableAndGroups(), {}, async page => assert.equal(await page.getByLabel("Legend by", { exact: true }).count(), 0));
  await on(page([output(sample.payload({ type: "row", children: [sample.groupedPlot("Loss", SEARCH), sample.plot("Loss", SEARCH)] }, SEARCH))]), {}, async page => {
    await page.getByLabel("Legend by", { exact: true }).selectOption("width");
    await page.waitForFunction(() => (document.querySelectorAll(".mlb-plotly")[1] as any).drawn.some((trace: any) => trace.name === "width=64"));
    assert.ok((await data(page)).some(trace => trace.name === "lr=0.01 (n=3)"));
    assert.equal(await page.locator(".mlb-chip").first().textContent(), "lr=0.001 (n=3)");
  });
});

test("hover says setting, step, mean, band and n; smoothing keeps the mean in its band", () => on(tableAndGroups(), {}, async page => {
  await chip(page, "lr=0\\.01 \\(n=3\\)").dblclick();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.length === 3);
  const box = (await page.locator(".mlb-plotly .nsewdrag").boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
  await page.locator(".mlb-reading tr").waitFor();
  assert.match((await page.locator(".mlb-reading").textContent())!, /^step \d+lr=0\.01 ?n = 3, std dev 0\.\d+ to 0\.\d+0\.\d+$/);
  await page.getByLabel("Smooth", { exact: true }).fill("80");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.length === 4);
  const inside = await page.locator(".mlb-plotly").evaluate((plot: any) => {
    const of = (start: string) => plot.drawn.find((trace: any) => trace.uid.startsWith(start)).y;
    const [lower, upper, mean] = [of("lower"), of("upper"), of("run")];
    return mean.every((y: number, i: number) => lower[i] <= y + 1e-9 && y <= upper[i] + 1e-9);
  });
  assert.ok(inside);
}));
