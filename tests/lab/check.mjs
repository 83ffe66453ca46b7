// Looks at the tour in a browser: JupyterLab trusted and untrusted, light and dark, and the page that nbconvert makes.

import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
const { LAB, TOKEN, SETTINGS, PAGE, PICTURES, CHROMIUM } = process.env;

let passed = 0;
let failed = 0;
function check(name, holds, seen = "") {
  if (holds) passed += 1;
  else failed += 1;
  console.log(holds ? `ok    ${name}` : `FAIL  ${name}\n${JSON.stringify(seen)}`);
}

/** Waits until `read` gives what `holds` for, and checks that it did. */
async function eventually(name, read, holds) {
  let seen;
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise(next => setTimeout(next, 50))) {
    seen = await read();
    if (holds(seen)) break;
  }
  check(name, holds(seen), seen);
}

/** JupyterLab's own settings, read when a page is loaded. */
function settings(plugin, values, extension = "@jupyterlab/apputils-extension") {
  const directory = join(SETTINGS, extension);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${plugin}.jupyterlab-settings`), JSON.stringify(values));
}

async function lab(page, notebook) {
  await page.goto(`${LAB}/lab/tree/${notebook}?token=${TOKEN}&reset`, { waitUntil: "load" });
  await page.locator(".jp-Notebook .jp-OutputArea-output").first().waitFor({ timeout: 60_000 });
}

const curves = plot => plot.locator(".scatterlayer .trace path.js-line").count();

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
// One context: its tabs are a person's, and tell one another what is selected.
const context = await browser.newContext({ viewport: { width: 1500, height: 1050 } });
context.setDefaultTimeout(120_000); // the machine may be busy
const page = await context.newPage();
const errors = [];
page.on("pageerror", error => errors.push(String(error.stack ?? error)));

settings("notification", { fetchNews: "false", checkForUpdates: false, doNotDisturbMode: true });

// Trusted: everything moves.
await lab(page, "trusted.ipynb");
const board = page.locator(".mlb:has(> .mlb-b)").first();
await board.waitFor({ timeout: 60_000 });
await board.scrollIntoViewIfNeeded();
const plot = board.locator(".mlb-plot").first();
await eventually("the dashboard draws curves", () => curves(plot), n => n > 10);
const all = await curves(plot);

const field = board.getByLabel("Filter lr", { exact: true });
await field.fill("0.001..0.01");
await eventually("a filter typed into the table leaves fewer curves", () => curves(plot), n => n > 0 && n < all);
await field.fill("");
await eventually("without it all are back", () => curves(plot), n => n === all);

// Many learning rates are a bar of colours; its values are entries when they are listed.
await board.locator(".mlb-legend").first().getByRole("button", { name: "values" }).click();
const chip = board.locator(".mlb-legend .mlb-chip").first();
await chip.dblclick();
await eventually("a legend entry shows its curves alone", () => curves(plot), n => n > 0 && n < all);
await chip.dblclick();
await eventually("and gives the others back", () => curves(plot), n => n === all);

// Outputs of one folder follow one another, in this tab and in the next, in either direction.
const chips = of => of.locator(".mlb-set-chip").evaluateAll(all => all.map(chip => chip.firstChild.textContent));
await board.locator(".mlb-grid-row").nth(1).click();
await eventually("a run selected in one output is said in all of them", async () => [await chips(page), await page.locator(".mlb-bar").count()],
  ([all, bars]) => all.length >= 5 && all.length <= bars && new Set(all.map(text => text.split(",")[0])).size === 1);
const elsewhere = page.locator(".jp-CodeCell:has(.mlb-plot):not(:has(.mlb-dashboard))").first();
await elsewhere.scrollIntoViewIfNeeded();
await eventually("and drawn alone by a plot of another cell", () => elsewhere.locator(".mlb-plotly").first().evaluate(plot => new Set((plot.data ?? []).filter(trace => trace.uid.startsWith("run")).map(trace => trace.uid)).size), n => n === 1);
const tab = await context.newPage();
await tab.goto(`${LAB}/lab/workspaces/second/tree/trusted.ipynb?token=${TOKEN}&reset`, { waitUntil: "load" });
await tab.locator(".mlb-bar").first().waitFor({ timeout: 60_000 });
await eventually("another tab, opened later, begins with it", () => chips(tab), all => all.length >= 5);
await tab.getByRole("button", { name: "Clear", exact: true }).first().click();
await eventually("and clears it for both", () => chips(page), all => all.length === 0);
await tab.close();
await page.bringToFront();
await plot.scrollIntoViewIfNeeded(); // drawn when it is seen
await eventually("where all curves are back", () => curves(plot), n => n === all);

const images = page.locator(".mlb-images").first();
await images.scrollIntoViewIfNeeded();
const sources = () => images.locator("img").evaluateAll(each => each.map(img => img.src).join());
await eventually("images are there", sources, text => text.startsWith("data:image"));
const before = await sources();
await images.locator("input[type=range]").first().focus();
await page.keyboard.press("Home");
await eventually("the slider moves them", sources, text => text !== before && text.startsWith("data:image"));
check("no error in the page", errors.length === 0, errors);

for (const theme of ["Light", "Dark"]) {
  settings("themes", { theme: `JupyterLab ${theme}` });
  await lab(page, "trusted.ipynb");
  await board.waitFor();
  const each = page.locator(".jp-CodeCell:has(.mlb)");
  for (let i = 0; i < (await each.count()); i += 1) {
    const cell = each.nth(i);
    await cell.scrollIntoViewIfNeeded();
    await page.waitForTimeout(600); // drawn when it came into view
    await page.screenshot({ path: join(PICTURES, `${theme.toLowerCase()}-${String(i).padStart(2, "0")}.png`) });
  }
}
settings("themes", { theme: "JupyterLab Light" });

// A switch of the theme while the page is open.
await lab(page, "trusted.ipynb");
await board.waitFor();
await board.scrollIntoViewIfNeeded();
const ground = () => board.locator(".mlb-plotly").first().evaluate(figure => figure._fullLayout?.paper_bgcolor);
await eventually("light: a figure has the ground of the page", ground, colour => colour === "rgb(255,255,255)");
await page.locator(".lm-MenuBar-itemLabel", { hasText: "Settings" }).click();
await page.locator(".lm-Menu-itemLabel", { hasText: /^Theme$/ }).click();
await page.locator(".lm-Menu-itemLabel", { hasText: /^JupyterLab Dark$/ }).click();
await eventually("switched to dark: it has the new one", ground, colour => !!colour && colour.match(/\d+/g).every(part => Number(part) < 60));
await page.locator(".lm-MenuBar-itemLabel", { hasText: "Settings" }).click();
await page.locator(".lm-Menu-itemLabel", { hasText: /^Theme$/ }).click();
await page.locator(".lm-Menu-itemLabel", { hasText: /^JupyterLab Light$/ }).click();
await eventually("and back", ground, colour => colour === "rgb(255,255,255)");

// Keys stay in the output: b would insert a cell, d d delete one, Enter edit it.
const cells = () => page.locator(".jp-Notebook .jp-Cell").count();
await board.locator(".mlb-grid").click({ position: { x: 60, y: 120 } });
const were = await cells();
for (const key of ["b", "a", "d", "d", "x", "ArrowDown", "Enter", "m", "Escape"]) await page.keyboard.press(key);
await board.getByLabel("Filter lr", { exact: true }).fill("");
await page.keyboard.type("bdd");
await page.keyboard.press("Escape");
check("no key leaks into the notebook", (await cells()) === were, [were, await cells()]);
check("and the cell is still one of code", (await page.locator(".jp-Notebook .jp-CodeCell").count()) > 5);

// Windowed: cells that are out of sight have no width when their scripts run, and draw when they are scrolled to.
settings("tracker", { windowingMode: "full" }, "@jupyterlab/notebook-extension");
await lab(page, "trusted.ipynb");
let down = 0;
await eventually("windowed: a figure far down has the width of its box", () => page.locator(".jp-WindowedPanel-outer").first().evaluate((panel, far) => {
  const card = [...panel.querySelectorAll(".mlb-histogram")].at(-1);
  // Further down with each look, until it is there: what is out of sight is not laid out at all.
  if (card) card.scrollIntoView({ block: "center" });
  else panel.scrollTo(0, far % (panel.scrollHeight || 1));
  return [card?.querySelector(".main-svg")?.getBoundingClientRect().width ?? 0, card?.querySelector(".mlb-figure")?.getBoundingClientRect().width ?? 0];
}, down += 400), ([drawn, box]) => drawn > 200 && Math.abs(drawn - box) < 4);
settings("tracker", {}, "@jupyterlab/notebook-extension");

// One runtime for a whole notebook, wherever its cell stands.
await lab(page, "shared.ipynb");
await eventually("shared: every output lives by the runtime of one cell", () => page.locator(".mlb > .mlb-b").count(), n => n === 3);
await lab(page, "cleared.ipynb");
await eventually("shared, and its cell cleared: the static picture says what is missing", () => page.locator(".mlb-static").getByText("board.runtime()").filter({ visible: true }).count(), n => n === 3);
check("shared, and its cell cleared: nothing half alive", (await page.locator(".mlb-b").count()) === 0);

// Untrusted: no script runs, and there is something to see.
await lab(page, "untrusted.ipynb");
const pictures = page.locator(".jp-OutputArea-output img[src^='data:image']");
await eventually("untrusted: static pictures are seen", () => pictures.evaluateAll(all => all.filter(img => img.naturalWidth > 50).length), n => n >= 5);
check("untrusted: nothing runs", (await page.locator("[data-mlb-on], .mlb-b").count()) === 0);
await pictures.first().scrollIntoViewIfNeeded();
await page.screenshot({ path: join(PICTURES, "untrusted.png") });

// As a page: alive with scripts, and something to see without.
await page.goto(pathToFileURL(PAGE).href);
await eventually("nbconvert: outputs come alive", () => page.locator(".mlb > .mlb-b").count(), n => n >= 5);
await page.locator(".mlb").first().scrollIntoViewIfNeeded();
await page.waitForTimeout(600);
await page.screenshot({ path: join(PICTURES, "nbconvert.png") });
const still = await (await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1500, height: 1050 } })).newPage();
await still.goto(pathToFileURL(PAGE).href);
check("nbconvert without scripts: static pictures are seen", (await still.locator("img[src^='data:image']:visible").count()) >= 5);
await still.locator("img[src^='data:image']").first().scrollIntoViewIfNeeded();
await still.screenshot({ path: join(PICTURES, "nbconvert-without-scripts.png") });

await browser.close();
console.log(`pictures: ${PICTURES}\n${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed > 0 ? 1 : 0);
