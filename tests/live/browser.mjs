// A browser for browser.rs: opens a page and says, a JSON line each, what a person sees there when it changes:
// `{ seen, at }`, the last value of the first curve and when (ms) it was painted; `{ state, points, search }`, what the output says of its data, how
// many points of that curve stand on the page, and what its address asks for. Each line of its input is a selector of what to click; it ends with that.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
await page.exposeFunction("say", what => console.log(JSON.stringify(what)));
await page.addInitScript(() => {
  const heard = new WeakSet();
  let state;
  const figure = () => document.querySelector(".mlb-plotly");
  const curve = () => figure()?.data?.find(trace => trace.uid === "run0_0");
  // Drawn, and then a frame of the browser's.
  const painted = then => requestAnimationFrame(() => requestAnimationFrame(then));
  const look = () => {
    const plot = figure();
    if (plot?.on && !heard.has(plot)) {
      heard.add(plot);
      const tell = () => {
        const seen = curve()?.y.at(-1);
        if (seen !== undefined) painted(() => say({ seen, at: performance.timeOrigin + performance.now() }));
      };
      plot.on("plotly_afterplot", tell);
      tell();
    }
    const word = document.querySelector(".mlb-read")?.textContent;
    if (word !== undefined && word !== state) {
      state = word;
      painted(() => say({ state: word, points: figure()?.querySelector(".main-svg") ? (curve()?.y.length ?? 0) : 0, search: location.search }));
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
});
page.on("pageerror", error => console.error(String(error)));
await page.goto(process.argv[2]);
for await (const selector of createInterface({ input: process.stdin })) await page.click(selector);
await browser.close();
