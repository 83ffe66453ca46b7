// The bar over the panels of a board: what they show, how many runs of how many, the way back to all, and the legend chooser.

import { h, inFrame } from "./dom";
import { clock, exactTime, grouped } from "./format";
import { legendChooser } from "./legend-chooser";
import { awayText, strip } from "./strip";
import type { View } from "./view";

export function bar(view: View, own: string | null, legendMatters: boolean, ...more: HTMLElement[]): HTMLElement {
  const { board } = view;
  const count = h("span", { class: "mlb-count", role: "status" });
  const draw = inFrame(() => {
    if (!view.alive()) return;
    count.textContent = count.title = countText(view);
  });
  view.on(["rows", "selection", "legend", "data"], draw);
  count.textContent = countText(view);
  draw();
  return h("div", { class: "mlb-bar" },
    h("span", { class: "mlb-title", dir: "auto", title: board.title }, board.title),
    h("span", { class: "mlb-bar-said" }, count, strip(view)),
    ...more,
    legendMatters && legendChooser(view, own),
    howNew(view));
}

/** How new the data are: the time they were read, and whether they follow what is logged. */
function howNew(view: View): HTMLElement {
  const element = h("span", { class: "mlb-read", role: "status" });
  const draw = () => {
    const { state, readAt } = view, read = `Read from the store at ${exactTime(readAt)}`;
    const [word, title] = !state
      ? [clock(readAt), read]
      : state.word === "live"
        ? ["live", `Follows the runs as they log. ${read}`]
        : state.word === "current"
          ? ["up to date", `No run is running; what comes is shown. ${read}`]
          : [`saved data of ${clock(readAt)}`, `${state.why ?? "The engine that drew this is out of reach: run the cell again to follow it."} ${read}`];
    element.dataset.state = state?.word ?? "";
    if (element.textContent !== word) element.textContent = word;
    element.title = title;
  };
  view.on(["state"], draw);
  draw();
  return element;
}

/** `12 of 300 runs, 3 selected`. */
export function countText(view: View): string {
  const { runs, rows, board, store } = view;
  const total = rows.length === runs.n ? grouped(runs.n) : `${grouped(rows.length)} of ${grouped(runs.n)}`;
  const parts = [`${total} ${runs.n === 1 ? "run" : "runs"}`];
  if (board.total > board.n) parts.push(`${grouped(board.total - board.n)} more not shown`);
  if (store.selected.size) parts.push(`${grouped(store.selected.size)} selected${awayText(view)}`);
  return parts.join(", ");
}
