// A grid that keeps in the page only the cells that can be seen: tens of thousands of rows, hundreds of columns. The first columns stay in place.

import { freshId, h, inFrame } from "./dom";

export interface Contents {
  label: string;
  count(): number;
  /** Fills a row's own attributes. */
  fillRow(row: HTMLElement, index: number): void;
  fillCell(cell: HTMLElement, index: number, column: number): void;
  /** Columns `from..to`, and those that stay in place, are about to be seen. */
  sight(from: number, to: number): void;
}

/** A row, and in it the pane of cells that stay in place. */
interface Row { row: HTMLElement; pane: HTMLElement }

/** Columns on either side of those in sight whose heads are made: what the Tab key goes to next. */
const AHEAD = 3;
/** Of the grid's width, that columns which stay in place may take. */
const MOST_FROZEN = 0.6;

export class Grid {
  readonly element: HTMLElement;
  /** Left edge of every column, and of the end. */
  edges: number[] = [0];
  /** Index of the row that the keyboard is at; -1: none. */
  active = -1;
  readonly draw: () => void;
  private readonly heads: Row[];
  private readonly head: HTMLElement;
  private readonly body: HTMLElement;
  private pool: (Row & { frozen: HTMLElement[]; cells: HTMLElement[] })[] = [];
  private widths: number[] = [];
  /** Columns that stay in place, as they were asked for. */
  private asked = 1;
  /** As many of them as there is room for. */
  frozen = 1;
  /** Counts up when columns have other places: heads are to be placed again. */
  version = 0;
  private height = { row: 0, head: 0 };

  /** `heads`: the class of each row of the head. */
  constructor(private readonly contents: Contents, heads: string[], signal: AbortSignal) {
    this.heads = heads.map((kind, i) => {
      const pane = h("div", { class: "mlb-pane", role: "none" });
      return { pane, row: h("div", { class: kind, role: "row", "aria-rowindex": i + 1 }, pane) };
    });
    this.head = h("div", { class: "mlb-grid-head", role: "rowgroup" }, ...this.heads.map(head => head.row));
    this.body = h("div", { class: "mlb-grid-body", role: "rowgroup" });
    this.element = h("div", { class: "mlb-grid", role: "grid", tabindex: 0, "aria-label": contents.label, "aria-multiselectable": "true" }, this.head, this.body);
    this.draw = inFrame(() => this.drawNow());
    this.element.addEventListener("scroll", this.draw, { passive: true });
    const size = new ResizeObserver(this.draw);
    size.observe(this.element);
    signal.addEventListener("abort", () => size.disconnect());
  }

  /** Lays out columns of these widths, of which the first few stay in place. */
  layout(widths: number[], frozen: number) {
    this.widths = widths;
    this.asked = frozen;
    this.edges = [0];
    for (const width of widths) this.edges.push(this.edges[this.edges.length - 1] + width);
    this.freeze(true);
    this.element.setAttribute("aria-colcount", String(widths.length));
    this.draw();
  }

  /** Empties the head: the columns are others. */
  clearHead() {
    for (const { row, pane } of this.heads) {
      row.replaceChildren(pane);
      pane.replaceChildren();
    }
  }

  /** Puts a cell of the head over its column, or over several. */
  placeHead(head: number, cell: HTMLElement, column: number, span = 1) {
    const { row, pane } = this.heads[head];
    const home = column < this.frozen ? pane : row;
    if (cell.parentElement !== home) insert(home, cell, column);
    this.place(cell, column, span);
  }

  private place(cell: HTMLElement, column: number, span = 1) {
    cell.style.left = `${this.edges[column]}px`;
    cell.style.width = `${this.edges[column + span] - this.edges[column]}px`;
    cell.setAttribute("aria-colindex", String(column + 1));
    if (span > 1) cell.setAttribute("aria-colspan", String(span));
  }

  /** As many of the columns that are to stay in place as leave room for others. */
  private freeze(always = false) {
    const room = (this.element.clientWidth || Infinity) * MOST_FROZEN;
    let frozen = Math.min(this.asked, this.widths.length);
    while (frozen > 1 && this.edges[frozen] > room) frozen--;
    if (frozen === this.frozen && !always) return;
    this.frozen = frozen;
    this.version++;
    const all = `${this.edges[this.edges.length - 1]}px`, pane = `${this.edges[frozen]}px`;
    this.head.style.width = this.body.style.width = all;
    for (const each of [...this.heads, ...this.pool]) each.pane.style.width = pane;
    this.element.style.setProperty("--mlb-pane", pane);
    for (const each of this.pool) each.row.remove();
    this.pool = [];
  }

