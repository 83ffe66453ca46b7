// What differs between runs, a column for each: between those selected in the table, if any are, else between those that pass its filters.

import type { Diff } from "../payload";
import { h } from "./dom";
import { grouped } from "./format";
import { captionOf, card, emptyNote, notesOf } from "./parts";
import type { View } from "./view";

/** More columns nobody compares. */
const MOST_RUNS = 24;

export class DiffPanel {
  readonly element: HTMLElement;
  // With the focus it is scrolled by keys.
  private readonly sheet = h("div", { class: "mlb-sheet", tabindex: 0, role: "group", "aria-label": "What differs" });
  private readonly said = h("span", { class: "mlb-note", role: "status" });
  private readonly empty: HTMLElement;

  constructor(private readonly view: View, private readonly diff: Diff) {
    this.empty = emptyNote(view);
    this.element = card("diff", "What differs", [], h("div", { class: "mlb-stage" }, this.sheet, this.empty), notesOf(diff.notes, this.said));
    view.on(["rows", "selection", "legend", "theme"], () => this.draw());
    this.draw();
  }

  rust(board: string): string {
    return `${board}.diff()`;
  }

  private draw() {
    const { view, diff } = this;
    const all = view.visible(), rows = all.slice(0, MOST_RUNS);
    this.empty.hidden = all.length > 0;
    const legend = view.legend();
    const head = h("tr", {}, h("td"), ...rows.map(row => {
      const name = captionOf({ ...legend.of(row), label: view.runs.title(row) });
      return h("th", { scope: "col", title: view.runs.title(row) }, name);
    }));
    let different = 0;
    const parts = diff.sections.flatMap(section => {
      // Over all of them, not only those that there is room for.
      const keys = section.keys.filter(key => differs(all.map(row => view.runs.fullText(key, row))));
      different += keys.length;
      if (!keys.length) return [];
      const title = h("tr", { class: "mlb-part" }, h("th", { scope: "rowgroup", colspan: rows.length + 1 }, section.title));
      const lines = keys.map(key => h("tr", {}, h("th", { scope: "row", title: key }, key), ...rows.map(row => {
        const missing = view.runs.value(key, row) === null;
        return h("td", { class: missing ? "mlb-missing" : "", title: view.runs.fullText(key, row), dir: "auto" }, view.runs.text(key, row));
      })));
      return [h("tbody", {}, title, ...lines)];
    });
    this.sheet.replaceChildren(h("table", {}, h("thead", {}, head), ...parts));
    const runs = `${grouped(all.length)} ${all.length === 1 ? "run" : "runs"}`;
    this.said.textContent = all.length < 2 ? "A diff needs two runs"
      : `${different ? `${grouped(different)} ${different === 1 ? "thing differs" : "things differ"}` : "Nothing differs"} between ${runs}${rows.length < all.length ? `, ${rows.length} of them shown` : ""}${view.selectedRows().length ? " selected" : ""}`;
  }
}

const differs = (texts: string[]) => texts.some(text => text !== texts[0]);
