// The page in a real Chromium, in outputs as the Rust side makes them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { clientOf, framed, launch, on as onPage, show } from "./support/browser";
import { output, page, STATIC } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const SEARCH = { n: 24 };
const plotPage = () => page([output(sample.payload(sample.plot("Loss", SEARCH), SEARCH))]);
const dashboardPage = () => page([output(sample.payload(sample.dashboard(SEARCH), SEARCH))]);
const { curves, chip, tableAndPlot } = clientOf;

const on = (html: string, options: Parameters<typeof onPage>[2], body: (page: Page) => Promise<void>) => onPage(browser, html, options, body);

test("a plot's legend says the hyperparameter, once for each value, and a dash where there is none", () => on(plotPage(), {}, async page => {
  assert.deepEqual(await page.locator(".mlb-chip").allTextContents(), ["lr=0.001", "lr=0.003", "lr=0.01", "lr=0.03", "lr=–"]);
  const legend = await page.locator(".mlb-plotly").evaluate((plot: any) => plot.drawn.filter((trace: any) => trace.showlegend).map((trace: any) => trace.name));
  assert.deepEqual(legend.sort(), ["lr=0.001", "lr=0.003", "lr=0.01", "lr=0.03", "lr=–"]);
  assert.equal((await curves(page)).length, 24);
  assert.equal(await page.getByText(STATIC).isVisible(), false);
  assert.equal(await page.evaluate(() => (window as any).Plotly), undefined, "Plotly stays private");
}));

test("click hides, double click isolates, again shows all", () => on(plotPage(), {}, async page => {
  await chip(page, "lr=0.01").click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.every((trace: any) => trace.name !== "lr=0.01"));
  await page.getByRole("button", { name: "show all" }).click();
  await page.waitForTimeout(400);
  await chip(page, "lr=0.01").dblclick();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.every((trace: any) => trace.name === "lr=0.01"));
  assert.equal((await curves(page)).length, 6);
  await page.waitForTimeout(600);
  await chip(page, "lr=0.01").dblclick();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.filter((trace: any) => trace.name).length === 24);
  await chip(page, "lr=0.03").focus();
  await page.keyboard.press("Alt+Enter");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.every((trace: any) => trace.name === "lr=0.03"));
}));

test("the legend chooser changes curves, captions of images and of histograms", () => on(dashboardPage(), { height: 3000 }, async page => {
  await page.getByRole("button", { name: "each run" }).first().click();
  await page.getByLabel("Legend by", { exact: true }).selectOption("width");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.some((trace: any) => trace.name === "width=64"));
  assert.deepEqual([...new Set(await page.locator(".mlb-images .mlb-label").allTextContents())], ["width=32", "width=64", "width=128"]);
  assert.deepEqual([...new Set(await page.locator(".mlb-histogram .mlb-label").allTextContents())], ["width=32", "width=64", "width=128"]);
  await page.getByLabel("Legend by", { exact: true }).selectOption("name");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.some((trace: any) => trace.name === "brisk-otter-0"));
}));

test("a filter in the table changes plots, images, thoughts and the count, and is cleared in one place", () => on(dashboardPage(), { height: 3000 }, async page => {
  await page.getByLabel("Filter lr", { exact: true }).fill(">=0.03");
  await page.waitForFunction(() => document.querySelectorAll(".mlb-tile").length === 5);
  // Signs of thoughts have no name; they, too, are of these runs only.
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.every((trace: any) => (trace.mode === "markers" ? trace.customdata.every((run: number) => run % 4 === 3 && run !== 3) : trace.name === "lr=0.03")));
  assert.equal((await curves(page)).length, 5);
  assert.match(await page.locator(".mlb-bar .mlb-count").textContent() ?? "", /^5 of 24 runs/);
  const who = await page.locator(".mlb-thoughts .mlb-who").allTextContents();
  assert.ok(who.length > 0 && who.every(name => Number(name.split("-")[1]) % 4 === 3), who.join());
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll(".mlb-tile").length === 24);
  assert.equal(await page.getByLabel("Filter lr", { exact: true }).inputValue(), "");
}));

