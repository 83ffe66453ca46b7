// What a page takes until it is drawn, until it is drawn again, and in memory: ours beside the peers'. Run by
// `cargo xtask bench page [plot | served | table | many] [ROUNDS]`; see there for what each program is.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Stage, until } from "../../tests/live/stage.mjs";
import { launch } from "../../tests/live/watch.mjs";
import { freePort, said } from "../processes.mjs";
import { median, Seen } from "./measure.mjs";

const PARTS = ["plot", "served", "table", "many"];
const words = process.argv.slice(2);
const parts = PARTS.filter(part => words.includes(part));
const rounds = Number(words.find(word => /^\d+$/.test(word)) ?? 5);
const { BENCH_FILL, BENCH_PAGE_PYTHON, BENCH_TENSORBOARD_PYTHON, BENCH_TRACKIO_PYTHON, BENCH_AIM_PYTHON, ML_BOARD_TEST_PICTURES } = process.env;
const VIEWPORT = { width: 1300, height: 950 };
const stage = new Stage();
const at = name => join(stage.path, name);

function made(python, peer) {
  execFileSync(python, [fileURLToPath(new URL("peers.py", import.meta.url)), peer, at(peer)], { env: { ...stage.env, AIM_UI_TELEMETRY_ENABLED: "0" }, stdio: ["ignore", "ignore", "inherit"], cwd: stage.path });
}

/** Outputs of a notebook on a page of their own, as nbconvert puts them there. */
function paged(name, outputs) {
  const file = at(`${name}.html`);
  writeFileSync(file, `<!doctype html><html><head><meta charset="utf-8"><title>${name}</title></head><body>${outputs.map(output => `<div>${readFileSync(output, "utf8")}</div>`).join("\n")}</body></html>`);
  return { address: pathToFileURL(file).href, bytes: statSync(file).size };
}

/** Opens, acts, and closes, so many times; the median of each figure, as a row. */
async function measured(name, { address, bytes, ready, prepare, actions = {} }, columns) {
  const rows = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const browser = await launch();
      const pid = Number(readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ").at(-1));
      const context = await browser.newContext({ viewport: VIEWPORT });
      context.setDefaultTimeout(120_000);
      try {
        const seen = await Seen.on(context), { page } = seen, how = { browser: pid };
        await prepare?.(page);
        seen.bytes = 0;
        const opened = await seen.still(() => page.goto(address, { waitUntil: "commit" }), { ...how, ready: () => ready(page).catch(() => false) });
        const row = { first: await seen.firstPaint(), drawn: opened.ms, processor: opened.processor, heap: await seen.heap(), bytes: bytes ?? seen.bytes };
        if (round === 0 && ML_BOARD_TEST_PICTURES) await page.screenshot({ path: join(ML_BOARD_TEST_PICTURES, `page-${name.replace(/\W+/g, "-")}.png`) });
        for (const [action, act] of Object.entries(actions)) {
          const { ms, processor } = await seen.still(() => act(page), how);
          row[action] = ms;
          row[`${action}, processor`] = processor;
        }
        row["heap after"] = await seen.heap();
        rows.push(row);
      } finally {
        await browser.close();
      }
    }
    const of = column => median(rows.map(row => row[column] ?? NaN));
    const text = column => (Number.isNaN(of(column)) ? "–" : /bytes/.test(column) ? `${(of(column) / 1000).toFixed(0)} kB` : /heap/.test(column) ? `${of(column).toFixed(1)} MB` : `${of(column).toFixed(0)} ms`);
    console.log(`| ${name} | ${columns.map(text).join(" | ")} |`);
  } catch (error) {
    console.log(`| ${name} | could not be measured: ${String(error.message ?? error).split("\n")[0]} |`);
  }
}

function head(title, columns) {
  console.log(`\n${title}; median of ${rounds}\n\n| | ${columns.join(" | ")} |\n|---|${"---|".repeat(columns.length)}`);
}

