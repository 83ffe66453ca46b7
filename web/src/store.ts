// What a person has set on the page: filters, selection, legend. One store for all outputs of the same board, so that they follow one another.
// It knows runs by their ids, because outputs made at different times have different rows.

import { parseFilter } from "./filter";
import type { Runs } from "./runs";

export type Change = "rows" | "selection" | "legend";

export class Store extends EventTarget {
  /** By column: what was typed. */
  readonly filters = new Map<string, string>();
  /** Ids of the selected runs; none selected means all. */
  selected = new Set<string>();
  /** The column that legends and captions say; undefined: each view's own. */
  legend: string | undefined;
  /** By legend column: values whose curves are switched off. */
  private readonly hidden = new Map<string, Set<string>>();
  private readonly sources = new Set<Runs>();

  /** The runs of an output take part until the signal aborts. */
  attach(runs: Runs, signal: AbortSignal) {
    this.sources.add(runs);
    signal.addEventListener("abort", () => this.sources.delete(runs));
  }

  on(changes: Change[], listener: () => void, signal: AbortSignal) {
    for (const change of changes) this.addEventListener(change, listener, { signal });
  }

  tell(change: Change) {
    this.dispatchEvent(new Event(change));
  }

  setFilter(column: string, text: string) {
    if ((this.filters.get(column) ?? "") === text.trim()) return;
    if (text.trim()) this.filters.set(column, text.trim());
    else this.filters.delete(column);
    this.tell("rows");
  }

  select(ids: Iterable<string>) {
    this.selected = new Set(ids);
    this.tell("selection");
  }

  setLegend(column: string) {
    this.legend = column;
    this.tell("legend");
  }

  hiddenOf(legend: string): ReadonlySet<string> {
    return this.hidden.get(legend) ?? NONE;
  }

  setHidden(legend: string, values: Iterable<string>) {
    this.hidden.set(legend, new Set(values));
    this.tell("legend");
  }

  /** Back to all runs: no filter, no selection, nothing hidden. */
  clear() {
    this.filters.clear();
    this.selected.clear();
    this.hidden.clear();
    this.tell("rows");
    this.tell("selection");
    this.tell("legend");
  }

  /** Rows that pass every filter, in the order of the board. A filter on a column that these runs lack asks another output's. */
  rows(runs: Runs): number[] {
    const tests: ((row: number) => boolean)[] = [];
    for (const [key, text] of this.filters) {
      const source = runs.columns.has(key) ? runs : [...this.sources].find(other => other.columns.has(key));
      const column = source?.columns.get(key);
      const test = column && parseFilter(text, column.kind);
      if (!column || typeof test !== "function") continue;
      const place = source === runs ? (row: number) => row : (row: number) => source!.row(runs.ids[row]) ?? -1;
      tests.push(row => test(column.values[place(row)] ?? null));
    }
    const rows: number[] = [];
    for (let row = 0; row < runs.n; row++) if (tests.every(test => test(row))) rows.push(row);
    return rows;
  }
}

const NONE: ReadonlySet<string> = new Set();

/** The store of a board, shared by every output on the page (and every version of this runtime that names it so). */
export function storeOf(board: string): Store {
  const stores: Map<string, Store> = ((window as any).__mlb_stores_1 ||= new Map());
  let store = stores.get(board);
  if (!store) stores.set(board, (store = new Store()));
  return store;
}
