// The curves that we draw lie where plotly.js would draw them: the same plots once more with a layout of a person's own, with which plotly.js draws them all.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Plot } from "../payload";
import { framed, launch, on as onPage } from "./support/browser";
import { output, page as html } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const SEARCH = { n: 6 }, MANY = { n: 24 };
const both = (plot: Plot, search: sample.Search = SEARCH) => html([plot, { ...plot, extra: { layout: {}, traces: [] } } as Plot].map(each => output(sample.payload(each, search))));
const on = (page: string, body: (page: Page) => Promise<void>, options: Parameters<typeof onPage>[2] = {}) => onPage(browser, page, { height: 2000, ...options }, body);

interface Seen { ranges: [number[], number[]]; widths: string[]; colours: string[]; dashes: string[]; opacities: number[] }
/** What is drawn by us, and by plotly.js, which makes several lines of a trace with gaps. */
const seen = (page: Page): Promise<Seen[]> => page.evaluate(() => [...document.querySelectorAll<any>(".mlb-plotly")].map(plot => {
  const { xaxis, yaxis } = plot._fullLayout;
  const ours = [...plot.querySelectorAll(".mlb-strokes path")] as SVGGraphicsElement[];
  const curves = ours.length ? ours : ([...plot.querySelectorAll(".scatterlayer .trace .lines")].filter(curve => curve.querySelector(".js-line")) as SVGGraphicsElement[]);
  const style = curves.map(curve => getComputedStyle(curve.querySelector(".js-line") ?? curve));
  return {
    ranges: [xaxis.range, yaxis.range],
    widths: style.map(each => each.strokeWidth), colours: style.map(each => each.stroke), dashes: style.map(each => each.strokeDasharray),
    opacities: curves.map(curve => Number(getComputedStyle(curve.closest(".trace") ?? curve).opacity)),
  };
}));

