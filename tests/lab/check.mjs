// Looks at the tour in a browser: in JupyterLab and in Notebook 7, trusted and untrusted, light and dark, and as the page that nbconvert makes.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { APPS, ofJupyter, open, rewrite, save, settings, takeTheme, trust, written } from "./apps.mjs";
import { check, counted, eventually } from "./checks.mjs";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
const { PAGE, PICTURES, NOTEBOOKS, CHROMIUM } = process.env;

/** How many curves of a plot are drawn; it is brought into sight, since else it waits. */
async function curves(plot) {
  await plot.scrollIntoViewIfNeeded();
  return plot.locator(".mlb-strokes path").count();
}
const chips = of => of.locator(".mlb-set-chip").evaluateAll(all => all.map(chip => chip.firstChild.textContent));
const dashboard = page => page.locator(".mlb:has(> .mlb-b)").first();
const alive = page => page.locator("[data-mlb-on], .mlb-b").count();

async function dashboardIn(app, page) {
  await open(app, page, "trusted.ipynb");
  const board = dashboard(page);
  await board.waitFor();
  await board.scrollIntoViewIfNeeded();
  return board;
}

/** A picture of a cell, when what is in sight of it was drawn. */
async function picture(page, of, name) {
  await of.scrollIntoViewIfNeeded();
  await of.evaluate(of => new Promise(drawn => {
    const look = () => {
      const figures = [...of.querySelectorAll(".mlb-plotly")].filter(each => each.getBoundingClientRect().top < innerHeight && each.clientWidth);
      if (figures.every(each => each.querySelector(".main-svg"))) requestAnimationFrame(() => requestAnimationFrame(drawn));
      else requestAnimationFrame(look);
    };
    look();
  }));
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** Trusted: everything moves, and outputs of one folder follow one another, in this tab and in the next, in either direction. */
async function links(app, page) {
  const board = await dashboardIn(app, page);
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

  await board.locator(".mlb-grid-row").nth(1).click();
  await eventually("a run selected in one output is said in all of them", async () => [await chips(page), await page.locator(".mlb-bar").count()],
    ([all, bars]) => all.length >= 5 && all.length <= bars && new Set(all.map(text => text.split(",")[0])).size === 1);
  const elsewhere = page.locator(".jp-CodeCell:has(.mlb-plot):not(:has(.mlb-dashboard))").first();
  await elsewhere.scrollIntoViewIfNeeded();
  await eventually("and drawn alone by a plot of another cell", () => elsewhere.locator(".mlb-plotly").first().evaluate(plot => new Set((plot.drawn ?? []).filter(trace => trace.uid.startsWith("run")).map(trace => trace.uid)).size), n => n === 1);
  const tab = await page.context().newPage();
  await tab.goto(app.beside("trusted.ipynb"), { waitUntil: "load" });
  await tab.locator(".mlb-bar").first().waitFor();
  await eventually("another tab, opened later, begins with it", () => chips(tab), all => all.length >= 5);
  await tab.getByRole("button", { name: "Clear", exact: true }).first().click();
  await eventually("and clears it for both", () => chips(page), all => all.length === 0);
  await tab.close();
  await page.bringToFront();
  await eventually("where all curves are back", () => curves(plot), n => n === all);

  const images = page.locator(".mlb-images").first();
  await images.scrollIntoViewIfNeeded();
  const sources = () => images.locator("img").evaluateAll(each => each.map(img => img.src).join());
  await eventually("images are there", sources, text => text.startsWith("data:image"));
  const before = await sources();
  await images.locator("input[type=range]").first().focus();
  await page.keyboard.press("Home");
  await eventually("the slider moves them", sources, text => text !== before && text.startsWith("data:image"));
}

/** Whatever shows a run selects it for all outputs: a curve, a box around some, the caption of an image or of a histogram. */
async function selections(app, page) {
  const board = await dashboardIn(app, page), plot = board.locator(".mlb-plot").first();
  await eventually("the dashboard draws curves", () => curves(plot), n => n > 10);
  const clear = () => page.getByRole("button", { name: "Clear", exact: true }).first().click();
  const selected = async what => {
    await eventually(`${what} selects for all outputs`, () => chips(page), all => all.length >= 5 && all.every(text => /^run |selected/.test(text)));
    await clear();
    await eventually("and is cleared for all", () => chips(page), all => all.length === 0);
  };
  const middle = await plot.locator(".mlb-strokes path").last().evaluate(path => {
    const { x, y } = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
    return { x, y };
  });
  await page.mouse.move(middle.x - 1, middle.y);
  await page.mouse.click(middle.x, middle.y);
  await selected("a click on a curve");

  await plot.getByRole("button", { name: "box", exact: true }).click();
  const area = await plot.locator(".nsewdrag").boundingBox();
  await page.mouse.move(area.x + area.width * 0.3, area.y + 4);
  await page.mouse.down();
  await page.mouse.move(area.x + area.width * 0.7, area.y + area.height - 4, { steps: 4 });
  await page.mouse.up();
  await selected("a box around curves");
  await plot.getByRole("button", { name: "box", exact: true }).click();

  const pictured = async kind => {
    const caption = page.locator(`.mlb-${kind} .mlb-picks`).first();
    await caption.scrollIntoViewIfNeeded();
    await caption.click();
    await selected(`a caption of ${kind}`);
  };
  await pictured("images");
  // One over the other they have no captions.
  await page.locator(".mlb-histogram").first().getByRole("button", { name: "ridgelines" }).click();
  await pictured("histogram");

  await board.scrollIntoViewIfNeeded();
  const all = await curves(plot);
  await board.locator(".mlb-grid-row").first().click();
  await eventually("one run is drawn", () => curves(plot), n => n < all);
  await board.getByRole("button", { name: "dim others" }).first().click();
  await eventually("or all, the others dimmed", () => curves(plot), n => n === all);
  await board.getByRole("button", { name: "Copy as Rust" }).first().click();
  await eventually("what is set is copied as Rust", () => board.locator(".mlb-rust code").first().textContent(), text => /^board\.filter\(r#".*id == "[0-9a-f]{24}""#\)\?/.test(text));
  await board.getByRole("button", { name: "dim others" }).first().click();
  await clear();
}

/** A theme that the page begins with, and a switch of it while the page is open. */
async function themes(app, page) {
  for (const theme of ["Dark", "Light"]) {
    settings("themes", { theme: `JupyterLab ${theme}` });
    await dashboardIn(app, page);
    const each = page.locator(".jp-CodeCell:has(.mlb)");
    for (let i = 0; i < (await each.count()); i += 1) await picture(page, each.nth(i), `${app.key}-${theme.toLowerCase()}-${String(i).padStart(2, "0")}`);
  }
  const figure = dashboard(page).locator(".mlb-plotly").first();
  await figure.scrollIntoViewIfNeeded(); // what is out of sight is drawn when it is seen
  const ground = () => figure.evaluate(figure => figure._fullLayout?.paper_bgcolor);
  await eventually("light: a figure has the ground of the page", ground, colour => colour === "rgb(255,255,255)");
  await takeTheme(page, "Dark");
  await eventually("switched to dark: it has the new one", ground, colour => !!colour && colour.match(/\d+/g).every(part => Number(part) < 60));
  await takeTheme(page, "Light");
  await eventually("and back", ground, colour => colour === "rgb(255,255,255)");
}

/** Keys stay in the output: b would insert a cell, d d delete one, m make text of it, Enter edit it. */
async function keys(page) {
  const board = dashboard(page), cells = () => page.locator(".jp-Notebook .jp-Cell").evaluateAll(all => all.map(cell => cell.className.match(/jp-(Code|Markdown|Raw)Cell/)[1]).join());
  await board.locator(".mlb-grid").click({ position: { x: 60, y: 120 } });
  const were = await cells();
  for (const key of ["b", "a", "d", "d", "x", "ArrowDown", "Enter", "m", "Escape"]) await page.keyboard.press(key);
  await board.getByLabel("Filter lr", { exact: true }).fill("");
  await page.keyboard.type("bdd");
  await page.keyboard.press("Escape");
  await board.locator(".mlb-figure").first().focus();
  for (const key of ["b", "d", "d", "m", "0", "Shift+ArrowRight", "+", "Escape", "Escape"]) await page.keyboard.press(key);
  check("no key leaks into the notebook", (await cells()) === were, [were, await cells()]);
  check("nor begins to edit a cell", (await page.locator(".jp-Notebook.jp-mod-editMode").count()) === 0);
}

/** Untrusted, no script runs, and there is something to see; then trusted, saved, opened again, and changed by somebody else. */
async function trustCycle(app, page) {
  const notebook = `untrusted-${app.key}.ipynb`;
  const stills = page.locator(".jp-OutputArea-output img[src^='data:image']");
  const still = async when => {
    await open(app, page, notebook);
    await eventually(`${when}: static pictures are seen`, () => stills.evaluateAll(all => all.filter(img => img.naturalWidth > 50).length), n => n >= 5);
    check(`${when}: nothing runs`, (await alive(page)) === 0);
  };
  await still("untrusted");
  await stills.first().scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(PICTURES, `${app.key}-untrusted.png`) });
  const before = written(notebook);
  await trust(page);
  await eventually("trusted by a person: outputs come alive", () => alive(page), n => n >= 5);
  await save(page, notebook, before);
  await open(app, page, notebook);
  await eventually("saved and opened again: they are", () => alive(page), n => n >= 5);
  await page.goto("about:blank"); // It would ask what to do with the file that changed.
  rewrite(notebook, 'data-from=\\"', 'data-from=\\"nobody-knows-');
  await still("changed by somebody else");
}

/** Cells that are out of sight have no width when their scripts run, and draw when they are scrolled to. */
async function windowed(app, page) {
  settings("tracker", { windowingMode: "full" }, "@jupyterlab/notebook-extension");
  await open(app, page, "trusted.ipynb");
  let down = 0;
  await eventually("windowed: a figure far down has the width of its box", () => page.locator(".jp-WindowedPanel-outer").first().evaluate((panel, far) => {
    const card = [...panel.querySelectorAll(".mlb-histogram")].at(-1);
    // Further down with each look, until it is there: what is out of sight is not laid out at all.
    if (card) card.scrollIntoView({ block: "center" });
    else panel.scrollTo(0, far % (panel.scrollHeight || 1));
    return [card?.querySelector(".main-svg")?.getBoundingClientRect().width ?? 0, card?.querySelector(".mlb-figure")?.getBoundingClientRect().width ?? 0];
  }, down += 400), ([drawn, box]) => drawn > 200 && Math.abs(drawn - box) < 4);
  // Cells are put into the page together, those without a runtime before the one that brings it.
  await open(app, page, "shared.ipynb");
  await eventually("windowed and shared: every output lives by the runtime of one cell", () => page.locator(".mlb > .mlb-b").count(), n => n === 3);
  settings("tracker", {}, "@jupyterlab/notebook-extension");
}

/** One runtime for a whole notebook, wherever its cell stands. */
async function shared(app, page) {
  await open(app, page, "shared.ipynb");
  await eventually("shared: every output lives by the runtime of one cell", () => page.locator(".mlb > .mlb-b").count(), n => n === 3);
  await open(app, page, "cleared.ipynb");
  await eventually("shared, and its cell cleared: the static picture says what is missing", () => page.locator(".mlb-static").getByText("board.runtime()").filter({ visible: true }).count(), n => n === 3);
  check("shared, and its cell cleared: nothing half alive", (await page.locator(".mlb-b").count()) === 0);
}

/** As a page: alive with scripts, and something to see without. */
async function nbconvert(browser) {
  const page = await browser.newPage({ viewport: { width: 1500, height: 1050 } });
  await page.goto(pathToFileURL(PAGE).href);
  await eventually("nbconvert: outputs come alive", () => page.locator(".mlb > .mlb-b").count(), n => n >= 5);
  await picture(page, page.locator(".mlb").first(), "nbconvert");
  const still = await (await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1500, height: 1050 } })).newPage();
  await still.goto(pathToFileURL(PAGE).href);
  check("nbconvert without scripts: static pictures are seen", (await still.locator("img[src^='data:image']:visible").count()) >= 5);
  await still.locator("img[src^='data:image']").first().scrollIntoViewIfNeeded();
  await still.screenshot({ path: join(PICTURES, "nbconvert-without-scripts.png") });
}

