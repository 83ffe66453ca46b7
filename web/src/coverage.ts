// Which combinations of parameters were run: a cell for each. A click on one selects its runs.

import type { Coverage } from "../payload";
import { h } from "./dom";
import { grouped, MISSING } from "./format";
import { card, notesOf } from "./parts";
import { literal } from "./rust";
import type { View } from "./view";

interface Tally { finished: number; running: number; failed: number }

export class CoveragePanel {
  readonly element: HTMLElement;
  private readonly said = h("span", { class: "mlb-count", role: "status" });
  private readonly buttons: HTMLButtonElement[];

  constructor(private readonly view: View, private readonly coverage: Coverage) {
    const { keys, values, cells } = coverage;
    const last = values[values.length - 1], before = keys.slice(0, -1);
    this.buttons = cells.map(rows => h("button", { type: "button", class: "mlb-combination", onclick: (event: MouseEvent) => this.pick(rows, event.shiftKey || event.ctrlKey || event.metaKey) }));
    const lines = product(values.slice(0, -1));
    const head = h("tr", {}, ...before.map(key => h("th", { scope: "col", title: key }, key)), ...last.map(value => h("th", { scope: "col", title: `${keys[keys.length - 1]} ${value}` }, value)));
    const over = h("tr", {}, ...(before.length ? [h("td", { colspan: before.length })] : []), h("th", { scope: "colgroup", colspan: last.length }, keys[keys.length - 1]));
    const body = lines.map((line, i) => h("tr", {}, ...line.map(value => h("th", { scope: "row", title: value }, value)), ...last.map((value, j) => {
      const button = this.buttons[i * last.length + j];
      button.dataset.what = [...line, value].map((value, at) => `${keys[at]} ${value}`).join(", ");
      return h("td", {}, button);
    })));
    const table = h("table", {}, h("thead", {}, over, head), h("tbody", {}, ...body));
    this.element = card("coverage", `Coverage of ${keys.join(" × ")}`, [this.said], h("div", { class: "mlb-sheet" }, table), notesOf(coverage.notes));
    view.on(["rows", "selection", "legend"], () => this.draw());
    this.draw();
  }

  rust(board: string): string {
    return `${board}.coverage().over([${this.coverage.keys.map(literal).join(", ")}])`;
  }

  /** What the runs of a cell came to, of those that pass the filters and that no legend has switched off. */
  private tally(rows: number[], passing: Set<number>): Tally {
    const tally = { finished: 0, running: 0, failed: 0 };
    for (const row of rows) {
      if (!passing.has(row)) continue;
      const status = this.view.runs.value("status", row);
      tally[status === "finished" || status === "running" ? status : "failed"]++;
    }
    return tally;
  }

  private draw() {
    const { view, coverage } = this;
    const hides = view.hides(), passing = new Set(view.rows.filter(row => !hides(row))), chosen = new Set(view.selectedRows());
    const counts = { finished: 0, running: 0, failed: 0, missing: 0 };
    coverage.cells.forEach((rows, i) => {
      const tally = this.tally(rows, passing), state = stateOf(tally), button = this.buttons[i];
      counts[state]++;
      button.textContent = words(tally);
      button.dataset.state = state;
      button.toggleAttribute("data-failed", tally.failed > 0);
      button.disabled = state === "missing";
      button.title = `${button.dataset.what}: ${state === "missing" ? "missing" : words(tally)}`;
      button.setAttribute("aria-label", button.title);
      button.setAttribute("aria-pressed", String(rows.some(row => chosen.has(row))));
    });
    const others = (["running", "failed", "missing"] as const).filter(state => counts[state]).map(state => `, ${grouped(counts[state])} ${state}`);
    this.said.textContent = `${grouped(counts.finished)} of ${grouped(coverage.cells.length)} finished${others.join("")}`;
  }

  private pick(rows: number[], adding: boolean) {
    const { store, runs } = this.view;
    const ids = rows.map(row => runs.ids[row]);
    const all = ids.every(id => store.selected.has(id));
    if (adding) store.select(all ? [...store.selected].filter(id => !ids.includes(id)) : [...store.selected, ...ids]);
    else store.select(all && store.selected.size === ids.length ? [] : ids);
  }
}

function stateOf({ finished, running, failed }: Tally): keyof Tally | "missing" {
  return finished ? "finished" : running ? "running" : failed ? "failed" : "missing";
}

function words({ finished, running, failed }: Tally): string {
  const parts = [finished && String(finished), running && `${running} running`, failed && `${failed} failed`].filter(Boolean);
  return parts.length ? parts.join(", ") : MISSING;
}

/** Every combination, the last of the lists fastest. */
export function product(lists: string[][]): string[][] {
  return lists.reduce<string[][]>((lines, values) => lines.flatMap(line => values.map(value => [...line, value])), [[]]);
}
