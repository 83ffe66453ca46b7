// Plots in a real browser: reading, axes, legends, thoughts, sizes, print.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Plot } from "../payload";
import { drawn, framed, launch, on as onPage } from "./support/browser";
import { output, page as html } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const SEARCH = { n: 24 };
const plotPage = (more: Partial<Plot> = {}, search: sample.Search = SEARCH, board = {}) => html([output(sample.payload(sample.plot("Loss", search, more), search, board))]);

const on = (page: string, body: (page: Page) => Promise<void>, options: Parameters<typeof onPage>[2] = {}) => onPage(browser, page, options, body);

/** Moves the pointer over a plot, to parts of its width and height. */
async function pointAt(page: Page, x: number, y: number) {
  const box = (await page.locator(".mlb-plotly .nsewdrag").first().boundingBox())!;
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
  await page.mouse.move(box.x + box.width * x + 1, box.y + box.height * y);
}
const rows = (page: Page) => page.locator(".mlb-reading tr").evaluateAll(all => all.map(row => [...row.querySelectorAll("td")].map(cell => cell.textContent)));
const values = async (page: Page) => (await rows(page)).map(cells => Number(cells.at(-1)!.startsWith("@") ? cells.at(-2) : cells.at(-1)));

test("hover says every run's value and setting at that step, the best first, and the nearest one stands out", () => on(plotPage({}, { n: 6 }), async page => {
  await pointAt(page, 0.8, 0.4);
  await page.locator(".mlb-reading tr").first().waitFor();
  const all = await rows(page);
  assert.equal(all.length, 5, "run 5 broke off before");
  const numbers = await values(page);
  assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
  assert.match(all[0].join(), /[a-z]+-[a-z]+-\d,lr=(0\.\d+|–),0\.\d+/);
  assert.deepEqual(all.map(cells => cells.find(cell => cell!.startsWith("lr="))).sort(), ["lr=0.001", "lr=0.001", "lr=0.003", "lr=0.01", "lr=–"]);
  assert.match((await page.locator(".mlb-reading > div").first().textContent())!, /^step \d+ · 5 curves, lowest first$/);
  assert.equal(await page.locator(".mlb-reading .mlb-near").count(), 1);
  await page.mouse.move(2, 2);
  await page.locator(".mlb-reading").waitFor({ state: "hidden" });
  const accuracy = html([output(sample.payload(sample.plot("Accuracy", { n: 6 }), { n: 6 }))]);
  await page.setContent(accuracy);
  await drawn(page);
  await pointAt(page, 0.3, 0.5);
  await page.getByText("highest first").waitFor();
  const high = await values(page);
  assert.deepEqual(high, [...high].sort((a, b) => b - a));
}));

test("with 100 curves hover is short, says how many more there are, and still the one under the pointer with its place", () => on(plotPage({}, { n: 100 }), async page => {
  await pointAt(page, 0.5, 0.05);
  await page.locator(".mlb-reading tr").first().waitFor();
  const shown = (await rows(page)).length;
  assert.ok(shown >= 4 && shown <= 14, String(shown));
  assert.match((await page.locator(".mlb-reading").textContent())!, new RegExp(`and ${100 - shown} more$`));
  const last = (await rows(page)).at(-1)!;
  assert.ok(Number(last[0]) > shown, `the highest curve is the last of them: ${last}`);
  assert.ok(await page.locator(".mlb-reading tr").last().evaluate(row => row.classList.contains("mlb-near")));
  const tip = (await page.locator(".mlb-reading").boundingBox())!, stage = (await page.locator(".mlb-stage").boundingBox())!;
  assert.ok(tip.x >= stage.x - 1 && tip.x + tip.width <= stage.x + stage.width + 1 && tip.y + tip.height <= stage.y + stage.height + 1, "nothing is cut off");
}));

test("the keyboard reads, too", () => on(plotPage({}, { n: 4 }), async page => {
  await page.locator(".mlb-figure").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await page.locator(".mlb-reading tr").first().waitFor();
  const first = await page.locator(".mlb-reading > div b").first().textContent();
  await page.keyboard.press("Shift+ArrowRight");
  await page.waitForFunction(first => document.querySelector(".mlb-reading > div b")!.textContent !== first, first);
  await page.keyboard.press("Tab");
  await page.locator(".mlb-reading").waitFor({ state: "hidden" });
}));

