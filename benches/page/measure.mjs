// How a page is measured that is another's: by the frames that it shows, and by what its processes take. Nothing is asked of the page itself.

import { ofTree } from "../processes.mjs";

/** A picture that stands for so long is done. */
const STILL_MS = 1500;
const PATIENCE_MS = 120_000;

/** A page whose frames are counted. */
export class Seen {
  static async on(context) {
    const seen = new Seen();
    seen.page = await context.newPage();
    seen.devtools = await context.newCDPSession(seen.page);
    await seen.devtools.send("Performance.enable");
    seen.bytes = 0;
    await seen.devtools.send("Network.enable");
    seen.devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (seen.bytes += encodedDataLength));
    seen.devtools.on("Page.screencastFrame", ({ sessionId }) => {
      seen.frame = performance.now();
      seen.devtools.send("Page.screencastFrameAck", { sessionId }).catch(() => {});
    });
    return seen;
  }

  /**
   * Does something, and waits until the picture stands and `ready` holds; milliseconds from the beginning to the last frame that was another, and
   * of processor that the browser took for it.
   */
  async still(act, { ready = async () => true, browser }) {
    await this.devtools.send("Page.startScreencast", { format: "jpeg", quality: 10, maxWidth: 320, maxHeight: 240 });
    await new Promise(next => setTimeout(next, STILL_MS)); // The first frames are of what was there.
    const begun = performance.now(), before = ofTree(browser).cpu;
    this.frame = begun;
    await act();
    // A thread that is busy shows no frame: the picture stands when nothing came after it was ready.
    let last = null;
    while (last === null || performance.now() - Math.max(last, this.frame) <= STILL_MS) {
      if (last === null && this.frame > begun && (await ready())) last = performance.now();
      if (performance.now() - begun > PATIENCE_MS) throw new Error("the picture does not stand still");
      await new Promise(next => setTimeout(next, 20));
    }
    const result = { ms: this.frame - begun, processor: (ofTree(browser).cpu - before) * 1000 };
    await this.devtools.send("Page.stopScreencast");
    return result;
  }

  /** Milliseconds from the navigation to the first text or picture. */
  firstPaint() {
    return this.page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN);
  }

  /** Megabytes of the page's heap, without its garbage. */
  async heap() {
    await this.devtools.send("HeapProfiler.collectGarbage");
    return (await this.devtools.send("Runtime.getHeapUsage")).usedSize / 1e6;
  }
}

export const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
