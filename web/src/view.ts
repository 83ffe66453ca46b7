// One output: its runs, the board's store, and what of both is to be seen.

import type { Payload } from "../payload";
import { Legend, RUN_NAME } from "./legend";
import { Runs } from "./runs";
import { storeOf, type Change, type Store } from "./store";
import { watchTheme, type Theme } from "./theme";

export class View {
  readonly runs: Runs;
  readonly store: Store;
  /** Rows that pass the filters. */
  rows: number[] = [];
  theme!: Theme;
  private readonly ending = new AbortController();
  private readonly legends = new Map<string, Legend>();

  constructor(readonly payload: Payload, readonly root: HTMLElement) {
    this.runs = new Runs(payload);
    this.store = storeOf(payload.board);
    this.store.attach(this.runs, this.signal);
    this.rows = this.store.rows(this.runs);
    this.store.on(["rows"], () => this.alive() && (this.rows = this.store.rows(this.runs)), this.signal);
  }

  /** Aborts when the output is gone from the page. */
  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** Called when the root is on the page: styles can be read from then on. */
  begin() {
    watchTheme(this.root, theme => {
      this.theme = theme;
      this.legends.clear();
      this.alive() && this.dispatch();
    }, this.signal);
  }

  private readonly themed = new Set<() => void>();
  private dispatch() {
    for (const listener of this.themed) listener();
  }

  /** Calls the listener at these changes as long as the output is on the page. */
  on(changes: Change[], listener: () => void) {
    const guarded = () => this.alive() && listener();
    if (changes.includes("theme")) this.themed.add(guarded);
    this.store.on(changes.filter(change => change !== "theme"), guarded, this.signal);
  }

  /** Whether the root is still on the page; if not, everything is let go. */
  alive(): boolean {
    if (!this.root.isConnected) this.ending.abort();
    return !this.signal.aborted;
  }

  /** The legend's column: chosen on the page, else the panel's own, else the payload's, else the run's name. */
  legendKey(own: string | null = null): string {
    for (const key of [this.store.legend, own, this.payload.legend]) if (key && (key === RUN_NAME || this.runs.columns.has(key))) return key;
    return RUN_NAME;
  }

  legend(own: string | null = null): Legend {
    const key = this.legendKey(own);
    let legend = this.legends.get(key);
    if (!legend) this.legends.set(key, (legend = new Legend(this.runs, key, this.theme.dark)));
    return legend;
  }

  /** Selected rows among those that pass the filters. */
  selectedRows(): number[] {
    const { selected } = this.store;
    return selected.size ? this.rows.filter(row => selected.has(this.runs.ids[row])) : [];
  }

  /** Rows to be drawn: the selected ones if any is selected, else all that pass the filters. */
  drawn(): number[] {
    const selected = this.selectedRows();
    return selected.length ? selected : this.rows;
  }

  /** Rows to be drawn whose legend entry is switched on. */
  visible(legend: Legend): number[] {
    const hidden = this.store.hiddenOf(legend.key);
    const rows = this.drawn();
    return hidden.size ? rows.filter(row => !hidden.has(legend.of(row).value)) : rows;
  }
}
