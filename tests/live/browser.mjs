// A browser for browser.rs: opens a page and says, a JSON line each, what a person sees there when it changes (watch.mjs). Each line of its input
// is a selector of what to click; it ends with that.

import { createInterface } from "node:readline";
import { launch, watch } from "./watch.mjs";

const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
await watch(page, what => console.log(JSON.stringify(what)));
page.on("pageerror", error => console.error(String(error)));
await page.goto(process.argv[2]);
for await (const selector of createInterface({ input: process.stdin })) await page.click(selector);
await browser.close();
