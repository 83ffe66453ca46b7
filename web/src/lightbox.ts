// A picture as large as the window lets it be. Arrows go through the run's steps; it can be made larger, and is then moved by scrolling.

import { h } from "./dom";

export interface Zoom {
  /** Around the pictures; scrolls. */
  element: HTMLElement;
  controls: HTMLElement[];
  /** Shows pictures of `width` × `height`, side by side, at first as large as there is room for. */
  fit(pictures: (HTMLImageElement | HTMLCanvasElement)[], width: number, height: number): void;
  key(event: KeyboardEvent): void;
}

/** Times by which a press makes a picture larger. */
const STEP = 1.5;
/** Screen pixels of one of the picture, from which on its pixels are shown as squares. */
const SQUARES = 2;

/** A box in which pictures are made larger and smaller. */
export function zoom(): Zoom {
  const element = h("div", { class: "mlb-zoom", tabindex: 0, role: "group", "aria-label": "Picture. Plus and minus zoom, 0 resets." });
  const words = h("output", { class: "mlb-value" });
  let shown: (HTMLImageElement | HTMLCanvasElement)[] = [], size = [1, 1], least = 1, factor = 1;
  const set = (to: number) => {
    factor = Math.min(64, Math.max(Math.min(least, 1), to));
    // Whole pixels, where there is room for them.
    const scale = factor > SQUARES ? Math.round(factor) : factor;
    for (const picture of shown) {
      picture.style.width = `${size[0] * scale}px`;
      picture.style.height = `${size[1] * scale}px`;
      picture.classList.toggle("mlb-pixels", scale >= SQUARES);
    }
    words.textContent = `${Math.round(scale * 100)} %`;
  };
  const button = (text: string, title: string, act: () => void) => h("button", { type: "button", class: "mlb-toggle", title, "aria-label": title, onclick: act }, text);
  element.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    set(factor * (event.deltaY < 0 ? STEP : 1 / STEP));
  }, { passive: false });
  return {
    element,
    controls: [button("−", "Smaller (minus)", () => set(factor / STEP)), words, button("+", "Larger (plus)", () => set(factor * STEP)), button("fit", "fit: as large as there is room for (0)", () => set(least))],
    fit(pictures, width, height) {
      shown = pictures;
      const before = size.join(), kept = factor !== least;
      size = [width, height];
      const room = Math.min((innerWidth * 0.86) / (width * pictures.length), (innerHeight * 0.68) / height);
      least = room > 1 ? Math.floor(room) : room;
      // The same size as the picture before: it stays as it was looked at.
      set(kept && before === size.join() ? factor : least);
    },
    key(event) {
      const acts: Record<string, () => void> = { "+": () => set(factor * STEP), "=": () => set(factor * STEP), "-": () => set(factor / STEP), "0": () => set(least) };
      const act = (event.target as HTMLElement).matches("select, input") ? undefined : acts[event.key];
      if (!act) return;
      act();
      event.preventDefault();
    },
  };
}

/** Opens a dialog over the page, inside of `home`, so that it has its colours. */
export function dialog(home: HTMLElement, label: string, ...children: (Node | false)[]): HTMLDialogElement {
  const element = h("dialog", { class: "mlb-dialog", "aria-label": label }, ...children);
  element.addEventListener("click", event => event.target === element && element.close());
  element.addEventListener("close", () => element.remove());
  // What is pressed in it is not for the page around it.
  element.addEventListener("keydown", event => event.stopPropagation());
  home.append(element);
  element.showModal();
  return element;
}
