// The table of runs: sort, filter, select. What passes and what is selected is what plots, images, histograms and thoughts show.

import type { Plot, Table } from "../payload";
import { menu } from "./column-menu";
import { ColumnChooser } from "./columns";
import { copy, csvOf } from "./csv";
import { h } from "./dom";
import { filterHelp } from "./filter-help";
import { grouped, short } from "./format";
import { Grid } from "./grid";
import { heat } from "./heat";
import { RUN_NAME } from "./legend";
import { card } from "./parts";
import { sortRows, type Column } from "./runs";
import { literal } from "./rust";
import { fillSpark, sourcesOf, sparkColumns, type TableColumn } from "./sparks";
import { HEADS, shift, TableHead, type SortKey } from "./table-head";
import { Selecting } from "./table-select";
import type { View } from "./view";

const MOST_ROWS_IN_SIGHT = 11;
/** Heights in style.css, in em: the head, and a row. */
const HEAD_EM = 6.5, ROW_EM = 2.1667;
/** Of a column that a person narrows, in pixels. */
const NARROWEST = 40;
/** Small curves shown at first; the chooser has all. */
const SPARKS = 2;

/** What the table is shown beside: the legend column of that, for the colour of the boxes, and plots, for small curves. */
export interface Beside { legend: string | null; plots: () => Plot[] }

const titled = (column: Column): TableColumn => ({ ...column, title: column.key });

export class RunTable {
  readonly element: HTMLElement;
  private readonly grid: Grid;
  private readonly head: TableHead;
  private readonly chooser: ColumnChooser;
  /** As they stand; the first is the run's name. */
  private columns: TableColumn[];
  private readonly first: TableColumn;
  /** The columns of a table that nobody chose any for, as Rust would name them. */
  private readonly usual: string;
  /** How many of them stay in place. */
  private frozen = 1;
  /** Of columns that a person gave one. */
  private readonly widths = new Map<string, number>();
  /** Columns with colours behind their numbers. */
  private readonly coloured = new Set<string>();
  private heats = new Map<string, ReturnType<typeof heat>>();
  private readonly message = h("div", { class: "mlb-table-message", role: "status" });
  private sort: SortKey[];
  /** Rows as they stand in the table. */
  private rows: number[] = [];

  /** All columns that there are to choose from. */
  private readonly choice: TableColumn[];

  constructor(private readonly view: View, private table: Table, private readonly beside: Beside = { legend: null, plots: () => [] }) {
    const { runs, store } = view;
    const all = [...runs.columns.values()].map(titled);
    this.first = { key: RUN_NAME, kind: "text", group: "run", shown: true, values: runs.names, title: "run" };
    const sparks = sparkColumns(sourcesOf(table, beside.plots()), runs);
    const choice = [...all.filter(column => column.key !== RUN_NAME && column.key !== "id" && !column.parts), ...sparks];
    const shown = shownAtFirst(table, choice, sparks);
    this.columns = [this.first, ...shown];
    this.choice = choice;
    this.usual = named(choice.filter(column => column.shown));
    this.sort = table.sort.filter(key => runs.columns.has(key.column));
    this.grid = new Grid({
      label: "Runs",
      count: () => this.rows.length,
      fillRow: (row, index) => this.fillRow(row, index),
      fillCell: (cell, index, column) => (column ? this.fillCell(cell, index, this.columns[column]) : this.fillName(cell, index)),
      sight: (from, to) => this.head.sight(from, to),
    }, HEADS, view.signal);
    this.fit();
    this.head = new TableHead(this.grid, store.filters, {
      sort: (key, alsoOthers) => this.sortBy(key, alsoOthers),
      widen: (column, width) => this.widen(column, width),
      move: (column, before) => this.chooser.move(column, before),
      menu: (column, anchor) => this.menu(column, anchor),
      filter: (key, text) => store.setFilter(key, text),
      said: () => this.say(),
      leave: () => this.grid.element.focus(),
    });
    this.chooser = new ColumnChooser(choice, shown, columns => this.show(columns));
    new Selecting(view, this.grid, () => this.rows);
    const csv = h("button", { type: "button", class: "mlb-toggle", title: "Copy the rows and columns of the table (the selected rows, if any) as CSV", onclick: () => void this.copy() }, "Copy CSV");
    this.element = card("table", "Runs", [this.chooser.button, csv, filterHelp()], this.chooser.element, this.grid.element, this.message);
    view.on(["rows"], () => this.arrange());
    view.on(["data"], () => this.grow());
    view.on(["panels"], () => this.sparks());
    view.on(["selection", "legend"], this.grid.draw);
    view.on(["theme"], () => {
      this.heats.clear();
      this.layout();
    });
    this.show(shown);
  }

