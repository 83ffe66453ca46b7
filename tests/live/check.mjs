// Live outputs in a real JupyterLab and a real Notebook 7, with a real kernel, trainer and browser: whatever happens to kernel, notebook or engine, the
// page never goes blank, never shows another run's data, and follows again. Run by `cargo xtask test live`.

import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY, Stage, until, Watched } from "./stage.mjs";
import { launch } from "./watch.mjs";

const PICTURES = process.env.ML_BOARD_TEST_PICTURES ?? join(REPOSITORY, "target/live");
mkdirSync(PICTURES, { recursive: true });
/** What another folder's trainer counts from. */
const OTHER = 1_000_000;

let passed = 0, failed = 0;
function check(name, holds, seen = "") {
  if (holds) passed += 1;
  else failed += 1;
  console.log(holds ? `ok    ${name}` : `FAIL  ${name}\n${JSON.stringify(seen)}`);
}

/** One goes on where the other ended: after the first that fails nothing more can be said. */
async function part(name, body) {
  try {
    await body();
    check(name, true);
  } catch (error) {
    check(name, false, String(error.stack ?? error));
    for (const [i, tab] of browser.contexts().flatMap(each => each.pages()).entries()) await tab.screenshot({ path: join(PICTURES, `failed-${i}.png`) }).catch(() => {});
    throw error;
  }
}

/** What a person sees by day and by night: the notebook's theme follows the system's. */
async function picture({ page }, name) {
  for (const scheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.locator(`body[data-jp-theme-light="${scheme === "light"}"] [data-mlb-theme="${scheme}"]`).first().waitFor();
    await page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
    await page.evaluate(() => new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted))));
    await page.screenshot({ path: join(PICTURES, `${name}-${scheme}.png`) });
  }
}

