// The bar over the panels of a board: what they show, how many runs of how many, the way back to all, and the legend chooser.

import { h, inFrame } from "./dom";
import { clock, exactTime, grouped } from "./format";
import { RUN_NAME } from "./legend";
import { strip } from "./strip";
import type { View } from "./view";

export function bar(view: View, own: string | null, legendMatters: boolean, ...more: HTMLElement[]): HTMLElement {
  const { board, readAt } = view;
  const count = h("span", { class: "mlb-count", role: "status" });
  const draw = inFrame(() => {
    if (!view.alive()) return;
    count.textContent = countText(view);
  });
  view.on(["rows", "selection", "legend"], draw);
  count.textContent = countText(view);
  draw();
  return h("div", { class: "mlb-bar" },
    h("span", { class: "mlb-title", dir: "auto", title: board.title }, board.title),
    count,
    strip(view, own),
    h("span", { class: "mlb-space" }),
    ...more,
    legendMatters && legendChooser(view, own),
    h("span", { class: "mlb-read", title: `Read from the store at ${exactTime(readAt)}` }, clock(readAt)));
}

/** `12 of 300 runs, 3 selected`. */
export function countText(view: View): string {
  const { runs, rows, board, store } = view;
  const total = rows.length === runs.n ? grouped(runs.n) : `${grouped(rows.length)} of ${grouped(runs.n)}`;
  const parts = [`${total} ${runs.n === 1 ? "run" : "runs"}`];
  if (board.total > board.n) parts.push(`${grouped(board.total - board.n)} more not shown`);
  const chosen = view.selectedRows().length, away = store.selected.size - chosen;
  if (chosen || away > 0) parts.push(`${grouped(chosen)} selected${away > 0 && chosen ? `, ${grouped(away)} selected but filtered out` : ""}`);
  return parts.join(", ");
}

/** Chooses what the legend says: the run's name, a parameter, or where the run came from. */
export function legendChooser(view: View, own: string | null): HTMLElement {
  const select = h("select", { "aria-label": "Legend by" });
  const option = (key: string, text: string) => h("option", { value: key }, text);
  const columns = [...view.runs.columns.values()];
  const params = columns.filter(column => column.group === "param").map(column => option(column.key, column.key));
  const others = columns.filter(column => column.group === "run" && column.kind === "text" && column.key !== RUN_NAME && column.key !== "id").map(column => option(column.key, column.key));
  select.append(option(RUN_NAME, "run name"));
  if (params.length) select.append(h("optgroup", { label: "parameters" }, ...params));
  if (others.length) select.append(h("optgroup", { label: "run" }, ...others));
  const current = () => {
    const key = view.legendKey(own);
    // A metric can be asked for in Rust; it is offered once it is used.
    if (![...select.options].some(each => each.value === key)) select.append(option(key, key));
    select.value = key;
  };
  current();
  select.addEventListener("change", () => view.store.setLegend(select.value));
  view.on(["legend"], current);
  return h("label", { class: "mlb-field" }, h("span", {}, "Legend"), select);
}
