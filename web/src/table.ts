// The table of runs: sort, filter, select. What passes and what is selected is what plots, images, histograms and thoughts show.

import type { Table } from "../payload";
import { ColumnChooser } from "./columns";
import { copy, csvOf } from "./csv";
import { h } from "./dom";
import { follow, swallowClick } from "./drag";
import { parseFilter } from "./filter";
import { grouped } from "./format";
import { Grid, ROW_HEIGHT } from "./grid";
import { RUN_NAME } from "./legend";
import { card } from "./parts";
import { sortRows, type Column } from "./runs";
import { literal } from "./rust";
import type { View } from "./view";

const HEAD_HEIGHT = 60;
const MOST_ROWS_IN_SIGHT = 11;
const TYPING_PAUSE_MS = 120;
/** Of a column that a person widens or narrows, in pixels. */
const NARROWEST = 40;
const WIDTH_STEP = 16;
/** From so many pixels on a press on a column's name is a drag, and no click. */
const DRAG = 6;

const HELP: Record<Column["kind"], string> = {
  number: "Examples: >0.9   <=1e-3   0.1..0.5   !=3   nan   – (missing)   1e-3 | 1e-2   >0.1, <0.5",
  text: "Examples: part of it   =all of it   !not this   this | that   /regular expression/i",
  time: "Examples: 2026-11-23   >2026-11-23 14:00   2026-11..2026-12",
};

type SortKey = Table["sort"][number];

export class RunTable {
  readonly element: HTMLElement;
  private readonly grid: Grid;
  private columns: Column[];
  /** The columns of a table that nobody chose any for, as Rust would name them. */
  private readonly usual: string;
  private readonly chooser: ColumnChooser;
  /** Of columns that a person gave one. */
  private readonly widths = new Map<string, number>();
  private readonly message = h("div", { class: "mlb-table-message", role: "status" });
  private readonly headers = new Map<string, HTMLElement>();
  private readonly inputs = new Map<string, HTMLInputElement>();
  private readonly errors = new Map<string, string>();
  private sort: SortKey[];
  /** Rows as they stand in the table. */
  private rows: number[] = [];
  /** Where a range begins that Shift extends. */
  private anchor = -1;

  /** `ownLegend`: the legend column of what is shown beside the table, for the colour of the boxes. */
  constructor(private readonly view: View, table: Table, private readonly ownLegend: string | null = null) {
    const { runs } = view;
    const all = [...runs.columns.values()];
    const chosen = table.columns ? table.columns.map(key => runs.columns.get(key)).filter((column): column is Column => !!column) : all.filter(column => column.shown);
    this.columns = chosen.filter(column => column.key !== RUN_NAME);
    this.usual = all.filter(column => column.shown && column.key !== RUN_NAME).map(column => literal(column.key)).join(", ");
    this.sort = table.sort.filter(key => runs.columns.has(key.column));
    this.grid = new Grid({
      label: "Runs",
      widths: this.columns.map(column => this.width(column)),
      headHeight: HEAD_HEIGHT,
      count: () => this.rows.length,
      fillRow: (row, frozen, index) => this.fillRow(row, frozen, index),
      fillCell: (cell, index, column) => this.fillCell(cell, index, column),
    }, view.signal);
    const scrollbar = 12;
    this.grid.element.style.height = `${HEAD_HEIGHT + Math.max(2, Math.min(runs.n, MOST_ROWS_IN_SIGHT)) * ROW_HEIGHT + scrollbar}px`;
    this.chooser = new ColumnChooser(runs, this.columns, columns => this.show(columns));
    this.makeHead();
    this.grid.element.addEventListener("click", event => this.click(event));
    this.grid.element.addEventListener("keydown", event => this.key(event));
    const csv = h("button", { type: "button", class: "mlb-toggle", title: "Copy the rows and columns of the table (the selected rows, if any) as CSV" }, "Copy CSV");
    csv.addEventListener("click", () => void this.copy());
    this.element = card("table", "Runs", [this.chooser.button, csv], this.chooser.element, this.grid.element, this.message);
    view.on(["rows"], () => this.arrange());
    view.on(["selection", "legend", "theme"], this.grid.draw);
    this.arrange();
  }

  /** What makes it: `board.table().columns(["lr"]).sort_by("lr")`. */
  rust(board: string): string {
    const columns = this.columns.map(column => literal(column.key)).join(", ");
    const sort = this.sort.map(({ column, descending }) => `.sort_by(${literal(column)})${descending ? ".descending()" : ""}`).join("");
    return `${board}.table()${columns === this.usual ? "" : `.columns([${columns}])`}${sort}`;
  }

