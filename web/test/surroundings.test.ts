// Outputs as front ends put them on a page: re-created scripts (VS Code), a second view of the same output, cells without a width, shared
// runtimes, several versions at once, a host's keys and styles.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { clientOf, launch, on as onPage, show } from "./support/browser";
import { output, page, runtime, STATIC } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
const on = (html: string, options: Parameters<typeof onPage>[2], body: (page: Page) => Promise<void>) => onPage(browser, html, options, body);

const SEARCH = { n: 8 };
const plot = (tag = "Loss", more = {}) => output(sample.payload(sample.plot(tag, SEARCH), SEARCH, more));
const bare = (tag = "Loss", more = {}) => output(sample.payload(sample.plot(tag, SEARCH), SEARCH, more), { withRuntime: false });
const { curves } = clientOf;

/** Puts an output on the page as VS Code does: HTML first, then each script anew, at the end of the container, taken away at once. */
const asVSCode = (page: Page, html: string, into = "main") => page.evaluate(([html, into]) => {
  const container = document.createElement("div");
  container.innerHTML = html;
  document.querySelector(into)!.append(container);
  for (const script of container.querySelectorAll("script")) {
    const again = document.createElement("script");
    again.textContent = script.textContent;
    container.append(again);
    again.remove();
  }
}, [html, into]);

test("scripts that are made anew elsewhere and taken away at once, as VS Code does", () => on(page([plot("First")]), {}, async page => {
  await asVSCode(page, bare("Second"));
  await page.waitForFunction(() => document.querySelectorAll(".mlb-plotly .main-svg").length >= 2);
  assert.equal(await page.locator(".mlb-b").count(), 2);
  assert.equal((await curves(page)).length, 8);
}));

test("one runtime for outputs that have none, whichever comes first", async () => {
  const waiting = await show(browser, page([bare("First"), bare("Second")]));
  await waiting.page.getByText(STATIC).first().waitFor();
  assert.equal(await waiting.page.locator(".mlb-b").count(), 0);
  await asVSCode(waiting.page, runtime());
  await waiting.page.waitForFunction(() => document.querySelectorAll(".mlb > .mlb-b").length === 2);
  assert.deepEqual(waiting.errors, []);
  await waiting.page.context().close();
  await on(page([runtime(), bare("First")]), {}, async page => {
    assert.equal((await curves(page)).length, 8);
    assert.ok(await page.getByText("keep this cell's output").isVisible());
  });
});

test("outputs that are put into the page in one go, as a windowed notebook does, whichever has the runtime", () => on(page([]).replace("<main>", '<main><div class="mlb-b" hidden></div>'), {}, async page => {
  await page.evaluate(all => {
    for (const html of all) {
      const cell = document.createElement("div");
      cell.innerHTML = html;
      for (const script of cell.querySelectorAll("script")) {
        const again = document.createElement("script");
        again.textContent = script.textContent;
        script.replaceWith(again);
      }
      document.querySelector("main")!.append(cell);
    }
  }, [bare("First"), bare("Second"), runtime(), bare("Third")]);
  await page.waitForFunction(() => document.querySelectorAll(".mlb > .mlb-b").length === 3, null, { timeout: 20_000 });
}));

test("outputs of several versions draw side by side, each with its own runtime, and follow one another", () => on(page([plot("Old"), output(sample.payload({ type: "table", board: 0, columns: null, sort: [] }, SEARCH), { version: "0123456789ab" })]), {}, async page => {
  const versions = await page.evaluate(() => Object.keys(window).filter(key => key.startsWith("__mlb_rt_")).length);
  assert.equal(versions, 2);
  await page.getByLabel("Filter lr", { exact: true }).fill("0.001");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.filter((trace: any) => trace.name).length === 2);
}));

test("a second view of the same output: both draw, and no id is there twice", () => on(page([output(sample.payload(sample.dashboard(SEARCH), SEARCH))]), { height: 2500 }, async page => {
  const html = output(sample.payload(sample.dashboard(SEARCH), SEARCH), { withRuntime: false });
  await asVSCode(page, html);
  await page.waitForFunction(() => document.querySelectorAll(".mlb > .mlb-b").length === 2);
  const twice = await page.evaluate(() => {
    const ids = [...document.querySelectorAll(".mlb-b [id]")].map(each => each.id).filter(id => id.startsWith("mlb-"));
    return ids.length - new Set(ids).size;
  });
  assert.equal(twice, 0);
}));

test("a cell that has no width when its script runs draws when it gets one", () => on(page([`<div id="cell" style="display:none">${output(sample.payload({ type: "stack", children: [{ type: "table", board: 0, columns: null, sort: [] }, sample.plot("Loss", SEARCH)] }, SEARCH))}</div>`]), {}, async page => {
  assert.equal(await page.locator(".mlb-plotly .main-svg").count(), 0);
  await page.evaluate(() => document.querySelector<HTMLElement>("#cell")!.style.removeProperty("display"));
  await page.waitForFunction(() => document.querySelector(".mlb-plotly .main-svg") && document.querySelectorAll(".mlb-grid-row:not([hidden])").length > 5);
  const [plot, box] = await page.evaluate(() => [document.querySelector(".mlb-plotly .main-svg")!.getBoundingClientRect().width, document.querySelector(".mlb-figure")!.getBoundingClientRect().width]);
  assert.ok(Math.abs(plot - box) < 4, `${plot} of ${box}`);
  assert.equal(await page.locator(".mlb-head-row [role=columnheader]").first().isVisible(), true);
}));

test("a host whose styles are large and loud: tables, buttons, images and lists of its own", () => on(page([output(sample.payload(sample.dashboard(SEARCH), SEARCH))], {
  head: "<style>html{font-size:10px}table,div{text-align:right}dl dt{float:left;width:160px}button{text-transform:uppercase}img{max-width:20px;margin:2em}code{color:#c7254e}ol{list-style:decimal}p{margin:3em}</style>",
}), { height: 2500 }, async page => {
  assert.equal(await page.locator(".mlb-b").evaluate(root => getComputedStyle(root).fontSize), "12px");
  assert.ok((await page.locator(".mlb-picture img").first().boundingBox())!.width > 50);
  await page.getByRole("button", { name: "Filter help" }).click();
  const [code, meaning] = await page.evaluate(() => [".mlb-examples dt", ".mlb-examples dd"].map(each => document.querySelector(each)!.getBoundingClientRect().toJSON()));
  assert.ok(code.right <= meaning.left && Math.abs(code.top - meaning.top) < 6, "an example stands before what it means");
}));
