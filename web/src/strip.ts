// What narrows the runs, said in every output of the board: filters, selection, what the legend hides. Each can be taken back by its cross, all by Clear.

import { h, toggle } from "./dom";
import { cut, grouped } from "./format";
import { RUN_NAME } from "./legend";
import type { View } from "./view";

export function strip(view: View): HTMLElement {
  const { store } = view;
  const chips = h("span", { class: "mlb-set-chips" });
  const mode = toggle("dim others", "Show the other runs faintly, instead of leaving them out", store.mode === "highlight", on => store.setMode(on ? "highlight" : "filter"));
  const clear = h("button", { type: "button", class: "mlb-link", onclick: () => store.clear() }, "Clear");
  const element = h("span", { class: "mlb-set-strip", role: "group", "aria-label": "Filters and selection" }, chips, mode, clear);
  let said = "";
  const draw = () => {
    const all = narrowing(view);
    element.hidden = !all.length;
    mode.setAttribute("aria-pressed", String(store.mode === "highlight"));
    const now = all.map(each => each.text).join("\n");
    if (now === said) return;
    said = now;
    const focused = [...chips.children].findIndex(chip => chip.contains(document.activeElement));
    chips.replaceChildren(...all.map(each => h("span", { class: "mlb-set-chip", title: each.title }, h("span", { dir: "auto" }, each.text),
      h("button", { type: "button", "aria-label": `Remove: ${each.text}`, onclick: each.remove }, "✕"))));
    if (focused >= 0) (chips.children[Math.min(focused, chips.children.length - 1)]?.querySelector("button") ?? chips.closest(".mlb-bar")?.querySelector("select"))?.focus();
  };
  view.on(["rows", "selection", "legend"], draw);
  draw();
  return element;
}

/** Which of the selected runs are not to be seen: `, 2 not in this output, 1 filtered out`. An output without any of them shows what it has. */
export function awayText(view: View): string {
  const all = [...view.store.selected], here = all.filter(id => view.runs.row(id) !== undefined).length;
  const said = (n: number, what: string) => (n ? `, ${n === all.length ? "" : `${grouped(n)} `}${what}` : "");
  return said(all.length - here, "not in this output") + said(here - view.selectedRows().length, "filtered out");
}

interface Narrowing { text: string; title: string; remove: () => void }

function narrowing(view: View): Narrowing[] {
  const { store } = view;
  const all: Narrowing[] = [...store.filters].map(([key, text]) => ({ text: `${key} ${cut(text, 40)}`, title: `Filter: ${key} ${text}`, remove: () => store.setFilter(key, "") }));
  if (store.selected.size) {
    const names = [...store.selected].flatMap(id => store.title(id) ?? []);
    const text = store.selected.size === 1 && names.length ? `run ${cut(names[0], 32)}` : `${grouped(store.selected.size)} selected`;
    const away = awayText(view);
    all.push({ text: text + away, title: `Selected${away}: ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", …" : ""}`, remove: () => store.select([]) });
  }
  for (const [key, hidden] of store.hidden) {
    const values = [...hidden].map(value => (key === RUN_NAME ? store.title(value) ?? "a run" : `${key}=${value}`));
    const text = hidden.size === 1 ? `without ${cut(values[0], 32)}` : `without ${grouped(hidden.size)} of ${key}`;
    all.push({ text, title: `Switched off in the legend: ${values.slice(0, 20).join(", ")}`, remove: () => store.setHidden(key, []) });
  }
  return all;
}
