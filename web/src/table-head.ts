// The head of the table: what the columns belong to, their names (click: sort, drag: move and widen), and a filter under each.

import type { Table } from "../payload";
import { h } from "./dom";
import { follow, swallowClick } from "./drag";
import { parseFilter, type Kind } from "./filter";
import { hint } from "./filter-help";
import type { Grid } from "./grid";
import { groupOf } from "./column-groups";
import { RUN_NAME } from "./legend";
import type { TableColumn } from "./sparks";

const TYPING_PAUSE_MS = 120;
/** By so many pixels a key widens or narrows a column. */
const WIDTH_STEP = 16;
/** From so many pixels on a press on a column's name is a drag, and no click. */
const DRAG = 6;
/** What the rows of the head are called in style.css. */
export const HEADS = ["mlb-band-row", "mlb-head-row", "mlb-filter-row"];
const [BANDS, TITLES, FILTERS] = [0, 1, 2];
const PLACEHOLDER: Record<Kind, string> = { number: ">0.9", text: "text", time: ">2026-11" };

export type SortKey = Table["sort"][number];

/** What a person does in the head. */
export interface Actions {
  sort(key: string, alsoOthers: boolean): void;
  widen(column: TableColumn, width: number | null): void;
  /** Puts it before another, or at the end. */
  move(column: TableColumn, before: TableColumn | null): void;
  menu(column: TableColumn, anchor: HTMLElement): void;
  filter(key: string, text: string): void;
  /** The text of a filter can be read, or cannot. */
  said(): void;
  leave(): void;
}

export class TableHead {
  /** By column: what is wrong with its filter. */
  readonly errors = new Map<string, string>();
  private readonly titles = new Map<string, HTMLElement>();
  private readonly inputs = new Map<string, HTMLInputElement>();
  private readonly filterCells = new Map<string, HTMLElement>();
  private columns: TableColumn[] = [];
  private bands: HTMLElement[] = [];
  private version = -1;
  private sort: SortKey[] = [];

  constructor(private readonly grid: Grid, private readonly filters: ReadonlyMap<string, string>, private readonly actions: Actions) {}

  /** Shows these columns. Those that were there keep their elements, and the keyboard. */
  show(columns: TableColumn[]) {
    const focused = document.activeElement as HTMLElement | null;
    for (const kept of [this.titles, this.inputs, this.filterCells]) for (const key of kept.keys()) if (!columns.some(column => column.key === key)) kept.delete(key);
    for (const key of this.errors.keys()) if (!this.inputs.has(key)) this.errors.delete(key);
    this.columns = columns;
    this.grid.clearHead();
    this.version = -1;
    this.sight(0, 0);
    if (focused?.isConnected) focused.focus();
  }

  /** Makes the heads of columns that come into sight. */
  sight(from: number, to: number) {
    for (let place = from; place < to; place++) {
      const column = this.columns[place];
      if (this.titles.has(column.key)) continue;
      this.titles.set(column.key, this.title(column));
      this.grid.placeHead(TITLES, this.titles.get(column.key)!, place);
      this.filterCells.set(column.key, this.filterCell(column));
      this.grid.placeHead(FILTERS, this.filterCells.get(column.key)!, place);
      this.markSort(column.key);
      this.markFilter(column.key);
    }
    if (this.version !== this.grid.version) this.place();
  }

  /** Places what there is over its column. */
  place() {
    this.version = this.grid.version;
    this.columns.forEach((column, place) => {
      const title = this.titles.get(column.key);
      if (!title) return;
      this.grid.placeHead(TITLES, title, place);
      this.grid.placeHead(FILTERS, this.filterCells.get(column.key)!, place);
    });
    for (const band of this.bands) band.remove();
    this.bands = [];
    for (let from = 0; from < this.columns.length;) {
      const group = groupOf(this.columns[from]);
      let to = from + 1;
      // A band ends where those that stay in place end.
      while (to < this.columns.length && to !== this.grid.frozen && groupOf(this.columns[to]) === group) to++;
      const band = h("div", { class: "mlb-band", role: "columnheader" }, h("span", {}, group));
      this.bands.push(band);
      this.grid.placeHead(BANDS, band, from, to - from);
      from = to;
    }
  }

  /** Says what the rows are sorted by. */
  sorted(sort: SortKey[]) {
    this.sort = sort;
    for (const key of this.titles.keys()) this.markSort(key);
  }

  /** Says what filters there are: another output may have set them. */
  filtered() {
    for (const key of this.inputs.keys()) this.markFilter(key);
  }

  /** Whether a column's filter can be seen; columns that never came into sight have none yet. */
  shows(key: string): boolean {
    return this.columns.some(column => column.key === key);
  }

  focus(key: string) {
    this.titles.get(key)?.querySelector("button")?.focus();
  }

  private markSort(key: string) {
    const title = this.titles.get(key)!;
    const place = this.sort.findIndex(sorted => sorted.column === key), descending = place >= 0 && this.sort[place].descending;
    title.setAttribute("aria-sort", place < 0 ? "none" : descending ? "descending" : "ascending");
    title.querySelector(".mlb-arrow")!.textContent = place < 0 ? "" : (descending ? "▼" : "▲") + (this.sort.length > 1 ? place + 1 : "");
  }

  private markFilter(key: string) {
    const input = this.inputs.get(key);
    if (!input) return;
    const text = this.filters.get(key) ?? "", typing = input === document.activeElement;
    if (!typing && input.value.trim() !== text && (!this.errors.has(key) || !this.filters.size)) {
      input.value = text;
      this.check(key, input);
    }
    input.classList.toggle("mlb-set", text !== "");
  }

