// A browser for the tests: Chromium of the system, without a network.

import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";

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

/** Waits until every figure in sight has been drawn. */
export async function drawn(page: Page) {
  await page.waitForFunction(() => {
    const figures = [...document.querySelectorAll<HTMLElement>(".mlb-plotly")].filter(each => each.getBoundingClientRect().top < innerHeight && each.clientWidth);
    return document.querySelector(".mlb-b") && figures.every(each => each.querySelector(".main-svg"));
  });
}
