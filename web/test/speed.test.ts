// How fast the table and the plots are. Limits are wide, for slow machines; the numbers are printed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { drawn, launch, show } from "./support/browser";
import { output, page } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const print = (numbers: Record<string, number>) => console.log(Object.entries(numbers).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`).join(", "));

/** Milliseconds until the next frame has been laid out, the median of five. */
const timed = (page: Page, action: string) => page.evaluate(async action => {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    new Function("i", action)(i);
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    document.body.getBoundingClientRect();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[2];
}, action);

/** Milliseconds that the page's thread was busy with it (script, style, layout, paint), the median of five: waiting for a frame is none of it. */
async function busy(page: Page, action: string): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const spent = async () => (await session.send("Performance.getMetrics")).metrics.find(metric => metric.name === "TaskDuration")!.value * 1000;
  const run = (i: number, action: string) => page.evaluate(([i, action]) => {
    new Function("i", action)(i);
    return new Promise<void>(done => requestAnimationFrame(() => setTimeout(done)));
  }, [i, action] as const);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const nothing = await spent();
    await run(i, "");
    const before = await spent();
    await run(i, action);
    times.push(await spent() - before - (before - nothing));
  }
  await session.detach();
  return times.sort((a, b) => a - b)[2];
}

const STORE = `const store = window.__mlb_stores_1.get("board-1");`;

for (const [n, extraColumns] of [[5000, 188], [10000, 88]]) {
  test(`a table of ${n} runs and ${extraColumns + 12} columns`, async () => {
    const search = { n, extraColumns };
    const { page: shown, errors } = await show(browser, page([output(sample.payload({ type: "table", board: 0, columns: null, sort: [] }, search))]));
    await drawn(shown);
    const numbers = {
      "filter, busy": await busy(shown, `${STORE} store.setFilter("last(Accuracy)", ">0." + (85 + i))`),
      "sort, busy": await busy(shown, `document.querySelectorAll(".mlb-head-cell > button:first-child")[5 + i].click()`),
      filter: await timed(shown, `${STORE} store.setFilter("last(Accuracy)", ">0." + (85 + i))`),
      "filter off": await timed(shown, `${STORE} store.setFilter("last(Accuracy)", i % 2 ? "" : ">0.9")`),
      sort: await timed(shown, `document.querySelectorAll(".mlb-head-cell > button:first-child")[5 + i].click()`),
      "sort text": await timed(shown, `document.querySelectorAll(".mlb-head-cell > button:first-child")[0].click()`),
      "select all": await timed(shown, `document.querySelector(".mlb-grid").dispatchEvent(new KeyboardEvent("keydown", { key: "a", ctrlKey: true, bubbles: true }))`),
      scroll: await timed(shown, `document.querySelector(".mlb-grid").scrollTo(i * 900, i * 20000)`),
    };
    print(numbers);
    assert.deepEqual(errors, []);
    assert.ok(await shown.locator(".mlb-b *").count() < 2000, "only what can be seen is in the page");
    assert.ok(numbers.filter < 500 && numbers.sort < 500 && numbers.scroll < 500);
    await shown.context().close();
  });
}

test("100 curves of 1,000 points", async () => {
  const search = { n: 100, steps: 1000 };
  const { page: shown, errors } = await show(browser, page([output(sample.payload(sample.plot("Loss", search), search))]));
  await drawn(shown);
  const numbers = {
    "first paint after navigation": await shown.evaluate(() => performance.now()),
    "filter and redraw": await timed(shown, `${STORE} store.setFilter("seed", i % 2 ? "" : "1")`),
    "legend and redraw": await timed(shown, `${STORE} store.setLegend(i % 2 ? "lr" : "width")`),
    "smooth and redraw": await timed(shown, `${STORE} store.setSmooth(0.5 + i / 20)`),
    "read all at one x": await timed(shown, `const box = document.querySelector(".nsewdrag").getBoundingClientRect(); document.querySelector(".mlb-stage").dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: box.left + 100 + i * 60, clientY: box.top + 80 }))`),
  };
  print(numbers);
  assert.deepEqual(errors, []);
  assert.ok(numbers["legend and redraw"] < 3000);
  await shown.context().close();
});

test("20 outputs on one page, of 100 curves each, all drawn", async () => {
  const search = { n: 100, steps: 200 };
  const outputs = Array.from({ length: 20 }, (_, i) => output(sample.payload(sample.plot(`Loss ${i}`, { ...search, seed: i + 2 }), search)));
  const { page: shown, errors } = await show(browser, page(outputs));
  await drawn(shown);
  const numbers: Record<string, number> = { "first paint after navigation": await shown.evaluate(() => performance.now()) };
  const cdp = await shown.context().newCDPSession(shown);
  const heap = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    const { metrics } = await cdp.send("Performance.getMetrics");
    const of = (name: string) => metrics.find(metric => metric.name === name)!.value;
    return { megabytes: of("JSHeapUsedSize") / 1e6, nodes: of("Nodes") };
  };
  await cdp.send("Performance.enable");
  const before = await heap();
  for (let i = 0; i < 20; i++) {
    await shown.evaluate(i => document.querySelectorAll(".mlb")[i].scrollIntoView(), i);
    await shown.waitForFunction(i => document.querySelectorAll(".mlb-plotly")[i].querySelector(".nsewdrag"), i);
  }
  numbers["select one run in all, those in sight redrawn"] = await timed(shown, `${STORE} const some = [...store.sources][0].ids; store.select([some[i]])`);
  numbers["select none"] = await timed(shown, `${STORE} store.select([]); store.tell("rows")`);
  const after = await heap();
  print(numbers);
  console.log(`heap ${before.megabytes.toFixed(1)} MB before and ${after.megabytes.toFixed(1)} MB after all were drawn, ${after.nodes} nodes, page of ${(page(outputs).length / 1e6).toFixed(1)} MB`);
  assert.deepEqual(errors, []);
  assert.ok(after.megabytes < 1000);
  await shown.context().close();
});

test("10,000 thoughts", async () => {
  const search = { n: 400 };
  const { page: shown, errors } = await show(browser, page([output(sample.payload(sample.thoughts(10_000, search.n), search))]));
  await shown.locator(".mlb-thoughts .mlb-who").first().waitFor();
  const numbers = {
    "first paint after navigation": await shown.evaluate(() => new Promise<number>(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))),
    "filter and redraw": await timed(shown, `${STORE} store.setFilter("seed", i % 2 ? "" : "1")`),
  };
  print(numbers);
  assert.deepEqual(errors, []);
  assert.ok(numbers["first paint after navigation"] < 30_000);
  await shown.context().close();
});