  /** Takes newer values, and the columns that came with them. */
  private grow() {
    const { runs } = this.view;
    this.first.values = runs.names;
    for (const column of this.choice) {
      const known = column.spark ? null : runs.columns.get(column.key);
      if (known) Object.assign(column, known);
    }
    this.heats.clear();
    this.fit();
    const known = new Set(this.choice.map(column => column.key));
    const came = [...runs.columns.values()].filter(column => column.key !== RUN_NAME && column.key !== "id" && !known.has(column.key)).map(titled);
    if (came.length) this.chooser.add(came, this.table.columns ? [] : came.filter(column => column.shown));
    else {
      this.chooser.renew();
      this.arrange();
    }
  }

  /** Takes newer small curves. */
  private sparks() {
    const { table } = this, plots = this.beside.plots();
    const came: TableColumn[] = [], had = this.choice.filter(column => column.spark).length;
    for (const spark of sparkColumns(sourcesOf(table, plots), this.view.runs)) {
      const known = this.choice.find(column => column.key === spark.key);
      if (known) Object.assign(known, spark);
      else came.push(spark);
    }
    if (came.length) this.chooser.add(came, table.columns ? brought(table, came) : came.slice(0, Math.max(0, SPARKS - had)));
    else if (this.sort.some(({ column }) => !this.view.runs.columns.has(column))) this.arrange();
    else this.grid.draw();
  }

  refresh(table: Table) {
    this.table = table;
  }

  private fit() {
    this.grid.element.style.height = `calc(${HEAD_EM + Math.max(2, Math.min(this.view.runs.n, MOST_ROWS_IN_SIGHT)) * ROW_EM}em + 14px)`;
  }

  /** What makes it: `board.table().columns(["lr"]).sort_by("lr")`. Small curves are in the order of their last values. */
  rust(board: string): string {
    const columns = named(this.columns.slice(1));
    const sort = this.sort.filter(({ column }) => column.startsWith("curve(") || this.view.runs.columns.has(column)).map(({ column, descending }) => `.sort_by(${literal(column.replace(/^curve(?=\()/, "last"))})${descending ? ".descending()" : ""}`).join("");
    return `${board}.table()${columns === this.usual ? "" : `.columns([${columns}])`}${sort}`;
  }

  /** Sorts what passes the filters, and says what is wrong with them. */
  private arrange() {
    this.rows = sortRows(this.view.rows, this.view.runs, this.sort, this.columns);
    this.head.filtered();
    this.head.sorted(this.sort);
    this.say();
    this.grid.draw();
  }

  private say() {
    const { view, head, message } = this, { filters } = view.store;
    const [error] = head.errors.values();
    message.classList.toggle("mlb-is-wrong", error !== undefined);
    const unseen = [...filters].filter(([key]) => view.runs.columns.has(key) && !head.shows(key)).map(([key, text]) => `${key} ${text}`);
    if (error !== undefined) message.replaceChildren(error);
    else if (!this.rows.length && view.runs.n) message.replaceChildren("No run passes the filters. ", h("button", { type: "button", class: "mlb-link", onclick: () => view.store.clear() }, "Show all runs"));
    else message.replaceChildren(...(unseen.length ? [`Also filtered by columns that are not shown: ${unseen.join(", ")}`] : []));
  }