test("a filter that cannot be read is said, and the last good one stays", () => on(tableAndPlot(SEARCH), {}, async page => {
  const input = page.getByLabel("Filter lr", { exact: true });
  await input.fill("0.001");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.length === 6);
  await input.fill("0.001 oops");
  await page.getByText("cannot read “0.001 oops”").waitFor();
  assert.equal(await input.getAttribute("aria-invalid"), "true");
  assert.equal((await curves(page)).length, 6);
  await input.fill(">5");
  await page.getByText("No run passes the filters.").waitFor();
  await page.getByText("Nothing to draw").waitFor();
}));

test("sorting by one column and by a second, missing last", () => on(tableAndPlot(SEARCH), {}, async page => {
  const column = (index: number) => page.evaluate(index => [...document.querySelectorAll<HTMLElement>(".mlb-grid-row:not([hidden])")].sort((a, b) => +a.dataset.index! - +b.dataset.index!).map(row => row.querySelector(`[aria-colindex="${index}"]`)!.textContent!), index);
  const header = (name: string) => page.locator(".mlb-head-cell > button:first-child").filter({ hasText: new RegExp(`^${name}`) });
  await header("lr").click();
  await page.waitForFunction(() => document.querySelector('[aria-sort="ascending"]'));
  await page.waitForTimeout(100);
  assert.ok((await column(5)).slice(0, 6).every(text => text === "0.001"));
  await header("width").click({ modifiers: ["Shift"] });
  await header("width").click({ modifiers: ["Shift"] });
  await page.waitForTimeout(100);
  assert.deepEqual((await column(6)).slice(0, 6), ["128", "128", "64", "64", "32", "32"]);
}));

test("rows are selected by mouse and by keys, and drive the plot", () => on(tableAndPlot(SEARCH), {}, async page => {
  const rows = page.locator(".mlb-grid-row");
  await rows.nth(1).click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.length === 1);
  await rows.nth(3).click({ modifiers: ["Shift"] });
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.length === 3);
  await rows.nth(2).locator(".mlb-box").click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.length === 2);
  assert.match(await page.locator(".mlb-bar .mlb-count").textContent() ?? "", /24 runs, 2 selected/);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.filter((trace: any) => trace.name).length === 24);
  await page.locator(".mlb-grid").focus();
  for (const key of ["Home", "ArrowDown", " "]) await page.keyboard.press(key);
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.length === 1);
  await page.keyboard.press("Shift+ArrowDown");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.length === 2);
  assert.equal(await page.locator('.mlb-grid-row[aria-selected="true"]').count(), 2);
}));

test("the slider moves the images, each run's to its nearest earlier step", () => on(dashboardPage(), { height: 3000 }, async page => {
  const sources = () => page.locator(".mlb-images img").evaluateAll(images => images.map(image => (image as HTMLImageElement).src));
  const atEnd = await sources();
  await page.locator(".mlb-images input[type=range]").fill("1");
  await page.waitForFunction(last => (document.querySelector(".mlb-images img") as HTMLImageElement).src !== last, atEnd[0]);
  const captions = await page.locator(".mlb-images .mlb-second").allTextContents();
  assert.ok(captions.some(text => text.startsWith("step 0 ·")), "runs without step 50 show step 0");
  assert.equal(await page.locator(".mlb-images output").textContent(), "50");
  assert.equal(await page.locator(".mlb-images img").first().evaluate(image => getComputedStyle(image).imageRendering), "pixelated");
}));

test("an image enlarges, and arrows go through its steps", () => on(dashboardPage(), { height: 1000 }, async page => {
  await page.locator(".mlb-picture").first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("step 150").waitFor();
  await page.keyboard.press("ArrowLeft");
  await dialog.getByText("step 100").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
}));

test("smoothing draws the raw curve behind, log y changes the axis, zoom survives both", () => on(plotPage(), {}, async page => {
  await page.locator(".mlb-figure").focus();
  await page.keyboard.press("+");
  await page.waitForTimeout(100);
  const range = () => page.locator(".mlb-plotly").evaluate((plot: any) => plot._fullLayout.xaxis.range);
  const zoomed = await range();
  assert.ok(zoomed[0] > 10 && zoomed[1] < 190, String(zoomed));
  await page.getByLabel("Smooth", { exact: true }).fill("80");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.filter((trace: any) => trace.opacity === 0.22).length === 24);
  await page.getByRole("button", { name: "log y" }).click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.yaxis.type === "log");
  assert.deepEqual(await range(), zoomed);
  await page.locator(".mlb-figure").focus();
  await page.keyboard.press("0");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.xaxis.range[0] < 1);
}));

