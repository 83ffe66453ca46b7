// The runtime: one call mounts one output.

import { h } from "./dom";
import { Output } from "./output";
import { Page } from "./page";
import css from "./style.css";

/** Replaces the static picture of an output by the living one. On any trouble the static picture stays. */
export async function mount(root: HTMLElement): Promise<void> {
  if (root.dataset.mlbOn !== undefined) return;
  root.dataset.mlbOn = "";
  addStyle();
  if (root.dataset.mlbPage !== undefined) return new Page(root).begin();
  new Output(root, JSON.parse(await unpack(root.dataset.mlbData!)));
  root.querySelector<HTMLElement>(":scope > .mlb-static")?.style.setProperty("display", "none");
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
