// A dot for each run: one column against another. A click or a box selects runs, here and wherever the board is shown.

import type { ColumnAxis, Scatter } from "../payload";
import { Along } from "./along";
import { h } from "./dom";
import { Figure, taking, type Drawing, type Trace } from "./figure";
import { asLocal, grouped, plain } from "./format";
import { RUN_NAME, type Entry, type Legend } from "./legend";
import { legendStrip } from "./legend-strip";
import { card, emptyNote, notesOf } from "./parts";
import type { Value } from "./filter";
import { legendCall, literal } from "./rust";
import type { View } from "./view";

/** With more entries one trace has all dots: plotly.js' time grows with the number of traces. */
const MOST_TRACES = 40;
const SYMBOLS = { solid: "circle", dash: "diamond", dot: "square", dashdot: "triangle-up" };

export class ScatterPanel {
  readonly element: HTMLElement;
  private readonly figure: Figure;
  private readonly empty: HTMLElement;
  private readonly picked = h("span", { class: "mlb-note", role: "status", hidden: true });
  /** The legend entry under the pointer. */
  private hovered: string | null = null;
  private drawings = 0;
  private traces: Trace[] = [];
  /** Someone draws a box: plotly.js also tells of selections when it draws again. */
  private selecting = false;
  /** The row whose dot the keyboard is at. */
  private at: number | null = null;
  /** Shift, Ctrl or Cmd at the last press: a click adds to the selection. */
  private adding = false;

  constructor(private readonly view: View, private readonly scatter: Scatter) {
    const title = `${scatter.y.key} by ${scatter.x.key}`;
    this.figure = new Figure(view, title, () => this.make(), {
      buttons: ["select2d", "lasso2d"],
      clicks: true,
      events: {
        plotly_click: event => this.click(event),
        plotly_selecting: () => (this.selecting = true),
        plotly_selected: event => event && this.selecting && this.pick(rowsOf(event.points)),
        plotly_afterplot: () => this.point(),
      },
      keys: {
        "Shift+ArrowLeft": () => this.go("x", -1), "Shift+ArrowRight": () => this.go("x", 1), "Shift+ArrowDown": () => this.go("y", -1), "Shift+ArrowUp": () => this.go("y", 1),
        ...taking(adding => this.at !== null && view.pick(this.at, adding)),
      },
      words: "Shift and an arrow key go from dot to dot; Enter selects its run, Space adds it, Escape lets all go.",
    });
    this.figure.element.addEventListener("pointerdown", event => (this.adding = event.shiftKey || event.ctrlKey || event.metaKey), true);
    this.figure.element.addEventListener("blur", () => {
      this.at = null;
      this.figure.point(null);
    });
    this.figure.element.addEventListener("keydown", event => {
      if (event.key === "Escape" && view.store.selected.size) view.store.select([]);
    });
    this.empty = emptyNote(view);
    const strip = legendStrip(view, scatter.legend, () => this.rows(), value => {
      this.hovered = value;
      this.figure.update();
    });
    const stage = h("div", { class: "mlb-stage" }, this.figure.element, this.empty);
    this.element = card("scatter", title, [], strip, stage, notesOf(scatter.notes, this.picked));
    view.on(["rows", "selection", "legend", "theme", "data"], () => this.figure.update());
  }

  /** What makes it. */
  rust(board: string): string {
    const { x, y, legend } = this.scatter;
    return `${board}.scatter(${literal(x.key)}, ${literal(y.key)})${legendCall(this.view, legend)}${x.log ? ".log_x()" : ""}${y.log ? ".log_y()" : ""}`;
  }

  /** Rows that have a place on both axes. */
  private rows(): number[] {
    const { view, scatter } = this;
    return view.rows.filter(row => [scatter.x, scatter.y].every(axis => hasPlace(view.runs.value(axis.key, row), axis)));
  }

  /** Those that have a dot. */
  private shown(): number[] {
    const hides = this.view.hides();
    return this.rows().filter(row => !hides(row));
  }