test("by the keyboard alone the reading goes from curve to curve, stays on one along x, and takes its run, also a dimmed one", () => on(plotPage({}, { n: 4 }), async page => {
  const near = () => page.locator(".mlb-reading .mlb-near td").nth(1).textContent();
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
    await framed(page);
  };
  const chosen = () => page.locator(".mlb-set-chip > span").allTextContents();
  await page.locator(".mlb-figure").focus();
  await press("Enter", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown");
  // Of a loss, lowest first: the last one down is the best.
  const order = await page.locator(".mlb-reading tr td:nth-child(2)").allTextContents();
  assert.equal(order.length, 4);
  assert.equal(await near(), order[0]);
  await press("Shift+ArrowUp", "Shift+ArrowUp");
  assert.equal(await near(), order[2]);
  await press("Shift+ArrowRight", "Shift+ArrowRight");
  assert.equal(await near(), order[2], "it stays on its curve");
  await press("Enter");
  await page.locator(".mlb-set-chip").waitFor();
  assert.deepEqual(await chosen(), [`run ${order[2]}`]);
  await page.evaluate(() => (window as any).__mlb_stores_1.get("board-1").setMode("highlight"));
  await page.waitForFunction(() => document.querySelectorAll(".mlb-strokes path[opacity]").length === 3);
  await press("Shift+ArrowDown");
  const other = await near();
  assert.notEqual(other, order[2]);
  await press(" ");
  await page.getByText("2 selected").first().waitFor();
  await press("Escape");
  assert.deepEqual(await chosen(), []);
}));

test("between two points far apart on a logarithm, the spot lies on the line that is drawn, and a click there takes its run", () => on(plotPage({ layout: { yaxis: { type: "log" } }, series: [{ run: 0, x: [0, 100], y: [1000, 0.1], n: 2 }] }, { n: 1 }), async page => {
  await pointAt(page, 0.5, 0.5);
  await page.locator(".mlb-spot").waitFor();
  const [spot, path] = await Promise.all([".mlb-spot", ".mlb-strokes path"].map(async selector => (await page.locator(selector).first().boundingBox())!));
  assert.ok(Math.abs(spot.y + spot.height / 2 - (path.y + path.height / 2)) < 3, JSON.stringify({ spot, path }));
  await page.mouse.click(spot.x + spot.width / 2, spot.y + spot.height / 2);
  await page.locator(".mlb-set-chip").waitFor();
}));

test("smoothed, hover says what was logged as well", () => on(plotPage({ smooth: 0.8 }, { n: 4 }), async page => {
  await pointAt(page, 0.3, 0.5);
  await page.getByText("smoothed and logged").waitFor();
  const [cells] = await rows(page);
  assert.notEqual(cells.at(-1), cells.at(-2));
}));

/** A plot with the clock of its points: one point in two seconds, run by run a bit later. */
function clocked(search: sample.Search): Plot {
  const plot = sample.plot("Loss", search), started = sample.columns(search).find(column => column.key === "started")!.values as number[];
  for (const curve of plot.series) (curve as any).dwall = { i: [0, curve.x.length - 1], t: [started[curve.run] + 1000, 2000 * (curve.x.length - 1)] };
  return plot;
}

test("x is the step, the time since the start or the clock, and each keeps its own zoom", () => on(html([output(sample.payload(clocked({ n: 6 }), { n: 6 }))]), async page => {
  const axis = () => page.locator(".mlb-plotly").evaluate((plot: any) => ({ type: plot._fullLayout.xaxis.type, title: plot._fullLayout.xaxis.title.text, range: plot._fullLayout.xaxis.range }));
  assert.deepEqual((await axis()).title, "step");
  await page.getByLabel("x axis", { exact: true }).selectOption("relative");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.xaxis.title.text === "seconds since start");
  const [from, to] = (await axis()).range;
  assert.ok(from < 2 && to > 390 && to < 420, `${from} to ${to}`);
  await pointAt(page, 0.5, 0.5);
  await page.getByText(/^\d+(\.\d+)? s · \d curves/).waitFor();
  await page.getByLabel("x axis", { exact: true }).selectOption("wall");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.xaxis.type === "date");
  await pointAt(page, 0.5, 0.5);
  await page.getByText(/^2026-11-23 \d\d:\d\d:\d\d/).waitFor();
  await page.getByLabel("x axis", { exact: true }).selectOption("step");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.xaxis.title.text === "step");
  await page.getByRole("button", { name: "log x" }).click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.xaxis.type === "log");
  await pointAt(page, 0.5, 0.5);
  await page.getByText(/^step \d+ ·/).waitFor();
}));

