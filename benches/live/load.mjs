// One open dashboard while many runs log: what the page and the engine take, and whether the page stutters. Run by
// `cargo xtask bench live load [RUNS [METRICS [POINTS_A_SECOND [SECONDS]]]]`; a higher rate makes a short time of a long one.

import { pause, quantile, Stage, until, Watched } from "../../tests/live/stage.mjs";
import { launch } from "../../tests/live/watch.mjs";
import { ofTree } from "../processes.mjs";

const [runs = 50, metrics = 20, rate = 10, seconds = 120] = process.argv.slice(2).map(Number);
const EVERY_MS = 10_000;
const mean = values => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Milliseconds of processor that the longest task of the page took since tracing began: what a stutter would be, were nothing else running. */
async function longest() {
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const pages = new Set(traceEvents.flatMap(({ name, args, pid, tid }) => (name === "thread_name" && args.name === "CrRendererMain" ? [`${pid} ${tid}`] : [])));
  return Math.max(0, ...traceEvents.flatMap(({ tdur, pid, tid }) => (tdur && pages.has(`${pid} ${tid}`) ? [tdur / 1000] : [])));
}

const stage = new Stage();
const browser = await launch("--enable-precise-memory-info");
try {
  const uri = process.env.BENCH_STORE === "MongoDB" ? process.env.ML_BOARD_TEST_URI : stage.local;
  const trainer = stage.trainer(uri, { database: "load", runs, metrics, rate });
  await until("the trainer", () => trainer.last > 3);
  const { child, address } = await stage.dashboard(uri, { database: "load" });
  const context = await browser.newContext({ viewport: { width: 1300, height: 950 } });
  const watched = await Watched.on(context), { page } = watched;
  await page.addInitScript(() => {
    globalThis.stutter = { gaps: [], tasks: [] };
    new PerformanceObserver(list => list.getEntries().forEach(task => stutter.tasks.push(task.duration))).observe({ type: "longtask" });
    let last = performance.now();
    const frame = now => {
      stutter.gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await page.goto(address);
  await watched.says(/^live$/);
  await pause(5000);
  const devtools = await context.newCDPSession(page);
  const heap = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return (await devtools.send("Runtime.getHeapUsage")).usedSize / 1e6;
  };
  console.log(`${runs} runs × ${metrics} metrics × ${rate} points/s, ${seconds} s, ${process.env.BENCH_STORE ?? "embedded store"}\n`);
  console.log("| s | points logged | page heap MB | engine MB | engine cores | long tasks > 100 ms | longest task ms | most processor ms of a task | longest gap of frames ms |\n|---|---|---|---|---|---|---|---|---|");
  const begun = performance.now();
  let before = { ...ofTree(child.pid), at: begun }, all = { tasks: [], gaps: [] };
  const observe = async () => {
    await page.evaluate(() => (stutter = { gaps: [], tasks: [] }));
    await browser.startTracing(page, { categories: ["toplevel"] });
  };
  await observe();
  for (let at = 0; at < seconds;) {
    await pause(Math.min(EVERY_MS, 1000 * (seconds - at)));
    // Before the garbage is collected, which is a long task of our own making.
    const { tasks, gaps } = await page.evaluate(() => stutter), processor = await longest();
    at = (performance.now() - begun) / 1000;
    const now = { ...ofTree(child.pid), at: performance.now() };
    const cores = (now.cpu - before.cpu) / ((now.at - before.at) / 1000);
    before = now;
    const memory = await heap();
    await observe();
    all = { tasks: all.tasks.concat(tasks), gaps: all.gaps.concat(gaps) };
    const most = values => Math.round(Math.max(0, ...values));
    console.log(`| ${Math.round(at)} | ${(trainer.last * runs * metrics).toLocaleString("en")} | ${memory.toFixed(1)} | ${now.resident.toFixed(0)} | ${cores.toFixed(2)} | ${tasks.filter(task => task > 100).length} | ${most(tasks)} | ${Math.round(processor)} | ${most(gaps)} |`);
  }
  const gaps = all.gaps.sort((a, b) => a - b), tasks = all.tasks.sort((a, b) => a - b);
  const lag = trainer.last - watched.last;
  console.log(`\nframes: p50 ${quantile(gaps, 0.5)?.toFixed(0)} ms, p99 ${quantile(gaps, 0.99)?.toFixed(0)} ms; long tasks: ${tasks.length}, mean ${mean(tasks).toFixed(0)} ms; the page is ${lag} steps behind the trainer`);
  if (watched.blanks || watched.errors.length) console.log(`the page went blank ${watched.blanks} times; errors: ${watched.errors.join("; ")}`);
  if (process.env.ML_BOARD_TEST_PICTURES) await page.screenshot({ path: `${process.env.ML_BOARD_TEST_PICTURES}/load.png` });
  await Promise.race([trainer.end(), pause(30_000)]);
} finally {
  await browser.close();
  await stage.end();
}
