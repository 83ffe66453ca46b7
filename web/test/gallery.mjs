// Takes pictures of pages, light and dark, and writes the page that shows them: node gallery.mjs PAGES GALLERY.md. The pages are those
// that examples/gallery.rs saves; what has to be pressed for a picture stands below.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { chromium } from "playwright-core";

const [pages, gallery] = process.argv.slice(2);
const pictures = gallery.replace(/\.md$/, "");
const WIDTH = 1000, MOST = 1000, QUALITY = 82;

/** By page: its title, what makes it, what is to be seen. */
const PAGES = {
  dashboard: ["The dashboard", 'board.legend_by("lr")', "a legend for all, the table, then plots, images, histograms and thoughts in sections that fold"],
  plot: ["Plots", 'board.plot("Loss").legend_by("lr").smooth(0.9).log_y()', "the colour is the learning rate, over the whole folder; the raw curves stay behind"],
  groups: ["Groups", 'board.plot("validation/Accuracy").group_by("lr").band(Band::StdDev)', "the mean of the runs of each value, and how far they spread"],
  table: ["The table", 'board.table().columns(["lr", "width", "optimizer", "max(validation/Accuracy)"]).sort_by("max(validation/Accuracy)").descending()', "filters under the names, colours by value, small curves, a selection that everything else follows; help with filters where they are typed"],
  images: ["Images", 'board.images("filters").legend_by("lr")', "a tile for each run, runs by steps, and what differs between two"],
  histograms: ["Histograms", 'board.histogram("weights").legend_by("lr")', "over one another at a step; over all steps, as ridgelines and as heat maps"],
  search: ["What made the difference", 'stack![board.scatter("lr", "max(validation/Accuracy)"), board.params().columns(["lr", "width", "batch", "max(validation/Accuracy)"])]', "a dot a run, and a line a run"],
  importance: ["What a result depends on", 'stack![board.importance("max(validation/Accuracy)"), board.time_to("validation/Accuracy >= 0.95")]', "by a random forest and by ranks; and how soon each run got there"],
  best: ["The best", 'stack![board.best("max(validation/Accuracy)").runs(5), best.diff()]', "the best five, and what differs between the first three"],
  coverage: ["What was tried", 'board.coverage().over(["optimizer", "width"])', "which combinations were run, failed, or are missing"],
  thoughts: ["Thoughts", "board.thoughts()", "in order of time, under the run they belong to"],
  mistakes: ["When there is nothing", 'board.plot("Loss").legend_by("lrr")', "what was meant, perhaps; and what a filter left nothing of"],
};

/** By page: pictures of it, and what to do before each; else one of it as it is. */
const SHOTS = {
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
  await head.hover();
  await page.getByRole("button", { name: `Column ${column}`, exact: true }).click();
  await page.getByRole("menuitemcheckbox", { name: item }).click();
}

const shotsOf = name => SHOTS[name] ?? { [name]: async () => {} };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
rmSync(pictures, { recursive: true, force: true });
mkdirSync(pictures, { recursive: true });
let bytes = 0;
for (const name of Object.keys(PAGES)) {
  for (const [picture, act] of Object.entries(shotsOf(name))) {
    for (const theme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport: { width: WIDTH, height: MOST }, colorScheme: theme });
      const page = await context.newPage();
      await page.setContent(readFileSync(join(pages, `${name}.html`), "utf8"));
      await page.locator(".mlb-b").waitFor();
      await page.waitForFunction(() => [...document.querySelectorAll(".mlb-plotly")].filter(each => each.getBoundingClientRect().top < innerHeight).every(each => each.querySelector(".main-svg")));
      await act(page);
      await page.mouse.move(1, 1);
      await page.waitForTimeout(400); // What a lazy image or a popover still draws.
      const height = await page.evaluate(() => Math.ceil(document.body.getBoundingClientRect().bottom + 12));
      // Dialogs stand in the middle of the window, popovers hang over the end of the page.
      const [dialog, popover] = await Promise.all(["dialog[open]", ".mlb-popover"].map(each => page.locator(each).count()));
      const clip = { x: 0, y: 0, width: WIDTH, height: dialog ? MOST : popover ? Math.max(Math.min(height, MOST), 640) : Math.min(height, MOST), scale: 1 };
      // As WebP, which Playwright itself does not write: a third of the bytes of a PNG.
      const { data } = await (await context.newCDPSession(page)).send("Page.captureScreenshot", { format: "webp", quality: QUALITY, clip });
      const image = Buffer.from(data, "base64");
      writeFileSync(join(pictures, `${picture}-${theme}.webp`), image);
      bytes += image.length;
      await context.close();
    }
  }
}
await browser.close();

const sections = Object.entries(PAGES).map(([name, [title, code, words]]) => {
  const rows = Object.keys(shotsOf(name)).map(picture => `| ${["light", "dark"].map(theme => `![${picture.replaceAll("-", " ")}, ${theme}](${basename(pictures)}/${picture}-${theme}.webp)`).join(" | ")} |`);
  return `## ${title}\n\n\`${code}\`: ${words}.\n\n| light | dark |\n|---|---|\n${rows.join("\n")}\n`;
});
writeFileSync(gallery, `# Gallery\n\nEvery view, light and dark. \`cargo xtask gallery\` makes this page: 36 runs of the digits that it trains, in the system's Chromium.\nNotebooks lend outputs their own colours.\n\n${sections.join("\n")}`);
console.log(`${gallery}, ${pictures}: ${Math.round(bytes / 1000)} kB`);
