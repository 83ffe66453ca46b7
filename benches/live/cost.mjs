// What open boards cost while nothing happens: one and ten pages on the same runs, ours on MongoDB beside TensorBoard and trackio. Run by
// `cargo xtask bench live cost [RUNS [SECONDS [TOOL]]]`.

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pause, Stage, until } from "../../tests/live/stage.mjs";
import { launch } from "../../tests/live/watch.mjs";
import { freePort, ofTree, said } from "../processes.mjs";

const [runs = 1000, seconds = 60] = process.argv.slice(2, 4).map(Number), only = process.argv[4] ?? "";
const POINTS = 100, AT_ONCE = 20, SETTLE_MS = 30_000;
const { ML_BOARD_TEST_URI, BENCH_MONGO_PYTHON, BENCH_TENSORBOARD_PYTHON, BENCH_TRACKIO_PYTHON } = process.env;
const stage = new Stage();

/** What MongoDB has done: queries it has answered, of which those of this question are few, and seconds of processor. */
function store() {
  const ask = "import pymongo, sys; c = pymongo.MongoClient(sys.argv[1]).admin.command('serverStatus'); o = c['opcounters']; m = c['metrics']['commands']; "
    + "print(c['pid'], o['query'] + o['getmore'] + sum(m.get(n, {}).get('total', 0) for n in ('aggregate', 'distinct', 'count')))";
  const [pid, queries] = execFileSync(BENCH_MONGO_PYTHON, ["-c", ask, ML_BOARD_TEST_URI], { encoding: "utf8" }).split(" ").map(Number);
  return { queries, cpu: ofTree(pid).cpu };
}

const fill = (python, tool, directory) => {
  mkdirSync(directory, { recursive: true });
  execFileSync(python, [fileURLToPath(new URL("fill.py", import.meta.url)), tool, directory, String(runs), String(POINTS)], { env: stage.env, stdio: ["ignore", "ignore", "inherit"] });
};

const TOOLS = {
  "ml_board (MongoDB)": async () => {
    for (let from = 0; from < runs; from += AT_ONCE) {
      await stage.trainer(ML_BOARD_TEST_URI, { database: "cost", from: 0, runs: Math.min(AT_ONCE, runs - from), metrics: 2, rate: 1000, seconds: POINTS / 1000 }).child.over;
    }
    const { child, address } = await stage.dashboard(ML_BOARD_TEST_URI, { database: "cost" });
    return { child, address, drawn: page => page.locator(".mlb-plotly .main-svg").first().waitFor(), store };
  },
  TensorBoard: async () => {
    const directory = join(stage.path, "tensorboard");
    fill(BENCH_TENSORBOARD_PYTHON, "tensorboard", directory);
    const port = await freePort();
    const child = stage.start(BENCH_TENSORBOARD_PYTHON, ["-m", "tensorboard.main", "--logdir", directory, "--host", "127.0.0.1", "--port", String(port)], { stdio: "ignore" });
    const address = `http://127.0.0.1:${port}/`;
    // It answers before it has read the runs.
    const read = () => fetch(`${address}data/plugin/scalars/tags`).then(tags => tags.json()).catch(() => ({}));
    await until("TensorBoard to read the runs", async () => Object.keys(await read()).length === runs, 900_000);
    // Its page reloads only if it is told to.
    const prepare = page => page.addInitScript(() => localStorage.setItem("_tb_global_settings", JSON.stringify({ autoReload: true, autoReloadPeriodInMs: 30_000 })));
    return { child, address, prepare, drawn: page => page.locator("scalar-card line-chart canvas").first().waitFor() };
  },
  trackio: async () => {
    const directory = join(stage.path, "trackio");
    fill(BENCH_TRACKIO_PYTHON, "trackio", directory);
    const env = { ...stage.env, TRACKIO_DIR: directory, BROWSER: "true", HF_HUB_OFFLINE: "1", GRADIO_ANALYTICS_ENABLED: "False", PYTHONUNBUFFERED: "1" };
    const child = stage.start(BENCH_TRACKIO_PYTHON, ["-m", "trackio.cli", "show", "--project", "bench"], { env });
    const address = await said(child);
    return { child, address, drawn: page => page.locator(".plot canvas.marks").first().waitFor() };
  },
};

const browser = await launch();
console.log(`${runs} runs × 2 metrics × ${POINTS} points, nothing is logged; ${seconds} s each\n`);
console.log("| tool | pages | server: share of a core | its memory MB | requests a minute | kB a minute | store: queries a minute | store: share of a core | browser: share of a core |\n|---|---|---|---|---|---|---|---|---|");
try {
  const browsing = () => ofTree(process.pid);
  for (const [name, start] of Object.entries(TOOLS).filter(([name]) => name.includes(only))) {
    let tool;
    try {
      tool = await start();
      for (const pages of [1, 10]) {
        const context = await browser.newContext({ viewport: { width: 1300, height: 950 } });
        context.setDefaultTimeout(300_000);
        let requests = 0, bytes = 0;
        context.on("requestfinished", async request => {
          requests += 1;
          bytes += (await request.sizes().catch(() => null))?.responseBodySize ?? 0;
        });
        for (let i = 0; i < pages; i++) {
          const page = await context.newPage();
          await tool.prepare?.(page);
          await page.goto(tool.address);
          await tool.drawn(page);
        }
        await pause(SETTLE_MS);
        [requests, bytes] = [0, 0];
        const before = [ofTree(tool.child.pid), browsing(), tool.store?.()], begun = performance.now();
        await pause(seconds * 1000);
        const time = (performance.now() - begun) / 1000, after = [ofTree(tool.child.pid), browsing(), tool.store?.()];
        const server = (after[0].cpu - before[0].cpu) / time;
        // The browser is a child of ours, as the servers are.
        const page = (after[1].cpu - before[1].cpu) / time - server;
        const minute = number => Math.round((number * 60) / time).toLocaleString("en");
        const [had, of] = [before[2], after[2]];
        const percent = share => `${(100 * share).toFixed(1)} %`;
        console.log(`| ${name} | ${pages} | ${percent(server)} | ${after[0].resident.toFixed(0)} | ${minute(requests)} | ${minute(bytes / 1000)} | ${of ? `${minute(of.queries - had.queries)} | ${percent((of.cpu - had.cpu) / time)}` : "files | in the server's"} | ${percent(page)} |`);
        if (process.env.ML_BOARD_TEST_PICTURES) await context.pages()[0].screenshot({ path: join(process.env.ML_BOARD_TEST_PICTURES, `cost-${name.split(" ")[0]}.png`) });
        await context.close();
      }
    } catch (error) {
      console.log(`| ${name} | could not be measured: ${String(error).split("\n")[0]} |`);
    }
    tool?.child.kill();
  }
} finally {
  await browser.close();
  await stage.end();
}
