// Keyboard, axe, large text, forced colours, colour-blindness: in every view, light and dark.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Panel } from "../payload";
import { category, scale } from "../src/palette";
import { launch, on as onPage } from "./support/browser";
import { output, page } from "./support/page";
import * as sample from "./support/sample";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
const on = (html: string, options: Parameters<typeof onPage>[2], body: (page: Page) => Promise<void>) => onPage(browser, html, options, body);

const SEARCH = { n: 12 };
/** Every view, and what is to be pressed before it is looked at. */
const VIEWS: Record<string, [Panel, ...string[][]]> = {
  plot: [sample.plot("Loss", SEARCH)],
  "plot of groups": [sample.groupedPlot("Loss", SEARCH)],
  table: [{ type: "table", board: 0, columns: null, sort: [{ column: "lr", descending: true }] }, ["Filter help"], ["Columns"]],
  images: [sample.images("Filters", SEARCH.n), ["by step"], ["Compare", "difference"]],
  histograms: [sample.histograms("weights", SEARCH.n), ["each run"], ["ridgelines"], ["heat map"]],
  thoughts: [sample.thoughts(8, SEARCH.n)],
  scatter: [sample.scatter()],
  params: [sample.params()],
  importance: [sample.importance],
  diff: [sample.diff],
  coverage: [sample.coverage(SEARCH)],
  dashboard: [sample.dashboard(SEARCH)],
  message: [{ type: "message", level: "error", text: "no run has a parameter `lrr`; did you mean `lr`?" }],
};
const pageOf = (panel: Panel, head = "") => page([output(sample.payload(panel, SEARCH))], { head });

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => (await (window as any).axe.run(".mlb-b")).violations.map((each: any) => `${each.id}: ${each.nodes.map((node: any) => node.html.slice(0, 160) + " " + node.failureSummary).join("\n")}`));
}

for (const [name, [panel, ...presses]] of Object.entries(VIEWS)) {
  for (const dark of [false, true]) {
    test(`axe finds nothing: ${name}, ${dark ? "dark" : "light"}`, () => on(pageOf(panel), { dark, height: 1400 }, async page => {
      assert.deepEqual(await findings(page), []);
      for (const names of presses) {
        for (const each of names) await page.getByRole("button", { name: new RegExp(`^${each}`) }).click();
        await page.waitForTimeout(100);
        assert.deepEqual(await findings(page), [], names.join());
        if (await page.getByRole("dialog").count()) await page.keyboard.press("Escape");
      }
    }));
  }

  test(`text of 200 %: nothing is cut off or runs out of the page: ${name}`, () => on(pageOf(panel, "<style>html{font-size:200%}</style>"), { width: 1000, height: 1600 }, async page => {
    const wrong = await page.evaluate(() => {
      const found: string[] = [];
      if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
      if (parseFloat(getComputedStyle(document.querySelector(".mlb-b")!).fontSize) !== 24) found.push("text is not twice as large");
      for (const element of document.querySelectorAll<HTMLElement>(".mlb-b :is(button, label, select, .mlb-note, .mlb-caption, .mlb-band, .mlb-cell, .mlb-title, .mlb-count, .mlb-message)")) {
        if (element.offsetParent === null || element.closest(".mlb-plotly")) continue;
        if (element.clientHeight && element.scrollHeight > element.clientHeight + 3 && getComputedStyle(element).overflowY !== "auto") found.push(`${element.className}: ${element.textContent!.slice(0, 40)} ${element.scrollHeight} > ${element.clientHeight}`);
      }
      return found;
    });
    assert.deepEqual(wrong, []);
  }));
}

test("at a zoom of 200 % on a small screen nothing runs out of the page", () => on(page([output(sample.payload(sample.dashboard(SEARCH), SEARCH))]), { width: 550, height: 450 }, async page => {
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 550);
  for (const card of await page.locator(".mlb-card").all()) {
    const box = await card.boundingBox();
    if (box) assert.ok(box.x >= 0 && box.x + box.width <= 550, JSON.stringify(box));
  }
}));

test("every control is reached by the Tab key, and shows it", () => on(page([output(sample.payload(sample.dashboard(SEARCH), SEARCH))]), { width: 1500, height: 3200 }, async page => {
  const reached = new Set<string>();
  await page.evaluate(() => document.querySelectorAll(".mlb-b :is(button, input, select, [tabindex='0'])").forEach((each, i) => each.setAttribute("data-n", String(i))));
  const all = await page.evaluate(() => [...document.querySelectorAll<HTMLElement>(".mlb-b [data-n]")].filter(each => each.offsetParent !== null && each.tabIndex >= 0 && !(each as HTMLButtonElement).disabled && !each.closest("[hidden]")).map(each => each.dataset.n!));
  for (let i = 0; i < all.length + 40; i++) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const active = document.activeElement as HTMLElement, style = getComputedStyle(active);
      return { n: active.dataset.n, seen: style.outlineStyle !== "none" || style.borderColor !== "" };
    });
    if (now.n !== undefined) reached.add(now.n);
  }
  const missed = all.filter(n => !reached.has(n));
  const names = await page.evaluate(missed => missed.map(n => document.querySelector(`[data-n="${n}"]`)!.outerHTML.slice(0, 120)), missed);
  assert.deepEqual(names, []);
}));

