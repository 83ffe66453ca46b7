// The panels of an output as they stand on the page, so that newer data go into them: what a person set in them (zoom, step, what is folded,
// how far a list was scrolled) stays.

import type { Group, Panel } from "../payload";

/** Something on the page that shows a panel. */
export interface Part<P> {
  readonly element: HTMLElement;
  /** Takes newer data; without it, or if it says that it cannot, the part is made anew. */
  refresh?(panel: P): void | false;
  /** The Rust that makes it, of the board that is called so. */
  rust?(board: string): string;
}

/** Makes the part of a panel, which listens no longer than to the signal; and by `child`, those of its panels. */
type Make = (panel: Panel, signal: AbortSignal, child: (panel: Panel) => Kept) => Part<any>;

export class Kept {
  element: HTMLElement;
  private part: Part<any>;
  private children: Kept[] | null;
  private ending!: AbortController;

  constructor(private panel: Panel, private readonly make: Make) {
    this.children = null;
    this.part = this.build(panel);
    this.element = this.part.element;
  }

  /** Shows a newer panel in the place of this one. */
  refresh(panel: Panel) {
    const before = this.panel;
    if (panel === before) return;
    this.panel = panel;
    if (this.children && isGroup(panel) && isGroup(before) && panel.type === before.type && panel.children.length === this.children.length) {
      return panel.children.forEach((child, i) => this.children![i].refresh(child));
    }
    if (!this.children && this.part.refresh && nameOf(panel) === nameOf(before) && this.part.refresh(panel) !== false) return;
    this.end();
    this.children = null;
    this.part = this.build(panel);
    this.element.replaceWith(this.part.element);
    this.element = this.part.element;
  }

  /** The panels as Rust composes them; what is only to be read is no part of it. */
  rust(boards: string[]): string {
    const { panel, children, part } = this;
    if (!children || part.rust) return part.rust?.(boards[(panel as { board?: number }).board ?? 0]) ?? "";
    const said = children.map(child => child.rust(boards)).filter(Boolean);
    return said.length === 1 ? said[0] : said.length ? `${panel.type}![${said.join(", ")}]` : "";
  }

  /** What was made of it listens no more. */
  private end() {
    this.ending.abort();
    this.children?.forEach(child => child.end());
  }

  private build(panel: Panel): Part<any> {
    this.ending = new AbortController();
    return this.make(panel, this.ending.signal, child => {
      const kept = new Kept(child, this.make);
      (this.children ??= []).push(kept);
      return kept;
    });
  }
}

const isGroup = (panel: Panel): panel is Group => panel.type === "row" || panel.type === "stack";

/** What it is about: a part only goes on with the same. */
const nameOf = (panel: Panel) => JSON.stringify([panel.type, (panel as any).board, (panel as any).tag, (panel as any).x, (panel as any).key]);
