// From the log call to the pixel: a real trainer, a real kernel in JupyterLab and in Notebook 7, and the dashboard, in a real browser; with the embedded
// store and with MongoDB. Run by `cargo xtask bench live delays [SECONDS]`.

import { delays, pause, quantile, Stage, until, Watched } from "../../tests/live/stage.mjs";
import { launch } from "../../tests/live/watch.mjs";

const seconds = Number(process.argv[2] ?? 60);
const RATE = 10;
const browser = await launch();
console.log("| page | store | calls | p50 | p99 | most |\n|---|---|---|---|---|---|");
for (const store of ["embedded", "MongoDB"]) {
  for (const app of ["lab", "notebook", "dashboard"]) {
    const stage = new Stage();
    const context = await browser.newContext({ viewport: { width: 1300, height: 950 } });
    try {
      const database = `delays_${app}`;
      const uri = store === "embedded" ? stage.local : process.env.ML_BOARD_TEST_URI;
      const trainer = stage.trainer(uri, { database, rate: RATE });
      await until("the trainer", () => trainer.last > 3);
      const watched = await Watched.on(context);
      if (app === "dashboard") {
        await watched.page.goto((await stage.dashboard(uri, { database })).address);
      } else {
        stage.plotting("live.ipynb", uri, { database });
        const jupyter = await stage.jupyter();
        await watched.page.goto(jupyter.at(app, "live.ipynb"));
        await watched.run();
      }
      await watched.says(/^live$/);
      const from = trainer.last + RATE;
      await pause(1000 * (seconds + 1));
      const to = from + RATE * seconds - 1;
      await watched.sees(to);
      await trainer.end();
      const all = delays(trainer, watched, from, to);
      const ms = share => `${Math.round(quantile(all, share)).toLocaleString("en")} ms`;
      const name = { lab: "JupyterLab", notebook: "Notebook 7", dashboard: "dashboard" }[app];
      console.log(`| ${name} | ${store} | ${all.length} | ${ms(0.5)} | ${ms(0.99)} | ${ms(1)} |`);
    } finally {
      await context.close();
      await stage.end();
    }
  }
}
await browser.close();
