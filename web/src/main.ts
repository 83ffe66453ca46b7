// The runtime: one call mounts one output.

import type { Payload } from "../payload";
import { h } from "./dom";
import { output } from "./panels";
import { keepStill } from "./still";
import css from "./style.css";
import { View } from "./view";
import { widen } from "./wire";

/** Replaces the static picture of an output by the living one. On any trouble the static picture stays. */
export async function mount(root: HTMLElement): Promise<void> {
  if (root.dataset.mlbOn !== undefined) return;
  root.dataset.mlbOn = "";
  const payload: Payload = widen(JSON.parse(await unpack(root.dataset.mlbData!)));
  if (payload.v !== 1) throw Error(`made for another runtime (payload ${payload.v})`);
  addStyle();
  // Jupyter must not typeset $…$ in names.
  const body = h("div", { class: "mlb-b tex2jax_ignore mathjax_ignore notranslate" });
  keepKeys(body);
  keepStill(body);
  root.append(body);
  try {
    const views = payload.boards.map(board => new View(board, payload.read_at, body));
    for (const view of views) view.begin();
    body.append(...output(views, payload.panel));
  } catch (error) {
    body.remove();
    throw error;
  }
  root.querySelector<HTMLElement>(":scope > .mlb-static")?.style.setProperty("display", "none");
}

/** JupyterLab takes keys before the page sees them (b inserts a cell, d d deletes one), unless the focused element itself says no. */
function keepKeys(root: HTMLElement) {
  root.addEventListener("focusin", event => (event.target as Element).setAttribute("data-lm-suppress-shortcuts", "true"));
}

async function unpack(base64: string): Promise<string> {
  const bytes: Uint8Array = (Uint8Array as any).fromBase64?.(base64) ?? Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  return new Response(new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

let styled = false;
function addStyle() {
  if (!styled) document.head.append(h("style", {}, css));
  styled = true;
}