test("a run that diverged does not press the others into a line, and one switch shows it whole", async () => {
  const plot = sample.plot("Loss", SEARCH);
  plot.series[2].y = plot.series[2].y.map((y, step) => (step > 150 ? 10 ** (step - 148) : y));
  await on(page([output(sample.payload(plot, SEARCH))]), {}, async page => {
    const top = () => page.locator(".mlb-plotly").evaluate((plot: any) => plot._fullLayout.yaxis.range[1]);
    assert.ok(await top() < 10, String(await top()));
    await page.getByText("1 curve leaves the axis").waitFor();
    await page.getByRole("button", { name: "outliers" }).click();
    await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.yaxis.range[1] > 1e40);
    assert.equal(await page.getByText("leaves the axis").isVisible(), false);
    await page.getByRole("button", { name: "log y" }).click();
    await page.getByRole("button", { name: "outliers" }).waitFor({ state: "hidden" });
  });
});

test("NaN and infinities are marked where they happened, and hover says run, setting, step and value", () => on(plotPage(), {}, async page => {
  const marks = await page.locator(".mlb-plotly").evaluate((plot: any) => plot.drawn.find((trace: any) => trace.uid === "marks"));
  assert.deepEqual(marks.x, [120, 121, 122]);
  assert.deepEqual(marks.marker.symbol, ["x-thin-open", "triangle-up", "x-thin-open"]);
  assert.match(marks.text[0], /polar-maple-5|lunar|brisk|quiet|amber/);
  assert.match(marks.text[0], /lr=0\.003<br>step 120<br><b>NaN/);
  const box = (await page.locator(".mlb-plotly .nsewdrag").boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
  await page.locator(".mlb-reading tr").first().waitFor();
  assert.match((await page.locator(".mlb-reading tr").first().textContent())!, /^1?[a-z]+-[a-z]+-\d+lr=[\d.–]+0?\.\d+$/);
}));

test("names full of markup, scripts and formulas stay text", async () => {
  const evil = `<img src=x onerror="window.hacked=1"><a href="javascript:alert(1)">x</a></script><script>window.hacked=1</script> $x^2$ %{y} EVCXR_END_CONTENT "'\n🎉 שלום`;
  const search = { n: 4 };
  const dashboard = sample.dashboard(search);
  dashboard.plots[0].tag = dashboard.images[0].tag = dashboard.histograms[0].tag = evil;
  dashboard.plots[0].layout = { title: { text: evil }, xaxis: { title: { text: evil } }, yaxis: { title: evil } };
  // The page writes the titles of all other kinds of x by itself.
  dashboard.plots[0].x = "metric";
  dashboard.plots[0].notes = [evil];
  dashboard.thoughts.items[0] = { ...dashboard.thoughts.items[0], text: evil, name: evil, folder: evil };
  const payload = sample.payload(dashboard, search, { title: evil });
  const { columns } = payload.boards[0];
  columns.find(column => column.key === "name")!.values = [evil, evil, "c", "d"];
  const odd = columns.find(column => column.key === "optimizer")!;
  odd.key = evil;
  odd.values = [evil, "b", null, "d"];
  payload.boards[0].legend = evil;
  await on(page([output(payload)], { head: "<script>window.MathJax={}</script>" }), { height: 3000 }, async page => {
    assert.equal(await page.evaluate(() => (window as any).hacked), undefined);
    assert.ok((await page.locator(".mlb-plotly .xtitle").first().textContent())!.startsWith("<img src=x"), "titles as they are");
    assert.equal(await page.locator(".mlb-b img[src=x], .mlb-b a[href^=javascript]").count(), 0);
    assert.ok((await page.locator(".mlb-said").first().textContent())!.includes("<img src=x"));
    assert.ok((await page.locator(".mlb-chip").first().textContent())!.includes("=<img"));
    const box = (await page.locator(".mlb-plotly .nsewdrag").first().boundingBox())!;
    for (let y = 0.1; y < 0.95; y += 0.03) await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * y);
    assert.equal(await page.evaluate(() => (window as any).hacked), undefined);
    assert.equal(await page.locator(".mlb-plotly a[*|href^=javascript], .hoverlayer img").count(), 0);
  });
});