test("a plot that was asked for a stretch begins there", () => on(plotPage({ zoom: { x: [50, 100], y: [0.2, 1] } }), async page => {
  const ranges = () => page.locator(".mlb-plotly").evaluate((plot: any) => [plot._fullLayout.xaxis.range, plot._fullLayout.yaxis.range]);
  assert.deepEqual(await ranges(), [[50, 100], [0.2, 1]]);
  await page.getByRole("button", { name: "log y" }).click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.yaxis.type === "log");
  const [, [low, high]] = await ranges();
  assert.ok(Math.abs(low - Math.log10(0.2)) < 1e-9 && high === 0);
  await page.locator(".mlb-figure").focus();
  await page.keyboard.press("0");
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any)._fullLayout.xaxis.range[1] > 150);
}));

test("many numbers are a bar of colours, whatever is filtered; its values can be listed", () => on(plotPage({ legend: "decay" }), async page => {
  const bar = page.locator(".mlb-legend .mlb-colours");
  assert.match((await bar.getAttribute("aria-label"))!, /^decay: colours from .* by the logarithm$/);
  assert.equal(await page.locator(".mlb-legend .mlb-chip").count(), 0);
  const colours = () => page.locator(".mlb-plotly").evaluate((plot: any) => Object.fromEntries(plot.drawn.filter((trace: any) => trace.uid.startsWith("run")).map((trace: any) => [trace.uid, trace.line.color])));
  const all = await colours();
  assert.ok(new Set(Object.values(all)).size > 15);
  const ramp = (await page.locator(".mlb-ramp").boundingBox())!;
  await page.mouse.move(ramp.x + ramp.width * 0.5, ramp.y + 4);
  await page.waitForFunction(() => document.querySelectorAll('.mlb-strokes path[style*="opacity: 0.12"]').length >= 23);
  await page.getByRole("button", { name: "values" }).click();
  await page.locator(".mlb-legend .mlb-chip").nth(23).waitFor();
  assert.equal(await page.locator(".mlb-legend .mlb-chip").count(), 24);
  await page.locator(".mlb-legend .mlb-chip").first().click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.filter((trace: any) => trace.uid.startsWith("run")).length === 23);
  const fewer = await colours();
  for (const [uid, colour] of Object.entries(fewer)) assert.equal(colour, all[uid], "no colour changes");
}));

test("colours go by the values of the whole folder, which the engine tells; so an output of few runs has those of all", async () => {
  const few = sample.payload(sample.plot("Loss", { n: 4 }), { n: 4 }, { domains: { lr: [0.0001, 0.001, 0.002, 0.003, 0.01, 0.03] }, places: [9, 7, 5, 3] });
  await on(html([output(few)]), async page => {
    const colours = () => page.locator(".mlb-plotly").evaluate((plot: any) => plot.drawn.filter((trace: any) => trace.uid.startsWith("run")).map((trace: any) => trace.line.color));
    assert.deepEqual(await page.locator(".mlb-chip").allTextContents(), ["lr=0.001", "lr=0.003", "lr=0.01", "lr=–"]);
    assert.deepEqual((await colours()).slice(0, 3), ["#d55e00", "#cc79a7", "#56b4e9"], "the second, fourth and fifth of six");
    await page.getByLabel("Legend by", { exact: true }).selectOption("name");
    await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.some((trace: any) => trace.name === "brisk-otter-0"));
    assert.deepEqual(await colours(), ["#d55e00", "#117733", "#e69f00", "#cc79a7"], "by their places in the folder");
  });
});