  // ------------------------------------------------------------------------------------------------------------------ names

  private title(column: TableColumn): HTMLElement {
    const { key } = column, first = key === RUN_NAME;
    const button = h("button", { type: "button", title: `${column.title}\nClick: sort. Shift and click: sort by this, too.${first ? "" : "\nDrag: move."}\nAlt and arrow keys: width${first ? "" : "; with Shift: place"}. Alt and down: menu.` },
      h("span", { class: "mlb-head-text", dir: "auto" }, column.title), h("span", { class: "mlb-arrow", "aria-hidden": "true" }));
    const open = () => this.actions.menu(column, cell);
    const menu = h("button", { type: "button", class: "mlb-more", "aria-haspopup": "menu", "aria-label": `Column ${column.title}`, title: "Sort, colour, freeze, hide", onclick: open }, "⋮");
    const edge = h("span", { class: "mlb-edge", "aria-hidden": "true", title: "Drag: width. Double click: as wide as it needs" });
    const cell = h("div", { role: "columnheader", class: `mlb-head-cell${column.kind === "number" && !column.spark ? " mlb-number" : ""}`, "aria-sort": "none", "aria-label": column.title }, button, menu, edge);
    button.addEventListener("click", event => this.actions.sort(key, event.shiftKey));
    cell.addEventListener("contextmenu", event => {
      event.preventDefault();
      open();
    });
    button.addEventListener("keydown", event => this.key(event, column, open));
    this.dragToWiden(edge, column);
    if (!first) this.dragToMove(button, column);
    return cell;
  }

  private key(event: KeyboardEvent, column: TableColumn, open: () => void) {
    const way = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const down = event.key === "ArrowDown";
    if (!event.altKey || !(way || down)) return;
    event.preventDefault();
    event.stopPropagation();
    const place = this.columns.indexOf(column);
    if (down) return open();
    if (!event.shiftKey) this.actions.widen(column, this.widthOf(place) + way * WIDTH_STEP);
    else if (place > 0) shift(this.columns, column, way, this.actions);
    this.focus(column.key);
  }

  private widthOf(place: number): number {
    return this.grid.edges[place + 1] - this.grid.edges[place];
  }

  private dragToWiden(edge: HTMLElement, column: TableColumn) {
    edge.addEventListener("dblclick", () => this.actions.widen(column, null));
    edge.addEventListener("pointerdown", down => {
      const before = this.widthOf(this.columns.indexOf(column));
      void follow(down, move => this.actions.widen(column, before + move.clientX - down.clientX));
    });
  }

  private dragToMove(button: HTMLElement, column: TableColumn) {
    button.addEventListener("pointerdown", down => {
      let to = -1;
      const moved = follow(down, move => {
        if (to < 0 && Math.abs(move.clientX - down.clientX) < DRAG) return;
        to = Math.max(1, this.grid.columnAt(move.clientX));
        this.titles.get(column.key)?.classList.add("mlb-dragged");
      });
      void moved.then(() => {
        this.titles.get(column.key)?.classList.remove("mlb-dragged");
        if (to < 0) return;
        swallowClick(); // It would sort.
        const before = this.columns[to] ?? null;
        if (before !== column) this.actions.move(column, before);
      });
    });
  }

  // ------------------------------------------------------------------------------------------------------------------ filters

  private filterCell(column: TableColumn): HTMLElement {
    if (column.spark) return h("div", { role: "gridcell", class: "mlb-head-cell" });
    const { key, kind } = column;
    const input = h("input", { type: "text", "aria-label": `Filter ${key}`, placeholder: PLACEHOLDER[kind], spellcheck: "false", autocomplete: "off" });
    input.value = this.filters.get(key) ?? "";
    let pause: ReturnType<typeof setTimeout>;
    const apply = () => {
      clearTimeout(pause);
      // What cannot be read yet filters nothing: the last filter that could be read stays.
      if (this.check(key, input)) this.actions.filter(key, input.value);
      this.actions.said();
    };
    input.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(apply, TYPING_PAUSE_MS);
    });
    input.addEventListener("change", apply);
    input.addEventListener("keydown", event => {
      if (event.key === "Enter") apply();
      if (event.key === "ArrowDown") this.actions.leave();
      if (event.key === "Escape" && input.value) {
        input.value = "";
        apply();
      }
      event.stopPropagation();
    });
    hint(input, kind, () => this.errors.get(key) ?? null);
    this.inputs.set(key, input);
    return h("div", { role: "gridcell", class: "mlb-head-cell" }, input);
  }

  /** Whether the text of a filter can be read; marks it if not. */
  private check(key: string, input: HTMLInputElement): boolean {
    const { kind } = this.columns.find(column => column.key === key)!;
    const parsed = parseFilter(input.value, kind);
    const wrong = parsed !== null && typeof parsed !== "function";
    if (wrong) this.errors.set(key, `${key}: ${parsed.error}`);
    else this.errors.delete(key);
    input.setAttribute("aria-invalid", String(wrong));
    return !wrong;
  }
}

/** Moves a column by one place; the first one, the run's name, stays where it is. */
export function shift(columns: TableColumn[], column: TableColumn, way: number, actions: Pick<Actions, "move">) {
  const place = columns.indexOf(column) + way;
  if (place < 1 || place >= columns.length) return;
  actions.move(column, way < 0 ? columns[place] : columns[place + 1] ?? null);
}
