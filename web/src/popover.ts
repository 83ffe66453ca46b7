// A small box that opens over the page beside what it belongs to: in the browser's top layer, where no scrolling box cuts it off.

import { h } from "./dom";

/** Space to the edges of the window, in pixels. */
const MARGIN = 6;

export interface Popover { element: HTMLElement; close(): void }

/**
 * Opens a box under `anchor`. `auto`: a press outside, Escape or another box closes it; `manual`: the caller does.
 * Where the browser has no popovers (before 2024), the box lies under the anchor's panel.
 */
export function popover(anchor: HTMLElement, kind: "auto" | "manual", props: Record<string, string>, ...children: (Node | string)[]): Popover {
  const element = h("div", { ...props, class: `mlb-popover ${props.class ?? ""}`, popover: kind }, ...children);
  const home = anchor.closest<HTMLElement>(".mlb-card") ?? anchor.parentElement!;
  home.append(element);
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    removeEventListener("scroll", away, true);
    removeEventListener("resize", close);
    const inside = element.contains(document.activeElement);
    element.remove();
    if (inside) (anchor.matches("button, input") ? anchor : anchor.querySelector<HTMLElement>("button, input"))?.focus();
  };
  const placed = anchor.getBoundingClientRect();
  const moved = () => {
    const { left, top } = anchor.getBoundingClientRect();
    return Math.abs(left - placed.left) > 1 || Math.abs(top - placed.top) > 1;
  };
  // Scrolling that leaves the anchor where it was (it stays in place, or the event is of before) leaves the box open.
  const away = (event: Event) => event.target instanceof Node && !element.contains(event.target) && event.target.contains(anchor) && moved() && close();
  element.addEventListener("toggle", event => (event as ToggleEvent).newState === "closed" && close());
  element.addEventListener("keydown", event => {
    if (event.key === "Escape") {
      close();
      event.preventDefault();
    }
    event.stopPropagation();
  });
  if (element.showPopover) {
    element.showPopover();
    place(element, anchor);
    addEventListener("scroll", away, { capture: true, passive: true });
    addEventListener("resize", close);
  }
  return { element, close };
}

/** Under the anchor, or over it where there is more room. */
function place(element: HTMLElement, anchor: HTMLElement) {
  const at = anchor.getBoundingClientRect(), { width, height } = element.getBoundingClientRect();
  const left = Math.max(MARGIN, Math.min(at.left, innerWidth - width - MARGIN));
  const below = at.bottom + 2, above = at.top - height - 2;
  element.style.left = `${left}px`;
  element.style.top = `${below + height + MARGIN <= innerHeight || above < MARGIN ? below : above}px`;
}
