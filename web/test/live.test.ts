// Outputs that follow an engine: what comes is drawn into what is there, and what a person set stays.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Payload } from "../payload";
import type { Patch } from "../src/patch";
import { drawn, launch, show } from "./support/browser";
import { append, clocked, Engine, lastPoint, LIVE, ofPlot, until } from "./support/live";
import { output, page as html } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const TABLE: Payload["panel"] = { type: "table", board: 0, columns: null, sort: [] };
const RUNS = 8;
const search = { n: RUNS, steps: 50 };

async function follow(panel: Payload["panel"], more: Partial<Payload> = {}, { outputs = 1, ...size }: { outputs?: number; height?: number } = {}) {
  const engine = new Engine();
  const made = { ...sample.payload(panel, search), live: LIVE, ...more };
  const shown = await show(browser, html(Array.from({ length: outputs }, () => output(made))), size);
  await engine.on(shown.page);
  await drawn(shown.page);
  const status = shown.page.locator(".mlb-read").first();
  await status.filter({ hasText: /^live$/ }).waitFor();
  return { ...shown, engine, status, payload: made };
}

test("points that come extend the curves; zoom, filter, selection and scroll stay", async () => {
  const table = { type: "table" as const, board: 0, columns: null, sort: [] };
  const { page, engine, errors } = await follow({ type: "stack", children: [sample.plot("Loss", search), table] });
  const input = page.getByLabel("Filter lr");
  await input.fill(">0");
  await page.locator(".mlb-grid-row").nth(1).click();
  await page.evaluate(() => (globalThis as any).__mlb_stores_1.get("board-1").select([]));
  await page.locator(".mlb-plotly").first().evaluate((plot: any) => (globalThis as any).__x = JSON.stringify(plot._fullLayout.xaxis.range));
  await page.locator(".mlb-figure").first().focus();
  await page.keyboard.press("+");
  const range = () => page.locator(".mlb-plotly").first().evaluate((plot: any) => plot._fullLayout.xaxis.range.map((x: number) => +x.toFixed(3)));
  const zoomed = await range();
  await page.locator(".mlb-grid").evaluate(grid => (grid.scrollLeft = 60));
  engine.tell(append(ofPlot, 50, [0.5, 0.25]));
  await until(page, () => lastPoint(page), [51, 0.25]);
  engine.tell(append(ofPlot, 52, [0.125]));
  await until(page, () => lastPoint(page), [52, 0.125]);
  assert.deepEqual(await range(), zoomed);
  assert.equal(await input.inputValue(), ">0");
  assert.equal(await page.locator(".mlb-grid").evaluate(grid => grid.scrollLeft), 60);
  assert.deepEqual(errors.filter(error => !error.includes("8899") && !error.includes("ERR_FAILED")), []);
  await page.context().close();
});

test("runs, parameters, metrics and thoughts that come after the page was opened", async () => {
  const { page, engine, payload } = await follow(sample.dashboard(search));
  const columns = payload.boards[0].columns;
  const grown = columns.map(column => ({ ...column, values: [column.key === "id" ? "new-run" : column.key === "name" ? "brand-new" : column.key === "status" ? "running" : column.kind === "text" ? "sgd" : 0.01, ...column.values] }));
  const decay: any = { key: "momentum", kind: "number", group: "param", shown: true, values: Array.from({ length: RUNS + 1 }, () => 0.9) };
  await page.locator(".mlb-fold").filter({ hasText: "Histograms" }).click();
  const panel: any = payload.panel;
  const shift = (plot: any) => ({ ...plot, series: [{ run: 0, x: [0, 1], y: [3, 2], n: 2 }, ...plot.series.map((curve: any) => ({ ...curve, run: curve.run + 1 }))] });
  const items = [...panel.thoughts.items, { run: 0, name: "brand-new", folder: "lr_search", step: 1, t: Date.now(), text: "it works" }];
  engine.tell({ o: {
    boards: { e: [[0], [{ o: { columns: { "=": [...grown, decay] }, n: { "=": RUNS + 1 }, total: { "=": RUNS + 1 } } }]] },
    panel: { o: { plots: { "=": [...panel.plots.map(shift), shift(sample.plot("grad/norm", search))] }, thoughts: { o: { items: { "=": items } } } } },
  } });
  await page.locator(".mlb-card-title").filter({ hasText: /^grad\/norm$/ }).waitFor();
  await page.locator(".mlb-run").filter({ hasText: "brand-new" }).waitFor();
  await page.locator(".mlb-table .mlb-toggle").filter({ hasText: "Columns" }).click();
  assert.ok(await page.locator(".mlb-columns label").filter({ hasText: /^momentum$/ }).locator("input").isChecked(), "the table shows it");
  assert.ok((await page.getByLabel("Legend by").first().locator("option").allTextContents()).includes("momentum"));
  assert.equal(await page.locator(".mlb-said").filter({ hasText: "it works" }).count(), 1);
  assert.equal(await page.locator(".mlb-fold").filter({ hasText: "Histograms" }).getAttribute("aria-expanded"), "false", "what was folded stays so");
  await page.context().close();
});