test("the curves of the entry under the pointer stay the bright ones when others are drawn; of one that is switched off there are none, so none is dim", () => on(plotPage(), async page => {
  const paths = () => page.locator(".mlb-strokes path").evaluateAll(all => all.map(path => ({ colour: path.getAttribute("stroke"), dim: (path as SVGElement).style.opacity === "0.12" })));
  const drawnAre = (n: number) => page.waitForFunction(n => document.querySelectorAll(".mlb-strokes path").length === n, n);
  const chip = page.locator(".mlb-chip").filter({ hasText: /^lr=0\.003$/ });
  const colour = await chip.locator("line").getAttribute("stroke");
  await chip.hover();
  await page.waitForFunction(() => document.querySelector('.mlb-strokes path[style*="0.12"]'));
  await page.evaluate(() => {
    const [store] = (window as any).__mlb_stores_1.values();
    store.setFilter("width", "<100");
  });
  await drawnAre(16);
  const left = await paths();
  assert.deepEqual(left.filter(path => path.dim === (path.colour === colour)), []);
  await chip.click();
  await drawnAre(12);
  assert.deepEqual((await paths()).filter(path => path.dim), []);
}));

test("after eight values the dash changes, not the colour", () => on(plotPage({ legend: "name" }, { n: 20 }), async page => {
  const styles = await page.locator(".mlb-plotly").evaluate((plot: any) => plot.drawn.filter((trace: any) => trace.uid.startsWith("run")).map((trace: any) => `${trace.line.color} ${trace.line.dash}`));
  assert.equal(new Set(styles).size, 20);
  assert.equal(new Set(styles.map((style: string) => style.split(" ")[0])).size, 8);
}));

test("a legend of many parameters is found by typing, with the keyboard alone", async () => {
  const payload = sample.payload(sample.plot("Loss", SEARCH), SEARCH);
  for (let i = 0; i < 40; i++) payload.boards[0].columns.push({ key: `model.block_${i}.width`, kind: "number", group: "param", values: Array.from({ length: 24 }, (_, run) => (run + i) % 3), shown: true });
  await on(html([output(payload)]), async page => {
    const field = page.getByRole("combobox", { name: "Legend by" });
    assert.equal(await field.inputValue(), "lr");
    await field.focus();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("option").nth(10).waitFor();
    await field.fill("block 17");
    assert.deepEqual(await page.getByRole("option").allTextContents(), ["model.block_17.width"]);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.some((trace: any) => trace.name === "model.block_17.width=2"));
    assert.equal(await field.inputValue(), "model.block_17.width");
    await field.fill("nothing like it");
    await page.getByText("No parameter has this in its name.").waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await field.inputValue(), "model.block_17.width");
    await field.click();
    await page.getByRole("option", { name: "optimizer" }).click();
    await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.some((trace: any) => trace.name === "optimizer=sgd"));
  });
});

test("of more than 100 curves those that matter are drawn, said how they were chosen, and all on request", () => on(plotPage({}, { n: 130, steps: 20 }), async page => {
  const runs = () => page.locator(".mlb-plotly").evaluate((plot: any) => plot.drawn.filter((trace: any) => trace.uid.startsWith("run")).map((trace: any) => [+/\d+/.exec(trace.uid)![0], trace.y.findLast((y: number | null) => y !== null)]));
  const some = await runs() as [number, number][];
  assert.equal(some.length, 100);
  await page.getByText("100 of 130 curves drawn: the 50 newest, and the 50 with the lowest last values of the others.").waitFor();
  assert.deepEqual(some.map(([run]) => run).sort((a, b) => a - b).slice(0, 50), Array.from({ length: 50 }, (_, i) => i));
  await page.getByRole("button", { name: "Draw all" }).click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.filter((trace: any) => trace.uid.startsWith("run")).length === 130);
  const all = await runs() as [number, number][], drawnFirst = new Set(some.map(([run]) => run));
  const worst = Math.max(...some.filter(([run]) => run >= 50).map(([, last]) => last));
  for (const [run, last] of all) if (!drawnFirst.has(run)) assert.ok(last >= worst);
  await page.getByRole("button", { name: "Only 100" }).click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.filter((trace: any) => trace.uid.startsWith("run")).length === 100);
}));

