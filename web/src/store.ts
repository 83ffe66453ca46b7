// What a person has set on the page: filters, selection, legend, axes. One store for all outputs of the same board, so that they follow one another.
// It knows runs by their ids, because outputs made at different times have different rows.

import { parseFilter, type Kind, type Value } from "./filter";
import { legendValue, RUN_NAME } from "./legend";
import { link } from "./link";
import type { Column, Runs } from "./runs";
import type { Mode, Settings, XKind } from "./settings";

/** `axes`: smoothing, what x means, logarithms. `step`: of images and histograms. */
export type Change = "rows" | "selection" | "legend" | "axes" | "step";
export const CHANGES: Change[] = ["rows", "selection", "legend", "axes", "step"];

export class Store extends EventTarget {
  /** By column: what was typed. */
  readonly filters = new Map<string, string>();
  /** Ids of the selected runs; none selected means all. */
  selected = new Set<string>();
  mode: Mode = "filter";
  /** The column that legends and captions say; undefined: each view's own. */
  legend: string | undefined;
  /** Of all curves; undefined: each plot's own. */
  smooth: number | undefined;
  /** Of all images and histograms; null: each panel's last. */
  step: number | null = null;
  x: XKind | undefined;
  private readonly log = new Map<string, boolean>();
  /** By legend column: values whose runs are switched off, in every output, whatever its legend is. */
  readonly hidden = new Map<string, ReadonlySet<string>>();
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
    this.dispatchEvent(new Event("set"));
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

  /** A click on a run: it alone, or none if it was alone already; `adding`: it joins the others, or leaves them. */
  pick(id: string, adding: boolean) {
    const now = new Set(adding ? this.selected : []);
    if (adding) now.delete(id) || now.add(id);
    else if (this.selected.size !== 1 || !this.selected.has(id)) now.add(id);
    this.select(now);
  }

  setMode(mode: Mode) {
    this.mode = mode;
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
    const now = new Set(values);
    if (now.size) this.hidden.set(legend, now);
    else this.hidden.delete(legend);
    this.tell("legend");
  }

  setStep(step: number | null) {
    if (step === this.step) return;
    this.step = step;
    this.tell("step");
  }

  setSmooth(weight: number) {
    this.smooth = weight;
    this.tell("axes");
  }

  setX(x: XKind) {
    this.x = x;
    this.tell("axes");
  }

  /** Whether an axis of the plots of this tag is logarithmic; undefined: as each plot has it. */
  isLog(axis: "x" | "y", tag: string): boolean | undefined {
    return this.log.get(`${axis} ${tag}`);
  }

  setLog(axis: "x" | "y", tag: string, on: boolean) {
    this.log.set(`${axis} ${tag}`, on);
    this.tell("axes");
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

  settings(): Settings {
    const hidden = [...this.hidden].map(([key, values]) => [key, [...values]]);
    return {
      filters: Object.fromEntries(this.filters), selected: [...this.selected], legend: this.legend ?? null, hidden: Object.fromEntries(hidden),
      mode: this.mode, smooth: this.smooth ?? null, x: this.x ?? null, log: Object.fromEntries(this.log), step: this.step,
    };
  }

  /** Takes what was set elsewhere; tells of what is new here. */
  take(settings: Settings) {
    const before = this.settings();
    const refill = <V>(map: Map<string, V>, from: [string, V][]) => {
      map.clear();
      for (const [key, value] of from) map.set(key, value);
    };
    refill(this.filters, Object.entries(settings.filters));
    refill(this.hidden, Object.entries(settings.hidden).filter(([, values]) => values.length).map(([key, values]) => [key, new Set(values)]));
    refill(this.log, Object.entries(settings.log));
    this.selected = new Set(settings.selected);
    this.mode = settings.mode;
    this.legend = settings.legend ?? undefined;
    this.smooth = settings.smooth ?? undefined;
    this.step = settings.step;
    this.x = settings.x ?? undefined;
    const parts: Record<Change, (of: Settings) => unknown> = {
      rows: of => of.filters, selection: of => [of.selected, of.mode], legend: of => [of.legend, of.hidden], axes: of => [of.smooth, of.x, of.log], step: of => of.step,
    };
    const same = (change: Change) => JSON.stringify(parts[change](before)) === JSON.stringify(parts[change](settings));
    for (const change of CHANGES) if (!same(change)) this.dispatchEvent(new Event(change));
  }

  /** A column that some output of the board has. */
  column(key: string): Column | undefined {
    return [...this.sources].find(runs => runs.columns.has(key))?.columns.get(key);
  }

  /** What a run is called, if any output of the board has it. */
  title(id: string): string | undefined {
    for (const runs of this.sources) {
      const row = runs.row(id);
      if (row !== undefined) return runs.title(row);
    }
    return undefined;
  }

  /** Rows that pass every filter, in the order of the board. A filter on a column that these runs lack asks another output's. */
  rows(runs: Runs): number[] {
    let rows = Array.from({ length: runs.n }, (_, row) => row);
    for (const [key, text] of this.filters) {
      const column = this.found(runs, key);
      const test = column && parseFilter(text, column.kind);
      if (column && typeof test === "function") rows = rows.filter(row => test(column.value(row)));
    }
    return rows;
  }

  /** Whether a row is switched off, by a value of any column but one. */
  hides(runs: Runs, but?: string): (row: number) => boolean {
    const all = [...this.hidden].filter(([key]) => key !== but).map(([key, values]) => {
      const column = key === RUN_NAME ? undefined : this.found(runs, key);
      return (row: number) => values.has(column ? legendValue(column.value(row)) : runs.ids[row]);
    });
    return row => all.some(hides => hides(row));
  }

  /** A column by the rows of these runs; one that they lack is another output's. */
  private found(runs: Runs, key: string): { kind: Kind; value: (row: number) => Value } | undefined {
    const source = runs.columns.has(key) ? runs : [...this.sources].find(other => other.columns.has(key));
    const column = source?.columns.get(key);
    if (!source || !column) return undefined;
    const { kind, values } = column;
    return { kind, value: source === runs ? row => values[row] : row => values[source.row(runs.ids[row]) ?? -1] ?? null };
  }
}

const NONE: ReadonlySet<string> = new Set();

const stores = new Map<string, Store>();
// For whoever looks from the console. Another version of this runtime on the page has its own; they hear of each other by their links.
(globalThis as any).__mlb_stores_1 ??= stores;

/** The store of a board, shared by every output on the page that this runtime draws, and linked to those that others draw. */
export function storeOf(board: string): Store {
  let store = stores.get(board);
  if (!store) {
    stores.set(board, (store = new Store()));
    link(store, board);
  }
  return store;
}