test("a column that begins to vary comes into the table that has only those that vary", async () => {
  const board = sample.board(search), same = (last: number) => ({ key: "same", kind: "number" as const, group: "param" as const, shown: true, values: Array.from({ length: RUNS }, (_, row) => (row ? 1 : last)) });
  const { page, engine } = await follow({ type: "table", board: 0, columns: ["lr", "same", "width"], sort: [] }, { boards: [{ ...board, columns: [...board.columns, same(1)] }] });
  const heads = () => page.locator("[role=columnheader] .mlb-head-text").allTextContents();
  await page.getByRole("button", { name: /^Columns / }).click();
  await page.getByRole("button", { name: "only those that vary" }).click();
  await until(page, heads, ["run", "lr", "width"]);
  engine.tell({ o: { boards: { e: [[0], [{ o: { columns: { "=": [...board.columns, same(2)] } } }]] } } });
  await until(page, heads, ["run", "lr", "same", "width"]);
  await page.context().close();
});

test("small curves of a metric that came later are in the table, and whoever sorted by some sees the newest order", async () => {
  const spark = (tag: string, ...last: number[]) => ({ tag, curves: last.map((y, run) => ({ run, y: [1, y] })) });
  const sparks = (...all: unknown[]) => ({ o: { panel: { o: { sparks: { "=": all } } } } });
  const { page, engine, payload } = await follow({ type: "table", board: 0, columns: ["lr"], sort: [], sparks: [spark("Loss", 3, 2, 1)] });
  const heads = () => page.locator("[role=columnheader] .mlb-head-text").allTextContents();
  const names = payload.boards[0].columns[1].values as string[];
  const first = () => page.locator(".mlb-grid-row:not([hidden]) .mlb-run").first().textContent();
  await page.locator(".mlb-head-cell button").filter({ hasText: /^Loss ∿/ }).click();
  await until(page, first, names[2]);
  engine.tell(sparks(spark("Loss", 0, 2, 1)));
  await until(page, first, names[0]);
  engine.tell(sparks(spark("Loss", 0, 2, 1), spark("Accuracy", 1, 1, 1)));
  await until(page, heads, ["run", "lr", "Loss ∿", "Accuracy ∿"]);
  await page.context().close();
});

