// What can be done with a column, as a menu under its head.

import { h } from "./dom";
import { popover } from "./popover";

export interface Item {
  text: string;
  /** Of an item that is on or off. */
  on?: boolean;
  act(): void;
}

/** Opens the menu. Arrow keys, Home and End go through it, Escape closes it. */
export function menu(anchor: HTMLElement, label: string, items: Item[]) {
  const buttons = items.map(item => h("button", { type: "button", tabindex: -1, role: item.on === undefined ? "menuitem" : "menuitemcheckbox", "aria-checked": item.on === undefined ? null : String(item.on) }, item.text));
  const { element, close } = popover(anchor, "auto", { role: "menu", "aria-label": label, class: "mlb-menu" }, ...buttons);
  buttons.forEach((button, i) => button.addEventListener("click", () => {
    close();
    items[i].act();
  }));
  element.addEventListener("keydown", event => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement), last = buttons.length - 1;
    const to = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (event.key === "Tab") close();
    if (to === undefined) return;
    event.preventDefault();
    buttons[to].focus();
  });
  buttons[0].focus();
}