/** As GitHub shows a notebook: no scripts, no styles, hardly an attribute. */
async function github(browser) {
  const cells = JSON.parse(readFileSync(join(NOTEBOOKS, "trusted.ipynb"), "utf8")).cells;
  const outputs = cells.flatMap(cell => cell.outputs ?? []).map(output => [output.data?.["text/html"] ?? []].flat().join("")).filter(html => html.includes("mlb"));
  const washer = await browser.newPage();
  const washed = await washer.evaluate(outputs => outputs.map(html => {
    const { body } = new DOMParser().parseFromString(html, "text/html");
    for (const gone of body.querySelectorAll("script, style, svg, iframe, object, link, template")) gone.remove();
    const kept = new Set(["src", "alt", "title", "width", "height", "href", "colspan", "rowspan", "open", "scope"]);
    for (const element of body.querySelectorAll("*")) for (const { name } of [...element.attributes]) if (!kept.has(name)) element.removeAttribute(name);
    return body.innerHTML;
  }), outputs);
  await washer.close();
  const page = await (await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1000, height: 1050 } })).newPage();
  await page.setContent(`<!doctype html><meta charset="utf-8">${washed.map(html => `<section>${html}</section>`).join("")}`);
  const pictures = await page.locator("section img").evaluateAll(all => all.filter(img => img.naturalWidth > 50).length);
  check("GitHub: static pictures are seen", pictures >= 5, pictures);
  const texts = await page.locator("section").allInnerTexts();
  check("GitHub: every output says something", outputs.length > 5 && texts.every((text, i) => text.trim() !== "" || washed[i].includes("<img")), texts);
  check("GitHub: nothing that is no text for a person", texts.every(text => !/\S{120}|--mlb-|function ?\(/.test(text)), texts);
  await page.screenshot({ path: join(PICTURES, "github.png"), fullPage: true });
  await page.context().close();
}

settings("notification", { fetchNews: "false", checkForUpdates: false, doNotDisturbMode: true });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
for (const app of APPS) {
  console.log(`\n${app.name}`);
  // One context: its tabs are a person's, and tell one another what is selected.
  const context = await browser.newContext({ viewport: { width: 1500, height: 1050 } });
  context.setDefaultTimeout(120_000); // the machine may be busy
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", error => {
    // Notebook 7 fails in scripts of its own whenever it starts.
    if (!ofJupyter(error)) errors.push(error.stack);
  });
  await links(app, page);
  await selections(app, page);
  await themes(app, page);
  await keys(page);
  await trustCycle(app, page);
  await windowed(app, page);
  await shared(app, page);
  check("no error in the page", errors.length === 0, errors);
  await context.close();
}
console.log("\nnbconvert");
await nbconvert(browser);
await github(browser);
await browser.close();
console.log(`pictures: ${PICTURES}`);
process.exit(counted());