test("the same filter, pressed twice in every output while runs come, is one filter; what comes passes through it, and clearing it once ends it", async () => {
  const outputs = 2;
  const { page, engine, payload } = await follow(sample.dashboard(search), {}, { outputs, height: 6000 });
  const inputs = page.getByLabel("Filter lr", { exact: true });
  assert.equal(await inputs.count(), outputs);
  const press = async () => {
    for (const input of await inputs.all()) {
      for (let times = 0; times < 2; times++) {
        await input.fill(">=0.03");
        await input.press("Enter");
      }
    }
  };
  /** In each output: how many runs it says, how many curves, images and rows of the table there are. */
  const shown = () => page.locator(".mlb-dashboard").evaluateAll(all => all.map(each => [
    /^(\d+ of )?\d+ runs/.exec(each.querySelector(".mlb-bar .mlb-count")!.textContent!)?.[0],
    (each.querySelector(".mlb-plotly") as any).drawn.filter((trace: any) => trace.mode !== "markers").length,
    each.querySelectorAll(".mlb-tile").length,
    each.querySelectorAll(".mlb-grid-row:not([hidden])").length,
  ]));
  const everywhere = (...seen: unknown[]) => until(page, shown, Array(outputs).fill(seen));
  await press();
  await everywhere("1 of 8 runs", 1, 1, 1);

  // One that passes, and one that does not.
  const panel: any = payload.panel;
  const come = [{ id: "passes", name: "brand-new", status: "running", lr: 0.03 }, { id: "does not", name: "brand-old", status: "running", lr: 0.001 }];
  const columns = payload.boards[0].columns.map(column => ({ ...column, values: [...come.map(run => (run as any)[column.key] ?? null), ...column.values] }));
  const shift = (plot: any) => ({ ...plot, series: [...come.map((_, run) => ({ run, x: [0, 1], y: [3, 2], n: 2 })), ...plot.series.map((curve: any) => ({ ...curve, run: curve.run + come.length }))] });
  const onward = (images: any) => ({ ...images, items: images.items.map((item: any) => ({ ...item, run: item.run + come.length })) });
  engine.tell({ o: {
    boards: { e: [[0], [{ o: { columns: { "=": columns }, n: { "=": RUNS + 2 }, total: { "=": RUNS + 2 } } }]] },
    panel: { o: { plots: { "=": panel.plots.map(shift) }, images: { "=": panel.images.map(onward) } } },
  } });
  await everywhere("2 of 10 runs", 2, 1, 2);
  await press();
  await everywhere("2 of 10 runs", 2, 1, 2);

  await page.getByRole("button", { name: "Clear", exact: true }).first().click();
  await everywhere("10 runs", 10, 8, 10);
  engine.tell(append(patch => ({ o: { panel: { o: { plots: { e: [[0], [patch]] } } } } }), 2, [1]));
  await until(page, () => lastPoint(page), [2, 1]);
  await everywhere("10 runs", 10, 8, 10);
  assert.deepEqual(await inputs.evaluateAll(all => all.map(input => (input as HTMLInputElement).value)), ["", ""]);
  await page.context().close();
});

test("an engine that is gone leaves what is drawn, and is followed again when it answers", async () => {
  const { page, engine, status } = await follow({ type: "stack", children: [sample.plot("Loss", search)] });
  engine.away = true;
  await status.filter({ hasText: /^saved data of \d\d:\d\d$/ }).waitFor();
  assert.equal((await lastPoint(page))[0], 49);
  engine.away = false;
  engine.tell(append(ofPlot, 50, [0.75]));
  await until(page, () => lastPoint(page), [50, 0.75]);
  await status.filter({ hasText: /^live$/ }).waitFor();
  engine.running = false;
  await status.filter({ hasText: /^up to date$/ }).waitFor();
  await page.context().close();
});

test("another engine's answer is never taken for its own's", async () => {
  const { page, engine, status } = await follow({ type: "stack", children: [sample.plot("Loss", search)] });
  engine.session = "s2";
  engine.tell(append(ofPlot, 50, [99]));
  await status.filter({ hasText: /^saved data/ }).waitFor();
  assert.equal((await lastPoint(page))[0], 49);
  await page.context().close();
});

test("an answer to a question that was asked before a newer output came says nothing of that", async () => {
  const { page, engine, payload } = await follow({ type: "stack", children: [sample.plot("Loss", search)] });
  engine.tell(append(ofPlot, 50, [0.5]));
  const release = engine.hold();
  await until(page, async () => engine.held, true);
  // The cell is run again meanwhile: what the engine's answer adds is in it.
  const newer = sample.payload({ type: "stack", children: [sample.plot("Loss", { n: RUNS, steps: 51 })] }, search);
  await page.evaluate(source => {
    const root = document.createElement("div");
    root.innerHTML = source;
    document.body.append(root);
    const runtime = (globalThis as any)[Object.keys(globalThis).find(key => key.startsWith("__mlb_rt_"))!].runtime;
    return runtime.mount(root.querySelector(".mlb"));
  }, output({ ...newer, boards: payload.boards, live: { ...LIVE, version: 2 } }, { withRuntime: false }));
  release();
  const asked = () => engine.asked.filter(url => url.pathname === "/live").at(-1)!.searchParams.getAll("view");
  await until(page, async () => asked(), ["v1.2"]);
  engine.tell(append(ofPlot, 51, [0.25]));
  await until(page, () => lastPoint(page), [51, 0.25]);
  const xs = await page.locator(".mlb-plotly").first().evaluate((plot: any) => plot.drawn.find((trace: any) => trace.uid === "run0_0").x);
  assert.deepEqual([...xs], Array.from({ length: 52 }, (_, i) => i));
  await page.context().close();
});

