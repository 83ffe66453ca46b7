// Clicks on a figure. One on a curve selects its run; two together mean the whole picture, and what each of them selected by itself is taken back.

import type { Store } from "./store";

export class Clicks {
  /** What was selected when the last two presses began, the later first. */
  private before: ReadonlySet<string>[] = [];
  /** Whether the last two presses were such a pair: plotly.js tells of the second click after it told of both. */
  doubled = false;

  constructor(private readonly store: Store) {}

  /** A button of the mouse went down. */
  press() {
    this.before = [this.store.selected, this.before[0]];
    this.doubled = false;
  }

  /** The last two presses belong together. */
  unpick() {
    const selected = this.before[1];
    this.doubled = true;
    if (selected && selected !== this.store.selected) this.store.select(selected);
  }
}
