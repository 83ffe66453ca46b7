// Which run is drawn how, and what it is called. Colours belong to the values of the whole column, never to what is just shown:
// filtering recolours nothing.

import { cut, MISSING, short } from "./format";
import { category, missing, placing, scale, type Style } from "./palette";
import type { Runs } from "./runs";
import type { Value } from "./filter";

export interface Entry extends Style {
  /** What tells it from the others. */
  value: string;
  /** `lr=0.01`, or the run's name. */
  label: string;
  /** Where it lies on the scale of a legend that has one. */
  number?: number;
}

/** The colours of many numbers. */
export interface Scale { low: number; high: number; log: boolean; at: (value: number) => number; colour: (position: number) => string }

/** The column of the runs' own names. */
export const RUN_NAME = "name";

/** What tells the entry of a column's value from the others. */
export const legendValue = (value: Value) => (value === null ? MISSING : String(value));

export class Legend {
  /** In order: numbers by size, text by alphabet, runs as they come; what is missing last. */
  readonly entries: Entry[] = [];
  /** Many numbers are a scale instead of a list. */
  readonly scale: Scale | null = null;
  private readonly byRow: Entry[];

  constructor(runs: Runs, readonly key: string, dark: boolean) {
    const byValue = new Map<string, Entry>();
    const add = (value: string, label: string, style: Style) => {
      const entry: Entry = { value, label, ...style };
      byValue.set(value, entry);
      this.entries.push(entry);
      return entry;
    };
    const column = runs.columns.get(key);
    if (key === RUN_NAME || !column) {
      const times = new Map<string, number>();
      for (const name of runs.names) times.set(name, (times.get(name) ?? 0) + 1);
      this.byRow = runs.ids.map((id, row) => {
        const name = runs.names[row];
        const label = times.get(name)! > 1 ? `${cut(name, 60)} · ${id.slice(-6)}` : cut(name, 80);
        return add(id, label, category(runs.places[row], dark));
      });
      return;
    }
    const { values: distinct, ends } = runs.domain(key);
    const { parts } = column;
    const rowOf = (value: Value) => column.values.indexOf(value);
    const each = (row: number) => cut(parts!.keys.map(part => `${part}=${runs.text(part, row)}`).join(", "), 80);
    const labels = parts ? distinct.map(value => each(rowOf(value))) : labelsOf(distinct, column.kind === "time" ? value => runs.text(key, rowOf(value)) : null);
    const continuous = column.kind !== "text" && (distinct.length > 8 || ends !== null);
    const places = continuous ? placing([...(distinct as number[]), ...(ends ?? [])]) : null;
    if (places && places.low <= places.high) this.scale = { ...places, colour: position => scale(position, dark).colour };
    distinct.forEach((value, i) => {
      const on = this.scale !== null && Number.isFinite(value);
      const entry = add(String(value), parts ? labels[i] : `${key}=${labels[i]}`, on ? scale(this.scale!.at(value as number), dark) : category(parts ? parts.order[rowOf(value)] : i, dark));
      if (on) entry.number = value as number;
    });
    if (column.values.includes(null)) add(MISSING, `${key}=${MISSING}`, missing(dark));
    this.byRow = column.values.map(value => byValue.get(legendValue(value))!);
  }

  of(row: number): Entry {
    return this.byRow[row];
  }
}

/** Short forms, in full where two would read the same. */
function labelsOf(values: Value[], time: ((value: Value) => string) | null): string[] {
  const form = (value: Value) => (time ? time(value) : typeof value === "number" ? short(value, 4) : cut(String(value), 60));
  const labels = values.map(form);
  const times = new Map<string, number>();
  for (const label of labels) times.set(label, (times.get(label) ?? 0) + 1);
  return labels.map((label, i) => (times.get(label)! > 1 ? String(values[i]) : label));
}
