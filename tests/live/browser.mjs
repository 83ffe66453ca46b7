// A browser for browser.rs: opens a page and says, a JSON line each, what a person sees there when it changes (watch.mjs). Each line of its input
// is a selector of what to click, or after `=` what to wait for, whereupon it says `{ so: … }`; it ends with its input.

import { createInterface } from "node:readline";
import { launch, watch } from "./watch.mjs";

const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
await watch(page, what => console.log(JSON.stringify(what)));
page.on("pageerror", error => console.error(String(error)));
await page.goto(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  if (!line.startsWith("=")) await page.click(line);
  else await page.waitForFunction(line.slice(1)).then(() => console.log(JSON.stringify({ so: line })));
}
await browser.close();