const stage = new Stage();
// A hub's name, for pages that are not on the engine's machine.
const browser = await launch("--host-resolver-rules=MAP hub.test 127.0.0.1");
const context = await browser.newContext({ viewport: { width: 1300, height: 950 } });
try {
  const trainer = stage.trainer(stage.local, { rate: 5 });
  await until("the trainer", () => trainer.last > 3);
  stage.plotting("live.ipynb", stage.local);
  const jupyter = await stage.jupyter();
  /** It shows what is logged from now on. */
  const follows = async page => {
    const now = trainer.last;
    await page.sees(now + 1);
    await page.says(/^live$/);
  };
  const sane = page => {
    if (page.blanks) throw new Error("the page went blank");
    if (page.seen.some(({ seen }) => seen >= OTHER)) throw new Error("it showed another run's data");
    if (page.errors.length) throw new Error(page.errors.join("\n"));
  };

  let page = await Watched.on(context);
  const { page: tab } = page;
  await tab.goto(jupyter.at("lab", "live.ipynb"));
  await part("an output of a cell follows the trainer", async () => {
    await page.run();
    await follows(page);
    sane(page);
  });
  await picture(page, "lab");

  await part("an interrupted kernel: it is followed as before", async () => {
    await jupyter.tell("live.ipynb", "interrupt");
    await follows(page);
    sane(page);
  });
  await part("a kernel that was restarted: it is followed as before", async () => {
    await jupyter.tell("live.ipynb", "restart");
    await follows(page);
    sane(page);
  });
  await part("and the cells that were run again are followed", async () => {
    await page.run();
    await follows(page);
    sane(page);
  });
  await part("saved, closed and opened again: it is followed", async () => {
    const file = join(stage.notebooks, "live.ipynb"), before = statSync(file).mtimeMs;
    await tab.keyboard.press("Control+s");
    await until("the notebook on the disk", () => statSync(file).mtimeMs > before && readFileSync(file, "utf8").includes("data-mlb-data"));
    await tab.close();
    page = await Watched.on(context);
    await page.page.goto(jupyter.at("lab", "live.ipynb"));
    await follows(page);
    sane(page);
  });
  await part("an engine that was killed, and another folder's on its port: the page keeps its own data", async () => {
    const port = Number(new URL(page.asked.at(-1).url).port);
    const shown = page.last;
    const other = stage.trainer(stage.local, { folder: "other", from: OTHER, rate: 5 });
    await until("the other trainer", () => other.last > OTHER);
    for (const pid of stage.engines()) process.kill(pid, "SIGKILL");
    await page.says(/^saved data/);
    const stranger = await stage.dashboard(stage.local, { folder: "other", port });
    if (Number(new URL(stranger.address).port) !== port) throw new Error("the port is taken");
    const { tried } = page;
    await until("questions to the stranger", () => page.tried > tried + 1);
    // Opened while only the stranger answers.
    await page.page.close();
    const before = page;
    page = await Watched.on(context);
    await page.page.goto(jupyter.at("lab", "live.ipynb"));
    await page.says(/^saved data/);
    await page.sees(1);
    sane(before);
    sane(page);
    if (page.last > shown + 1000) throw new Error(`it shows ${page.last}`);
    stranger.child.kill();
    await other.end();
  });
  await picture(page, "lab-saved");
  await part("and it follows again when its cells are run again", async () => {
    await page.run();
    await follows(page);
    sane(page);
  });
  await jupyter.tell("live.ipynb", "shutdown");
  await page.page.close();

  await part("Notebook 7: an output is followed, its kernel interrupted and restarted", async () => {
    stage.plotting("seven.ipynb", stage.local);
    page = await Watched.on(context);
    await page.page.goto(jupyter.at("notebook", "seven.ipynb"));
    await page.run();
    await follows(page);
    for (const what of ["interrupt", "restart"]) {
      await jupyter.tell("seven.ipynb", what);
      await follows(page);
    }
    await picture(page, "notebook");
    sane(page);
    await jupyter.tell("seven.ipynb", "shutdown");
    await page.page.close();
  });

  // Somewhere else than the engine: its loopback interface is not this page's.
  const away = await browser.newContext({ viewport: { width: 1300, height: 950 } });
  await away.route(/^http:[/][/]127[.]0[.]0[.]1:/, route => route.abort());
  await part("a page on another machine is told by jupyter-server-proxy", async () => {
    stage.plotting("hub.ipynb", stage.local);
    page = await Watched.on(away);
    await page.page.goto(jupyter.at("lab", "hub.ipynb", "hub.test"));
    await page.run();
    await follows(page);
    const { url, status } = page.asked.at(-1);
    if (!url.includes("/proxy/") || status !== 200) throw new Error(`${status} ${url}`);
    sane(page);
    await jupyter.tell("hub.ipynb", "shutdown");
    await page.page.close();
  });
  await away.route(/[/]proxy[/]/, route => route.abort());
  await part("without a proxy, by files beside the notebook, which go with the kernel", async () => {
    // As a person sets it: before the board is opened.
    stage.notebook("relay.ipynb", [
      `:dep ml_board = { path = ${JSON.stringify(REPOSITORY)} }`,
      "unsafe { std::env::set_var(\"ML_BOARD_RELAY\", \"on\") };",
      `let board = ml_board::Board::builder().uri(${JSON.stringify(stage.local)}).database("d").folder("f").open()?;`,
      "board.plot(\"Loss\")",
    ]);
    page = await Watched.on(away);
    await page.page.goto(jupyter.at("lab", "relay.ipynb", "hub.test"));
    await page.run();
    await follows(page);
    const { url, status } = page.asked.at(-1);
    if (!decodeURIComponent(url).includes("/api/contents/of a person/ml_board-live-") || status !== 200) throw new Error(`${status} ${url}`);
    await picture(page, "relay");
    sane(page);
    const left = () => readdirSync(stage.notebooks).filter(name => name.startsWith("ml_board-live-"));
    if (left().length !== 1) throw new Error(`relays: ${left()}`);
    await jupyter.tell("relay.ipynb", "shutdown");
    await until("a clean folder", () => left().length === 0);
    await page.says(/^saved data/);
    sane(page);
  });
  await trainer.end();
} catch (error) {
  if (!failed) check("everything else", false, String(error.stack ?? error));
} finally {
  await browser.close();
  await stage.end();
}
console.log(`pictures: ${PICTURES}\n${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed > 0 ? 1 : 0);