test("outputs of one board follow one another, in whatever order they come, with one runtime", async () => {
  const plot = sample.payload(sample.plot("Loss", SEARCH), SEARCH);
  const table = sample.payload({ type: "table", board: 0, columns: ["lr"], sort: [] }, SEARCH);
  const other = sample.payload(sample.plot("Other", SEARCH), SEARCH, { id: "board-2" });
  await on(page([output(plot, { withRuntime: false }), output(table), output(other, { withRuntime: false })]), {}, async page => {
    assert.equal(await page.locator(".mlb-b").count(), 3);
    await page.getByLabel("Filter lr", { exact: true }).fill("0.001");
    await page.waitForFunction(() => (document.querySelectorAll(".mlb-plotly")[0] as any).drawn.length === 6);
    assert.ok(await page.evaluate(() => (document.querySelectorAll(".mlb-plotly")[1] as any).drawn.length >= 24), "another board stays as it is");
  });
});

test("an output that is taken off the page lets go, and its copy lives", () => on(tableAndPlot(SEARCH), {}, async page => {
  await page.evaluate(() => {
    const root = document.querySelector<HTMLElement>(".mlb")!;
    root.remove();
  });
  await page.evaluate(() => (window as any).__mlb_stores_1.get("board-1").setFilter("lr", "0.001"));
  assert.equal(await page.evaluate(() => (window as any).__mlb_stores_1.get("board-1").sources.size), 0);
}));

test("a strict policy without eval and network", () => on(page([output(sample.payload(sample.dashboard(SEARCH), SEARCH))], {
  head: `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'none'">`,
}), {}, async page => {
  await page.locator(".mlb-chip").first().waitFor();
  assert.equal((await curves(page)).length > 0, true);
}));

test("another Plotly and an AMD loader on the page are left alone", () => on(page([output(sample.payload(sample.plot("Loss", SEARCH), SEARCH))], {
  head: `<script>window.Plotly="theirs";window.define=function(){window.asked=1};window.define.amd={};window.module={exports:"theirs"}</script>`,
}), {}, async page => {
  assert.deepEqual(await page.evaluate(() => [(window as any).Plotly, (window as any).asked, (window as any).module.exports]), ["theirs", undefined, "theirs"]);
}));

test("without DecompressionStream, or with a broken payload, the static picture stays", async () => {
  const one = await show(browser, plotPage(), { before: "delete window.DecompressionStream" });
  await one.page.waitForTimeout(500);
  assert.ok(await one.page.getByText(STATIC).isVisible());
  await one.page.context().close();
  const two = await show(browser, plotPage().replace(/data-mlb-data="[^"]+"/, 'data-mlb-data="H4sIAAAA"'));
  await two.page.waitForTimeout(1500);
  assert.ok(await two.page.getByText(STATIC).isVisible());
  await two.page.context().close();
});

test("plots below the fold are drawn when they come into sight, and at the latest for print", () => on(page(Array.from({ length: 8 }, (_, i) => output(sample.payload(sample.plot(`Loss ${i}`, SEARCH), SEARCH), { withRuntime: i === 0 }))), { height: 500 }, async page => {
  const done = () => page.locator(".mlb-plotly .nsewdrag").count();
  assert.ok((await done()) < 4);
  await page.evaluate(() => document.querySelectorAll(".mlb")[5].scrollIntoView());
  await page.waitForFunction(() => document.querySelectorAll(".mlb-plotly")[5].querySelector(".nsewdrag"));
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await done(), 8);
}));

