// A browser for the tests: Chromium of the system, without a network.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { output, page as html } from "./page";
import * as sample from "./sample";

const CHROMIUM = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

export async function launch(): Promise<Browser> {
  if (!CHROMIUM) throw new Error("no Chromium found: install it or name it by the variable CHROMIUM");
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

export interface Shown { page: Page; /** What the page complained about. */ errors: string[]; /** Whatever it asked the network for. */ requests: string[] }

/** Shows a page; every request but for itself is refused and noted. */
export async function show(browser: Browser, html: string, { dark = false, width = 1100, height = 900, before = "" } = {}): Promise<Shown> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? "dark" : "light" });
  // A busy machine takes its time.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const errors: string[] = [], requests: string[] = [];
  page.on("pageerror", error => errors.push(String(error)));
  page.on("console", message => ["error", "warning"].includes(message.type()) && errors.push(message.text()));
  await page.route("**/*", route => {
    if (route.request().url() === "http://board.test/") return route.fulfill({ contentType: "text/html; charset=utf-8", body: html });
    requests.push(route.request().url());
    return route.abort();
  });
  if (before) await page.addInitScript(before);
  await page.goto("http://board.test/");
  return { page, errors, requests };
}

/** Runs a test on a page and holds it to its silence: no error, no warning, no request. */
export async function on(browser: Browser, html: string, options: Parameters<typeof show>[2], body: (page: Page) => Promise<void>) {
  const shown = await show(browser, html, options);
  try {
    await drawn(shown.page);
    await body(shown.page);
    assert.deepEqual(shown.errors, []);
    assert.deepEqual(shown.requests, [], "nothing is asked from the network");
  } finally {
    await shown.page.context().close();
  }
}

/** Waits until every figure in sight has been drawn. */
export async function drawn(page: Page) {
  await page.waitForFunction(() => {
    const figures = [...document.querySelectorAll<HTMLElement>(".mlb-plotly")].filter(each => each.getBoundingClientRect().top < innerHeight && each.clientWidth);
    return document.querySelector(".mlb-b") && figures.every(each => each.querySelector(".main-svg"));
  });
}

/** Waits until what was changed has been laid out: the page draws once a frame. For what a test measures at once. */
export const framed = (page: Page): Promise<void> => page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));

/** What tests of the page ask again and again. */
export const clientOf = {
  /** Names of the curves of the first figure. */
  curves: (page: Page): Promise<string[]> => page.locator(".mlb-plotly").first().evaluate((plot: any) => plot.drawn.filter((trace: any) => trace.name).map((trace: any) => trace.name)),
  chip: (page: Page, label: string) => page.locator(".mlb-chip").filter({ hasText: new RegExp(`^${label}$`) }),
  tableAndPlot: (search: sample.Search) => html([output(sample.payload({ type: "stack", children: [{ type: "table", board: 0, columns: null, sort: [] }, sample.plot("Loss", search)] }, search))]),
};
