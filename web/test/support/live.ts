// An engine of a test's own, and what its pages show.

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Patch } from "../../src/patch";
import type { Wish } from "../../src/wishes";

export const LIVE = { port: 8899, token: "t0ken", session: "s1", view: "v1", version: 1 };

/** An engine that answers what the test tells it to. */
export class Engine {
  version = 1;
  running = true;
  session = LIVE.session;
  away = false;
  asked: URL[] = [];
  posted: string[] = [];
  wished: { url: URL; wish: Wish }[] = [];
  onWish: (wish: Wish) => unknown = () => {};
  /** Whether a question waits for its answer. */
  held = false;
  private waiting: Promise<void> | null = null;
  private readonly patches = new Map<number, Patch>();
  zoom: (url: URL) => unknown = () => ({ series: [] });

  async on(page: Page, at = "http://127.0.0.1:8899/") {
    await page.route(`${at}**`, async route => {
      const url = new URL(route.request().url());
      if (this.away) return route.abort();
      this.asked.push(url);
      const json = (body: unknown) => route.fulfill({ json: body, headers: { "access-control-allow-origin": "*" } });
      if (url.pathname.endsWith("/selection")) return this.posted.push(route.request().postData()!), json(true);
      if (url.pathname.endsWith("/wishes")) {
        const wish: Wish = JSON.parse(route.request().postData()!);
        this.wished.push({ url, wish });
        this.onWish(wish);
        return json(true);
      }
      if (url.pathname.endsWith("/zoom")) return json(this.zoom(url));
      // As the engine has it, which looks at so many.
      const views = Object.fromEntries(url.searchParams.getAll("view").slice(0, 100).map(asked => {
        const [id, since] = asked.split(".");
        const patches = Array.from({ length: this.version - +since }, (_, i) => this.patches.get(+since + i + 1)!);
        return [id, { version: this.version, ...(patches.length ? { patches } : {}) }];
      }));
      this.held = this.waiting !== null;
      await this.waiting;
      return json({ session: this.session, read_at: Date.now(), running: this.running, pace: 100, views });
    });
  }

  /** Keeps the next answers back until what it returns is called. */
  hold(): () => void {
    let release!: () => void;
    this.waiting = new Promise(resolve => (release = resolve));
    return () => {
      this.waiting = null;
      release();
    };
  }

  tell(patch: Patch) {
    this.patches.set(++this.version, patch);
  }
}

/** So many more points of the first curve of the first plot at this path. */
export const append = (path: (patch: Patch) => Patch, from: number, y: number[]): Patch =>
  path({ o: { series: { e: [[0], [{ o: { x: { a: [from, 0, y.map((_, i) => from + i)] }, y: { a: [from, 0, y] }, n: { "=": from + y.length } } }]] } } });
export const ofPlot = (patch: Patch): Patch => ({ o: { panel: { o: { children: { e: [[0], [patch]] } } } } });

export const lastPoint = (page: Page) => page.locator(".mlb-plotly").first().evaluate((plot: any) => {
  const trace = plot.drawn.find((trace: any) => trace.uid === "run0_0");
  return [trace.x[trace.x.length - 1], trace.y[trace.y.length - 1]];
});
export const until = async (page: Page, what: () => Promise<unknown>, wanted: unknown) => {
  for (let i = 0; i < 200; i++) {
    if (JSON.stringify(await what()) === JSON.stringify(wanted)) return;
    await page.waitForTimeout(50);
  }
  assert.deepEqual(await what(), wanted);
};

/** A page whose clock the test moves, and an engine that it follows. */
export async function clocked(page: Page, source: string): Promise<Engine> {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1_000);
  await page.setContent(source);
  const engine = new Engine();
  await engine.on(page);
  return engine;
}