  /** Shows these columns, after the run's name. */
  private show(columns: TableColumn[]) {
    this.columns = [this.first, ...columns];
    this.layout();
    this.head.show(this.columns);
    this.arrange();
  }

  private layout() {
    this.grid.layout(this.columns.map(column => this.width(column)), this.frozen);
  }

  private async copy() {
    const { runs, store } = this.view;
    const chosen = store.selected.size ? this.rows.filter(row => store.selected.has(runs.ids[row])) : this.rows;
    const columns = this.columns.filter(column => !column.spark).map(column => (column === this.first ? { ...column, values: runs.columns.get(RUN_NAME)?.values ?? runs.names } : column));
    const done = await copy(csvOf(chosen, columns));
    this.message.replaceChildren(done ? `Copied ${grouped(chosen.length)} ${chosen.length === 1 ? "run" : "runs"} × ${grouped(columns.length)} columns as CSV` : "The browser did not let the page copy");
  }

  // ------------------------------------------------------------------------------------------------------------------ columns

  /** Ascending, descending, then not at all. */
  private sortBy(column: string, alsoOthers: boolean) {
    const before = this.sort.find(key => key.column === column);
    const next: SortKey | null = !before ? { column, descending: false } : before.descending ? null : { column, descending: true };
    const rest = alsoOthers ? this.sort : [];
    this.sort = before && alsoOthers ? rest.flatMap(key => (key === before ? (next ? [next] : []) : [key])) : [...rest, ...(next ? [next] : [])];
    this.arrange();
  }

  private menu(column: TableColumn, anchor: HTMLElement) {
    const { key } = column, first = column === this.first, place = this.columns.indexOf(column);
    const sorted = (descending: boolean) => () => {
      this.sort = [{ column: key, descending }];
      this.arrange();
    };
    const go = (way: number) => ({ text: way < 0 ? "Move left" : "Move right", act: () => shift(this.columns, column, way, this.chooser) });
    const frozen = place < this.frozen;
    menu(anchor, `Column ${column.title}`, [
      { text: "Sort: least first", act: sorted(false) },
      { text: "Sort: greatest first", act: sorted(true) },
      ...(column.spark || column.kind === "text" ? [] : [{ text: "Colours by value", on: this.coloured.has(key), act: () => this.colour(key) }]),
      ...(first ? [{ text: "Freeze the run's name only", act: () => this.freeze(1) }] : [{ text: "Freeze up to here", on: frozen, act: () => this.freeze(frozen ? place : place + 1) }, go(-1), go(1)]),
      ...(first ? [] : [{ text: "Hide", act: () => {
        this.chooser.hide(column);
        this.grid.element.focus();
      } }]),
    ]);
  }

  private colour(key: string) {
    if (!this.coloured.delete(key)) this.coloured.add(key);
    this.grid.draw();
  }

  private freeze(columns: number) {
    this.frozen = columns;
    this.layout();
    this.head.show(this.columns);
  }

  /** `width` in pixels; null: as wide as it needs. */
  private widen(column: TableColumn, width: number | null) {
    if (width === null) this.widths.delete(column.key);
    else this.widths.set(column.key, Math.max(NARROWEST, Math.round(width)));
    this.layout();
  }

  /** As wide as its head and the first of its values need. */
  private width(column: TableColumn): number {
    const own = this.widths.get(column.key);
    if (own !== undefined) return own;
    // What follows is for text of 12 pixels.
    const unit = parseFloat(getComputedStyle(this.view.root).fontSize) / 12;
    if (column === this.first) return Math.round(190 * unit);
    let longest = column.spark ? 14 : 0;
    if (!column.spark) for (let row = 0; row < Math.min(40, this.view.runs.n); row++) longest = Math.max(longest, this.view.runs.text(column.key, row).length);
    return Math.round(unit * Math.max(76, Math.min(230, Math.max(column.title.length * 7.4 + 46, longest * 7 + (column.key === "status" ? 36 : 20)))));
  }