  /** Sorts what passes the filters, and says what is wrong with them. */
  private arrange() {
    const { view } = this;
    this.rows = sortRows(view.rows, view.runs, this.sort);
    for (const [key, input] of this.inputs) {
      const text = view.store.filters.get(key) ?? "";
      if (input !== document.activeElement && input.value.trim() !== text && !this.errors.has(key)) input.value = text;
      if (!view.store.filters.size && input !== document.activeElement) {
        input.value = "";
        this.check(key, input);
      }
      input.classList.toggle("mlb-set", text !== "");
    }
    for (const [key, header] of this.headers) {
      const place = this.sort.findIndex(sorted => sorted.column === key);
      const descending = place >= 0 && this.sort[place].descending;
      if (header.getAttribute("role") === "columnheader") header.setAttribute("aria-sort", place < 0 ? "none" : descending ? "descending" : "ascending");
      header.querySelector(".mlb-arrow")!.textContent = place < 0 ? "" : (descending ? "▼" : "▲") + (this.sort.length > 1 ? place + 1 : "");
    }
    this.say();
    this.grid.draw();
  }

  private say() {
    const [error] = this.errors.values();
    this.message.classList.toggle("mlb-is-wrong", error !== undefined);
    const unseen = [...this.view.store.filters].filter(([key]) => this.view.runs.columns.has(key) && !this.inputs.has(key)).map(([key, text]) => `${key} ${text}`);
    if (error !== undefined) this.message.replaceChildren(error);
    else if (!this.rows.length && this.view.runs.n) this.message.replaceChildren("No run passes the filters. ", h("button", { type: "button", class: "mlb-link", onclick: () => this.view.store.clear() }, "Show all runs"));
    else this.message.replaceChildren(...(unseen.length ? [`Also filtered by columns that are not shown: ${unseen.join(", ")}`] : []));
  }

  /** Shows these columns. */
  private show(columns: Column[]) {
    const focused = [...this.headers].find(([, header]) => header.contains(document.activeElement))?.[0];
    this.columns = columns;
    this.grid.head.replaceChildren();
    this.headers.clear();
    this.inputs.clear();
    this.errors.clear();
    this.grid.layout(columns.map(column => this.width(column)));
    this.makeHead();
    this.arrange();
    if (focused) this.headers.get(focused)?.querySelector("button")?.focus();
  }

  private async copy() {
    const { runs, store } = this.view;
    const chosen = store.selected.size ? this.rows.filter(row => store.selected.has(runs.ids[row])) : this.rows;
    const name = runs.columns.get(RUN_NAME);
    const columns = name ? [name, ...this.columns] : this.columns;
    const done = await copy(csvOf(chosen, columns));
    this.message.replaceChildren(done ? `Copied ${grouped(chosen.length)} ${chosen.length === 1 ? "run" : "runs"} × ${grouped(columns.length)} columns as CSV` : "The browser did not let the page copy");
  }

  // ------------------------------------------------------------------------------------------------------------------ head

  private makeHead() {
    const titles = h("div", { role: "row", "aria-rowindex": 1, class: "mlb-head-row" }), filters = h("div", { role: "row", "aria-rowindex": 2, class: "mlb-filter-row" });
    const name = this.view.runs.columns.get(RUN_NAME);
    titles.append(this.header(RUN_NAME, "run", "mlb-frozen"));
    filters.append(name ? this.filterCell(name, "mlb-frozen") : h("div", { role: "gridcell", class: "mlb-head-cell mlb-frozen" }));
    this.columns.forEach((column, i) => {
      for (const [row, cell] of [[titles, this.columnHeader(column)], [filters, this.filterCell(column, "")]] as const) {
        this.grid.placeHead(cell, i);
        row.append(cell);
      }
    });
    this.grid.head.append(titles, filters);
  }

  private header(key: string, text: string, kind: string): HTMLElement {
    const button = h("button", { type: "button", title: `${text}\nClick: sort. Shift and click: sort by this, too.` }, h("span", { class: "mlb-head-text", dir: "auto" }, text), h("span", { class: "mlb-arrow", "aria-hidden": "true" }));
    button.addEventListener("click", event => this.sortBy(key, event.shiftKey));
    const cell = h("div", { role: "columnheader", class: `mlb-head-cell ${kind}`, "aria-sort": "none", "aria-colindex": 1 }, button);
    this.headers.set(key, cell);
    return cell;
  }

