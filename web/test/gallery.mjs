// Takes pictures of pages, light and dark: node gallery.mjs PAGES PICTURES. What has to be pressed for a picture stands below.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [pages, pictures] = process.argv.slice(2);
const WIDTH = 1000, MOST = 1000;

/** By page: pictures of it, and what to do before each. */
const SHOTS = {
  dashboard: { dashboard: async () => {} },
  table: {
    table: async page => {
      for (const column of ["max(validation/Accuracy)", "lr"]) await menu(page, column, "Colours by value");
      await page.locator(".mlb-grid-row .mlb-box").nth(1).click();
      await page.locator(".mlb-grid-row .mlb-box").nth(3).click();
    },
    "filter-help": async page => {
      await page.getByLabel("Filter lr", { exact: true }).fill("0.001..0.01");
      await page.getByLabel("Filter lr", { exact: true }).press("Enter");
      await page.getByRole("button", { name: "Filter help" }).click();
    },
  },
  images: {
    images: async () => {},
    "images-by-step": async page => page.getByRole("button", { name: "by step" }).click(),
    "images-compared": async page => {
      await page.getByRole("button", { name: "Compare" }).click();
      await page.getByRole("button", { name: "difference" }).click();
    },
  },
  histograms: {
    histograms: async () => {},
    "histograms-ridgelines": async page => page.getByRole("button", { name: "ridgelines" }).click(),
    "histograms-heat-map": async page => page.getByRole("button", { name: "heat map" }).click(),
  },
};

async function menu(page, column, item) {
  const head = page.getByRole("columnheader", { name: column, exact: true });
  await head.scrollIntoViewIfNeeded();
  await head.hover();
  await page.getByRole("button", { name: `Column ${column}`, exact: true }).click();
  await page.getByRole("menuitemcheckbox", { name: item }).click();
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
let bytes = 0;
for (const file of readdirSync(pages).filter(name => name.endsWith(".html")).sort()) {
  const name = file.replace(/\.html$/, "");
  for (const [picture, act] of Object.entries(SHOTS[name] ?? { [name]: async () => {} })) {
    for (const theme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport: { width: WIDTH, height: MOST }, colorScheme: theme });
      const page = await context.newPage();
      await page.setContent(readFileSync(join(pages, file), "utf8"));
      await page.locator(".mlb-b").waitFor();
      await page.waitForFunction(() => [...document.querySelectorAll(".mlb-plotly")].filter(each => each.getBoundingClientRect().top < innerHeight).every(each => each.querySelector(".main-svg")));
      await act(page);
      await page.mouse.move(1, 1);
      await page.waitForTimeout(400); // The picture that a lazy image or a popover still draws.
      const height = await page.evaluate(() => Math.ceil(document.body.getBoundingClientRect().bottom + 12));
      const path = join(pictures, `${picture}-${theme}.png`);
      const open = await page.locator("dialog[open], .mlb-popover").count();
      await page.screenshot({ path, clip: { x: 0, y: 0, width: WIDTH, height: open ? Math.max(Math.min(height, MOST), 640) : Math.min(height, MOST) } });
      bytes += statSync(path).size;
      await context.close();
    }
  }
}
await browser.close();
console.log(`${pictures}: ${Math.round(bytes / 1000)} kB`);
