// One board of one output: its runs, the store that it shares with other outputs, and what of both is to be seen.

import type { Board, Plot } from "../payload";
import { Legend, RUN_NAME } from "./legend";
import type { State } from "./live";
import { Runs } from "./runs";
import { CHANGES, storeOf, type Change, type Store } from "./store";
import { watchTheme, type Theme } from "./theme";
import type { Wishes } from "./wishes";
import type { Packed } from "./wire";

/** Beside what a person sets: the host's colours, data that came, of the runs and then in all panels, how new they are, and what else was asked for. */
type Heard = Change | "theme" | "data" | "panels" | "state" | "wishes";

export class View {
  readonly runs: Runs;
  readonly store: Store;
  /** Aborts when the output is gone from the page. */
  readonly signal: AbortSignal;
  /** Rows that pass the filters. */
  rows: number[] = [];
  theme!: Theme;
  private all: number[];
  private readonly ending = new AbortController();
  private readonly legends = new Map<string, Legend>();
  private readonly listeners = new Map<Heard, Set<() => void>>();
  /** Asks the engine for the points of a part of a plot; absent where there is none. */
  zoom?: (plot: Plot, range: [number, number]) => Promise<(Packed & { id: string })[]>;
  /** Tells the engine which runs are wanted beyond those that it sent by itself; absent where there is none. */
  wishes?: Wishes;
  /** What the output says of its data; null: it was saved for ever. */
  state: { word: State; why?: string } | null = null;

  constructor(public board: Board, public readAt: number, readonly root: HTMLElement) {
    this.signal = this.ending.signal;
    this.runs = new Runs(board);
    this.all = Array.from({ length: this.runs.n }, (_, row) => row);
    this.store = storeOf(board.id);
    this.store.attach(this.runs, this.signal);
    this.rows = this.store.rows(this.runs);
    this.store.on(["rows"], () => this.alive() && (this.rows = this.store.rows(this.runs)), this.signal);
  }

  /** The same view, for a part of the output that may go before the others: what listens by it stops at this signal, too. */
  until(signal: AbortSignal): View {
    return Object.create(this, { signal: { value: AbortSignal.any([this.signal, signal]) } });
  }

  /** Called when the root is on the page: styles can be read from then on. */
  begin() {
    watchTheme(this.root, theme => {
      this.theme = theme;
      this.legends.clear();
      this.tell("theme");
    }, this.signal);
  }

  /** Calls the listener at these changes as long as the output is on the page. */
  on(changes: Heard[], listener: () => void) {
    const guarded = () => this.alive() && listener();
    for (const change of changes) {
      if (!this.listeners.has(change)) this.listeners.set(change, new Set());
      const all = this.listeners.get(change)!.add(guarded);
      this.signal.addEventListener("abort", () => all.delete(guarded));
    }
    this.store.on(CHANGES.filter(change => changes.includes(change)), guarded, this.signal);
  }

  tell(...changes: Heard[]) {
    const listeners = new Set(changes.flatMap(change => [...(this.listeners.get(change) ?? [])]));
    for (const listener of listeners) listener();
  }

  /** Takes newer runs in the place of those before. What a person set stays. */
  refresh(board: Board, readAt: number) {
    const before = this.board, rowsBefore = this.rows;
    this.readAt = readAt;
    if (board === before) return;
    this.board = board;
    const told = this.runs.refresh(board);
    this.all = Array.from({ length: this.runs.n }, (_, row) => row);
    if (told.legend || board.legend !== before.legend) this.legends.clear();
    this.rows = this.store.rows(this.runs);
    const same = rowsBefore.length === this.rows.length && rowsBefore.every((row, i) => row === this.rows[i]);
    this.tell("data", ...(told.legend ? (["rows", "legend"] as const) : same ? [] : (["rows"] as const)));
  }

  /** Says how new the data are. */
  say(word: State, readAt: number | null, why?: string) {
    this.state = { word, why };
    if (readAt !== null) this.readAt = readAt;
    this.tell("state");
  }

  /** What the engine can be asked to add; null: it is out of reach. */
  get reach(): Wishes | null {
    return this.state?.word === "saved" || this.wishes?.away ? null : this.wishes ?? null;
  }

  /** Lets go of everything: the output is laid out anew. */
  end() {
    this.ending.abort();
  }

  /** Tells the engine what is selected whenever that changes, and when what it returns is called. */
  follow(tell: (ids: string[]) => Promise<void>): () => void {
    // Out of reach: it is told when it answers again.
    const say = () => void tell([...this.store.selected]).catch(() => {});
    this.store.on(["selection"], () => this.alive() && say(), this.signal);
    return say;
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

  /** Whether a legend has switched a row off; `but`: any other than that of this column. */
  hides(but?: string): (row: number) => boolean {
    return this.store.hides(this.runs, but);
  }

  /** Rows to be drawn that no legend has switched off. */
  visible(): number[] {
    const rows = this.drawn(), hides = this.hides();
    return this.store.hidden.size ? rows.filter(row => !hides(row)) : rows;
  }

  /** A click on something of one run selects it. */
  pick(row: number, event: { shiftKey?: boolean; ctrlKey?: boolean; metaKey?: boolean } | boolean) {
    const adding = typeof event === "boolean" ? event : !!(event.shiftKey || event.ctrlKey || event.metaKey);
    this.store.pick(this.runs.ids[row], adding);
  }
}