test("thoughts stand on their curves; hover reads them, a click selects their run", () => {
  const started = sample.columns({ n: 6 }).find(column => column.key === "started")!.values as number[];
  const plot = clocked({ n: 6 });
  plot.thoughts = [
    { run: 1, step: 100, t: started[1] + 200_000, text: "overfits after epoch 3 <b>&</b>\nsecond line" },
    { run: 2, step: null, t: started[2] + 1000 + 2000 * 50, text: "without a step: by its time" },
    { run: 5, step: 190, t: started[5], text: "after it broke off" },
  ];
  return on(html([output(sample.payload(plot, { n: 6 }))]), async page => {
    const marks = await page.locator(".mlb-plotly").evaluate((plot: any) => {
      const { x, y, customdata } = plot.drawn.find((trace: any) => trace.uid === "thoughts"), { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
      return x.map((at: number, i: number) => ({ at, run: customdata[i], px: box.left + xaxis._offset + xaxis.c2p(at), py: box.top + yaxis._offset + yaxis.c2p(y[i]) }));
    });
    assert.deepEqual(marks.map(({ at, run }: any) => [run, at]), [[1, 100], [2, 50], [5, 122]]);
    await page.mouse.move(marks[0].px + 3, marks[0].py);
    await page.mouse.move(marks[0].px, marks[0].py);
    await page.locator(".hoverlayer").getByText("overfits after epoch 3 <b>&</b>").waitFor();
    assert.match((await page.locator(".hoverlayer").textContent())!, /second line[a-z-]+1lr=0.003step 100 · 2026-11-23/);
    await page.locator(".mlb-reading").waitFor({ state: "hidden" });
    await page.mouse.click(marks[0].px, marks[0].py);
    await page.locator(".mlb-set-chip").getByText(/^run [a-z]+-[a-z]+-1$/).waitFor();
    await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.find((trace: any) => trace.uid === "thoughts").x.length === 1);
  });
});

test("a plot follows the size of its cell", () => on(plotPage(), async page => {
  const width = () => page.locator(".mlb-plotly .main-svg").first().evaluate(svg => svg.getBoundingClientRect().width);
  const wide = await width();
  await page.setViewportSize({ width: 600, height: 800 });
  await page.waitForFunction(wide => document.querySelector(".mlb-plotly .main-svg")!.getBoundingClientRect().width < wide - 300, wide);
  const [svg, box] = [await width(), await page.locator(".mlb-figure").evaluate(figure => figure.clientWidth)];
  assert.ok(Math.abs(svg - box) <= 1, `${svg} in ${box}`);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
}));

test("printed as they stand: all plots are drawn, none is cut off, controls are left out", () => on(html(Array.from({ length: 5 }, (_, i) => output(sample.payload(sample.plot(`Loss ${i}`, SEARCH), SEARCH), { withRuntime: i === 0 }))), async page => {
  await page.locator(".mlb-chip").first().click();
  await page.waitForFunction(() => (document.querySelector(".mlb-plotly") as any).drawn.filter((trace: any) => trace.uid.startsWith("run")).length === 18);
  const pdf = await page.pdf({ format: "A4", printBackground: true });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  if (process.env.ML_BOARD_PICTURES) writeFileSync(`${process.env.ML_BOARD_PICTURES}/printed.pdf`, pdf);
  assert.equal(await page.locator(".mlb-plotly .nsewdrag").count(), 5, "drawn for the print, though never in sight");
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: 718, height: 1000 });
  assert.equal(await page.locator(".mlb-controls:visible").count(), 0);
  assert.equal(await page.getByRole("button", { name: "Copy as Rust" }).first().isVisible(), false);
  await page.getByText("without lr=0.001").first().waitFor();
  for (const plot of await page.locator(".mlb-plotly").all()) assert.ok(await plot.evaluate(plot => plot.querySelector(".main-svg")!.getBoundingClientRect().width <= plot.clientWidth + 1));
}, { height: 500 }));

test("two plots side by side: their names are read in full, what stands beside them goes to the next line", () => on(html([output(sample.payload({ type: "row", children: ["validation/Accuracy", "validation/Loss of all"].map(tag => sample.plot(tag, SEARCH)) }, SEARCH))]), async page => {
  const titles = page.locator(".mlb-card-title");
  assert.deepEqual(await titles.evaluateAll(all => all.map(title => title.scrollWidth - title.clientWidth)), [0, 0]);
}, { width: 860 }));