test("after an engine was away for long, whoever is at the page follows it again", async () => {
  const made = { ...sample.payload(TABLE, search), live: LIVE };
  const { page } = await show(browser, "");
  const engine = await clocked(page, html([output(made)]));
  const status = page.locator(".mlb-read");
  const says = async (text: RegExp) => {
    for (let i = 0; i < 500 && !text.test((await status.textContent()) ?? ""); i++) {
      await page.clock.runFor(50);
      await page.waitForTimeout(20);
    }
    assert.match((await status.textContent())!, text);
  };
  await says(/^live$/);
  engine.away = true;
  await page.clock.runFor(1_000);
  await says(/^saved data/);
  await page.clock.fastForward(11 * 60_000);
  await page.waitForTimeout(200);
  engine.away = false;
  const before = engine.asked.length;
  await page.clock.runFor(60_000);
  await page.waitForTimeout(200);
  assert.equal(engine.asked.length, before, "it was given up");
  await page.mouse.move(60, 60);
  await says(/^live$/);
  await page.context().close();
});

test("a page that nobody sees asks nothing; one loop serves all outputs", async () => {
  const engine = new Engine();
  const one = sample.payload({ type: "stack", children: [sample.plot("Loss", search)] }, search);
  const { page } = await show(browser, html([output({ ...one, live: LIVE }), output({ ...one, live: LIVE }, { withRuntime: false }), output({ ...one, live: { ...LIVE, view: "v2" } }, { withRuntime: false })]));
  await engine.on(page);
  await drawn(page);
  await page.locator(".mlb-read").filter({ hasText: /^live$/ }).nth(2).waitFor();
  assert.deepEqual(engine.asked.filter(url => url.pathname === "/live").at(-1)!.searchParams.getAll("view"), ["v1.1", "v2.1"]);
  const hide = (hidden: boolean) => page.evaluate(hidden => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
  await hide(true);
  await page.waitForTimeout(400);
  const before = engine.asked.length;
  await page.waitForTimeout(1500);
  assert.equal(engine.asked.length, before);
  engine.tell(append(ofPlot, 50, [0.5]));
  await hide(false);
  await until(page, () => lastPoint(page), [50, 0.5]);
  await page.context().close();
});

test("a page with more outputs than one question may name follows them all", async () => {
  const engine = new Engine(), outputs = 130;
  const of = (i: number) => ({ ...sample.payload(TABLE, { n: 1 }), live: { ...LIVE, view: `v${i}` } });
  const { page } = await show(browser, html(Array.from({ length: outputs }, (_, i) => output(of(i), { withRuntime: !i }))));
  await engine.on(page);
  engine.tell({ o: { panel: { o: { sort: { "=": [{ column: "lr", descending: false }] } } } } });
  // Each is asked for in the version that the patch made.
  const followed = () => new Set(engine.asked.flatMap(url => url.searchParams.getAll("view")).filter(view => view.endsWith(".2"))).size;
  await until(page, async () => followed(), outputs);
  const says = page.locator(".mlb-read").filter({ hasText: /^live$/ });
  await until(page, () => says.count(), outputs);
  await page.context().close();
});

test("a page in sight asks within two seconds however long nothing happens, and slowly where nobody was for an hour", async () => {
  const made = { ...sample.payload(TABLE, search), live: LIVE };
  const { page } = await show(browser, "");
  const engine = await clocked(page, html([output(made)]));
  engine.running = false;
  const asks = async (what: string, act: () => Promise<void>) => {
    const before = engine.asked.length;
    await act();
    await until(page, async () => engine.asked.length > before && what, what);
    // Its answer is taken in, and the next question waits for its time.
    await page.locator(".mlb-read").filter({ hasText: /^up to date$/ }).waitFor();
  };
  const after = (ms: number) => () => page.clock.fastForward(ms);
  // The runtime is unpacked beside the clock.
  await asks("at once", async () => {
    for (let i = 0; i < 500 && !engine.asked.length; i++) {
      await page.clock.runFor(10);
      await page.waitForTimeout(20);
    }
  });
  for (let minutes = 0; minutes < 50; minutes += 10) {
    await asks("much later", after(10 * 60_000));
    await asks("within two seconds of it", after(1_800));
  }
  await asks("after an hour", after(60 * 60_000));
  const before = engine.asked.length;
  await page.clock.fastForward(10_000);
  assert.equal(await page.evaluate(() => document.hidden), false);
  assert.equal(engine.asked.length, before);
  await asks("when somebody is here", async () => {
    await page.mouse.move(50, 50);
    await page.clock.runFor(1);
  });
  await asks("within two seconds again", after(1_800));
  await page.context().close();
});

test("zooming into a reduced curve asks for the points of the stretch; away from the engine the saved ones stay", async () => {
  const reduced = sample.plot("Loss", search, {});
  reduced.series = reduced.series.map(curve => ({ ...curve, n: 5000 }));
  const { page, engine, payload } = await follow({ type: "stack", children: [reduced] });
  const ids = payload.boards[0].columns[0].values;
  engine.zoom = url => {
    const from = Math.ceil(+url.searchParams.get("x0")!), to = Math.floor(+url.searchParams.get("x1")!);
    const x = Array.from({ length: (to - from) * 4 }, (_, i) => from + i / 4);
    return { series: [{ id: ids[0], run: 0, x, y: x.map(() => 7), n: x.length }] };
  };
  await page.locator(".mlb-figure").first().focus();
  await page.keyboard.press("+");
  const sevens = () => page.locator(".mlb-plotly").first().evaluate((plot: any) => plot.drawn.find((trace: any) => trace.uid === "run0_0").y.filter((y: number) => y === 7).length > 20);
  await until(page, sevens, true);
  assert.equal(engine.asked.find(url => url.pathname === "/zoom")!.searchParams.get("tag"), "Loss");
  // A zoom that goes on is asked about at its beginning, and when it pauses.
  const zooms = () => engine.asked.filter(url => url.pathname === "/zoom").map(url => +url.searchParams.get("x1")! - +url.searchParams.get("x0")!);
  assert.equal(zooms().length, 1);
  await page.waitForTimeout(300);
  for (let i = 0; i < 5; i++) await page.keyboard.press("+");
  const width = await page.locator(".mlb-plotly").first().evaluate((plot: any) => plot._fullLayout.xaxis.range[1] - plot._fullLayout.xaxis.range[0]);
  await until(page, async () => Math.abs(zooms().at(-1)! - width) < 1e-9, true);
  assert.ok(zooms().length >= 3, String(zooms()));
  await page.keyboard.press("0");
  await until(page, sevens, false);
  engine.away = true;
  await page.keyboard.press("+");
  await page.waitForTimeout(600);
  assert.equal((await lastPoint(page))[0], 49);
  await page.context().close();
});

test("a curve whose x falls stays as it is where it is zoomed into", async () => {
  const falling = sample.plot("Loss", search, { x: "metric" });
  falling.series = falling.series.map(curve => ({ ...curve, n: 5000, x: [...curve.x].reverse() }));
  const { page, engine, payload } = await follow({ type: "stack", children: [falling] });
  let answered = 0;
  engine.zoom = url => {
    const from = Math.ceil(+url.searchParams.get("x0")!), to = Math.floor(+url.searchParams.get("x1")!);
    const x = Array.from({ length: to - from }, (_, i) => to - i);
    answered++;
    return { series: [{ id: payload.boards[0].columns[0].values[0], run: 0, x, y: x.map(() => 7), n: x.length }] };
  };
  await page.locator(".mlb-figure").first().focus();
  await page.keyboard.press("+");
  await until(page, async () => answered > 0, true);
  await page.waitForTimeout(300);
  const xs: number[] = await page.locator(".mlb-plotly").first().evaluate((plot: any) => [...plot.drawn.find((trace: any) => trace.uid === "run0_0").x]);
  assert.deepEqual(xs, [...xs].sort((a, b) => b - a));
  assert.equal(xs.length, 50);
  await page.context().close();
});

test("a stretch of the x that was chosen on the page is asked for in the plot's own", async () => {
  const reduced = sample.plot("Loss", search, {}), started = sample.columns(search).find(column => column.key === "started")!.values as number[];
  // A point in two seconds.
  reduced.series = reduced.series.map(curve => ({ ...curve, n: 5000, dwall: { i: [0, curve.x.length - 1], t: [started[curve.run], 2000 * (curve.x.length - 1)] } }) as typeof curve);
  const { page } = await follow({ type: "stack", children: [reduced] });
  await page.getByLabel("x axis", { exact: true }).selectOption("relative");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.xaxis.title.text === "seconds since start");
  const asked = page.waitForRequest(request => request.url().includes("/zoom"));
  await page.locator(".mlb-figure").first().focus();
  await page.keyboard.press("+");
  const url = new URL((await asked).url());
  const seconds = await page.locator(".mlb-plotly").first().evaluate((plot: any) => plot._fullLayout.xaxis.range);
  const steps = ["x0", "x1"].map(end => +url.searchParams.get(end)!);
  assert.deepEqual(steps, [Math.floor(seconds[0] / 2), Math.ceil(seconds[1] / 2)]);
  await page.context().close();
});

