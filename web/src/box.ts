// A box drawn around curves. plotly.js has one for points only: of lines it does not even tell where the box was.

import { h } from "./dom";
import { follow } from "./drag";
import type { Axes } from "./figure";

export interface Range { x: [number, number]; y: [number, number] }

/** Less is a click. */
const LEAST = 4;

/** Whoever drags in the stage while `on` says so draws a box; `drawn` is told what it holds. */
export function boxes(stage: HTMLElement, on: () => boolean, axes: () => Axes | null, drawn: (range: Range, down: PointerEvent) => void) {
  const box = h("div", { class: "mlb-select-box", hidden: true });
  stage.append(box);
  stage.addEventListener("pointerdown", down => {
    const area = on() && down.button === 0 ? axes() : null;
    if (!area) return;
    const { left: stageLeft, top: stageTop } = stage.getBoundingClientRect();
    const inside = (value: number, from: number, length: number) => Math.min(from + length, Math.max(from, value));
    const at = (event: PointerEvent) => ({ x: inside(event.clientX - stageLeft, area.left, area.width), y: inside(event.clientY - stageTop, area.top, area.height) });
    const from = at(down);
    if (from.x !== down.clientX - stageLeft || from.y !== down.clientY - stageTop) return;
    let to = from;
    const ended = follow(down, move => {
      to = at(move);
      box.hidden = false;
      box.style.cssText = `left:${Math.min(from.x, to.x)}px;top:${Math.min(from.y, to.y)}px;width:${Math.abs(to.x - from.x)}px;height:${Math.abs(to.y - from.y)}px`;
    });
    void ended.then(() => {
      box.hidden = true;
      if (Math.hypot(to.x - from.x, to.y - from.y) <= LEAST) return;
      const ends = (a: number, b: number): [number, number] => [Math.min(a, b), Math.max(a, b)];
      drawn({ x: ends(area.xAt(from.x), area.xAt(to.x)), y: ends(area.yAt(from.y), area.yAt(to.y)) }, down);
    });
  }, true);
}
