// What can be typed under a column's head, said where it is typed.

import { h } from "./dom";
import type { Kind } from "./filter";
import { popover, type Popover } from "./popover";

const EXAMPLES: Record<Kind, [string, string][]> = {
  number: [
    [">0.9", "greater; also >= < <= ="],
    ["0.1..0.5", "from … to, both included"],
    [">0.1, <0.5", "a comma is “and”"],
    ["1e-3 | 1e-2", "a bar is “or”"],
    ["!3", "everything but 3"],
    ["nan", "NaN; also inf, -inf"],
    ["–", "no value (also -)"],
  ],
  text: [
    ["adam", "has this in it"],
    ["=adam", "is exactly this"],
    ["adam | sgd", "a bar is “or”"],
    ["!adam", "has it not"],
    ["/^res.*50$/i", "a regular expression"],
    ["–", "no value (also -)"],
  ],
  time: [
    ["2026-11-23", "on this day; also 2026-11"],
    [">2026-11-23 14:00", "after; also >= < <="],
    ["2026-11..2026-12", "from … to, both included"],
    ["–", "no value (also -)"],
  ],
};

const TITLES: [Kind, string][] = [["number", "Numbers"], ["text", "Text"], ["time", "Times"]];

const list = (kind: Kind) => h("dl", { class: "mlb-examples" }, ...EXAMPLES[kind].flatMap(([example, meaning]) => [h("dt", {}, h("code", {}, example)), h("dd", {}, meaning)]));

/** The button that opens the help for all kinds of columns. */
export function filterHelp(): HTMLElement {
  const button = h("button", { type: "button", class: "mlb-toggle", "aria-haspopup": "dialog", title: "What can be typed under a column's name" }, "Filter help");
  button.addEventListener("click", () => {
    const { element } = popover(button, "auto", { role: "dialog", "aria-label": "Filter help", tabindex: "-1" },
      h("p", {}, "Type under a column's name. Filters of several columns hold together. A comparison with a missing value is false."),
      h("div", { class: "mlb-help" }, ...TITLES.map(([kind, title]) => h("div", {}, h("b", {}, title), list(kind)))));
    element.focus();
  });
  return button;
}

/** Examples under a filter while it is empty and has the keyboard, or what is wrong with it. */
export function hint(input: HTMLInputElement, kind: Kind, wrong: () => string | null) {
  let open: Popover | null = null;
  const close = () => {
    open?.close();
    open = null;
  };
  const say = () => {
    close();
    const error = wrong();
    if (document.activeElement !== input || (input.value && !error)) return;
    open = popover(input, "manual", { class: error ? "mlb-hint mlb-is-wrong" : "mlb-hint", "aria-hidden": "true" }, error ?? list(kind));
  };
  input.addEventListener("focus", say);
  input.addEventListener("blur", close);
  input.addEventListener("input", close);
  // After the table has read it.
  input.addEventListener("keyup", event => event.key !== "Tab" && setTimeout(say, 150));
}