/** A stretch of a chart, dragged over by the mouse, as far as each tool zooms by that. */
const drag = (selector, nth = 0) => async page => {
  const box = await page.locator(selector).nth(nth).boundingBox();
  const x = part => box.x + part * box.width, y = box.y + box.height / 2;
  await page.mouse.move(x(0.3), y);
  await page.mouse.down();
  await page.mouse.move(x(0.5), y, { steps: 3 });
  await page.mouse.move(x(0.7), y);
  await page.mouse.up();
};
/** Into a field and out of it: a caret that blinks is never still. */
const typed = async (field, text) => {
  await field.fill(text);
  await field.blur();
};
const count = (page, selector) => page.locator(selector).count();
const lines = (page, least) => count(page, ".scatterlayer .trace path.js-line, .mlb-strokes path").then(n => n >= least);
const PLOTLY = { ready: page => lines(page, 100), actions: { redraw: drag(".nsewdrag") } };

/** Our outputs: made by the helpers of the browser tests, which are TypeScript. */
async function ours() {
  const web = new URL("../../web/", import.meta.url), bundle = join(OURS, "outputs.mjs");
  await createRequire(new URL("package.json", web))("esbuild").build({
    entryPoints: [fileURLToPath(new URL("outputs.ts", import.meta.url))], outfile: bundle, bundle: true, platform: "node", format: "esm", define: { WEB: JSON.stringify(web.href) },
  });
  execFileSync(process.execPath, [bundle, OURS]);
}

const AIM_CURVE = "svg path.Line";
/** Aim's page is empty until a metric is chosen; then it stands in the address. */
async function addressOfLoss(root) {
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1300, height: 950 } });
    await page.goto(`${root}metrics`);
    await page.locator("button", { hasText: /Metrics$/ }).first().click();
    await page.locator("[role=listbox] [role=option]", { hasText: "Loss" }).first().click();
    await page.keyboard.press("Escape");
    await page.locator("button", { hasText: /Search$/ }).first().click();
    await page.locator(AIM_CURVE).first().waitFor({ timeout: 120_000 });
    return page.url();
  } finally {
    await browser.close();
  }
}

