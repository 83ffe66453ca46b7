// JupyterLab and Notebook 7, which show the same cells in other frames: where a notebook is opened, and what a person does in the frame.

import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./checks.mjs";

const { SERVER, TOKEN, SETTINGS, NOTEBOOKS } = process.env;

export const APPS = [
  { name: "JupyterLab", key: "lab", address: notebook => `${SERVER}/lab/tree/${notebook}?token=${TOKEN}&reset`, beside: notebook => `${SERVER}/lab/workspaces/second/tree/${notebook}?token=${TOKEN}&reset` },
  { name: "Notebook 7", key: "notebook", address: notebook => `${SERVER}/notebooks/${notebook}?token=${TOKEN}`, beside: notebook => `${SERVER}/notebooks/${notebook}?token=${TOKEN}` },
];

/** Settings of a plugin, which both read when a page is loaded. */
export function settings(plugin, values, extension = "@jupyterlab/apputils-extension") {
  const directory = join(SETTINGS, extension);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${plugin}.jupyterlab-settings`), JSON.stringify(values));
}

export async function open(app, page, notebook) {
  await page.goto(app.address(notebook), { waitUntil: "load" });
  await page.locator(".jp-Notebook .jp-OutputArea-output").first().waitFor();
}

/** Whether a script of Jupyter itself failed. */
export const ofJupyter = error => /[/]static[/](lab|notebook)[/]/.test(/^\s+at .*?([^\s()]+)[)]?$/m.exec(error.stack ?? "")?.[1] ?? "");

/** Takes a theme from the menu. */
export async function takeTheme(page, theme) {
  await page.locator(".lm-MenuBar-itemLabel", { hasText: "Settings" }).click();
  await page.locator(".lm-Menu-itemLabel", { hasText: /^Theme$/ }).click();
  await page.locator(".lm-Menu-itemLabel", { hasText: new RegExp(`^JupyterLab ${theme}$`) }).click();
}

/** Says that the notebook is trusted, as a person does it. */
export async function trust(page) {
  await page.keyboard.press("Control+Shift+C");
  await page.locator(".lm-CommandPalette-input:visible").fill("Trust Notebook");
  await page.locator(".lm-CommandPalette-item", { hasText: "Trust Notebook" }).first().click();
  await page.locator(".jp-Dialog-button.jp-mod-accept").click();
  await page.locator(".jp-Dialog").waitFor({ state: "detached" });
}

/** When the file of a notebook was written last. */
export const written = notebook => statSync(join(NOTEBOOKS, notebook)).mtimeMs;

/** Saves the notebook, and waits until it was written after that time: to trust it saves it, too, and what was saved is not saved again. */
export async function save(page, notebook, after) {
  await page.keyboard.press("Control+s");
  await eventually(`${notebook} is saved`, () => written(notebook), at => at > after);
}

/** Changes what is in a notebook behind the back of Jupyter. */
export function rewrite(notebook, from, to) {
  const file = join(NOTEBOOKS, notebook), text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`${notebook} does not have ${from}`);
  writeFileSync(file, text.replaceAll(from, to));
}