/** How many pixels of the two plots have ink, and how many are clearly not alike. */
async function pixels(page: Page) {
  await page.mouse.move(1, 1);
  const shots = await Promise.all([0, 1].map(async nth => (await page.locator(".mlb-plotly").nth(nth).screenshot()).toString("base64")));
  return page.evaluate(async shots => {
    const [ours, theirs] = await Promise.all(shots.map(async shot => {
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${shot}`)).blob());
      const canvas = new OffscreenCanvas(image.width, image.height), context = canvas.getContext("2d")!;
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, image.width, image.height).data;
    }));
    let ink = 0, unlike = 0;
    for (let i = 0; i < ours.length; i += 4) {
      const off = (of: Uint8ClampedArray, from: Uint8ClampedArray, at: number) => Math.max(...[0, 1, 2].map(channel => Math.abs(of[i + channel] - from[at + channel])));
      if (off(theirs, theirs, 0) > 96) ink++;
      if (off(ours, theirs, i) > 96) unlike++;
    }
    return { ink, unlike };
  }, shots);
}

/** Alike to the eye. plotly.js leaves points out where a line is nearly straight: `tolerance`, as a part of the ink. */
async function same(page: Page, tolerance: number) {
  const [ours, theirs] = await seen(page);
  assert.ok(ours.colours.length > 0);
  assert.deepEqual(ours, theirs);
  const { ink, unlike } = await pixels(page);
  assert.ok(ink > 1000 && unlike < ink * tolerance, `${unlike} of ${ink}`);
}

const noisy = (more: Partial<Plot> = {}) => sample.plot("Loss", SEARCH, { legend: "lr", ...more });
/** With gaps, a spike and, where there can be, steps that go back. */
const ragged = (back: boolean, more: Partial<Plot> = {}) => {
  const plot = noisy(more);
  plot.series[0].y.splice(40, 20, ...Array(20).fill(null));
  plot.series[1].y[90] = 40;
  if (back) plot.series[3].x = plot.series[3].x.map((x, i) => (i > 100 ? x - 200 : x));
  return plot;
};

for (const [name, plot, tolerance] of [
  ["as they come", noisy(), 0.01], ["with gaps, a spike and steps that go back", ragged(true), 0.01], ["on logarithms", ragged(false, { layout: { xaxis: { type: "log" }, yaxis: { type: "log" } } }), 0.02],
  ["smoothed", noisy({ smooth: 0.9 }), 0.06], ["in a stretch", noisy({ zoom: { x: [100, 200], y: [0.5, 1] } }), 0.01],
] as const) {
  test(`curves ${name} lie where plotly.js would draw them`, () => on(both(plot), page => same(page, tolerance)));
}

test("so do curves of many settings, with dashes", () => on(both(sample.plot("Loss", MANY, { legend: "name" }), MANY), async page => {
  assert.equal(new Set((await seen(page))[0].dashes).size, 3);
  await same(page, 0.03);
}));

test("a picture that is downloaded has the curves", () => on(html([output(sample.payload(noisy(), SEARCH))]), async page => {
  await page.locator(".mlb-plotly").hover();
  const download = page.waitForEvent("download");
  await page.locator(".modebar-btn[data-title='Download as PNG']").click();
  await download;
  const svg = await page.evaluate(() => (window as any).made.at(-1) as string);
  assert.equal(new Set(svg.match(/class="trace scatter trace[^"]*run\d+_0[^"]*"/g)).size, SEARCH.n);
}, { before: "const make = URL.createObjectURL; window.made = []; URL.createObjectURL = blob => (blob.type.includes('svg') && blob.text().then(text => made.push(text)), make(blob))" }));

test("on a logarithm a curve has a gap where it is not above 0", () => {
  const plot = noisy({ layout: { yaxis: { type: "log" } } });
  plot.series[0].y = plot.series[0].y.map((y, i) => (i >= 50 && i < 60 ? -1 : i === 70 ? 0 : y));
  return on(html([output(sample.payload(plot, SEARCH))]), async page => {
    const d = await page.locator(".mlb-strokes path").first().getAttribute("d");
    assert.equal(d!.split("M").length - 1, 3);
  });
});

test("a band is filled between its ends, and leaves gaps out", () => {
  const plot = sample.groupedPlot("Loss", SEARCH);
  const [first] = plot.series;
  first.group!.upper.splice(50, 10, ...Array(10).fill(null));
  return on(html([output(sample.payload(plot, SEARCH))]), async page => {
    const bands = await page.locator(".mlb-strokes path[fill^=rgba]").evaluateAll(all => all.map(path => ({ pieces: path.getAttribute("d")!.split("Z").length - 1, height: (path as SVGPathElement).getBBox().height })));
    assert.equal(bands.length, plot.series.length);
    assert.equal(bands[0].pieces, 2);
    assert.ok(bands.slice(1).every(band => band.pieces === 1));
    assert.ok(bands.every(band => band.height > 5));
  });
});

test("a pan takes the curves along, and leaves them where they belong", () => on(both(noisy()), async page => {
  const plot = page.locator(".mlb-plotly").first();
  await plot.hover();
  await plot.locator('[data-title="Pan"]').click();
  const area = (await plot.locator(".nsewdrag").boundingBox())!, middle = { x: area.x + area.width / 2, y: area.y + area.height / 2 };
  const left = () => page.locator(".mlb-strokes path").first().evaluate(path => path.getBoundingClientRect().left);
  const before = await left();
  await page.mouse.move(middle.x, middle.y);
  await page.mouse.down();
  await page.mouse.move(middle.x + 60, middle.y, { steps: 5 });
  await framed(page);
  assert.ok(Math.abs(await left() - before - 60) < 1.5, "while it is dragged");
  await page.mouse.up();
  await page.waitForFunction(() => !document.querySelector(".dragcover"));
  await framed(page);
  assert.ok(Math.abs(await left() - before - 60) < 1.5, "and afterwards");
}));

test("a number beyond all others has a place that a path can take", () => {
  const plot = noisy({ zoom: { x: [0, 100], y: [0, 2] } });
  plot.series[0].y[60] = 1e300;
  plot.series[1].y[60] = -1e300;
  return on(html([output(sample.payload(plot, SEARCH))]), async page => {
    const lines = await page.locator(".mlb-strokes path").evaluateAll(all => all.map(path => path.getAttribute("d")!));
    assert.ok(lines.every(line => !/NaN|Infinity|e/.test(line)), lines[0]);
  });
});

test("labels that become longer by a zoom get the room that they need", () => {
  const plot = noisy();
  for (const curve of plot.series) curve.y = curve.y.map(y => (typeof y === "number" ? y * 1e5 : y));
  return on(html([output(sample.payload(plot, SEARCH))]), async page => {
    const labels = () => page.locator(".mlb-plotly").evaluate(plot => [...plot.querySelectorAll(".ytick text")].map(label => ({ length: label.textContent!.length, room: label.getBoundingClientRect().left - plot.getBoundingClientRect().left })));
    const longest = async () => Math.max(...(await labels()).map(label => label.length));
    // Drawn again, in the margins of the first time.
    await page.locator(".mlb-chip").first().click();
    await page.waitForFunction(() => document.querySelectorAll(".mlb-strokes path").length < 6);
    const before = await longest();
    await page.locator(".mlb-figure").focus();
    for (let i = 0; i < 40; i++) await page.keyboard.press("+");
    for (let tries = 0; tries < 100 && (await longest()) < before + 5; tries++) await framed(page);
    await framed(page);
    const after = await labels();
    assert.ok(Math.max(...after.map(label => label.length)) >= before + 5);
    assert.ok(after.every(label => label.room >= 0), JSON.stringify(after));
  });
});

// Of four runs, none has a mark.
test("other curves in the same axes are drawn without plotly.js", () => on(html([output(sample.payload(sample.plot("Loss", { n: 4 }, { legend: "lr" }), { n: 4 }))]), async page => {
  await page.evaluate(() => (document.querySelector(".mlb-plotly") as any).on("plotly_afterplot", () => ((window as any).plotted = ((window as any).plotted ?? 0) + 1)));
  const plotted = () => page.evaluate(() => (window as any).plotted ?? 0);
  const colours = () => page.locator(".mlb-strokes path").evaluateAll(all => all.map(path => path.getAttribute("stroke")).join());
  const choose = async (legend: string) => {
    const were = await colours();
    await page.getByLabel("Legend by", { exact: true }).selectOption(legend);
    for (let tries = 0; tries < 100 && were === (await colours()); tries++) await framed(page);
    assert.notEqual(await colours(), were);
  };
  const before = await plotted();
  await choose("name");
  await choose("lr");
  assert.equal(await plotted(), before);
  await page.getByRole("button", { name: "log y" }).click();
  for (let tries = 0; tries < 100 && (await plotted()) === before; tries++) await framed(page);
  assert.equal(await plotted(), before + 1);
}));