test("no key that a control knows leaves the output", () => on(page([`<div id="host">${output(sample.payload(sample.dashboard(SEARCH), SEARCH))}</div>`]), { width: 1500, height: 3200 }, async page => {
  await page.evaluate(() => {
    (window as any).leaked = [];
    document.querySelector("#host")!.addEventListener("keydown", ({ key }: any) => ["Shift", "Control"].includes(key) || (window as any).leaked.push(key));
  });
  const press = async (selector: string, keys: string[]) => {
    await page.locator(selector).first().focus();
    for (const key of keys) await page.keyboard.press(key);
  };
  await press(".mlb-grid", ["Home", "ArrowDown", " ", "Shift+ArrowDown", "Control+a", "Escape"]);
  await press(".mlb-filter-row input", ["d", "d", "Escape"]);
  await press(".mlb-figure", ["ArrowLeft", "+", "0", "Shift+ArrowRight", "Shift+ArrowUp", " ", "Enter", "Escape"]);
  assert.deepEqual(await page.evaluate(() => (window as any).leaked), []);
}));

test("with less motion nothing moves by itself", async () => {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const shown = await context.newPage();
  await shown.setContent(page([output(sample.payload(sample.dashboard(SEARCH), SEARCH))]));
  await shown.locator(".mlb-fold").first().waitFor();
  const moving = await shown.evaluate(() => [...document.querySelectorAll(".mlb-b *")].filter(each => getComputedStyle(each).transitionDuration.split(", ").some(time => parseFloat(time) > 0) || getComputedStyle(each).animationName !== "none").map(each => (each as HTMLElement).className));
  assert.deepEqual(moving, []);
  await context.close();
});

test("with forced colours a selection is seen, and colours that say something stay", async () => {
  const context = await browser.newContext({ forcedColors: "active", viewport: { width: 1200, height: 900 } });
  const shown = await context.newPage();
  await shown.setContent(page([output(sample.payload({ type: "table", board: 0, columns: null, sort: [] }, SEARCH))]));
  await shown.locator(".mlb-grid-row").nth(1).click();
  assert.equal(await shown.locator('.mlb-grid-row[aria-selected="true"]').evaluate(row => getComputedStyle(row).outlineStyle), "solid");
  const colours = await shown.locator(".mlb-box").evaluateAll(boxes => new Set(boxes.map(box => getComputedStyle(box).borderTopColor)).size);
  assert.ok(colours >= 4, `${colours} colours`);
  await context.close();
});

/** A colour as those see it who lack a kind of cone: Viénot, Brettel and Mollon (1999), by way of linear RGB. */
function seen(hex: string, kind: "protan" | "deutan"): number[] {
  const linear = [1, 3, 5].map(i => (parseInt(hex.slice(i, i + 2), 16) / 255) ** 2.2);
  const [r, g, b] = linear;
  const mixed = kind === "protan" ? [0.11238 * r + 0.88762 * g, 0.11238 * r + 0.88762 * g, 0.004 * r - 0.004 * g + b] : [0.29275 * r + 0.70725 * g, 0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b];
  return lab(mixed.map(value => Math.min(1, Math.max(0, value))));
}

/** CIE L*a*b* of linear sRGB, D65. */
function lab([r, g, b]: number[]): number[] {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505), y = f(0.2126 * r + 0.7152 * g + 0.0722 * b), z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (a: number[], b: number[]) => Math.hypot(...a.map((value, i) => value - b[i]));

test("the eight colours, and neighbours on a scale, can be told apart by the colour-blind", () => {
  for (const dark of [false, true]) {
    for (const kind of ["protan", "deutan"] as const) {
      const colours = Array.from({ length: 8 }, (_, i) => seen(category(i, dark).colour, kind));
      colours.forEach((a, i) => colours.slice(i + 1).forEach((b, j) => assert.ok(distance(a, b) > 14, `${kind} ${dark ? "dark" : "light"}: ${i} and ${i + 1 + j}: ${distance(a, b).toFixed(1)}`)));
      const lightness = Array.from({ length: 9 }, (_, i) => seen(scale(i / 8, dark).colour, kind)[0]);
      lightness.slice(1).forEach((value, i) => assert.ok(value > lightness[i], `${kind}: lightness rises along the scale`));
    }
  }
});