test("what is selected is told to the engine, that nothing is, too, and again after it was away", async () => {
  const { page, engine, status, payload } = await follow({ type: "stack", children: [sample.plot("Loss", search), { type: "table", board: 0, columns: null, sort: [] }] }, {}, { outputs: 2 });
  const [ids] = [payload.boards[0].columns[0].values], told = async () => engine.posted.map(text => JSON.parse(text));
  // It may hold the selection of a page that was reloaded.
  await until(page, told, [[]]);
  const row = page.locator(".mlb-grid-row").nth(2);
  await row.click();
  await until(page, told, [[], [ids[2]]]);
  assert.equal(engine.asked.find(url => url.pathname === "/selection")!.searchParams.get("board"), "board-1");
  engine.away = true;
  await row.press("Escape");
  await page.waitForFunction(() => !(globalThis as any).__mlb_stores_1.get("board-1").selected.size);
  await status.filter({ hasText: /^saved data/ }).waitFor();
  engine.away = false;
  await until(page, told, [[], [ids[2]], []]);
  await page.context().close();
});

/** How many listen to what is set on a board. */
async function listeners(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  const { result } = await devtools.send("Runtime.evaluate", { expression: "__mlb_stores_1.get('board-1')" });
  const { listeners } = await devtools.send("DOMDebugger.getEventListeners", { objectId: result.objectId! });
  await devtools.detach();
  return listeners.length;
}

