// What the checks and measurements of live boards share: a home of their own, trainers, dashboards, a Jupyter server with notebooks, and a page that
// is watched. Programs come by the environment, as `cargo xtask` sets it; what was started here ends with the stage.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { watch } from "./watch.mjs";

export const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const { ML_BOARD_ENGINE, ML_BOARD_TEST_TRAINER, ML_BOARD_TEST_JUPYTER } = process.env;
const PATIENCE = 120_000;
export const pause = ms => new Promise(next => setTimeout(next, ms));

/** Until `read` gives something that is true. */
export async function until(what, read, patience = PATIENCE) {
  for (const end = Date.now() + patience; ;) {
    const found = await read();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(50);
  }
}

export class Stage {
  constructor() {
    this.path = mkdtempSync(join(tmpdir(), "ml_board-"));
    this.notebooks = join(this.path, "notebooks", "of a person");
    mkdirSync(this.notebooks, { recursive: true });
    this.env = { ...process.env, ML_BOARD_HOME: join(this.path, "home"), ML_BOARD_TOKEN: "the-token-of-this-stage" };
    // A person's own settings, trust and running servers are none of our business.
    for (const own of ["ML_BOARD_URI", "ML_BOARD_RELAY", "ML_BOARD_ASSETS", "CARGO_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"]) delete this.env[own];
    for (const name of ["CONFIG", "DATA", "RUNTIME"]) this.env[`JUPYTER_${name}_DIR`] = join(this.path, name.toLowerCase());
    this.env.JUPYTERLAB_SETTINGS_DIR = join(this.path, "settings");
    this.local = `local:${join(this.path, "store")}`;
    this.children = [];
  }

  start(program, args, how = {}) {
    const child = spawn(program, args, { env: this.env, stdio: ["pipe", "pipe", "inherit"], ...how });
    child.over = new Promise(over => child.once("exit", over));
    child.once("error", error => console.error(`${program}: ${error.message}`));
    this.children.push(child);
    return child;
  }

  /** A trainer: `called` has when each count was logged. */
  trainer(uri, { database = "d", folder = "f", from = 1, runs = 1, metrics = 1, rate = 10, seconds = 3600 } = {}) {
    const child = this.start(ML_BOARD_TEST_TRAINER, [uri, database, folder, from, runs, metrics, rate, seconds].map(String));
    const trainer = { child, called: new Map(), last: 0, end: () => (child.stdin.end(), child.over) };
    createInterface({ input: child.stdout }).on("line", line => {
      const [count, at] = line.split(" ").map(Number);
      trainer.called.set(count, at);
      trainer.last = count;
    });
    return trainer;
  }

  /** `ml_board -d DATABASE -f FOLDER`; with its address. */
  async dashboard(uri, { database = "d", folder = "f", port = 0 } = {}) {
    const child = this.start(ML_BOARD_ENGINE, ["-d", database, "-f", folder, "--uri", uri, "-p", String(port)]);
    const address = await new Promise((found, failed) => {
      createInterface({ input: child.stdout }).on("line", line => /http:\S+/.test(line) && found(line.match(/http:\S+/)[0]));
      child.once("exit", code => failed(new Error(`the dashboard ended with ${code}`)));
    });
    return { child, address };
  }