test("themes: dark by the system, and a host's switch while the page is open", async () => {
  await on(plotPage(), { dark: true }, async page => {
    assert.equal(await page.locator(".mlb-plotly").evaluate((plot: any) => plot._fullLayout.paper_bgcolor), "rgb(18,18,18)");
  });
  const host = `<style>body{--jp-layout-color0:#fff;--jp-ui-font-color1:rgba(0,0,0,.87)}body[data-jp-theme-light=false]{--jp-layout-color0:#111;--jp-ui-font-color1:rgba(255,255,255,1)}</style>`;
  await on(page([output(sample.payload(sample.plot("Loss", SEARCH), SEARCH))], { head: host }), {}, async page => {
    await page.evaluate(() => (document.body.dataset.jpThemeLight = "false"));
    await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.paper_bgcolor === "rgb(17,17,17)");
    await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn[0].line.color === "#56b4e9");
  });
});

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
for (const dark of [false, true]) {
  test(`axe finds nothing, ${dark ? "dark" : "light"}`, () => on(dashboardPage(), { dark, height: 3000 }, async page => {
    await page.getByRole("button", { name: "each run" }).first().click();
    await page.locator(".mlb-grid-row").nth(2).click();
    await page.getByLabel("Filter lr", { exact: true }).fill("wrong!");
    await page.getByText("cannot read").waitFor();
    await page.waitForTimeout(200);
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => (await (window as any).axe.run(".mlb-b")).violations.map((each: any) => `${each.id}: ${each.nodes.map((node: any) => node.html.slice(0, 160) + " " + node.failureSummary).join("\n")}`));
    assert.deepEqual(violations, []);
  }));
}

test("whatever has the focus tells Jupyter to leave its keys alone", () => on(dashboardPage(), {}, async page => {
  const focusable = ".mlb-grid, .mlb-chip, .mlb-fold, .mlb-figure, select, input[type=range], .mlb-thoughts";
  for (const element of await page.locator(".mlb-b").locator(focusable).all()) {
    await element.focus();
    assert.equal(await element.getAttribute("data-lm-suppress-shortcuts"), "true");
  }
  await page.locator(".mlb-grid-row").nth(1).click();
  assert.ok(await page.evaluate(() => document.activeElement!.matches(".mlb-grid[data-lm-suppress-shortcuts=true]")));
}));

test("folding a section and finding plots", () => on(dashboardPage(), {}, async page => {
  await page.getByRole("button", { name: /^Runs/ }).click();
  assert.equal(await page.locator(".mlb-grid").isVisible(), false);
  await page.getByLabel("Find plots by tag").fill("valid acc");
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLElement>(".mlb-plot")].filter(plot => !plot.hidden).length === 1);
}));

test("panels of two boards, messages, rows and stacks", () => {
  const payload = sample.payload({ type: "stack", children: [
    { type: "row", children: [sample.plot("Loss", SEARCH), { ...sample.plot("Loss", SEARCH), board: 1, legend: "width" }] },
    { type: "message", level: "error", text: "no run has a parameter `lrr`; did you mean `lr`?" },
  ] }, SEARCH);
  payload.boards.push({ ...sample.board(SEARCH), id: "board-2", title: "digits / other", legend: null });
  return on(page([output(payload)]), {}, async page => {
    assert.deepEqual(await page.locator(".mlb-title").allTextContents(), ["digits / lr_search", "digits / other"]);
    assert.ok((await page.locator(".mlb-legend").nth(1).textContent())!.includes("width=64"));
    assert.ok(await page.getByText("did you mean").isVisible());
  });
});

test("more than 100 curves: 100 are drawn, and it is said", () => {
  const search = { n: 130, steps: 20 };
  return on(page([output(sample.payload(sample.plot("Loss", search), search))]), {}, async page => {
    assert.equal((await curves(page)).length, 100);
    await page.getByText("100 of 130 curves drawn").waitFor();
  });
});

const tablePage = () => page([output(sample.payload({ type: "table", board: 0, columns: null, sort: [] }, { n: 24, extraColumns: 3 }))]);
const heads = (page: Page) => framed(page).then(() => page.locator("[role=columnheader] .mlb-head-text").allTextContents());

