// Elements, made from text only: nothing of the data is ever read as HTML.

type Props = Record<string, string | number | boolean | null | undefined | ((event: any) => void)>;

/** An element. `on…` are listeners, true and false add or leave out an attribute, everything else is an attribute. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: (Node | string | false)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  set(element, props);
  for (const child of children) if (child !== false) element.append(child);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element. */
export function s(tag: string, props: Props = {}, ...children: Node[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  set(element, props);
  element.append(...children);
  return element;
}

function set(element: Element, props: Props) {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
}

let ids = 0;
/** An id that no other element of the page has: the same output may be on it twice. */
export const freshId = (what: string) => `mlb-${what}-${++ids}-${Math.random().toString(36).slice(2, 7)}`;

/** Runs `draw` once in the next frame, however often it was asked for. */
export function inFrame(draw: () => void): () => void {
  let asked = 0;
  return () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      draw();
    });
  };
}

/** A labelled slider over `0..=last`, with the value in words beside it. */
export function slider(label: string, last: number, start: number, words: (position: number) => string, moved: (position: number) => void): HTMLElement {
  const output = h("output", { class: "mlb-value" }, words(start));
  const input = h("input", { type: "range", min: 0, max: last, step: 1, value: start, "aria-label": label, "aria-valuetext": words(start) });
  const draw = inFrame(() => moved(+input.value));
  input.addEventListener("input", () => {
    output.textContent = words(+input.value);
    input.setAttribute("aria-valuetext", words(+input.value));
    draw();
  });
  return h("label", { class: "mlb-slider" }, h("span", {}, label), input, output);
}

/** A button that is on or off. */
export function toggle(text: string, title: string, on: boolean, changed: (on: boolean) => void): HTMLButtonElement {
  const button = h("button", { type: "button", class: "mlb-toggle", title, "aria-pressed": String(on) }, text);
  button.addEventListener("click", () => {
    const now = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(now));
    changed(now);
  });
  return button;
}