  /** From the dot that the keyboard is at to the next one along an axis. */
  private go(along: "x" | "y", way: 1 | -1) {
    const order = this.view.runs.order(this.scatter[along].key), rows = this.shown().sort((a, b) => order[a] - order[b] || a - b);
    const place = this.at === null ? -1 : rows.indexOf(this.at);
    this.at = rows[place < 0 ? (way > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, place + way))] ?? null;
    this.point();
  }

  /** Says which dot the keyboard is at. */
  private point() {
    if (this.at === null) return;
    const places = this.traces.map(trace => (trace.customdata as number[]).indexOf(this.at!)), curveNumber = places.findIndex(place => place >= 0);
    this.figure.point(curveNumber < 0 ? null : { curveNumber, pointNumber: places[curveNumber] });
  }

  private make(): Drawing {
    const { view, scatter } = this;
    const legend = view.legend(scatter.legend);
    const rows = this.shown();
    const chosen = new Set(view.selectedRows());
    this.empty.hidden = rows.length > 0;
    this.picked.hidden = !chosen.size;
    this.picked.textContent = `${grouped(rows.filter(row => chosen.has(row)).length)} of ${grouped(rows.length)} dots selected`;

    const groups = new Map<string, number[]>();
    const single = legend.entries.length > MOST_TRACES;
    for (const row of rows) {
      const key = single ? "" : legend.of(row).value;
      const group = groups.get(key);
      if (group) group.push(row);
      else groups.set(key, [row]);
    }
    const bright = (row: number) => (!chosen.size || chosen.has(row)) && (this.hovered === null || legend.of(row).value === this.hovered);
    this.traces = [...groups].map(([value, group]) => this.trace(value, group, legend, bright, chosen, rows.length));
    const layout = {
      // A new revision lets plotly.js forget the box that has become our selection.
      dragmode: "select", selectionrevision: ++this.drawings, selections: [],
      newselection: { line: { color: view.theme.accent, width: 1, dash: "solid" } },
      xaxis: this.axis(scatter.x, true), yaxis: this.axis(scatter.y, false),
      hoverdistance: 12,
    };
    return { traces: this.traces, layout };
  }

  private trace(value: string, rows: number[], legend: Legend, bright: (row: number) => boolean, chosen: Set<number>, all: number): Trace {
    const { view, scatter } = this;
    const entries = rows.map(row => legend.of(row));
    const size = all > 1000 ? 5 : all > 200 ? 7 : 9;
    // plotly.js makes a class name of the uid, so it can be no text of the data.
    return {
      type: "scatter", mode: "markers", cliponaxis: false, uid: `dots${legend.entries.findIndex(entry => entry.value === value) + 1}`,
      x: rows.map(row => this.place(scatter.x, row)),
      y: rows.map(row => this.place(scatter.y, row)),
      customdata: rows,
      text: rows.map((row, i) => this.words(row, entries[i], legend)),
      hovertemplate: "%{text}<extra></extra>",
      name: plain(value === "" ? scatter.y.key : entries[0].label),
      showlegend: value !== "",
      selectedpoints: null,
      marker: {
        // The same for all: a bigger dot would move the ends of the axes.
        size,
        color: entries.map(entry => entry.colour),
        symbol: entries.map(entry => SYMBOLS[entry.dash]),
        opacity: rows.map(row => (bright(row) ? 0.88 : 0.14)),
        line: { width: rows.map(row => (chosen.has(row) ? 2 : 1)), color: rows.map(row => (chosen.has(row) ? view.theme.ink : view.theme.ground)) },
      },
      selected: { marker: { opacity: 0.88 } },
      unselected: { marker: { opacity: 0.3 } },
    };
  }

  private place(axis: ColumnAxis, row: number): number | string {
    const { runs } = this.view;
    const value = runs.value(axis.key, row)!;
    const kind = runs.columns.get(axis.key)!.kind;
    if (kind === "time") return asLocal(value as number);
    // Dots of one category lie side by side rather than on each other.
    return kind === "text" ? runs.order(axis.key)[row] + ((((row + 1) * 0.618034) % 1) - 0.5) * 0.3 : value;
  }

  private axis({ key, log }: ColumnAxis, title: boolean): Record<string, any> {
    const { runs } = this.view;
    const column = runs.columns.get(key);
    const kind = column?.kind ?? "number";
    // The few values that a parameter has say more than round numbers.
    const values = column?.group === "param" && kind === "number" ? new Along(column, log).few() : null;
    const own = values && { tickvals: values.map(tick => tick.value), ticktext: values.map(tick => tick.label) };
    const common = { title: { text: title ? key : "" }, ...own };
    if (kind === "time") return { ...common, type: "date" };
    if (log) return { ...common, type: "log", exponentformat: "power" };
    if (kind === "number") return { ...common, type: "linear" };
    const order = runs.order(key), names = new Map<number, string>();
    order.forEach((rank, row) => Number.isNaN(rank) || names.set(rank, String(runs.value(key, row))));
    const every = Math.max(1, Math.ceil(names.size / 16));
    const ticks = [...names.keys()].sort((a, b) => a - b).filter(rank => rank % every === 0);
    const short = (text: string) => (text.length > 18 ? `${text.slice(0, 17)}…` : text);
    return { ...common, type: "linear", range: [-0.5, names.size - 0.5], tickvals: ticks, ticktext: ticks.map(rank => plain(short(names.get(rank)!))) };
  }

  private words(row: number, entry: Entry, legend: Legend): string {
    const { runs } = this.view;
    const { x, y } = this.scatter;
    const value = (key: string) => `${plain(key)} <b>${plain(runs.text(key, row))}</b>`;
    const setting = [RUN_NAME, x.key, y.key].includes(legend.key) ? "" : plain(entry.label);
    return [plain(runs.title(row)), setting, value(x.key), value(y.key)].filter(Boolean).join("<br>");
  }

  private click(event: { points: Point[] }) {
    const [row] = rowsOf(event.points);
    if (row !== undefined) this.view.pick(row, this.adding);
  }

  private pick(rows: number[]) {
    this.selecting = false;
    const { store, runs } = this.view;
    const ids = rows.map(row => runs.ids[row]);
    store.select(this.adding ? [...store.selected, ...ids] : ids);
  }
}

interface Point { customdata: number }
const rowsOf = (points: Point[]) => points.map(point => point.customdata).filter(row => typeof row === "number");

/** Whether a value can be drawn on an axis. */
export function hasPlace(value: Value, { log }: { log: boolean }): boolean {
  if (typeof value !== "number") return value !== null;
  return Number.isFinite(value) && (!log || value > 0);
}