test("a panel that goes, or is made anew, listens no more", async () => {
  const { page, engine, payload } = await follow(sample.dashboard(search));
  const { plots } = payload.panel as { plots: unknown[] };
  const of = (patch: Patch): Patch => ({ o: { panel: { o: { plots: patch } } } });
  const cards = () => page.locator(".mlb-plot").count();
  const all = await cards(), before = await listeners(page);
  for (let i = 0; i < 3; i++) {
    engine.tell(of({ a: [1, 0, []] }));
    await until(page, cards, 1);
    assert.ok((await listeners(page)) < before, "those of the plots that went are gone");
    engine.tell(of({ "=": plots }));
    await until(page, cards, all);
    assert.equal(await listeners(page), before);
  }
  await page.context().close();
});

test("where the engine is on another machine, the Jupyter server of the page passes the questions on", async () => {
  const engine = new Engine();
  const config = `<script id="jupyter-config-data" type="application/json">{"baseUrl":"/user/ada/"}</script>`;
  const made = { ...sample.payload({ type: "stack", children: [sample.plot("Loss", search)] }, search), live: LIVE };
  const { page, requests } = await show(browser, html([output(made)]).replace("<body>", `<body>${config}`));
  await engine.on(page, "http://board.test/user/ada/proxy/8899/");
  await page.locator(".mlb-read").filter({ hasText: /^live$/ }).waitFor();
  assert.ok(requests.some(url => url.startsWith("http://127.0.0.1:8899/live?")), "this machine was tried first");
  const tried = requests.length;
  engine.tell(append(ofPlot, 50, [0.5]));
  await until(page, () => lastPoint(page), [50, 0.5]);
  assert.equal(requests.length, tried, "the way that worked is the first from then on");
  await page.context().close();
});

