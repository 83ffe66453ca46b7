// Two runs' pictures of one step: side by side, or what differs between them.

import type { Images } from "../payload";
import { h, toggle } from "./dom";
import { short } from "./format";
import { dialog, zoom } from "./lightbox";
import { large, loaded, put, type Item } from "./picture";
import type { PanelStep } from "./steps";

/** `rows`: the runs to choose from, the first two at first; `itemOf`: a run's picture at the step of the slider. */
export function compare(home: HTMLElement, images: Images, rows: number[], title: (row: number) => string, itemOf: (row: number) => Item | null, step: PanelStep, moved: (listener: () => void) => void) {
  const select = (label: string, row: number) => {
    const element = h("select", { "aria-label": label }, ...rows.map(each => h("option", { value: each }, title(each))));
    element.value = String(row);
    element.addEventListener("change", () => void draw());
    return element;
  };
  const first = select("First run", rows[0]), second = select("Second run", rows[1] ?? rows[0]);
  const left = h("img", {}), right = h("img", {}), difference = h("canvas", { role: "img" });
  const words = h("div", { class: "mlb-second", role: "status" });
  const box = zoom();
  let differs = false, drawing = 0;
  const mode = toggle("difference", "What differs between the two, instead of both side by side", false, on => {
    differs = on;
    void draw();
  });
  const swap = h("button", { type: "button", class: "mlb-toggle", title: "Change sides" }, "⇄");
  swap.addEventListener("click", () => {
    [first.value, second.value] = [second.value, first.value];
    void draw();
  });
  async function draw() {
    const now = ++drawing;
    const a = itemOf(+first.value), b = itemOf(+second.value);
    if (!a || !b) {
      box.element.replaceChildren();
      words.textContent = `none of this run up to step ${step.now}`;
      return;
    }
    const steps = a.step === b.step ? `step ${a.step}` : `steps ${a.step} and ${b.step}`;
    if (!differs) {
      for (const [image, item, run] of [[left, a, first], [right, b, second]] as const) put(image, item, large(images, item), `${images.tag} of ${title(+run.value)} at step ${item.step}`);
      box.element.replaceChildren(left, right);
      box.fit([left, right], Math.max(a.w, b.w), Math.max(a.h, b.h));
      words.textContent = steps;
      return;
    }
    const [one, other] = await Promise.all([loaded(large(images, a)), loaded(large(images, b))]);
    if (now !== drawing) return;
    if (a.w !== b.w || a.h !== b.h) {
      box.element.replaceChildren();
      words.textContent = `one is ${a.w} × ${a.h}, the other ${b.w} × ${b.h} pixels: they cannot be subtracted`;
      return;
    }
    const most = subtract(difference, one, other);
    difference.setAttribute("aria-label", `Difference of ${title(+first.value)} and ${title(+second.value)}`);
    box.element.replaceChildren(difference);
    box.fit([difference], a.w, a.h);
    words.textContent = most === 0 ? `${steps}: no difference` : `${steps}: the greatest difference is ${short(most / 255, 3)} of the whole range; it is drawn as white`;
  }
  const close = h("button", { type: "button", class: "mlb-toggle", onclick: () => element.close() }, "Close");
  const element = dialog(home, `Compare ${images.tag}`,
    h("div", { class: "mlb-dialog-bar" }, first, swap, second, mode, step.another(), h("span", { class: "mlb-space" }), ...box.controls, close),
    box.element, words);
  element.addEventListener("keydown", event => box.key(event));
  moved(() => element.isConnected && void draw());
  void draw();
}

/** Draws |a − b|, channel by channel, the greatest as white; says how great that was, of 255. */
function subtract(canvas: HTMLCanvasElement, a: HTMLImageElement, b: HTMLImageElement): number {
  const width = (canvas.width = a.naturalWidth), height = (canvas.height = a.naturalHeight);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const read = (image: HTMLImageElement) => {
    context.clearRect(0, 0, width, height);
    context.drawImage(image, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  };
  const one = read(a), other = read(b).data;
  const most = differences(one.data, other);
  context.putImageData(one, 0, 0);
  return most;
}

/** Into `a`, opaque: |a − b| so that the greatest is 255. Gives the greatest. */
export function differences(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    if (i % 4 === 3) continue;
    a[i] = Math.abs(a[i] - b[i]);
    if (a[i] > most) most = a[i];
  }
  for (let i = 0; i < a.length; i++) a[i] = i % 4 === 3 ? 255 : most ? (a[i] * 255) / most : 0;
  return most;
}