test("columns are found, shown, hidden and moved; a filter on a hidden one is still told", () => on(tablePage(), { width: 1900 }, async page => {
  const before = await heads(page);
  await page.getByRole("button", { name: /^Columns \d+\/\d+$/ }).click();
  await page.getByLabel("Find columns").fill("metric");
  await page.waitForFunction(() => document.querySelectorAll(".mlb-columns label").length === 3);
  assert.deepEqual(await page.locator(".mlb-columns label").allTextContents(), ["metric_0", "metric_1", "metric_2"]);
  await page.getByRole("checkbox", { name: "metric_1", exact: true }).uncheck();
  assert.deepEqual(await heads(page), before.filter(name => name !== "metric_1"));
  await page.getByLabel("Find columns").fill("");
  await page.getByLabel("Filter lr", { exact: true }).fill(">0.002");
  await page.getByLabel("Filter lr", { exact: true }).press("Enter");
  await page.getByRole("checkbox", { name: "lr", exact: true }).uncheck();
  await page.getByText("Also filtered by columns that are not shown: lr >0.002").waitFor();
  await page.getByRole("checkbox", { name: "lr", exact: true }).check();
  assert.equal((await heads(page)).at(-1), "lr", "a column that is shown again comes last");
  assert.equal(await page.getByLabel("Filter lr", { exact: true }).inputValue(), ">0.002");
  await page.getByLabel("Find columns").press("Escape");
  await page.getByLabel("Find columns").waitFor({ state: "hidden" });

  const width = page.getByRole("columnheader", { name: "width" });
  await width.getByRole("button").first().focus();
  await page.keyboard.press("Alt+Shift+ArrowLeft");
  const names = await heads(page);
  assert.equal(names.indexOf("width"), before.indexOf("width") - 2, names.join()); // lr went away, and then one to the left
  const wide = async () => {
    await framed(page);
    return (await width.boundingBox())!.width;
  };
  const was = await wide();
  await page.keyboard.press("Alt+ArrowRight");
  assert.ok(await wide() > was, "the keyboard stays on the column that it widens");
}));

test("a column is dragged to another place, and its edge makes it wider, without sorting", () => on(tablePage(), { width: 1900 }, async page => {
  const names = await heads(page);
  const head = (name: string) => page.getByRole("columnheader", { name, exact: true });
  // By its name: the menu's button is no place to drag from.
  const from = (await head("seed").locator(".mlb-head-text").boundingBox())!, to = (await head("status").boundingBox())!;
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + 30, to.y + 10, { steps: 4 });
  await page.mouse.move(to.x + 4, to.y + 10);
  await page.mouse.up();
  const expected = names.filter(name => name !== "seed");
  expected.splice(expected.indexOf("status"), 0, "seed");
  await page.waitForFunction(first => document.querySelectorAll("[role=columnheader] .mlb-head-text")[first[1] as number].textContent === first[0], ["seed", expected.indexOf("seed")] as const);
  assert.deepEqual(await heads(page), expected);
  assert.equal(await head("seed").getAttribute("aria-sort"), "none");
  const edge = (await head("seed").locator(".mlb-edge").boundingBox())!, was = (await head("seed").boundingBox())!.width;
  await page.mouse.move(edge.x + 3, edge.y + 5);
  await page.mouse.down();
  await page.mouse.move(edge.x + 83, edge.y + 5, { steps: 3 });
  await page.mouse.up();
  await framed(page);
  assert.ok(Math.abs((await head("seed").boundingBox())!.width - was - 80) < 2);
  assert.equal(await head("seed").getAttribute("aria-sort"), "none");
  await head("seed").getByRole("button").first().click();
  assert.equal(await head("seed").getAttribute("aria-sort"), "ascending");
}));

test("columns that never vary are hidden by one switch, and the table is copied as CSV", async () => {
  const search = { n: 6 };
  const payload = sample.payload({ type: "table", board: 0, columns: null, sort: [] }, search);
  payload.boards[0].columns.push({ key: "same", kind: "number", group: "param", values: Array(6).fill(7), shown: true });
  // Without the right to the clipboard a page copies by a selection.
  await on(page([output(payload)]), { width: 1900, before: "addEventListener('copy', () => window.copied = document.activeElement.value)" }, async page => {
    assert.ok((await heads(page)).includes("same"));
    await page.getByRole("button", { name: /^Columns / }).click();
    await page.getByRole("button", { name: "only those that vary" }).click();
    assert.ok(!(await heads(page)).includes("same"));
    await page.getByLabel("Filter seed", { exact: true }).fill("0");
    await page.getByLabel("Filter seed", { exact: true }).press("Enter");
    await page.getByRole("button", { name: "Copy CSV" }).click();
    await page.getByText(/^Copied 2 runs × \d+ columns as CSV$/).waitFor();
    const [head, ...rows] = (await page.evaluate(() => (window as any).copied as string)).trim().split("\n"); // A textarea has lines its own way.
    assert.match(head, /^name,started,status,/);
    assert.equal(rows.length, 2);
    assert.match(rows[0], /^[a-z]+-[a-z]+-\d,2026-11-23T\d\d:\d\d:00.000Z,/);
  });
});
