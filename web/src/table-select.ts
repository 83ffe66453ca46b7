// Selecting runs in the table, by mouse and by keys.

import type { Grid } from "./grid";
import type { View } from "./view";

/** Pixels that an arrow key scrolls sideways. */
const SIDEWAYS = 80;

export class Selecting {
  /** Where a range begins that Shift extends. */
  private anchor = -1;

  /** `rows`: rows of the board as they stand in the table. */
  constructor(private readonly view: View, private readonly grid: Grid, private readonly rows: () => number[]) {
    grid.element.addEventListener("click", event => this.click(event));
    grid.element.addEventListener("keydown", event => this.key(event));
  }

  private idsBetween(a: number, b: number): string[] {
    return this.rows().slice(Math.min(a, b), Math.max(a, b) + 1).map(row => this.view.runs.ids[row]);
  }

  private idAt(index: number): string {
    return this.view.runs.ids[this.rows()[index]];
  }

  private toggle(index: number) {
    const { store } = this.view;
    const now = new Set(store.selected), id = this.idAt(index);
    if (!now.delete(id)) now.add(id);
    this.anchor = index;
    store.select(now);
  }

  /** A click selects this run alone, or lets it go; on its box, or with Ctrl, it joins the others; with Shift all between. */
  private click(event: MouseEvent) {
    const index = this.grid.indexAt(event.target);
    if (index === null) return;
    const { store } = this.view;
    this.grid.active = index;
    if (event.shiftKey && this.anchor >= 0) {
      getSelection()?.removeAllRanges();
      store.select([...store.selected, ...this.idsBetween(this.anchor, index)]);
    } else if (event.ctrlKey || event.metaKey || (event.target as HTMLElement).closest(".mlb-box")) {
      this.toggle(index);
    } else {
      const id = this.idAt(index);
      this.anchor = index;
      store.select(store.selected.size === 1 && store.selected.has(id) ? [] : [id]);
    }
  }

  private key(event: KeyboardEvent) {
    if (event.target !== this.grid.element) return;
    const { grid, view: { store } } = this, count = this.rows().length;
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: grid.pageRows, PageUp: -grid.pageRows, Home: -count, End: count };
    if (event.key in moves) {
      const from = Math.max(grid.active, 0);
      // Where no row is active yet, all keys but End begin at the first.
      grid.activate(grid.active < 0 && event.key !== "End" ? 0 : grid.active + moves[event.key]);
      if (event.shiftKey) store.select([...store.selected, ...this.idsBetween(from, grid.active)]);
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      grid.element.scrollLeft += event.key === "ArrowRight" ? SIDEWAYS : -SIDEWAYS;
    } else if ((event.key === " " || event.key === "Enter") && grid.active >= 0 && grid.active < count) {
      this.toggle(grid.active);
    } else if (event.key === "Escape" && store.selected.size) {
      store.select([]);
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      store.select(this.idsBetween(0, count));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
