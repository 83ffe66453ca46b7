// One board of one output: its runs, the store that it shares with other outputs, and what of both is to be seen.

import type { Board } from "../payload";
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
  private readonly all: number[];
  private readonly ending = new AbortController();
  private readonly legends = new Map<string, Legend>();
  private readonly themed = new Set<() => void>();

  constructor(readonly board: Board, readonly readAt: number, readonly root: HTMLElement) {
    this.runs = new Runs(board);
    this.all = Array.from({ length: this.runs.n }, (_, row) => row);
    this.store = storeOf(board.id);
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
      for (const listener of this.themed) listener();
    }, this.signal);
  }

  /** Calls the listener at these changes as long as the output is on the page. */
  on(changes: (Change | "theme")[], listener: () => void) {
    const guarded = () => this.alive() && listener();
    if (changes.includes("theme")) this.themed.add(guarded);
    this.store.on(changes.filter((change): change is Change => change !== "theme"), guarded, this.signal);
  }

  /** Whether the root is still on the page; if not, everything is let go. */
  alive(): boolean {
    if (!this.root.isConnected) this.ending.abort();
    return !this.signal.aborted;
  }

  /** The legend's column: chosen on the page, else the panel's own, else the board's, else the run's name. */
  legendKey(own: string | null = null): string {
    for (const key of [this.store.legend, own, this.board.legend]) if (key && (key === RUN_NAME || this.runs.columns.has(key))) return key;
    return RUN_NAME;
  }

  legend(own: string | null = null): Legend {
    return this.legendBy(this.legendKey(own));
  }

  /** The legend of this column, whatever was chosen on the page. */
  legendBy(key: string): Legend {
    let legend = this.legends.get(key);
    if (!legend) this.legends.set(key, (legend = new Legend(this.runs, key, this.theme.dark)));
    return legend;
  }

  /** Selected rows among those that pass the filters. */
  selectedRows(): number[] {
    const { selected } = this.store;
    return selected.size ? this.rows.filter(row => selected.has(this.runs.ids[row])) : [];
  }

  /** Rows that it is about: the selected ones if any is selected, else all that pass the filters. */
  focus(): number[] {
    const selected = this.selectedRows();
    return selected.length ? selected : this.rows;
  }

  /** Rows to be drawn: those in focus; where others are dimmed, all. */
  drawn(): number[] {
    return this.store.mode === "highlight" ? this.all : this.focus();
  }

  /** Whether a drawn row is dimmed, because it is not in focus. */
  dims(): (row: number) => boolean {
    if (this.store.mode !== "highlight") return () => false;
    const focus = new Set(this.focus());
    return row => !focus.has(row);
  }

  /** Rows to be drawn whose legend entry is switched on. */
  visible(legend: Legend): number[] {
    const hidden = this.store.hiddenOf(legend.key);
    const rows = this.drawn();
    return hidden.size ? rows.filter(row => !hidden.has(legend.of(row).value)) : rows;
  }

  /** A click on something of one run selects it. */
  pick(row: number, event: { shiftKey?: boolean; ctrlKey?: boolean; metaKey?: boolean } | boolean) {
    const adding = typeof event === "boolean" ? event : !!(event.shiftKey || event.ctrlKey || event.metaKey);
    this.store.pick(this.runs.ids[row], adding);
  }
}
