// Pages that the Rust side really made: every *.html of the directory ML_BOARD_PAGES. Each must come alive, in light and dark, without an
// error, a request or a finding of axe. Pictures go to ML_BOARD_PICTURES, if that is set.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { drawn, launch, show } from "./support/browser";

const directory = process.env.ML_BOARD_PAGES;
const pictures = process.env.ML_BOARD_PICTURES;
const pages = directory ? readdirSync(directory).filter(name => name.endsWith(".html")) : [];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
before(async () => {
  if (pages.length) browser = await launch();
});
after(() => browser?.close());

if (directory && !pages.length) test("ML_BOARD_PAGES has pages", () => assert.fail(`no *.html in ${directory}`));

for (const name of pages) {
  for (const dark of [false, true]) {
    test(`${name}, ${dark ? "dark" : "light"}`, async () => {
      const { page, errors, requests } = await show(browser, readFileSync(join(directory!, name), "utf8"), { dark, height: 1200 });
      page.on("dialog", () => errors.push("a script of the data ran"));
      await drawn(page);
      for (const output of await page.locator(".mlb").all()) assert.ok(await output.locator(".mlb-b").isVisible());
      await page.waitForTimeout(300);
      if (pictures) await page.screenshot({ path: join(pictures, `${name.replace(/\.html$/, "")}-${dark ? "dark" : "light"}.png`), fullPage: true });
      await page.evaluate(axe);
      assert.deepEqual(await page.evaluate(async () => (await (window as any).axe.run(".mlb-b")).violations.map((each: any) => `${each.id}: ${each.nodes[0].html.slice(0, 200)} ${each.nodes[0].failureSummary}`)), []);
      assert.deepEqual(errors, []);
      assert.deepEqual(requests, []);
      await page.context().close();
    });
  }
}
