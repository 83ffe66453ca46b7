// Pages as the Rust side makes them (src/render): a root with packed data and runtime, a static picture, the loader.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Payload } from "../../payload";

/** The folder web/, from where the tests are bundled (run.mjs). */
declare const WEB: string;

const asset = (name: string) => readFileSync(new URL(`../src/render/assets/${name}`, WEB));
const { hash } = JSON.parse(asset("manifest.json").toString());
const packed = asset("runtime.js.gz").toString("base64");
const loader = asset("loader.js").toString();

export const STATIC = "the static picture";

/** One output. Without a runtime it needs another that brings it. `version`: as if another ml_board had made it, with a runtime of its own. */
export function output(payload: Payload, { withRuntime = true, version = hash } = {}): string {
  const data = gzipSync(JSON.stringify(payload)).toString("base64");
  return `<div class="mlb" data-mlb-v="${version}" data-mlb-data="${data}"${withRuntime ? ` data-mlb-rt="${packed}"` : ""}>`
    + `<div class="mlb-static tex2jax_ignore mathjax_ignore"><p>${STATIC}</p></div></div><script>${loader.replaceAll(hash, version)}</script>`;
}

/** The runtime alone, as `board.runtime()` shows it. */
export const runtime = (): string => `<div data-mlb-v="${hash}" data-mlb-rt="${packed}"><p>keep this cell's output</p></div><script>${loader}</script>`;

/** The page that the engine serves itself. */
export const served = (): string => `<div class="mlb" data-mlb-v="${hash}" data-mlb-page="" data-mlb-rt="${packed}"></div><script>${loader}</script>`;

/** A page of outputs. `head` comes first: a policy, another Plotly, a theme. */
export function page(outputs: string[], { head = "", title = "ml_board" } = {}): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}<title>${title}</title>`
    + `<style>html{color-scheme:light dark}body{margin:16px}main>*{margin-bottom:20px}</style></head><body><main><h1 style="display:none">ml_board</h1>${outputs.join("\n")}</main></body></html>`;
}