  notebook(name, cells) {
    const cell = source => ({ cell_type: "code", execution_count: null, id: randomBytes(4).toString("hex"), metadata: {}, outputs: [], source });
    const kernelspec = { name: "rust", display_name: "Rust", language: "rust" };
    writeFileSync(join(this.notebooks, name), JSON.stringify({ cells: cells.map(cell), metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  }

  /** A plot of what a trainer logs, as a person would write it. */
  plotting(name, uri, { database = "d", folder = "f" } = {}) {
    this.notebook(name, [
      `:dep ml_board = { path = ${JSON.stringify(REPOSITORY)} }`,
      `use ml_board::Board;\nlet board = Board::builder().uri(${JSON.stringify(uri)}).database("${database}").folder("${folder}").open()?;`,
      "board.plot(\"Loss\")",
    ]);
  }

  /** A Jupyter server, with JupyterLab and Notebook 7. */
  async jupyter() {
    const port = await new Promise(found => {
      const probe = createServer().listen(0, "127.0.0.1", () => {
        const { port } = probe.address();
        probe.close(() => found(port));
      });
    });
    const token = randomBytes(16).toString("hex");
    const settings = join(this.env.JUPYTERLAB_SETTINGS_DIR, "@jupyterlab/apputils-extension");
    const set = (name, to) => writeFileSync(join(settings, `${name}.jupyterlab-settings`), JSON.stringify(to));
    mkdirSync(settings, { recursive: true });
    set("notification", { fetchNews: "false", checkForUpdates: false, doNotDisturbMode: true });
    set("themes", { "adaptive-theme": true });
    const options = ["--allow-root", "--no-browser", "--ip=127.0.0.1", `--port=${port}`, "--ServerApp.port_retries=0", "--ServerApp.allow_remote_access=True", `--ServerApp.root_dir=${join(this.path, "notebooks")}`];
    const child = this.start(ML_BOARD_TEST_JUPYTER, ["-m", "jupyter", "lab", ...options], { env: { ...this.env, JUPYTER_TOKEN: token }, stdio: ["ignore", "pipe", "pipe"] });
    let log = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", text => (log = (log + text).slice(-20_000)));
    const ask = (path, method = "GET") => fetch(`http://127.0.0.1:${port}/${path}`, { method, headers: { Authorization: `token ${token}` } });
    await until("the Jupyter server", async () => {
      if (child.exitCode !== null) throw new Error(`Jupyter did not start:\n${log}`);
      return (await ask("api").catch(() => null))?.ok;
    });
    const json = async path => (await ask(path)).json();
    const kernel = async name => (await json("api/sessions")).find(session => session.path.endsWith(name))?.kernel;
    return {
      child,
      /** The address of a notebook; on another host, as a hub's. */
      at: (app, name, host = "127.0.0.1") => `http://${host}:${port}/${app === "lab" ? "lab/tree" : "notebooks"}/of%20a%20person/${name}?token=${token}${app === "lab" ? "&reset" : ""}`,
      kernel,
      async tell(name, what) {
        const { id } = await kernel(name);
        const done = what === "shutdown" ? await ask(`api/kernels/${id}`, "DELETE") : await ask(`api/kernels/${id}/${what}`, "POST");
        if (!done.ok) throw new Error(`${what} of the kernel: ${done.status} ${await done.text()}`);
      },
      log: () => log,
    };
  }

  /** The engines that notebooks of this stage started. */
  engines() {
    const mine = pid => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(this.env.ML_BOARD_HOME) && readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("engine");
      } catch {
        return false;
      }
    };
    return readdirSync("/proc").filter(name => /^\d+$/.test(name) && mine(name)).map(Number);
  }

  async end() {
    for (const child of this.children) if (child.exitCode === null) child.stdin?.end(), child.kill("SIGTERM");
    await Promise.race([Promise.all(this.children.map(child => child.over)), pause(20_000)]);
    for (const child of this.children) if (child.exitCode === null) child.kill("SIGKILL");
    for (const pid of this.engines()) process.kill(pid, "SIGKILL");
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A page, and what a person saw on it. */
export class Watched {
  constructor(page) {
    this.page = page;
    this.seen = [];
    this.states = [];
    this.blanks = 0;
    this.errors = [];
    /** What it asked for news, and the answers. */
    this.tried = 0;
    this.asked = [];
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", error => {
      const place = /^\s+at .*?([^\s()]+)[)]?$/m.exec(error.stack)?.[1] ?? "";
      // Notebook 7 fails in two of its own scripts whenever it starts.
      if (!/[/]static[/](lab|notebook)[/]/.test(place)) this.errors.push(error.stack);
    });
    const news = /[/]live[?]|news[.]json/;
    page.on("request", request => (this.tried += Number(news.test(request.url()))));
    page.on("response", response => news.test(response.url()) && this.asked.push({ url: response.url(), status: response.status() }));
  }

  static async on(context) {
    const watched = new Watched(await context.newPage());
    await watch(watched.page, what => {
      if (what.blank) watched.blanks += 1;
      if (what.seen !== undefined) watched.seen.push(what);
      if (what.state !== undefined) watched.states.push(what.state);
    });
    return watched;
  }

  get last() {
    return this.seen.at(-1)?.seen ?? 0;
  }

  says(state) {
    return until(`the page to say ${state}; it said ${this.states.join(", ")}`, () => state.test(this.states.at(-1) ?? ""));
  }

  sees(value) {
    return until(`the page to show ${value}; it shows ${this.last}`, () => this.last >= value);
  }

  /** Runs all cells, as the menu does it, and waits for an output that was not there. */
  async run() {
    const { page } = this;
    const old = (await page.locator(".mlb-b").count()) ? await page.locator(".mlb-b").first().elementHandle() : null;
    // A cell that runs again has no output meanwhile.
    const { blanks } = this;
    await page.locator(".jp-Notebook .jp-Cell").first().waitFor();
    // Asked to run before it has its kernel, the notebook asks which one, or does nothing.
    const name = new URL(page.url()).pathname.split("/").pop();
    await until("the kernel", () => page.evaluate(async name => {
      const sessions = await (await fetch("/api/sessions")).json();
      return sessions.some(({ path, kernel }) => path.endsWith(name) && kernel.execution_state === "idle" && kernel.connections > 0);
    }, name));
    await until("a cell that runs", async () => {
      await page.locator(".lm-MenuBar-itemLabel").filter({ hasText: /^Run$/ }).click();
      await page.locator(".lm-Menu-itemLabel").filter({ hasText: /^Run All Cells$/ }).click();
      return page.locator(".jp-InputPrompt").filter({ hasText: /[*]|\d/ }).first().waitFor({ timeout: 5000 }).then(() => true, () => false);
    });
    await until("an output", async () => {
      const trouble = await page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr'], .jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").allTextContents();
      if (trouble.some(text => /error|failed|couldn't|panicked/i.test(text))) throw new Error(`the notebook says: ${trouble.join("\n")}`);
      if (!(await page.locator(".mlb-b .mlb-plotly .main-svg").count())) return false;
      return old === null || (await old.evaluate(each => !each.isConnected));
    }, 300_000);
    this.blanks = blanks;
  }
}

/** Milliseconds from each call to the frame that showed it, the shortest first. */
export function delays(trainer, watched, from, to) {
  const found = [];
  let i = 0;
  for (let count = from; count <= to; count++) {
    while (i < watched.seen.length && watched.seen[i].seen < count) i++;
    if (i === watched.seen.length) break;
    if (trainer.called.has(count)) found.push(Math.max(0, watched.seen[i].at - trainer.called.get(count)));
  }
  return found.sort((a, b) => a - b);
}

export const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