/** A Jupyter server with the files that an engine writes beside a notebook, and no way to the engine. */
class Files {
  news: any = { session: LIVE.session, read_at: 1, running: true, pace: 100, views: { v1: { version: 1, tail: [] } } };
  whole: any = null;
  asked: string[] = [];
  gone = false;
  still = false;

  async on(page: Page) {
    await page.route("http://board.test/user/ada/api/**", route => {
      const path = decodeURIComponent(new URL(route.request().url()).pathname).replace("/user/ada/api/", "");
      this.asked.push(path);
      if (path === "sessions") return route.fulfill({ json: [{ path: "other.ipynb" }, { path: "a b/tour.ipynb" }] });
      const file = new Map([["contents/a b/ml_board-live-s1/news.json", this.news], ["contents/a b/ml_board-live-s1/v1.json", this.whole]]).get(path);
      if (!file || this.gone) return route.fulfill({ status: 404, json: { message: "No such file" } });
      this.news.read_at += this.still ? 0 : 1;
      return route.fulfill({ json: { type: "file", format: "text", content: JSON.stringify(file) } });
    });
  }

  tell(version: number, tail: [number, Patch][]) {
    this.news = { ...this.news, views: { v1: { version, tail } } };
  }
}

test("where nothing but the Jupyter server is in reach, the files beside the notebook tell what is new", async () => {
  const config = `<script id="jupyter-config-data" type="application/json">{"baseUrl":"/user/ada/"}</script>`;
  const made = { ...sample.payload({ type: "stack", children: [sample.plot("Loss", search)] }, search), live: { ...LIVE, relay: "ml_board-live-s1" } };
  const before = "{ const now = performance.now.bind(performance); globalThis.ahead = 0; performance.now = () => now() + ahead; }";
  const { page, requests } = await show(browser, html([output(made)]).replace("<body>", `<body>${config}`), { before });
  const files = new Files();
  await files.on(page);
  const says = (state: RegExp) => page.locator(".mlb-read").filter({ hasText: state }).waitFor();
  await says(/^live$/);
  assert.ok(requests.some(url => url.startsWith("http://127.0.0.1:8899/live?")) && requests.some(url => url.includes("/proxy/8899/live?")), "the engine itself was asked first");
  const tried = requests.length;
  files.tell(2, [[2, append(ofPlot, 50, [0.5])]]);
  await until(page, () => lastPoint(page), [50, 0.5]);
  files.tell(4, [[3, append(ofPlot, 51, [0.25])], [4, append(ofPlot, 52, [0.125])]]);
  await until(page, () => lastPoint(page), [52, 0.125]);
  assert.ok(!files.asked.includes("contents/a b/ml_board-live-s1/v1.json"), "only what is new was read");
  assert.equal(requests.length, tried, "the way that worked is the first from then on");

  // Further behind than the news go back: all of it.
  const more = sample.payload({ type: "stack", children: [sample.plot("Loss", { ...search, steps: 60 })] }, search);
  files.whole = { version: 9, payload: more };
  files.tell(9, [[9, append(ofPlot, 59, [1])]]);
  const last = (more.panel as any).children[0].series[0];
  await until(page, () => lastPoint(page), [last.x?.at(-1) ?? 59, last.y.at(-1)]);

  // Files of an engine that was killed stand still.
  files.still = true;
  await page.evaluate(() => ((globalThis as any).ahead += 30_000));
  await says(/^saved data/);
  files.still = false;
  await says(/^live$/);
  // Taken away at the end; and another engine's are none.
  files.gone = true;
  await says(/^saved data/);
  files.gone = false;
  await says(/^live$/);
  files.news.session = "s2";
  await says(/^saved data/);
  await page.context().close();
});