  /** The index of the column that lies at a place of the window. */
  columnAt(clientX: number): number {
    const fromLeft = clientX - this.element.getBoundingClientRect().left;
    const x = fromLeft < this.edges[this.frozen] ? fromLeft : fromLeft + this.element.scrollLeft;
    // The first whose middle lies to the right of it.
    return this.widths.filter((_, i) => (this.edges[i] + this.edges[i + 1]) / 2 <= x).length;
  }

  /** Pixels of a row, and of the head: they go by the size of the text. */
  private measure() {
    this.height = { row: parseFloat(getComputedStyle(this.body).getPropertyValue("line-height")), head: this.head.offsetHeight };
  }

  /** Makes a row the active one and brings it into sight. */
  activate(index: number) {
    const { row, head } = this.height;
    this.active = Math.max(0, Math.min(this.contents.count() - 1, index));
    const top = this.active * row, room = this.element.clientHeight - head;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top + row > this.element.scrollTop + room) this.element.scrollTop = top + row - room;
    this.draw();
  }

  /** Rows that fit into the box. */
  get pageRows(): number {
    return Math.max(1, Math.floor((this.element.clientHeight - this.height.head) / this.height.row) - 1);
  }

  /** The index of the row that an event happened in. */
  indexAt(target: EventTarget | null): number | null {
    const row = (target as HTMLElement).closest<HTMLElement>(".mlb-grid-row");
    return row && this.body.contains(row) ? +row.dataset.index! : null;
  }

  private drawNow() {
    const { element, contents, body } = this;
    if (!element.clientWidth) return;
    this.measure();
    this.freeze();
    const count = contents.count(), { row: high, head } = this.height, { scrollTop, clientHeight } = element;
    const [from, to] = this.columnsInSight();
    element.setAttribute("aria-rowcount", String(count + this.heads.length));
    body.style.height = `${count * high}px`;
    contents.sight(Math.max(this.frozen, from - AHEAD), Math.min(this.widths.length, to + AHEAD));
    for (let column = 0; column < this.frozen; column++) contents.sight(column, column + 1);
    const first = Math.max(0, Math.floor(scrollTop / high) - 2);
    const rows = Math.min(count - first, Math.ceil((clientHeight - head) / high) + 4);
    while (this.pool.length < rows) this.addRow();
    element.removeAttribute("aria-activedescendant");
    this.pool.forEach(({ row, frozen, cells }, i) => {
      row.hidden = i >= rows;
      if (row.hidden) return;
      const index = first + i;
      row.style.transform = `translateY(${index * high}px)`;
      row.dataset.index = String(index);
      row.setAttribute("aria-rowindex", String(index + this.heads.length + 1));
      row.classList.toggle("mlb-active", index === this.active);
      if (index === this.active) element.setAttribute("aria-activedescendant", row.id);
      contents.fillRow(row, index);
      frozen.forEach((cell, column) => contents.fillCell(cell, index, column));
      for (let column = from; column < to; column++) {
        const cell = cells[column - from] ?? this.addCell(row, cells);
        cell.hidden = false;
        this.place(cell, column);
        contents.fillCell(cell, index, column);
      }
      for (let unused = Math.max(0, to - from); unused < cells.length; unused++) cells[unused].hidden = true;
    });
  }

  private columnsInSight(): [number, number] {
    const left = this.element.scrollLeft + this.edges[this.frozen], right = this.element.scrollLeft + this.element.clientWidth;
    const last = this.widths.length;
    let from = this.frozen;
    while (from < last && this.edges[from + 1] <= left) from++;
    let to = from;
    while (to < last && this.edges[to] < right) to++;
    return [from, to];
  }

  private addRow() {
    const frozen = Array.from({ length: this.frozen }, (_, column) => {
      const cell = h("div", { class: "mlb-cell", role: column ? "gridcell" : "rowheader" });
      this.place(cell, column);
      return cell;
    });
    const pane = h("div", { class: "mlb-pane", role: "none" }, ...frozen);
    pane.style.width = `${this.edges[this.frozen]}px`;
    const row = h("div", { class: "mlb-grid-row", role: "row", id: freshId("row") }, pane);
    this.body.append(row);
    this.pool.push({ row, pane, frozen, cells: [] });
  }

  private addCell(row: HTMLElement, cells: HTMLElement[]): HTMLElement {
    const cell = h("div", { class: "mlb-cell", role: "gridcell" });
    cells.push(cell);
    row.append(cell);
    return cell;
  }
}

/** In the order of the columns, so that the Tab key goes from left to right. */
function insert(home: HTMLElement, cell: HTMLElement, column: number) {
  const after = [...home.children].find(other => +(other.getAttribute("aria-colindex") ?? 0) > column + 1);
  home.insertBefore(cell, after ?? null);
}
