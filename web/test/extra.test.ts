// What a person added to a plot in plotly's own terms, in a real browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launch, on } from "./support/browser";
import { output, page as html } from "./support/page";
import * as sample from "./support/sample";

/** The folder web/. */
declare const WEB: string;
let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const SEARCH = { n: 6 };
const extra = {
  layout: { yaxis: { range: [-1, 3], title: { text: "nats" } }, shapes: [{ type: "line", x0: 0, x1: 1, xref: "paper", y0: 2, y1: 2 }] },
  traces: [{ x: [0, 400], y: [0.5, 0.5], name: "goal", mode: "lines", line: { color: "#ff00aa", width: 5 } }],
};

const laidOut = (page: Page) => page.evaluate(() => {
  const { yaxis, xaxis, shapes } = (document.querySelector(".mlb-plotly") as any)._fullLayout;
  return { range: yaxis.range, title: yaxis.title.text, x: xaxis.title.text, shapes: shapes.length };
});
const strokes = (page: Page) => page.locator(".mlb-plotly .scatterlayer .js-line").evaluateAll(lines => lines.map(line => getComputedStyle(line).stroke));
/** Without the right to the clipboard a page copies by a selection. */
const COPYING = { before: "addEventListener('copy', () => window.copied = document.activeElement.value)" };
const OWN = "rgb(255, 0, 170)";

test("an own layout lies over ours, an own trace over the curves; both stay when the page draws again, and are copied as Rust", () => on(browser, html([output(sample.payload(sample.plot("Loss", SEARCH, { extra }), SEARCH))]), COPYING, async page => {
  const ours = { range: [-1, 3], title: "nats", x: "step", shapes: 1 };
  assert.deepEqual(await laidOut(page), ours);
  const before = await strokes(page);
  assert.equal(before.filter(stroke => stroke === OWN).length, 1);
  assert.equal(before.at(-1), OWN, "over the curves");

  await page.locator(".mlb-chip").first().click();
  await page.waitForFunction(many => document.querySelectorAll(".mlb-plotly .scatterlayer .js-line").length < many, before.length);
  assert.equal((await strokes(page)).at(-1), OWN);
  assert.deepEqual(await laidOut(page), ours);

  await page.getByRole("button", { name: "Copy as Rust" }).click();
  await page.getByText("Copied", { exact: true }).waitFor();
  const rust = (await page.locator(".mlb-rust code").textContent())!.replace(/\n/g, " ");
  // tests/board.rs compiles and shows it.
  assert.ok(readFileSync(new URL("test/copied.rs", WEB), "utf8").includes(`{ ${rust} }`), rust);
}));

/** Keeps the pictures that are made for a download, as SVG. */
const PICTURES = { before: "const make = URL.createObjectURL; window.made = []; URL.createObjectURL = blob => (blob.type.includes('svg') && blob.text().then(text => made.push(text)), make(blob))" };
for (const [title, said] of [[undefined, "Loss"], [{ text: "Mine" }, "Mine"], ["Mine", "Mine"]] as const) {
  test(`a picture that is downloaded has ${title === undefined ? "the plot's name" : `an own title, given as ${typeof title},`} above it`, () => on(browser, html([output(sample.payload(sample.plot("Loss", SEARCH, { extra: { layout: { title } } }), SEARCH))]), PICTURES, async page => {
    const above = page.locator(".mlb-plotly .gtitle");
    assert.deepEqual(await above.allTextContents(), title === undefined ? [] : [said], "on the page the card has the plot's name");
    if (title) assert.ok((await above.boundingBox())!.y >= (await page.locator(".mlb-plotly").boundingBox())!.y, "nothing of it is cut off");
    await page.locator(".mlb-plotly").hover();
    const download = page.waitForEvent("download");
    await page.locator(".modebar-btn[data-title='Download as PNG']").click();
    assert.equal((await download).suggestedFilename(), "Loss.png");
    const svg = await page.evaluate(() => (window as any).made.at(-1) as string);
    assert.match(svg, new RegExp(`class="gtitle"[^>]*>${said}<`));
  }));
}
