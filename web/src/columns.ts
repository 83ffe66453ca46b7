// Which columns the table shows: a list that opens under a button, with search, groups, and a switch for those that never vary.

import { freshId, h, inFrame, toggle } from "./dom";
import { grouped } from "./format";
import { GROUPS } from "./column-groups";
import type { Column } from "./runs";
import type { TableColumn } from "./sparks";

export class ColumnChooser {
  /** The button, and beside it what it opens. */
  readonly button: HTMLButtonElement;
  readonly element: HTMLElement;
  /** Columns that a person wants, in the order of the table; those that never vary among them. */
  private wanted: TableColumn[];
  private varyingOnly = false;
  /** The columns that were told last. */
  private told: TableColumn[] = [];
  private readonly list = h("div", { class: "mlb-columns-list" });
  private readonly search: HTMLInputElement = h("input", { type: "search", placeholder: "Find columns", "aria-label": "Find columns" });

  /** `all`: what there is to choose from; `shown`: what of it is shown at first. */
  constructor(private readonly all: TableColumn[], shown: TableColumn[], private readonly changed: (columns: TableColumn[]) => void) {
    this.wanted = shown;
    const id = freshId("columns");
    this.button = h("button", { type: "button", class: "mlb-toggle", "aria-expanded": "false", "aria-controls": id, title: "Choose the columns" }, "Columns");
    const constant = toggle("only those that vary", "Hide columns that say the same of every run", false, on => {
      this.varyingOnly = on;
      this.tell();
    });
    this.element = h("div", { id, class: "mlb-columns", hidden: true, role: "group", "aria-label": "Columns" }, h("div", { class: "mlb-controls" }, this.search, constant), this.list);
    this.button.addEventListener("click", () => this.open(!!this.element.hidden));
    this.search.addEventListener("input", inFrame(() => this.draw()));
    this.element.addEventListener("keydown", event => {
      if (event.key === "Escape") {
        this.open(false);
        this.button.focus();
      }
      event.stopPropagation();
    });
    this.say();
  }

  /** Columns that came; those of them that are `shown` come after the others. */
  add(columns: TableColumn[], shown: TableColumn[]) {
    this.all.push(...columns);
    this.wanted = [...this.wanted, ...shown];
    this.tell();
  }

  /** There are newer values: what was the same for every run may vary now. */
  renew() {
    if (this.varyingOnly && this.shown().some((column, i, all) => column !== this.told[i] || all.length !== this.told.length)) this.tell();
  }

  /** The columns to show. */
  shown(): TableColumn[] {
    return this.varyingOnly ? this.wanted.filter(column => varies(column)) : this.wanted;
  }

  /** Puts a column before another one, or at the end. */
  move(column: TableColumn, before: TableColumn | null) {
    const rest = this.wanted.filter(other => other !== column);
    const place = before ? rest.indexOf(before) : rest.length;
    this.wanted = [...rest.slice(0, place), column, ...rest.slice(place)];
    this.tell();
  }

  hide(column: TableColumn) {
    this.set([column], false);
  }

  private open(open: boolean) {
    this.element.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    this.draw();
    this.search.focus();
  }

  private tell() {
    this.say();
    this.changed((this.told = this.shown()));
  }

  private say() {
    this.button.textContent = `Columns ${grouped(this.shown().length)}/${grouped(this.all.length)}`;
  }

  private draw() {
    const words = this.search.value.toLowerCase().split(/\s+/);
    const found = this.all.filter(column => words.every((word: string) => column.title.toLowerCase().includes(word)));
    this.list.replaceChildren(...GROUPS.flatMap(([group, title]) => {
      const columns = found.filter(column => column.group === group);
      return columns.length ? [this.group(title, columns)] : [];
    }));
    if (!found.length) this.list.replaceChildren("No column has this in its name.");
  }

  private group(title: string, columns: TableColumn[]): HTMLElement {
    const all = (text: string, on: boolean) => h("button", { type: "button", class: "mlb-link", "aria-label": `${title}: ${text}`, onclick: () => this.set(columns, on) }, text);
    const boxes = columns.map(column => {
      const box = h("input", { type: "checkbox" });
      box.checked = this.wanted.includes(column);
      box.addEventListener("change", () => this.set([column], box.checked));
      const same = !varies(column);
      return h("label", { class: same ? "mlb-same" : "", title: same ? `${column.title}: the same for every run` : column.title }, box, h("span", { dir: "auto" }, column.title));
    });
    return h("fieldset", {}, h("legend", {}, title, " ", all("all", true), " ", all("none", false)), ...boxes);
  }

  /** Shows or hides these; a new one comes after those that are there. */
  private set(columns: TableColumn[], on: boolean) {
    const others = this.wanted.filter(column => !columns.includes(column));
    this.wanted = on ? [...this.wanted, ...columns.filter(column => !this.wanted.includes(column))] : others;
    this.tell();
    this.draw();
  }
}

/** Whether two runs differ in it; a missing value differs from any other. */
export function varies({ values }: Column): boolean {
  return values.some(value => !Object.is(value, values[0]));
}