  // ------------------------------------------------------------------------------------------------------------------ rows

  private fillRow(row: HTMLElement, index: number) {
    row.setAttribute("aria-selected", String(this.view.store.selected.has(this.view.runs.ids[this.rows[index]])));
  }

  private fillName(cell: HTMLElement, index: number) {
    const { view } = this, { runs, store } = view;
    const run = this.rows[index], entry = view.legend(this.beside.legend).of(run);
    const on = !view.hides()(run) && (!store.selected.size || store.selected.has(runs.ids[run]));
    if (!cell.firstChild) cell.append(h("span", { class: "mlb-box" }), h("span", { class: "mlb-run", dir: "auto" }));
    const [box, name] = cell.children as unknown as HTMLElement[];
    box.style.borderColor = entry.colour;
    box.style.backgroundColor = on ? entry.colour : "transparent";
    box.title = entry.label;
    if (name.textContent !== runs.names[run]) name.textContent = name.title = runs.names[run];
  }

  private fillCell(cell: HTMLElement, index: number, column: TableColumn) {
    const { view } = this, { runs } = view, run = this.rows[index];
    const background = this.coloured.has(column.key) ? this.heat(column)?.(run) ?? "" : "";
    if (cell.style.background !== background) cell.style.background = background;
    if (column.spark) {
      const last = column.values[run] as number | null;
      const words = `${column.title.slice(0, -2)} of ${runs.title(run)}, at last ${short(last)}`;
      cell.className = "mlb-cell";
      cell.title = last === null ? "" : words;
      delete cell.dataset.status;
      return fillSpark(cell, column.spark, run, view.legend(this.beside.legend).of(run).colour, words);
    }
    const value = column.values[run];
    const text = runs.text(column.key, run);
    if (cell.textContent !== text || cell.firstElementChild) cell.textContent = text;
    // In full only where it is more than what is seen: a title costs time.
    const full = typeof value === "number" || text.length > 12 ? runs.fullText(column.key, run) : "";
    if (cell.title !== full) cell.title = full;
    const kind = `mlb-cell${column.kind === "number" ? " mlb-number" : ""}${value === null ? " mlb-missing" : ""}`;
    if (cell.className !== kind) cell.className = kind;
    if (column.key === "status") cell.dataset.status = text;
    else if (cell.dataset.status !== undefined) delete cell.dataset.status;
  }

  private heat(column: TableColumn) {
    if (!this.heats.has(column.key)) this.heats.set(column.key, heat(column, this.view.theme.dark));
    return this.heats.get(column.key)!;
  }
}

/** As Rust names them; small curves have no name there. */
const named = (columns: TableColumn[]) => columns.filter(column => !column.spark).map(column => literal(column.key)).join(", ");

/** Those of the small curves that the table itself has. */
const brought = (table: Table, sparks: TableColumn[]) => sparks.filter(({ key }) => table.sparks?.some(spark => `curve(${spark.tag})` === key));

/** Those that were asked for, or all that are of interest; small curves before the other results. */
function shownAtFirst(table: Table, choice: TableColumn[], sparks: TableColumn[]): TableColumn[] {
  if (table.columns) {
    const asked = table.columns.flatMap(key => choice.filter(column => column.key === key));
    return [...asked, ...brought(table, sparks)];
  }
  const shown = choice.filter(column => column.shown && !column.spark);
  const results = shown.findIndex(column => column.group === "metric");
  shown.splice(results < 0 ? shown.length : results, 0, ...sparks.slice(0, SPARKS));
  return shown;
}
