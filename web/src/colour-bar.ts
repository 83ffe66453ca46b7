// The legend of many numbers: a bar of their colours instead of a chip for each. The pointer on it brings out the curves of that number.

import { h } from "./dom";
import { short } from "./format";
import type { Legend, Scale } from "./legend";

/** `present`: the entries that are drawn. `hovered` is told the entry under the pointer. */
export function colourBar(legend: Legend, scale: Scale, present: Set<string>, hovered: (value: string | null) => void): HTMLElement {
  const inside = legend.entries.filter(entry => entry.number !== undefined);
  const drawn = inside.filter(entry => present.has(entry.value));
  const ramp = h("span", { class: "mlb-ramp", "aria-hidden": "true" });
  // The whole column's, whatever is drawn: so filtering recolours nothing.
  ramp.style.background = `linear-gradient(to right, ${Array.from({ length: 13 }, (_, i) => scale.colour(i / 12)).join(", ")})`;
  for (const entry of drawn.length <= 200 ? drawn : []) {
    const tick = h("i", { class: "mlb-ramp-tick" });
    tick.style.left = `${scale.at(entry.number!) * 100}%`;
    ramp.append(tick);
  }
  const said = h("span", { class: "mlb-value" });
  ramp.addEventListener("pointermove", event => {
    const box = ramp.getBoundingClientRect(), at = (event.clientX - box.left) / box.width;
    const near = drawn.reduce<(typeof drawn)[number] | null>((best, entry) => (!best || Math.abs(scale.at(entry.number!) - at) < Math.abs(scale.at(best.number!) - at) ? entry : best), null);
    said.textContent = near ? near.label : "";
    hovered(near?.value ?? null);
  });
  ramp.addEventListener("pointerleave", () => {
    said.textContent = "";
    hovered(null);
  });
  const words = `${legend.key}: colours from ${short(scale.low, 4)} to ${short(scale.high, 4)}${scale.log ? ", by the logarithm" : ""}`;
  return h("span", { class: "mlb-colours", role: "img", "aria-label": words, title: words }, h("span", { class: "mlb-ramp-name", dir: "auto" }, legend.key), short(scale.low, 4), ramp, short(scale.high, 4), scale.log ? h("span", {}, "log") : "", said);
}
