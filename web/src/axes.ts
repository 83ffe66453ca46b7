// The controls that say how curves are drawn: smoothing and logarithms. What is set holds for every output of the board (a logarithm, for
// those of the same metric).

import { h, inFrame, slider, toggle } from "./dom";
import { short } from "./format";
import type { XKind } from "./settings";
import type { View } from "./view";

/** `own`: the weight where the page has none. `sigma`: the width of a Gaussian, which smooths until the slider is moved. */
export function smoothSlider(view: View, own: number, sigma?: number): HTMLElement {
  const words = (hundredths: number) => (sigma !== undefined && view.store.smooth === undefined ? `σ ${short(sigma, 3)}` : hundredths ? (hundredths / 100).toFixed(2) : "off");
  const place = () => Math.round(Math.min(0.99, Math.max(0, view.store.smooth ?? own)) * 100);
  const element = slider("Smooth", 99, place(), words, hundredths => view.store.setSmooth(hundredths / 100));
  const input = element.querySelector("input")!, output = element.querySelector("output")!;
  view.on(["axes"], inFrame(() => {
    if (input === document.activeElement && +input.value === place()) return;
    input.value = String(place());
    input.setAttribute("aria-valuetext", words(place()));
    output.textContent = words(place());
  }));
  return element;
}

export function logToggle(view: View, axis: "x" | "y", tag: string, own: boolean): HTMLButtonElement {
  const on = () => view.store.isLog(axis, tag) ?? own;
  const button = toggle(`log ${axis}`, `Logarithmic ${axis} axis`, on(), now => view.store.setLog(axis, tag, now));
  view.on(["axes"], () => button.setAttribute("aria-pressed", String(on())));
  return button;
}

const WORDS: Record<XKind, string> = { step: "step", relative: "time since start", wall: "time", metric: "metric" };

/** What x means, where that can be chosen. `kinds`: what these plots know; `own`: what they begin with; `metric`: the name of the other metric. */
export function xChooser(view: View, kinds: XKind[], own: XKind, metric: string): HTMLElement | false {
  if (kinds.length < 2) return false;
  const select = h("select", { "aria-label": "x axis" }, ...kinds.map(kind => h("option", { value: kind }, kind === "metric" ? metric : WORDS[kind])));
  const current = () => {
    select.value = kinds.find(kind => kind === view.store.x) ?? own;
  };
  current();
  select.addEventListener("change", () => view.store.setX(select.value as XKind));
  view.on(["axes"], current);
  return h("label", { class: "mlb-field" }, h("span", {}, "x"), select);
}

/** What stands at the x axis. */
export const xTitle = (kind: XKind, metric: string) => ({ step: "step", relative: "seconds since start", wall: "time", metric })[kind];
