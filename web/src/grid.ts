// A grid that keeps in the page only the cells that can be seen: tens of thousands of rows, hundreds of columns. The first column stays in place.

import { freshId, h, inFrame } from "./dom";

export interface Contents {
  label: string;
  /** Of the scrolling columns, in pixels. */
  widths: number[];
  headHeight: number;
  count(): number;
  /** Fills a row's own attributes and its first, frozen cell. */
  fillRow(row: HTMLElement, frozen: HTMLElement, index: number): void;
  fillCell(cell: HTMLElement, index: number, column: number): void;
}

export const ROW_HEIGHT = 26;
const FROZEN_WIDTH = 190;

export class Grid {
  readonly element: HTMLElement;
  /** Rows of the head go in here. */
  readonly head: HTMLElement;
  /** Left edge of every scrolling column, and of the end. */
  edges: number[] = [];
  /** Index of the row that the keyboard is at; -1: none. */
  active = -1;
  readonly draw: () => void;
  private readonly body: HTMLElement;
  private readonly pool: { row: HTMLElement; frozen: HTMLElement; cells: HTMLElement[] }[] = [];

  constructor(private readonly contents: Contents, signal: AbortSignal) {
    this.head = h("div", { class: "mlb-grid-head", role: "rowgroup" });
    this.body = h("div", { class: "mlb-grid-body", role: "rowgroup" });
    this.element = h("div", { class: "mlb-grid", role: "grid", tabindex: 0, "aria-label": contents.label, "aria-multiselectable": "true" }, this.head, this.body);
    this.measure();
    this.draw = inFrame(() => this.drawNow());
    this.element.addEventListener("scroll", this.draw, { passive: true });
    const size = new ResizeObserver(this.draw);
    size.observe(this.element);
    signal.addEventListener("abort", () => size.disconnect());
  }

  /** Lays out other columns, or the same with other widths. The head is the caller's to fill again. */
  layout(widths: number[]) {
    this.contents.widths = widths;
    this.measure();
    this.draw();
  }

  private measure() {
    this.edges = [FROZEN_WIDTH];
    for (const width of this.contents.widths) this.edges.push(this.edges[this.edges.length - 1] + width);
    this.head.style.width = this.body.style.width = `${this.edges[this.edges.length - 1]}px`;
    this.element.setAttribute("aria-colcount", String(this.contents.widths.length + 1));
  }

  /** Places a cell of the head over its column. */
  placeHead(cell: HTMLElement, column: number) {
    cell.style.left = `${this.edges[column]}px`;
    cell.style.width = `${this.contents.widths[column]}px`;
    cell.setAttribute("aria-colindex", String(column + 2));
  }

  /** Makes a row the active one and brings it into sight. */
  activate(index: number) {
    this.active = Math.max(0, Math.min(this.contents.count() - 1, index));
    const top = this.active * ROW_HEIGHT, room = this.element.clientHeight - this.contents.headHeight;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top + ROW_HEIGHT > this.element.scrollTop + room) this.element.scrollTop = top + ROW_HEIGHT - room;
    this.draw();
  }

  /** Rows that fit into the box. */
  get pageRows(): number {
    return Math.max(1, Math.floor((this.element.clientHeight - this.contents.headHeight) / ROW_HEIGHT) - 1);
  }

  /** The index of the row that an event happened in. */
  indexAt(target: EventTarget | null): number | null {
    const row = (target as HTMLElement).closest<HTMLElement>(".mlb-grid-row");
    return row && this.body.contains(row) ? +row.dataset.index! : null;
  }

  private drawNow() {
    const { element, contents, body } = this;
    if (!element.clientWidth) return;
    const count = contents.count();
    element.setAttribute("aria-rowcount", String(count + this.head.children.length));
    body.style.height = `${count * ROW_HEIGHT}px`;
    const first = Math.max(0, Math.floor(element.scrollTop / ROW_HEIGHT) - 2);
    const rows = Math.min(count - first, Math.ceil((element.clientHeight - contents.headHeight) / ROW_HEIGHT) + 4);
    const [from, to] = this.columnsInSight();
    while (this.pool.length < rows) this.addRow();
    element.removeAttribute("aria-activedescendant");
    this.pool.forEach(({ row, frozen, cells }, i) => {
      row.hidden = i >= rows;
      if (row.hidden) return;
      const index = first + i;
      row.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      row.dataset.index = String(index);
      row.setAttribute("aria-rowindex", String(index + this.head.children.length + 1));
      row.classList.toggle("mlb-active", index === this.active);
      if (index === this.active) element.setAttribute("aria-activedescendant", row.id);
      contents.fillRow(row, frozen, index);
      for (let column = from; column < to; column++) {
        const cell = cells[column - from] ?? this.addCell(row, cells);
        cell.hidden = false;
        cell.style.left = `${this.edges[column]}px`;
        cell.style.width = `${contents.widths[column]}px`;
        cell.setAttribute("aria-colindex", String(column + 2));
        contents.fillCell(cell, index, column);
      }
      for (let unused = to - from; unused < cells.length; unused++) cells[unused].hidden = true;
    });
  }

  private columnsInSight(): [number, number] {
    const left = this.element.scrollLeft + FROZEN_WIDTH, right = this.element.scrollLeft + this.element.clientWidth;
    const last = this.contents.widths.length;
    let from = 0;
    while (from < last && this.edges[from + 1] <= left) from++;
    let to = from;
    while (to < last && this.edges[to] < right) to++;
    return [from, to];
  }

  private addRow() {
    const frozen = h("div", { class: "mlb-cell mlb-frozen", role: "rowheader", "aria-colindex": 1 });
    const row = h("div", { class: "mlb-grid-row", role: "row", id: freshId("row") }, frozen);
    this.body.append(row);
    this.pool.push({ row, frozen, cells: [] });
  }

  private addCell(row: HTMLElement, cells: HTMLElement[]): HTMLElement {
    const cell = h("div", { class: "mlb-cell", role: "gridcell" });
    cells.push(cell);
    row.append(cell);
    return cell;
  }
}
