// Watches a page with a person's eyes: what the first curve of its first figure ends in and when that was painted, what its output says of its
// data, and whether a page that had drawn something went blank.

import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");

export const launch = (...more) => chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...more],
});

/**
 * Calls `say` with `{ seen, at }`, the last value of the curve and the milliseconds since 1970 of the frame that has it; with `{ state, points, search }`,
 * the output's words, how many points of the curve stand there, and the address's query; and with `{ blank: true }`.
 */
export async function watch(page, say) {
  await page.exposeFunction("say", say);
  await page.addInitScript(() => {
    const heard = new WeakSet();
    let state, drawn = false, blank = false;
    const figure = () => document.querySelector(".mlb-plotly");
    const curve = () => figure()?.drawn?.find(trace => trace.uid === "run0_0");
    // Drawn, and then a frame of the browser's.
    const painted = then => requestAnimationFrame(() => requestAnimationFrame(then));
    const look = () => {
      const plot = figure();
      const there = !!plot?.querySelector(".main-svg");
      drawn ||= there;
      if (drawn && !there !== blank) {
        blank = !there;
        if (blank) say({ blank });
      }
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
        painted(() => say({ state: word, points: there ? (curve()?.y.length ?? 0) : 0, search: location.search }));
      }
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  });
}