const OURS = at("ours");
const needed = parts.length ? parts : PARTS;
mkdirSync(OURS);
try {
  await ours();
  if (needed.includes("plot")) {
    made(BENCH_PAGE_PYTHON, "plotly");
    const columns = ["bytes", "first", "drawn", "processor", "redraw", "redraw, processor", "heap", "heap after"];
    head("An output with 100 curves × 1,000 points, on a page", columns);
    await measured("ml_board", { ...paged("ours-plot", [join(OURS, "plot.html")]), ...PLOTLY }, columns);
    await measured("plotly.py", { ...paged("plotly-plot", [at("plotly/plot.html")]), ...PLOTLY }, columns);
  }
  if (needed.includes("many")) {
    made(BENCH_PAGE_PYTHON, "plotly");
    const all = directory => Array.from({ length: 20 }, (_, n) => join(directory, `many-${n}.html`));
    const columns = ["bytes", "first", "drawn", "processor", "heap", "to the last", "heap after"];
    head("20 such outputs in one notebook", columns);
    const far = { "to the last": page => page.locator("body > div").last().scrollIntoViewIfNeeded() };
    await measured("ml_board", { ...paged("ours-many", all(OURS)), ready: page => lines(page, 100), actions: far }, columns);
    await measured("plotly.py", { ...paged("plotly-many", all(at("plotly"))), ready: page => lines(page, 2000), actions: far }, columns);
  }
  if (needed.includes("table")) {
    made(BENCH_PAGE_PYTHON, "itables");
    const columns = ["bytes", "first", "drawn", "processor", "heap", "sort", "sort, processor", "filter", "filter, processor", "heap after"];
    head("A table of 10,000 runs × 100 columns", columns);
    await measured("ml_board", {
      ...paged("ours-table", [join(OURS, "table.html")]),
      ready: page => count(page, ".mlb-grid-row").then(n => n > 5),
      actions: { sort: page => page.getByRole("columnheader", { name: "lr", exact: true }).getByRole("button").first().click(), filter: page => typed(page.getByLabel("Filter decay", { exact: true }), "<0.001") },
    }, columns);
    await measured("itables", {
      ...paged("itables-table", [at("itables/table.html")]),
      ready: page => count(page, "table.dataTable tbody tr").then(n => n > 5),
      actions: { sort: page => page.locator("table.dataTable thead th").nth(1).click(), filter: page => typed(page.locator("input[type=search]").first(), "0.5") },
    }, columns);
  }
  if (needed.includes("served")) {
    const columns = ["bytes", "first", "drawn", "processor", "redraw", "redraw, processor", "heap", "heap after"];
    head("Pages that a server serves: 100 curves × 1,000 points", columns);
    execFileSync(BENCH_FILL, [stage.local, "page", "curves"], { env: stage.env, stdio: ["ignore", "ignore", "inherit"] });
    const { child, address } = await stage.dashboard(stage.local, { database: "page", folder: "curves" });
    await measured("ml_board", { address, ...PLOTLY }, columns);
    child.kill();
    made(BENCH_TENSORBOARD_PYTHON, "tensorboard");
    const port = await freePort();
    const tensorboard = stage.start(BENCH_TENSORBOARD_PYTHON, ["-m", "tensorboard.main", "--logdir", at("tensorboard/runs"), "--host", "127.0.0.1", "--port", String(port)], { stdio: "ignore" });
    const board = `http://127.0.0.1:${port}/`;
    await until("TensorBoard to read the runs", async () => Object.keys((await (await fetch(`${board}data/plugin/scalars/tags`).catch(() => null))?.json().catch(() => ({}))) ?? {}).length === 100);
    await measured("TensorBoard", {
      address: board,
      ready: page => count(page, "scalar-card line-chart canvas, scalar-card line-chart svg").then(n => n > 0),
      actions: { redraw: drag("scalar-card line-chart") },
    }, columns);
    tensorboard.kill();
    made(BENCH_TRACKIO_PYTHON, "trackio");
    const env = { ...stage.env, TRACKIO_DIR: at("trackio/runs"), BROWSER: "true", HF_HUB_OFFLINE: "1", GRADIO_ANALYTICS_ENABLED: "False", PYTHONUNBUFFERED: "1" };
    const trackio = stage.start(BENCH_TRACKIO_PYTHON, ["-m", "trackio.cli", "show", "--project", "bench"], { env });
    const chart = "canvas, svg.marks, .vega-embed, .plotly";
    await measured("trackio", { address: await said(trackio), ready: page => count(page, chart).then(n => n > 0), actions: { redraw: drag(chart) } }, columns);
    trackio.kill();
    if (BENCH_AIM_PYTHON) {
      made(BENCH_AIM_PYTHON, "aim");
      const free = await freePort();
      const program = join(dirname(BENCH_AIM_PYTHON), "aim"), root = `http://127.0.0.1:${free}/`;
      const aim = stage.start(program, ["up", "--repo", at("aim"), "--host", "127.0.0.1", "--port", String(free)], { env: { ...stage.env, AIM_UI_TELEMETRY_ENABLED: "0" }, stdio: "ignore", cwd: stage.path });
      const serves = until("Aim", async () => (await fetch(root).catch(() => null))?.ok).then(() => true, error => console.log(`| Aim | could not be measured: ${error.message} |`));
      const loss = (await serves) && (await addressOfLoss(root).catch(error => console.log(`| Aim | could not be measured: ${error.message.split("\n")[0]} |`)));
      if (loss) await measured("Aim", { address: loss, ready: page => count(page, AIM_CURVE).then(n => n >= 100) }, columns);
      aim.kill();
    }
  }
} finally {
  await stage.end();
}
