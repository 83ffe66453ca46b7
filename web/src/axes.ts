// The controls that say how curves are drawn: smoothing and logarithms. What is set holds for every output of the board (a logarithm, for
// those of the same metric).

import { inFrame, slider, toggle } from "./dom";
import type { View } from "./view";

/** `own`: the weight where the page has none. */
export function smoothSlider(view: View, own: number): HTMLElement {
  const words = (hundredths: number) => (hundredths ? (hundredths / 100).toFixed(2) : "off");
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