  /** The header of a column that can be widened and moved, by the pointer or with Alt and the arrow keys. */
  private columnHeader(column: Column): HTMLElement {
    const cell = this.header(column.key, column.key, column.kind === "number" ? "mlb-number" : "");
    const button = cell.querySelector("button")!;
    button.title += "\nDrag: move. Alt and arrow keys: width; with Shift: place.";
    button.addEventListener("keydown", event => {
      const way = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (!event.altKey || !way) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.shiftKey) this.shift(column, way);
      else this.widen(column, this.width(column) + way * WIDTH_STEP);
    });
    this.dragToMove(button, column);
    const edge = h("span", { class: "mlb-edge", "aria-hidden": "true", title: "Drag: width. Double click: as wide as it needs" });
    this.dragToWiden(edge, column);
    cell.append(edge);
    return cell;
  }

  private widen(column: Column, width: number) {
    this.widths.set(column.key, Math.max(NARROWEST, Math.round(width)));
    this.show(this.columns);
  }

  private shift(column: Column, way: number) {
    const place = this.columns.indexOf(column) + way;
    if (place < 0 || place >= this.columns.length) return;
    this.chooser.move(column, way < 0 ? this.columns[place] : this.columns[place + 1] ?? null);
  }

  private dragToWiden(edge: HTMLElement, column: Column) {
    edge.addEventListener("dblclick", () => {
      this.widths.delete(column.key);
      this.show(this.columns);
    });
    edge.addEventListener("pointerdown", down => {
      const before = this.width(column);
      follow(down, move => {
        this.widths.set(column.key, Math.max(NARROWEST, Math.round(before + move.clientX - down.clientX)));
        this.grid.layout(this.columns.map(each => this.width(each)));
        this.columns.forEach((each, i) => [this.headers.get(each.key), this.inputs.get(each.key)?.parentElement].forEach(cell => cell && this.grid.placeHead(cell, i)));
      });
    });
  }

  private dragToMove(button: HTMLElement, column: Column) {
    button.addEventListener("pointerdown", down => {
      let to = -1;
      const { grid } = this;
      const moved = follow(down, move => {
        if (to < 0 && Math.abs(move.clientX - down.clientX) < DRAG) return;
        const x = move.clientX - grid.element.getBoundingClientRect().left + grid.element.scrollLeft;
        // Before the first column whose middle lies to the right of the pointer.
        to = this.columns.filter((_, i) => (grid.edges[i] + grid.edges[i + 1]) / 2 <= x).length;
        this.headers.get(column.key)?.classList.add("mlb-dragged");
      });
      void moved.then(() => {
        this.headers.get(column.key)?.classList.remove("mlb-dragged");
        if (to < 0) return;
        swallowClick(); // It would sort.
        const before = this.columns[to] ?? null;
        if (before !== column) this.chooser.move(column, before);
      });
    });
  }

  private filterCell(column: Column, kind: string): HTMLElement {
    const { store } = this.view;
    const hint = { number: ">0.9", text: "text", time: ">2026-11" }[column.kind];
    const input = h("input", { type: "text", "aria-label": `Filter ${column.key}`, placeholder: hint, spellcheck: "false", autocomplete: "off", title: HELP[column.kind] });
    input.value = store.filters.get(column.key) ?? "";
    let pause: ReturnType<typeof setTimeout>;
    const apply = () => {
      clearTimeout(pause);
      // What cannot be read yet filters nothing: the last filter that could be read stays.
      if (this.check(column.key, input)) store.setFilter(column.key, input.value);
      this.say();
    };
    input.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(apply, TYPING_PAUSE_MS);
    });
    input.addEventListener("change", apply);
    input.addEventListener("keydown", event => {
      if (event.key === "Enter") apply();
      if (event.key === "ArrowDown") this.grid.element.focus();
      if (event.key === "Escape" && input.value) {
        input.value = "";
        apply();
      }
      event.stopPropagation();
    });
    this.inputs.set(column.key, input);
    return h("div", { role: "gridcell", class: `mlb-head-cell ${kind}`, "aria-colindex": 1 }, input);
  }

  /** Whether the text of a filter can be read; marks it if not. */
  private check(key: string, input: HTMLInputElement): boolean {
    const { kind } = this.view.runs.columns.get(key)!;
    const parsed = parseFilter(input.value, kind);
    const wrong = parsed !== null && typeof parsed !== "function";
    if (wrong) this.errors.set(key, `${key}: ${parsed.error}`);
    else this.errors.delete(key);
    input.setAttribute("aria-invalid", String(wrong));
    input.title = wrong ? parsed.error : HELP[kind];
    return !wrong;
  }

  /** Ascending, descending, then not at all. */
  private sortBy(column: string, alsoOthers: boolean) {
    const before = this.sort.find(key => key.column === column);
    const next: SortKey | null = !before ? { column, descending: false } : before.descending ? null : { column, descending: true };
    const rest = alsoOthers ? this.sort : [];
    this.sort = before && alsoOthers ? rest.flatMap(key => (key === before ? (next ? [next] : []) : [key])) : [...rest, ...(next ? [next] : [])];
    this.arrange();
  }

  // ------------------------------------------------------------------------------------------------------------------ rows

  private fillRow(row: HTMLElement, frozen: HTMLElement, index: number) {
    const { view } = this, { runs, store } = view;
    const run = this.rows[index], id = runs.ids[run];
    const legend = view.legend(this.ownLegend);
    const entry = legend.of(run);
    const on = !store.hiddenOf(legend.key).has(entry.value) && (!store.selected.size || store.selected.has(id));
    row.setAttribute("aria-selected", String(store.selected.has(id)));
    if (!frozen.firstChild) frozen.append(h("span", { class: "mlb-box" }), h("span", { class: "mlb-run", dir: "auto" }));
    const [box, name] = frozen.children as unknown as HTMLElement[];
    box.style.borderColor = entry.colour;
    box.style.backgroundColor = on ? entry.colour : "transparent";
    box.title = entry.label;
    if (name.textContent !== runs.names[run]) name.textContent = name.title = runs.names[run];
  }

  private fillCell(cell: HTMLElement, index: number, place: number) {
    const { runs } = this.view, column = this.columns[place], run = this.rows[index];
    const text = runs.text(column.key, run);
    if (cell.textContent !== text) cell.textContent = text;
    cell.title = runs.fullText(column.key, run);
    cell.className = `mlb-cell${column.kind === "number" ? " mlb-number" : ""}${runs.value(column.key, run) === null ? " mlb-missing" : ""}`;
    if (column.key === "status") cell.dataset.status = text;
    else delete cell.dataset.status;
  }

  /** As wide as its head and the first of its values need. */
  private width(column: Column): number {
    const own = this.widths.get(column.key);
    if (own !== undefined) return own;
    let longest = 0;
    for (let row = 0; row < Math.min(40, this.view.runs.n); row++) longest = Math.max(longest, this.view.runs.text(column.key, row).length);
    return Math.round(Math.max(72, Math.min(230, Math.max(column.key.length * 7.4 + 42, longest * 7 + (column.key === "status" ? 36 : 20)))));
  }

  // ------------------------------------------------------------------------------------------------------------------ selection

  private idsBetween(a: number, b: number): string[] {
    return this.rows.slice(Math.min(a, b), Math.max(a, b) + 1).map(row => this.view.runs.ids[row]);
  }

  private toggle(index: number) {
    const { store, runs } = this.view;
    const now = new Set(store.selected), id = runs.ids[this.rows[index]];
    if (!now.delete(id)) now.add(id);
    this.anchor = index;
    store.select(now);
  }

  /** A click selects this run alone, or lets it go; on its box, or with Ctrl, it joins the others; with Shift all between. */
  private click(event: MouseEvent) {
    const index = this.grid.indexAt(event.target);
    if (index === null) return;
    const { store, runs } = this.view;
    this.grid.active = index;
    if (event.shiftKey && this.anchor >= 0) {
      getSelection()?.removeAllRanges();
      store.select([...store.selected, ...this.idsBetween(this.anchor, index)]);
    } else if (event.ctrlKey || event.metaKey || (event.target as HTMLElement).closest(".mlb-box")) {
      this.toggle(index);
    } else {
      const id = runs.ids[this.rows[index]];
      this.anchor = index;
      store.select(store.selected.size === 1 && store.selected.has(id) ? [] : [id]);
    }
  }

  private key(event: KeyboardEvent) {
    if (event.target !== this.grid.element) return;
    const { grid, view: { store } } = this;
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: grid.pageRows, PageUp: -grid.pageRows, Home: -this.rows.length, End: this.rows.length };
    if (event.key in moves) {
      const from = Math.max(grid.active, 0);
      grid.activate(grid.active < 0 ? 0 : grid.active + moves[event.key]);
      if (event.shiftKey) store.select([...store.selected, ...this.idsBetween(from, grid.active)]);
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      grid.element.scrollLeft += event.key === "ArrowRight" ? 80 : -80;
    } else if ((event.key === " " || event.key === "Enter") && this.rows[grid.active] !== undefined) {
      this.toggle(grid.active);
    } else if (event.key === "Escape" && store.selected.size) {
      store.select([]);
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      store.select(this.idsBetween(0, this.rows.length));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
