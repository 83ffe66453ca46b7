// What is set in the page as the Rust expression that makes it: `board.filter("lr < 0.01")?.plot("Loss").legend_by("lr").smooth(0.60)`.

import type { Board } from "../payload";
import { copy } from "./csv";
import { h } from "./dom";
import { MISSING } from "./format";
import { legendValue, RUN_NAME } from "./legend";
import { every, missing, num, oneOf, quote, rustFilter, there, UNSEEN } from "./rust-filter";
import type { Column } from "./runs";
import type { View } from "./view";

/** What a panel says of itself, after `board`: `.plot("Loss").log_y()`. */
export type Says = (board: string) => string;

/** A string literal of Rust. */
export function literal(text: string): string {
  return /["\\]/.test(text) && !text.includes('"#') && !UNSEEN.test(text) ? `r#"${text}"#` : quote(text);
}

/** An `f64` literal. */
export const float = (value: number) => {
  const text = num(value);
  return /[.e]|nan|inf/.test(text) ? text.replace(/^(-?)inf$/, "$1f64::INFINITY") : `${text}.0`;
};

/** The filters, the selection and what the legend hides, as one filter; null: none. What cannot be said is named in `unsaid`. */
export function narrowing(view: View, unsaid: string[] = []): string | null {
  const { store, runs } = view;
  const all: string[] = [];
  for (const [key, text] of store.filters) {
    const column = runs.columns.get(key) ?? store.column(key);
    const said = column && rustFilter(column, text);
    if (said) all.push(said);
    else unsaid.push(`${key} ${text}`);
  }
  for (const [key, hidden] of store.hidden) all.push(...withoutHidden(view, key, hidden));
  // Those that are selected, of what the filters leave: as it is drawn. An output without any of them shows what it has.
  if (view.selectedRows().length) all.push(oneOf("id", [...store.selected]));
  if (view.drawn().length > view.focus().length) unsaid.push("the others, dimmed");
  return all.length ? every(all) : null;
}

function withoutHidden(view: View, key: string, hidden: ReadonlySet<string>): string[] {
  const own = view.runs.columns.get(key), column = key === RUN_NAME ? undefined : own ?? view.store.column(key);
  if (!column) return [`not (${oneOf("id", [...hidden])})`];
  const values = own ? view.legendBy(key).entries.map(entry => entry.value).filter(value => hidden.has(value)) : [...hidden];
  return values.flatMap(value => {
    if (column.parts) {
      const row = own ? own.values.findIndex(each => legendValue(each) === value) : -1;
      return row < 0 ? [] : [`not (${every(partsOf(view, column.parts.keys, row))})`];
    }
    if (value === MISSING) return [there(column)];
    const said = rustFilter(column, isExactly(column, value));
    return said ? [`not (${said})`] : [];
  });
}

/** What a run has in each of the columns that a legend says together. */
function partsOf({ runs }: View, keys: string[], row: number): string[] {
  return keys.flatMap(key => {
    const part = runs.columns.get(key), value = runs.value(key, row);
    if (!part) return [];
    if (value === null) return [missing(part)];
    return rustFilter(part, isExactly(part, String(value))) ?? [];
  });
}

/** The filter of the page for this value. */
const isExactly = (column: Column, value: string) => (column.kind === "text" ? exactly(value) : value === "NaN" ? "nan" : `=${value.replace("Infinity", "inf")}`);

/** The filter of the page for this text and no other. */
const exactly = (text: string) => (/[|\r\n]|^\s|\s$/.test(text) || text === "" ? `/^${text.replace(/[.*+?^${}()[\]\\/]/g, "\\$&").replace(/\|/g, "\\x7c")}$/` : `=${text}`);

/** `.legend_by("lr")`, where the panel would not say it by itself. */
export function legendCall(view: View, own: string | null): string {
  const key = view.legendKey(own);
  // Several parameters together are what a board says by itself.
  if (view.runs.columns.get(key)?.parts) return "";
  return own === null && view.store.legend === undefined ? "" : `.legend_by(${literal(key)})`;
}

/** A board as the notebook made it, and what the page narrows it by. */
export function boardOf(board: Board, filter: string | null): string {
  const filters = [board.filter ?? null, filter].filter((each): each is string => each !== null);
  return `board${filters.map(each => `.filter(${literal(each)})?`).join("")}`;
}

/** The whole output: `says` gets the names of its boards. Where there is more than one panel of a narrowed board, the board gets a name. */
export function expression(views: View[], panels: number, says: (boards: string[]) => string): { text: string; unsaid: string[] } {
  const unsaid: string[] = [];
  const boards = views.map(view => boardOf(view.board, narrowing(view, unsaid)));
  if (panels === 1 && views.length === 1) return { text: says(boards), unsaid };
  const names = boards.map((board, i) => (views.length > 1 ? `board_${i + 1}` : board === "board" ? "board" : "shown"));
  const lets = boards.flatMap((board, i) => (names[i] === "board" ? [] : [`let ${names[i]} = ${board};${views.length > 1 ? ` // ${views[i].board.title.replace(new RegExp(UNSEEN, "gu"), " ")}` : ""}\n`]));
  return { text: lets.join("") + says(names), unsaid };
}

/** The button, and the line that shows what was copied. */
export function copyAsRust(make: () => { text: string; unsaid: string[] }): { button: HTMLElement; shown: HTMLElement } {
  const code = h("code", {}), said = h("span", { class: "mlb-count", role: "status" });
  const close = h("button", { type: "button", class: "mlb-link", "aria-label": "Close the Rust expression", onclick: () => (shown.hidden = true) }, "✕");
  const shown = h("div", { class: "mlb-rust", hidden: true }, code, h("div", { class: "mlb-rust-said" }, said, close));
  const button = h("button", { type: "button", class: "mlb-toggle", title: "Copy the Rust expression that makes what is set here: filters, selection, legend, axes, zoom, columns" }, "Copy as Rust");
  button.addEventListener("click", async () => {
    const { text, unsaid } = make();
    code.textContent = text;
    shown.hidden = false;
    const done = await copy(text);
    button.focus();
    said.textContent = [done ? "Copied" : "The browser did not let the page copy: select the line", unsaid.length ? `without what no filter can say: ${unsaid.join(", ")}` : ""].filter(Boolean).join("; ");
  });
  return { button, shown };
}