test("when the last output is gone, nothing is asked and nothing listens any more", async () => {
  const { page, engine } = await follow({ type: "stack", children: [sample.plot("Loss", search)] });
  const loops = () => page.evaluate(() => (globalThis as any).__mlb_live_1.size);
  assert.equal(await loops(), 1);
  await page.locator(".mlb-b").first().evaluate(body => body.remove());
  await until(page, loops, 0);
  const asked = engine.asked.length;
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  // As long as several of its rounds would take.
  await page.waitForTimeout(500);
  assert.equal(engine.asked.length, asked);
  await page.context().close();
});

test("the choice of the x axis comes with the first plots that know a time", async () => {
  const whole = sample.dashboard(search);
  const { page, engine } = await follow({ ...whole, plots: [] });
  assert.equal(await page.getByLabel("x axis").count(), 0);
  const timed = whole.plots.map(plot => ({ ...plot, series: plot.series.map(curve => ({ ...curve, dwall: { i: [0, curve.x.length - 1], t: [1e12, 2000 * (curve.x.length - 1)] } })) }));
  engine.tell({ o: { panel: { o: { plots: { "=": timed } } } } });
  await page.getByLabel("x axis").waitFor();
  await page.context().close();
});

test("where a board has more runs than curves, those that a person narrows it to are asked for; out of reach it is said", async () => {
  const whole = sample.plot("Loss", search), table = { type: "table" as const, board: 0, columns: null, sort: [] };
  const few = { ...whole, series: whole.series.slice(0, 5), total: RUNS };
  const { boards } = sample.payload(few, search);
  const { page, engine } = await follow({ type: "stack", children: [few, table] }, { boards: [{ ...boards[0], more: true }] });
  const drawnRuns = () => page.locator(".mlb-plotly").first().evaluate((plot: any) => plot.drawn.filter((trace: any) => trace.uid.startsWith("run")).map((trace: any) => +/\d+/.exec(trace.uid)![0]).sort());
  const wishes = () => engine.wished.map(({ wish }) => wish);
  await page.getByRole("button", { name: `Draw all ${RUNS}` }).waitFor();
  assert.deepEqual(wishes(), [], "nothing is asked for by itself");

  // Run 7 has a curve, but none here.
  const id = boards[0].columns[0].values[7] as string;
  engine.onWish = wish => wish.ids.includes(id) && engine.tell(ofPlot({ o: { series: { a: [5, 0, [whole.series[7]]] } } }));
  await page.getByLabel("Filter lr").fill(">=0.02");
  await until(page, async () => wishes(), [{ filter: "lr >= 0.02", ids: [], all: false }]);
  // Runs 3 (no lr) and 7 (0.03): the one that passes is not here, and the engine had nothing to add.
  await page.getByText("1 more of the runs that are chosen are left out.").waitFor();
  await page.getByLabel("Filter lr").fill("");
  await page.evaluate(id => (globalThis as any).__mlb_stores_1.get("board-1").select([id]), id);
  await until(page, drawnRuns, [7]);
  assert.deepEqual(wishes().at(-1), { filter: "", ids: [id], all: false });
  assert.ok(engine.wished.every(({ url }) => url.searchParams.get("view") === "v1" && url.searchParams.get("board") === "board-1" && url.searchParams.get("page")));

  await page.evaluate(() => (globalThis as any).__mlb_stores_1.get("board-1").select([]));
  await page.getByRole("button", { name: `Draw all ${RUNS}` }).click();
  await until(page, async () => wishes().at(-1), { filter: "", ids: [], all: true });

  engine.away = true;
  await page.evaluate(id => (globalThis as any).__mlb_stores_1.get("board-1").select([id]), boards[0].columns[0].values[6] as string);
  await page.getByText("The curves of these runs are not in this output: run its cell again.").waitFor();
  await page.context().close();
});

test("a table beside plots has their small curves, also when points come", async () => {
  const table = { type: "table" as const, board: 0, columns: null, sort: [] };
  const { page, engine } = await follow({ type: "stack", children: [sample.plot("Loss", search), table] });
  const path = page.locator(".mlb-grid-row").first().locator(".mlb-spark path").first(), before = await path.getAttribute("d");
  engine.tell(append(ofPlot, 50, [9, 0.1, 9]));
  await until(page, () => lastPoint(page), [52, 9]);
  await until(page, async () => (await path.getAttribute("d")) === before, false);
  await page.context().close();
});
